"""Whether what is alerted is true, and what is true is alerted: by what agencies said and who answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.faults.clocked import check_clocks
from tests.faults.evidence import (
    ALERT_PATH,
    ANSWERED,
    BREACH,
    CALLED,
    RAISED,
    STOOD_DOWN,
    UNANSWERED,
    UNREAD,
    WITHDRAWN,
    Evidence,
    Findings,
    grouped,
)
from tests.faults.oracle import Oracle
from tests.faults.stores import Held


def check_alerts(found: Findings, oracle: Oracle, evidence: Evidence, held: Mapping[str, Held]) -> None:
    """Every standing alert is true, and every true cause is alerted."""
    _standing(found, oracle, evidence)
    _unread(found, evidence, held)
    _operators(found, evidence)
    check_clocks(found, evidence, held["referrals"].places)


def _standing(found: Findings, oracle: Oracle, evidence: Evidence) -> None:
    """Each breach that stands has one standing alert, and so has each that was withdrawn before anybody
    took its last one; no other cause has any, and none is told twice; whoever was told that they have an
    alert has it, and nobody has taken one more often than they said."""
    raised = grouped(evidence.of(RAISED), "rule", "cause", "generation")
    fallen = grouped(evidence.of(STOOD_DOWN), "rule", "cause", "generation")
    calls = grouped(evidence.of(CALLED), "rule", "cause", "generation", "rung")
    answers = grouped(evidence.of(ANSWERED), "cause")
    for told in (raised, fallen, calls):
        found.doubled += [f"{key} is told as {ids}" for key, ids in told.items() if len(ids) > 1]
    found.disordered += [f"{key} is stood down, and was not raised" for key in fallen.keys() - raised.keys()]
    standing: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for key in raised.keys() - fallen.keys():
        if key[0] not in (UNREAD, ALERT_PATH, UNANSWERED):
            standing[key[:2]].append(key)
    due = _due(evidence, raised)
    found.lost += [f"nobody is told of {told}" for told in sorted(due - standing.keys())]
    found.doubled += [f"{told} has an alert and is none" for told in sorted(standing.keys() - due)]
    found.doubled += [f"{told} has {keys}" for told, keys in standing.items() if len(keys) > 1]
    found.lost += [f"nobody has taken {cause}" for cause in oracle.answered if (cause,) not in answers]
    found.doubled += [
        f"{cause} is taken as {ids}" for (cause,), ids in answers.items() if len(ids) > oracle.answers[cause]
    ]


def _due(evidence: Evidence, raised: Iterable[tuple[Any, ...]]) -> set[tuple[str, str]]:
    """Of what somebody must be told: rule and cause."""
    last: dict[str, int] = {}
    for rule, cause, generation in raised:
        if rule == "breach":
            last[cause] = max(last.get(cause, 0), generation)
    taken = grouped(evidence.of(ANSWERED), "rule", "cause", "generation")
    due = set()
    for root, event in evidence.newest().items():
        if event["type"] == BREACH and event["change"] != "withdrawal":
            due.add(("breach", root))
        elif event["type"] == BREACH and root in last and ("breach", root, last[root]) not in taken:
            due.add((WITHDRAWN, root))
    return due


def _unread(found: Findings, evidence: Evidence, held: Mapping[str, Held]) -> None:
    """A service that could not read something says so in one standing alert, and no other does."""
    fallen = grouped(evidence.of(STOOD_DOWN), "rule", "cause", "generation")
    standing: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for event in evidence.of(RAISED):
        key = tuple(event["data"].get(name) for name in ("rule", "cause", "generation"))
        if key[0] == UNREAD and key not in fallen:
            standing[event["source"][1:]].add(key)
    for service, store in held.items():
        if store.parked and not standing[service]:
            found.lost.append(f"nobody is told that {service} could not read something")
        if len(standing[service]) > bool(store.parked):
            found.doubled.append(f"{service} could not read {sorted(standing[service])}, it says")


def _operators(found: Findings, evidence: Evidence) -> None:
    """Operators are told that nobody answers for as long as an alert stands that nobody has taken."""
    taken = grouped(evidence.of(ANSWERED), "rule", "cause", "generation")
    standing = set(alerts_that_stand(evidence))
    waiting = [key for key in standing - taken.keys() if key[0] not in (UNANSWERED, ALERT_PATH)]
    if not waiting:
        told = sorted(cause for rule, cause, _ in standing if rule == UNANSWERED)
        found.doubled += [f"{cause} says that nobody answers, and nothing waits" for cause in told]


def alerts_that_stand(evidence: Evidence) -> Iterable[tuple[Any, ...]]:
    """Each alert that was raised and not stood down: rule, cause and generation."""
    raised = grouped(evidence.of(RAISED), "rule", "cause", "generation")
    return raised.keys() - grouped(evidence.of(STOOD_DOWN), "rule", "cause", "generation").keys()

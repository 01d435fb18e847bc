"""Whether every clock that runs is true, and every true cause has its clock: by what agencies said.

Of what the stream says: a breach waits for its answer, an order is to be sent and has an end, and a victim of
whom nothing but breaches is known is owed support, an IDVA, a review of the risk and a contract. Nobody here
gives any of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.faults.evidence import (
    ANSWERED,
    BREACH,
    ORDER,
    RAISED,
    STARTED,
    STOOD_DOWN,
    STOPPED,
    Event,
    Evidence,
    Findings,
    grouped,
)

LONDON = ZoneInfo("Europe/London")
ANSWER, PATTERN, UNRESOLVED = "no-answer", "pattern", "unresolved"
END, SENT = "ends-14", "circulation"
OWED = ("support-referral", "idva-asked", "risk-review", "victim-contract")
NEVER_ASKED = ("breach", "no-answer", "unresolved", "alert-path", "unanswered")
"""Rules of alerts of which nobody is asked what was done: something else asks."""
FRESH = timedelta(days=6)
"""What ran out a week before it was known runs no clock: of what is as old as this, at least a day of it, all
runs."""
AHEAD = timedelta(days=14)
Clocks = dict[tuple[str, str], dict[str, Any]]
"""What is said of each clock that runs, by its rule and cause."""


def check_clocks(found: Findings, evidence: Evidence, places: Mapping[str, str]) -> None:
    """Each clock is started and stopped once, runs for something that stands, and runs if it must."""
    started = grouped(evidence.of(STARTED), "rule", "cause", "generation")
    stopped = grouped(evidence.of(STOPPED), "rule", "cause", "generation")
    for told in (started, stopped):
        found.doubled += [f"clock {key} is told as {ids}" for key, ids in told.items() if len(ids) > 1]
    found.disordered += [f"clock {key} is stopped, and never ran" for key in stopped.keys() - started.keys()]
    runs = _running(evidence, stopped.keys())
    _answers(found, evidence, runs)
    _ends(found, evidence, runs)
    _resolved(found, evidence, runs)
    _owed(found, evidence, runs, places)


def _running(evidence: Evidence, stopped: Any) -> Clocks:
    newest: Clocks = {}
    for event in sorted(evidence.of(STARTED), key=lambda event: event["data"]["generation"]):
        newest[event["data"]["rule"], event["data"]["cause"]] = event["data"]
    return {key: said for key, said in newest.items() if (*key, said["generation"]) not in stopped}


def _of(runs: Clocks, rule: str) -> set[str]:
    return {cause for each, cause in runs if each == rule}


def _fresh(evidence: Evidence) -> datetime:
    return max(_time(event["acceptedat"]) for event in evidence.facts.values()) - FRESH


def _time(said: str) -> datetime:
    return datetime.fromisoformat(said)


def _differs(found: Findings, rule: str, due: set[str], may: set[str], runs: set[str]) -> None:
    found.lost += [f"no clock {rule} runs for {cause}" for cause in sorted(due - runs)]
    found.doubled += [f"clock {rule} runs for {cause}, and need not" for cause in sorted(runs - may)]


def _answers(found: Findings, evidence: Evidence, runs: Clocks) -> None:
    """Nobody tells of a step after a breach: each that stands waits for its answer. An officer is asked what
    they add up to by the clock of one that stands."""
    breaches = [event for event in evidence.standing() if event["type"] == BREACH]
    taken = grouped(evidence.of(ANSWERED), "rule", "cause")
    fresh = _fresh(evidence)
    due = {
        event["root"]
        for event in breaches
        if _time(event["time"]) > fresh or ("breach", event["root"]) in taken
    }
    stand = {event["root"] for event in breaches}
    _differs(found, ANSWER, due, stand, _of(runs, ANSWER))
    _differs(found, PATTERN, set(), stand, _of(runs, PATTERN))


def _ends(found: Findings, evidence: Evidence, runs: Clocks) -> None:
    """Each order that stands is to be sent to those who must have it, which nobody here does; and is looked
    at two weeks before its end, but one that another goes on after."""
    orders = {event["root"]: event for event in evidence.standing() if event["type"] == ORDER}
    last = {
        root for root, event in orders.items() if not any(_goes_on(event, each) for each in orders.values())
    }
    fresh = _fresh(evidence)
    new = {root for root, event in orders.items() if _time(event["time"]) > fresh}
    _differs(found, SENT, new, set(orders), _of(runs, SENT))
    _differs(found, END, last, set(orders), _of(runs, END))
    for root in _of(runs, END) & orders.keys():
        wanted = (_end(orders[root]).astimezone(LONDON) - AHEAD).astimezone(UTC)
        if _time(runs[END, root]["due"]) != wanted:
            found.disordered.append(f"order {root} is looked at {runs[END, root]['due']}, not {wanted}")


def _end(order: Event) -> datetime:
    return _time(order["data"]["ends"])


def _goes_on(one: Event, other: Event) -> bool:
    """Whether another order may take this one's place. Who is one person shows by the name here too."""
    return _end(other) > _end(one) and bool(_names(one) & _names(other))


def _names(event: Event) -> set[str]:
    return {f"{each['role']} {each['identity'].get('name')}" for each in event["data"]["people"]}


def _resolved(found: Findings, evidence: Evidence, runs: Clocks) -> None:
    """Who has taken an alert that stands is asked what was done about it."""
    key = ("rule", "cause", "generation")
    standing = grouped(evidence.of(RAISED), *key).keys() - grouped(evidence.of(STOOD_DOWN), *key).keys()
    due = {
        cause
        for rule, cause, generation in standing & grouped(evidence.of(ANSWERED), *key).keys()
        if rule not in NEVER_ASKED
    }
    _differs(found, UNRESOLVED, due, due, _of(runs, UNRESOLVED))


def _owed(found: Findings, evidence: Evidence, runs: Clocks, places: Mapping[str, str]) -> None:
    """Each is owed to a person once, by whatever mention; and to nobody who is harmed by nothing."""
    told: dict[str, list[Event]] = defaultdict(list)
    for event, mention in _victims(evidence):
        told[places.get(mention, "")].append(event)
    fresh = _fresh(evidence)
    due = {person for person, events in told.items() if all(_alone(event, fresh) for event in events)}
    for rule in OWED:
        people = Counter(places.get(mention, "") for mention in _of(runs, rule))
        _differs(found, rule, due, set(told), set(people))
        found.doubled += [f"clock {rule} runs {n} times for {who}" for who, n in people.items() if n > 1]


def _alone(event: Event, fresh: datetime) -> bool:
    return event["type"] == BREACH and _time(event["time"]) > fresh


def _victims(evidence: Evidence) -> Iterator[tuple[Event, str]]:
    for event in evidence.standing():
        for person in event["data"].get("people", ()):
            if person["role"] == "victim":
                yield event, person["mention"]

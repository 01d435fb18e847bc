"""What must hold when the faults are over, by the oracle alone: nothing lost, doubled, disordered.

The log is read as any reader of CloudEvents would read it; a store is asked which facts and rows it
has. What is found wrong is a sentence for each, by the kind of its fault.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from contracts.topics import TOPICS
from tests.faults.alerted import check_alerts
from tests.faults.counted import check_counts
from tests.faults.evidence import (
    ANSWERED,
    BREACH,
    CALLED,
    PREFIX,
    REFERRAL,
    SHOWN,
    TAKEN,
    TRIED,
    Event,
    Evidence,
    Findings,
    Versions,
    grouped,
)
from tests.faults.oracle import Oracle, Said, alike
from tests.faults.stores import Held
from tests.scenarios.webhook import Message

SHOWN_IN = {
    BREACH: (("orders", "orders_breach"), ("notify", "notify_alert")),
    REFERRAL: (("marac", "conference_case"),),
}
"""The views that must have a row for each fact of a type, under its root."""


def check(
    oracle: Oracle,
    read_back: Mapping[str, Versions],
    evidence: Evidence,
    held: Mapping[str, Held],
    messages: Sequence[Message],
) -> Findings:
    """Everything that does not hold."""
    found = Findings()
    _receipts(found, oracle)
    _acknowledged(found, oracle, read_back, evidence)
    _once(found, oracle, evidence)
    _in_order(found, evidence)
    _stores(found, evidence, held)
    check_alerts(found, oracle, evidence, held)
    _messages(found, evidence, messages)
    _audited(found, evidence)
    _looks(found, read_back, evidence)
    check_counts(found, evidence, held)
    return found


def _receipts(found: Findings, oracle: Oracle) -> None:
    for fault in oracle.faults:
        (found.disordered if fault.startswith("disordered") else found.lost).append(fault)


def _acknowledged(
    found: Findings, oracle: Oracle, read_back: Mapping[str, Versions], evidence: Evidence
) -> None:
    """Each acknowledged version can be read back, and stands on the log, as it was said."""
    for said in oracle.all("acknowledged"):
        versions = {version["version"]: version for version in read_back.get(said.root, ())}
        if said.version not in versions or not alike(said.content, versions[said.version]["content"]):
            found.lost.append(f"{said.key} cannot be read back as version {said.version} of {said.root}")
        event = evidence.facts.get(said.fact)
        if event is None or not alike(said.content, event["data"]):
            found.lost.append(f"{said.key} is not on the log as {said.fact}")


def _once(found: Findings, oracle: Oracle, evidence: Evidence) -> None:
    """What is on the log was said, once; what was given up is wholly there or not at all, which the
    checks of every fact on the log then see to."""
    acknowledged = {said.fact for said in oracle.all("acknowledged")}
    keys: dict[str, list[str]] = defaultdict(list)
    for said in oracle.all("acknowledged"):
        keys[said.fact].append(said.key)
    found.doubled += [f"one fact for {names}" for names in keys.values() if len(names) > 1]
    given_up = oracle.all("given up")
    for event in evidence.partners:
        if event["id"] in acknowledged or event["type"].startswith(f"{PREFIX}configuration"):
            continue
        source = [said for said in given_up if _is(said, event)]
        if event["type"] == ANSWERED:
            continue
        if not source:
            found.doubled.append(f"nobody said {event['id']}, version {event['version']} of {event['root']}")
        for said in source[:1]:
            given_up.remove(said)


def _is(said: Said, event: Event) -> bool:
    root = said.upon.root if said.upon else event["root"]
    version = said.upon.version + 1 if said.upon else 1
    return (root, version) == (event["root"], event["version"]) and alike(said.content, event["data"])


def _in_order(found: Findings, evidence: Evidence) -> None:
    """Versions count from one without a gap, each accepted later than the one before."""
    roots: dict[str, list[Event]] = defaultdict(list)
    for event in evidence.partners:
        roots[event["root"]].append(event)
    for root, events in roots.items():
        events.sort(key=lambda event: event["version"])
        if [event["version"] for event in events] != list(range(1, len(events) + 1)):
            found.disordered.append(f"{root} has versions {[event['version'] for event in events]}")
        times = [event["acceptedat"] for event in events]
        if times != sorted(set(times)):
            found.disordered.append(f"{root} was accepted at {times}")


def _of_audit(service: str, event: Event) -> bool:
    """A service has its own audit; referrals and marac have whom every service showed what, too."""
    everywhere = event["type"] == SHOWN and service in ("referrals", "marac")
    return everywhere or event["source"] == f"/{service}"


def _stores(found: Findings, evidence: Evidence, held: Mapping[str, Held]) -> None:
    """Every store has each fact of its topics, in the same bytes, filed; and nothing left to do."""
    for service, store in held.items():
        topics = {topic.name for topic in TOPICS.values() if service in topic.readers}
        wanted = {
            id_
            for id_, topic in evidence.topics.items()
            if topic in topics and (topic != "audit" or _of_audit(service, evidence.facts[id_]))
        }
        found.lost += [f"{service} does not have {id_}" for id_ in sorted(wanted - store.bodies.keys())]
        found.lost += [f"{service} alone has {id_}" for id_ in sorted(store.bodies.keys() - wanted)]
        for id_ in wanted & store.bodies.keys():
            if store.bodies[id_].encode() != evidence.bodies[id_]:
                found.differing.append(f"{service} has other bytes of {id_}")
        found.differing += [f"{service} has misfiled {id_}" for id_ in store.misfiled]
        left = {name: store.counts[name] for name in ("marks", "unsent", "broken") if store.counts[name]}
        if left:
            found.differing.append(f"{service} has {left} left over")
        to_park = {where for where in evidence.to_park if where[0] in topics}
        if store.parked != to_park:
            found.differing.append(f"{service} parked {sorted(store.parked ^ to_park)} otherwise")
        found.differing += store.differing
    for root, event in evidence.newest().items():
        if event["change"] != "withdrawal":
            for service, view in SHOWN_IN.get(event["type"], ()):
                if root not in held[service].rows[view]:
                    found.lost.append(f"{view} has no row of {root}")


def _messages(found: Findings, evidence: Evidence, messages: Sequence[Message]) -> None:
    """A message has its call's id at every try, and one that was delivered has come."""
    came: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for message in messages:
        came[message.id].add((message.to, message.cause))
    calls = {event["id"]: event for event in evidence.of(CALLED)}
    for id_, sent in came.items():
        if id_ not in calls or calls[id_]["data"]["cause"] not in {cause for _, cause in sent}:
            found.doubled.append(f"message {id_} is of no call")
        if len(sent) > 1:
            found.doubled.append(f"message {id_} went to {len(sent)}")
    tries = grouped(evidence.of(TRIED), "call", "channel", "attempt")
    found.doubled += [f"try {key} is recorded as {ids}" for key, ids in tries.items() if len(ids) > 1]
    for event in evidence.of(TRIED):
        said = event["data"]
        if said["channel"] == "webhook" and said["result"] == "delivered" and said["call"] not in came:
            found.lost.append(f"message {said['call']} is delivered, and never came")


def _audited(found: Findings, evidence: Evidence) -> None:
    """Each fact that an agency said has one line of audit, and no other fact has one."""
    lines = grouped(evidence.of(TAKEN), "fact")
    said = {(event["id"],) for event in evidence.partners}
    found.lost += [f"nobody is on record as having said {id_}" for (id_,) in sorted(said - lines.keys())]
    found.doubled += [f"{id_} is on record and not on the log" for (id_,) in sorted(lines.keys() - said)]
    found.doubled += [f"{key} is on record as {ids}" for key, ids in lines.items() if len(ids) > 1]


def _looks(found: Findings, read_back: Mapping[str, Versions], evidence: Evidence) -> None:
    """Each fact that its agency was shown is on record as shown to that agency."""
    shown = {
        (event["data"]["subject"], event["data"]["viewer_agency"]): event["data"]["facts"]
        for event in evidence.of(SHOWN)
        if event["data"]["view"] == "own-fact"
    }
    for root, event in evidence.newest().items():
        if read_back.get(root) and event["id"] not in shown.get((root, event["agency"]), ()):
            found.lost.append(f"nobody is on record as having read {root}")

"""What must hold when the faults are over, by the oracle alone: nothing lost, doubled, disordered.

The log is read as any reader of CloudEvents would read it; a store is asked which facts and rows it
has. What is found wrong is a sentence for each, by the kind of its fault.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from chassis.log import Record
from contracts.topics import TOPICS
from tests.faults.oracle import Oracle, Said, alike, one_person
from tests.faults.stores import Held
from tests.scenarios.webhook import Message

PREFIX = "uk.goldthread."
RAISED, STOOD_DOWN = f"{PREFIX}alert.raised.v1", f"{PREFIX}alert.stood-down.v1"
CALLED, ANSWERED = f"{PREFIX}alert.called.v1", f"{PREFIX}alert.acknowledged.v1"
TRIED, TAKEN = f"{PREFIX}delivery.tried.v1", f"{PREFIX}audit.taken.v1"
UNREAD, ALERT_PATH, UNANSWERED, WITHDRAWN = "unread", "alert-path", "unanswered", "breach-withdrawn"
"""The rules by which a service tells somebody that it could not read a record, that no try of the alert path
comes through, as none does while what it goes by is away, and that nobody answers what waits."""
BREACH, REFERRAL = f"{PREFIX}breach.reported.v1", f"{PREFIX}referral.made.v1"

SHOWN_IN = {
    BREACH: (("orders", "orders_breach"), ("notify", "notify_alert")),
    REFERRAL: (("marac", "conference_case"),),
}
"""The views that must have a row for each fact of a type, under its root."""

INCIDENT, ORDER = f"{PREFIX}incident.reported.v1", f"{PREFIX}order.made.v1"
RECORDED = (("marac", "conference_person", "records"), ("orders", "orders_person", "occurrences"))
COUNTED = {
    BREACH: RECORDED,
    INCIDENT: RECORDED,
    REFERRAL: (("marac", "conference_person", "cases"),),
    ORDER: (("marac", "conference_person", "orders"), ("orders", "orders_person", "orders")),
}
"""The part of each person's row in which every fact of a type about them stands, once."""

Event = dict[str, Any]
Versions = Sequence[Mapping[str, Any]]
"""Every version of a fact, as its agency reads it back."""


@dataclass(slots=True)
class Findings:
    """What does not hold, a sentence for each."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        """Every sentence, with its kind."""
        kinds = {name: getattr(self, name) for name in self.__slots__}
        return [f"{kind}: {sentence}" for kind, found in kinds.items() for sentence in found]


class Evidence:
    """The log, sorted: each fact by its id, in the smallest of its copies; and what is no fact."""

    def __init__(self, records: Iterable[Record], poison: Mapping[bytes, bool]) -> None:
        self.facts: dict[str, Event] = {}
        self.topics: dict[str, str] = {}
        self.bodies: dict[str, bytes] = {}
        self.copies: dict[str, set[bytes]] = defaultdict(set)
        self.to_park: set[tuple[str, int, int]] = set()
        """Where that stands which nobody can read. ``poison`` says so of each value put there."""
        for record in records:
            if poison.get(record.value):
                self.to_park.add((record.topic, record.partition, record.offset))
                continue
            if TOPICS[record.topic].keeps == "newest":
                continue  # watermarks, and the tries of the alert path: no facts that anybody keeps
            event = orjson.loads(record.value)
            self.copies[event["id"]].add(record.value)
            kept = self.facts.get(event["id"])
            if kept is None or _size(event, record.value) < _size(kept, self.bodies[event["id"]]):
                self.facts[event["id"]], self.bodies[event["id"]] = event, record.value
                self.topics[event["id"]] = record.topic

    def of(self, type_: str) -> Iterator[Event]:
        """Every fact of one type."""
        return (event for event in self.facts.values() if event["type"] == type_)

    @property
    def partners(self) -> Iterator[Event]:
        """What agencies said."""
        return (event for event in self.facts.values() if event["agency"] != "goldthread")

    def newest(self) -> dict[str, Event]:
        """Each root's highest version, of what agencies said."""
        found: dict[str, Event] = {}
        for event in sorted(self.partners, key=lambda event: event["version"]):
            found[event["root"]] = event
        return found


def _size(event: Event, body: bytes) -> tuple[str, bytes]:
    return event["acceptedat"], body


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
    _alerts(found, oracle, evidence)
    _unread(found, evidence, held)
    _messages(found, evidence, messages)
    _audited(found, evidence)
    _people(found, evidence, held)
    _counters(found, evidence, held)
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
    shown = event["type"] == "uk.goldthread.audit.shown.v1"
    return event["source"] == f"/{service}" or (service in ("referrals", "marac") and shown)


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


def _alerts(found: Findings, oracle: Oracle, evidence: Evidence) -> None:
    """Each breach that stands has one standing alert, and so has each that was withdrawn before anybody
    took its last one; no other cause has any, and none is told twice; whoever was told that they have an
    alert has it, and nobody has taken one more often than they said."""
    raised = _by(evidence.of(RAISED), "rule", "cause", "generation")
    fallen = _by(evidence.of(STOOD_DOWN), "rule", "cause", "generation")
    calls = _by(evidence.of(CALLED), "rule", "cause", "generation", "rung")
    answers = _by(evidence.of(ANSWERED), "cause")
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
    taken = _by(evidence.of(ANSWERED), "rule", "cause", "generation")
    due = set()
    for root, event in evidence.newest().items():
        if event["type"] == BREACH and event["change"] != "withdrawal":
            due.add(("breach", root))
        elif event["type"] == BREACH and root in last and ("breach", root, last[root]) not in taken:
            due.add((WITHDRAWN, root))
    return due


def _unread(found: Findings, evidence: Evidence, held: Mapping[str, Held]) -> None:
    """A service that could not read something says so in one standing alert, and no other does."""
    fallen = _by(evidence.of(STOOD_DOWN), "rule", "cause", "generation")
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


def _by(events: Iterable[Event], *names: str) -> dict[tuple[Any, ...], list[str]]:
    grouped: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for event in events:
        grouped[tuple(event["data"].get(name) for name in names)].append(event["id"])
    return grouped


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
    tries = _by(evidence.of(TRIED), "call", "channel", "attempt")
    found.doubled += [f"try {key} is recorded as {ids}" for key, ids in tries.items() if len(ids) > 1]
    for event in evidence.of(TRIED):
        said = event["data"]
        if said["channel"] == "webhook" and said["result"] == "delivered" and said["call"] not in came:
            found.lost.append(f"message {said['call']} is delivered, and never came")


def _audited(found: Findings, evidence: Evidence) -> None:
    """Each fact that an agency said has one line of audit, and no other fact has one."""
    lines = _by(evidence.of(TAKEN), "fact")
    said = {(event["id"],) for event in evidence.partners}
    found.lost += [f"nobody is on record as having said {id_}" for (id_,) in sorted(said - lines.keys())]
    found.doubled += [f"{id_} is on record and not on the log" for (id_,) in sorted(lines.keys() - said)]
    found.doubled += [f"{key} is on record as {ids}" for key, ids in lines.items() if len(ids) > 1]


def _people(found: Findings, evidence: Evidence, held: Mapping[str, Held]) -> None:
    for service in ("referrals", "orders", "marac"):
        for group in strangers(evidence, held[service].places):
            found.differing.append(f"{service} does not have {group} as one person")


def _counters(found: Findings, evidence: Evidence, held: Mapping[str, Held]) -> None:
    """Of each person the views show just what agencies said of all their records, those of one NHS number
    together: so many incidents, breaches, referrals and orders, and each once."""
    now = one_person(event["data"] for event in evidence.newest().values())
    wanted: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for root, event in evidence.newest().items():
        if event["change"] == "withdrawal" or event["type"] not in COUNTED:
            continue
        people = event["data"].get("people", ())
        for mention in {now[each["mention"]]: each["mention"] for each in people}.values():
            for service, view, part in COUNTED[event["type"]]:
                person = held[service].places.get(mention, "")
                wanted[f"{service} {view} {part} {person}"][part, root] += 1
    shown = {
        f"{service} {view} {part} {person}": Counter((part, root) for root in _roots(orjson.loads(row), part))
        for service, view, part in sorted({where for places in COUNTED.values() for where in places})
        for person, row in held[service].rows.get(view, {}).items()
    }
    for where in sorted(wanted.keys() | shown.keys()):
        if len(lost := wanted[where] - shown.get(where, Counter())):
            found.lost.append(f"{where} has {lost.total()} too few: {sorted(lost)[:2]}")
        if len(more := shown.get(where, Counter()) - wanted[where]):
            found.doubled.append(f"{where} has {more.total()} too many: {sorted(more)[:2]}")


def _roots(row: Mapping[str, Any], part: str) -> list[str]:
    """Whose roots a part of a row counts: records of one occurrence lie together."""
    lines = row.get(part, ())
    return [each["case" if part == "cases" else "root"] for line in lines for each in _each(line)]


def _each(line: Any) -> Sequence[Mapping[str, Any]]:
    return line if isinstance(line, list) else [line]


def strangers(evidence: Evidence, places: Mapping[str, str]) -> list[list[str]]:
    """The groups of mentions that have one NHS number, and are not one person, or not alone so."""
    ever = {
        person["mention"]: person["mention"]
        for event in evidence.partners
        for person in event["data"].get("people", ())
        if person["mention"] in places
    }
    now = one_person(event["data"] for event in evidence.newest().values())
    wanted = _groups({mention: now.get(mention, mention) for mention in ever})
    return [sorted(group) for group in wanted - _groups({mention: places[mention] for mention in ever})]


def _groups(homes: Mapping[str, str]) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for mention, home in homes.items():
        groups[home].add(mention)
    return {frozenset(group) for group in groups.values()}

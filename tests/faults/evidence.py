"""What is left when the faults are over: the log, sorted, as any reader of CloudEvents would read it; and
what is found wrong, a sentence for each, by the kind of its fault."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from chassis.log import Record
from contracts.topics import TOPICS

PREFIX = "uk.goldthread."
RAISED, STOOD_DOWN = f"{PREFIX}alert.raised.v1", f"{PREFIX}alert.stood-down.v1"
CALLED, ANSWERED = f"{PREFIX}alert.called.v1", f"{PREFIX}alert.acknowledged.v1"
TRIED, TAKEN = f"{PREFIX}delivery.tried.v1", f"{PREFIX}audit.taken.v1"
UNREAD, ALERT_PATH, UNANSWERED, WITHDRAWN = "unread", "alert-path", "unanswered", "breach-withdrawn"
"""The rules by which a service tells somebody that it could not read a record, that no try of the alert path
comes through, as none does while what it goes by is away, and that nobody answers what waits."""
SHOWN = f"{PREFIX}audit.shown.v1"
ASSIGNED = f"{PREFIX}identity.assigned.v1"
STARTED, STOPPED = f"{PREFIX}clock.started.v1", f"{PREFIX}clock.stopped.v1"
BREACH, REFERRAL = f"{PREFIX}breach.reported.v1", f"{PREFIX}referral.made.v1"
INCIDENT, ORDER = f"{PREFIX}incident.reported.v1", f"{PREFIX}order.made.v1"

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

    def standing(self) -> Iterator[Event]:
        """What agencies said, each in its last version, but for what was withdrawn."""
        return (event for event in self.newest().values() if event["change"] != "withdrawal")

    def newest(self) -> dict[str, Event]:
        """Each root's highest version, of what agencies said."""
        found: dict[str, Event] = {}
        for event in sorted(self.partners, key=lambda event: event["version"]):
            found[event["root"]] = event
        return found


def _size(event: Event, body: bytes) -> tuple[str, bytes]:
    return event["acceptedat"], body


def grouped(events: Iterable[Event], *names: str) -> dict[tuple[Any, ...], list[str]]:
    """The ids of these events, by what they say under these names."""
    found: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for event in events:
        found[tuple(event["data"].get(name) for name in names)].append(event["id"])
    return found

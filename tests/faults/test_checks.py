"""The checks find what is wrong: each thing that must hold, taken out of a small world in which all
of it holds."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from chassis.log import Record
from contracts.topics import TOPICS, WATERMARKS
from tests.faults import checks
from tests.faults.checks import Evidence, Findings, check
from tests.faults.oracle import Oracle, Said
from tests.faults.stores import Held
from tests.scenarios.webhook import Message

AGENCY = "northmere-police"


def event(id_: str, type_: str, data: dict[str, Any], topic: str, **more: Any) -> tuple[str, dict[str, Any]]:
    ours = {"id": id_, "type": type_, "root": id_, "version": 1, "change": "original", "agency": "goldthread"}
    ours |= {"source": "/orders", "acceptedat": "2026-11-01T10:00:00Z", "keys": f"o:{id_}", "data": data}
    return topic, ours | more


def people(*numbers: str | None) -> list[dict[str, Any]]:
    return [
        {"mention": f"mention-{n}", "role": "victim", "identity": {"nhs_number": number} if number else {}}
        for n, number in enumerate(numbers)
    ]


@dataclass
class World:
    """One breach that was corrected, its alert, its call, its message, and everybody's stores."""

    oracle: Oracle = field(default_factory=Oracle)
    read_back: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    log: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        first, second = (
            {"people": people("1", "1", None), "kind": "other"},
            {"people": people("1", "1", None)},
        )
        said = Said("key-1", AGENCY, "orders", "/orders/v1/breaches", {"content": first})
        corrected = Said("key-2", AGENCY, "orders", "", {"content": second}, said)
        for each, id_, version in ((said, "breach", 1), (corrected, "breach-2", 2)):
            self.oracle.begun(each)
            self.oracle.acknowledged(each, {"root": "breach", "version": version, "id": id_})
        self.read_back["breach"] = [{"version": 1, "content": first}, {"version": 2, "content": second}]
        later = {"root": "breach", "version": 2, "change": "correction", "agency": AGENCY}
        later |= {"acceptedat": "2026-11-01T11:00:00Z"}
        tried = {"call": "call", "channel": "webhook", "attempt": 1, "result": "delivered"}
        self.log = [
            event("breach", checks.BREACH, first, "breaches", agency=AGENCY),
            event("breach-2", checks.BREACH, second, "breaches", **later),
            event("line-1", checks.TAKEN, {"fact": "breach"}, "audit"),
            event("line-2", checks.TAKEN, {"fact": "breach-2"}, "audit"),
            event("alert", checks.RAISED, ALERT, "alerts"),
            event("call", checks.CALLED, ALERT | {"rung": 0}, "alerts"),
            event("try", checks.TRIED, tried, "deliveries"),
        ]
        self.messages = [Message("dev-malik", "call", "breach", True, "", 0.0)]
        for service in ("referrals", "orders", "marac", "notify"):
            self.held[service] = self.store(service)

    def store(self, service: str) -> Held:
        topics = {topic.name for topic in TOPICS.values() if service in topic.readers}
        bodies = {
            said["id"]: orjson.dumps(said).decode()
            for topic, said in self.log
            if topic in topics and (topic != "audit" or said["source"] == f"/{service}")
        }
        rows = {view: {"breach": "{}"} for view in ("orders_breach", "notify_alert")}
        rows |= {"conference_person": dict.fromkeys(("she", "another"), '{"records": [{"root": "breach"}]}')}
        rows |= {
            "orders_person": dict.fromkeys(("she", "another"), '{"occurrences": [[{"root": "breach"}]]}')
        }
        places = {"mention-0": "she", "mention-1": "she", "mention-2": "another"}
        return Held({"marks": 0, "unsent": 0, "broken": 0}, bodies, [], rows, places, set())

    def put(self, *events: tuple[str, dict[str, Any]]) -> None:
        """On the log and in every store that reads it."""
        self.log += events
        for service, store in self.held.items():
            store.bodies = self.store(service).bodies

    def found(self) -> Findings:
        evidence = Evidence((Record(topic, "", orjson.dumps(said)) for topic, said in self.log), {})
        return check(self.oracle, self.read_back, evidence, self.held, self.messages)


def other(world: World, of: int, id_: str, **more: Any) -> None:
    topic, said = copy.deepcopy(world.log[of])
    world.put((topic, said | {"id": id_, "root": id_} | more))


def without(world: World, place: int) -> None:
    del world.log[place]
    world.put()


ALERT = {"rule": "breach", "cause": "breach", "generation": 1}
OF_WITHDRAWAL = ALERT | {"rule": checks.WITHDRAWN}


def withdrawn(world: World, *more: tuple[str, dict[str, Any]], fallen: bool = True) -> None:
    """The breach is withdrawn, and nobody had taken its alert."""
    said = Said("key-3", AGENCY, "orders", "", None, world.oracle.said["key-2"])
    world.oracle.begun(said)
    world.oracle.acknowledged(said, {"root": "breach", "version": 3, "id": "breach-3"})
    world.read_back["breach"].append({"version": 3, "content": {}})
    for service in ("marac", "orders"):
        for view in ("conference_person", "orders_person"):
            world.held[service].rows[view].clear()
    last = {"root": "breach", "version": 3, "change": "withdrawal", "agency": AGENCY}
    last |= {"acceptedat": "2026-11-01T12:00:00Z"}
    world.put(
        event("breach-3", checks.BREACH, world.log[1][1]["data"], "breaches", **last),
        event("line-3", checks.TAKEN, {"fact": "breach-3"}, "audit"),
        *([event("fallen", checks.STOOD_DOWN, ALERT, "alerts")] if fallen else []),
        *more,
    )


def counts(world: World, service: str, view: str, row: str) -> None:
    """What a view shows of her, otherwise than it is."""
    world.held[service].rows[view]["she"] = row


FAULTS: dict[str, tuple[str, Callable[[World], Any]]] = {
    "an acknowledged fact is not on the log": ("lost", lambda w: without(w, 0)),
    "a reader does not have it": ("lost", lambda w: w.held["marac"].bodies.pop("breach-2")),
    "a store alone has a fact": ("lost", lambda w: w.held["marac"].bodies.update(more="{}")),
    "it cannot be read back": ("lost", lambda w: w.read_back["breach"].pop()),
    "it reads otherwise": ("lost", lambda w: w.read_back["breach"][1].update(content={"people": []})),
    "its view has no row": ("lost", lambda w: w.held["orders"].rows["orders_breach"].clear()),
    "nobody is told": ("lost", lambda w: without(w, 4)),
    "it is not on record": ("lost", lambda w: without(w, 2)),
    "a message is delivered, and never came": ("lost", lambda w: w.messages.clear()),
    "somebody's taking of an alert is gone": ("lost", lambda w: w.oracle.answered.add("breach")),
    "nobody may get this answer": ("lost", lambda w: w.oracle.refused(Said("", "", "", "", None), 404, "")),
    "a fact under two ids": ("doubled", lambda w: other(w, 0, "again")),
    "an alert under two ids": ("doubled", lambda w: other(w, 4, "again")),
    "a call under two ids": ("doubled", lambda w: other(w, 5, "again")),
    "an alert taken by nobody": (
        "doubled",
        lambda w: w.put(event("taken", checks.ANSWERED, {"cause": "breach"}, "alerts", agency=AGENCY)),
    ),
    "a line of audit twice": ("doubled", lambda w: other(w, 2, "again")),
    "a message of no call": (
        "doubled",
        lambda w: w.messages.append(Message("dev-malik", "again", "breach", True, "", 0.0)),
    ),
    "an alert about nothing": (
        "doubled",
        lambda w: other(w, 4, "more", data={"rule": "breach", "cause": "nothing", "generation": 1}),
    ),
    "nobody sees that a breach was withdrawn": ("lost", withdrawn),
    "it was withdrawn, and its alert stands": (
        "doubled",
        lambda w: withdrawn(w, event("seen", checks.RAISED, OF_WITHDRAWAL, "alerts"), fallen=False),
    ),
    "the withdrawal is told of a breach that stands": (
        "doubled",
        lambda w: w.put(event("seen", checks.RAISED, OF_WITHDRAWAL, "alerts")),
    ),
    "nobody is told of something parked": (
        "lost",
        lambda w: w.held["marac"].parked.add(("breaches", 0, 0)),
    ),
    "something parked is told, and is not": (
        "doubled",
        lambda w: other(w, 4, "more", data={"rule": "unread", "cause": "marac", "generation": 1}),
    ),
    "a version is missing": ("disordered", lambda w: w.log[1][1].update(version=3)),
    "a version was accepted before the first": (
        "disordered",
        lambda w: w.log[1][1].update(acceptedat="2026-10-01T10:00:00Z"),
    ),
    "a receipt has another version": (
        "disordered",
        lambda w: w.oracle.acknowledged(w.oracle.said["key-2"], {"root": "breach", "version": 3, "id": "x"}),
    ),
    "other bytes": ("differing", lambda w: w.held["marac"].bodies.update(breach="{}")),
    "a mark left over": ("differing", lambda w: w.held["marac"].counts.update(marks=1)),
    "a fact misfiled": ("differing", lambda w: w.held["marac"].misfiled.append("breach")),
    "something parked": ("differing", lambda w: w.held["marac"].parked.add(("breaches", 0, 0))),
    "two people made one": ("differing", lambda w: w.held["marac"].places.update({"mention-2": "she"})),
    "one person left as two": ("differing", lambda w: w.held["marac"].places.update({"mention-1": "he"})),
    "a person has one record too few": ("lost", lambda w: counts(w, "marac", "conference_person", "{}")),
    "a person has one twice": (
        "doubled",
        lambda w: counts(
            w, "orders", "orders_person", '{"occurrences": [[{"root": "breach"}], [{"root": "breach"}]]}'
        ),
    ),
    "a person has a case of nobody's": (
        "doubled",
        lambda w: counts(
            w, "marac", "conference_person", '{"records": [{"root": "breach"}], "cases": [{"case": "none"}]}'
        ),
    ),
    "a person has another's order": (
        "doubled",
        lambda w: counts(
            w,
            "orders",
            "orders_person",
            '{"occurrences": [[{"root": "breach"}]], "orders": [{"root": "none"}]}',
        ),
    ),
    "somebody has no row at all": ("lost", lambda w: w.held["orders"].rows["orders_person"].pop("another")),
    "a rebuild differs": ("differing", lambda w: w.held["marac"].differing.append("a row")),
}


def test_a_world_in_which_all_holds() -> None:
    assert World().found().all == []


def test_a_breach_that_was_withdrawn_is_told_of_until_somebody_took_its_alert() -> None:
    world = World()
    withdrawn(world, event("seen", checks.RAISED, OF_WITHDRAWAL, "alerts"))
    assert world.found().all == []
    world = World()
    world.oracle.answered.add("breach")
    world.oracle.answers["breach"] += 1
    withdrawn(world, event("taken", checks.ANSWERED, ALERT, "alerts"))
    assert world.found().all == []


def test_a_watermark_is_no_fact() -> None:
    world = World()
    world.log += [(WATERMARKS, {"id": "watermark"})] * 2
    assert world.found().all == []


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_found(name: str) -> None:
    kind, spoil = FAULTS[name]
    world = World()
    spoil(world)
    assert getattr(world.found(), kind)


def test_what_was_given_up_may_be_there_wholly_or_not_at_all() -> None:
    world = World()
    said = Said("key-3", AGENCY, "orders", "/orders/v1/orders", {"content": {"people": []}})
    world.oracle.begun(said)
    world.oracle.given_up(said)
    assert world.found().all == []
    order = event("order", "uk.goldthread.order.made.v1", {"people": []}, "orders", agency=AGENCY)
    world.put(order)
    assert world.found().lost, "it is there without its line of audit"
    world.put(event("line-3", checks.TAKEN, {"fact": "order"}, "audit"))
    assert world.found().all == []

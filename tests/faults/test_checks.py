"""The checks find what is wrong: each thing that must hold, taken out of a small world in which all
of it holds."""

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from contracts.topics import WATERMARKS
from tests.faults import evidence as checks
from tests.faults.oracle import Said
from tests.faults.small_world import AGENCY, ALERT, CLOCKS, OF_WITHDRAWAL, World, clock, event, rows, shown
from tests.scenarios.webhook import Message


def other(world: World, of: int, id_: str, **more: Any) -> None:
    topic, said = copy.deepcopy(world.log[of])
    world.put((topic, said | {"id": id_, "root": id_} | more))


def without(world: World, place: int) -> None:
    del world.log[place]
    world.put()


def withdrawn(world: World, *more: tuple[str, dict[str, Any]], fallen: bool = True) -> None:
    """The breach is withdrawn, and nobody had taken its alert."""
    said = Said("key-3", AGENCY, "orders", "", None, world.oracle.said["key-2"])
    world.oracle.begun(said)
    world.oracle.acknowledged(said, {"root": "breach", "version": 3, "id": "breach-3"})
    world.read_back["breach"].append({"version": 3, "content": {}})
    for service in ("marac", "orders"):
        world.held[service].rows = rows(stands=False)
    last = {"root": "breach", "version": 3, "change": "withdrawal", "agency": AGENCY}
    last |= {"acceptedat": "2026-11-01T12:00:00Z"}
    world.put(
        event("breach-3", checks.BREACH, world.log[1][1]["data"], "breaches", **last),
        event("line-3", checks.TAKEN, {"fact": "breach-3"}, "audit"),
        shown("breach", "breach-3"),
        *([event("fallen", checks.STOOD_DOWN, ALERT, "alerts")] if fallen else []),
        *(clock(checks.STOPPED, rule, cause) for rule, cause in CLOCKS),
        *more,
    )


def counts(world: World, service: str, view: str, row: str) -> None:
    """What a view shows of her, otherwise than it is."""
    world.held[service].rows[view]["she"] = row


def shows(world: World, view: str, name: str, **otherwise: Any) -> None:
    """A row of MARAC's or MATAC's, otherwise than it is."""
    of = world.held["marac"].rows[view]
    of[name] = orjson.dumps(orjson.loads(of[name]) | otherwise).decode()


def decided(world: World, *numbers: int) -> None:
    """The matcher takes her second record from where it was at first, and puts it with her first: so often,
    in decisions of these numbers."""
    moves = [{"mention": "mention-1", "from": "mention-1", "to": "she"}]
    for n, number in enumerate(numbers):
        said = {"seq": number, "moves": moves}
        world.put(event(f"decision-{n}", checks.ASSIGNED, said, "identity"))


def first_clock(world: World) -> int:
    """Where the first of the clocks stands on the log."""
    return next(n for n, (topic, _) in enumerate(world.log) if topic == "clocks")


ENDS, DUE = {"people": [], "ends": "2027-11-01T10:00:00Z"}, "2027-10-18T09:00:00Z"
"""Of an order: when it ends, and two weeks before, when clocks in Britain had not gone back yet."""
UNANSWERED = {"rule": "unanswered", "cause": "northmere", "generation": 1}
EVENTS = [{"ordinal": 1}, {"ordinal": 1}]
VICTIMS = [{"letter": "A", "events": [1]}, {"letter": "B", "events": [1]}]


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
    "a perpetrator has one record too few": (
        "lost",
        lambda w: shows(w, "tasking_perpetrator", "he", records=0, events=[]),
    ),
    "a perpetrator has one record twice": (
        "doubled",
        lambda w: shows(w, "tasking_perpetrator", "he", records=2, events=EVENTS),
    ),
    "so many are told, and others shown": (
        "doubled",
        lambda w: shows(w, "tasking_perpetrator", "he", records=2),
    ),
    "a victim of a perpetrator is missing": (
        "lost",
        lambda w: shows(w, "tasking_perpetrator", "he", victims=VICTIMS[:1]),
    ),
    "a victim is two letters": (
        "doubled",
        lambda w: shows(w, "tasking_perpetrator", "he", victims=[*VICTIMS, VICTIMS[1]]),
    ),
    "nothing is counted as done to a victim": (
        "lost",
        lambda w: shows(w, "tasking_perpetrator", "he", victims=[VICTIMS[0], VICTIMS[1] | {"events": []}]),
    ),
    "a perpetrator has another's order": (
        "doubled",
        lambda w: shows(w, "tasking_perpetrator", "he", orders=[{}]),
    ),
    "somebody of the cohort has no row": (
        "lost",
        lambda w: w.held["marac"].rows["tasking_perpetrator"].clear(),
    ),
    "a case has nothing that happened": (
        "lost",
        lambda w: shows(w, "conference_case", "referral", occurrences=[]),
    ),
    "a case has one record twice": (
        "doubled",
        lambda w: shows(
            w, "conference_case", "referral", occurrences=[{"records": [{"root": "breach"}]}] * 2
        ),
    ),
    "a case has another's order": (
        "doubled",
        lambda w: shows(w, "conference_case", "referral", orders=[{"root": "none"}]),
    ),
    "a case that is a repeat is not shown so": (
        "lost",
        lambda w: shows(w, "conference_case", "referral", repeat=None),
    ),
    "a case has an earlier one of nobody's": (
        "doubled",
        lambda w: shows(w, "conference_case", "referral", before=["none"]),
    ),
    "a case that stands is shown as withdrawn": (
        "lost",
        lambda w: shows(w, "conference_case", "referral", withdrawn=True),
    ),
    "two decisions of one number": (
        "doubled",
        lambda w: decided(w, 1, 1),
    ),
    "a decision of a matcher that had lost its lease": (
        "disordered",
        lambda w: decided(w, 1, 2),
    ),
    "no clock waits for the answer to a breach": ("lost", lambda w: without(w, first_clock(w))),
    "what a victim is owed has no clock": ("lost", lambda w: without(w, first_clock(w) + 1)),
    "a clock under two ids": ("doubled", lambda w: other(w, first_clock(w), "again")),
    "a clock of a breach that is none": (
        "doubled",
        lambda w: w.put(clock(checks.STARTED, "no-answer", "nothing")),
    ),
    "a pattern is asked for of a breach that is none": (
        "doubled",
        lambda w: w.put(clock(checks.STARTED, "pattern", "nothing")),
    ),
    "an order that is none is to be sent": (
        "doubled",
        lambda w: w.put(clock(checks.STARTED, "circulation", "nothing")),
    ),
    "a clock of a victim of nothing": (
        "doubled",
        lambda w: w.put(clock(checks.STARTED, "risk-review", "mention-3")),
    ),
    "one is owed the same twice": (
        "doubled",
        lambda w: w.put(*(clock(checks.STARTED, "risk-review", f"mention-{n}") for n in (0, 1))),
    ),
    "a clock is stopped that never ran": (
        "disordered",
        lambda w: w.put(clock(checks.STOPPED, "no-answer", "nothing")),
    ),
    "whoever took it is asked what was done, and need not be": (
        "doubled",
        lambda w: w.put(clock(checks.STARTED, "unresolved", "breach")),
    ),
    "operators are told that nobody answers, and all is taken": (
        "doubled",
        lambda w: w.put(
            event("taken", checks.ANSWERED, ALERT, "alerts", agency=AGENCY),
            event("told", checks.RAISED, UNANSWERED, "alerts"),
        ),
    ),
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


def test_operators_are_told_while_an_alert_waits() -> None:
    world = World()
    world.put(event("told", checks.RAISED, UNANSWERED, "alerts"))
    assert world.found().all == []


def test_whoever_has_an_alert_about_something_parked_is_asked_what_was_done() -> None:
    world = World()
    unread = {"rule": "unread", "cause": "marac", "generation": 1}
    world.put(event("told", checks.RAISED, unread, "alerts", source="/marac"))
    world.held["marac"].parked.add(("breaches", 0, 0))
    before = world.found()
    world.oracle.answered.add("marac")
    world.oracle.answers["marac"] += 1
    world.put(event("taken", checks.ANSWERED, unread, "alerts"))
    assert len(world.found().lost) == len(before.lost) + 1
    world.put(clock(checks.STARTED, "unresolved", "marac"))
    assert world.found().lost == before.lost


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
    said = Said("key-3", AGENCY, "orders", "/orders/v1/orders", {"content": ENDS})
    world.oracle.begun(said)
    world.oracle.given_up(said)
    assert world.found().all == []
    order = event("order", checks.ORDER, ENDS, "orders", agency=AGENCY)
    world.put(order, *(clock(checks.STARTED, rule, "order", due=DUE) for rule in ("ends-14", "circulation")))
    assert world.found().lost, "it is there without its line of audit"
    world.put(event("line-3", checks.TAKEN, {"fact": "order"}, "audit"))
    assert world.found().all == []


def test_an_order_is_looked_at_two_weeks_before_its_end_by_the_clock_of_people() -> None:
    world = World()
    for due, found in ((DUE, 0), ("2027-10-18T10:00:00Z", 1)):
        world.log = [each for each in world.log if each[0] not in ("orders", "clocks")]
        order = event("order", checks.ORDER, ENDS, "orders", agency=AGENCY)
        world.put(order, clock(checks.STARTED, "ends-14", "order", due=due))
        assert len(world.found().disordered) == found


@pytest.mark.parametrize("rule", ["ends-14", "circulation"])
def test_an_order_that_stands_has_its_clocks(rule: str) -> None:
    order = event("order", checks.ORDER, ENDS, "orders", agency=AGENCY)
    whole, spoilt = World(), World()
    whole.put(order, *(clock(checks.STARTED, each, "order", due=DUE) for each in ("ends-14", "circulation")))
    spoilt.log = [each for each in whole.log if each[1]["data"].get("rule") != rule]
    spoilt.put()
    assert set(spoilt.found().lost) - set(whole.found().lost) == {f"no clock {rule} runs for order"}


def test_a_look_that_is_not_on_record_is_found() -> None:
    world = World()
    world.log = [each for each in world.log if each[1]["id"] != "shown-breach-2"]
    world.put()
    assert world.found().all == ["lost: nobody is on record as having read breach"]

"""A question of who is who that nobody answers: by when it is late, whose clock runs, and what stops it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, text

from chassis.assigning import LEASE
from chassis.clock import LONDON, Clock
from chassis.lease import take_lease
from chassis.store import open_store
from chassis.views import Row, View
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.identity import IdentityAsked
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, Grade
from services.referrals import doubts
from services.referrals.candidates import BlockTable, QuestionTable, ask
from services.referrals.person_clocks import CALENDARS
from services.referrals.rules.doubting import Asked, Risk, Runs, due, moves
from tests.services.referrals.scene import Referrals, mention, named
from tests.services.referrals.test_alike import ANNS, HA, PA
from tests.services.referrals.test_review import PAIR, REVIEW, get, say, send, take_back
from tests.support.facts import NOON
from tests.support.tables import lines
from tests.support.waiting import until

both_stores = pytest.mark.parametrize(
    "referrals", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
CAUSE_OF = " ".join(sorted(mention(*record) for record in (HA, PA)))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubts, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(doubts, "AGAIN", timedelta(0))


def risk(said: dict[str, Any]) -> Risk:
    return Risk(said.get("referred", False), frozenset(Grade(each) for each in said.get("grades", [])))


@lines(__file__, "questions_due")
def test_by_when_somebody_decides(line: dict[str, Any]) -> None:
    at, until_ = (datetime.fromisoformat(line[each]).replace(tzinfo=LONDON) for each in ("asked", "due"))
    sides = [risk(line["one"]), risk(line["other"])]
    for each in (sides, sides[::-1]):
        assert due(each, at, CALENDARS) == until_


def parts(said: str) -> tuple[str, datetime, str | None]:
    name, days, area, *_ = said.split()
    return name, NOON + int(days) * timedelta(days=1), None if area == "none" else area


@lines(__file__, "questions_clock")
def test_which_question_of_an_area_has_the_clock(line: dict[str, Any]) -> None:
    told = {said.split()[0] for said in line["asked"] if said.endswith("cannot-tell")}
    waiting = [Asked(at, name, area, name in told) for name, at, area in map(parts, line["asked"])]
    running = [Runs(name, 1, at, area) for name, at, area in map(parts, line["runs"])]
    stop, start = moves(waiting, running, NOON)
    assert [each.cause for each in stop] == line["stops"]
    assert [each.cause for each in start] == line["starts"]


async def clocks(referrals: Referrals) -> list[tuple[int, datetime, str | None]]:
    """Those that run for the two, each with its number, until when and where."""
    cause = referrals.runtime.ids.blind("question", CAUSE_OF)
    facts = await referrals.runtime.facts([f"o:{cause}"])
    over = {fact.said.generation for fact in facts.current(ClockStopped)}
    said = [fact.said for fact in facts.current(ClockStarted) if fact.said.generation not in over]
    assert {each.rule for each in said} <= {AlertRule.WHO_IS_WHO}
    return [
        (each.generation, each.due, each.routing.area if isinstance(each.routing, Routing) else None)
        for each in said
    ]


async def until_clock(referrals: Referrals, *generations: int) -> list[datetime]:
    """Wait until the clocks of these numbers run, and no other; give until when."""

    async def runs() -> bool:
        return [number for number, *_ in await clocks(referrals)] == list(generations)

    await until(runs, what=f"the clocks that run are {generations}")
    return [at for _, at, _ in await clocks(referrals)]


async def until_told(referrals: Referrals, *told: tuple[int, bool]) -> None:
    """Wait until this is all that was said to the pages of each of the two."""

    async def said() -> bool:
        for record in (HA, PA):
            facts = (await referrals.runtime.facts([f"m:{mention(*record)}"])).current(IdentityAsked)
            if sorted((each.said.generation, each.said.waits) for each in facts) != list(told):
                return False
        return True

    await until(said, what=f"the pages of both were told {told}")


@both_stores
async def test_its_clock_runs_until_it_is_decided_and_again_when_that_is_taken_back(
    referrals: Referrals,
) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "practice", "P1", **ANNS | {"born": ["1991-02-03"]})
    await until_clock(referrals, 1)
    ((_, at, area),) = await clocks(referrals)
    assert area == "north"
    now = referrals.runtime.clock.now()
    assert timedelta(hours=12) < at - now < timedelta(days=5), "the end of the next working day"
    listed = (await get(referrals, "coordinator", "/referrals/v1/identity-questions")).json()["asked"]
    assert [datetime.fromisoformat(each["due"]) for each in listed] == [at]

    cannot = await send(referrals, "coordinator", REVIEW, answer="cannot-tell", reason="Nobody answers.")
    assert cannot.status_code == 303, cannot.text
    assert await until_clock(referrals, 1) == [at], "a second person is asked: it runs on"
    await until_told(referrals, (1, True))
    pair = min(PAIR), max(PAIR)
    assert (await doubts.asked_of(referrals.runtime, pair, now)).cannot_tell
    await send(referrals, "coordinator", REVIEW, answer="not-same", reason="Met both.")
    await until_clock(referrals)
    await until_told(referrals, (1, True), (2, False))
    page = (await get(referrals, "coordinator", REVIEW)).text
    assert (await take_back(referrals, page)).status_code == 303
    await until_clock(referrals, 2)
    await until_told(referrals, (1, True), (2, False), (3, True))


def assessment(number: str, grade: str) -> dict[str, Any]:
    of = {"instrument": "dara", "instrument_version": "2022", "grade": grade}
    return of | {"people": [named("victim", number)], "routing": {"area": "north"}}


@both_stores
async def test_what_becomes_known_of_the_risk_moves_it_and_a_corrected_record_stops_it(
    referrals: Referrals,
) -> None:
    for agency, number in (HA, PA):
        taken = await referrals.post(agency, "risk-assessments", assessment(number, "medium"))
        assert taken.status_code == 201, taken.text
    await say(referrals, "hospital", "H1", **ANNS)
    practice = await say(referrals, "practice", "P1", **ANNS | {"born": ["1991-02-03"]})
    (later,) = await until_clock(referrals, 1)
    assert later - referrals.runtime.clock.now() > timedelta(days=5), "both are known to be at less"
    taken = await referrals.post("hospital", "risk-assessments", assessment("H1", "high"))
    assert taken.status_code == 201, taken.text
    (sooner,) = await until_clock(referrals, 2)
    assert sooner < later
    somebody = named("victim", "P1", name={"family": "Quill", "given": "Io"}, born=["1970-05-06"])
    mended = {"service": "Clinic", "people": [somebody], "routing": {"area": "north"}}
    corrected = await referrals.correct("practice", practice, mended)
    assert corrected.status_code == 200, corrected.text
    await until_clock(referrals)


async def test_a_clock_that_was_in_no_row_when_it_was_looked_has_no_second_beside_it(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "practice", "P1", **ANNS | {"born": ["1991-02-03"]})
    await until_clock(referrals, 1)
    await until_told(referrals, (1, True))
    runtime, seen = referrals.runtime, referrals.runtime.rows
    await runtime.folded([f"o:{runtime.ids.blind('question', CAUSE_OF)}"])

    async def before_it_was_folded(view: View, statement: Select[Any]) -> list[Row]:
        running = view in (doubts.QUESTION_CLOCK, doubts.QUESTION_TOLD) and "subject =" not in str(statement)
        return [] if running else await seen(view, statement)

    monkeypatch.setattr(runtime, "rows", before_it_was_folded)
    await doubts.watch_once(runtime, {})
    assert [number for number, *_ in await clocks(referrals)] == [1]
    await until_told(referrals, (1, True))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_a_question_outlives_a_matcher_that_begins_anew(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """It has weighed nobody yet: that it does not ask is no answer, and the clock must not begin anew."""
    postgres = kind == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}"
    store = open_store(url, "referrals", Clock())
    await store.prepare([BlockTable, QuestionTable])
    epoch = await take_lease(store, LEASE, "here", 10)
    assert epoch is not None

    async def waiting() -> list[tuple[Any, ...]]:
        async with store.reading() as connection:
            return [tuple(row) for row in await connection.execute(text("select * from referrals_question"))]

    await ask(store, epoch, ["a", "b"], [("a", "b")])
    first = await waiting()
    assert await ask(store, epoch, ["a", "b"], [], unweighed={"a", "b"}.__contains__) == {("a", "b")}
    one = await ask(store, epoch, ["a"], [], unweighed={"a", "b"}.__contains__)
    assert one == {("a", "b")}, "though the other's turn is not yet"
    assert await waiting() == first
    assert await ask(store, epoch, ["a", "b"], [("a", "b")]) == set()
    assert await waiting() == first, "as it was asked first"
    assert await ask(store, epoch, ["a"], [], unweighed={"b"}.__contains__) == set()
    assert await waiting() == [], "one of the two was weighed, and is like nobody"
    await store.close()

"""An agenda that somebody has open: what is new reaches it, by their rights at that moment; and its end."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, cast

import pytest
from sqlalchemy import text
from starlette.responses import StreamingResponse

from chassis.accept import own_header
from chassis.http.auth import Caller
from chassis.pages import live
from chassis.runtime import Runtime
from contracts.events.operations import AuditShown
from contracts.sections import Narrative
from contracts.vocabulary import Role
from services.marac import queries
from services.marac.pages import agenda_live, routes
from services.marac.rules.agenda import letters
from services.marac.rules.noticing import AgendaNews, AgendaSeen, CaseNews, CaseSeen, ended, news, read_seen
from tests.services.marac import caseload
from tests.services.marac.caseload import ben, cat, referral
from tests.services.marac.conftest import CALLERS, Marac, Prepared, bare, complete, prepared, request_of
from tests.services.marac.test_actions import agreed
from tests.services.marac.test_listing import refer
from tests.services.marac.test_publishing import published, taken_off
from tests.services.marac.test_reach import in_the_south
from tests.services.marac.test_research import asked
from tests.services.marac.test_sitting import path, sitting
from tests.support.waiting import until

POLICE = CALLERS["officer"]
"""Of the agency that said it."""

NOTHING = AgendaNews({}, published=False, waiting=False, rest=False)


def seen(*cases: CaseSeen, version: int = 1, rest: str = "0" * 8, waiting: str = "1" * 8) -> AgendaSeen:
    return AgendaSeen(version, rest, waiting, cases)


def a(case: str, mark: str = "a" * 8, new: int = 0) -> CaseSeen:
    return CaseSeen(case, mark, new)


K, R, M = "K7Q2A3C4", "R4W3A3C4", "M2D4A3C4"
"""Three cases, by the name that they have from one look to the next."""


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (seen(a(K), a(R)), seen(a(K), a(R)), {}),
        (seen(a(K, new=3)), seen(a(K, "b" * 8, new=5)), {K: CaseNews(lines=2)}),
        (seen(a(K)), seen(a(K, "b" * 8)), {K: CaseNews(changed=True)}),
        (seen(a(K, new=3)), seen(a(K, new=2)), {K: CaseNews(changed=True)}),
        (seen(a(K)), seen(a(R), a(K)), {R: CaseNews(added=True)}),
        (seen(a(K), a(R), a(M)), seen(a(M), a(K), a(R)), {M: CaseNews(moved="earlier")}),
        (seen(a(K), a(R)), seen(a(R, "b" * 8, 1), a(K)), {R: CaseNews(lines=1, moved="earlier")}),
    ],
)
def test_what_is_new_of_the_cases(before: AgendaSeen, now: AgendaSeen, expected: dict[str, CaseNews]) -> None:
    assert news(before, now).cases == expected


def test_a_case_that_is_gone_is_not_named() -> None:
    assert news(seen(a(K), a(R)), seen(a(K))) == AgendaNews({}, published=False, waiting=False, rest=True)


def test_a_version_that_was_published_begins_counting_anew() -> None:
    found = news(seen(a(K, new=3)), seen(a(K, new=0), version=2))
    assert found == AgendaNews({}, published=True, waiting=False, rest=False)


def test_who_waits_and_the_rest_are_told_apart() -> None:
    assert news(seen(), seen()) == NOTHING
    assert not NOTHING
    assert news(seen(), seen(waiting="2" * 8)).waiting
    assert news(seen(), seen(rest="2" * 8)).rest


def test_that_a_meeting_was_closed_is_news_and_so_is_that_it_goes_on() -> None:
    sits, closed = seen(a(K)), replace(seen(a(K)), closed=True)
    assert news(sits, closed) == replace(NOTHING, closed=True)
    assert news(closed, sits) == replace(NOTHING, closed=False)
    assert news(sits, closed)
    assert news(closed, sits)
    assert not news(closed, closed)


@pytest.mark.parametrize(
    ("starts", "at", "ordinary", "emergency"),
    [
        (datetime(2026, 7, 1, 20, tzinfo=UTC), datetime(2026, 7, 1, 22, 59, tzinfo=UTC), False, False),
        (datetime(2026, 7, 1, 20, tzinfo=UTC), datetime(2026, 7, 1, 23, tzinfo=UTC), True, False),
        (datetime(2026, 7, 1, 20, tzinfo=UTC), datetime(2026, 7, 2, 7, 59, tzinfo=UTC), True, False),
        (datetime(2026, 7, 1, 20, tzinfo=UTC), datetime(2026, 7, 2, 8, tzinfo=UTC), True, True),
        (datetime(2026, 7, 1, 5, tzinfo=UTC), datetime(2026, 7, 1, 20, tzinfo=UTC), False, False),
        (datetime(2026, 7, 1, 5, tzinfo=UTC), datetime(2026, 7, 1, 23, tzinfo=UTC), True, True),
    ],
)
def test_midnight_does_not_end_an_emergency_meeting_that_sits(
    starts: datetime, at: datetime, ordinary: bool, emergency: bool
) -> None:
    assert ended(starts, at, emergency=False, closed=True) is ordinary
    assert ended(starts, at, emergency=True, closed=True) is emergency
    assert not ended(starts, at, emergency=False, closed=False), "nobody has closed it: it is live"


@pytest.mark.parametrize(("days", "over"), [(1, False), (28, False), (29, True)])
def test_an_agenda_is_live_until_its_meeting_is_closed_or_nobody_is_asked_any_more(
    days: int, over: bool
) -> None:
    starts = datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert ended(starts, starts + timedelta(days=days), emergency=False, closed=False) is over


def test_what_was_seen_is_read_back_from_an_address_and_nothing_else_is() -> None:
    for each in (seen(), seen(a(K, "b" * 8, 12), a(R)), replace(seen(a(K)), closed=True)):
        back = read_seen(str(each))
        assert back is not None
        assert replace(back, cases=()) == replace(each, cases=())
        assert (str(back), list(back.cases)) == (str(each), list(each.cases))
    for text_ in ("", "1", "1.zz.00", f"{seen(a(K))}x", f"{seen(a(K))}.K7Q-1-1"):
        assert read_seen(text_) is None


@dataclass
class Opened:
    """What an open page was told so far."""

    events: list[str] = field(default_factory=list)
    ended: bool = False

    @property
    def says(self) -> str:
        """All that its reader was given to read."""
        told = [event for event in self.events if event.startswith(("id:", "event: over"))]
        return "\n".join(event.partition("data: ")[2].strip() for event in told)

    async def until_it_says(self, *words: str) -> None:
        async def said() -> bool:
            return all(each in self.says for each in words)

        await until(said, f"{words} in {self.events}")


async def page_of(marac: Marac, who: str, made: Prepared) -> str:
    headers = {"Authorization": f"Bearer {who}"}
    answer = await marac.http.get(f"/marac/meetings/{made.meeting}", headers=headers)
    assert answer.status_code == 200
    return unescape(answer.text)


def seen_on(page: str) -> str:
    found = re.search(r'data-live="/marac/meetings/[0-9a-f-]+/live\?seen=([^"]+)"', page)
    assert found, "an agenda that may change says where its news comes"
    return found[1]


@asynccontextmanager
async def opened(marac: Marac, who: str, made: Prepared, seen: str | None = None) -> AsyncIterator[Opened]:
    """The agenda as somebody has it open, and its stream, which has looked once."""
    marks = seen_on(await page_of(marac, who, made)) if seen is None else seen
    answer = await routes.agenda_news(request_of(who), made.meeting, marac.runtime, CALLERS[who], marks)
    assert isinstance(answer, StreamingResponse)
    now = Opened()

    async def listen() -> None:
        async for event in answer.body_iterator:
            now.events.append(str(event))
        now.ended = True

    listens = asyncio.create_task(listen())
    try:
        yield now
    finally:
        listens.cancel()
        await asyncio.gather(listens, return_exceptions=True)


async def quiet(marac: Marac) -> Prepared:
    """The case at its meeting, with all of it there."""
    made = await prepared(marac)
    await until(lambda: complete(marac, made), what="the case stands still")
    return made


async def looks(marac: Marac) -> int:
    """How many looks are on record."""
    async with marac.runtime.store.reading() as connection:
        asked_for = text("select count(*) from fact where type = :type")
        return cast("int", (await connection.execute(asked_for, {"type": AuditShown.type})).scalar())


async def test_a_fact_that_is_posted_is_told_at_once_and_nothing_is_recorded(marac: Marac) -> None:
    made = await quiet(marac)
    async with opened(marac, "chair", made) as page:
        await until(lambda: _true(page.events))
        before = await looks(marac)
        began = time.monotonic()
        await marac.say("police", caseload.incident().said)
        await page.until_it_says(
            "New since you opened this page: ", f"case {letters(made.case)} (1 new line)"
        )
        assert time.monotonic() - began < 5, "it does not wait for anything but the fold"
        assert not [word for word in ("Ann", "Doe", "Ben", "assault") if word in page.says]
        assert await looks(marac) == before, "news is no look"
    assert "1 new line" not in await page_of(marac, "chair", made), "whoever looks again has seen it"


async def _true(value: object) -> bool:
    return bool(value)


async def test_whoever_comes_back_is_told_what_is_new_since_they_looked(marac: Marac) -> None:
    made = await quiet(marac)
    marks = seen_on(await page_of(marac, "chair", made))
    await marac.say("police", caseload.incident().said)
    async with opened(marac, "chair", made, marks) as page:
        await page.until_it_says(f"case {letters(made.case)} (1 new line)")


async def test_who_waits_who_is_listed_and_what_is_published_is_told(marac: Marac) -> None:
    made = await quiet(marac)
    async with opened(marac, "chair", made) as page:
        other = await marac.say("haven", referral(people=[cat(), ben()]).said, 3)
        await page.until_it_says("who waits to be heard")
        assert letters(other) not in page.says

        async def listed() -> bool:
            said = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": other})
            return said.status_code == 201

        await until(listed, what="the other case is listed")
        await page.until_it_says(f"case {letters(other)} (new on the agenda)")
        await published(marac, made)
        await page.until_it_says("version 1 was published")
    async with opened(marac, "chair", made) as page:
        await taken_off(marac, made)
        await page.until_it_says("something else on this page")
        assert letters(made.case) not in page.says


async def test_what_another_area_has_is_not_named(marac: Marac) -> None:
    made = await quiet(marac)
    async with opened(marac, "chair", made) as page:
        await until(lambda: _true(page.events))
        theirs = await in_the_south(marac)
        await marac.say("police", caseload.incident().said)
        await page.until_it_says(f"case {letters(made.case)} (1 new line)")
        assert letters(theirs) not in page.says
        assert "waits" not in page.says


async def test_what_happens_elsewhere_costs_no_look(marac: Marac, monkeypatch: pytest.MonkeyPatch) -> None:
    made, south = await quiet(marac), Prepared(await in_the_south(marac), "", "", "")
    read, count = queries.read_agenda, list[str]()

    async def counted(runtime: Runtime, caller: Caller, meeting: str) -> Any:
        count.append(meeting)
        return await read(runtime, caller, meeting)

    monkeypatch.setattr(queries, "read_agenda", counted)
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.5)

    def signs() -> int:
        return sum("still here" in event for event in page.events)

    async with opened(marac, "chair", made) as page:
        await until(lambda: _true(signs()))
        before, signed = len(count), signs()
        called = {"area": "south", "starts": (marac.runtime.clock.now() + timedelta(days=3)).isoformat()}
        assert (await marac.post("coordinator-elsewhere", "meetings", called)).status_code == 201
        await agreed(marac, south, who="coordinator-elsewhere")
        await until(lambda: _true(signs() > signed + 1))
        assert len(count) == before
        await agreed(marac, made)
        await until(lambda: _true(len(count) > before))


async def test_a_case_is_not_named_to_whoever_declares_a_tie_while_it_is_open(marac: Marac) -> None:
    made = await asked(marac)
    await until(lambda: complete(marac, made), what="the case stands still")
    async with opened(marac, "chair", made) as page, opened(marac, "coordinator", made) as theirs:
        await until(lambda: _true(page.events and theirs.events))
        tie = {"cases": [{"case": made.case, "tie": True}]}
        assert (await marac.post("chair", f"meetings/{made.meeting}/interests", tie)).status_code == 201
        await page.until_it_says("something else on this page")
        await marac.say("police", caseload.incident().said)
        await theirs.until_it_says(f"case {letters(made.case)} (1 new line)")
        assert letters(made.case) not in page.says
    async with opened(marac, "chair", made) as page, opened(marac, "coordinator", made) as theirs:
        await marac.say("police", caseload.incident().said)
        await theirs.until_it_says(f"case {letters(made.case)} (1 new line)")
        assert page.says == "", "to whoever has a tie nothing of it is news"


async def test_what_changes_no_count_is_told(marac: Marac) -> None:
    made = await quiet(marac)
    root = await marac.say("police", caseload.incident(kind="harassment").said)

    async def known() -> bool:
        return '"kind":"harassment"' in (await marac.get("chair", f"cases/{made.case}")).text

    await until(known, what="the incident is on the case")
    says = f"New since you opened this page: case {letters(made.case)} (changed)."
    async with opened(marac, "chair", made) as page:
        graver = bare(caseload.incident(kind="non-fatal-strangulation").said)
        header = own_header(marac.runtime.clock.now())
        await marac.runtime.revise(root, 1, header, graver, caller=POLICE, right="test")
        await page.until_it_says(says)
    async with opened(marac, "chair", made) as page:
        await marac.say("police", caseload.incident(kind="stalking").said, 15)
        await page.until_it_says(says)
    async with opened(marac, "chair", made) as page:
        await marac.runtime.revise(made.incident, 1, None, None, caller=POLICE, right="test")
        await page.until_it_says(says)
        assert not [word for word in ("strangulation", "stalking", "Ann") if word in page.says]


async def test_what_changes_no_count_of_a_case_that_waits_is_told_too(marac: Marac) -> None:
    made = await quiet(marac)
    other = await refer(marac)
    between = {"people": [cat(), ben(Role.SUSPECT)]}
    before = caseload.incident(**between, narrative=Narrative(text="At the door."))
    root = await marac.say("police", before.said)

    async def known() -> bool:
        return "At the door." in (await marac.get("chair", f"cases/{other}")).text

    await until(known, what="the incident is on the case that waits")
    async with opened(marac, "chair", made) as page:
        await until(lambda: _true(page.events))
        said = bare(caseload.incident(**between, narrative=Narrative(text="At the door, with a knife.")).said)
        header = own_header((await marac.runtime.fact(root)).versions(root)[0].occurred)
        await marac.runtime.revise(root, 1, header, said, caller=POLICE, right="test")
        await page.until_it_says("who waits to be heard, or what is known of them")
        assert letters(other) not in page.says


async def test_an_open_agenda_says_that_goldthread_has_fallen_behind(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await quiet(marac)
    fresh: list[datetime | None] = [marac.runtime.clock.now() - timedelta(minutes=9)]

    async def fresh_until() -> datetime | None:
        return fresh[0]

    marks = seen_on(await page_of(marac, "chair", made))
    monkeypatch.setattr(marac.runtime, "fresh_until", fresh_until)
    async with opened(marac, "chair", made, marks) as page:
        await page.until_it_says("NOT UP TO DATE: holds all accepted by ")
        fresh[0] = None
        await agreed(marac, made)
        await page.until_it_says("New since", "HOW UP TO DATE IT IS: UNKNOWN.")
    fresh[0] = marac.runtime.clock.now()
    marks = seen_on(await page_of(marac, "chair", made))
    async with opened(marac, "chair", made, marks) as page:
        await until(lambda: _true(page.events))
        assert page.says == ""


async def test_a_meeting_that_was_closed_is_live_and_goes_on(marac: Marac) -> None:
    made = await sitting(marac)
    await until(lambda: complete(marac, made), what="the case stands still")
    step = path(made, "sitting")
    async with opened(marac, "chair", made) as page:
        await until(lambda: _true(page.events))
        assert (await marac.post("chair", step, {"step": "closed"})).status_code == 201
        await page.until_it_says("the meeting is closed")
        async with opened(marac, "chair", made) as late:
            await until(lambda: _true(late.events))
            assert (await marac.post("chair", step, {"step": "reopened"})).status_code == 201
            await late.until_it_says("the meeting goes on")
        await page.until_it_says("Nothing on this agenda differs any more from when you opened it.")
        await marac.say("police", caseload.incident().said)
        await page.until_it_says(f"case {letters(made.case)} (1 new line)")
        assert not page.ended


async def test_a_page_that_asks_again_is_told_that_what_it_says_is_so_no_more(marac: Marac) -> None:
    made = await quiet(marac)
    marks = seen_on(await page_of(marac, "chair", made))
    runtime, chair = marac.runtime, CALLERS["chair"]
    first, again = (
        agenda_live.OpenAgenda(runtime, chair, made.meeting, read_seen(marks), told=told)
        for told in (False, True)
    )
    assert await first.news() is None
    assert await again.news() == "Nothing on this agenda differs any more from when you opened it."
    assert await again.news() is None


async def test_once_closed_it_ends_with_the_day_and_that_of_an_emergency_when_it_may_have_ended(
    marac: Marac,
) -> None:
    made = await quiet(marac)
    marks = seen_on(await page_of(marac, "chair", made))
    shown, _, _ = await queries.read_agenda(marac.runtime, CALLERS["chair"], made.meeting)
    starts = datetime(2026, 7, 1, 21, tzinfo=UTC)
    late = shown.model_copy(update={"at": starts + timedelta(hours=3)})
    goes_on = shown.meeting.model_copy(update={"starts": starts})
    assert agenda_live.address(marac.runtime.ids, late.model_copy(update={"meeting": goes_on})) is not None
    meeting = goes_on.model_copy(update={"closed": True})
    assert agenda_live.address(marac.runtime.ids, late.model_copy(update={"meeting": meeting})) is None
    sits = meeting.model_copy(update={"emergency": True})
    assert agenda_live.address(marac.runtime.ids, late.model_copy(update={"meeting": sits})) is not None
    marac.runtime.clock.offset += timedelta(days=9)
    assert "data-live" in await page_of(marac, "chair", made), "nobody has closed it"
    marac.runtime.clock.offset += timedelta(days=28)
    assert "data-live" not in await page_of(marac, "chair", made)
    async with opened(marac, "chair", made, marks) as page:
        await page.until_it_says("The meeting is over: nothing new comes to this page any more.")
        await until(lambda: _true(page.ended), what="nothing more comes")


async def test_whoever_may_see_a_meeting_no_more_is_told_nothing_more(marac: Marac) -> None:
    made = await quiet(marac)
    async with opened(marac, "chair", made) as page:
        await until(lambda: _true(page.events))
        coordinator = CALLERS["coordinator"]
        await marac.runtime.revise(made.meeting, 1, None, None, caller=coordinator, right="test")
        await until(lambda: _true(page.ended), what="the stream ends")
        assert page.says == ""
    headers = {"Authorization": "Bearer chair-elsewhere"}
    answer = await marac.http.get(f"/marac/meetings/{made.meeting}/live", headers=headers)
    assert answer.status_code == 404

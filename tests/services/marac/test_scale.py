"""A MARAC that has heard a year of a force: what its pages take."""

import os
import time
from collections import Counter
from typing import Any, cast

import pytest

from chassis import archive, reading
from chassis.rows import new_row, write_rows
from chassis.views import Row
from deploy.bench.grown import ON_ONE, Grown, grow
from services.marac.conference import after_lists
from services.marac.conference.held import Held
from services.marac.conference.queries import waiting_in
from services.marac.conference.rows import ConferenceCase, ConferenceMeeting
from services.marac.conference.views import CASE, MEETING
from tests.services.marac.conftest import CALLERS, Marac, complete, prepared
from tests.services.marac.test_actions import agreed
from tests.support.waiting import until

PAGES = (
    ("coordinator", "/marac/v1/meetings"),
    ("coordinator", "/marac/v1/meetings/{meeting}/agenda"),
    ("coordinator", "/marac/v1/waiting"),
    ("coordinator", "/marac/v1/cases/{case}"),
    ("coordinator", "/marac/v1/flags"),
    ("coordinator", "/marac/v1/repeats"),
    ("coordinator", "/marac/v1/actions"),
    ("coordinator", "/marac/v1/children"),
    ("coordinator", "/marac/v1/transfers"),
    ("coordinator", "/marac/v1/minutes"),
    ("coordinator", "/marac/v1/victims"),
    ("coordinator", "/marac/v1/overview"),
    ("housing", "/marac/v1/flags"),
    ("housing", "/marac/v1/actions"),
    ("housing", "/marac/v1/research"),
    ("chair", "/marac/v1/data-return?by=quarter"),
)

ALL_BUT_ONE = 1_000_000
STEADY = (
    *(("coordinator", f"/marac/v1/{path}") for path in ("meetings?limit=5", "waiting", "repeats", "actions")),
    ("coordinator", "/marac/v1/meetings/{meeting}/agenda"),
    ("idva", "/marac/v1/flags?limit=5"),
    *(("chair", f"/marac/v1/{path}") for path in ("children?limit=5", "overview", "data-return?by=quarter")),
)
"""Pages whose rows are counted: what is cut by a limit has reached it."""


async def grown(marac: Marac, n: int, late: int = 200) -> Grown:
    """A MARAC with this many cases that were heard."""
    made = await prepared(marac)
    await agreed(marac, made)

    async def whole() -> bool:
        return bool(await complete(marac, made))

    await until(whole)
    return await grow(marac.runtime, made.case, made.meeting, n, late)


async def took(marac: Marac, who: str, path: str, at: Grown, looks: int = 3) -> float:
    """Milliseconds of the processor's time that the quickest of some looks took."""
    found = []
    for _ in range(looks):
        began = time.process_time()
        url = path.format(meeting=at.meeting, case=at.case)
        answer = await marac.http.get(url, headers={"Authorization": f"Bearer {who}"})
        found.append((time.process_time() - began) * 1000)
        assert answer.status_code == 200, (path, answer.text)
    return min(found)


@pytest.mark.bench
async def test_every_page_of_a_marac_that_heard_a_year_of_a_force(marac: Marac) -> None:
    n = int(os.environ.get("CASES", "64"))  # a few, that it runs at all; CASES=20000 for the year
    began = time.process_time()
    at = await grown(marac, n)
    print(f"\n{n} cases, made in {time.process_time() - began:.0f} s")
    for who, path in PAGES:
        print(f"{await took(marac, who, path, at):8.0f} ms  {who:12} {path}")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many rows of each kind were read, kept ones among them."""
    rows = Counter[str]()
    whole, kept = reading.row_of, reading.kept

    def counted(kind: type[Row], digest: str, body: str) -> Row:
        rows[kind.__name__] += 1
        return whole(kind, digest, body)

    def again(kind: type[Row], digest: str) -> Row | None:
        row = kept(kind, digest)
        rows[kind.__name__] += row is not None
        return row

    monkeypatch.setattr(archive, "row_of", counted)
    monkeypatch.setattr(archive, "kept", again)
    return rows


async def test_no_page_reads_more_because_more_was_heard(marac: Marac, read: Counter[str]) -> None:
    """Twice as many cases in the same MARAC: what is read for a page is the same."""
    at = await grown(marac, 20 * ON_ONE, late=ALL_BUT_ONE)
    few = {page: await _reads(marac, read, page, at) for page in STEADY}
    at = await grow(marac.runtime, *at.made, 40 * ON_ONE, late=ALL_BUT_ONE)
    for page in STEADY:
        assert await _reads(marac, read, page, at) == few[page], page


async def _reads(marac: Marac, read: Counter[str], page: tuple[str, str], at: Grown) -> Counter[str]:
    read.clear()
    await took(marac, *page, at, looks=1)
    return Counter(read)


async def test_who_sees_a_case_is_told_without_all_that_was_said_of_its_people(
    marac: Marac, read: Counter[str]
) -> None:
    at = await grown(marac, 2 * ON_ONE)
    for page in (("idva", "/marac/v1/meetings"), ("idva", "/marac/v1/flags"), ("housing", "/marac/v1/flags")):
        found = await _reads(marac, read, page, at)
        assert found["CountedCase"], page
        assert not found["ConferencePerson"], page


async def test_pages_of_past_meetings_have_each_of_them_once(marac: Marac) -> None:
    at = await grown(marac, 7 * ON_ONE)
    path, lines, pages = "meetings?limit=3", list[dict[str, Any]](), 0
    while path:
        page = (await marac.get("coordinator", path)).json()
        lines, pages = [*lines, *page["past"]], pages + 1
        path = f"meetings?limit=3&after={page['next']}" if page["next"] else ""
        assert [each["cases"] for each in page["to_come"]] == [1], "those to come stand on every page"
    assert pages == 3
    assert len({each["meeting"] for each in lines}) == len(lines) == 7
    assert lines[0]["meeting"] == at.meeting
    assert [each["starts"] for each in lines] == sorted((each["starts"] for each in lines), reverse=True)
    assert {each["cases"] for each in lines} == {ON_ONE}
    shown = await marac.http.get("/marac/meetings?limit=3", headers={"Authorization": "Bearer coordinator"})
    assert "Earlier meetings" in shown.text


async def test_an_agency_finds_every_flag_that_it_has_on(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    await grown(marac, 7 * ON_ONE)
    path, found = "flags?limit=50", list[str]()
    while path:
        page = (await marac.get("idva", path)).json()
        found += [each["case"] for each in page["answered"]]
        assert (page["flags"], page["more"]) == ([], False)
        path = f"flags?limit=50&after={page['next']}" if page["next"] else ""
    assert len(set(found)) == len(found) == 7 * ON_ONE
    late = (await marac.get("housing", "flags")).json()
    assert [each["stands"] for each in late["flags"]] == ["late"]
    monkeypatch.setattr(after_lists, "MOST", 0)
    assert (await marac.get("housing", "flags")).json()["more"], "a list that is cut says so"


async def test_the_overview_reads_no_case_of_years_that_are_over(marac: Marac, read: Counter[str]) -> None:
    at = await grown(marac, 2 * ON_ONE)
    page = ("chair", "/marac/v1/overview")
    now, body = await _reads(marac, read, page, at), (await marac.get("chair", "overview")).json()
    before = await grow(marac.runtime, *at.made, 2 * ON_ONE, years_ago=3)
    assert await _reads(marac, read, page, at) == now
    (north,) = (await marac.get("chair", "overview")).json()["maracs"]
    assert north == body["maracs"][0]
    heard = (await marac.get("chair", "data-return?by=meeting")).json()["returns"]
    assert len(heard) == 4, "by meeting, each that was ever held"
    (case,) = await marac.runtime.rows_by(CASE, "subject", [before.case])
    assert cast("ConferenceCase", case).had_by == before.meeting


async def test_a_case_waits_until_a_meeting_of_its_marac_has_had_it(marac: Marac) -> None:
    at = await grown(marac, 2 * ON_ONE)
    (north,) = (await marac.get("coordinator", "waiting")).json()["maracs"]
    assert {each["case"] for each in north["waiting"]} == set(at.waiting)
    meeting = cast("ConferenceMeeting", await marac.runtime.row(MEETING, at.meeting))
    for change in ({"area": "south", "areas": ["south", "castleshire"]}, {"withdrawn": True}):
        row = new_row(MEETING, at.meeting, meeting.model_copy(update=change))
        async with marac.runtime.store.writing() as connection:
            await write_rows(marac.runtime.store, connection, [row], {})
        case = cast("ConferenceCase", await marac.runtime.row(CASE, at.case))
        assert case.had_by == at.meeting
        found = {each.case for each in await waiting_in(Held(marac.runtime), CALLERS["coordinator"], "north")}
        if "area" in change:
            assert at.case in found, "what had it was a meeting of the south"

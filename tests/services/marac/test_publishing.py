"""The published agenda: what is marked since, as a table (``tables/publishing.yaml``); who publishes; that
what somebody may see no more, or what was taken back, leaves nothing behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.accept import own_header
from contracts.vocabulary import Grade
from services.marac.conference.rows import ConferenceCase
from services.marac.conference.views import CASE
from services.marac.rules.publishing import Change, Stood, changes, may_publish, over
from tests.services.marac import caseload
from tests.services.marac.caseload import ben, cat, mention
from tests.services.marac.conftest import Marac, Prepared, bare, caller, prepared
from tests.support.tables import lines
from tests.support.waiting import until


def _stood(told: dict[str, str]) -> Stood:
    (case, grade), *lines_of = told.items()
    return Stood(case, Grade(grade), dict(lines_of))


def _words(change: Change) -> str:
    said = ["new"] * change.new + [change.moved or ""]
    said += [f"was {change.grade_before}"] if change.grade_before else []
    counts = {"lines": change.lines, "orders": change.orders, "breaches": change.breaches}
    said += [" ".join(f"{n} {of}" for of, n in counts.items() if n)]
    return ", ".join(filter(None, said))


@lines(__file__, "publishing")
def test_what_is_marked(line: dict[str, Any]) -> None:
    found = changes([_stood(each) for each in line["before"]], [_stood(each) for each in line["now"]])
    assert {case: said for case, change in found.items() if (said := _words(change))} == line["marks"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 7, 1, 9, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), True),  # midnight in London, in summer
    ],
)
def test_a_meeting_is_over_when_its_day_is_over_in_london(at: datetime, expected: bool) -> None:
    assert over(datetime(2026, 7, 1, 9, 30, tzinfo=UTC), at) is expected


@pytest.mark.parametrize(
    ("days", "emergency", "closed", "expected"),
    [
        (0, False, False, True),
        (0, False, True, True),
        (1, False, False, False),
        (0, True, True, True),
        (1, True, False, True),
        (9, True, False, True),
        (1, True, True, False),
    ],
)
def test_an_emergencys_agenda_is_published_until_its_meeting_is_closed(
    days: int, emergency: bool, closed: bool, expected: bool
) -> None:
    starts = datetime(2026, 7, 1, 20, tzinfo=UTC)
    at = starts + timedelta(days=days, hours=1)
    assert may_publish(starts, at, emergency=emergency, closed=closed) is expected


async def agenda(marac: Marac, who: str, made: Prepared) -> dict[str, Any]:
    body: dict[str, Any] = (await marac.get(who, f"meetings/{made.meeting}/agenda")).json()
    return body


async def published(marac: Marac, made: Prepared, after: int = 0) -> None:
    answer = await marac.post("coordinator", f"meetings/{made.meeting}/publications", {"after": after})
    assert answer.status_code == 201, answer.text


async def taken_off(marac: Marac, made: Prepared) -> None:
    """The listing of the case is taken back."""
    coordinator = caller("coordinator", "police", "marac-coordinator", "north")
    row = await marac.runtime.row(CASE, made.case)
    assert isinstance(row, ConferenceCase)
    await marac.runtime.revise(row.meetings[0].root, 1, None, None, caller=coordinator, right="test")


async def test_a_version_is_published_and_what_changed_since_is_marked(marac: Marac) -> None:
    made = await prepared(marac)
    assert (await agenda(marac, "chair", made))["publication"]["version"] == 0
    await published(marac, made)
    body = await agenda(marac, "chair", made)
    told = body["publication"]
    assert (told["version"], told["by"], told["agency_name"]) == (1, "coordinator", "The police")
    assert (told["changed"], told["gone"], told["open"]) == (0, [], True)
    assert [line["new"] for line in body["cases"]] == [0]

    await marac.say("police", caseload.incident().said)
    other = await marac.say("haven", caseload.referral(people=[cat(), ben()]).said, 3)

    async def listed() -> bool:
        answer = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": other})
        return answer.status_code == 201

    await until(listed, what="the other case is listed")

    async def marked() -> dict[str, Any]:
        body = await agenda(marac, "chair", made)
        since = {line["case"]: line["since"] for line in body["cases"]}
        there = len(since) == 2 and since[made.case]["lines"] == 1 and since[other]["new"]
        return body if there else {}

    body = await until(marked, what="one line of one case and the other case are marked")
    assert body["publication"]["changed"] == 2
    page = await marac.http.get(
        f"/marac/meetings/{made.meeting}", headers={"Authorization": "Bearer coordinator"}
    )
    for words in ("Version 1.", "Published by coordinator", "2 cases. They are marked", "Publish version 2"):
        assert words in page.text, words
    second = await marac.post("coordinator-too", f"meetings/{made.meeting}/publications", {"after": 0})
    assert second.status_code == 409, "whoever published meanwhile is not overtaken unseen"
    await published(marac, made, after=1)
    told = (await agenda(marac, "chair", made))["publication"]
    assert (told["version"], told["changed"]) == (2, 0)


async def test_what_was_known_late_is_marked_though_it_was_recorded_before(marac: Marac) -> None:
    made = await prepared(marac)
    await published(marac, made)
    await marac.say("police", caseload.incident().said, 15)

    async def marked() -> bool:
        (line,) = (await agenda(marac, "chair", made))["cases"]
        return bool(line["new"] == 1 and line["since"]["lines"] == 1)

    await until(marked, what="a nightly feed's line is new on the agenda")


async def test_a_case_that_leaves_it_leaves_its_letters_to_who_may_see_it_and_no_name(marac: Marac) -> None:
    made = await prepared(marac)
    await published(marac, made)
    letters = (await agenda(marac, "chair", made))["cases"][0]["letters"]
    await taken_off(marac, made)

    async def gone() -> bool:
        body = await agenda(marac, "chair", made)
        return not body["cases"] and [each["letters"] for each in body["publication"]["gone"]] == [letters]

    await until(gone, what="the case is on the agenda no more")
    body = await agenda(marac, "chair", made)
    assert [line["case"] for line in body["waiting"]] == [made.case], "it waits again"
    page = await marac.http.get(
        f"/marac/meetings/{made.meeting}/print", headers={"Authorization": "Bearer chair"}
    )
    assert letters in page.text
    assert "Doe" not in page.text


async def test_a_case_that_comes_to_be_of_another_area_is_gone_without_a_trace(marac: Marac) -> None:
    made = await prepared(marac)
    await published(marac, made)
    letters = (await agenda(marac, "chair", made))["cases"][0]["letters"]
    await taken_off(marac, made)
    elsewhere = bare(caseload.referral(routing=caseload.area("south")).said)
    now, haven = own_header(marac.runtime.clock.now()), caller("haven", "haven", "reporter")
    await marac.runtime.revise(made.case, 1, now, elsewhere, caller=haven, right="test")

    async def gone() -> bool:
        body = await agenda(marac, "chair", made)
        return not body["cases"] and not body["waiting"]

    await until(gone, what="it is heard in the south")
    answer = await marac.get("chair", f"meetings/{made.meeting}/agenda")
    assert answer.json()["publication"]["gone"] == []
    assert made.case not in answer.text
    assert letters not in answer.text


async def test_the_coordinator_of_the_area_publishes_and_nobody_else_until_it_is_over(marac: Marac) -> None:
    made = await prepared(marac)
    path = f"meetings/{made.meeting}/publications"
    for who in ("chair", "idva", "coordinator-elsewhere", "officer", "matac"):
        assert (await marac.post(who, path, {"after": 0})).status_code == 404, who
    assert (await marac.post("coordinator", path, {})).status_code == 422
    form, headers = {"after": "0"}, {"Authorization": "Bearer coordinator"}
    for _ in range(2):
        sent = await marac.http.post(f"/marac/{path}", data=form, headers=headers)
        assert sent.status_code == 303
    assert (await agenda(marac, "chair", made))["publication"]["version"] == 1, (
        "pressed twice, published once"
    )
    later = await marac.post("coordinator", path, {"after": 7})
    assert (later.status_code, later.json()["faults"][0]["where"]) == (422, "body.after")
    past = (marac.runtime.clock.now().replace(year=2020)).isoformat()
    old = (await marac.post("coordinator", "meetings", {"area": "north", "starts": past})).json()["root"]
    late = await marac.post("coordinator", f"meetings/{old}/publications", {"after": 0})
    assert (late.status_code, late.json()["code"]) == (409, "meeting-over"), late.text
    assert not (await marac.get("chair", f"meetings/{old}/agenda")).json()["publication"]["open"]
    body = {"area": "north", "starts": past, "emergency": True}
    sits = (await marac.post("coordinator", "meetings", body)).json()["root"]
    assert (await marac.get("chair", f"meetings/{sits}/agenda")).json()["publication"]["open"]
    done = await marac.post("coordinator", f"meetings/{sits}/publications", {"after": 0})
    assert done.status_code == 201, "nobody has closed it"


async def test_what_is_published_holds_no_name(marac: Marac) -> None:
    made = await prepared(marac)
    await published(marac, made)
    facts = await marac.runtime.facts([f"o:{made.meeting}"])
    said = " ".join(fact.envelope.model_dump_json() for fact in facts)
    assert "agenda-published" in said
    for name in ("Doe", "Ann", "Marker"):
        assert name not in said
    assert mention("ann", caseload.Role.VICTIM).identity, "there was a name to find"

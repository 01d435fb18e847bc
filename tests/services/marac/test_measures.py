"""A chair's page over all their MARACs, and the data return: over HTTP, for whoever may see them."""

import csv
import io
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import httpx
import pytest

from chassis.accept import own_header
from chassis.ids import new_id
from chassis.pages.texts import Texts
from contracts.events.actions import ActionAnswered
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.people import ReferralMade
from contracts.events.research import ResearchersSet
from contracts.sections import Narrative
from contracts.vocabulary import ActionAnswer, AgencyKind, AreaKind, ReferringService, Role
from services.marac.rules.returns import COLUMNS, REFERRED_BY, last_four, quarter_of
from tests.pages.test_texts import PAGES as TEXTS
from tests.services.marac.conftest import CALLERS, Marac, prepared
from tests.support.facts import area, someone
from tests.support.waiting import until

OF_ACTIONS = ("actions_due", "actions_in_time")


async def overview(marac: Marac, who: str) -> dict[str, Any]:
    """The line of each MARAC of this caller's, by its area."""
    body: dict[str, Any] = (await marac.get(who, "overview")).json()
    return {line["area"]: line for line in body["maracs"]}


async def held(marac: Marac, cases: int) -> str:
    """A meeting of the last quarter that is over, with so many cases, two of them by the police."""
    for code, kind, within in (
        ("castleshire", AreaKind.FORCE, None),
        ("north", AreaKind.MARAC, "castleshire"),
        ("south", AreaKind.MARAC, "castleshire"),
    ):
        await marac.say("council", AreaDefined(area=code, name=code.title(), kind=kind, within=within))
    for agency, of in (("police", AgencyKind.POLICE), ("haven", AgencyKind.IDVA_SERVICE)):
        await marac.say("council", AgencyDefined(agency=agency, name=f"The {agency}", kind=of))
    day = last_four(marac.runtime.clock.now())[-1].starts + timedelta(days=9)
    starts = datetime.combine(day, time(9, 30), UTC).isoformat()
    called = await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})
    meeting: str = called.json()["root"]
    for n in range(cases):
        people = [someone(Role.VICTIM, f"v{n}"), someone(Role.PERPETRATOR, f"p{n}")]
        said = ReferralMade(people=people, routing=area("north"))
        await referred(marac, meeting, "police" if n < 2 else "haven", said)
    return meeting


async def referred(marac: Marac, meeting: str, agency: str, said: ReferralMade) -> None:
    """An agency refers, and the meeting has the case."""
    case = await marac.say(agency, said, 200)

    async def listed() -> bool:
        sent = await marac.post("coordinator", f"meetings/{meeting}/cases", {"case": case})
        return sent.status_code == 201

    await until(listed, what="the case is listed")


async def test_what_waits_in_each_marac(marac: Marac) -> None:
    made = await prepared(marac)

    async def there() -> dict[str, Any]:
        found = await overview(marac, "chair")
        north = found["north"]
        return found if north["next"] and north["next"]["cases"] and north["unanswered"] else {}

    found = await until(there, what="the meeting, its case and the alert that nobody answered")
    assert set(found) == {"north"}, "the south is another's"
    north = found["north"]
    assert (north["next"]["meeting"], north["next"]["cases"]) == (made.meeting, 1)
    assert (north["waiting"], north["unanswered"], north["population"]) == (0, 1, None)
    assert [each["name"] for each in north["measures"]] == [*COLUMNS, *OF_ACTIONS]
    assert set(await overview(marac, "chair-elsewhere")) == {"south"}
    for who in ("idva", "officer", "matac", "admin", "system"):
        for path in ("/marac/v1/overview", "/marac/overview", "/marac/v1/data-return.csv"):
            answer = await marac.http.get(path, headers={"Authorization": f"Bearer {who}"})
            assert answer.status_code == 404, (who, path)
    page = await marac.http.get("/marac/overview", headers={"Authorization": "Bearer chair"})
    assert page.status_code == 200
    assert f"/marac/meetings/{made.meeting}" in page.text
    ends = quarter_of(marac.runtime.clock.now()).after.starts
    assert (await marac.get("chair", "overview")).json()["this_quarter_from"] == ends.isoformat()
    assert f"counted once it is over, from {ends:%a} {ends.day} {ends:%b}" in page.text
    assert "Not known how many live there" in page.text
    for said in ("Cases to which you have a tie are not in it", "nor any that is restricted to others"):
        assert said in page.text, "whether there is one or not"


async def test_measures_hide_what_is_small_and_the_data_return_does_not(marac: Marac) -> None:
    await held(marac, 9)
    people = {"area": "north", "adult_women": 4_000, "as_at": "2025-06-30", "source": "Invented estimates"}
    for who, status in (("admin", 201), ("chair", 201), ("chair-elsewhere", 404), ("coordinator", 404)):
        assert (await marac.post(who, "populations", people)).status_code == status, who
    wrong = await marac.post("admin", "populations", people | {"adult_women": 0})
    assert (wrong.status_code, wrong.json()["faults"][0]["where"]) == (422, "body.adult_women")

    async def counted() -> dict[str, Any]:
        north = (await overview(marac, "chair"))["north"]
        return north if north["measures"][0]["year"] == 9 and north["population"] else {}

    north = await until(counted, what="nine cases are counted")
    measures = {each["name"]: each for each in north["measures"]}
    assert north["per_10_000"] == 22.5
    assert (north["population"]["person"], north["capacity"]) == (CALLERS["chair"].id, None)
    assert measures["cases"]["quarters"] == [0, 0, 0, 9]
    assert measures["referred_by_police"]["year"] is None, "two are few"
    assert measures["partner_agency_referrals"]["year"] is None, "seven would tell that two are the police's"
    assert measures["referred_by_idva"]["year"] is None
    assert measures["repeat_cases"] == {"name": "repeat_cases", "quarters": [0] * 4, "year": 0, "percent": 0}

    (year,) = (await marac.get("coordinator", "data-return?by=year")).json()["returns"]
    assert year["numbers"]["cases"] == 9
    assert (year["numbers"]["referred_by_police"], year["numbers"]["referred_by_idva"]) == (2, 7)
    assert (year["partner_agency_percent"], year["cases_per_10_000_adult_women"]) == (77.8, 22.5)
    (other,) = (await marac.get("chair-elsewhere", "data-return?by=year")).json()["returns"]
    assert (other["area"], other["numbers"]["cases"]) == ("south", 0)

    table = await marac.get("coordinator", "data-return.csv?by=meeting")
    assert table.headers["content-type"].startswith("text/csv")
    assert "attachment" in table.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(table.text))
    assert [name for name in row if name in COLUMNS] == list(COLUMNS)
    assert (row["area"], row["of"], row["cases"], row["referred_by_police"]) == ("north", "meeting", "9", "2")
    assert row["referred_by_primary_care"] == "0", "everybody's service is known"
    assert (await marac.get("coordinator", "data-return?by=week")).status_code == 422


async def test_what_measures_are_set_against_is_set_by_page_with_faults_by_field(marac: Marac) -> None:
    await held(marac, 1)

    async def form(who: str, path: str, **typed: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}"}
        if not typed:
            return await marac.http.get(f"/marac/{path}", headers=headers)
        return await marac.http.post(f"/marac/{path}", data=typed | {"once": new_id()}, headers=headers)

    women = {"adult_women": "4,000", "as_at": "2025-06-30", "source": "Invented estimates"}
    posts = {"idva_capacity_fte": "1.5", "coordinator_capacity_fte": "", "as_at": "2025-06-30"}
    for who in ("coordinator", "chair-elsewhere", "idva", "system"):
        assert (await form(who, "numbers/north")).status_code == 404, who
        assert (await form(who, "numbers/north/population", **women)).status_code == 404, who
    for form_, whole, wrong in (
        ("population", women, {"adult_women": "many"}),
        ("population", women, {"as_at": "2090-01-01"}),
        ("population", women, {"source": ""}),
        ("capacity", posts, {"idva_capacity_fte": "half"}),
        ("capacity", posts, {"coordinator_capacity_fte": "501"}),
        ("capacity", posts, {"idva_capacity_fte": ""}),
        ("capacity", posts, {"as_at": ""}),
    ):
        refused = await form("admin", f"numbers/north/{form_}", **whole | wrong)
        (field,) = wrong
        assert refused.status_code == 422, (form_, wrong)
        assert f'href="#{form_}-{field}"' in refused.text, (form_, wrong)
        assert 'value="2025-06-30"' in refused.text or field == "as_at", "what was typed is kept"
    page = (await form("chair", "numbers/north")).text
    assert "Not known how many live there" in page
    assert "Not known how many work here" in page
    assert (await form("chair", "numbers/north/population", **women)).status_code == 303
    assert (await form("admin", "numbers/north/capacity", **posts)).status_code == 303

    async def there() -> bool:
        north = (await overview(marac, "chair"))["north"]
        return bool(north["population"] and north["capacity"])

    await until(there, what="the overview has both")
    page = (await form("admin", "numbers/north")).text
    assert "4,000 women on" in page
    assert "IDVAs" in page
    assert "/marac/numbers/north" in (await form("chair", "overview")).text
    assert "/marac/numbers/north" in (await form("admin", "choices/north")).text
    for path in ("overview", "choices/north"):
        assert "/marac/numbers/north" not in (await form("coordinator", path)).text, "theirs is not to set it"


@pytest.mark.parametrize(
    ("form", "first", "then", "kept"),
    [
        (
            "population",
            {"adult_women": "4,000", "as_at": "2025-06-30", "source": "Invented estimates"},
            {"adult_women": "5,000"},
            'value="5,000"',
        ),
        (
            "capacity",
            {"idva_capacity_fte": "1.5", "as_at": "2025-06-30"},
            {"idva_capacity_fte": "2.5"},
            "2.5",
        ),
    ],
)
async def test_another_number_typed_after_going_back_is_not_lost(
    marac: Marac, form: str, first: dict[str, str], then: dict[str, str], kept: str
) -> None:
    await held(marac, 1)
    headers, path = {"Authorization": "Bearer admin"}, f"/marac/numbers/north/{form}"

    async def press(once: str, **typed: str) -> httpx.Response:
        return await marac.http.post(path, data=first | typed | {"once": once}, headers=headers)

    once = new_id()
    assert [(await press(once)).status_code for _ in range(2)] == [303, 303], "pressed twice"
    said = await press(once, **then)
    assert said.status_code == 422
    assert "sent before with something else" in said.text
    assert f'href="#{form}-same-key-other-content"' in said.text
    assert f'id="{form}-same-key-other-content"' in said.text
    assert kept in said.text, "what was typed is kept"
    (anew,) = set(re.findall(r'name="once" value="([^"]+)"', said.text.partition(f'/{form}"')[2][:400]))
    assert anew != once
    assert (await press(anew, **then)).status_code == 303, "and saved when it is sent again"


async def test_how_many_work_for_a_marac_ends_its_return_and_stands_on_the_page_with_who_set_it(
    marac: Marac,
) -> None:
    await held(marac, 1)
    quarter = last_four(marac.runtime.clock.now())[-1]
    before, after = quarter.starts.isoformat(), quarter.after.starts.isoformat()
    first = {"area": "north", "idva_capacity_fte": 3.5, "coordinator_capacity_fte": 0, "as_at": before}
    then = {"area": "north", "idva_capacity_fte": 4, "as_at": after}
    for who, status in (("admin", 201), ("chair-elsewhere", 404), ("coordinator", 404), ("idva", 404)):
        assert (await marac.post(who, "capacities", first)).status_code == status, who
    assert (await marac.post("chair", "capacities", then)).status_code == 201

    async def told() -> list[dict[str, str]]:
        table = await marac.get("coordinator", "data-return.csv?by=meeting")
        rows = list(csv.DictReader(io.StringIO(table.text)))
        return rows if rows and rows[0]["cases"] == "1" and rows[0]["idva_capacity_fte"] else []

    (row,) = await until(told, what="the case and the capacity are told")
    assert list(row)[-2:] == ["idva_capacity_fte", "coordinator_capacity_fte"], "as the return is published"
    assert list(row.values())[-2:] == ["3.5", "0.0"], "of the meeting's day, and none is a number"
    quarters = (await marac.get("chair", "data-return?by=quarter")).json()["returns"]
    assert [each["idva_capacity_fte"] for each in quarters] == [None, None, None, 3.5]
    assert [each["coordinator_capacity_fte"] for each in quarters] == [None, None, None, 0]
    (year,) = (await marac.get("chair", "data-return?by=year")).json()["returns"]
    assert (year["idva_capacity_fte"], year["coordinator_capacity_fte"]) == (3.5, 0)
    (other,) = (await marac.get("chair-elsewhere", "data-return?by=year")).json()["returns"]
    assert (other["idva_capacity_fte"], other["coordinator_capacity_fte"]) == (None, None)

    set_now = (await overview(marac, "chair"))["north"]["capacity"]
    assert (set_now["idva_capacity_fte"], set_now["coordinator_capacity_fte"]) == (4, None)
    assert (set_now["as_at"], set_now["person"]) == (after, CALLERS["chair"].id)
    page = (await marac.http.get("/marac/overview", headers={"Authorization": "Bearer chair"})).text
    words = page.split("Coordinators, in full-time equivalents")[1].split("</tr>")[0]
    assert "Not told" in words
    assert f"Set by {CALLERS['chair'].name}" in words


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"idva_capacity_fte": -0.5}, "body.idva_capacity_fte"),
        ({"idva_capacity_fte": 501}, "body.idva_capacity_fte"),
        ({"idva_capacity_fte": "two"}, "body.idva_capacity_fte"),
        ({"idva_capacity_fte": True}, "body.idva_capacity_fte"),
        ({"coordinator_capacity_fte": "1"}, "body.coordinator_capacity_fte"),
        ({"idva_capacity_fte": None}, "body"),
        ({"as_at": "2120-01-01"}, "body.content.as_at"),
        ({"name": "Somebody else"}, "body.content.name"),
    ],
    ids=str,
)
async def test_a_capacity_that_cannot_be_is_refused(marac: Marac, wrong: dict[str, Any], where: str) -> None:
    await held(marac, 0)
    said = {"area": "north", "idva_capacity_fte": 3.5, "as_at": "2026-01-01"} | wrong
    answer = await marac.post("admin", "capacities", said)
    assert answer.status_code == 422, answer.text
    assert answer.json()["faults"][0]["where"] == where


async def test_a_service_that_is_named_has_its_column_and_none_of_another_is_not_known(marac: Marac) -> None:
    """With the referral, or with its agency; what nobody named may be any of them."""
    meeting = await held(marac, 2)
    for agency, kind, service in (
        ("hospital", AgencyKind.HEALTH, ReferringService.SECONDARY_CARE),
        ("council", AgencyKind.COUNCIL, None),
    ):
        said = AgencyDefined(agency=agency, name=f"The {agency}", kind=kind, service=service)
        await marac.say("council", said)
    for n, (agency, service) in enumerate(
        (("hospital", None), ("council", ReferringService.MASH), ("council", None))
    ):
        people = [someone(Role.VICTIM, f"w{n}"), someone(Role.PERPETRATOR, f"q{n}")]
        told = ReferralMade(people=people, routing=area("north"), service=service)
        await referred(marac, meeting, agency, told)

    async def columns() -> dict[str, str]:
        table = await marac.get("coordinator", "data-return.csv?by=meeting")
        (row,) = csv.DictReader(io.StringIO(table.text))
        return row if row["cases"] == "5" else {}

    row = await until(columns, what="five cases are counted")
    found = {name.removeprefix("referred_by_"): row[name] for name in REFERRED_BY if row[name] != "0"}
    assert found == {
        "police": "2",
        "secondary_care_acute": "1",
        "mash": "1",
        "council_not_told_apart": "1",
        "adult_social_care": "",
        "substance_misuse": "",
    }
    assert row["partner_agency_referrals"] == "3"
    page = await marac.http.get("/marac/overview", headers={"Authorization": "Bearer chair"})
    assert page.status_code == 200


async def test_a_chair_of_two_maracs_has_both_side_by_side_on_one_page(marac: Marac) -> None:
    await held(marac, 6)

    async def both() -> dict[str, Any]:
        found = await overview(marac, "chair-of-two")
        counted = {area: line["measures"][0]["year"] for area, line in found.items()}
        return found if counted == {"north": 6, "south": 0} else {}

    await until(both, what="six were heard in the north, and none in the south")
    headers = {"Authorization": "Bearer chair-of-two"}
    page = (await marac.http.get("/marac/overview", headers=headers)).text
    tables = [part.split("</thead>")[0] for part in page.split("<thead")[1:]]
    assert any("North" in head and "South" in head for head in tables), "side by side"
    returns = (await marac.get("chair-of-two", "data-return?by=year")).json()["returns"]
    assert {each["area"]: each["numbers"]["cases"] for each in returns} == {"north": 6, "south": 0}


async def test_actions_that_were_due_and_those_done_by_then(marac: Marac) -> None:
    meeting = await held(marac, 2)
    now = marac.runtime.clock.now()
    day = last_four(now)[-1].starts + timedelta(days=40)
    due = datetime.combine(day, time(12), UTC)
    agenda = (await marac.get("coordinator", f"meetings/{meeting}/agenda")).json()
    cases = [each["case"] for each in agenda["cases"]]

    async def agreed(case: str, due: datetime) -> str:
        said = {"owner": "police", "due": due.isoformat(), "text": "Change both locks.", "target": "victim"}
        said |= {"meeting": meeting}
        answer = await marac.post("coordinator", f"cases/{case}/actions", said)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["root"])

    roots = [await agreed(case, due) for case in (*cases, cases[0])]
    await agreed(cases[0], now + timedelta(days=9))
    for root, answer, days in ((roots[0], "done", -1), (roots[1], "done", 1), (roots[2], "not-done", -1)):
        words = Narrative(text="Both.")
        came = ActionAnswered(action=root, answer=ActionAnswer(answer), words=words)
        before = own_header(due + timedelta(days=days))
        await marac.runtime.take(before, came, caller=CALLERS["coordinator"], right="test")

    async def counted() -> bool:
        measures = {each["name"]: each for each in (await overview(marac, "chair"))["north"]["measures"]}
        were_due, in_time = measures["actions_due"], measures["actions_in_time"]
        assert were_due["percent"] is None
        return were_due["year"] == 3 and in_time["quarters"] == [0, 0, 0, 1] and in_time["percent"] == 33.3

    await until(counted, what="three were due, and one was done by then")


async def test_whoever_declared_nothing_counts_every_case_and_whoever_has_a_tie_all_but_that_one(
    marac: Marac,
) -> None:
    meeting = await held(marac, 6)
    before = own_header(marac.runtime.clock.now() - timedelta(days=200))
    asks = ResearchersSet(area="north", agencies=["council"])
    await marac.runtime.take(before, asks, caller=CALLERS["coordinator"], right="test")

    async def counts(cases: int) -> bool:
        (year,) = (await marac.get("chair", "data-return?by=year")).json()["returns"]
        north = (await overview(marac, "chair"))["north"]
        return (year["numbers"]["cases"], north["measures"][0]["year"]) == (cases, cases)

    async def waits() -> list[dict[str, Any]]:
        agenda = (await marac.get("chair", f"meetings/{meeting}/agenda")).json()
        found: list[dict[str, Any]] = agenda["undeclared"]
        return found if len(found) == 6 and agenda["cases"] == [] else []

    found = await until(waits, what="a deputy chaired, and the chair has declared nothing")
    assert await until(lambda: counts(6), what="every case is counted")
    tie = {"cases": [{"case": found[0]["case"], "tie": True}]}
    await marac.post("chair", f"meetings/{meeting}/interests", tie)
    assert await until(lambda: counts(5), what="all but the one with a tie")


async def test_a_tie_or_a_restriction_takes_every_case_of_these_people_out_of_the_numbers(
    marac: Marac,
) -> None:
    meeting = await held(marac, 4)
    before = own_header(marac.runtime.clock.now() - timedelta(days=200))
    asks = ResearchersSet(area="north", agencies=["council"])
    await marac.runtime.take(before, asks, caller=CALLERS["coordinator"], right="test")

    async def listed(victim: str, accused: str) -> str:
        people = [someone(Role.VICTIM, victim), someone(Role.PERPETRATOR, accused)]
        case = await marac.say("haven", ReferralMade(people=people, routing=area("north")), 190)

        async def on() -> bool:
            sent = await marac.post("coordinator", f"meetings/{meeting}/cases", {"case": case})
            return sent.status_code == 201

        await until(on, what="the case is listed")
        return case

    async def counts(who: str, cases: int) -> bool:
        (year,) = (await marac.get(who, "data-return?by=year")).json()["returns"]
        shown = (await overview(marac, who))["north"]["measures"][0]["quarters"][-1]
        return year["numbers"]["cases"] == cases and shown == (cases if cases >= 5 else None)

    hers, theirs = await listed("v2", "other"), await listed("new", "p3")
    await until(lambda: counts("chair", 6), what="every case is counted")
    inside = [{"person": CALLERS[each].id, "name": "Inside"} for each in ("coordinator", "idva")]
    said = {"to": inside, "reason": "A cousin works for the council."}
    assert (await marac.post_upon("coordinator", f"cases/{hers}/restriction", said)).status_code == 201
    await until(lambda: counts("chair", 4), what="her other case is restricted with it")
    assert await counts("coordinator", 6), "to those inside it is there"
    tie = {"cases": [{"case": theirs, "tie": True}]}

    async def declared() -> bool:
        return (await marac.post("chair", f"meetings/{meeting}/interests", tie)).status_code == 201

    await until(declared, what="the chair has said of whom they are kin")
    await until(lambda: counts("chair", 2), what="he is accused in another case too")


def test_every_number_has_words() -> None:
    texts = Texts(TEXTS["services/marac"])
    words = [f"measure.{name.replace('_', '-')}" for name in (*COLUMNS, *OF_ACTIONS)]
    assert [each for each in words if each not in texts] == []

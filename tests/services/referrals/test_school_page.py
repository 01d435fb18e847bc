"""A school's key adult confirms by page that the school has been told: of its own children, and nobody
else's; and is shown nothing of where anybody lives, nor of what was done to whom."""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from chassis.parking import Incomplete
from contracts.events.children import SchoolTold
from contracts.events.configuration import AgencyDefined
from contracts.events.operations import AuditShown
from contracts.vocabulary import AgencyKind, AlertRule, SchoolStep
from services.referrals.children import CHILDREN
from tests.services.referrals.scene import CALLERS, Referrals, caller, mention, named
from tests.services.referrals.test_children_http import ROUTING, runs
from tests.services.referrals.test_support_http import prepared
from tests.support.waiting import until

PATH = "/referrals/school-tellings"
OURS, THEIRS = "100200", "100300"
MARKS = {
    "address": ["zqaddress", "zqtown"],
    "postcode": "zqpostcode",
    "uprn": "990011223344",
    "school": "zqschool",
}
ANN = named("victim", "P-1", name={"family": "Zqfamily", "given": "Zqgiven"}) | {"location": MARKS}
BEN = named("suspect", "P-2", name={"family": "Zqhim"}) | {"relationship": "ex-partner", "location": MARKS}
STAFF = {
    each.subject: each
    for each in (
        caller("key-adult", "school", "key-adult"),
        caller("key-adult-elsewhere", "academy", "key-adult"),
        caller("key-adult-of-no-number", "college", "key-adult"),
        caller("key-adult-of-no-school", "clinic", "key-adult"),
        caller("teacher", "school", "referrer"),
        caller("school-system", "school", "reporter"),
        caller("academy-system", "academy", "reporter"),
    )
}


def kit(number: str | None = OURS, **more: Any) -> dict[str, Any]:
    at = {**MARKS, **({"school_number": number} if number else {})}
    who = {"born": ["2018-05-01"], "name": {"family": "Marsh", "given": "Kit"}}
    return named("child", "P-3", **who) | {"location": at | more}


@pytest.fixture(autouse=True)
async def schools(referrals: Referrals, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, each in STAFF.items():
        monkeypatch.setitem(CALLERS, name, each)
    await prepared(referrals)
    of_education = {"school": OURS, "academy": THEIRS, "college": None}
    await referrals.configure(
        *(
            AgencyDefined(agency=agency, name=agency.title(), kind=AgencyKind.EDUCATION, school=number)
            for agency, number in of_education.items()
        ),
        AgencyDefined(agency="clinic", name="Clinic", kind=AgencyKind.HEALTH, school=OURS),
    )


async def happened(referrals: Referrals, *children: dict[str, Any]) -> str:
    """The police record an incident at home, and the clock runs; give its root."""
    said = {"people": [ANN, BEN, *(children or (kit(),))], "kind": "common-assault", **ROUTING}
    taken = await referrals.post("police", "incidents", said | {"narrative": {"text": "zqnarrative"}})
    assert taken.status_code == 201, taken.text
    await runs(referrals, "P-1", AlertRule.SCHOOL_TOLD)
    return str(taken.json()["root"])


async def told(referrals: Referrals) -> None:
    """The police tell the school."""
    said = {"people": [ANN, kit()], "step": "told", **ROUTING}
    assert (await referrals.post("police", "school-tellings", said)).status_code == 201
    await runs(referrals, "P-1", AlertRule.SCHOOL_ACKNOWLEDGED)


async def page(referrals: Referrals, who: str = "key-adult") -> httpx.Response:
    return await referrals.http.get(PATH, headers={"Authorization": f"Bearer {who}"})


async def press(
    referrals: Referrals, form: dict[str, str], who: str = "key-adult", path: str = PATH
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {who}", "Origin": "http://127.0.0.1:8400"}
    return await referrals.http.post(path, data=form, headers=headers)


def form_of(text: str, **typed: str) -> dict[str, str]:
    """The one form of a page, as a browser sends it."""
    hidden = re.findall(r'<input type="hidden" name="(once|incident|child)" value="([^"]+)"', text)
    assert [name for name, _ in hidden] == ["once", "incident", "child"]
    return dict(hidden) | typed


async def test_the_page_says_that_a_record_of_a_child_on_it_could_not_be_read(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    await happened(referrals)
    assert "COULD NOT BE READ" not in (await page(referrals)).text
    kits = f"p:{await referrals.person('police', 'P-3')}"

    async def incomplete(subjects: Collection[str]) -> Incomplete:
        return Incomplete(records=int(kits in subjects))

    monkeypatch.setattr(referrals.runtime, "incomplete", incomplete)
    assert "1 RECORD ABOUT THIS COULD NOT BE READ" in (await page(referrals)).text


async def test_the_school_confirms_by_page_and_the_clock_stops(referrals: Referrals) -> None:
    incident = await happened(referrals)
    to_tell = (await page(referrals)).text
    assert "Nobody has recorded yet that your school was told." in to_tell
    await told(referrals)
    shown = (await page(referrals)).text
    assert "MARSH, Kit" in shown
    assert "born 1 May 2018" in shown
    assert "Your school was told today" in shown
    form = form_of(shown, taken_by="Designated safeguarding lead", support="A quiet room.")
    assert form["incident"] == incident
    answer = await press(referrals, form)
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    await runs(referrals, "P-1")
    after = (await page(referrals)).text
    assert "Nothing waits to be confirmed" in after
    assert after.index("MARSH, Kit") > after.index("Confirmed in the last 28 days")
    assert (await press(referrals, form)).status_code == 303, "pressed twice"
    facts = await referrals.runtime.facts([f"m:{mention('police', 'P-3')}"])
    (said,) = [each for each in facts.current(SchoolTold) if each.said.step is SchoolStep.ACKNOWLEDGED]
    assert (said.agency, said.said.taken_by, said.said.people) == (
        "school",
        "Designated safeguarding lead",
        [],
    )
    assert (said.said.incident, said.said.victim) == (incident, mention("police", "P-1"))


async def test_what_was_confirmed_by_mistake_is_taken_back_by_the_school_alone(referrals: Referrals) -> None:
    await happened(referrals)
    await told(referrals)
    form = form_of((await page(referrals)).text, taken_by="Head")
    assert (await press(referrals, form)).status_code == 303
    await runs(referrals, "P-1")
    after = (await page(referrals)).text
    assert f'action="{PATH}/undo"' in after
    again = form_of(after)
    for who in ("key-adult-elsewhere", "teacher", "police"):
        assert (await press(referrals, again, who, f"{PATH}/undo")).status_code == 404
    assert (await press(referrals, again, path=f"{PATH}/undo")).status_code == 303
    await runs(referrals, "P-1", AlertRule.SCHOOL_ACKNOWLEDGED)
    assert "We have been told" in (await page(referrals)).text
    assert (await press(referrals, again, path=f"{PATH}/undo")).status_code == 303, "nothing is left to do"
    nobody = again | {"child": new_id()}
    assert (await press(referrals, nobody, path=f"{PATH}/undo")).status_code == 404


async def test_what_the_council_confirmed_for_it_is_not_the_schools_to_take_back(
    referrals: Referrals,
) -> None:
    await happened(referrals)
    form = form_of((await page(referrals)).text)
    said = {"people": [ANN, kit()], "step": "acknowledged", **ROUTING}
    assert (await referrals.post("police", "school-tellings", said)).status_code == 201
    await runs(referrals, "P-1")
    assert "Take it back" not in (await page(referrals)).text
    assert (await press(referrals, form, path=f"{PATH}/undo")).status_code == 303
    await runs(referrals, "P-1")
    assert "Confirmed in the last 28 days" in (await page(referrals)).text, "it stands"


async def test_that_it_was_told_by_telephone_alone_is_confirmed_too(referrals: Referrals) -> None:
    await happened(referrals)
    form = form_of((await page(referrals)).text, taken_by="Head")
    assert (await press(referrals, form)).status_code == 303
    await runs(referrals, "P-1")


async def test_nothing_of_where_or_who_or_what_comes_to_a_school_and_each_look_is_on_record(
    referrals: Referrals,
) -> None:
    incident = await happened(referrals)
    await told(referrals)
    text = (await page(referrals)).text
    assert "zq" not in text.lower()
    for mark in (MARKS["uprn"], mention("police", "P-1"), mention("police", "P-2"), "common", "assault"):
        assert str(mark).lower() not in text.lower()
    assert OURS not in text
    person = await referrals.person("police", "P-1")

    async def looked() -> bool:
        audit = await referrals.runtime.configuration(AuditShown)
        looks = [each.said for each in audit.current(AuditShown) if each.said.subject == person]
        return any((each.viewer_agency, each.view) == ("school", CHILDREN.name) for each in looks) and any(
            incident in each.facts for each in looks
        )

    await until(looked, what="the look is on record")


async def test_another_school_sees_nothing_and_can_say_nothing(referrals: Referrals) -> None:
    await happened(referrals)
    await told(referrals)
    form = form_of((await page(referrals)).text, taken_by="Head")
    for who in ("key-adult-elsewhere", "key-adult-of-no-number", "key-adult-of-no-school"):
        shown = await page(referrals, who)
        assert shown.status_code == 200
        assert "Marsh" not in shown.text
        assert "MARSH" not in shown.text
        assert ("Nobody has said which school" in shown.text) is (who != "key-adult-elsewhere")
        assert (await press(referrals, form, who)).status_code == 404
    for who in ("teacher", "coordinator", "police", "school-system"):
        assert (await page(referrals, who)).status_code == 404
        assert (await press(referrals, form, who)).status_code == 404
    await runs(referrals, "P-1", AlertRule.SCHOOL_ACKNOWLEDGED)
    nobody = form | {"child": new_id()}
    assert (await press(referrals, nobody)).status_code == 404


async def test_by_a_mention_a_system_says_it_of_its_own_schools_children_alone(referrals: Referrals) -> None:
    incident = await happened(referrals)
    by_mention = {"victim": mention("police", "P-1"), "of_children": [mention("police", "P-3")]}
    said = by_mention | {"step": "acknowledged", "incident": incident}
    for who, content, status in (
        ("academy-system", said, 404),
        ("police", said, 404),
        ("school-system", said | {"step": "told"}, 404),
        ("school-system", by_mention | {"step": "acknowledged"}, 404),
        ("school-system", said | {"victim": mention("police", "P-2")}, 404),
        ("school-system", said, 201),
    ):
        answer = await referrals.post(who, "school-tellings", content)
        assert answer.status_code == status, (who, answer.text)
    await runs(referrals, "P-1")


@pytest.mark.parametrize("household", [[ANN], []], ids=["of this household", "of no household"])
async def test_a_school_that_the_child_has_left_sees_nothing_more(
    referrals: Referrals, household: list[dict[str, Any]]
) -> None:
    await happened(referrals)
    form = form_of((await page(referrals)).text, taken_by="Head")
    moved = {"people": [*household, kit(THEIRS, school="Elsewhere")], "setting": "school", **ROUTING}
    assert (await referrals.post("police", "child-circumstances", moved)).status_code == 201

    async def gone() -> bool:
        return "MARSH" not in (await page(referrals)).text

    await until(gone, what="the old school sees the child no more")
    assert (await press(referrals, form)).status_code == 404
    new = (await page(referrals, "key-adult-elsewhere")).text
    assert ("MARSH, Kit" in new) is bool(household)


async def test_what_is_refused_is_kept_and_says_why_and_nothing_is_recorded(referrals: Referrals) -> None:
    await happened(referrals)
    form = form_of((await page(referrals)).text, taken_by=" ", support="A quiet room.")
    for typed, says in (
        ({}, "Say who took it"),
        ({"taken_by": "Head", "support": "x" * 4001}, "at most 4,000"),
    ):
        refused = await press(referrals, form | typed)
        assert refused.status_code == 422
        assert says in refused.text
        assert (form | typed)["support"] in refused.text
    await runs(referrals, "P-1", AlertRule.SCHOOL_TOLD)


async def test_what_cannot_be_saved_just_now_is_given_back_as_it_was_typed(referrals: Referrals) -> None:
    await happened(referrals)
    form = form_of((await page(referrals)).text, taken_by="Head", support="A quiet room.")
    referrals.runtime.caught_up.clear()
    busy = await press(referrals, form)
    assert (busy.status_code, "could not be saved just now" in busy.text) == (503, True)
    assert "A quiet room." in busy.text
    referrals.runtime.caught_up.set()
    assert (await press(referrals, form_of(busy.text) | form)).status_code == 303
    await runs(referrals, "P-1")


async def moved(referrals: Referrals) -> str:
    """The child goes to the other school now; give what its page says."""
    said = {"people": [ANN, kit(THEIRS, school="Elsewhere")], "setting": "school", **ROUTING}
    assert (await referrals.post("police", "child-circumstances", said)).status_code == 201

    async def there() -> bool:
        return "MARSH" in (await page(referrals, "key-adult-elsewhere")).text

    await until(there, what="the new school sees the child")
    return (await page(referrals, "key-adult-elsewhere")).text


async def test_what_the_old_school_confirmed_waits_for_the_new_one_which_may_not_have_been_told(
    referrals: Referrals,
) -> None:
    await happened(referrals)
    await told(referrals)
    form = form_of((await page(referrals)).text, taken_by="Head")
    assert (await press(referrals, form)).status_code == 303
    await runs(referrals, "P-1")
    text = await moved(referrals)
    assert "A school of the child was told today" in text
    assert "yours may not have been" in text
    assert "Ring the police if they have not told your school" in text
    for never in ("Your school was told", "Confirmed in the last", "Take it back", "onfirm by", "Late"):
        assert never not in text
    form = form_of(text, taken_by="Head")
    assert (await press(referrals, form, "key-adult-elsewhere")).status_code == 303
    after = (await page(referrals, "key-adult-elsewhere")).text
    assert after.index("Your school was told today") > after.index("Confirmed in the last 28 days")
    assert "Nothing waits to be confirmed" in after
    undone = await press(referrals, form_of(after), "key-adult-elsewhere", f"{PATH}/undo")
    assert undone.status_code == 303
    again = (await page(referrals, "key-adult-elsewhere")).text
    assert "yours may not have been" in again
    await runs(referrals, "P-1")


async def test_a_call_to_the_old_school_is_not_the_new_ones_to_confirm(referrals: Referrals) -> None:
    await happened(referrals)
    await told(referrals)
    text = await moved(referrals)
    assert "A school of the child was told today" in text
    assert "Ring the police if they have not told your school" in text
    assert "Your school was told" not in text
    form = form_of(text, taken_by="Head")
    assert (await press(referrals, form, "key-adult-elsewhere")).status_code == 303
    await runs(referrals, "P-1")


async def test_an_incident_with_two_victims_is_one_card_and_confirmed_for_both(referrals: Referrals) -> None:
    said = {"people": [ANN, named("victim", "P-4"), BEN, kit()], "kind": "common-assault", **ROUTING}
    taken = await referrals.post("police", "incidents", said)
    assert taken.status_code == 201, taken.text
    for victim in ("P-1", "P-4"):
        await runs(referrals, victim, AlertRule.SCHOOL_TOLD)
    form = form_of((await page(referrals)).text, taken_by="Head")
    assert (await press(referrals, form)).status_code == 303
    for victim in ("P-1", "P-4"):
        await runs(referrals, victim)
    after = (await page(referrals)).text
    assert "Nothing waits to be confirmed" in after
    assert (await press(referrals, form_of(after), path=f"{PATH}/undo")).status_code == 303
    for victim in ("P-1", "P-4"):
        await runs(referrals, victim, AlertRule.SCHOOL_TOLD)


async def test_what_was_confirmed_under_another_mention_of_the_child_is_taken_back_too(
    referrals: Referrals,
) -> None:
    nhs = {"nhs_number": "9990000018"}
    child = kit()
    await happened(referrals, child | {"identity": child["identity"] | nhs})
    form = form_of((await page(referrals)).text, taken_by="Head")
    assert (await press(referrals, form)).status_code == 303
    await runs(referrals, "P-1")
    record = {"system": "main", "type": "person", "number": "P-33"}
    before = child | {"identity": child["identity"] | nhs | {"record": record}}
    body = referrals.body({"people": [ANN, before], "setting": "school", **ROUTING})
    body["occurred"] = (referrals.runtime.clock.now() - timedelta(days=1)).isoformat()
    headers = {"Authorization": "Bearer police"}
    taken = await referrals.http.post("/referrals/v1/child-circumstances", json=body, headers=headers)
    assert taken.status_code == 201, taken.text
    await referrals.until_one(("police", "P-3"), ("police", "P-33"))

    async def renamed() -> bool:
        return mention("police", "P-33") in (await page(referrals)).text

    await until(renamed, what="the page names the child by the older mention")
    form = form_of((await page(referrals)).text)
    assert (await press(referrals, form, path=f"{PATH}/undo")).status_code == 303
    await runs(referrals, "P-1", AlertRule.SCHOOL_TOLD)


async def test_what_a_system_confirmed_of_two_children_at_once_is_not_offered_to_be_taken_back(
    referrals: Referrals,
) -> None:
    lou = kit() | {"identity": named("child", "P-5", born=["2016-05-01"])["identity"]}
    incident = await happened(referrals, kit(), lou)
    both = [mention("police", "P-3"), mention("police", "P-5")]
    said = {"victim": mention("police", "P-1"), "of_children": both, "incident": incident}
    answer = await referrals.post("school-system", "school-tellings", said | {"step": "acknowledged"})
    assert answer.status_code == 201, answer.text
    await runs(referrals, "P-1")
    text = (await page(referrals)).text
    assert "Confirmed in the last 28 days" in text
    assert "Take it back" not in text

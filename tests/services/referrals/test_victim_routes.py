"""What one victim wants and needs, as it is posted: what is asked for, and what is refused and why."""

from typing import Any

import pytest

from contracts.events.wishes import ConsentSaid
from tests.services.referrals.scene import Referrals, named

HER = named("victim", "1")


async def post(referrals: Referrals, path: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": "Bearer haven"}
    body = referrals.body({"people": [HER]} | content)
    answer = await referrals.http.post(f"/referrals/v1/{path}", json=body, headers=headers)
    told: dict[str, Any] = answer.json()
    return answer.status_code, told


async def test_what_is_incomplete_is_taken_and_asked_for(referrals: Referrals) -> None:
    status, told = await post(
        referrals, "safe-contacts", {"people": [HER | {"contact": {"method": "mobile"}}]}
    )
    assert status == 201
    assert told["asks"] == ["number", "times", "verified", "expires", "uniform", "if-another-answers"]
    said = {"answers": [{"characteristic": "ethnicity", "answer": "value", "value": "A", "scheme": "nhs"}]}
    status, told = await post(referrals, "characteristics", {"equality": said})
    assert status == 201
    assert "ethnicity" not in told["missing"]
    assert "religion" in told["missing"]


def answers(**one: str) -> dict[str, Any]:
    return {"equality": {"answers": [{"characteristic": "ethnicity"} | one]}}


OVERRIDE = {"basis": "public-task", "ground": "high-risk", "reason": "It was necessary."}
HOURS = {"method": "text", "hours": [{"starts": "14:00", "ends": "09:00"}]}


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("safe-contacts", {}, "contact_missing"),
        ("safe-contacts", {"people": [HER | {"contact": HOURS}]}, "ends_before_start"),
        ("failed-contacts", {"people": [], "method": "text", "failure": "returned"}, "one_victim"),
        (
            "failed-contacts",
            {"people": [HER, named("perpetrator", "2")], "method": "text", "failure": "returned"},
            "others_named",
        ),
        ("wishes", {"said_by": "victim"}, "missing"),
        ("consents", {"recipients": ["housing"], "answer": "overridden"}, "override_misplaced"),
        (
            "consents",
            {"recipients": ["housing"], "answer": "refused", "override": OVERRIDE},
            "override_misplaced",
        ),
        (
            "consents",
            {"recipients": ["housing"], "answer": "overridden", "override": OVERRIDE | {"basis": "consent"}},
            "basis_is_consent",
        ),
        ("consents", {"recipients": ["housing"], "answer": "given", "of": ["hers"]}, "enum"),
        ("characteristics", answers(answer="value"), "value_misplaced"),
        ("characteristics", answers(answer="value", value="Z7"), "not_in_code_list"),
        ("characteristics", answers(answer="value", value="O1"), "not_in_code_list"),
        ("characteristics", answers(answer="not-asked"), "because_misplaced"),
    ],
)
async def test_bad_input_is_told_by_field_and_kind_never_by_value(
    referrals: Referrals, path: str, content: dict[str, Any], kind: str
) -> None:
    status, told = await post(referrals, path, content)
    assert status == 422
    assert [fault["kind"] for fault in told["faults"]] == [kind]
    assert "necessary" not in str(told)
    assert "Z7" not in str(told)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("housing", {"kind": "tenancy"}),
        ("support-steps", {"support": "refuge", "step": "accepted"}),
        ("immigration", {"immigration": {"status": "visa"}}),
    ],
)
async def test_safe_contact_is_said_where_whoever_goes_to_her_reads_it(
    referrals: Referrals, path: str, content: dict[str, Any]
) -> None:
    there = HER | {"contact": {"method": "none-known"}}
    status, told = await post(referrals, path, content | {"people": [there]})
    assert (status, told["code"]) == (422, "contact-elsewhere")
    assert (await post(referrals, path, content))[0] == 201
    assert (await post(referrals, "safe-contacts", {"people": [there]}))[0] == 201
    assert (await post(referrals, "incidents", {"people": [there], "kind": "other"}))[0] == 201


@pytest.mark.parametrize(
    ("said", "speaker"), [({}, None), ({"said_by": "victim"}, "victim"), ({"said_by": "other"}, "other")]
)
async def test_a_consent_keeps_whether_it_was_said_whose_it_is(
    referrals: Referrals, said: dict[str, str], speaker: str | None
) -> None:
    content = {"people": [HER], "recipients": ["housing"], "answer": "given", "of": ["location"]} | said
    taken = await referrals.post("haven", "consents", content)
    corrected = await referrals.correct("haven", taken, content | {"heard_by": "H-12"})
    assert (taken.status_code, corrected.status_code) == (201, 200), corrected.text
    kept = (await referrals.runtime.fact(taken.json()["root"])).of(ConsentSaid)
    assert {fact.said.speaker for fact in kept} == {speaker}
    assert [fact.said.of for fact in kept] == [["location"]]
    given = await referrals.post("haven", "consents", content | {"speaker_named": True})
    assert (given.status_code, given.json()["code"]) == (422, "given-by-goldthread")

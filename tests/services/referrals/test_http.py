"""Referrals at work: each route, the grade that it gives, and the matcher. On the embedded deployment;
the journey runs on both."""

from typing import Any

import httpx
import pytest

from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.configuration import ThresholdSet
from contracts.events.identity import IdentityAssigned
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.rules.standing_grade import unnamed
from contracts.submission import Header
from contracts.vocabulary import DASH_ITEMS, AlertRule, Grade, Role, Threshold
from services.referrals.views import IDENTITY, IdentityRow
from tests.services.referrals.scene import ANN, CALLERS, IDS, OTHER, Referrals, health, mention, named
from tests.support.waiting import until

BOTH = [named("victim", "1"), named("perpetrator", "2")]
DASH: dict[str, Any] = {
    "answers": {item.value: "yes" if place < 12 else "no" for place, item in enumerate(DASH_ITEMS)}
}
REFERRAL = {"people": BOTH, "dash": DASH, "routing": {"area": "north"}}

HAPPY: dict[str, tuple[str, dict[str, Any]]] = {
    "marac-referrals": ("haven", REFERRAL),
    "risk-assessments": (
        "police",
        {"people": BOTH, "instrument": "dara", "instrument_version": "2022", "grade": "medium"},
    ),
    "incidents": ("police", {"people": BOTH, "kind": "harassment"}),
    "households": ("police", {"people": [named("victim", "1"), named("child", "3")]}),
    "housing": ("police", {"people": [named("victim", "1")], "kind": "tenancy"}),
    "health-contacts": ("hospital", {"people": [named("victim", "1")], "service": "Clinic"}),
    "leads": (
        "haven",
        {"people": [named("victim", "1")], "service": "High-risk team", "since": "2026-03-01T09:00:00Z"},
    ),
    "hearings": ("police", {"people": BOTH, "hearing": "criminal-trial", "day": "2026-05-01"}),
    "safe-contacts": ("haven", {"people": [named("victim", "1") | {"contact": {"method": "text"}}]}),
    "failed-contacts": (
        "police",
        {"people": [named("victim", "1")], "method": "letter", "failure": "seen-by-another"},
    ),
    "wishes": (
        "haven",
        {"people": [named("victim", "1")], "said_by": "victim", "narrative": {"text": "Let it stop."}},
    ),
    "consents": ("haven", {"people": [named("victim", "1")], "recipients": ["housing"], "answer": "refused"}),
    "characteristics": (
        "police",
        {
            "people": [named("victim", "1")],
            "equality": {"answers": [{"characteristic": "ethnicity", "answer": "asked-not-given"}]},
        },
    ),
    "immigration": ("haven", {"people": [named("victim", "1")], "immigration": {"status": "Spouse visa"}}),
    "identity-decisions": (
        "operator",
        {
            "mentions": [mention("police", "1"), mention("haven", "1")],
            "answer": "not-same",
            "reason": "Met both.",
        },
    ),
}


@pytest.mark.parametrize("path", HAPPY)
async def test_each_route_takes_what_it_is_for_and_answers_a_repeat_alike(
    referrals: Referrals, path: str
) -> None:
    who, content = HAPPY[path]
    body = referrals.body(content)
    headers = {"Authorization": f"Bearer {who}", "Idempotency-Key": "1"}
    first = await referrals.http.post(f"/referrals/v1/{path}", json=body, headers=headers)
    again = await referrals.http.post(f"/referrals/v1/{path}", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert again.json()["id"] == first.json()["id"]
    assert first.headers["location"] == f"/referrals/v1/facts/{first.json()['root']}"
    assert first.headers["etag"] == '"1"'


@pytest.mark.parametrize("path", HAPPY)
async def test_who_has_no_right_finds_nothing_there(referrals: Referrals, path: str) -> None:
    assert (await referrals.post("chair", path, HAPPY[path][1])).status_code == 404


async def test_immigration_is_taken_from_a_support_service_alone(referrals: Referrals) -> None:
    _, content = HAPPY["immigration"]
    assert (await referrals.post("police", "immigration", content)).status_code == 404


async def test_a_referral_is_graded_by_the_threshold_of_its_area(referrals: Referrals) -> None:
    async def graded(taken: httpx.Response) -> Grade | None:
        facts = await referrals.runtime.fact(taken.json()["root"])
        return facts.current(ReferralMade)[0].said.graded.grade  # type: ignore[union-attr]

    before = await referrals.post("haven", "marac-referrals", REFERRAL)
    assert await graded(before) is Grade.MEDIUM
    now = referrals.runtime.clock.now()
    header = Header(occurred=now, recorded=now, basis="public-task", purpose="safeguarding")
    twelve = ThresholdSet(area="north", threshold=Threshold.DASH_VISIBLE_HIGH_RISK, value=12)
    await referrals.runtime.take(header, twelve, caller=CALLERS["chair"], right="test")
    assert await graded(await referrals.post("haven", "marac-referrals", REFERRAL)) is Grade.HIGH
    assert await graded(before) is Grade.MEDIUM, "a grade stands as it was when it was taken"
    corrected = await referrals.correct("haven", before, REFERRAL)
    assert corrected.status_code == 200, corrected.text
    assert await graded(before) is Grade.HIGH, "a correction is graded as it is taken"


async def test_a_grade_is_not_the_senders_to_give(referrals: Referrals) -> None:
    graded = {"grade": "standard", "rule": "mine", "because": "mine"}
    for path in ("marac-referrals", "risk-assessments"):
        who, content = HAPPY[path]
        answer = await referrals.post(who, path, {**content, "graded": graded})
        assert answer.status_code == 422
        assert answer.json()["code"] == "given-by-goldthread"


async def test_the_assessors_grade_stands_for_another_instrument(referrals: Referrals) -> None:
    taken = await referrals.post(
        *(HAPPY["risk-assessments"][0], "risk-assessments", HAPPY["risk-assessments"][1])
    )
    said = (await referrals.runtime.fact(taken.json()["root"])).current(RiskAssessed)[0].said
    assert said.graded is not None
    assert said.graded.grade is Grade.MEDIUM


async def test_an_idva_assesses_too_and_no_other_member_of_staff(referrals: Referrals) -> None:
    _, content = HAPPY["risk-assessments"]
    taken = await referrals.post("idva", "risk-assessments", content)
    assert taken.status_code == 201, taken.text
    assert (await referrals.correct("idva", taken, content | {"grade": "high"})).status_code == 200
    for who in ("supervisor", "coordinator", "chair", "operator"):
        assert (await referrals.post(who, "risk-assessments", content)).status_code == 404, who


def dash_items(many: int, **more: Any) -> dict[str, Any]:
    """An assessment by the first so many items of a Dash."""
    answers = [{"item": item.value, "answer": "yes", "source": "victim"} for item in DASH_ITEMS[:many]]
    said = {"people": BOTH, "instrument": "safelives-dash-24", "instrument_version": "2015"}
    return said | {"answers": answers} | more


async def test_an_assessment_is_taken_as_it_is_and_the_answer_says_what_it_leaves_to_ask(
    referrals: Referrals,
) -> None:
    taken = await referrals.post("haven", "risk-assessments", dash_items(23))
    assert taken.status_code == 201, taken.text
    assert (taken.json()["asks"], taken.json()["missing"]) == (["items-missing"], ["D24"])
    bare = {"people": [], "instrument": "dara", "instrument_version": "2022"}
    bare = (await referrals.post("haven", "risk-assessments", bare)).json()
    assert bare["asks"] == ["no-grade", "no-answers", "no-victim"]
    corrected = await referrals.correct("haven", taken, dash_items(24))
    assert corrected.status_code == 200, corrected.text
    read = await referrals.http.get(taken.headers["location"], headers={"Authorization": "Bearer haven"})
    graded = [version["content"]["graded"] for version in read.json()["versions"]]
    assert [(each["yes"], each["missing"]) for each in graded] == [(23, 1), (24, 0)]


async def test_a_referral_that_names_nobody_accused_is_taken_and_it_is_asked_who_it_is(
    referrals: Referrals,
) -> None:
    """A stalker whom nobody knows. A correction that names them holds."""
    taken = await referrals.post("haven", "marac-referrals", {"people": BOTH[:1]})
    assert taken.status_code == 201, taken.text
    assert "no-perpetrator" in taken.json()["asks"]
    named = {"role": "perpetrator", "identity": {"name": {"family": "Marsh"}}}
    corrected = await referrals.correct("haven", taken, {"people": [*BOTH[:1], named]})
    assert corrected.status_code == 200, corrected.text
    assert "no-perpetrator" not in corrected.json().get("asks", [])
    versions = (await referrals.runtime.fact(taken.json()["root"])).versions(taken.json()["root"])
    assert [[each.role for each in version.said.people] for version in versions] == [
        [Role.VICTIM, Role.PERPETRATOR]
    ] * 2
    assert [unnamed(version.said) for version in versions] == [True, False], "whom Goldthread added is nobody"


async def test_a_referral_of_a_girl_comes_with_the_form_for_young_people(referrals: Referrals) -> None:
    """By its items, each with where its answer is from; graded by that form's own rule."""
    young = {"instrument": "yp-dash", "instrument_version": "2015"}
    answers = [{"item": f"Y{n:02}", "answer": "yes", "source": "professional"} for n in range(1, 15)]
    taken = await referrals.post("haven", "marac-referrals", {"people": BOTH, **young, "answers": answers})
    assert taken.status_code == 201, taken.text
    assert taken.json()["asks"] == ["items-missing"]
    assert taken.json()["missing"] == [f"Y{n:02}" for n in range(15, 25)]
    fact = (await referrals.runtime.fact(taken.json()["root"])).current(ReferralMade)[0]
    assert fact.said.graded is not None
    assert (fact.said.graded.grade, fact.said.graded.rule) == ("high", "yp-dash.v1/threshold-14")
    for wrong, kind in (
        ({"people": BOTH, "answers": answers}, "instrument_missing"),
        ({"people": BOTH, **young, "answers": answers, "dash": DASH}, "answered-twice"),
        (
            {"people": BOTH, "consent_given_of": ["health"], "consent_refused_of": ["health"]},
            "answered_twice",
        ),
        ({"people": BOTH, "consent_refused_of": ["her health"]}, "enum"),
    ):
        refused = await referrals.post("haven", "marac-referrals", wrong)
        assert (refused.status_code, kind in refused.text) == (422, True)


async def test_a_correction_by_one_person_lowers_no_grade(referrals: Referrals) -> None:
    taken = await referrals.post("haven", "risk-assessments", dash_items(20))
    alone = await referrals.correct("haven", taken, dash_items(3))
    agreed = {"grade": "standard", "reason": "It was of somebody else.", "by": "S-1", "second": "S-2"}
    signed = await referrals.correct("haven", alone, dash_items(3, judgement=agreed))
    assert signed.status_code == 200, signed.text
    read = await referrals.http.get(taken.headers["location"], headers={"Authorization": "Bearer haven"})
    graded = [version["content"]["graded"] for version in read.json()["versions"]]
    assert [(each["grade"], each["because"]) for each in graded][:2] == [
        ("high", "grade.visible-high-risk"),
        ("high", "grade.corrected-by-one"),
    ]
    assert graded[2]["grade"] != "high"


async def test_what_was_said_of_one_victim_is_no_floor_for_another(referrals: Referrals) -> None:
    ann = {"name": {"given": "Ann", "family": "Marsh"}, "born": ["1990-01-01"]}
    mia = {"name": {"given": "Mia", "family": "Quill"}, "born": ["1985-05-05"]}
    first, other = [named("victim", "1", **ann), BOTH[1]], [named("victim", "another", **mia), BOTH[1]]
    taken = await referrals.post("haven", "risk-assessments", dash_items(20, people=first))
    moved = await referrals.correct("haven", taken, dash_items(3, people=other))
    again = await referrals.correct("haven", moved, dash_items(3, people=first))
    read = await referrals.http.get(again.headers["location"], headers={"Authorization": "Bearer haven"})
    graded = [version["content"]["graded"] for version in read.json()["versions"]]
    assert graded[1]["grade"] != "high", "nobody said so of the second"
    assert [each["because"] for each in graded[::2]] == ["grade.visible-high-risk", "grade.corrected-by-one"]


@pytest.mark.parametrize("before", [named("victim", "mistyped"), {"role": "victim"}])
async def test_a_number_that_is_put_right_or_told_lowers_no_grade(
    referrals: Referrals, before: dict[str, Any]
) -> None:
    """It may be the same victim: by one person alone what was high stays so."""
    taken = await referrals.post("haven", "risk-assessments", dash_items(20, people=[BOTH[1], before]))
    mended = dash_items(3, people=[BOTH[1], named("victim", "1")])
    again = await referrals.correct("haven", taken, mended)
    read = await referrals.http.get(again.headers["location"], headers={"Authorization": "Bearer haven"})
    assert [each["content"]["graded"]["grade"] for each in read.json()["versions"]] == ["high", "high"]


async def test_what_it_leaves_to_ask_is_by_the_areas_own_number(referrals: Referrals) -> None:
    now = referrals.runtime.clock.now()
    header = Header(occurred=now, recorded=now, basis="public-task", purpose="safeguarding")
    twelve = ThresholdSet(area="north", threshold=Threshold.DASH_VISIBLE_HIGH_RISK, value=12)
    await referrals.runtime.take(header, twelve, caller=CALLERS["chair"], right="test")
    for where, asks in (("north", ["items-missing"]), ("south", ["no-grade", "items-missing"])):
        said = dash_items(12, routing={"area": where})
        assert (await referrals.post("haven", "risk-assessments", said)).json()["asks"] == asks


async def test_a_referral_is_taken_with_a_dash_of_23_answers_and_what_is_left_out_is_asked_for(
    referrals: Referrals,
) -> None:
    first, *others = DASH["answers"].items()
    left_out = DASH | {"answers": dict(others)}
    taken = await referrals.post("haven", "marac-referrals", {**REFERRAL, "dash": left_out})
    assert taken.status_code == 201, taken.text
    assert "items-missing" in taken.json()["asks"]
    assert taken.json()["missing"] == [first[0]]
    said = (await referrals.runtime.fact(taken.json()["root"])).current(ReferralMade)[0].said
    assert said.graded
    assert said.graded.missing == 1
    bare = await referrals.post("haven", "marac-referrals", {**REFERRAL, "dash": None})
    assert bare.json()["asks"] == ["no-grade", "no-answers"]


async def test_the_dash_of_a_referral_has_a_version_that_was_published(referrals: Referrals) -> None:
    dash = DASH | {"instrument_version": "1999"}
    answer = await referrals.post("haven", "marac-referrals", {**REFERRAL, "dash": dash})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "no-such-version"


@pytest.mark.parametrize(
    ("content", "where", "kind"),
    [
        (dash_items(3, instrument_version="1999"), "instrument_version", "no-such-version"),
        (
            dash_items(3, instrument="police-dash-27", instrument_version="2009"),
            "answers.0.item",
            "no-such-item",
        ),
        (dash_items(3, dash=DASH), "dash", "answered-twice"),
        (
            dash_items(0, dash=DASH | {"instrument_version": "1999"}),
            "dash.instrument_version",
            "no-such-version",
        ),
        (
            dash_items(20, judgement={"grade": "medium", "reason": "Quiet.", "by": "S-1"}),
            "judgement.second",
            "second-person-missing",
        ),
        (
            dash_items(20, judgement={"grade": "medium", "reason": "Quiet.", "by": "S-1", "second": "s 1"}),
            "judgement.second",
            "same-person",
        ),
        (dash_items(20, judgement={"grade": "medium", "by": "S-1"}), "judgement.reason", "missing"),
        ({"people": BOTH, "grade": "high"}, "instrument", "missing"),
    ],
)
async def test_what_is_wrong_with_an_assessment_is_told_with_its_place(
    referrals: Referrals, content: dict[str, Any], where: str, kind: str
) -> None:
    answer = await referrals.post("haven", "risk-assessments", content)
    assert answer.status_code == 422, answer.text
    assert {"where": f"body.content.{where}", "kind": kind} in answer.json()["faults"]
    assert "Quiet" not in answer.text


async def test_a_grave_incident_starts_the_clock_of_a_review_and_an_assessment_stops_it(
    referrals: Referrals,
) -> None:
    async def said(kind: type[ClockStarted] | type[ClockStopped]) -> int:
        facts = await referrals.runtime.facts([f"m:{mention('police', '1')}"])
        return sum(fact.said.rule is AlertRule.RISK_REVIEW for fact in facts.current(kind))

    async def runs() -> bool:
        return (await said(ClockStarted), await said(ClockStopped)) == (1, 0)

    async def stopped() -> bool:
        return (await said(ClockStarted), await said(ClockStopped)) == (1, 1)

    grave = {"people": BOTH, "kind": "non-fatal-strangulation", "routing": {"area": "north"}}
    assert (await referrals.post("police", "incidents", grave)).status_code == 201
    await until(runs, what="a review is owed")
    await referrals.post("police", "risk-assessments", HAPPY["risk-assessments"][1])
    await until(stopped, what="the review is done")


async def test_a_number_is_one_however_an_agency_writes_it(referrals: Referrals) -> None:
    await referrals.contact("hospital", "H1", ANN)
    await referrals.contact("practice", "P1", f"{ANN[:3]} {ANN[3:6]}-{ANN[6:]}")
    await referrals.until_one(("hospital", "H1"), ("practice", "P1"))
    for written in ("2003/0011985X", "03/11985x", "2003 / 11985 X"):
        said = {"people": [named("suspect", written, pnc_id=written)], "kind": "harassment"}
        assert (await referrals.post("police", "incidents", said)).status_code == 201, written
    for written in ("999000001", "n/a", "2003-0011985X"):
        said = {"people": [named("suspect", "9", pnc_id=written, nhs_number=written)], "kind": "harassment"}
        refused = await referrals.post("police", "incidents", said)
        assert refused.status_code == 422
        assert written not in refused.text


@pytest.mark.parametrize(
    "path", ["marac-referrals", "incidents", "households", "housing", "health-contacts", "leads"]
)
async def test_the_answer_says_which_number_links_nobody_and_never_the_number(
    referrals: Referrals, path: str
) -> None:
    who, content = HAPPY[path]
    mistyped, unused = f"{ANN[:9]}{(int(ANN[9]) + 1) % 10}", "9999999999"
    people = [each | {"identity": {**each["identity"], "nhs_number": ANN}} for each in content["people"]]
    people[0]["identity"] |= {"nhs_number": mistyped, "pnc_id": "2003/0011985Y", "cro_number": "0/99A"}
    taken = await referrals.post(who, path, content | {"people": people}, "1")
    at = "body.content.people.0.identity"
    assert taken.status_code == 201, "it is taken all the same"
    assert taken.json()["not_linked_by"] == [
        {"where": f"{at}.nhs_number", "kind": "check-digit"},
        {"where": f"{at}.pnc_id", "kind": "check-letter"},
        {"where": f"{at}.cro_number", "kind": "stands-for-none"},
    ]
    assert mistyped not in taken.text
    again = await referrals.http.post(
        f"/referrals/v1/{path}",
        content=taken.request.content,
        headers={**taken.request.headers},
    )
    assert (again.status_code, again.json()["not_linked_by"]) == (200, taken.json()["not_linked_by"])
    people[0]["identity"] |= {"nhs_number": unused, "pnc_id": "2003/0011985X", "cro_number": "1/99A"}
    corrected = await referrals.correct(who, taken, content | {"people": people})
    assert corrected.json()["not_linked_by"] == [{"where": f"{at}.nhs_number", "kind": "stands-for-none"}]


async def test_records_of_two_agencies_with_one_number_and_name_become_one_person(
    referrals: Referrals,
) -> None:
    await referrals.contact("hospital", "H1", ANN)
    await referrals.contact("practice", "P1", ANN)
    await referrals.until_one(("hospital", "H1"), ("practice", "P1"))
    assert await referrals.person("practice", "P1") == IDS.person(mention("hospital", "H1"))


async def test_a_corrected_number_takes_the_link_back(referrals: Referrals) -> None:
    mistyped = await referrals.contact("hospital", "H1", ANN)
    await referrals.contact("practice", "P1", ANN)
    await referrals.until_one(("hospital", "H1"), ("practice", "P1"))
    await referrals.correct("hospital", mistyped, health("H1", OTHER))
    await referrals.until_apart(("hospital", "H1"), ("practice", "P1"))


async def test_a_later_correction_of_something_else_makes_no_link_again(referrals: Referrals) -> None:
    """The newer fact has the right number; of the older, with the wrong one, the words are mended."""
    mistyped = await referrals.contact("hospital", "H1", ANN)
    await referrals.contact("practice", "P1", ANN)
    await referrals.until_one(("hospital", "H1"), ("practice", "P1"))
    await referrals.contact("hospital", "H1", OTHER)
    await referrals.until_apart(("hospital", "H1"), ("practice", "P1"))
    worded = health("H1", ANN) | {"narrative": {"text": "She came by herself."}}
    corrected = await referrals.correct("hospital", mistyped, worded)
    assert corrected.status_code == 200, corrected.text
    hers = mention("hospital", "H1")
    await referrals.runtime.folded([f"m:{hers}"], 10)
    row = await referrals.runtime.row(IDENTITY, IDS.person(hers))
    assert isinstance(row, IdentityRow)
    assert [(each.mention, each.nhs) for each in row.mentions] == [(hers, OTHER)]


async def test_a_person_may_take_two_apart_and_put_them_together(referrals: Referrals) -> None:
    pair = (("hospital", "H1"), ("practice", "P1"))
    await referrals.contact("hospital", "H1", ANN, area="north")
    await referrals.contact("practice", "P1", ANN)
    await referrals.until_one(*pair)
    mentions = [mention(*record) for record in pair]
    for answer, wait in (("not-same", referrals.until_apart), ("same", referrals.until_one)):
        decided = {"mentions": mentions, "answer": answer, "reason": "Both were asked."}
        assert (await referrals.post("coordinator", "identity-decisions", decided)).status_code == 201
        await wait(*pair)


async def test_nobody_takes_apart_whom_another_area_protects(referrals: Referrals) -> None:
    pair = (("hospital", "H1"), ("practice", "P1"))
    await referrals.contact("hospital", "H1", ANN, area="north")
    await referrals.contact("practice", "P1", ANN)
    await referrals.until_one(*pair)
    decided = {"mentions": [mention(*record) for record in pair], "answer": "not-same", "reason": "No."}
    refused = await referrals.post("coordinator-elsewhere", "identity-decisions", decided)
    assert refused.status_code == 404
    taken = await referrals.post("coordinator", "identity-decisions", decided)
    assert taken.status_code == 201
    await referrals.until_apart(*pair)
    assert (await referrals.withdraw("coordinator-elsewhere", taken)).status_code == 404
    assert (await referrals.withdraw("coordinator", taken)).status_code == 200
    await referrals.until_one(*pair)


async def test_a_decision_is_of_two(referrals: Referrals) -> None:
    one = mention("hospital", "H1")
    decided = {"mentions": [one, one], "answer": "same", "reason": "A slip."}
    assert (await referrals.post("coordinator", "identity-decisions", decided)).status_code == 422


async def test_the_two_sides_of_a_referral_are_never_called_the_same(referrals: Referrals) -> None:
    both = [named("victim", "1"), named("perpetrator", "2")]
    await referrals.post("haven", "marac-referrals", {"people": both, "routing": {"area": "north"}})
    said: dict[str, Any] = {
        "mentions": [mention("haven", number) for number in "12"],
        "reason": "They look alike.",
    }

    async def known() -> bool:
        homes = [IDS.person(each) for each in said["mentions"]]
        return all([await referrals.runtime.row(IDENTITY, home) for home in homes])

    await until(known, what="both are known")
    refused = await referrals.post("coordinator", "identity-decisions", said | {"answer": "same"})
    assert refused.status_code == 422
    assert refused.json()["faults"] == [{"where": "body.content.mentions", "kind": "sides-of-one-fact"}]
    taken = await referrals.post("coordinator", "identity-decisions", said | {"answer": "not-same"})
    assert taken.status_code == 201
    changed = await referrals.correct("coordinator", taken, said | {"answer": "same"})
    assert changed.status_code == 422


async def test_the_two_sides_of_a_referral_stay_two_whatever_numbers_say(referrals: Referrals) -> None:
    name = {"family": "Marsh", "given": "Ann"}
    both = [
        named("victim", "1", nhs_number=ANN, name=name),
        named("perpetrator", "2", nhs_number=ANN, name=name),
    ]
    await referrals.post("haven", "marac-referrals", {"people": both})
    await referrals.contact("hospital", "H9", OTHER)
    await referrals.contact("practice", "P9", OTHER)
    await referrals.until_one(("hospital", "H9"), ("practice", "P9"))
    await referrals.until_apart(("haven", "1"), ("haven", "2"))


async def test_every_decision_of_the_matcher_is_one_fact_with_the_next_number(referrals: Referrals) -> None:
    for number, nhs in enumerate((ANN, OTHER)):
        await referrals.contact("hospital", f"H{number}", nhs)
        await referrals.contact("practice", f"P{number}", nhs)
        await referrals.until_one(("hospital", f"H{number}"), ("practice", f"P{number}"))
    facts = await referrals.runtime.facts([f"m:{mention('practice', f'P{number}')}" for number in (0, 1)])
    assigned = [fact.said for fact in facts.current(IdentityAssigned)]
    assert sorted(each.seq for each in assigned) == [1, 2]
    assert all(each.because for each in assigned)

"""A risk that changes: the IDVA assesses it as medium; the police report a breach, and a review is owed, by a
clock of its own; a higher assessment is that review, and what it raised is shown; a hearing opens one, which
moves with its day and goes when it is off; by the assessment the case goes to a MARAC. Another breach opens
the next one, which is late on the case's page and on the agenda; and so does its sentence. On both."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts.rules.clocks import end_of
from contracts.rules.instruments import FORMS
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import Instrument
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import Goldthread
from tests.support.waiting import until

pytestmark = pytest.mark.slow
SEEN = START + timedelta(days=20)
BROKEN = SEEN + timedelta(days=3)
ITEMS = list(FORMS[Instrument.SAFELIVES_DASH_24].items)
BY_IDVA = "harbour-cms"


def assessment(at: datetime, yes: int, **content: Any) -> dict[str, Any]:
    """A Dash by the IDVA, item by item: so many YES, the last item left out."""
    answers = {item: "yes" if place < yes else "no" for place, item in enumerate(ITEMS[:-1])}
    said = {
        "people": [caseload.her(BY_IDVA, "C-104", nhs_number=caseload.NHS_HER)],
        "routing": {"area": "northmere-north"},
        "instrument": "safelives-dash-24",
        "instrument_version": "2015",
        "answers": [{"item": item, "answer": answer, "source": "victim"} for item, answer in answers.items()],
    }
    return caseload.submission(said | content, at, at + timedelta(minutes=10))


def breach(at: datetime) -> dict[str, Any]:
    people = [
        caseload.her("niche", "N-501", nhs_number=caseload.NHS_HER),
        caseload.him("suspect", "niche", "N-502"),
    ]
    content = {"people": people, "kind": "contact", "routing": {"area": "northmere-north"}}
    return caseload.submission(content, at, at + timedelta(minutes=5), regime="DPA_PART3")


def hearing(at: datetime, day: date) -> dict[str, Any]:
    """A hearing about contact with a child, of which the victim told the IDVA."""
    content = {
        "people": [caseload.her(BY_IDVA, "C-104", nhs_number=caseload.NHS_HER)],
        "hearing": "family-child-contact",
        "day": day.isoformat(),
        "told_by": "victim",
    }
    return caseload.submission(content, at, at + timedelta(minutes=5))


async def heard_of(goldthread: Goldthread, at: datetime) -> None:
    """A hearing is listed, and a review is owed by its eve; it is moved, and its review too; it is off."""
    await goldthread.set_clock(at + timedelta(minutes=15))
    day = at.astimezone(LONDON).date() + timedelta(days=3)
    root = (await goldthread.post("harbour-idva", "/referrals/v1/hearings", hearing(at, day)))["root"]
    await owed(goldthread, end_of(day - timedelta(days=1)))
    idva = await goldthread.system("harbour-idva")
    moved = hearing(at, day + timedelta(days=1))
    answer = await idva.put(f"/referrals/v1/facts/{root}", json=moved, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    await owed(goldthread, end_of(day))
    off = await idva.delete(f"/referrals/v1/facts/{root}", headers={"If-Match": '"2"'})
    assert off.status_code == 200, off.text


async def reviews(goldthread: Goldthread) -> list[dict[str, Any]]:
    """The clocks of reviews, as somebody on call sees them."""
    shown = (await (await goldthread.person("dev-malik")).get("/notify/v1/clocks")).json()
    return [clock for clock in shown["clocks"] if clock["rule"] == "risk-review"]


async def owed(goldthread: Goldthread, due: datetime) -> None:
    """Wait until one review is owed by then."""

    async def runs() -> bool:
        return [datetime.fromisoformat(each["due"]) for each in await reviews(goldthread)] == [due]

    await until(runs, what="a review is owed")


async def case_page(goldthread: Goldthread, case: str) -> dict[str, Any]:
    page: dict[str, Any] = (
        await (await goldthread.person("priya-nair")).get(f"/marac/v1/cases/{case}")
    ).json()
    return page


async def referred(goldthread: Goldthread, at: datetime) -> str:
    """By the rule of the MARAC: 14 or more YES are visible high risk."""
    body = caseload.referral(at)
    del body["content"]["dash"]
    case = (await goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", body))["root"]

    async def shown() -> bool:
        page = await case_page(goldthread, case)
        return len(page.get("assessments", [])) == 3 and page["occurrences"] != []

    await until(shown, what="the case holds what both agencies said")
    return str(case)


async def listed(goldthread: Goldthread, case: str, now: datetime) -> dict[str, Any]:
    """The case on the agenda of a meeting."""
    coordinator = await goldthread.person("priya-nair")
    meeting = {
        "area": "northmere-north",
        "starts": (now + timedelta(days=3)).isoformat(),
        "venue": "Room 2",
    }
    called = (await coordinator.post("/marac/v1/meetings", json=meeting)).json()["root"]
    found: dict[str, Any] = {}

    async def on_it() -> bool:
        await coordinator.post(
            f"/marac/v1/meetings/{called}/cases", json={"case": case}, headers={"Idempotency-Key": "list"}
        )
        agenda = (await coordinator.get(f"/marac/v1/meetings/{called}/agenda")).json()
        found.update(next((line for line in agenda.get("cases", []) if line["case"] == case), {}))
        return bool(found)

    await until(on_it, what="it is on the agenda")
    return found


async def test_a_breach_opens_a_review_a_higher_assessment_is_it_and_the_case_goes_to_a_marac(
    goldthread: Goldthread,
) -> None:
    await goldthread.set_clock(SEEN + timedelta(hours=2))
    await scene.configure(goldthread, scene.Place(), "http://127.0.0.1:9", SEEN)
    first = await goldthread.post("harbour-idva", "/referrals/v1/risk-assessments", assessment(SEEN, 11))
    assert (first["asks"], first["missing"]) == (["items-missing"], ["D24"])
    await goldthread.settled()
    assert await reviews(goldthread) == []

    await goldthread.set_clock(BROKEN + timedelta(minutes=30))
    await goldthread.post("northmere-police", "/orders/v1/breaches", breach(BROKEN))
    await owed(goldthread, BROKEN + timedelta(hours=24))
    (clock,) = await reviews(goldthread)
    assert (clock["about"], clock["owner"], clock["state"]) == ("person", "risk-owner", "runs")
    page = (await (await goldthread.person("dev-malik")).get("/notify/clocks")).text
    assert "Risk to be assessed again" in page
    assert caseload.HER["family"] not in page

    again = BROKEN + timedelta(hours=6)
    await goldthread.set_clock(again + timedelta(minutes=20))
    await goldthread.post("harbour-idva", "/referrals/v1/risk-assessments", assessment(again, 15))

    async def done() -> bool:
        return await reviews(goldthread) == []

    await until(done, what="the review is done")
    await heard_of(goldthread, again + timedelta(minutes=25))
    await until(done, what="the hearing is off, and its review with it")

    await goldthread.set_clock(again + timedelta(hours=2))
    case = await referred(goldthread, again + timedelta(minutes=5))
    shown = await case_page(goldthread, case)
    assert shown["grade"] == "high"
    assert shown["risk"]["reviews"] == []
    assert shown["risk"]["missing"] == ["D24"]
    change = shown["risk"]["change"]
    assert (change["since"], change["grade_before"], change["grade"]) == (first["root"], "medium", "high")
    assert change["raised"] == ["D12", "D13", "D14", "D15"]
    assessed = {each["root"]: each for each in shown["assessments"]}
    assert assessed[shown["risk"]["highest"]]["grade"] == "high"
    assert assessed[first["root"]]["grade"] == "medium", "a new one overwrites none"

    worse = again + timedelta(days=2)
    await goldthread.set_clock(worse + timedelta(minutes=30))
    again_broken = await goldthread.post("northmere-police", "/orders/v1/breaches", breach(worse))
    await owed(goldthread, worse + timedelta(hours=24))
    late = worse + timedelta(hours=25)
    await goldthread.set_clock(late)
    await goldthread.settled()
    shown = await case_page(goldthread, case)
    (review,) = shown["risk"]["reviews"]
    assert (review["trigger"], review["owner"], review["late"]) == ("breach", "harbour-idva", True)
    gap = next(gap for gap in shown["missing"] if gap["code"] == "review-owed")
    assert gap["owner"] == "harbour-idva"
    line = await listed(goldthread, case, late)
    assert line["review"]["late"] is True
    html = (await (await goldthread.person("priya-nair")).get(f"/marac/cases/{case}")).text
    assert "The risk was to be assessed again by" in html

    sentenced = {"breach": again_broken["root"], "step": "sentenced"}
    body = caseload.submission(sentenced, late - timedelta(hours=1), late, regime="DPA_PART3")
    await goldthread.post("northmere-police", "/orders/v1/breach-steps", body)

    async def both() -> bool:
        reviews = (await case_page(goldthread, case))["risk"]["reviews"]
        return [each["trigger"] for each in reviews] == ["breach", "sentenced"]

    await until(both, what="a sentence for the breach opens one too")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"instrument_version": "1999"}, ("body.content.instrument_version", "no-such-version")),
        (
            {"answers": [{"item": "D01", "answer": "yes"}, {"item": "D01", "answer": "no"}]},
            ("body.content.answers.1.item", "answered-twice"),
        ),
        ({"answers": [{"item": "P27", "answer": "yes"}]}, ("body.content.answers.0.item", "no-such-item")),
        (
            {"judgement": {"grade": "standard", "reason": "Quiet.", "by": "S-1"}},
            ("body.content.judgement.second", "second-person-missing"),
        ),
        (
            {"judgement": {"grade": "standard", "reason": "Quiet.", "by": "S-1", "second": "s1"}},
            ("body.content.judgement.second", "same-person"),
        ),
        ({"instrument": None}, ("body.content.instrument", "enum")),
        ({"answers": [{"item": "D01", "answer": "maybe"}]}, ("body.content.answers.0.answer", "enum")),
    ],
)
async def test_an_assessment_that_cannot_be_graded_is_refused_with_its_place(
    goldthread: Goldthread, change: dict[str, Any], fault: tuple[str, str]
) -> None:
    await goldthread.set_clock(BROKEN + timedelta(days=9))
    body = assessment(BROKEN, 15)
    body["content"] |= change
    answer = await (await goldthread.system("harbour-idva")).post("/referrals/v1/risk-assessments", json=body)
    assert answer.status_code == 422, answer.text
    assert {"where": fault[0], "kind": fault[1]} in answer.json()["faults"]

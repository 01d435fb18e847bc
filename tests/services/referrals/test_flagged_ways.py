"""An address by which a victim is reached is where she is: of one whose record is flagged no page of those
who support her shows it, and of anybody else each does."""

import pytest

from contracts.events.configuration import AreaDefined
from contracts.vocabulary import AreaKind
from tests.services.referrals.scene import AGENCIES, Referrals, mention, named
from tests.services.referrals.test_owed import PLAN
from tests.services.referrals.test_support_http import NAME, ROUTING

HERS = mention("hospital", "H-1")
ADDRESS = "14 Drovers Row, Eastvale"
WAY = {"method": "visit", "number": ADDRESS, "code_word": "choir"}
PAGES = (
    f"/referrals/victims/{HERS}/contact",
    f"/referrals/victims/{HERS}",
    f"/referrals/v1/victims/{HERS}",
    f"/referrals/victims/{HERS}/lead",
    f"/referrals/victims/{HERS}/hearing",
    f"/referrals/victims/{HERS}/plan",
    f"/referrals/support/{HERS}",
    f"/referrals/v1/support/{HERS}",
)
"""How she is reached; what is owed to her; what is typed by hand of her; her support."""


@pytest.mark.parametrize("flagged", [False, True], ids=["not flagged", "flagged"])
async def test_the_address_of_a_visit_is_on_no_page_of_a_victim_whose_record_is_flagged(
    referrals: Referrals, flagged: bool
) -> None:
    await referrals.configure(AreaDefined(area="north", name="North", kind=AreaKind.MARAC), *AGENCIES)
    her = named("victim", "H-1", name=NAME, nhs_number="9990000018", sensitive=flagged)
    graded = {"instrument": "safelives-dash-24", "instrument_version": "2015", "grade": "high"}
    judged = {"judgement": {"grade": "high", "reason": "Strangled twice.", "by": "H-1"}}
    for path, content in (
        ("risk-assessments", {**graded, **judged}),
        ("safety-plans", {key: value for key, value in PLAN.items() if key != "people"}),
    ):
        taken = await referrals.post("hospital", path, {"people": [her], **content, **ROUTING})
        assert taken.status_code == 201, taken.text
    said = {"people": [her | {"contact": WAY}], **ROUTING}
    taken = await referrals.post("hospital", "safe-contacts", said)
    assert taken.status_code == 201, taken.text
    await referrals.runtime.folded([f"m:{HERS}"])
    for path in PAGES:
        shown = await referrals.http.get(path, headers={"Authorization": "Bearer idva"})
        assert shown.status_code == 200, path
        assert (ADDRESS in shown.text) is not flagged, path
        assert "choir" in shown.text, f"{path}: the rest of the way is shown"

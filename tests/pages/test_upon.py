"""The pages on which somebody else was first, in a real browser: both texts are there, and the next press is
upon what stands."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import Open
from tests.pages.test_pages import CASE, faults

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_the_second_to_choose_has_both_texts(open_: Open, axe: str, *, script: bool) -> None:
    page = open_("chair", "/marac/choices/northmere-north", script=script)
    page.locator("#choices-slots").fill("20")
    page.locator("#choices-closes_days").fill("5")
    page.locator("#choices-local").fill("belt: Hit with a belt")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("somebody else set this while you typed")
    expect(page.locator("#choices-local")).to_have_value("belt: Hit with a belt")
    expect(page.locator("#choices-closes_days")).to_have_value("5")
    beside = page.locator(".gt-theirs")
    assert [each.split("\n")[-1] for each in beside.all_inner_texts()] == [
        "strangled: Strangled or choked | non-fatal-strangulation",
        "Nothing",
        "8",
    ]
    expect(page.locator("[name=upon]")).to_have_value("2")
    expect(page.get_by_role("button", name="Save this as what holds")).to_be_visible()
    if script:
        assert faults(page, axe) == []


@pytest.mark.parametrize("script", [True, False])
def test_the_second_to_say_whom_a_marac_asks_has_both_texts(open_: Open, axe: str, *, script: bool) -> None:
    page = open_("coordinator", "/marac/researchers/northmere-north", script=script)
    page.get_by_label("Castlegate Housing").check()
    page.get_by_label("On paper").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("somebody else set this while you typed")
    expect(page.get_by_label("Castlegate Housing")).to_be_checked()
    beside = [each.split("\n")[-1] for each in page.locator(".gt-theirs").all_inner_texts()]
    assert beside == ["Harbour IDVA service; Northmere Police", "Here"]
    expect(page.locator("[name=upon]")).to_have_value("2")
    if script:
        assert faults(page, axe) == []


@pytest.mark.parametrize("script", [True, False])
def test_the_second_to_decide_has_both_texts(open_: Open, axe: str, *, script: bool) -> None:
    page = open_("coordinator", f"{CASE}/decisions", script=script)
    page.locator("[name=decision]").last.check()
    page.locator("#parties-reason").fill("Mine to keep.")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("somebody else decided this")
    expect(page.locator("#parties-reason")).to_have_value("Mine to keep.")
    expect(page.locator("[name=decision]").last).to_be_checked()
    expect(page.locator(".gt-theirs")).to_contain_text("Hurt while holding a door shut.")
    expect(page.locator("[name=upon]")).to_have_value("1")
    expect(page.get_by_role("button", name="Record my decision after it")).to_be_visible()
    if script:
        assert faults(page, axe) == []

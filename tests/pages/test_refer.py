"""The referral page in a real browser, by keyboard alone, with script and without: how many keys it takes."""

import re

import pytest
from playwright.sync_api import Page, expect

from services.referrals.rules import asking
from tests.pages import sample_refer
from tests.pages.app import World
from tests.pages.conftest import Open
from tests.pages.test_pages import NAMES, faults

pytestmark = pytest.mark.browser

DASH = ("dash-1", "dash-2", "dash-3")
TYPED: dict[str, dict[str, str]] = {
    "victim": {
        "#given": "Jane",
        "#family": "Doe",
        "#born-day": "2",
        "#born-month": "3",
        "#born-year": "1991",
    },
    "contact": {"#method": " ", "#number": "07700 900142"},
    "views": {"#aware": " ", "#consent": " "},
    "perpetrator": {"#given": "Kyle", "#family": "Smith"},
    "children": {"#given-0": "Kit", "#school-0": "Hollin Bank"},
    **{page: {f"#{each.name}": " " for each in asking.PAGES[page] if each.kind == "choice"} for page in DASH},
    "risk": {"#professional-judgement": " ", "#happened": "Waits at the gate each day."},
}
"""By page, what is typed into a field; a space chooses."""


KEY, THOUGHT = 1.2, 1.35
"""Seconds for a key, of somebody who does not know the keyboard, and to think before each field or button, by
the keystroke-level model (Card, Moran and Newell, 1980; from memory, to be checked)."""


class Keyboard:
    """A person who has no mouse. ``pressed``: how many keys; ``thought``: how often they looked for what is
    next."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed, self.thought = page, 0, 0

    @property
    def seconds(self) -> float:
        """How long it takes them."""
        return KEY * self.pressed + THOUGHT * self.thought

    def to(self, selector: str) -> None:
        """Go on by Tab until this has the focus."""
        self.thought += 1
        for _ in range(90):
            self.press("Tab")
            if self.page.evaluate("one => document.activeElement.matches(one)", selector):
                return
        raise AssertionError(f"no way to {selector} by keyboard")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.pressed += len(words)


@pytest.mark.parametrize("script", [True, False])
def test_a_referral_takes_few_pages_and_keys(open_: Open, axe: str, world: World, script: bool) -> None:
    page = open_("referrer", "/referrals/refer", script=script)
    user, visited = Keyboard(page), []
    user.to("main .govuk-button--start")
    user.press("Enter")
    for name in (each for each in asking.PAGES if each != "form"):
        page.wait_for_url(f"**/{name}")
        visited.append(page.title())
        if script:
            assert faults(page, axe) == [], name
        for selector, words in TYPED.get(name, {}).items():
            user.to(selector)
            user.type(words)
        user.to("main .govuk-button:not(.govuk-button--secondary)")
        user.press("Enter")
    page.wait_for_url("**/check")
    expect(page.locator("main")).to_contain_text("Waits at the gate each day.")
    user.to("#send")
    user.press("Enter")
    page.wait_for_url("**/sent")
    expect(page.locator(".govuk-panel")).to_contain_text("Referral sent")
    if script:
        assert faults(page, axe) == []
    for told in (*visited, page.title(), page.url):
        assert not [name for name in (*NAMES, "Kit") if name.lower() in told.lower()]
    assert len(visited) == 11
    print(f"{len(visited)} pages, {user.pressed} keys, {user.seconds / 60:.1f} minutes")
    assert user.pressed < 400
    assert user.seconds < 600, "under ten minutes for whoever types slowly"
    page.go_back()
    page.wait_for_url("**/refer?gone=1")


@pytest.mark.parametrize("script", [True, False])
def test_parts_of_consent_and_characteristics_are_folded_away_until_somebody_answers(
    open_: Open, axe: str, world: World, script: bool
) -> None:
    page = open_("referrer", "/referrals/refer", script=script)
    page.locator(".govuk-button--start").click()
    views = page.url.replace("/victim", "/views")
    page.goto(views)
    user, ethnicity = Keyboard(page), page.get_by_label("Ethnicity")
    health = page.get_by_label("Agrees to be told: Health", exact=True)
    expect(ethnicity).to_be_hidden()
    expect(health).to_be_hidden()
    user.to("#consent")
    user.press(" ")
    user.to("summary")
    user.press("Enter")
    user.to("#part-health")
    user.type("No")
    page.get_by_text("Protected characteristics, if you have asked").click()
    ethnicity.select_option("Asked, not given")
    page.get_by_label("Disability").select_option("Not asked: no interpreter")
    assert faults(page, axe) == [] if script else True
    page.get_by_role("button", name="Save and come back later").click()
    page.wait_for_url("**/referrals/refer")
    page.goto(views)
    expect(ethnicity).to_be_visible()
    expect(ethnicity).to_have_value("asked-not-given")
    expect(page.get_by_label("Religion")).to_have_value("")
    expect(health).to_have_value("no")
    expect(page.get_by_label("Agrees to be told: Children", exact=True)).to_have_value("")


@pytest.mark.parametrize("script", [True, False])
def test_whoever_is_under_18_is_asked_the_dash_for_young_people(
    open_: Open, axe: str, world: World, script: bool
) -> None:
    page = open_("referrer", "/referrals/refer", script=script)
    page.locator(".govuk-button--start").click()
    for name in ("victim", "contact", "place", "views", "perpetrator", "children"):
        page.wait_for_url(f"**/{name}")
        page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/form")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("whether the victim is 18 or over")
    assert faults(page, axe) == [] if script else True
    page.get_by_label("Under 18").check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/dash-1")
    expect(page.locator("h1")).to_contain_text("Dash for young people, 1 to 8")
    assert faults(page, axe) == [] if script else True
    page.goto(page.url.replace("dash-1", "victim"))
    for part, value in (("day", "2"), ("month", "3"), ("year", "1991")):
        page.locator(f"#born-{part}").fill(value)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/dash-1")
    expect(page.locator("h1")).to_contain_text("Dash risk checklist, 1 to 8")


@pytest.mark.parametrize("script", [True, False])
def test_what_is_wrong_is_led_to_and_a_second_window_is_told(
    open_: Open, axe: str, world: World, script: bool
) -> None:
    page = open_("referrer", "/referrals/refer", script=script)
    page.locator(".govuk-button--start").click()
    page.locator("#nhs").fill("9990000019")
    page.locator("#born-day").fill("31")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Check the NHS number")
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.locator("#nhs").input_value() == "9990000019"
    assert "9990000019" not in page.url
    assert faults(page, axe) == [] if script else True
    page.get_by_role("link", name="Check the NHS number").click()
    expect(page.locator("#nhs")).to_be_focused()
    page.locator("#nhs").fill("")
    page.locator("#born-day").fill("")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#given").fill("Asha")
    other.get_by_role("button", name="Continue").click()
    other.wait_for_url("**/contact")
    page.locator("#given").fill("Anna")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main .gt-stop")).to_contain_text("Asha")
    expect(page.locator("#given")).to_have_value("Anna")
    assert faults(page, axe) == [] if script else True
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/contact")
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.locator("#given")).to_have_value("Anna")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/contact")
    page.go_back()
    expect(page.locator("#given")).to_have_value("Anna")


def test_more_children_find_a_place_and_a_draft_is_gone_on_with(open_: Open, world: World) -> None:
    page = open_("referrer", f"/referrals/refer/{sample_refer.DRAFT}/children", script=False)
    assert page.locator("h2", has_text="Child").count() == 2
    page.locator("#given-1").fill("Max")
    page.get_by_role("button", name="Add another child").click()
    expect(page.locator("h2", has_text="Child")).to_have_count(3)
    page.get_by_role("button", name="Save and come back later").click()
    page.wait_for_url("**/referrals/refer")
    expect(page.locator("main")).to_contain_text("It will be deleted")
    page.get_by_role("link", name="draft 1", exact=False).click()
    page.wait_for_url("**/place")

"""Every page in a real browser: no fault of accessibility, narrow screens, paper, without script."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from chassis.feeds import Silent
from chassis.parking import Counts, Incomplete
from contracts.events.orders import Prohibition
from contracts.rules.alert_path import PathState
from contracts.vocabulary import AgencyKind, ProhibitionKind
from services.marac.pages.homes import home_of
from services.marac.shown import Missing, SilentFeed
from services.notify.link import path_of
from services.notify.queries import Who
from tests.pages import (
    sample_actions,
    sample_cases,
    sample_children,
    sample_listing,
    sample_owed,
    sample_refer,
    sample_report,
    sample_research,
    sample_reviews,
    sample_risk,
    sample_rota,
    sample_rows,
    sample_support,
    samples,
)
from tests.pages.app import World
from tests.pages.conftest import Open
from tests.support.facts import IDS

pytestmark = pytest.mark.browser

CASE, LONG, EMPTY, GONE = (
    f"/marac/cases/{id_}"
    for id_ in (sample_rows.CASE, sample_rows.LONG_CASE, sample_rows.EMPTY_CASE, sample_rows.GONE_CASE)
)
HOUSEHOLD = f"/marac/cases/{sample_children.CHILDREN_CASE}"
RISK = f"/marac/cases/{sample_risk.RISK_CASE}"
SUPPORT = f"/marac/cases/{sample_support.SUPPORT_CASE}"
SITS = f"/marac/meetings/{sample_rows.MEETING}"
THEN = "at=2026-11-22T12:00:00Z"
AS_KNOWN = f"{CASE}?{THEN}"
PAGES = {
    "meetings": ("chair", "/marac/meetings"),
    "meetings, cases on no agenda": ("coordinator", "/marac/meetings"),
    "agenda as it was known": ("chair", f"/marac/meetings/{sample_rows.MEETING}?{THEN}"),
    "agenda, a wrong day": ("chair", f"/marac/meetings/{sample_rows.MEETING}?day=31&month=2&year=2026"),
    "agenda": ("chair", f"/marac/meetings/{sample_rows.MEETING}"),
    "agenda, for its coordinator": ("coordinator", f"/marac/meetings/{sample_rows.MEETING}"),
    "all MARACs": ("chair", "/marac/overview"),
    "case": ("chair", CASE),
    "case of 40 breaches": ("chair", LONG),
    "case of nothing known": ("chair", EMPTY),
    "case whose risk is to be assessed again": ("chair", RISK),
    "risk, to print": ("chair", f"{RISK}/print"),
    "case with every state of support": ("idva", SUPPORT),
    "support, to print": ("chair", f"{SUPPORT}/print"),
    "who is owed support": ("idva", "/referrals/support"),
    "support of one victim": ("idva", f"/referrals/support/{sample_support.THEIRS}"),
    "support of somebody unknown to the police": (
        "supervisor",
        f"/referrals/support/{sample_support.HIDDEN}",
    ),
    "case with children": ("idva", HOUSEHOLD),
    "children, to print": ("chair", f"{HOUSEHOLD}/print"),
    "children at risk": ("coordinator", "/marac/children"),
    "what a school is told": ("key-adult", "/referrals/school-tellings"),
    "a meeting while it sits": ("chair", f"{SITS}/sitting"),
    "a case, for the chair": ("chair", f"{SITS}/hear/{sample_rows.CASE}"),
    "a case of nothing known, for the chair": ("chair", f"{SITS}/hear/{sample_rows.EMPTY_CASE}"),
    "minutes, corrected since": ("chair", f"{SITS}/minutes"),
    "minutes as issued": ("idva", f"{SITS}/minutes"),
    "a copy for the meeting": ("chair", f"{SITS}/copy"),
    "minutes, for an agency": ("representative", f"{SITS}/minutes"),
    "minutes that an agency has": ("representative", "/marac/minutes"),
    "sent to an agency": ("representative", "/marac/sent"),
    "sent, and opened": ("coordinator", f"{SITS}/sent"),
    "minutes, to print": ("idva", f"{SITS}/minutes/print"),
    "actions of an agency": ("representative", "/marac/actions"),
    "actions of a chair's areas": ("chair", "/marac/actions"),
    "actions of a coordinator's areas, by case": ("coordinator", "/marac/actions?by=case"),
    "action": ("representative", f"/marac/actions/{sample_actions.ACTION}"),
    "actions of a case": ("chair", f"{CASE}/actions"),
    "messages that wait": ("officer", "/marac/messages"),
    "messages of the IDVA": ("idva", f"{SUPPORT}/messages"),
    "messages of the officer": ("officer", f"{SUPPORT}/messages"),
    "who waits to be heard": (
        "coordinator",
        f"/marac/waiting?listed={sample_rows.CASE}&at={sample_listing.FULL}",
    ),
    "who waits, for a chair": ("chair", "/marac/waiting"),
    "a case before it is listed": ("coordinator", f"{CASE}/decisions"),
    "an emergency meeting": ("coordinator", f"/marac/emergency?case={sample_rows.CASE}"),
    "call a meeting": ("coordinator", "/marac/call"),
    "change a meeting": ("coordinator", f"/marac/meetings/{sample_rows.MEETING}/change"),
    "a closed meeting, not to be changed": ("coordinator", f"/marac/meetings/{sample_listing.FULL}/change"),
    "an emergency meeting that nobody has taken": ("on-call", sample_listing.CALLED),
    "an emergency meeting that somebody took": ("representative", sample_listing.TAKEN),
    "what a MARAC chooses": ("chair", "/marac/choices/northmere-north"),
    "the MARACs that choose": ("chair", "/marac/choices"),
    "what measures are set against": ("chair", "/marac/numbers/northmere-north"),
    "returned referrals": ("idva", "/marac/returned"),
    "research that waits": ("representative", "/marac/research"),
    "research of a case, late": ("representative", sample_research.FORM),
    "research of a case, answered": ("representative", sample_research.ANSWERED),
    "to whom a case is restricted": ("coordinator", f"{CASE}/restriction"),
    "whom a MARAC asks": ("coordinator", "/marac/researchers/northmere-north"),
    "research of a meeting": ("coordinator", f"/marac/meetings/{sample_rows.MEETING}/research"),
    "ties to declare": ("chair", f"/marac/meetings/{sample_rows.MEETING}/interests"),
    "flags of an agency": ("referrer", "/marac/flags"),
    "flags, for the coordinator": ("coordinator", "/marac/flags"),
    "after the meetings": ("coordinator", "/marac/repeats"),
    "transfers": ("coordinator", "/marac/transfers"),
    "transfers, for the chair": ("chair", "/marac/transfers"),
    "case after the meeting": ("idva", f"{CASE}/after"),
    "send a case to another MARAC": ("coordinator", f"{CASE}/transfer"),
    "withdrawn case": ("chair", GONE),
    "case as it was known": ("chair", AS_KNOWN),
    "case to print, as it was known": ("chair", f"{CASE}/print?{THEN}"),
    "case with plans and news, as it was known": ("idva", f"/marac/cases/{sample_owed.OWED_CASE}?{THEN}"),
    "owed to a victim, as it was known": ("idva", f"{sample_owed.VICTIM}?{THEN}"),
    "support of one victim, as it was known": ("idva", f"/referrals/support/{sample_support.THEIRS}?{THEN}"),
    "perpetrator as it was known": ("matac", f"/marac/cohort/{sample_rows.PERPETRATOR}?{THEN}"),
    "case, a wrong day": ("chair", f"{CASE}?day=31&month=2&year=2026"),
    "case to print": ("chair", f"{CASE}/print"),
    "source": ("chair", f"{CASE}/source/{sample_rows.BREACH}"),
    "cohort": ("matac", "/marac/cohort"),
    "perpetrator": ("matac", f"/marac/cohort/{sample_rows.PERPETRATOR}"),
    "put forward": ("matac", "/marac/candidates"),
    "put forward, to decide": ("matac", f"/marac/cohort/{sample_rows.PERPETRATOR}/decision"),
    "most at risk": ("chair", "/marac/victims?by=offenders"),
    "search": ("idva", "/marac/search"),
    "where people of a case are": ("idva", f"{CASE}/whereabouts"),
    "who was shown a line": ("idva", f"{CASE}/shown-to/{sample_rows.BREACH}"),
    "alerts": ("on-call", "/notify/alerts"),
    "alert": ("on-call", "/notify/alerts/{first}"),
    "alert that was taken": ("on-call", f"/notify/alerts/{samples.TAKEN}"),
    "link in a message": ("nobody", path_of(IDS, sample_rows.BREACH)),
    "alert path": ("operator", "/notify/path"),
    "clocks": ("on-call", "/notify/clocks"),
    "rota": ("supervisor", "/notify/rota"),
    "rota, with a shift just set": ("supervisor", "/notify/rota?area=northmere-north&done=set"),
    "rota of whoever may not set it": ("on-call", "/notify/rota"),
    "rota of an area that never had one": ("supervisor", "/notify/rota?area=northmere-south"),
    "rota to print": ("supervisor", "/notify/rota/print"),
    "shift": ("supervisor", f"/notify/rota/shifts/{sample_rota.SHIFT}"),
    "ladders": ("on-call", "/notify/rota/ladders"),
    "ladder to change": ("supervisor", "/notify/rota/ladders?kind=breach&urgency=now"),
    "breach": ("on-call", f"/orders/breaches/{sample_rows.BREACH}"),
    "breach of a known order": ("on-call", f"/orders/breaches/{sample_rows.BREACH_OF_ORDER}"),
    "breach as it was known": (
        "on-call",
        f"/orders/breaches/{sample_rows.BREACH_OF_ORDER}?at=2026-11-25T09:00:00Z",
    ),
    "order as it was known": ("on-call", f"/orders/orders/{sample_rows.ORDER}?{THEN}"),
    "order status": ("on-call", "/orders/status"),
    "order": ("on-call", f"/orders/orders/{sample_rows.ORDER}"),
    "briefing": ("on-call", "/orders/briefing"),
    "briefing, to print": ("on-call", "/orders/briefing/print"),
    "report a breach": ("idva", sample_report.VICTIM),
    "order, for a team": ("on-call", f"/orders/orders/{sample_rows.BREACH}"),
    "circulation": ("on-call", "/orders/"),
    "reviews": ("coordinator", "/referrals/"),
    "review": ("coordinator", f"/referrals/reviews/{sample_reviews.HERS}/{sample_reviews.THEIRS}"),
    "review of two sides": (
        "coordinator",
        f"/referrals/reviews/{sample_reviews.THEIRS}/{sample_reviews.HERS}",
    ),
    "case with plans and news that is late": ("chair", f"/marac/cases/{sample_owed.OWED_CASE}"),
    "plans, to print": ("chair", f"/marac/cases/{sample_owed.OWED_CASE}/print"),
    "owed to a victim": ("idva", sample_owed.VICTIM),
    "owed to a victim, for who may only read": ("coordinator", sample_owed.VICTIM),
    "safety plan, as it is written": ("idva", f"{sample_owed.VICTIM}/plan"),
    "how a victim may be reached": ("idva", f"{sample_owed.VICTIM}/contact"),
    "hearings about a victim": ("idva", f"{sample_owed.VICTIM}/hearing"),
    "who leads support": ("coordinator", f"{sample_owed.VICTIM}/lead"),
    "link undone": ("coordinator", f"/referrals/links/{sample_reviews.LINK}"),
    "refer": ("referrer", "/referrals/refer"),
    "refer, what is asked": ("referrer", f"/referrals/refer/{sample_refer.DRAFT}/contact"),
    "refer, check": ("referrer", f"/referrals/refer/{sample_refer.DRAFT}/check"),
    "for support alone": ("referrer", f"/referrals/withheld/{sample_rows.CASE}"),
    "how far agencies have come, for a chair": ("chair", "/marac/how-far"),
    "how far agencies have come, on call": ("on-call", "/orders/how-far"),
    "how far agencies had come": ("idva", f"/referrals/how-far?{THEN}"),
    "how far services have come": ("on-call", "/notify/how-far"),
    "could not be read": ("operator", "/notify/parked"),
    "not there": ("chair", "/marac/nothing"),
}
FRESH = (
    *("meetings", "agenda", "case", "cohort", "perpetrator", "source", "alerts", "breach", "order", "clocks"),
    *("rota", "shift", "ladders"),
)
SIDEWAYS = "[...document.querySelectorAll('.gt-scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
A4 = 710
"""How wide a sheet is between its margins, 188 mm."""
NAMES = ("Doe", "Jane", "Kyle", sample_rows.LONG, "Smith", "Smyth", "Rai")


@pytest.fixture(params=PAGES)
def shown(request: pytest.FixtureRequest, world: World) -> tuple[str, str]:
    """Who looks at which page."""
    who, path = PAGES[request.param]
    return who, path.format(first=world.alerts.waiting[0].cause)


def faults(page: Page, axe: str) -> list[str]:
    """What axe finds, each with the place. What it finds well is not written up: a sixth of its time."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    return [f"{fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]


def test_a_page_is_sound(shown: tuple[str, str], open_: Open, axe: str, world: World) -> None:
    """For whoever sees, hears or types, on a wide screen, a narrow one and paper, with script and without."""
    page = open_(shown[0], "/assets/icon.svg")
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.goto(f"{world.url}{shown[1]}")
    says_the_same(page, without_script=open_(*shown, script=False))
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 812})
        assert faults(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SIDEWAYS) == 0, "no table is scrolled sideways, on a telephone either"
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= A4, "nothing is cut off on paper"
    page.emulate_media(media="screen")
    assert [url for url in asked if not url.startswith((world.url, "data:"))] == []
    assert [text for text in said if "Content Security Policy" in text] == []
    assert page.locator("[style], style").count() == 0
    addresses = page.eval_on_selector_all("a, form", "all => all.map(one => one.href || one.action)")
    for text in (page.title(), page.url, *addresses):
        assert not [name for name in NAMES if name.lower() in text.lower()]
    assert page.title().endswith("Goldthread")
    page.set_viewport_size({"width": 1280, "height": 812})
    leads_the_keyboard_to_the_skip_link(page)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("all MARACs", "Northmere City: 572"),
        ("research of a meeting", "Castlegate Housing: Asked"),
        ("cohort", "Gravity: 10"),
        ("perpetrator", "Weight: 0.4"),
        ("rota", "First on call: Dev Malik"),
        ("how far agencies have come, for a chair", "Silent after: 12 hours"),
        ("review", "Swapped"),
    ],
)
def test_a_table_is_read_down_on_a_telephone_and_is_one_for_whoever_hears_it(
    name: str, says: str, open_: Open
) -> None:
    page, heard = open_(*PAGES[name]), []
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 812})
        found = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        heard.append(Counter(each["role"]["value"] for each in found if not each["ignored"]))
    assert says in page.inner_text("main")
    for part in ("table", "caption", "row", "columnheader", "rowheader", "cell"):
        assert heard[0][part] == heard[1][part], part


def says_the_same(page: Page, without_script: Page) -> None:
    """The words of a page do not depend on its script."""
    main = [re.sub(r"\s+", " ", each.inner_text("main")) for each in (without_script, page)]
    without, with_script = (text.replace("Pause Sound off. Turn on ", "") for text in main)
    assert len(without) > 20
    assert without.strip() == with_script.strip()


def leads_the_keyboard_to_the_skip_link(page: Page) -> None:
    """The first key comes there, and from there to what the page is about."""
    if page.locator(".govuk-error-summary").count():  # the Design System leads to it first
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        return
    page.keyboard.press("Tab")
    expect(page.locator(".govuk-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"


def test_the_page_of_the_sandbox_is_sound(open_: Open, axe: str) -> None:
    page = open_("on-call", "/sandbox/")
    assert page.locator("section").count() == 3
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 812})
        assert faults(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("[style], style").count() == 0


def test_a_case_takes_two_sheets_printed_on_both_sides(open_: Open) -> None:
    """The sample has a line in each state, and room to write."""
    paper = open_("chair", f"{CASE}/print").pdf(format="A4")
    sides = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert 1 <= sides <= 4


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("chair", f"{CASE}/print"),
        ("chair", f"/marac/meetings/{sample_rows.MEETING}/print"),
        ("chair", f"{SITS}/minutes/print"),
        ("supervisor", "/notify/rota/print"),
    ],
)
def test_paper_has_its_marking_and_no_buttons_or_addresses(open_: Open, who: str, path: str) -> None:
    page = open_(who, path)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("main a:visible, button:visible, details").count() == len(
        page.query_selector_all("main dl.gt-facts a:visible")
    )
    heads = page.locator(".gt-sheet__head")
    assert heads.count() == page.locator(".gt-sheet").count()
    first = heads.last.inner_text()
    assert "OFFICIAL-SENSITIVE" in first
    assert "Wed 25 Nov 2026" in first
    assert f"Rowan {who.title()}" in first
    assert "Destroy by" in first
    assert (
        page.locator(".gt-sheet__head").first.evaluate("e => getComputedStyle(e).display")
        == "table-header-group"
    )


def test_paper_of_a_withdrawn_referral_says_so_and_nothing_else(
    ask: Callable[..., httpx.Response],
) -> None:
    paper = ask("chair", f"{GONE}/print").text
    assert "withdrawn" in paper.lower()
    for safe in ("Nothing that Goldthread looks for is missing", "None reported", "None raised"):
        assert safe not in paper


def test_the_status_of_orders_is_asked_by_a_form_and_no_address_tells_whose(open_: Open, axe: str) -> None:
    page = open_("on-call", "/orders/status", width=390)
    page.get_by_label("Record number").fill("N20037")
    page.get_by_role("button", name="Check the record").click()
    expect(page.get_by_role("link", name="Enter the system that holds the record")).to_have_count(1)
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_label("System that holds the record").fill("records")
    page.get_by_label("Kind of record").fill("nominal")
    page.get_by_role("button", name="Check the record").click()
    unknown = page.get_by_text("ORDER STATUS UNKNOWN. CHECK PNC.")
    expect(unknown, "for all, and for one order").to_have_count(2)
    assert page.url.endswith("/orders/status")
    assert faults(page, axe) == []
    assert "N20037" not in page.title()
    page.get_by_role("button", name="Check the order").click()
    expect(page.get_by_role("link", name="Enter the reference of the order")).to_have_count(1)
    page.get_by_label("Reference of the order").fill("ZC26P00412")
    page.get_by_role("button", name="Check the order").click()
    expect(page.get_by_text("Bound by order ZC26P00412")).to_have_count(1)
    page.get_by_label("PNC ID").fill("2003/0011985X")
    page.get_by_role("button", name="Check the PNC ID").click()
    expect(page.get_by_text("PNC ID 2003/0011985X")).to_have_count(1)
    assert page.url.endswith("/orders/status")
    assert faults(page, axe) == []


def test_who_pressed_second_is_told_whose_the_alert_is(open_: Open, world: World) -> None:
    alert = world.alerts.waiting[0]
    first = {"state": "answered", "answered_by": Who.FIRST, "answered_at": sample_rows.NOW}
    pressed = f"/notify/alerts?answered={alert.cause}"
    world.theirs = [alert.model_copy(update=first)]
    banner = open_("on-call", pressed).locator(".govuk-notification-banner")
    expect(banner).to_contain_text("Not yours")
    expect(banner).to_contain_text("Alert 4821 was already taken by the first on call")
    world.theirs = []
    banner = open_("on-call", pressed).locator(".govuk-notification-banner")
    expect(banner).to_contain_text("Not yours")
    expect(banner).to_contain_text("Alert 4821 waits again: whoever had taken it passed it on.")
    banner = open_("on-call", f"/notify/alerts?passed={alert.cause}").locator(".govuk-notification-banner")
    expect(banner).to_contain_text("Done")
    expect(banner).to_contain_text("You passed alert 4821 on.")


def test_what_was_done_about_an_alert_is_asked_on_its_page_and_what_was_typed_stays(
    open_: Open, axe: str
) -> None:
    page = open_("on-call", "/notify/alerts")
    page.get_by_role("link", name="Say what was done about 2216").first.click()
    expect(page.locator("main")).to_contain_text("What was done was to be said by")
    expect(page.locator("main")).to_contain_text("The orders team has asked the court")
    page.get_by_label("In words").first.fill("Rang the court at Castlegate.")
    page.get_by_role("button", name="Record what was done").first.click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose what was done")
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.get_by_label("In words").first.input_value() == "Rang the court at Castlegate."
    assert page.get_by_label("In words").last.input_value() == "", "the other alert's form is not theirs"
    assert faults(page, axe) == []
    page.get_by_label("In words").first.fill("")
    page.get_by_label("Could not be done").first.check()
    page.get_by_role("button", name="Record what was done").first.click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter in words what was done")
    assert page.get_by_label("Could not be done").first.is_checked()


def test_a_coordinator_sees_first_who_is_on_no_agenda(open_: Open, world: World) -> None:
    heading = "#area-not-known"
    page = open_("coordinator", "/marac/meetings")
    expect(page.locator(heading)).to_have_text("Area not known: 2 cases are on no agenda")
    expect(page.locator("main h2").first).to_have_id("area-not-known")
    assert page.locator(".moj-alert tbody tr").count() == 2
    world.lost = 0
    page.reload()
    expect(page.locator("main")).to_contain_text("Every case that is referred has a MARAC that hears it.")
    expect(open_("chair", "/marac/meetings").locator("main")).not_to_contain_text("MARAC that hears it")


def test_an_agenda_as_it_was_known_leads_to_its_cases_of_then(open_: Open) -> None:
    page = open_("chair", f"/marac/meetings/{sample_rows.MEETING}")
    page.fill("#known-day", "22")
    page.fill("#known-month", "11")
    page.fill("#known-year", "2026")
    page.click("text=Show what was known")
    expect(page.locator(".gt-bar")).to_contain_text("22 Nov 2026")
    expect(page.locator("main")).to_contain_text("Do not read this as none.")
    addresses = page.eval_on_selector_all("main a[href*='/cases/']", "all => all.map(one => one.href)")
    assert addresses
    assert all("?at=2026-11-22T" in address for address in addresses)


@pytest.mark.parametrize(
    "page", ["case as it was known", "owed to a victim, as it was known", "order as it was known"]
)
def test_a_page_of_then_tells_each_time_in_full(page: str, open_: Open) -> None:
    """*Yesterday* is another day there."""
    said = open_(*PAGES[page]).inner_text("main")
    assert "22 Nov 2026 at 12pm" in said
    assert not re.search(r"\b(today|yesterday)\b", said.replace("under today's rules", ""))
    assert not re.search(r" Nov at \d", said)


def test_the_whole_agenda_prints_every_case_on_a_sheet_of_its_own(open_: Open) -> None:
    page = open_("chair", f"/marac/meetings/{sample_rows.MEETING}/print")
    assert page.locator(".gt-sheet").count() == 17
    page.emulate_media(media="print")
    breaks = page.locator(".gt-sheet").evaluate_all(
        "all => all.map(one => getComputedStyle(one).breakBefore)"
    )
    assert set(breaks[1:]) == {"page"}


def test_each_state_of_a_line_has_its_own_words(open_: Open) -> None:
    text = open_("chair", CASE).inner_text("main")
    for said in (
        "Corrected",
        "What it said before",
        "Withdrawn by Northmere Hospital yesterday",
        "Part of this could not be opened here.",
        "told by others",
        "professional opinion",
        "recorded 4 days later",
        "Happened Fri 13 Nov.",
        "Children present: Unknown",
        "Record H-209.",
        "Unanswered",
        "Answered",
        "Stood down",
        "Nobody was on the rota.",
        "Not known to be served",
        "2 occurrences from 3 records",
        "also given: 3 February 1991",
    ):
        assert said in text
    nothing = open_("chair", EMPTY).inner_text("main")
    for said in (
        "Risk unknown",
        "Name unknown",
        "No safe contact is known. Do not make contact.",
        "No agency has said anything about children.",
        "No agency has reported an order, a notice or bail.",
        "No agency has reported a breach.",
        "No risk assessment is known. Unknown is not standard.",
        "That is no sign of safety.",
    ):
        assert said in nothing


@pytest.mark.parametrize("path", ["", "/print", f"/shifts/{sample_rota.AT_ONCE}"])
def test_of_whoever_only_an_open_page_tells_the_rota_says_so(
    ask: Callable[..., httpx.Response], path: str
) -> None:
    text = ask("supervisor", f"/notify/rota{path}").text
    assert "NO TELEPHONE, PAGER OR E-MAIL: only an open page tells them" in text
    assert ("Called as first on call:" in text) is (path != f"/shifts/{sample_rota.AT_ONCE}")


def test_every_line_says_who_when_and_where_from(open_: Open) -> None:
    page = open_("chair", CASE)
    lines = page.locator("[data-line]")
    assert lines.count() >= 7
    for text in lines.all_inner_texts():
        assert re.search(r"Northmere|Castlegate|Harbour", text)
        assert "Source" in text
        if "Withdrawn" not in text:
            assert "Happened" in text
            assert "Recorded" in text
            assert "Record " in text or "No record number given." in text
    roots = page.eval_on_selector_all("[data-line]", "all => all.map(one => one.id)")
    assert len(roots) == len(set(roots))


def test_an_alert_about_an_order_stands_with_the_order_and_is_counted(open_: Open) -> None:
    page = open_("chair", CASE)
    card = page.locator(f"#order-{sample_rows.UNSERVED} .gt-alert").first
    expect(card).to_contain_text("Ends within 7 days, with nothing in its place. Unanswered")
    expect(page.locator("main")).to_contain_text("2 alerts unanswered")


def test_a_deadline_that_looks_ahead_says_so_until_it_has_run_out(open_: Open) -> None:
    """By the first of March *it ends within 2 days* would read as if it did now."""
    card = open_("chair", CASE).locator(f"#order-{sample_rows.UNSERVED}")
    expect(card).to_contain_text("What takes its place? It ends 2 days later. Orders team.")
    expect(card).to_contain_text("Since Mon 23 Nov at 10:14am: Ends within 7 days")
    row = open_("on-call", "/notify/clocks").get_by_role("row").filter(has_text="Sat 12 Dec")
    expect(row).to_contain_text("What takes its place? It ends 14 days later")


@pytest.mark.parametrize(
    ("who", "path"), [("chair", "/marac/overview"), ("idva", SUPPORT), ("on-call", "/notify/clocks")]
)
def test_what_is_read_on_a_telephone_is_a_list_and_no_part_of_it_is_out_of_sight(
    open_: Open, who: str, path: str
) -> None:
    page = open_(who, path, width=375)
    cells = page.locator("main table.gt-agenda").locator("th:visible, td:visible")
    expect(page.locator("main table.gt-agenda .gt-cell-label:visible").first).to_be_visible()
    ends = cells.evaluate_all("all => all.map(each => each.getBoundingClientRect().right)")
    assert ends
    assert max(ends) <= 375


def test_measures_say_from_when_on_this_quarter_is_counted(open_: Open) -> None:
    said = open_("chair", "/marac/overview").locator("main")
    expect(said).to_contain_text("counted once it is over, from Fri 1 Jan 2027 on")


def test_how_many_live_and_work_in_an_area_stands_with_who_set_it(open_: Open) -> None:
    """What nobody told of is no 0, and none that was told is."""
    table = open_("chair", "/marac/overview").get_by_role("table", name="Twelve months, side by side")
    women, idvas, coordinators = (
        table.get_by_role("row")
        .filter(has=table.page.get_by_role("rowheader", name=name))
        .get_by_role("cell")
        for name in ("Cases for each 10,000", "IDVAs, in full-time", "Coordinators, in full-time")
    )
    set_by = r"Set by Sunita Rao, Northmere Council, Thu 27 Aug at .*\."
    expect(women.nth(0)).to_have_text(re.compile(r"41,300 women on .* " + set_by))
    expect(idvas.nth(0)).to_have_text("2.7", use_inner_text=True)
    expect(idvas.nth(2)).to_have_text("Not told", use_inner_text=True)
    expect(coordinators.nth(0)).to_have_text(
        re.compile(r"^Not told\s+IDVAs and coordinators as on .* 2026\. " + set_by), use_inner_text=True
    )
    expect(coordinators.nth(1)).to_have_text(
        re.compile(r"^0\s+IDVAs and coordinators as on"), use_inner_text=True
    )
    expect(coordinators.nth(2)).to_have_text("Not told", use_inner_text=True)


def test_no_pattern_is_no_sign_that_there_is_none(open_: Open) -> None:
    cell = open_("chair", f"/marac/cases/{sample_rows.EMPTY_CASE}").locator("#pattern")
    expect(cell).to_contain_text("It is not known who did this to whom, so no pattern can be looked for.")


def test_links_within_a_case_lead_somewhere(open_: Open) -> None:
    for path in (CASE, LONG):
        page = open_("chair", path)
        dead = page.evaluate(
            "[...document.querySelectorAll('main a[href^=\"#\"]')].map(a => a.hash.slice(1))"
            ".filter(id => !document.getElementById(id))"
        )
        assert dead == []


def test_one_bar_the_loudest(open_: Open, world: World) -> None:
    assert "PRACTICE DATA" in open_("chair", CASE).inner_text(".gt-bar")
    known = open_("chair", AS_KNOWN)
    assert known.locator(".gt-bar").count() == 1
    assert "AS IT WAS KNOWN Sun 22 Nov 2026 at 12pm" in known.inner_text(".gt-bar")
    world.cases[sample_rows.CASE] = sample_cases.full_case().model_copy(
        update={"incomplete": 2, "operator_told": sample_rows.ago(days=4)}
    )
    both = open_("chair", AS_KNOWN).inner_text(".gt-bar")
    assert both.index("COULD NOT BE READ") < both.index("AS IT WAS KNOWN Sun 22 Nov 2026 at 12pm")
    assert "The operator was told Sat 21 Nov 2026 at 10:14am" in both
    calling = open_("on-call", "/notify/alerts").locator(".gt-bar")
    assert calling.inner_text() == "ALERT 4821 CALLS YOU"
    assert calling.get_attribute("role") == "alert"


@pytest.mark.parametrize(
    "name",
    [
        *("case as it was known", "case to print, as it was known", "order as it was known"),
        *("breach as it was known", "owed to a victim, as it was known"),
        "support of one victim, as it was known",
    ],
)
def test_the_bar_of_a_page_of_then_tells_each_time_in_full(
    name: str, ask: Callable[..., httpx.Response], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """*Today* would be read as the day that the page is of."""
    told = {"incomplete": 2, "operator_told": sample_rows.ago(hours=1)}
    world.cases[sample_rows.CASE] = sample_cases.full_case().model_copy(update=told)
    breach, order = samples.breach(sample_rows.BREACH_OF_ORDER), samples.order_page(sample_rows.ORDER)
    monkeypatch.setattr(samples, "breach", lambda _: breach.model_copy(update=told))
    monkeypatch.setattr(samples, "order_page", lambda _: order.model_copy(update=told))
    for host in world.hosts.values():
        host.left_out, host.path.state = Incomplete(2, told["operator_told"]), PathState.BROKEN
        host.broken_since = sample_rows.ago(hours=3)
    bar = ask(*PAGES[name]).text.split('id="loudest"')[1].split("</div>")[0]
    assert "The operator was told Wed 25 Nov 2026 at 9:14am" in bar
    assert "ALERTS ARE NOT GETTING OUT since" in bar
    assert ("today at" in bar, "yesterday" in bar) == (False, False)


@pytest.mark.parametrize(
    ("name", "unsafe"),
    [
        ("case", "landline: the other party answers it"),
        ("case to print", "landline: the other party answers it"),
        ("support of one victim", "Never the landline"),
    ],
)
def test_what_was_told_to_be_unsafe_is_quoted_as_it_was_told(
    name: str, unsafe: str, ask: Callable[..., httpx.Response]
) -> None:
    assert f"<strong>Told to be unsafe: “{unsafe}”</strong>" in ask(*PAGES[name]).text


def test_a_page_says_how_fresh_it_is_and_says_so_loudly_when_it_cannot(open_: Open, world: World) -> None:
    for name in FRESH:
        line = open_(*PAGES[name]).locator(".gt-fresh").first
        assert "Made at 10:14:09am. Holds all accepted by 10:14:02am." in line.inner_text(), name
        assert line.locator("strong").count() == 0
    then = open_("chair", AS_KNOWN).inner_text(".gt-fresh")
    assert "Holds all accepted by Sun 22 Nov 2026 at 12pm, and nothing later." in then
    for fresh, says in (
        (None, "UNKNOWN"),
        (sample_rows.ago(minutes=2), "NOT UP TO DATE: holds all accepted by"),
    ):
        whole = sample_cases.full_case().model_copy(update={"fresh_until": fresh})
        world.cases[sample_rows.CASE] = whole
        assert says in open_("chair", CASE).inner_text(".gt-fresh strong")


def test_every_page_says_once_and_below_its_heading_how_fresh_it_is(
    world: World, ask: Callable[..., httpx.Response]
) -> None:
    for name in PAGES.keys() - {"link in a message", "not there"}:
        who, path = PAGES[name]
        page = ask(who, path.format(first=world.alerts.waiting[0].cause)).text
        assert page.count("Made at ") == 1, name
        between = page[page.index("</h1>") : page.index("Made at ")]
        assert between, name
        assert [part for part in ("<h2", "<table", "<form") if part in between] == [], name


@pytest.mark.parametrize("name", ["a meeting while it sits", "flags of an agency", "transfers", "review"])
def test_a_page_without_a_time_of_its_own_goes_by_what_the_service_knows(
    name: str, open_: Open, world: World
) -> None:
    def line() -> str:
        return open_(*PAGES[name], script=False).locator(".gt-fresh").first.inner_text()

    assert "Made at 10:14:09am. Holds all accepted by 10:14:02am." in line()
    for fresh, says in (
        (None, "HOW UP TO DATE IT IS: UNKNOWN"),
        (sample_rows.ago(minutes=2), "NOT UP TO DATE: holds all accepted by today at 10:12am"),
    ):
        for host in world.hosts.values():
            host.watch.fresh = fresh
        assert says in line()
    assert open_(*PAGES[name]).locator("main .gt-fresh").count() == 1


@pytest.mark.parametrize("name", FRESH)
def test_how_fresh_a_page_is_leads_to_how_far_each_agency_has_come(
    name: str, world: World, ask: Callable[..., httpx.Response]
) -> None:
    who, path = PAGES[name]
    service = path.split("/")[1]
    told = f'href="/{service}/how-far"' in ask(who, path.format(first=world.alerts.waiting[0].cause)).text
    seen = ask(who, f"/{service}/how-far").status_code
    assert (told, seen) == ((False, 404) if who == "matac" else (True, 200))


def test_what_was_known_leads_to_how_far_each_had_come_then(open_: Open) -> None:
    page = open_("chair", AS_KNOWN)
    page.click("text=By agency")
    expect(page.locator(".gt-bar")).to_contain_text("AS IT WAS KNOWN Sun 22 Nov 2026 at 12pm")
    assert page.url.endswith("/marac/how-far?at=2026-11-22T12:00:00Z")
    text = page.inner_text("main")
    assert "and nothing later" in text
    assert "Sun 22 Nov 2026 at 12pm" in page.inner_text("table >> nth=0")
    assert "today" not in text
    assert "yesterday" not in text


def test_how_far_each_agency_has_come_never_sounds_better_than_it_is(open_: Open) -> None:
    rows = open_("on-call", "/orders/how-far").locator(".gt-scroll tbody tr").all_inner_texts()
    hospital, surgery, council, police = (re.sub(r"\s+", " ", row) for row in rows)
    assert "Northmere Hospital" in hospital
    assert "Silent yesterday at 2:14pm 12 hours agreed with the agency 10:14:02am" in hospital
    assert "Never heard Never not known: too few facts so far" in surgery
    assert "6 days learned from how often it is heard Unknown Orders, Referrals" in council
    assert "As often as usual today at 9:52am 12 hours" in police
    assert "today at 9:54am: NOT UP TO DATE" in police
    page = open_("on-call", "/notify/how-far")
    assert "UNKNOWN" in page.inner_text(".gt-fresh strong")
    assert page.locator("tbody .gt-stale").count() == 4, "each service says that it is not known"
    assert "No agency sends to this service" in page.inner_text("main")


def test_a_silent_feed_is_named_with_when_it_was_last_heard(open_: Open, world: World) -> None:
    agency, since = "northmere-hospital", sample_rows.ago(hours=20)
    gap = Missing(code="feed-silent", owner=agency, kind="health", since=since)
    whole = sample_cases.full_case()
    world.cases[sample_rows.CASE] = whole.model_copy(update={"missing": [gap, *whole.missing]})
    says = "Nothing from Northmere Hospital (Health) since yesterday at 2:14pm: facts may be missing"
    assert says in open_("chair", CASE).inner_text(".gt-missing")
    feed = SilentFeed(agency=agency, name="Northmere Hospital", kind="health", since=since)
    world.agenda_shown = world.agenda_shown.model_copy(update={"silent": [feed]})
    assert says in open_(*PAGES["agenda"]).inner_text("main")


@pytest.mark.parametrize(
    "name",
    [
        *("breach", "order", "owed to a victim", "how a victim may be reached"),
        *("who waits to be heard", "most at risk", "transfers", "returned referrals", "search"),
    ],
)
def test_pages_that_depend_on_every_agency_name_who_is_silent(
    name: str, world: World, ask: Callable[..., httpx.Response]
) -> None:
    says = "Nothing from Northmere Hospital (Health) since yesterday at 2:14pm: facts may be missing."
    who, path = PAGES[name]
    assert says not in ask(who, path).text
    for host in world.hosts.values():
        host.silences = (Silent("Northmere Hospital", AgencyKind.HEALTH, sample_rows.ago(hours=20)),)
    assert says in ask(who, path).text
    assert ask(*PAGES["agenda"]).text.count(says) == 0, "it says itself who is, at the time that it is of"


@pytest.mark.parametrize("name", ["perpetrator", "cohort", "put forward", "put forward, to decide"])
def test_pages_about_perpetrators_say_that_somebody_is_silent_and_never_who(
    name: str, world: World, ask: Callable[..., httpx.Response]
) -> None:
    """A name would tell where a victim lives. It is so too for whoever coordinates a MARAC as well."""
    for host in world.hosts.values():
        host.silences = (Silent("Northmere Hospital", AgencyKind.HEALTH, sample_rows.ago(hours=20)),)
    shown = ask(*PAGES[name]).text
    assert "Northmere Hospital" not in shown
    if name.startswith("put forward"):  # the others ask for the time that they are of
        assert "A source has been silent for longer than usual" in shown


def test_whoever_manages_a_respondent_is_told_that_somebody_is_silent_and_never_who(
    world: World, ask: Callable[..., httpx.Response]
) -> None:
    says, path = "A source has been silent for longer than usual", f"/orders/orders/{sample_rows.BREACH}"
    assert says not in ask("order-contact", path).text
    for host in world.hosts.values():
        host.silences = (Silent("Northmere Hospital", AgencyKind.HEALTH, sample_rows.ago(hours=20)),)
    shown = ask("order-contact", path).text
    assert (says in shown, "Northmere Hospital" in shown, "how-far" in shown) == (True, False, False)
    assert ask("order-contact", "/orders/how-far").status_code == 404
    assert says not in ask("on-call", path).text, "who is told which one"


def test_a_part_of_an_order_that_is_over_stands_last_on_a_case_and_says_so(
    world: World, ask: Callable[..., httpx.Response]
) -> None:
    whole = sample_cases.full_case()
    gone = Prohibition(kind=ProhibitionKind.NOT_TO_ATTEND, text="the old mill", until=sample_rows.ago(days=3))
    first = whole.orders[0]
    parts = {"prohibitions": [gone, *first.prohibitions]}
    world.cases[sample_rows.CASE] = whole.model_copy(update={"orders": [first.model_copy(update=parts)]})
    for path in (CASE, f"{CASE}/print"):
        told = ask("chair", path).text.split('class="govuk-list govuk-list--bullet gt-order__terms"')[1]
        items = told.split("</ul>")[0].split("<li>")[1:]
        assert ["not in force" in each for each in items] == [False, False, True], path
        assert "the old mill" in items[-1]


def test_as_it_was_known_is_asked_for_by_day(open_: Open) -> None:
    page = open_("chair", CASE)
    page.fill("#known-day", "21")
    page.fill("#known-month", "11")
    page.fill("#known-year", "2026")
    page.click("text=Show what was known")
    expect(page.locator(".gt-bar")).to_contain_text("AS IT WAS KNOWN Sat 21 Nov 2026")
    assert "at=2026-11-21T23:59:59Z" in page.url
    page.goto(page.url.split("?")[0] + "?day=30&month=12&year=2026")
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.input_value("#known-day") == "30"
    assert "has not begun" in page.inner_text(".govuk-error-summary")


def test_of_the_cohort_it_is_asked_for_by_month(open_: Open) -> None:
    page = open_(*PAGES["perpetrator"])
    assert page.locator("#known-day").count() == 0, "the day would tell of a victim"
    assert page.locator("a[href$='/decision']").count() == 1
    page.fill("#known-month", "11")
    page.fill("#known-year", "2026")
    page.click("text=Show what was known")
    expect(page.locator(".gt-bar")).to_contain_text("AS IT WAS KNOWN Sun 1 Nov 2026")
    expect(page.locator(".gt-fresh").first).to_contain_text("and nothing later")
    assert page.url.endswith("?at=2026-11-01T00:00:00Z")
    assert page.locator("a[href$='/decision']").count() == 0, "nobody decides upon what was known"
    page.goto(page.url.split("?")[0] + "?month=13&year=2026")
    expect(page).to_have_title(re.compile("^Error: "))
    page.click(".govuk-error-summary a")
    assert page.evaluate("document.activeElement.id") == "known-month"


def test_the_next_case_is_one_link_away(open_: Open) -> None:
    page = open_("chair", f"/marac/meetings/{sample_rows.MEETING}")
    page.click("text=Open K7Q >> nth=-1")
    page.click("text=Next: R4W3 >> nth=0")
    page.click("text=Next: M2D >> nth=0")
    expect(page).to_have_url(re.compile(sample_rows.EMPTY_CASE))


def test_who_may_see_nothing_is_told_nothing(ask: Callable[..., httpx.Response]) -> None:
    foreign = ask("matac", CASE)
    absent = ask("chair", CASE.replace("0000", "1111"))
    assert foreign.status_code == absent.status_code == 404
    assert "There is no page here that you can see." in foreign.text
    assert foreign.text == absent.text


@pytest.mark.parametrize(
    ("who", "home"),
    [("chair", "meetings"), ("matac", "cohort"), ("on-call", "alerts"), ("key-adult", "school-tellings")],
)
def test_everybody_begins_at_their_own_page(ask: Callable[..., httpx.Response], who: str, home: str) -> None:
    assert ask(who, "/marac/").headers["location"].endswith(home)


def test_a_system_does_not_begin_at_research() -> None:
    assert home_of({"reporter"}) == "/marac/actions"
    assert home_of({"marac-representative"}) == "/marac/research"


DIRECTORY = Path(__file__).parents[2] / "chassis/identity/directory.json"


def test_whoever_has_a_role_has_a_page_to_begin_at() -> None:
    people = json.loads(DIRECTORY.read_text())["people"]
    nowhere = [each["id"] for each in people if home_of(each["roles"]) is None]
    assert nowhere == ["ivo-marsh"], "who has no role"


def test_assets_may_be_kept_and_pages_may_not(ask: Callable[..., httpx.Response]) -> None:
    page = ask("chair", CASE)
    assert page.headers["cache-control"] == "no-store"
    sheet = re.search(r'href="(/assets/[0-9a-f]{12})/goldthread.css"', page.text)
    assert sheet
    for name in ("goldthread.css", "goldthread.js", "govuk-frontend.min.js"):
        kept = ask(None, f"{sheet[1]}/{name}")
        assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
        for other in (f"/assets/{name}", f"/assets/0123456789ab/{name}"):  # of the release before
            assert ask(None, other).headers["cache-control"] == "public, max-age=300"
            assert ask(None, other).content == kept.content
    assert ask(None, "/assets/../frame.py").status_code == 404
    fonts = ask(None, "/assets/govuk-frontend.min.css").text
    assert "@font-face" not in fonts
    assert "GDS Transport" not in fonts


def test_an_operator_decides_what_becomes_of_a_record(open_: Open, world: World) -> None:
    page = open_("operator", "/notify/parked")
    expect(page.locator(".gt-card").first).to_contain_text("Topic breaches, partition 4: not read any more")
    record = page.locator(".gt-card:has(form)").first
    record.get_by_role("button", name="Record decision").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose what is to become of it, and why")
    expect(page).to_have_title(re.compile("^Error: "))
    for decision, says in (("replay", "still cannot be read"), ("discard", "The decision is on record")):
        record.locator(f"[value={decision}]").check()
        record.locator("select").select_option("of-no-use")
        record.get_by_role("button", name="Record decision").click()
        expect(page.locator(".govuk-notification-banner")).to_contain_text(says)
    assert [each.offset for each in world.unread.undecided] == [41_208, 41_209]
    assert record.get_by_label("Decide the same for all 2 records").count() == 1, (
        "of one topic, for one reason"
    )
    assert "2 records were discarded." in page.inner_text("main")
    assert "It is not known whose pages it touches" in page.inner_text("main")
    menu = page.locator(".govuk-service-navigation a").evaluate_all("all => all.map(one => one.pathname)")
    assert menu == [f"/{service}/parked" for service in ("referrals", "orders", "marac", "notify")]


@pytest.mark.parametrize("who", ["chair", "coordinator", "idva"])
def test_what_navigation_has_no_room_for_stands_at_the_foot_of_the_page(open_: Open, who: str) -> None:
    page = open_(who, "/marac/meetings")
    paths = "all => all.map(one => one.pathname)"
    menu = page.locator(".govuk-service-navigation a").evaluate_all(paths)
    foot = page.locator("footer nav a").evaluate_all(paths)
    assert len(menu) == 5
    assert {"/marac/search", "/marac/victims", "/marac/children"} <= {*menu, *foot}
    assert menu[0] == "/marac/meetings", "what waits for me comes first"
    assert set(menu).isdisjoint(foot)


def test_a_page_about_which_something_could_not_be_read_says_so(open_: Open, world: World) -> None:
    said = {"incomplete": 2, "operator_told": sample_rows.NOW}
    world.cases[sample_rows.CASE] = world.cases[sample_rows.CASE].model_copy(update=said)
    page = open_("chair", CASE)
    expect(page.locator(".gt-bar")).to_contain_text("2 RECORDS ABOUT THIS COULD NOT BE READ")
    expect(page.locator(".gt-bar")).to_contain_text("The operator was told today at")
    agenda = open_("chair", f"/marac/meetings/{sample_rows.MEETING}")
    assert agenda.locator(".gt-agenda", has_text="2 records could not be read.").count() == 1


OF_ONE = (
    "how a victim may be reached",
    "owed to a victim",
    "safety plan, as it is written",
    "review",
    "alert",
    "case after the meeting",
    "actions of a case",
    "messages of the IDVA",
    "send a case to another MARAC",
    "to whom a case is restricted",
    "a case before it is listed",
    "where people of a case are",
    "who was shown a line",
    "source",
)
"""Pages of somebody, or of something, whose service asks what is left out of them."""


@pytest.mark.parametrize("name", OF_ONE)
def test_what_could_not_be_read_of_somebody_is_said_on_every_page_of_them(
    name: str, world: World, ask: Callable[..., httpx.Response]
) -> None:
    who, path = PAGES[name]
    path = path.format(first=world.alerts.waiting[0].cause)
    assert "COULD NOT BE" not in ask(who, path).text
    for host in world.hosts.values():
        host.left_out = Incomplete(2, sample_rows.ago(hours=1))
    assert "2 RECORDS ABOUT THIS COULD NOT BE READ" in ask(who, path).text
    for host in world.hosts.values():
        host.left_out, host.broken_since = Incomplete(), sample_rows.ago(hours=3)
    assert "COULD NOT BE MADE ANEW" in ask(who, path).text


def test_every_page_says_that_something_of_nobody_known_could_not_be_read(open_: Open, world: World) -> None:
    for host in world.hosts.values():
        host.watch.seen = Counts({"incidents": 1}, whose_unknown=1, broken=0)
    for who, path in (("chair", CASE), ("matac", "/marac/cohort"), ("on-call", "/notify/alerts")):
        text = open_(who, path).locator(".gt-unread").inner_text()
        assert text.startswith("1 record could not be read, and it is not known whom it is about.")


def test_only_an_operator_finds_what_could_not_be_read(ask: Callable[..., httpx.Response]) -> None:
    for who in ("chair", "matac", "on-call"):
        assert ask(who, "/marac/parked").status_code == 404
        assert ask(who, "/marac/parked/incidents/3/41207", "POST", data={}).status_code == 404

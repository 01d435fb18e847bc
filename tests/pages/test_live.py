"""Live parts: news waits behind a link on a case, and the list of alerts moves, pausable."""

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect

from contracts.rules.alert_path import PathState
from tests.pages import sample_rows, samples
from tests.pages.app import World
from tests.pages.conftest import Open, until
from tests.pages.test_pages import faults

pytestmark = pytest.mark.browser

CASE = f"/marac/cases/{sample_rows.CASE}"


def test_new_lines_wait_behind_a_link(open_: Open, world: World) -> None:
    page = open_("chair", CASE)
    before = page.inner_text("main")
    until(lambda: bool(world.hosts["marac"].listeners))
    old = world.cases[sample_rows.CASE]
    assert old.victim is not None
    more = [
        sample_rows.line("incident.reported", "castlegate-housing", {"kind": "stalking"}, f"Seen again, {n}.")
        for n in range(3)
    ]
    victim = old.victim.model_copy(update={"lines": [*more, *old.victim.lines]})
    world.cases[sample_rows.CASE] = old.model_copy(update={"victim": victim})
    world.hosts["marac"].change("conference_person", sample_rows.NIA)
    link = page.get_by_text("3 new lines. Show them")
    expect(link).to_be_visible()
    assert page.inner_text("main").replace("3 new lines. Show them", "").split() == before.split()
    link.click()
    expect(page.get_by_text("Seen again, 2.")).to_be_visible()
    expect(page.locator(".gt-live__news")).to_be_empty()


AGENDA = f"/marac/meetings/{sample_rows.MEETING}"


def test_what_is_new_on_an_agenda_waits_behind_a_link(open_: Open, world: World, axe: str) -> None:
    page = open_("chair", AGENDA, width=375)
    before = page.inner_text("main")
    until(lambda: bool(world.hosts["marac"].listeners))
    first, second, *rest = world.agenda_shown.cases
    more = first.model_copy(update={"new": first.new + 2})
    world.agenda_shown = world.agenda_shown.model_copy(update={"cases": [second, more, *rest]})
    world.hosts["marac"].change("conference_meeting", sample_rows.MEETING)
    says = "New since you opened this page: case R4W3 (heard earlier); case K7Q (2 new lines). Show it now"
    status = page.get_by_role("status")
    expect(status).to_have_text(says)
    assert page.inner_text("main").replace(says, "").split() == before.split(), "nothing moves"
    assert faults(page, axe) == []
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    expect(status).to_be_in_viewport()
    page.get_by_role("link", name="Show it now").click()
    expect(page.locator(".gt-agenda .gt-letters").first).to_have_text("Open case R4W3")
    expect(page.locator(".gt-live__news")).to_be_empty()


def test_an_agenda_is_live_while_its_meeting_is_closed_until_its_day_is_over(
    open_: Open, world: World
) -> None:
    page = open_("chair", AGENDA)
    until(lambda: bool(world.hosts["marac"].listeners))
    sits = world.agenda_shown.meeting

    def change(**values: object) -> None:
        meeting = sits.model_copy(update=values)
        world.agenda_shown = world.agenda_shown.model_copy(update={"meeting": meeting})
        world.hosts["marac"].change("conference_meeting", sample_rows.MEETING)

    status = page.get_by_role("status")
    change(closed=True)
    expect(status).to_have_text("New since you opened this page: the meeting is closed. Show it now")
    change(closed=False)
    expect(status).to_have_text(
        "Nothing on this agenda differs any more from when you opened it. Show it now"
    )
    change(closed=True, starts=sample_rows.NOW - timedelta(days=1))
    expect(status).to_have_text("The meeting is over: nothing new comes to this page any more. Show it now")
    page.get_by_role("link", name="Show it now").click()
    expect(page.locator("[data-live]")).to_have_count(0)


@pytest.mark.parametrize("address", [AGENDA, CASE])
def test_a_page_that_is_live_no_more_says_so_and_is_live_again(
    open_: Open, world: World, axe: str, address: str
) -> None:
    page = open_("chair", address)
    page.clock.install()
    page.reload()
    until(lambda: bool(world.hosts["marac"].listeners))
    expect(page.locator(".gt-live__lost")).to_be_empty()
    page.route("**/live?*", lambda route: route.abort())
    page.clock.fast_forward(61_000)  # a line that died in silence is tried again
    expect(page.locator(".gt-live__lost")).to_contain_text("NOT LIVE since")
    assert faults(page, axe) == []
    page.unroute("**/live?*")
    page.clock.fast_forward(61_000)
    expect(page.locator(".gt-live__lost")).to_be_empty()


def test_without_script_an_agenda_promises_no_news(open_: Open) -> None:
    page = open_("chair", AGENDA, script=False)
    expect(page.locator("[data-live]")).to_be_hidden()
    expect(page.locator("main")).not_to_contain_text("live since")


def test_a_change_of_something_else_says_nothing(open_: Open, world: World) -> None:
    page = open_("chair", CASE)
    until(lambda: bool(world.hosts["marac"].listeners))
    old = world.cases[sample_rows.CASE]
    world.cases[sample_rows.CASE] = old.model_copy(update={"afraid_of": "Nobody now."})
    world.hosts["marac"].change("conference_person", sample_rows.LONG_CASE)
    world.hosts["marac"].change("conference_case", sample_rows.CASE)
    expect(page.get_by_text("This page has changed. Show it")).to_be_visible()


def test_the_list_of_alerts_moves_by_itself_and_can_be_paused(open_: Open, world: World) -> None:
    page = open_("on-call", "/notify/alerts", width=375)
    expect(page.locator("#live-bar")).to_be_visible()
    until(lambda: bool(world.hosts["notify"].listeners))
    first, second = world.alerts.waiting
    page.click("text=Pause")
    world.alerts = world.alerts.model_copy(update={"waiting": [second]})
    world.hosts["notify"].change("notify_alert", first.cause)
    expect(page.get_by_text("Paused. New alerts are not shown here until you go on.")).to_be_visible()
    expect(page.get_by_role("heading", name="Alert 4821")).to_be_visible()
    page.click("text=Go on")
    expect(page.get_by_role("heading", name="Alert 4821")).to_have_count(0)
    expect(page.locator("h1")).to_have_text("1 alert waiting")
    assert page.title() == "1 alert waiting - Goldthread"
    world.alerts = world.alerts.model_copy(update={"waiting": [second, first]})
    world.hosts["notify"].change("notify_alert", first.cause)
    expect(page.get_by_role("heading", name="Alert 4821")).to_be_visible()


def test_the_list_waits_for_somebody_who_says_why_not(open_: Open, world: World) -> None:
    page = open_("on-call", "/notify/alerts", width=375)
    until(lambda: bool(world.hosts["notify"].listeners))
    page.click("text=I cannot take 4821")
    page.check(f"#not-on-duty-{world.alerts.waiting[0].cause}")
    world.alerts = world.alerts.model_copy(update={"waiting": world.alerts.waiting[:1]})
    world.hosts["notify"].change("notify_alert", world.alerts.waiting[0].cause)
    expect(page.get_by_role("heading", name="Alert 0093")).to_be_visible()
    page.click("text=I cannot take 4821")
    expect(page.get_by_role("heading", name="Alert 0093")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_one_button_takes_one_alert(open_: Open, world: World, script: bool) -> None:
    page = open_("on-call", "/notify/alerts", width=375, script=script)
    assert page.get_by_role("button", name="Acknowledge").count() == 2
    box = page.get_by_role("button", name="Acknowledge 4821").evaluate(
        "button => button.getBoundingClientRect()"
    )
    assert box["height"] >= 56
    assert box["y"] + box["height"] < 812
    page.click("text=Acknowledge 4821")
    expect(page.locator(".govuk-notification-banner")).to_contain_text(
        "Alert 4821 is yours since today at 10:14am."
    )
    expect(page.locator("h1")).to_have_text("1 alert waiting")


def test_no_alert_says_who_or_where(open_: Open) -> None:
    text = open_("on-call", "/notify/alerts").content()
    assert not [
        word for word in ("Doe", "Jane", "Northmere", "Example Row", "Non-molestation") if word in text
    ]


def test_a_page_of_another_site_cannot_take_an_alert(
    ask: Callable[..., httpx.Response], world: World
) -> None:
    cause = world.alerts.waiting[0].cause
    answer = httpx.post(
        f"{world.url}/notify/alerts/{cause}/acknowledge",
        cookies={"goldthread": "on-call"},
        headers={"Sec-Fetch-Site": "cross-site", "Accept": "text/html"},
    )
    assert answer.status_code == 403
    assert len(world.alerts.waiting) == 2
    assert ask("on-call", f"/notify/alerts/{cause}/acknowledge").status_code == 405


def test_how_long_ago_is_told_anew_each_minute_while_an_alert_waits(open_: Open, world: World) -> None:
    page = open_("on-call", "/notify/alerts")
    page.clock.install()
    page.reload()
    expect(page.locator("#live-bar")).to_be_visible()
    first, second = world.alerts.waiting
    older = second.model_copy(update={"raised": second.raised - timedelta(hours=3)})
    said = page.locator(f"#alert-{second.cause}").inner_text()
    world.alerts = world.alerts.model_copy(update={"waiting": [first, older]})
    page.clock.fast_forward(61_000)
    expect(page.locator(f"#alert-{second.cause}")).not_to_have_text(said, use_inner_text=True)
    expect(page.locator(f"#alert-{second.cause}")).to_contain_text("hours ago")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (PathState.BROKEN, "ALERTS ARE NOT GETTING OUT since {} at 9:58am. Ring 01632 960100."),
        (PathState.UNKNOWN, "WHETHER ALERTS GET OUT: UNKNOWN since {} at 9:58am. Ring 01632 960100."),
    ],
)
@pytest.mark.parametrize(
    ("who", "path", "service"),
    [
        ("on-call", "/notify/alerts", "notify"),
        ("operator", "/notify/parked", "notify"),
        ("chair", f"{CASE}?at=2026-11-22T12:00:00Z", "marac"),
        ("matac", "/marac/cohort", "marac"),
        ("on-call", "/orders/status", "orders"),
    ],
)
def test_alerts_that_stop_are_the_loudest_thing_on_every_page(
    open_: Open, world: World, state: PathState, says: str, who: str, path: str, service: str
) -> None:
    world.hosts[service].path.state = state
    page = open_(who, path)
    day = "Wed 25 Nov 2026" if "?at=" in path else "today"
    said = page.locator(".gt-bar").inner_text()  # there is one, and all else comes after
    assert said.startswith(says.format(day))
    assert page.locator(".gt-bar").get_attribute("role") == "alert"
    page.emulate_media(media="print")
    expect(page.locator(".gt-bar")).to_be_visible()


def test_an_open_list_of_alerts_says_it_within_a_minute(open_: Open, world: World, axe: str) -> None:
    page = open_("on-call", "/notify/alerts", width=375)
    page.clock.install()
    page.reload()
    expect(page.locator("#live-bar")).to_be_visible()
    assert "Alert path tried at 10:13:49am: 0.41 s." in page.inner_text("main")
    world.hosts["notify"].path.state = PathState.BROKEN
    page.clock.fast_forward(61_000)
    expect(page.locator(".gt-bar")).to_contain_text("ALERTS ARE NOT GETTING OUT")
    expect(page.locator("main")).to_contain_text("ALERT PATH BROKEN: the last try that came through began")
    assert faults(page, axe) == []
    world.hosts["notify"].path.state = PathState.SOUND
    page.clock.fast_forward(61_000)
    expect(page.locator(".gt-bar")).to_have_text("ALERT 4821 CALLS YOU")


def test_a_service_that_started_without_the_log_says_so_above_every_page(open_: Open, world: World) -> None:
    host = world.hosts["notify"]
    host.may_repeat = True
    try:
        page = open_("on-call", "/notify/alerts", width=375)
        says = "THIS SERVICE STARTED WITHOUT THE LOG, and goes on with what it has."
        expect(page.locator(".gt-bar")).to_contain_text(says)
        expect(page.locator(".gt-bar")).to_contain_text("a call may be a repeat")
    finally:
        host.may_repeat = False


def test_a_list_that_is_live_no_more_says_so_loudly(open_: Open, world: World, axe: str) -> None:
    page = open_("on-call", "/notify/alerts", width=375)
    page.clock.install()
    page.reload()
    until(lambda: bool(world.hosts["notify"].listeners))
    expect(page.locator("#lost")).to_be_empty()
    page.route("**/notify/alerts", lambda route: route.abort())  # a line that died in silence
    page.clock.fast_forward(61_000)
    expect(page.locator("#lost")).to_contain_text("NOT LIVE since")
    expect(page.locator("#lost")).to_contain_text("new alerts do not come here. Ring 01632 960100.")
    assert page.title() == "NOT LIVE: 2 alerts waiting - Goldthread"
    assert faults(page, axe) == []
    page.unroute("**/notify/alerts")
    page.clock.fast_forward(61_000)
    expect(page.locator("#lost")).to_be_empty()
    assert page.title() == "2 alerts waiting - Goldthread"


def test_sound_is_switched_on_once_and_says_whether_it_can_be_heard(open_: Open, world: World) -> None:
    page = open_("on-call", "/notify/alerts", width=375)
    button = page.locator("#live-bar button").nth(1)
    expect(button).to_have_text("Sound off. Turn on")
    button.click()
    expect(button).to_have_text("Sound on. Turn off")
    page.reload()
    expect(button).to_have_text(re.compile("^(SOUND IS OFF until you tap here|Sound on. Turn off)$"))
    page.locator("h1").click()
    expect(button).to_have_text("Sound on. Turn off")
    button.click()
    page.reload()
    expect(button).to_have_text("Sound off. Turn on")


@pytest.mark.parametrize("script", [True, False])
def test_alerts_that_belong_together_stand_together_and_each_is_taken_by_itself(
    open_: Open, world: World, axe: str, script: bool
) -> None:
    world.alerts = samples.together()
    page = open_("on-call", "/notify/alerts", width=375, script=script)
    groups = page.locator(".gt-group")
    assert groups.count() == 1
    expect(groups.get_by_role("heading", name="3 alerts about the same people")).to_be_visible()
    assert groups.locator(".gt-call").count() == 3
    assert page.locator(".gt-call--waiting").count() == 4, "nothing is hidden"
    forms = groups.locator("form[action$='/acknowledge']")
    rules = forms.locator("[name=rule]").evaluate_all("all => all.map(one => one.value)")
    assert rules == ["breach", "no-answer", "breach"]
    assert page.get_by_role("button", name="Acknowledge").count() == 4
    if script:
        assert faults(page, axe) == []

"""A MARAC's round as people walk it, each in a browser of their own, all of it by keyboard alone: a school
refers by the page, the coordinator calls a meeting, returns that referral and lists another, somebody
declares a tie and it is there for them no more, an agency opens what was sent, answers what it holds and
accepts an action, the MATAC decides of whoever was put forward, the chair takes a copy along and hears the
case, and who attends is typed while the line is down; the action is carried, a file flagged, minutes are
corrected, the IDVA reads them and records that the victim was told, a repeat is found by itself and
answered, an emergency meeting is called and held, the case is restricted, and goes to another MARAC. Every
page that is opened is looked over by axe. Both deployments."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from chassis.clock import LONDON
from deploy.screenshots import chromium
from tests.scenarios import caseload
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.round_after import (
    REFERRER,
    a_repeat_is_found_by_itself,
    an_emergency_meeting_is_called,
    somebody_without_a_system_refers,
    the_case_moves_to_another_marac,
    the_chair_takes_a_copy_along,
    the_matac_decides,
)
from tests.scenarios.test_marac_round import (
    BEGAN,
    CHAIR,
    COORDINATOR,
    HOSPITAL,
    HOUR,
    HOUSING,
    IDVA,
    MEETS,
    NORTH,
    Round,
    world,
)
from tests.scenarios.walk import Walk, choose, enter, enters, press, selects, tab_to, ticks, writes
from tests.scenarios.webhook import Webhook

pytestmark = pytest.mark.slow
NEXT = MEETS + timedelta(days=7)
ADVICE = "Refer to the community support service, and again when anything changes."
RISK = "He knows where she works."
LOCKS = "Fit new locks to both doors and show how they work."


async def referred(goldthread: Goldthread) -> Round:
    """What systems posted: a referral, and what was done to the victim three times; two meetings are called,
    and it is said whom the MARAC asks."""
    round_ = Round(goldthread)
    asked = {"area": NORTH, "agencies": ["castlegate-housing", "northmere-hospital", "harbour-idva"]}
    await round_.does(COORDINATOR, "researchers", asked, **{"If-Match": '"0"'})
    referral, path = caseload.referral(BEGAN - HOUR), "/referrals/v1/marac-referrals"
    round_.case = (await goldthread.post("harbour-idva", path, referral))["root"]
    await goldthread.post("castlegate-housing", "/referrals/v1/housing", caseload.housing(BEGAN - HOUR))
    for days in (9, 5, 1):
        incident = caseload.police_incident(BEGAN - timedelta(days=days))
        incident["content"]["reference"] = f"X/10{days}/26"
        await goldthread.post("northmere-police", "/referrals/v1/incidents", incident)
    chair = (await (await goldthread.person(CHAIR)).get("/notify/v1/me")).json()
    called = {"area": NORTH, "starts": MEETS.isoformat(), "venue": "Town hall"}
    called |= {"chair": chair["id"], "chair_name": "Rowan Ellis"}
    round_.meeting = (await round_.does(COORDINATOR, "meetings", called)).json()["root"]
    return round_


async def the_coordinator_calls_the_next_meeting(walk: Walk, round_: Round) -> None:
    """One is called, moved and changed, and another called off."""
    local = NEXT.astimezone(LONDON)
    for venue in ("Town hall", "The annexe"):
        page = await walk.opens(COORDINATOR, "waiting")
        await walk.follows(page, page.get_by_role("link", name="Call a meeting"))
        await writes(page.locator("#call-venue"), venue)
        await press(page, "Call the meeting")
        await expect(page.locator(".govuk-error-summary")).to_be_visible()
        await walk.sound(page)
        await selects(page.locator("#call-area"), NORTH)
        await page.locator("#call-starts").fill(local.date().isoformat())
        await page.locator("#call-time").fill(f"{local:%H:%M}")
        await press(page, "Call the meeting")
        await expect(page.locator("main")).to_contain_text(venue)
        await walk.sound(page)
    await walk.follows(page, page.get_by_role("link", name="Change or call off"))
    await press(page, "Call it off")
    await expect(page.locator(".govuk-error-summary")).to_be_visible()
    await walk.sound(page)
    await ticks(page.locator("input[name=sure]"))
    await press(page, "Call it off")
    await expect(page.locator("main")).to_contain_text("The meeting was called off")
    await walk.sound(page)
    await walk.follows(page, page.get_by_role("link", name="Change or call off").last)
    await expect(page.locator("main")).to_contain_text("At Town hall")
    await writes(page.locator("#call-chair_name"), "Rowan Ellis")
    await press(page, "Change the meeting")
    await expect(page.locator("main")).to_contain_text("Rowan Ellis")
    await walk.sound(page)


async def the_coordinator_returns_one_and_lists_the_other(walk: Walk, round_: Round, other: str) -> None:
    page = await walk.comes(COORDINATOR, "waiting", "2 cases wait")
    page = await walk.opens(COORDINATOR, f"cases/{other}/decisions")
    await writes(page.locator("#return-advice"), ADVICE)
    await press(page, "Return the referral")
    await expect(page.locator(".govuk-error-summary")).to_be_visible()
    await walk.sound(page)
    await expect(page.locator("#return-advice")).to_have_value(ADVICE)
    await writes(page.locator("#return-reason"), "Heard by the support service already.")
    await press(page, "Return the referral")
    await walk.comes(COORDINATOR, f"cases/{other}/decisions", ADVICE)
    await walk.comes(REFERRER, "returned", ADVICE)
    page = await walk.comes(COORDINATOR, "waiting", "1 case waits")
    await selects(page.locator(f"#at-{round_.case}"), round_.meeting)
    await press(page, "List ")
    await walk.sound(page)


async def each_declares(walk: Walk, round_: Round) -> None:
    path = f"meetings/{round_.meeting}/interests"
    for who in (COORDINATOR, CHAIR, IDVA, HOUSING):
        page = await walk.comes(who, path, caseload.HER["family"])
        await ticks(page.get_by_label("No tie").first)
        await press(page, "Declare")
    page = await walk.comes(HOSPITAL, path, caseload.HER["family"])
    await ticks(page.get_by_label("I have a tie").first)
    await press(page, "Declare")
    await walk.is_not_there(HOSPITAL, f"meetings/{round_.meeting}/research/{round_.case}")


async def the_agenda_is_published(walk: Walk, round_: Round) -> None:
    page = await walk.comes(COORDINATOR, f"meetings/{round_.meeting}", caseload.HER["family"])
    await press(page, "Publish version 1")
    await walk.comes(CHAIR, f"meetings/{round_.meeting}", "Version 1")


async def the_chair_reaches_the_first_case_by_keyboard(walk: Walk, round_: Round) -> None:
    page = await walk.opens(CHAIR, "")
    await expect(page).to_have_url(walk.at("meetings"))
    await enter(page, f"a[href='/marac/meetings/{round_.meeting}']")
    await walk.sound(page)
    await enter(page, f"a.govuk-button[href='/marac/cases/{round_.case}']")
    await expect(page.locator("h1")).to_contain_text(caseload.HER["given"])
    await walk.sound(page)


async def an_agency_answers_by_keyboard(walk: Walk, round_: Round) -> None:
    page = await walk.opens(HOUSING, "research")
    await enter(page, "a[href$='/sent/agenda']")
    await expect(page).to_have_url(f"{round_.goldthread.url}/marac/research")
    await enter(page, f"a[href$='/research/{round_.case}']")
    await walk.sound(page)
    hers, his = await of_whom(page)
    for at, held in sorted({hers: "known", his: "nothing-held"}.items()):
        await choose(page, f"held-{at}", held)
        if held == "known":
            await tab_to(page, f"#facts-{at}")
            await page.keyboard.type("Rent is paid.")
    await enter(page, "button[value='answer']:not([tabindex])")
    await expect(page).to_have_url(f"{round_.goldthread.url}/marac/research")
    await walk.comes(CHAIR, f"meetings/{round_.meeting}/research", "Castlegate Housing")
    await walk.comes(CHAIR, f"cases/{round_.case}", "Rent is paid.")


async def of_whom(page: Page) -> tuple[int, int]:
    """Which part of the form is the victim's, and which the alleged perpetrator's."""
    names = [each.casefold() for each in await page.locator("main form > h2 .gt-name").all_inner_texts()]
    hers, his = (f"{who['family']}, {who['given']}".casefold() for who in (caseload.HER, caseload.HIM))
    (her_part,) = (at for at, name in enumerate(names) if hers in name)
    (his_part,) = (at for at, name in enumerate(names) if his in name)
    return her_part, his_part


async def the_meeting_is_held(walk: Walk, round_: Round, folder: Path) -> None:
    now = MEETS + timedelta(minutes=1)
    await round_.goldthread.set_clock(now)
    await the_chair_takes_a_copy_along(walk, round_, folder, now)
    path = f"meetings/{round_.meeting}/sitting"
    page = await walk.opens(CHAIR, path)
    await press(page, "Open the meeting")
    await expect(page.locator(".govuk-error-summary")).to_contain_text("confidentiality statement")
    await opened(page)
    page = await walk.comes(CHAIR, path, "nobody is recorded as chairing")
    await are_there(walk, path, "Rowan Ellis", "Carys Bevan", "Femi Adair")
    await the_case_is_heard(walk, page, round_)
    await round_.goldthread.set_clock(MEETS + 2 * HOUR)
    page = await walk.comes(CHAIR, path, "1 case heard")
    await press(page, "Close the meeting")
    page = await walk.comes(COORDINATOR, f"meetings/{round_.meeting}/minutes", "Issue version 1")
    await press(page, "Issue version 1")


async def opened(page: Page) -> None:
    await ticks(page.locator("#open-statement"))
    await press(page, "Open the meeting")


AGENCY_OF = {"Rowan Ellis": "Northmere P", "Carys Bevan": "Harbour", "Femi Adair": "Castlegate"}
"""How the name of each one's agency begins."""


async def are_there(walk: Walk, path: str, chair: str, *others: str) -> None:
    """Who came is typed by keyboard alone while the line is down, and recorded when it is back; the first of
    them chairs."""
    page = await walk.opens(CHAIR, path)
    await page.context.set_offline(True)
    for who in (chair, *others):
        await tab_to(page, "#attend-agency")
        await page.keyboard.type(AGENCY_OF[who])
        await tab_to(page, "#attend-who")
        await page.keyboard.type(who)
        await choose(page, "attended", "present")
        if who == chair:
            await tab_to(page, "#attend-chairs")
            await page.keyboard.press("Space")
        await tab_to(page, "form[data-typed=attend] button")
        await page.keyboard.press("Enter")
    kept = page.locator("[data-state]").first
    await expect(kept).to_contain_text(f"Waits to be sent: {1 + len(others)}.")
    await page.context.set_offline(False)
    await expect(kept).to_contain_text("Saved at")
    page = await walk.opens(CHAIR, path)
    for who in (chair, *others):
        await expect(page.locator("main")).to_contain_text(who)


async def an_emergency_meeting_is_held(walk: Walk, round_: Round, webhook: Webhook) -> None:
    """It is recorded like any other."""
    meeting = await an_emergency_meeting_is_called(walk, round_, webhook)
    path = f"meetings/{meeting}/sitting"
    await opened(await walk.opens(CHAIR, path))
    await are_there(walk, path, "Rowan Ellis", "Carys Bevan")
    page = await walk.opens(CHAIR, f"meetings/{meeting}/hear/{round_.case}")
    await writes(page.locator("#risks"), "An injury within a week of the meeting.")
    await enters(page.get_by_role("button", name="Save", exact=True))
    await expect(page.locator("[data-state]")).to_contain_text("Saved at")
    page = await walk.comes(CHAIR, path, "1 case heard")
    await press(page, "Close the meeting")
    page = await walk.comes(COORDINATOR, f"meetings/{meeting}/minutes", "Issue version 1")
    await press(page, "Issue version 1")
    await walk.comes(IDVA, f"meetings/{meeting}/minutes", "An injury within a week of the meeting.")


async def the_case_is_heard(walk: Walk, page: Page, round_: Round) -> None:
    """By keyboard alone: what is recorded, and an action."""
    await enter(page, f"a[href$='/hear/{round_.case}']")
    await walk.sound(page)
    await tab_to(page, "#risks")
    await page.keyboard.type(RISK)
    await tab_to(page, "#decided")
    await page.keyboard.type("Change the locks.")
    await tab_to(page, "#told_by")
    await page.keyboard.type("Harbour")
    await choose(page, "safe", "yes")
    await tab_to(page, ".gt-hear__write button:not([name])")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-state]")).to_contain_text("Saved at")
    await tab_to(page, "#action-text")
    await page.keyboard.type(LOCKS)
    await tab_to(page, "#action-owner")
    await page.keyboard.type("Castlegate")
    await tab_to(page, "#action-due")
    await page.keyboard.type((MEETS + timedelta(days=2)).strftime("%m%d%Y"))
    await choose(page, "target", "victim")
    await tab_to(page, ".gt-action-form button")
    await page.keyboard.press("Enter")
    await expect(page.locator(".gt-hear__write .gt-lines")).to_contain_text(LOCKS)
    await walk.sound(page)


async def an_action_is_carried(walk: Walk, round_: Round) -> None:
    page = await walk.comes(HOUSING, "actions", LOCKS)
    await enter(page, ".gt-accept button")
    await round_.goldthread.set_clock(NEXT + timedelta(minutes=1))
    await walk.comes(HOUSING, "actions", "1 meeting")
    await walk.comes(CHAIR, "actions", LOCKS)
    page = await walk.comes(HOUSING, "flags", caseload.HER["family"])
    await press(page, "Our file is flagged")
    await expect(page.locator("main details summary")).to_be_visible()
    await walk.comes(COORDINATOR, f"meetings/{round_.meeting}/sent", "Opened by Femi Adair")


async def the_minutes_are_corrected(walk: Walk, round_: Round) -> None:
    path = f"meetings/{round_.meeting}/minutes"
    await walk.comes(IDVA, path, RISK)
    page = await walk.opens(CHAIR, f"meetings/{round_.meeting}/hear/{round_.case}")
    await writes(page.locator("#risks"), f"{RISK} Her sister was threatened too.")
    await enters(page.get_by_role("button", name="Save", exact=True))
    await expect(page.locator("[data-state]")).to_contain_text("Saved at")
    page = await walk.comes(COORDINATOR, path, "Issue version 2")
    assert "threatened too" not in await (await walk.opens(IDVA, path)).locator("main").inner_text()
    await press(page, "Issue version 2")


async def the_idva_reads_them_and_tells_the_victim(walk: Walk, round_: Round) -> None:
    await walk.comes(IDVA, f"meetings/{round_.meeting}/minutes", "threatened too")
    page = await walk.comes(IDVA, f"cases/{round_.case}/after", "Record that the victim was told")
    await walk.follows(page, page.get_by_role("link", name="Record that the victim was told"))
    await ticks(page.locator("input[name=of][value=marac]"))
    await ticks(page.locator("input[name=result][value=told]"))
    await selects(page.locator("#by"), "idva")
    await selects(page.locator("#method"), "mobile")
    await walk.follows(page, page.get_by_role("button", name="Record", exact=True))
    await walk.comes(IDVA, f"cases/{round_.case}/after", "Told: Harbour Idva")


async def the_case_is_restricted(walk: Walk, round_: Round) -> None:
    path = f"cases/{round_.case}/restriction"
    page = await walk.opens(COORDINATOR, path)
    await writes(page.locator("#restrict-reason"), "A cousin of his works for the police.")
    await press(page, "Restrict it to these")
    await walk.is_not_there(IDVA, f"cases/{round_.case}")
    page = await walk.comes(COORDINATOR, path, "there for nobody but Priya Nair, Rowan Ellis")
    await writes(page.locator("#restrict-reason"), "It was another of that name.")
    await press(page, "Restrict it no more")
    await walk.comes(IDVA, f"cases/{round_.case}", caseload.HER["family"])


async def test_the_round_is_walked_in_a_browser(goldthread: Goldthread, tmp_path: Path) -> None:
    async with Webhook() as webhook, async_playwright() as playwright:
        await world(goldthread, webhook.url)
        round_ = await referred(goldthread)
        browser = await playwright.chromium.launch(executable_path=chromium())
        walk = Walk(browser, goldthread.url)
        other = await somebody_without_a_system_refers(walk)
        await the_coordinator_calls_the_next_meeting(walk, round_)
        await the_coordinator_returns_one_and_lists_the_other(walk, round_, other)
        await each_declares(walk, round_)
        await the_agenda_is_published(walk, round_)
        await the_chair_reaches_the_first_case_by_keyboard(walk, round_)
        await an_agency_answers_by_keyboard(walk, round_)
        await the_matac_decides(walk, round_)
        await the_meeting_is_held(walk, round_, tmp_path)
        await an_action_is_carried(walk, round_)
        await the_minutes_are_corrected(walk, round_)
        await the_idva_reads_them_and_tells_the_victim(walk, round_)
        await a_repeat_is_found_by_itself(walk, round_, NEXT)
        await an_emergency_meeting_is_held(walk, round_, webhook)
        await the_case_is_restricted(walk, round_)
        await the_case_moves_to_another_marac(walk, round_)
        await browser.close()

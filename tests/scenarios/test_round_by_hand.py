"""A MARAC's round as people walk it, each in a browser of their own: the coordinator returns one referral and
lists another, somebody declares a tie and it is there for them no more, an agency opens what was sent,
answers what it holds and accepts an action, and the chair hears the case, by keyboard alone; the action is
carried, a file flagged, minutes are corrected, the IDVA reads them and records that the victim was told, and
the case is restricted. Every page that is opened is looked over by axe. On both deployments."""

import json
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from deploy.assets import axe_script
from deploy.screenshots import chromium
from tests.scenarios import caseload
from tests.scenarios.goldthread import Goldthread
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
from tests.scenarios.webhook import Webhook
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE * 1000)
NEXT = MEETS + timedelta(days=7)
MOST_STOPS = 150
"""More stops of the Tab key than any page has before what is looked for."""
ADVICE = "Refer to the community support service, and again when anything changes."
RISK = "He knows where she works."
LOCKS = "Fit new locks to both doors and show how they work."


class Walk:
    """Who walks: each signs in once, and is at one page at a time."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._pages: dict[str, Page] = {}
        self._axe = axe_script().read_text()

    async def opens(self, who: str, path: str) -> Page:
        """A person's page; it is sound."""
        page = await self._of(who)
        answer = await page.goto(f"{self._url}/marac/{path}")
        assert answer is not None
        assert answer.status == 200, f"{who}, {path}: {answer.status}"
        await self.sound(page)
        return page

    async def is_not_there(self, who: str, path: str) -> None:
        """A page is there for this person no more."""
        page = await self._of(who)

        async def gone() -> bool:
            answer = await page.goto(f"{self._url}/marac/{path}")
            return answer is not None and answer.status == 404

        await until(gone, f"{who}, {path}: gone")

    async def _of(self, who: str) -> Page:
        if who not in self._pages:
            page = await (await self._browser.new_context()).new_page()
            page.set_default_timeout(PATIENCE * 1000)
            await page.goto(f"{self._url}/marac/sign-in")
            await page.check(f"input[value='{who}']")
            await page.click("button[type=submit]")
            self._pages[who] = page
        return self._pages[who]

    async def comes(self, who: str, path: str, shows: str) -> Page:
        """A person's page once it shows this; it is sound."""
        page = await self.opens(who, path)

        async def shown() -> bool:
            if shows.casefold() in (await page.locator("main").inner_text()).casefold():
                return True
            await page.reload()
            return False

        await until(shown, f"{who}, {path}: {shows}")
        await self.sound(page)
        return page

    async def sound(self, page: Page) -> None:
        """Fails with what axe finds, each with the place."""
        await page.evaluate(self._axe)
        found = await page.evaluate("async () => (await axe.run()).violations")
        places = [f"{fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]
        assert places == [], page.url


async def press(page: Page, name: str) -> None:
    """Press a button whose form leads to another page."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=name).first.click()


async def tab_to(page: Page, selector: str) -> None:
    """By the Tab key alone to what the selector says."""
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        if await page.evaluate("what => document.activeElement.matches(what)", selector):
            return
    raise AssertionError(f"no way by keyboard to {selector} at {page.url}")


async def choose(page: Page, name: str, value: str) -> None:
    """One of the radios of a name, by keyboard alone."""
    await tab_to(page, f"input[name='{name}']")
    await page.keyboard.press("Space")
    for _ in range(9):
        if await page.evaluate("document.activeElement.value") == value:
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {value} among {name}")


def of_others(body: dict[str, Any]) -> dict[str, Any]:
    """The same, said of another pair."""
    text = json.dumps(body)
    for word, other in (
        (caseload.HER["family"], "Quillfeather"),
        (caseload.HIM["family"], "Tansley"),
        ("C-104", "C-611"),
        (caseload.NHS_HER, "9991230017"),
        ("1991-03-02", "1979-07-14"),
        ("1988-11-20", "1975-01-30"),
    ):
        text = text.replace(word, other)
    other_: dict[str, Any] = json.loads(text)
    return other_


async def referred(goldthread: Goldthread) -> tuple[Round, str]:
    """Two referrals and two meetings; whom the MARAC asks. Gives the one round, and the other case."""
    round_ = Round(goldthread)
    asked = {"area": NORTH, "agencies": ["castlegate-housing", "northmere-hospital", "harbour-idva"]}
    await round_.does(COORDINATOR, "researchers", asked, **{"If-Match": '"0"'})
    referral, path = caseload.referral(BEGAN - HOUR), "/referrals/v1/marac-referrals"
    round_.case = (await goldthread.post("harbour-idva", path, referral))["root"]
    other: str = (await goldthread.post("harbour-idva", path, of_others(referral)))["root"]
    await goldthread.post("castlegate-housing", "/referrals/v1/housing", caseload.housing(BEGAN - HOUR))
    chair = (await (await goldthread.person(CHAIR)).get("/notify/v1/me")).json()
    for starts in (MEETS, NEXT):
        called = {"area": NORTH, "starts": starts.isoformat(), "venue": "Town hall"}
        called |= {"chair": chair["id"], "chair_name": "Rowan Ellis"}
        root = (await round_.does(COORDINATOR, "meetings", called)).json()["root"]
        round_.meeting = round_.meeting or root
    return round_, other


async def the_coordinator_returns_one_and_lists_the_other(walk: Walk, round_: Round, other: str) -> None:
    page = await walk.comes(COORDINATOR, "waiting", "2 cases wait")
    page = await walk.opens(COORDINATOR, f"cases/{other}/decisions")
    await page.fill("#return-advice", ADVICE)
    await press(page, "Return the referral")
    await expect(page.locator(".govuk-error-summary")).to_be_visible()
    await walk.sound(page)
    await expect(page.locator("#return-advice")).to_have_value(ADVICE)
    await page.fill("#return-reason", "Heard by the support service already.")
    await press(page, "Return the referral")
    await walk.comes(COORDINATOR, f"cases/{other}/decisions", ADVICE)
    page = await walk.comes(COORDINATOR, "waiting", "1 case waits")
    await page.select_option(f"#at-{round_.case}", round_.meeting)
    await press(page, "List ")
    await walk.sound(page)


async def each_declares(walk: Walk, round_: Round) -> None:
    path = f"meetings/{round_.meeting}/interests"
    for who in (COORDINATOR, CHAIR, IDVA, HOUSING):
        page = await walk.comes(who, path, caseload.HER["family"])
        await page.get_by_label("No tie").first.check()
        await press(page, "Declare")
    page = await walk.comes(HOSPITAL, path, caseload.HER["family"])
    await page.get_by_label("I have a tie").first.check()
    await press(page, "Declare")
    await walk.is_not_there(HOSPITAL, f"meetings/{round_.meeting}/research/{round_.case}")


async def the_agenda_is_published(walk: Walk, round_: Round) -> None:
    page = await walk.comes(COORDINATOR, f"meetings/{round_.meeting}", caseload.HER["family"])
    await press(page, "Publish version 1")
    await walk.comes(CHAIR, f"meetings/{round_.meeting}", "Version 1")


async def an_agency_answers_by_keyboard(walk: Walk, round_: Round) -> None:
    page = await walk.opens(HOUSING, "research")
    await tab_to(page, "a[href$='/sent/agenda']")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{round_.goldthread.url}/marac/research")
    await tab_to(page, f"a[href$='/research/{round_.case}']")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await walk.sound(page)
    hers, his = await of_whom(page)
    for at, held in sorted({hers: "known", his: "nothing-held"}.items()):
        await choose(page, f"held-{at}", held)
        if held == "known":
            await tab_to(page, f"#facts-{at}")
            await page.keyboard.type("Rent is paid.")
    await tab_to(page, "button[value='answer']:not([tabindex])")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
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


async def the_meeting_is_held(walk: Walk, round_: Round) -> None:
    await round_.goldthread.set_clock(MEETS + timedelta(minutes=1))
    path = f"meetings/{round_.meeting}/sitting"
    page = await walk.opens(CHAIR, path)
    await press(page, "Open the meeting")
    await expect(page.locator(".govuk-error-summary")).to_contain_text("confidentiality statement")
    await page.check("#open-statement")
    await press(page, "Open the meeting")
    page = await walk.comes(CHAIR, path, "nobody is recorded as chairing")
    for agency, who, chairs in (
        ("northmere-police", "Rowan Ellis", True),
        ("harbour-idva", "Carys Bevan", False),
        ("castlegate-housing", "Femi Adair", False),
    ):
        await page.select_option("#attend-agency", agency)
        await page.fill("#attend-who", who)
        await page.check("input[name=attended][value=present]")
        await page.set_checked("#attend-chairs", chairs)
        await press(page, "Record attendance")
        page = await walk.comes(CHAIR, path, who)
    await the_case_is_heard(walk, page, round_)
    await round_.goldthread.set_clock(MEETS + 2 * HOUR)
    page = await walk.comes(CHAIR, path, "1 case heard")
    await press(page, "Close the meeting")
    page = await walk.comes(COORDINATOR, f"meetings/{round_.meeting}/minutes", "Issue version 1")
    await press(page, "Issue version 1")


async def the_case_is_heard(walk: Walk, page: Page, round_: Round) -> None:
    """By keyboard alone: what is recorded, and an action."""
    await tab_to(page, f"a[href$='/hear/{round_.case}']")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
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
    await tab_to(page, ".gt-accept button")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
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
    await page.fill("#risks", f"{RISK} Her sister was threatened too.")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("[data-state]")).to_contain_text("Saved at")
    page = await walk.comes(COORDINATOR, path, "Issue version 2")
    assert "threatened too" not in await (await walk.opens(IDVA, path)).locator("main").inner_text()
    await press(page, "Issue version 2")


async def the_idva_reads_them_and_tells_the_victim(walk: Walk, round_: Round) -> None:
    await walk.comes(IDVA, f"meetings/{round_.meeting}/minutes", "threatened too")
    page = await walk.comes(IDVA, f"cases/{round_.case}/after", "Record that the victim was told")
    async with page.expect_navigation():
        await page.get_by_role("link", name="Record that the victim was told").click()
    await walk.sound(page)
    await page.locator("input[name=of][value=marac]").check()
    await page.locator("input[name=result][value=told]").check()
    await page.select_option("#by", "idva")
    await page.select_option("#method", "mobile")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Record", exact=True).click()
    await walk.sound(page)
    await walk.comes(IDVA, f"cases/{round_.case}/after", "Told: Harbour Idva")


async def the_case_is_restricted(walk: Walk, round_: Round) -> None:
    path = f"cases/{round_.case}/restriction"
    page = await walk.opens(COORDINATOR, path)
    await page.fill("#restrict-reason", "A cousin of his works for the police.")
    await press(page, "Restrict it to these")
    await walk.is_not_there(IDVA, f"cases/{round_.case}")
    page = await walk.comes(COORDINATOR, path, "there for nobody but Priya Nair, Rowan Ellis")
    await page.fill("#restrict-reason", "It was another of that name.")
    await press(page, "Restrict it no more")
    await walk.comes(IDVA, f"cases/{round_.case}", caseload.HER["family"])


async def test_the_round_is_walked_in_a_browser(goldthread: Goldthread) -> None:
    async with Webhook() as webhook, async_playwright() as playwright:
        await world(goldthread, webhook.url)
        round_, other = await referred(goldthread)
        browser = await playwright.chromium.launch(executable_path=chromium())
        walk = Walk(browser, goldthread.url)
        await the_coordinator_returns_one_and_lists_the_other(walk, round_, other)
        await each_declares(walk, round_)
        await the_agenda_is_published(walk, round_)
        await an_agency_answers_by_keyboard(walk, round_)
        await the_meeting_is_held(walk, round_)
        await an_action_is_carried(walk, round_)
        await the_minutes_are_corrected(walk, round_)
        await the_idva_reads_them_and_tells_the_victim(walk, round_)
        await the_case_is_restricted(walk, round_)
        await browser.close()

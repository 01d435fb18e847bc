"""Whoever walks through Goldthread in a real browser: each in one of their own, by keyboard alone, from the
sign-in on. Every page that is opened is looked over by axe."""

import re

from playwright.async_api import Browser, Locator, Page, expect

from deploy.assets import axe_script
from tests.support.waiting import PATIENCE, until

expect.set_options(timeout=PATIENCE * 1000)
MOST_STOPS = 300
"""More stops of the Tab key than any page has before what is looked for."""


class Walk:
    """Who walks: each signs in once, and is at one page at a time."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self.url = browser, url
        self._pages: dict[str, Page] = {}
        self._axe = axe_script().read_text()

    def at(self, path: str) -> str:
        """The address of a page: of marac's, or of another service's where it begins with a slash."""
        return self.url + (path if path.startswith("/") else f"/marac/{path}")

    async def opens(self, who: str, path: str) -> Page:
        """A person's page; it is sound."""
        page = await self._goes(who, path)
        await self.sound(page)
        return page

    async def _goes(self, who: str, path: str) -> Page:
        page = await self._of(who)
        answer = await page.goto(self.at(path))
        assert answer is not None
        assert answer.status == 200, f"{who}, {path}: {answer.status}"
        return page

    async def is_not_there(self, who: str, path: str) -> None:
        """A page is there for this person no more."""
        page = await self._of(who)

        async def gone() -> bool:
            answer = await page.goto(self.at(path))
            return answer is not None and answer.status == 404

        await until(gone, f"{who}, {path}: gone")

    async def _of(self, who: str) -> Page:
        if who not in self._pages:
            await self.signs_in(who)
        return self._pages[who]

    async def signs_in(self, who: str) -> Page:
        """By keyboard alone; the page that the person is led to."""
        page = await (await self._browser.new_context()).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        await page.goto(f"{self.url}/marac/sign-in")
        await choose(page, "person", who)
        await tab_to(page, "button[type=submit]")
        async with page.expect_navigation(url=re.compile(rf"^{re.escape(self.url)}/(?!identity)")):
            await page.keyboard.press("Enter")
        self._pages[who] = page
        return page

    async def comes(self, who: str, path: str, shows: str) -> Page:
        """A person's page once it shows this; it is sound."""
        page = await self._goes(who, path)

        async def shown() -> bool:
            if shows.casefold() in (await page.locator("main").inner_text()).casefold():
                return True
            await page.reload()
            return False

        await until(shown, f"{who}, {path}: {shows}")
        await self.sound(page)
        return page

    async def follows(self, page: Page, to: Locator) -> None:
        """Press what leads to another page; that is sound."""
        await reach(to)
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await self.sound(page)

    async def sound(self, page: Page) -> None:
        """Fails with what axe finds, each with the place."""
        await page.evaluate(self._axe)
        found = await page.evaluate("async () => (await axe.run()).violations")
        places = [f"{fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]
        assert places == [], page.url

    async def without_line(self) -> Page:
        """A browser that nobody is signed in at, and whose line is down."""
        context = await self._browser.new_context(offline=True)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        return page


async def press(page: Page, name: str) -> None:
    """Press a button whose form leads to another page."""
    await reach(page.get_by_role("button", name=name).first)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def reach(to: Locator) -> None:
    """By the Tab key alone to this; of radios, to whichever of them it comes to."""
    same = """to => to === document.activeElement
        || (to.type === "radio" && document.activeElement.name === to.name)"""
    await to.wait_for()
    for _ in range(MOST_STOPS):
        if await to.evaluate(same):
            return
        await to.page.keyboard.press("Tab")
    raise AssertionError(f"no way by keyboard to {to} at {to.page.url}")


async def enters(to: Locator) -> None:
    """Press what stays on its page."""
    await reach(to)
    await to.page.keyboard.press("Enter")


async def ticks(to: Locator) -> None:
    """A box, or one of the radios of a group."""
    await reach(to)
    for key in ("Space", *["ArrowDown"] * MOST_STOPS):
        if await to.is_checked():
            return
        await to.page.keyboard.press(key)
    raise AssertionError(f"{to} is not to be chosen")


async def writes(to: Locator, text: str) -> None:
    """In a field, instead of what stands there."""
    await reach(to)
    await to.page.keyboard.press("Control+A")
    await to.page.keyboard.type(text)


async def selects(to: Locator, value: str) -> None:
    """Of a list, by the words of an entry."""
    await reach(to)
    words = await to.locator(f"option[value='{value}']").inner_text()
    await to.page.keyboard.type(words.strip())
    await expect(to).to_have_value(value)


async def tab_to(page: Page, selector: str) -> None:
    """By the Tab key alone to what the selector says."""
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        if await page.evaluate("what => document.activeElement.matches(what)", selector):
            return
    raise AssertionError(f"no way by keyboard to {selector} at {page.url}")


async def enter(page: Page, selector: str) -> None:
    """By keyboard alone through a link or a button to another page."""
    await tab_to(page, selector)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def choose(page: Page, name: str, value: str) -> None:
    """One of the radios of a name, by keyboard alone."""
    await tab_to(page, f"input[name='{name}']")
    await page.keyboard.press("Space")
    for _ in range(MOST_STOPS):
        if await page.evaluate("document.activeElement.value") == value:
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {value} among {name}")

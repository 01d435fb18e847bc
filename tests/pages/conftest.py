"""Pages in a real browser: the page routes over sample rows, in a thread of their own."""

import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from deploy.assets import assets_folder, axe_script
from deploy.local.processes import free_port
from deploy.screenshots import chromium
from tests.pages.app import World, create, sampled
from tests.support.waiting import PATIENCE

Open = Callable[..., Page]

expect.set_options(timeout=PATIENCE * 1000)


def until(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Return when it holds. Raises AssertionError when time is up."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium())
        yield running
        running.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks for faults of accessibility."""
    return axe_script().read_text()


@pytest.fixture(scope="package")
def site() -> Iterator[World]:
    """The pages at ``site.url``, answering until the last test of pages ends."""
    assets_folder()
    port = free_port()
    world = World(f"http://127.0.0.1:{port}")
    config = uvicorn.Config(create(world), port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with pytest.MonkeyPatch.context() as patch:
        sampled(patch, world)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started)
        yield world
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def world(site: World) -> World:
    """What the pages are made of, as it was before any test changed it."""
    site.reset()
    return site


@pytest.fixture
def open_(browser: Browser, world: World) -> Iterator[Open]:
    """Opens a page as somebody: ``open_("chair", "/marac/meetings")``, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def opened(who: str, path: str, *, width: int = 1280, script: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 812}, java_script_enabled=script)
        contexts.append(context)
        context.add_cookies([{"name": "goldthread", "value": who, "url": world.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{world.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def ask(world: World) -> Callable[..., httpx.Response]:
    """Asks without a browser, as somebody or as nobody."""

    def asked(who: str | None, path: str, method: str = "GET", **more: object) -> httpx.Response:
        cookies = {"goldthread": who} if who else {}
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        return httpx.request(method, f"{world.url}{path}", cookies=cookies, headers=headers, **more)  # type: ignore[arg-type]

    return asked

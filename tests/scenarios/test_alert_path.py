"""Who watches the watcher, end to end: tries of the alert path come through and are told; when notify's
sender stops, every page of every service says so in time, somebody outside hears nothing more, and all is
well again by itself. What the page of somebody on call weighs; and an alert that is handed over, by REST
and by page. On both deployments."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from chassis.settings import Settings
from deploy import serve, wiring
from deploy.demo.run import Server
from deploy.local.processes import free_port
from deploy.screenshots import chromium, sign_in
from services.notify.teller import tell
from tests.scenarios import caseload
from tests.scenarios.conftest import NOW, START
from tests.scenarios.goldthread import Distributed, Goldthread, deployed
from tests.services.notify.conftest import Pager
from tests.support.waiting import until

pytestmark = pytest.mark.slow

EVERY = 2.0
"""How often a try begins here, in seconds: broken is what has not come through for twice as long."""
READERS = {
    "referrals": ("aisha-bright", "/referrals/parked"),
    "orders": ("una-frost", "/orders/status"),
    "marac": ("rowan-ellis", "/marac/meetings"),
    "notify": ("dev-malik", "/notify/alerts"),
    "notify, operator": ("aisha-bright", "/notify/path"),
}
"""Somebody at a page of each service."""
BROKEN = "ALERTS ARE NOT GETTING OUT since"
SLOW = 15.0
"""Seconds that a busy machine may take to look at five pages."""
LIGHT = 50_000
"""Bytes, of a reload of the page of somebody on call."""


@dataclass
class Running:
    """A deployment whose sender can be stopped. While it is, only ``answering`` services answer."""

    url: str
    stop: Callable[[], Awaitable[Any]]
    start: Callable[[], Awaitable[Any]]
    answering: frozenset[str] = frozenset(READERS)


@asynccontextmanager
async def embedded(environment: dict[str, Any]) -> AsyncIterator[Running]:
    """All in this process, so that the one task which sends can be stopped alone."""
    port, folder = free_port(), Path(mkdtemp(prefix="gt-"))
    told = {name.removeprefix("GOLDTHREAD_").lower(): value for name, value in environment.items()}
    url = f"http://127.0.0.1:{port}"
    settings = Settings(port=port, public_url=url, data=folder, clock_start=START, **told)
    async with serve.opened(settings) as (log, clock):
        app, runtimes = wiring.embedded(settings, log, clock)
        server = Server(serve.server_of(app, settings).config)
        serving, notify = asyncio.ensure_future(server.serve()), runtimes["notify"]

        async def ready() -> bool:
            return server.started and all(each.caught_up.is_set() for each in runtimes.values())

        async def stop() -> None:
            (sender,) = (task for task in notify._tasks if task.get_name() == "notify.tell")
            sender.cancel()
            notify._tasks.remove(sender)

        async def start() -> None:
            notify._go("tell", tell(notify))

        await until(ready, "it is ready")
        yield Running(url, stop, start)
        server.should_exit = True
        await serving


@asynccontextmanager
async def distributed(environment: dict[str, Any]) -> AsyncIterator[Running]:
    """Kafka, PostgreSQL, and a process for each service: notify's is killed."""
    folder = Path(mkdtemp(prefix="gt-"))
    os.chmod(folder, 0o755)  # PostgreSQL runs as another user, and must enter it
    with deployed("distributed", folder, START, environment) as found:
        assert isinstance(found, Distributed)

        async def stop() -> None:
            await asyncio.to_thread(found.kill, "notify")

        async def start() -> None:
            await asyncio.to_thread(found.start_part, "notify")
            await asyncio.to_thread(found.await_part, "notify")

        others = frozenset(name for name in READERS if not name.startswith("notify"))
        yield Running(found.url, stop, start, others)


@pytest.fixture
async def heart() -> AsyncIterator[Pager]:
    """The outside address that hears the heartbeat."""
    heard = Pager()
    server = await asyncio.start_server(heard.serve, "127.0.0.1", 0)
    heard.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield heard


@pytest.fixture(
    params=["embedded", pytest.param("distributed", marks=(pytest.mark.kafka, pytest.mark.postgres))]
)
async def running(request: pytest.FixtureRequest, heart: Pager) -> AsyncIterator[Running]:
    """A deployment that tries its alert path often."""
    environment = {"GOLDTHREAD_ALERT_PATH_SECONDS": str(EVERY), "GOLDTHREAD_HEARTBEAT_URL": heart.url}
    async with (embedded if request.param == "embedded" else distributed)(environment) as found:
        yield found


@pytest.fixture
async def goldthread(running: Running) -> AsyncIterator[Goldthread]:
    opened = Goldthread(running.url)
    yield opened
    await opened.close()


async def pages(goldthread: Goldthread, of: frozenset[str]) -> dict[str, str]:
    """Each page as its reader sees it."""
    shown = {}
    for name in sorted(of):
        who, path = READERS[name]
        answer = await (await goldthread.person(who)).get(path, headers={"Accept": "text/html"})
        shown[name] = answer.text if answer.status_code == 200 else f"{answer.status_code} of {path}"
    return shown


async def test_the_watcher_is_watched(running: Running, goldthread: Goldthread, heart: Pager) -> None:
    await every_page_says_when_alerts_stop(running, goldthread, heart)
    await the_page_of_somebody_on_call_is_light(running, goldthread)
    await an_alert_is_handed_over(goldthread)


async def every_page_says_when_alerts_stop(running: Running, goldthread: Goldthread, heart: Pager) -> None:
    """And when they get out again."""

    async def sound() -> bool:
        shown = await pages(goldthread, frozenset(READERS))
        told = [BROKEN in text or "WHETHER ALERTS GET OUT: UNKNOWN" in text for text in shown.values()]
        return (
            not any(told)
            and "Alert path tried at" in shown["notify"]
            and "Alerts get out." in shown["notify, operator"]
        )

    await until(sound, "no page says that alerts stop")
    operator = await goldthread.person("aisha-bright")
    path = (await operator.get("/notify/v1/path")).json()
    assert path["state"] == "sound"
    assert 0 <= path["took_seconds"] < 2 * EVERY
    await until(lambda: heard(heart, 2), "the heart beats")

    await running.stop()

    async def broken() -> bool:
        shown = await pages(goldthread, running.answering)
        return all(BROKEN in text and 'role="alert"' in text for text in shown.values())

    await until(broken, "every page says that alerts stop, within the bound", 2 * EVERY + SLOW)
    beats = len(heart.got)
    if "notify" in running.answering:  # by the way that still works: it is on the list of alerts
        await until(lambda: told(goldthread), "the operator is told")
    assert len(heart.got) == beats, "silence is the alarm"

    await running.start()
    await until(sound, "no page says so any more")
    await until(lambda: heard(heart, beats + 1), "the heart beats again")
    await until(lambda: told(goldthread, False), "nobody is called for it any more")


async def heard(heart: Pager, count: int) -> bool:
    return len(heart.got) >= count


async def told(goldthread: Goldthread, wanted: bool = True) -> bool:
    operator = await goldthread.person("aisha-bright")
    waiting = (await operator.get("/notify/v1/alerts")).json()["waiting"]
    return any(each["rule"] == "alert-path" for each in waiting) is wanted


async def the_page_of_somebody_on_call_is_light(running: Running, goldthread: Goldthread) -> None:
    """With thirty alerts on it."""
    await goldthread.set_clock(NOW)
    posted = [goldthread.post("castlegate-housing", "/orders/v1/breaches", breach(n)) for n in range(30)]
    await asyncio.gather(*posted)
    dev = await goldthread.person("dev-malik")

    async def all_there() -> bool:
        return len((await dev.get("/notify/v1/alerts")).json()["waiting"]) == 30

    await until(all_there, "thirty alerts wait")
    shown, first, again = await asyncio.to_thread(weigh, running.url)
    print(f"first load {first} bytes, reload {again} bytes")
    assert shown == 30
    assert again < LIGHT
    assert again < first


def breach(number: int) -> dict[str, Any]:
    """A breach of an order that nobody knows, of people whom nobody names."""
    said = caseload.housing_breach(NOW - timedelta(minutes=5 + number))
    said["content"] |= {"people": [], "reference": f"W/{number}"}
    return said


def weigh(url: str) -> tuple[int, int, int]:
    """In a real browser: how many alerts the page shows, and the bytes of the first load and of a reload."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        page = browser.new_page(viewport={"width": 375, "height": 812})
        sizes: list[int] = []
        seen = page.context.new_cdp_session(page)
        seen.send("Network.enable")
        seen.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
        weights = []
        sign_in(page, url, "dev-malik")
        for load in (lambda: page.goto(f"{url}/notify/alerts"), page.reload):
            load()
            page.locator("#live-bar").wait_for()
            page.wait_for_load_state("load")
            weights.append(sum(sizes))
            sizes.clear()
        shown = page.get_by_role("button", name="Acknowledge").count()
        browser.close()
    return shown, weights[0], weights[1]


async def an_alert_is_handed_over(goldthread: Goldthread) -> None:
    """Whoever took it gives it back with a reason, and it waits; another takes it, and is told that it is
    theirs. What was then done is a step of the answer: tests/scenarios/test_s4.py."""
    dev, joan = [await goldthread.person(name) for name in ("dev-malik", "joan-okafor")]
    one, two, *_ = [each["cause"] for each in (await dev.get("/notify/v1/alerts")).json()["waiting"]]
    for giver, taker, cause in ((dev, joan, one), (joan, dev, two)):
        alert = f"/notify/v1/alerts/{cause}"
        assert (await giver.post(f"{alert}/acknowledge")).json()["answered_by"] == "you"
        if giver is dev:
            given = await giver.post(f"{alert}/pass-on", json={"reason": "not-on-duty"})
            assert given.json()["state"] == "unanswered"
        else:
            said = {"rule": "breach", "generation": "1", "reason": "not-on-duty"}
            given = await giver.post(f"/notify/alerts/{cause}/pass-on", data=said, follow_redirects=True)
            assert "You passed alert" in given.text
        said = {"rule": "breach", "generation": "1"}
        taken = await taker.post(f"/notify/alerts/{cause}/acknowledge", data=said, follow_redirects=True)
        assert "is yours since" in taken.text
        assert (await giver.get(alert)).json()["answered_by"] == "another"

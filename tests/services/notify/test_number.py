"""The number to ring where pages or alerts do not work: everywhere the one that this deployment was given."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from chassis.http import auth
from chassis.http.app import create_app
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from chassis.settings import Settings
from tests.services.notify.conftest import Pager, caller, configure, raise_alert
from tests.services.notify.outside import NUMBER
from tests.support.waiting import until


async def test_a_webhook_the_page_of_its_link_the_bar_and_each_foot_give_it(
    start: Callable[[Settings], Awaitable[Runtime]], pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await start(Settings(fallback_number=NUMBER))
    await configure(runtime, webhook=pager.url, first="amira")
    await raise_alert(runtime)

    async def got() -> bool:
        return bool(pager.got)

    await until(got)
    assert pager.got[0].said["ring"] == NUMBER

    async def who(*_: object) -> Caller:
        return caller("amira", "on-call")

    transport = httpx.ASGITransport(app=create_app(runtime))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8400", headers={"Accept": "text/html"}
    ) as browser:
        take = await browser.get(pager.got[0].said["take_url"])
        monkeypatch.setattr(auth, "caller_of", who)
        page = await browser.get("/notify/alerts")
    for each in (take, page):
        assert f"Help at any hour: ring {NUMBER}" in each.text
        assert "960100" not in each.text
    assert "UNKNOWN since" in page.text
    assert f"Ring {NUMBER}." in page.text

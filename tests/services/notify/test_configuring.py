"""Who says what areas and agencies are: nobody widens their own reach."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from chassis.clock import Clock
from chassis.http import auth
from chassis.http.app import create_app
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined, AreaDefined
from tests.services.notify.conftest import ADMIN, OPERATOR, caller, configure
from tests.services.notify.world import staff

Start = Callable[[], Awaitable[Runtime]]

EVERYWHERE = caller("ann", "area-admin", areas=("force", "north", "south", "new"))
SOUTH = caller("sam", "area-admin", areas=("south",))


class Client:
    """Posts as somebody."""

    def __init__(self, http: httpx.AsyncClient, patch: pytest.MonkeyPatch) -> None:
        self._http = http
        self._patch = patch

    async def ask(self, who: Caller, method: str, path: str, **more: Any) -> httpx.Response:
        async def caller_of(*_: object) -> Caller:
            return who

        self._patch.setattr(auth, "caller_of", caller_of)
        return await self._http.request(method, path, **more)

    async def say(self, who: Caller, what: str, **content: Any) -> httpx.Response:
        return await self.ask(who, "POST", f"/{what}", json=said(**content))


def said(**content: Any) -> dict[str, Any]:
    at = Clock().now().isoformat()
    header = {"occurred": at, "recorded": at, "basis": "public-task", "purpose": "safeguarding"}
    return header | {"content": content}


def client_of(runtime: Runtime) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(runtime))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400/notify/v1")


NORTH = {"area": "north", "kind": "district", "within": "force"}


async def test_areas_and_agencies_are_an_operators_to_define(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await start()
    await configure(runtime, first="amira")
    async with client_of(runtime) as http:
        client = Client(http, monkeypatch)
        agency = {"agency": "friends", "name": "Friends", "kind": "police"}
        assert (await client.say(EVERYWHERE, "agencies", **agency)).status_code == 404
        new = {"area": "new", "name": "New", "kind": "district", "within": "force"}
        assert (await client.say(EVERYWHERE, "areas", **new)).status_code == 404
        for moved in ({"within": "south"}, {"within": None}, {"kind": "force"}, {"kind": "marac"}):
            tried = await client.say(EVERYWHERE, "areas", **{**NORTH, "name": "North", **moved})
            assert tried.status_code == 404, moved
        assert (await client.say(SOUTH, "areas", **NORTH, name="South")).status_code == 404
        assert (await client.say(EVERYWHERE, "areas", **NORTH, name="North Bank")).status_code == 201
        assert (await client.say(OPERATOR, "agencies", **agency)).status_code == 201
        assert (await client.say(OPERATOR, "areas", **new)).status_code == 201
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    named = {fact.said.area: fact.said.name for fact in configuration.current(AreaDefined)}
    assert named == {"force": "Force", "north": "North Bank", "new": "New"}
    assert [fact.said.agency for fact in configuration.current(AgencyDefined)] == ["friends"]


async def test_in_production_a_webhook_without_tls_is_refused_by_name(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await start()
    await configure(runtime, first="amira")
    plain, good = "http://pager.example/hook", "https://pager.example/hook"
    shift = {"area": "north", "starts": "2026-03-01T09:00:00Z", "ends": "2026-03-08T09:00:00Z"}
    posts = {
        "first": {"person": staff("amira"), "webhook": good},
        "second": {"person": staff("ben"), "webhook": plain},
    }
    async with client_of(runtime) as http:
        client = Client(http, monkeypatch)
        assert (await client.say(ADMIN, "rota", **shift, **posts)).status_code == 201, "a try-out"
        runtime.production = True
        refused = await client.say(ADMIN, "rota", **shift, **posts)
        assert (refused.status_code, refused.json()["faults"]) == (
            422,
            [{"where": "body.content.second.webhook", "kind": "webhook-not-https"}],
        )
        assert "pager" not in refused.text
        posts["second"]["webhook"] = good
        taken = await client.say(ADMIN, "rota", **shift, **posts)
        assert taken.status_code == 201
        posts["second"]["webhook"] = plain
        path, match = f"/facts/{taken.json()['root']}", {"If-Match": '"1"'}
        corrected = await client.ask(ADMIN, "PUT", path, json=said(**shift, **posts), headers=match)
        assert corrected.status_code == 422


async def test_what_was_not_theirs_to_say_is_not_theirs_to_take_back(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await start()
    await configure(runtime, first="amira")
    shift = {
        "area": "north",
        "starts": "2026-03-01T09:00:00Z",
        "ends": "2026-03-08T09:00:00Z",
        "first": {"person": staff("amira")},
    }
    south = said(**(shift | {"area": "south"}))
    match = {"If-Match": '"1"'}
    async with client_of(runtime) as http:
        client = Client(http, monkeypatch)
        rota = f"/facts/{(await client.say(ADMIN, 'rota', **shift)).json()['root']}"
        area = f"/facts/{(await client.say(OPERATOR, 'areas', **NORTH, name='North')).json()['root']}"
        for path, content in ((rota, south), (area, said(**NORTH, name="Other"))):
            assert (await client.ask(SOUTH, "PUT", path, json=content, headers=match)).status_code == 404
            assert (await client.ask(SOUTH, "DELETE", path, headers=match)).status_code == 404
        assert (await client.ask(EVERYWHERE, "DELETE", area, headers=match)).status_code == 404
        assert (await client.ask(ADMIN, "DELETE", rota, headers=match)).status_code == 200
        assert (await client.ask(OPERATOR, "DELETE", area, headers=match)).status_code == 200

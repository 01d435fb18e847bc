"""Signing in, from a page to the provider and back; signing out; what must not pass."""

import base64
import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.http.app import create_app
from chassis.http.auth import COOKIE
from chassis.identity.directory import read_directory
from chassis.identity.provider import create_identity
from chassis.settings import CannotStart, Settings
from contracts.vocabulary import StaffRole
from tests.chassis.http.conftest import URL, StandIn

PAGE = "/orders/agenda?after=3"
HTML = {"Accept": "text/html"}
OURS = {"Sec-Fetch-Site": "same-origin"}


async def to_provider(client: httpx.AsyncClient, page: str = PAGE) -> str:
    """Ask for a page without being signed in; the provider's address that one is sent to."""
    answer = await client.get(page, headers=HTML)
    assert answer.status_code == 303
    return answer.headers["location"]


async def chosen(client: httpx.AsyncClient, address: str, person: str = "rowan-ellis") -> str:
    """Choose a person at the provider; the address that one is sent back to."""
    page = await client.get(address)
    assert page.status_code == 200
    found = re.search(r'name="asked" value="([^"]+)"', page.text)
    assert found is not None
    form = {"asked": found[1], "person": person}
    answer = await client.post("/identity/authorize", data=form, headers=OURS)
    assert answer.status_code == 303
    return answer.headers["location"]


async def sign_in(client: httpx.AsyncClient, person: str = "rowan-ellis") -> httpx.Response:
    return await client.get(await chosen(client, await to_provider(client), person))


async def test_a_person_signs_in_and_comes_back_to_the_page(client: httpx.AsyncClient) -> None:
    back = await sign_in(client)
    assert back.status_code == 303
    assert back.headers["location"] == PAGE
    page = await client.get(PAGE, headers=HTML)
    assert page.json() == {"name": "Rowan Ellis"}


async def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(client: httpx.AsyncClient) -> None:
    back = await sign_in(client)
    session = next(c for c in back.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/;" in session


async def test_the_request_to_the_provider_has_pkce_state_and_nonce(client: httpx.AsyncClient) -> None:
    asked = parse_qs(urlsplit(await to_provider(client)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["redirect_uri"] == [f"{URL}/orders/sign-in/back"]
    assert len(asked["state"][0]) > 40
    assert len(asked["nonce"][0]) > 40
    again = parse_qs(urlsplit(await to_provider(client)).query)
    assert all(again[name] != asked[name] for name in ("state", "nonce", "code_challenge"))


async def test_a_session_without_the_right_finds_nothing(client: httpx.AsyncClient) -> None:
    await sign_in(client, "carys-bevan")
    assert (await client.get("/orders/agenda")).status_code == 404


async def test_signing_out_forgets_everything(client: httpx.AsyncClient) -> None:
    await sign_in(client)
    away = await client.post("/orders/sign-out", headers=OURS)
    assert away.status_code == 303
    assert away.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert COOKIE not in client.cookies
    assert (await client.get("/orders/agenda")).status_code == 401
    assert "You are signed out" in (await client.get(away.headers["location"])).text


async def test_another_site_cannot_sign_somebody_out(client: httpx.AsyncClient) -> None:
    await sign_in(client)
    assert (
        await client.post("/orders/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    ).status_code == 403
    assert COOKIE in client.cookies


async def test_the_way_back_never_leads_to_another_site(client: httpx.AsyncClient) -> None:
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = await client.get("/orders/sign-in", params={"to": elsewhere})
        back = await client.get(await chosen(client, answer.headers["location"]))
        assert back.headers["location"] == "/orders/"


async def test_a_way_back_with_another_state_is_refused(client: httpx.AsyncClient) -> None:
    address = await chosen(client, await to_provider(client))
    forged = re.sub(r"state=[^&]+", "state=another", address)
    assert (await client.get(forged)).status_code == 400
    assert COOKIE not in client.cookies


async def test_a_way_back_in_another_browser_is_refused(client: httpx.AsyncClient) -> None:
    address = await chosen(client, await to_provider(client))
    client.cookies.clear()
    assert (await client.get(address)).status_code == 400


async def test_a_code_is_good_once(client: httpx.AsyncClient) -> None:
    address = await chosen(client, await to_provider(client))
    kept = dict(client.cookies)
    assert (await client.get(address)).status_code == 303
    client.cookies.clear()
    client.cookies.update(kept)
    assert (await client.get(address)).status_code == 400


async def test_a_code_of_another_sign_in_is_refused(client: httpx.AsyncClient) -> None:
    """Its verifier is not the one of this browser's sign-in (RFC 7636)."""
    stolen = parse_qs(urlsplit(await chosen(client, await to_provider(client))).query)["code"][0]
    mine = await chosen(client, await to_provider(client))
    mixed = re.sub(r"code=[^&]+", f"code={stolen}", mine)
    assert (await client.get(mixed)).status_code == 400


async def test_a_provider_out_of_reach_is_said_on_the_page(settings: Settings) -> None:
    class Down(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("down")

    transport = httpx.ASGITransport(app=create_app(StandIn(settings), Down()))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        for path in (PAGE, "/orders/sign-in"):
            answer = await client.get(path, headers=HTML)
            assert answer.status_code == 503
            assert "The identity provider cannot be reached." in answer.text


async def test_systems_are_told_401_and_are_not_sent_to_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/orders/agenda")).status_code == 401
    both = HTML | {"Authorization": "Bearer a.b.c"}
    assert (await client.get("/orders/agenda", headers=both)).status_code == 401
    assert (await client.get("/orders/v1/numbers", headers=HTML)).status_code == 401


def asked(**changed: str) -> dict[str, str]:
    usual = {
        "client_id": "goldthread-pages",
        "redirect_uri": f"{URL}/orders/sign-in/back",
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        "nonce": "n",
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return usual | changed


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": "https://evil.example/orders/sign-in/back"},
        {"redirect_uri": f"{URL}.evil.example/orders/sign-in/back"},
        {"redirect_uri": f"{URL}/orders/sign-in/back/../../x"},
        {"response_type": "token"},
        {"scope": "profile"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
    ],
)
async def test_the_provider_refuses_what_our_pages_would_not_ask(
    client: httpx.AsyncClient, changed: dict[str, str]
) -> None:
    assert (await client.get("/identity/authorize", params=asked())).status_code == 200
    answer = await client.get("/identity/authorize", params=asked(**changed))
    assert answer.status_code == 400
    assert [fault["where"] for fault in answer.json()["faults"]] == [f"query.{name}" for name in changed]


async def test_the_providers_form_cannot_be_forged(client: httpx.AsyncClient) -> None:
    for form in ({"asked": "made-up", "person": "rowan-ellis"}, {}):
        answer = await client.post("/identity/authorize", data=form, headers=OURS)
        assert answer.status_code == 400


@pytest.mark.parametrize("by_header", [True, False])
async def test_a_system_gets_a_token_with_its_claims(client: httpx.AsyncClient, by_header: bool) -> None:
    form = {"grant_type": "client_credentials"}
    name, secret = "harbour-idva", "harbour-idva-try-out"
    if by_header:
        answer = await client.post("/identity/token", data=form, auth=(name, secret))
    else:
        answer = await client.post(
            "/identity/token", data=form | {"client_id": name, "client_secret": secret}
        )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    made = await client.post("/orders/v1/reports", json={"reference": "r"}, headers=headers)
    assert made.json()["agency"] == "harbour-idva"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (
            {"grant_type": "client_credentials", "client_id": "harbour-idva", "client_secret": "x"},
            401,
            "invalid_client",
        ),
        (
            {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": ""},
            401,
            "invalid_client",
        ),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "authorization_code", "code": "x"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
    ],
)
async def test_the_token_address_says_what_is_wrong(
    client: httpx.AsyncClient, form: dict[str, str], status: int, error: str
) -> None:
    answer = await client.post("/identity/token", data=form)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


async def test_a_code_needs_its_verifier_and_its_way_back(
    client: httpx.AsyncClient, identity: FastAPI, settings: Settings
) -> None:
    back = await chosen(client, f"/identity/authorize?{httpx.QueryParams(asked())}")
    code = parse_qs(urlsplit(back).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{URL}/orders/sign-in/back"}
    client_auth = (settings.client_id, settings.client_secret.get_secret_value())
    for wrong in ({}, {"code_verifier": "w" * 43}, {"code_verifier": "v" * 43, "redirect_uri": f"{URL}/x"}):
        answer = await client.post("/identity/token", data=form | wrong, auth=client_auth)
        assert answer.json() == {"error": "invalid_grant"}
    answer = await client.post("/identity/token", data=form | {"code_verifier": "v" * 43}, auth=client_auth)
    assert answer.status_code == 200


async def test_the_discovery_document_leads_to_the_keys(client: httpx.AsyncClient) -> None:
    found = (await client.get("/identity/.well-known/openid-configuration")).json()
    assert found["issuer"] == f"{URL}/identity"
    (key,) = (await client.get(found["jwks_uri"])).json()["keys"]
    assert key["kty"] == "RSA"
    assert not {"d", "p", "q"} & set(key)


def test_the_key_outlives_a_restart(settings: Settings) -> None:
    first, second = (create_identity(settings).state.provider.signer.jwks() for _ in range(2))
    assert first == second
    assert (settings.data / "identity-key.json").stat().st_mode & 0o077 == 0


def test_production_refuses_the_provider() -> None:
    settings = Settings(
        production=True,
        heartbeat_url="https://heartbeat.example",
        fallback_number="101",
        secret=SecretStr("a secret of this deployment"),
        client_secret=SecretStr("a client secret of this deployment"),
        issuer="https://identity.example",
        public_url="https://goldthread.example",
    )
    with pytest.raises(CannotStart, match="built-in identity provider"):
        create_identity(settings)


def test_the_directory_has_somebody_for_every_role(settings: Settings) -> None:
    directory = read_directory(settings.identity_directory)
    held = {role for entry in (*directory.people, *directory.systems) for role in entry.roles}
    assert held == set(StaffRole)
    ids = [entry.id for entry in (*directory.people, *directory.systems)]
    assert len(ids) == len(set(ids))


async def test_an_identity_directory_that_cannot_be_read_stops_the_start(settings: Settings) -> None:
    wrong = settings.data / "directory.json"
    wrong.write_text('{"people": [{"id": "Somebody Else"}]}')
    with pytest.raises(CannotStart, match="GOLDTHREAD_IDENTITY_DIRECTORY") as raised:
        create_identity(settings.model_copy(update={"identity_directory": wrong}))
    assert "Somebody" not in str(raised.value)

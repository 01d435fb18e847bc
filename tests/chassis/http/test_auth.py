"""Tokens: which are taken, which are not; rights; and writes with a person's cookie."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from chassis.clock import Clock
from chassis.http.app import Undeclared, create_app
from chassis.http.auth import COOKIE, Doorkeeper, check_rights, local_path, open_to_all, rights_of
from chassis.http.issuer import Foreign, Issuer
from chassis.http.problem import Problem
from chassis.ids import Ids
from chassis.settings import Settings
from tests.chassis.http.conftest import URL, Declared, StandIn

ISSUER = "https://identity.test"
NUMBERS = "/orders/v1/numbers"


class Elsewhere(httpx.AsyncBaseTransport):
    """Another provider's discovery document and keys, and how often each was asked for."""

    def __init__(self, *keys: RSAKey | ECKey | OKPKey | OctKey) -> None:
        self.keys = list(keys)
        self.asked: list[str] = []
        self.down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.down:
            raise httpx.ConnectError("down")
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})
        return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})

    @property
    def reads(self) -> int:
        return self.asked.count("/keys")


def claims(**changed: Any) -> dict[str, Any]:
    now = int(Clock().now().timestamp())
    usual = {"iss": ISSUER, "aud": "goldthread", "sub": "someone", "iat": now, "exp": now + 60}
    return {**usual, "agency": "castlegate-housing", "roles": ["reporter"], "name": "A System", **changed}


def signed(key: RSAKey | ECKey | OKPKey, alg: str = "RS256", **changed: Any) -> str:
    said = {name: value for name, value in claims(**changed).items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid}, said, key, algorithms=[alg])


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


@pytest.fixture
def elsewhere(key: RSAKey) -> Elsewhere:
    return Elsewhere(key)


@pytest.fixture
def doorkeeper(elsewhere: Elsewhere) -> Doorkeeper:
    settings = Settings(issuer=ISSUER)
    return Doorkeeper(settings, Issuer(settings, elsewhere), Ids("a secret of the tests"))


async def test_a_good_token_says_who_calls(doorkeeper: Doorkeeper, key: RSAKey) -> None:
    caller = await doorkeeper.caller(signed(key, areas=["northmere-north"]))
    assert caller.agency == "castlegate-housing"
    assert caller.roles == {"reporter"}
    assert caller.areas == {"northmere-north"}
    assert caller.id == Ids("a secret of the tests").staff(ISSUER, "someone")


@pytest.mark.parametrize(
    ("said", "signed_in"),
    [
        ({"client_id": "goldthread-pages"}, True),
        ({"azp": "goldthread-pages"}, True),
        ({"client_id": "northmere-police"}, False),
        ({"client_id": "northmere-police", "azp": "goldthread-pages"}, False),
        ({}, False),
    ],
    ids=["RFC 9068", "Keycloak", "a system", "a system, whatever else it says", "nobody says"],
)
async def test_a_person_who_signed_in_is_told_from_a_system(
    doorkeeper: Doorkeeper, key: RSAKey, said: dict[str, str], signed_in: bool
) -> None:
    assert (await doorkeeper.caller(signed(key, **said))).signed_in is signed_in


@pytest.mark.parametrize(("alg", "other"), [("ES256", ECKey), ("Ed25519", OKPKey)])
async def test_other_signatures_by_private_keys_are_taken(alg: str, other: Any) -> None:
    key = other.generate_key("P-256" if alg == "ES256" else "Ed25519", auto_kid=True)
    settings = Settings(issuer=ISSUER)
    doorkeeper = Doorkeeper(settings, Issuer(settings, Elsewhere(key)), Ids("a secret of the tests"))
    assert (await doorkeeper.caller(signed(key, alg))).subject == "someone"


PAST = int(Clock().now().timestamp()) - 3600


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": PAST},
        {"exp": None},
        {"nbf": PAST + 7200},
        {"iss": "https://identity.elsewhere"},
        {"iss": None},
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"aud": None},
        {"sub": None},
        {"agency": None},
        {"agency": "No Agency At All"},
        {"agency": ["castlegate-housing"]},
    ],
)
async def test_expired_foreign_or_incomplete_tokens_are_refused(
    doorkeeper: Doorkeeper, key: RSAKey, changed: dict[str, Any]
) -> None:
    with pytest.raises(Foreign):
        await doorkeeper.caller(signed(key, **changed))


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


async def test_an_unsigned_token_is_refused(doorkeeper: Doorkeeper, key: RSAKey) -> None:
    for alg in ("none", "None", "NONE"):
        with pytest.raises(Foreign):
            await doorkeeper.caller(f"{encoded({'alg': alg, 'kid': key.kid})}.{encoded(claims())}.")


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    doorkeeper: Doorkeeper, key: RSAKey
) -> None:
    for public in (key.as_pem(private=False), json.dumps(key.as_dict(private=False)).encode()):
        signed_part = f"{encoded({'alg': 'HS256', 'kid': key.kid})}.{encoded(claims())}"
        proof = hmac.new(public, signed_part.encode(), hashlib.sha256).digest()
        with pytest.raises(Foreign):
            await doorkeeper.caller(f"{signed_part}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}")


async def test_a_shared_secret_among_the_keys_is_not_used(key: RSAKey) -> None:
    secret = OctKey.generate_key(256, auto_kid=True)
    settings = Settings(issuer=ISSUER)
    issuer = Issuer(settings, Elsewhere(key, secret))
    token = jwt.encode({"alg": "HS256", "kid": secret.kid}, claims(), secret, algorithms=["HS256"])
    with pytest.raises(Foreign):
        await issuer.claims(token, "goldthread")


async def test_another_key_under_the_same_id_is_refused(doorkeeper: Doorkeeper, key: RSAKey) -> None:
    forged = RSAKey.generate_key(2048, {"kid": str(key.kid)})
    with pytest.raises(Foreign):
        await doorkeeper.caller(signed(forged))


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "é.é.é", "x" * 200_000])
async def test_what_is_no_token_is_refused(doorkeeper: Doorkeeper, token: str) -> None:
    with pytest.raises(Foreign):
        await doorkeeper.caller(token)


async def test_keys_are_read_once_and_again_for_a_new_one_but_not_for_each_forgery(
    doorkeeper: Doorkeeper, elsewhere: Elsewhere, key: RSAKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("one", "two"):
        await doorkeeper.caller(signed(key, sub=subject))
    assert elsewhere.reads == 1
    fresh = RSAKey.generate_key(2048, auto_kid=True)
    elsewhere.keys.append(fresh)
    for _ in range(3):
        with pytest.raises(Foreign):
            await doorkeeper.caller(signed(fresh))
    assert elsewhere.reads == 1, "a key id that nobody knows is no reason to ask again at once"
    monkeypatch.setattr("chassis.http.issuer._KEYS_REST", 0.0)
    assert (await doorkeeper.caller(signed(fresh))).subject == "someone"
    assert elsewhere.reads == 2


async def test_a_provider_out_of_reach_is_503_and_its_known_keys_go_on(
    doorkeeper: Doorkeeper, elsewhere: Elsewhere, key: RSAKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.down = True
    for _ in range(2):
        with pytest.raises(Problem) as raised:
            await doorkeeper.caller(signed(key))
        assert raised.value.status == 503
    assert len(elsewhere.asked) == 1, "those who wait for a failed try do not each try again"
    elsewhere.down = False
    monkeypatch.setattr("chassis.http.issuer._FAULT_REST", 0.0)
    await doorkeeper.caller(signed(key, sub="one"))
    elsewhere.down = True
    monkeypatch.setattr("chassis.http.issuer._KEYS_LIVE", 0.0)
    assert (await doorkeeper.caller(signed(key, sub="two"))).subject == "two"


async def test_a_token_is_remembered_until_it_runs_out(
    doorkeeper: Doorkeeper, key: RSAKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = signed(key)
    first = await doorkeeper.caller(token)
    monkeypatch.setattr(doorkeeper.issuer, "claims", None)  # would fail if it were asked again
    assert await doorkeeper.caller(token) is first
    monkeypatch.undo()
    doorkeeper._machine.set(Clock().now().replace(year=Clock().now().year + 1))
    asked: list[str] = []

    async def refuse(token: str, audience: str) -> dict[str, Any]:
        asked.append(audience)
        raise Foreign

    monkeypatch.setattr(doorkeeper.issuer, "claims", refuse)
    with pytest.raises(Foreign):
        await doorkeeper.caller(token)
    assert asked == ["goldthread"]


async def test_the_memory_is_bounded(
    doorkeeper: Doorkeeper, key: RSAKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.http.auth._REMEMBERED", 3)
    for number in range(5):
        await doorkeeper.caller(signed(key, sub=str(number)))
    assert len(doorkeeper._known) == 3


async def test_no_token_is_401_and_says_what_is_wanted(client: httpx.AsyncClient) -> None:
    answer = await client.get(NUMBERS)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="goldthread"'
    assert answer.headers["content-type"] == "application/problem+json"
    bad = await client.get(NUMBERS, headers={"Authorization": "Bearer a.b.c"})
    assert bad.status_code == 401
    assert 'error="invalid_token"' in bad.headers["www-authenticate"]


async def test_a_token_before_the_right_and_the_right_before_the_body(
    client: httpx.AsyncClient, token: Callable[[str], str]
) -> None:
    nobody = await client.post("/orders/v1/reports", json={"wrong": 1})
    assert nobody.status_code == 401
    idle = {"Authorization": f"Bearer {token('northmere-idle')}"}
    without = await client.post("/orders/v1/reports", json={"wrong": 1}, headers=idle)
    unknown = await client.post("/orders/v1/no-such-thing", json={"wrong": 1}, headers=idle)
    assert without.status_code == unknown.status_code == 404
    assert without.content == unknown.content, "what one may not do looks like what is not there"


async def test_whoever_may_not_come_in_learns_nothing_else(
    client: httpx.AsyncClient, token: Callable[[str], str]
) -> None:
    idle = {"Authorization": f"Bearer {token('northmere-idle')}"}
    for headers, status in (({}, 401), (idle, 404)):
        for method, path in (("PUT", "/orders/v1/reports/1"), ("GET", f"{NUMBERS}?after=made-up&limit=x")):
            assert (await client.request(method, path, headers=headers)).status_code == status


async def test_a_system_with_the_right_is_let_in(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answer = await client.post("/orders/v1/reports", json={"reference": "r"}, headers=bearer)
    assert answer.status_code == 201
    assert answer.json()["agency"] == "castlegate-housing"


def test_a_route_without_a_right_stops_the_start(settings: Settings) -> None:
    bare = APIRouter()

    @bare.get("/orders/v1/bare")
    async def read() -> None: ...

    with pytest.raises(Undeclared, match="GET /orders/v1/bare"):
        create_app(StandIn(settings, Declared(routers=(bare,))))


def test_a_route_outside_the_services_paths_stops_the_start(settings: Settings) -> None:
    astray = APIRouter()

    @astray.get("/marac/v1/astray", dependencies=[open_to_all("a test")])
    async def read() -> None: ...

    with pytest.raises(Undeclared, match="outside /orders/: /marac/v1/astray"):
        create_app(StandIn(settings, Declared(routers=(astray,))))


def test_a_right_that_nobody_is_given_stops_the_start(settings: Settings) -> None:
    with pytest.raises(Undeclared, match="/orders/v1/reports"):
        create_app(StandIn(settings, Declared(rights={"agenda:read": frozenset()})))


def test_every_route_of_an_application_declares_its_right(settings: Settings) -> None:
    runtime = StandIn(settings)
    app = create_app(runtime)
    assert check_rights(app, runtime.service.rights) == []
    found = {(method, path): named for method, path, named in rights_of(app)}
    assert found["POST", "/orders/v1/reports"] == "report:make"
    assert found["PUT", "/orders/v1/clock"] == "clock:set"
    assert found["DELETE", "/orders/v1/facts/{root}"] == "fact:own"
    assert found["GET", "/orders/health"] is None


def test_open_to_all_is_said_route_by_route() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/open", dependencies=[open_to_all("a test")])
    async def read() -> None: ...

    @app.get("/bare")
    async def bare() -> None: ...

    assert check_rights(app, {}) == ["GET /bare"]


@pytest.mark.parametrize(
    ("path", "stays"),
    [
        ("/marac/meetings?after=1", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("/%0d%0aLocation", True),
        ("/a\r\nb", False),
        ("", False),
        (None, False),
    ],
)
def test_the_way_back_stays_on_this_site(path: str | None, stays: bool) -> None:
    assert local_path(path, "/marac/") == (path if stays else "/marac/")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 404),
        ({"Origin": URL}, 404),
        ({"Sec-Fetch-Site": "cross-site", "Origin": URL}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_write_with_a_cookie_comes_from_our_own_page(
    client: httpx.AsyncClient, token: Callable[[str], str], headers: dict[str, str], status: int
) -> None:
    client.cookies.set(COOKIE, token("northmere-idle"))
    answer = await client.post("/orders/agenda", data={"note": "n"}, headers=headers)
    assert answer.status_code == status  # 404: let in, and found without the right


async def test_a_write_with_a_token_needs_no_origin(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    answer = await client.post("/orders/v1/reports", json={"reference": "r"}, headers=bearer)
    assert answer.status_code == 201

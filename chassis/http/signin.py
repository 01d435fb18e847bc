"""Signing in, for people: OpenID Connect's code flow with PKCE, state and nonce.

The session is the access token in a cookie that no script can read; a service keeps no session of
its own. What must survive the visit to the provider (state, nonce, verifier, the way back) goes
along sealed, in a cookie for those minutes.
"""

import secrets
import warnings
from typing import Annotated, Any

import authlib.deprecate  # noqa: F401  first, for it asks that its warnings be always shown
import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from chassis.clock import Clock
from chassis.http.auth import COOKIE, Doorkeeper, ToSignIn, check_same_origin, local_path, open_to_all
from chassis.http.issuer import Foreign
from chassis.http.problem import Problem, answer
from chassis.http.sealed import Broken, Seal
from chassis.settings import Settings

with warnings.catch_warnings():  # it prefers a successor of httpx that we do not have
    warnings.simplefilter("ignore")
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

_STATE_COOKIE = "goldthread-sign-in"
_MINUTES = 10
_LONGEST_COOKIE = 4000
_OPEN = [open_to_all("signing in and out")]


def router(service: str) -> APIRouter:
    """The routes of signing in and out, under the service's own prefix."""
    routes = APIRouter(prefix=f"/{service}", dependencies=_OPEN, include_in_schema=False)
    routes.add_api_route("/sign-in", _sign_in, methods=["GET"])
    routes.add_api_route("/sign-in/back", _back, methods=["GET"])
    routes.add_api_route("/sign-out", _sign_out, methods=["POST"])
    routes.add_api_route("/signed-out", _signed_out, methods=["GET"])
    return routes


async def to_sign_in(request: Request, error: Exception) -> Response:
    """The handler of ToSignIn: off to the provider, and back to the same page afterwards."""
    assert isinstance(error, ToSignIn)
    try:
        return await _off_to_provider(request, error.path)
    except Problem as unreachable:
        return await answer(request, unreachable)


async def _sign_in(request: Request, to: Annotated[str | None, Query(max_length=2000)] = None) -> Response:
    return await _off_to_provider(request, to)


async def _off_to_provider(request: Request, to: str | None) -> Response:
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    metadata = await _doorkeeper(request).issuer.metadata()
    async with _client(request) as client:
        url, _ = client.create_authorization_url(
            metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    away = RedirectResponse(url, 303)
    kept = _seal(request).close([state, nonce, verifier, local_path(to, _home(request))], _MINUTES * 60)
    _set_cookie(request, away, _STATE_COOKIE, kept, f"{_home(request)}sign-in", _MINUTES * 60)
    return away


async def _back(
    request: Request,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    try:
        kept_state, nonce, verifier, to = _seal(request).open(request.cookies.get(_STATE_COOKIE, ""))
    except Broken:
        raise _failed() from None
    if not code or not secrets.compare_digest(state.encode(), kept_state.encode()):
        raise _failed()
    token, expires = await _exchange(request, code, nonce, verifier)
    home = RedirectResponse(to, 303)
    _set_cookie(request, home, COOKIE, token, "/", max(0, int(expires - Clock().now().timestamp())))
    home.delete_cookie(_STATE_COOKIE, f"{_home(request)}sign-in")
    return home


async def _exchange(request: Request, code: str, nonce: str, verifier: str) -> tuple[str, float]:
    """The access token for a code, and when it runs out, once both tokens were found good."""
    doorkeeper = _doorkeeper(request)
    issuer, settings = doorkeeper.issuer, _settings(request)
    metadata = await issuer.metadata()
    try:
        async with _client(request) as client:
            given = await client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=verifier)
        identity = await issuer.claims(given["id_token"], settings.client_id)
        access = await issuer.claims(given["access_token"], settings.audience)
        await doorkeeper.caller(given["access_token"])
    except (OAuthError, Foreign, httpx.HTTPError, KeyError, ValueError):
        raise _failed() from None
    if identity.get("nonce") != nonce or identity["sub"] != access["sub"]:
        raise _failed()
    if len(given["access_token"]) > _LONGEST_COOKIE:
        raise Problem(502, "token.too-long", "The provider's token does not fit into a cookie.")
    return given["access_token"], float(access["exp"])


async def _sign_out(request: Request) -> Response:
    check_same_origin(request, _settings(request))
    away = RedirectResponse(await _after_sign_out(request), 303)
    away.delete_cookie(COOKIE, "/")
    away.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return away


async def _after_sign_out(request: Request) -> str:
    ours = f"{_settings(request).public_url}{_home(request)}signed-out"
    try:
        ends = (await _doorkeeper(request).issuer.metadata()).get("end_session_endpoint")
    except Problem:
        ends = None  # whoever wants to leave leaves, with the provider or without
    if not ends:
        return ours
    async with _client(request) as client:
        url, _ = client.create_authorization_url(ends, post_logout_redirect_uri=ours)
    return str(url)


async def _signed_out(request: Request) -> HTMLResponse:
    return HTMLResponse(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Signed out - Goldthread</title>'
        '<link rel="stylesheet" href="/assets/govuk-frontend.min.css"></head>'
        '<body class="govuk-template__body"><main class="govuk-width-container govuk-main-wrapper">'
        '<h1 class="govuk-heading-l">You are signed out</h1>'
        f'<p class="govuk-body"><a class="govuk-link" href="{_home(request)}sign-in">Sign in again</a></p>'
        "</main></body></html>"
    )


def _client(request: Request) -> Any:
    settings = _settings(request)
    return AsyncOAuth2Client(
        settings.client_id,
        settings.client_secret.get_secret_value(),
        scope="openid",
        redirect_uri=f"{settings.public_url}{_home(request)}sign-in/back",
        code_challenge_method="S256",
        transport=_doorkeeper(request).issuer.transport,
        timeout=5.0,
    )


def _set_cookie(request: Request, on: Response, name: str, value: str, path: str, seconds: int) -> None:
    secure = _settings(request).public_url.startswith("https://")
    on.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="lax")


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.runtime.settings
    return settings


def _doorkeeper(request: Request) -> Doorkeeper:
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    return doorkeeper


def _home(request: Request) -> str:
    return f"/{request.app.state.runtime.service.name}/"


def _seal(request: Request) -> Seal:
    return Seal(_settings(request).secret.get_secret_value(), "sign-in")


def _failed() -> Problem:
    return Problem(400, "sign-in.failed", "Signing in did not work. Start again from the page you wanted.")

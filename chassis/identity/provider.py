"""The built-in identity provider: OpenID Connect as far as a try-out needs it.

Anybody who reaches its page can be anybody on the list: there are no passwords. So it refuses to
start in production, and every page of it says what it is.
"""

import base64
import hashlib
import hmac
import re
from binascii import Error as NotBase64
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote_plus, urlencode

from fastapi import APIRouter, Depends, FastAPI, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic import BaseModel
from starlette.responses import Response

from chassis import telemetry
from chassis.clock import Clock
from chassis.http.auth import check_same_origin, open_to_all
from chassis.http.limits import Limits
from chassis.http.outer import Outer, security_headers
from chassis.http.problem import Fault, Problem, add_handlers
from chassis.http.sealed import Broken, Seal
from chassis.identity.directory import Directory, read_directory
from chassis.identity.tokens import Signer
from chassis.settings import CannotStart, Settings

PERSON_SECONDS = 12 * 3600
"""How long a person stays signed in: a long shift."""
SYSTEM_SECONDS = 3600
_CODE_SECONDS = 60
_FORM_SECONDS = 3600
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(default=True)
)


class Asked(BaseModel):
    """An authorization request (OpenID Connect Core 3.1.2.1, RFC 7636)."""

    client_id: str = ""
    redirect_uri: str = ""
    response_type: str = ""
    scope: str = ""
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""


class OAuthFault(Exception):
    """A fault of a token request, by its code (RFC 6749 section 5.2)."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Provider:
    """The provider of one deployment."""

    def __init__(self, settings: Settings, directory: Directory) -> None:
        self.settings = settings
        self.directory = directory
        self.signer = Signer(settings.built_in_issuer, settings.data)
        secret = settings.secret.get_secret_value()
        self.requests = Seal(secret, "identity-request")
        self._codes = Seal(secret, "identity-code")
        self._used: dict[str, float] = {}
        self._back = re.compile(re.escape(settings.public_url) + r"/[a-z]+/sign-in/back")

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        base = self.settings.built_in_issuer
        return {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid"],
        }

    def check(self, asked: Asked) -> None:
        """Raises Problem (400) unless our own pages ask, with PKCE, to come back to themselves."""
        faults = [
            Fault(f"query.{name}", "value")
            for name, fits in {
                "client_id": asked.client_id == self.settings.client_id,
                "redirect_uri": bool(self._back.fullmatch(asked.redirect_uri)),
                "response_type": asked.response_type == "code",
                "scope": "openid" in asked.scope.split(),
                "code_challenge": len(asked.code_challenge) == 43,
                "code_challenge_method": asked.code_challenge_method == "S256",
            }.items()
            if not fits
        ]
        if faults:
            raise Problem(400, "sign-in.request", "This sign-in was not begun by Goldthread.", faults)

    def code(self, asked: Asked, person: str) -> str:
        """The code by which our pages may have this person's tokens, once, within a minute."""
        kept = [person, asked.redirect_uri, asked.nonce, asked.code_challenge]
        return self._codes.close(kept, _CODE_SECONDS)

    def tokens_for_code(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """The tokens for a code. Raises OAuthFault for one that is used, run out or not for this."""
        try:
            person_id, back, nonce, challenge = self._codes.open(code)
        except Broken:
            raise OAuthFault("invalid_grant") from None
        person = self.directory.person(person_id)
        proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        fits = _VERIFIER.fullmatch(verifier) and proof == challenge and back == redirect_uri
        if person is None or not fits or not self._first_use(code):
            raise OAuthFault("invalid_grant")
        claims = person.claims() | {"client_id": self.settings.client_id}
        identity = {"sub": person.id, "name": person.name, "nonce": nonce}
        return {
            **self._access(claims, PERSON_SECONDS),
            "id_token": self.signer.sign(identity, self.settings.client_id, _CODE_SECONDS * 5),
        }

    def tokens_for_system(self, id_: str, secret: str) -> dict[str, Any]:
        """A token for a partner's system. Raises OAuthFault unless it knows its secret."""
        system = self.directory.system(id_)
        expected = system.secret.get_secret_value() if system else ""
        if system is None or not hmac.compare_digest(expected.encode(), secret.encode()):
            raise OAuthFault("invalid_client", 401)
        return self._access(system.claims() | {"client_id": system.id}, SYSTEM_SECONDS)

    def _access(self, claims: dict[str, Any], seconds: int) -> dict[str, Any]:
        token = self.signer.sign(claims, self.settings.audience, seconds, typ="at+jwt")
        return {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": "openid"}

    def _first_use(self, code: str) -> bool:
        now = Clock().now().timestamp()
        self._used = {used: until for used, until in self._used.items() if until > now}
        first = code not in self._used
        self._used[code] = now + _CODE_SECONDS
        return first


def create_identity(settings: Settings) -> FastAPI:
    """The provider as an application under ``/identity``. Raises CannotStart in production."""
    if settings.production:
        raise CannotStart("Production refuses the built-in identity provider (GOLDTHREAD_ISSUER).")
    app = FastAPI(
        title="Goldthread identity, for trying out",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=telemetry.of_requests(),
    )
    app.state.provider = Provider(settings, read_directory(settings.identity_directory))
    add_handlers(app)
    app.add_exception_handler(OAuthFault, _on_oauth_fault)
    app.include_router(_routes, prefix="/identity")
    app.add_middleware(Limits)
    app.add_middleware(Outer, name="identity", headers=security_headers(settings), route_of=_route)
    return app


def the_provider(request: Request) -> Provider:
    """The provider, in a route."""
    provider: Provider = request.app.state.provider
    return provider


TheProvider = Annotated[Provider, Depends(the_provider)]
_routes = APIRouter(dependencies=[open_to_all("whoever signs in is not signed in yet")])


@_routes.get("/.well-known/openid-configuration")
async def discovery(provider: TheProvider) -> JSONResponse:
    """The discovery document (OpenID Connect Discovery 1.0)."""
    return JSONResponse(provider.metadata())


@_routes.get("/jwks.json")
async def keys(provider: TheProvider) -> JSONResponse:
    """The public keys (RFC 7517)."""
    return JSONResponse(provider.signer.jwks())


@_routes.get("/authorize")
async def choose(provider: TheProvider, asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """The page on which one chooses whom to be."""
    provider.check(asked)
    sealed = provider.requests.close(asked.model_dump(), _FORM_SECONDS)
    page = _PAGES.get_template("choose.html").render(people=provider.directory.people, asked=sealed)
    return HTMLResponse(page)


@_routes.post("/authorize")
async def chosen(
    request: Request,
    provider: TheProvider,
    asked: Annotated[str, Form()] = "",
    person: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Back to our pages as the person chosen."""
    check_same_origin(request, provider.settings)
    try:
        wanted = Asked.model_validate(provider.requests.open(asked))
    except Broken:
        raise Problem(400, "sign-in.run-out", "This page has run out. Start again.") from None
    if provider.directory.person(person) is None:
        raise Problem(422, "sign-in.nobody", "Choose somebody.", [Fault("body.person", "missing")])
    answer = {"code": provider.code(wanted, person), "state": wanted.state}
    return RedirectResponse(f"{wanted.redirect_uri}?{urlencode(answer)}", 303)


@_routes.post("/token")
async def token(request: Request, provider: TheProvider) -> JSONResponse:
    """Tokens, for a code with its verifier, or for a system's own secret."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    client, secret = _client_of(request, form)
    match form.get("grant_type"):
        case "client_credentials":
            given = provider.tokens_for_system(client, secret)
        case "authorization_code":
            ours = provider.settings.client_secret.get_secret_value()
            known = hmac.compare_digest(ours.encode(), secret.encode())
            if client != provider.settings.client_id or not known:
                raise OAuthFault("invalid_client", 401)
            given = provider.tokens_for_code(
                form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", "")
            )
        case None:
            raise OAuthFault("invalid_request")
        case _:
            raise OAuthFault("unsupported_grant_type")
    return JSONResponse(given)


def _client_of(request: Request, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        raise OAuthFault("invalid_client", 401) from None
    return unquote_plus(client), unquote_plus(secret)


async def _on_oauth_fault(_: Request, error: Exception) -> Response:
    assert isinstance(error, OAuthFault)
    headers = {"WWW-Authenticate": 'Basic realm="goldthread"'} if error.status == 401 else {}
    return JSONResponse({"error": error.code}, error.status, headers)


def _route(scope: Any) -> str:
    return getattr(scope.get("endpoint"), "__name__", "-")

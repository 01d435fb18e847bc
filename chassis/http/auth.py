"""Who calls, and whether a route is for them. A route without a declared right stops the start.

A caller's own word is never taken: agency, roles and areas come from a token that the identity
provider signed. Without one the answer is 401; with one that lacks the right it is 404, the same
as for what does not exist.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from chassis.clock import Clock
from chassis.http.issuer import Foreign, Issuer
from chassis.http.problem import Problem, not_found, wants_page
from chassis.http.sealed import Broken, Seal
from chassis.ids import Ids
from chassis.parking import DECIDE
from chassis.settings import Settings
from contracts.envelope import AgencyId

if TYPE_CHECKING:
    from chassis.runtime import Runtime

COOKIE = "goldthread"
"""The cookie of a person who is signed in: their access token, which scripts cannot read."""

OWN_FACTS = "fact:own"
"""The right to look at, correct and withdraw what one's own agency said: whoever may say any of it."""

SAY_SEVERAL = "fact:several"
"""The right to say several things at once: whoever may say any of it."""

HANDED_ON = "handed-on."
"""How the tokens begin by which one service of ours hands on to another what a partner said to it."""

HOW_FAR = "agencies:how-far"
"""The right to see how far each agency's feed has come: of all staff who have any right in the service."""

SIGNED_IN = "signed-in"
"""The right to be told who one is here: everybody's with a good token."""

OWN_RIGHTS: Mapping[str, frozenset[str]] = {
    "clock:set": frozenset({"operator"}),
    DECIDE: frozenset({"operator"}),
}
"""Rights to what the chassis itself offers."""

_NOT_HOW_FAR = frozenset({"reporter", "support-reporter", "matac-coordinator", "order-contact"})
"""Partners' systems; and whoever sees to perpetrators or manages a respondent: when each agency was heard
last would tell who has just spoken of a victim, and so where she is (decision 0020)."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_REMEMBERED = 10_000
_BEARER = HTTPBearer(bearerFormat="JWT", auto_error=False)
_AGENCY: TypeAdapter[str] = TypeAdapter(AgencyId)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``id`` is ours, and outlives a change of identity provider for those moved with it."""

    id: str
    issuer: str
    subject: str
    agency: str
    roles: frozenset[str]
    areas: frozenset[str]
    name: str
    signed_in: bool = False
    """Whether this is a person who signed in by our pages: a system has a token of its own."""
    ahead: bool = False
    """Whether what they are shown is held ready alone: each look on record says so."""


class ToSignIn(Exception):
    """A person's browser asks for a page, and nobody is signed in."""

    def __init__(self, path: str) -> None:
        super().__init__("sign in")
        self.path = path
        """Where to come back to: a local path."""


class Doorkeeper:
    """Reads tokens, and remembers those it found good until they run out: at most 10,000."""

    def __init__(self, settings: Settings, issuer: Issuer, ids: Ids) -> None:
        self.issuer = issuer
        self._audience = settings.audience
        self._pages = settings.client_id
        self._ids = ids
        self._handed_on = Seal(settings.secret.get_secret_value(), HANDED_ON)
        self._machine = Clock()  # tokens run by the machine's time, whatever the services' clock says
        self._known: dict[bytes, tuple[float, Caller]] = {}

    async def caller(self, token: str) -> Caller:
        """Whom a token speaks for. Raises Foreign."""
        if token.startswith(HANDED_ON):
            return self._speaks_for(token.removeprefix(HANDED_ON))
        digest = hashlib.sha256(token.encode()).digest()
        if known := self._known.get(digest):
            if known[0] > self._machine.now().timestamp():
                return known[1]
            del self._known[digest]
        claims = await self.issuer.claims(token, self._audience)
        caller = self._caller(claims)
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[digest] = (float(claims["exp"]), caller)
        return caller

    def _speaks_for(self, sealed: str) -> Caller:
        try:
            id_, issuer, subject, agency, *roles = self._handed_on.open(sealed)
        except Broken:
            raise Foreign("handed-on") from None
        return Caller(id_, issuer, subject, agency, frozenset(roles), frozenset(), "")

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        subject, name = claims["sub"], claims.get("name", "")
        try:
            agency = _AGENCY.validate_python(claims.get("agency"), strict=True)
        except ValidationError:
            raise Foreign("agency") from None
        return Caller(
            id=self._ids.staff(self.issuer.url, subject),
            issuer=self.issuer.url,
            subject=subject,
            agency=agency,
            roles=_words(claims.get("roles")),
            areas=_words(claims.get("areas")),
            name=name if isinstance(name, str) else "",
            # RFC 9068; Keycloak has it as azp.
            signed_in=claims.get("client_id", claims.get("azp")) == self._pages,
        )


def handed_on(settings: Settings, caller: Caller) -> str:
    """A token by which another service of ours takes what this caller said to this one, for a minute."""
    seal = Seal(settings.secret.get_secret_value(), HANDED_ON)
    said = [caller.id, caller.issuer, caller.subject, caller.agency, *sorted(caller.roles)]
    return HANDED_ON + seal.close(said, seconds=60)


def _words(claim: object) -> frozenset[str]:
    items = claim if isinstance(claim, list) else []
    return frozenset(item for item in items if isinstance(item, str))


class Right:
    """The dependency that a route's right is: it lets in whom the service's table of rights names."""

    def __init__(self, name: str) -> None:
        self.right = name

    async def __call__(
        self, request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        """The caller. Raises Problem (401 without a good token, 404 without the right), ToSignIn."""
        caller = await caller_of(request, bearer.credentials if bearer else None)
        if not caller.roles & roles_with(self.right, request.app.state.runtime):
            raise not_found()
        return caller


class SignedIn(Right):
    """The dependency of a route that is for whoever has a good token, whatever their roles."""

    def __init__(self) -> None:
        super().__init__(SIGNED_IN)

    async def __call__(
        self, request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        """The caller. Raises Problem (401), ToSignIn."""
        return await caller_of(request, bearer.credentials if bearer else None)


class OpenToAll:
    """The dependency of a route that anybody may call, and why."""

    def __init__(self, reason: str) -> None:
        self.open_to_all = reason

    async def __call__(self) -> None:
        """Lets everybody in."""


def right(name: str) -> Any:
    """The right that a route needs: ``caller: Annotated[Caller, right("breach:report")]``."""
    return Depends(Right(name))


def open_to_all(reason: str) -> Any:
    """Marks a route that needs no right: ``dependencies=[open_to_all("health, for the operator")]``."""
    return Depends(OpenToAll(reason))


async def caller_of(request: Request, bearer: str | None = None) -> Caller:
    """The caller of a request, by its bearer token, else by the cookie of a person signed in.

    Raises Problem (401; 403 for a write with a cookie from another site's page), ToSignIn.
    """
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    token = bearer or request.cookies.get(COOKIE)
    if not token:
        raise _unknown(request, "token.missing", "This needs a token of the identity provider.")
    try:
        caller = await doorkeeper.caller(token)
    except Foreign:
        raise _unknown(request, "token.invalid", "The token has run out or is not for us.") from None
    if bearer is None:
        check_same_origin(request, request.app.state.runtime.settings)
    return caller


async def still_let_in(request: Request) -> None:
    """Raises as ``caller_of`` once the token of a request has run out: for an answer that goes on."""
    bearer = await _BEARER(request)
    await caller_of(request, bearer.credentials if bearer else None)


def _unknown(request: Request, code: str, detail: str) -> Exception:
    signable = request.method == "GET" and "authorization" not in request.headers and wants_page(request)
    if signable:
        query = f"?{request.url.query}" if request.url.query else ""
        return ToSignIn(quote(request.url.path) + query)
    error = "" if code == "token.missing" else ', error="invalid_token"'
    return Problem(401, code, detail, headers={"WWW-Authenticate": f'Bearer realm="goldthread"{error}'})


def check_same_origin(request: Request, settings: Settings) -> None:
    """Raises Problem (403) for a write that another site's page sent with a person's cookie.

    The browser's word on it is ``Sec-Fetch-Site``, else ``Origin``: our pages send no referrer, and
    then a browser names no origin of a form.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    ours = site == "same-origin" if site else request.headers.get("origin") == settings.origin
    if not ours:
        raise Problem(403, "origin.foreign", "This form was not sent from a page of ours.")


_LOCAL = re.compile(r"/[A-Za-z0-9_.~%/-]*(\?[A-Za-z0-9_.~%&=,:+-]*)?")


def local_path(path: str | None, otherwise: str) -> str:
    """The path if it stays on this site (so no ``//host``, no backslash), else the other one."""
    return path if path and _LOCAL.fullmatch(path) and not path.startswith("//") else otherwise


def roles_with(name: str, runtime: "Runtime") -> frozenset[str]:
    """The roles that a right of a service's, or of the chassis', is given to; none for one that is not."""
    rights = runtime.service.rights
    if name in (OWN_FACTS, SAY_SEVERAL):
        return frozenset().union(*(rights[needed] for needed in runtime.service.accepts.values()))
    if name == HOW_FAR:
        return frozenset().union(*rights.values(), OWN_RIGHTS[DECIDE]) - _NOT_HOW_FAR
    return rights.get(name, OWN_RIGHTS.get(name, frozenset()))


def check_rights(app: FastAPI, rights: Mapping[str, frozenset[str]]) -> list[str]:
    """The routes that declare no right, or one that nobody is given: ``GET /orders/v1/...``, sorted.

    ``rights`` is the service's table. A route is open only where it says so itself.
    """
    known = {*rights, *OWN_RIGHTS, OWN_FACTS, SAY_SEVERAL, HOW_FAR, SIGNED_IN}
    return sorted(
        f"{','.join(sorted(route.methods or ['*']))} {route.path}"
        for route in iter_route_contexts(app.routes)
        if not _declares(route, known)
    )


def ask_rights_first(app: FastAPI) -> None:
    """Whoever may not come in learns nothing of what else is wrong, in whatever order a route names
    its parameters."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if isinstance(dependant, Dependant):
            dependant.dependencies.sort(key=lambda part: not isinstance(part.call, Right))


def rights_of(app: FastAPI) -> list[tuple[str, str, str | None]]:
    """Every route: method, path, and its right (None: open to all). For tests over all routes."""
    found: list[tuple[str, str, str | None]] = []
    for route in iter_route_contexts(app.routes):
        named = [mark.right for mark in _calls(route) if isinstance(mark, Right)]
        found += [
            (method, route.path or "", named[0] if named else None) for method in sorted(route.methods or "*")
        ]
    return found


def _declares(route: RouteContext, known: set[str]) -> bool:
    marks = list(_calls(route))
    if any(isinstance(mark, OpenToAll) for mark in marks):
        return True
    named = [mark.right for mark in marks if isinstance(mark, Right)]
    return bool(named) and set(named) <= known


def _calls(route: RouteContext) -> Iterable[object]:
    dependant = getattr(route, "dependant", None)
    pending = [dependant] if isinstance(dependant, Dependant) else []
    while pending:
        part = pending.pop()
        yield part.call
        pending.extend(part.dependencies)

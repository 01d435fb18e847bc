"""What stands in for GOV.UK Notify and for a provider of voice calls, in a try-out and in tests.

It speaks their HTTP interfaces, as far as we use them, so that our own clients run as they do in
production; it sends nothing to anybody. Its page shows what would have gone out. The numbers and addresses
at which a message fails are those that GOV.UK Notify has for its own tests.
"""

import asyncio
import base64
import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs
from xml.etree import ElementTree

import httpx
from fastapi import APIRouter, Depends, FastAPI, Form, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, Field, SecretStr

from chassis.clock import LONDON, Clock
from chassis.http.outer import Outer, security_headers
from chassis.ids import new_id
from chassis.settings import SANDBOX_KEY, CannotStart, Settings

SANDBOX_PATHS = ("v2", "2010-04-01", "sandbox")
"""The first parts of its paths."""
KEPT = 300
"""How many messages its page shows."""
TELLS_AGAIN = (0.2, 1.0, 5.0, 30.0)
"""In how many seconds a receipt is repeated that was answered with 500 or 429, or not at all."""
TEMPLATES = {
    "sms": "Goldthread alert ((alert)), call ((try)). Take it: ((link)) or ring ((ring))",
    "email": "Goldthread alert ((alert)), call ((try)).\n\nTake it: ((link))\n\nOr ring ((ring)).",
    "sms-over": "Goldthread alert ((alert)), call ((try)): ((end))",
    "email-over": "Goldthread alert ((alert)), call ((try)): ((end))",
}
"""What a service's own templates at GOV.UK Notify are to say (``services/notify/README.md``)."""
FAILS = {
    "07700900002": "permanent-failure",
    "07700900003": "temporary-failure",
    "perm-fail@simulator.notify": "permanent-failure",
    "temp-fail@simulator.notify": "temporary-failure",
}
VOICE_FAILS = {"+447700900002": "failed", "+447700900003": "no-answer"}

TRUSTED = httpx.create_ssl_context()
"""Read once, and not for each message."""

Kind = Literal["sms", "email", "voice"]

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(default=True)
)


def told(url: str) -> dict[str, str]:
    """The settings by which messages go to a sandbox at this address."""
    return {
        "govuk_notify_url": url,
        "govuk_notify_key": SANDBOX_KEY,
        "govuk_notify_sms": "sms",
        "govuk_notify_email": "email",
        "govuk_notify_sms_over": "sms-over",
        "govuk_notify_email_over": "email-over",
        "govuk_notify_callback_token": "goldthread-try-out-callback",
        "voice_url": f"{url}/2010-04-01/Accounts/sandbox",
        "voice_from": "+441632960100",
    }


def try_out(settings: Settings) -> Settings:
    """The settings of a try-out whose messages go to the sandbox in its own process."""
    secrets = ("govuk_notify_key", "govuk_notify_callback_token")
    here = told(settings.public_url).items()
    return settings.model_copy(update={k: SecretStr(v) if k in secrets else v for k, v in here})


@dataclass(slots=True)
class Kept:
    """A message that would have gone out."""

    id: str
    kind: Kind
    reference: str
    to: str
    text: str
    link: str
    at: datetime
    status: str


class Faults(BaseModel):
    """What goes wrong on purpose, until told otherwise."""

    status: int = Field(default=0, description="every request is answered with it; 0: none is")
    takes_it_all_the_same: bool = Field(default=False, description="after it has kept the message")
    receipts: Literal["once", "twice", "first", "none"] = "once"


@dataclass
class Sandbox:
    """The messages of one try-out."""

    settings: Settings
    faults: Faults = field(default_factory=Faults)
    messages: deque[Kept] = field(default_factory=lambda: deque(maxlen=KEPT))
    _telling: set[asyncio.Task[None]] = field(default_factory=set)

    def keep(self, kind: Kind, reference: str, to: str, text: str, link: str) -> Kept:
        """Keep what would have gone out."""
        kept = Kept(new_id(), kind, reference, to, text, link, Clock().now(), "sending")
        self.messages.append(kept)
        return kept

    async def end(self, kept: Kept, status: str, tell: Callable[[], Any]) -> None:
        """Tell what became of a message: after the answer to who sent it, unless the fault is that it is told
        first."""
        kept.status = status
        times = {"none": 0, "twice": 2}.get(self.faults.receipts, 1)
        for _ in range(times):
            if self.faults.receipts == "first":
                await tell()
                continue
            task = asyncio.create_task(tell())
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def post(self, url: str, **how: Any) -> None:
        """Tell an address, and again while it has a fault of its own."""
        async with httpx.AsyncClient(timeout=5, verify=TRUSTED) as client:
            for pause in (*TELLS_AGAIN, None):
                try:
                    answer = await client.post(url, **how)
                    if answer.status_code != 429 and answer.status_code < 500:
                        return
                except httpx.HTTPError:
                    pass
                if pause is not None:
                    await asyncio.sleep(pause)


def create_sandbox(settings: Settings) -> FastAPI:
    """The sandbox as an application: ``/v2`` and ``/2010-04-01`` for our clients, ``/sandbox`` for people.
    Raises CannotStart in production."""
    if settings.production:
        raise CannotStart("Production refuses the sandbox of messages.")
    app = FastAPI(title="Goldthread sandbox", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.sandbox = Sandbox(settings)
    app.include_router(_routes)
    app.add_middleware(
        Outer, name="sandbox", headers=security_headers(settings), route_of=lambda _: "sandbox"
    )
    return app


def the_sandbox(request: Request) -> Sandbox:
    """The sandbox, in a route."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


TheSandbox = Annotated[Sandbox, Depends(the_sandbox)]
Token = Annotated[str, Header(alias="authorization")]
_routes = APIRouter()


def _error(status: int, error: str) -> JSONResponse:
    said = {"status_code": status, "errors": [{"error": error, "message": error}]}
    return JSONResponse(said, status)


def _known(sandbox: Sandbox, authorization: str) -> bool:
    """Whether a token is of the key that the settings have, as the clients of GOV.UK Notify make it."""
    key = sandbox.settings.govuk_notify_key.get_secret_value()
    try:
        token = jwt.decode(authorization.removeprefix("Bearer "), OctKey.import_key(key[-36:]), ["HS256"])
    except (JoseError, ValueError):
        return False
    return bool(token.claims.get("iss") == key[-73:-37])


class Given(BaseModel):
    """A text or an e-mail to be sent."""

    phone_number: str = ""
    email_address: str = ""
    template_id: str
    personalisation: dict[str, str] = Field(default_factory=dict)
    reference: str = ""


@_routes.post("/v2/notifications/{kind}")
async def send(
    kind: Literal["sms", "email"],
    given: Given,
    sandbox: TheSandbox,
    authorization: Token = "",
) -> JSONResponse:
    """A text or an e-mail by template: 201, and later a receipt."""
    if not _known(sandbox, authorization):
        return _error(403, "AuthError")
    if sandbox.faults.status and not sandbox.faults.takes_it_all_the_same:
        return _error(sandbox.faults.status, "Exception")
    text = TEMPLATES.get(given.template_id, "((no such template))")
    for name, value in given.personalisation.items():
        text = text.replace(f"(({name}))", value)
    if "((" in text:
        return _error(400, "BadRequestError")
    to = given.phone_number or given.email_address
    kept = sandbox.keep(kind, given.reference, to, text, given.personalisation.get("link", ""))
    token = sandbox.settings.govuk_notify_callback_token.get_secret_value()
    status = FAILS.get(to.replace(" ", ""), "delivered")
    said = {"id": kept.id, "reference": kept.reference, "to": to, "status": status, "notification_type": kind}
    url = f"{sandbox.settings.public_url}/notify/receipts"
    headers = {"Authorization": f"Bearer {token}"}
    await sandbox.end(kept, status, lambda: sandbox.post(url, json=said, headers=headers))
    if sandbox.faults.status:
        return _error(sandbox.faults.status, "Exception")
    return JSONResponse({"id": kept.id, "reference": kept.reference}, 201)


@_routes.get("/v2/notifications")
async def find(
    sandbox: TheSandbox,
    reference: str = "",
    template_type: str = "",
    authorization: Token = "",
) -> JSONResponse:
    """Those of a reference."""
    if not _known(sandbox, authorization):
        return _error(403, "AuthError")
    if sandbox.faults.status and not sandbox.faults.takes_it_all_the_same:
        return _error(sandbox.faults.status, "Exception")
    found = [
        {"id": each.id, "reference": each.reference, "type": each.kind, "status": each.status}
        for each in sandbox.messages
        if each.reference == reference and each.kind == template_type
    ]
    return JSONResponse({"notifications": found, "links": {}})


@_routes.post("/2010-04-01/Accounts/{account}/Calls.json")
async def ring(account: str, request: Request, sandbox: TheSandbox) -> JSONResponse:
    """A voice call: 201; then it is told that it is dialled, and how it ended."""
    settings = sandbox.settings
    by = f"{settings.voice_user}:{settings.voice_password.get_secret_value()}"
    wanted = f"Basic {base64.b64encode(by.encode()).decode()}"
    if not hmac.compare_digest(request.headers.get("authorization", ""), wanted):
        return JSONResponse({"code": 20003, "status": 401}, 401)
    if sandbox.faults.status:
        return JSONResponse({"status": sandbox.faults.status}, sandbox.faults.status)
    form = parse_qs((await request.body()).decode())
    script = ElementTree.fromstring(form["Twiml"][0])  # noqa: S314  our own client's, in a try-out
    gather = script.find("Gather")
    assert gather is not None
    (to,), (back,) = form["To"], form["StatusCallback"]
    kept = sandbox.keep("voice", "", to, gather.findtext("Say", ""), gather.get("action", ""))

    async def tell() -> None:
        for state in ("initiated", kept.status):
            await sandbox.post(back, data={"CallSid": kept.id, "CallStatus": state})

    await sandbox.end(kept, VOICE_FAILS.get(to, "completed"), tell)
    return JSONResponse({"sid": kept.id, "status": "queued"}, 201)


@_routes.get("/sandbox/")
async def page(sandbox: TheSandbox) -> HTMLResponse:
    """What would have gone out, newest first."""
    messages = list(reversed(sandbox.messages))
    return HTMLResponse(_PAGES.get_template("page.html").render(messages=messages, london=LONDON))


@_routes.get("/sandbox/messages")
async def messages(sandbox: TheSandbox) -> list[Kept]:
    """The same for programs, oldest first."""
    return list(sandbox.messages)


@_routes.put("/sandbox/faults", status_code=204)
async def set_faults(faults: Faults, sandbox: TheSandbox) -> None:
    """What goes wrong from now on."""
    sandbox.faults = faults


@_routes.post("/sandbox/keys")
async def press(
    sandbox: TheSandbox, message: Annotated[str, Form()], key: Annotated[str, Form()] = "4"
) -> RedirectResponse:
    """Whoever answered a voice call presses a key."""
    for kept in sandbox.messages:
        if kept.id == message and kept.kind == "voice":
            async with httpx.AsyncClient(timeout=5, verify=TRUSTED) as client:
                answer = await client.post(kept.link, data={"Digits": key})
            if answer.is_success:
                kept.status = ElementTree.fromstring(answer.text).findtext("Say", "")  # noqa: S314  our own
    return RedirectResponse("/sandbox/", 303)

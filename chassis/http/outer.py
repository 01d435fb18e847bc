"""What lies around every application: the line in the log, the headers, the last resort for faults."""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.http.problem import Problem, as_response
from chassis.logging import fault_of, logger
from chassis.settings import Settings
from chassis.store import Store

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers of every answer: nothing is kept, framed, or told to another site.

    Scripts and styles come from our own origin alone; the one inline script is that of the GOV.UK
    page template, by its hash. A form may lead to the identity provider (signing out).
    """
    issuer = urlsplit(settings.trusted_issuer)
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' '{_template_script()}'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": f"'self' {issuer.scheme}://{issuer.netloc}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    headers = {
        "cache-control": "no-store",
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-robots-tag": "noindex, nofollow",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    if settings.public_url.startswith("https://"):
        headers["strict-transport-security"] = "max-age=31536000"
    return headers


def _template_script() -> str:
    template = files("govuk_frontend_jinja").joinpath("templates", "template.html").read_text()
    found = re.search(r">(document\.body\.className[^<]*)</script>", template)
    digest = hashlib.sha256(found[1].encode() if found else b"").digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


class Outer:
    """Around one application: adds the headers that an answer lacks, writes its line to the log, and
    turns what nobody foresaw into a problem (500) that says nothing of it.

    ``route_of`` gives the template of a request's path, for the log: never the path.
    """

    def __init__(
        self, app: ASGIApp, name: str, headers: Mapping[str, str], route_of: Callable[[Scope], str]
    ) -> None:
        self._app = app
        self._headers = [(header.encode(), value.encode()) for header, value in headers.items()]
        self._route_of = route_of
        self._log = logger(name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 0, time.perf_counter()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {header for header, _ in message["headers"]}
                lacking = [header for header in self._headers if header[0] not in given]
                message["headers"] = [*message["headers"], *lacking]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception as error:  # noqa: BLE001  the last resort: it is logged, and answered with 500
            self._log.error("request.failed", route=self._route_of(scope), **fault_of(error))
            if not status:
                await as_response(_problem_of(error))(scope, receive, sent)
        self._log.info(
            "request",
            method=scope["method"] if scope["method"] in _METHODS else "other",
            route=self._route_of(scope),
            status=status,
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
            trace=telemetry.current_traceparent(),
        )


def _problem_of(error: Exception) -> Problem:
    if Store.transient(error):
        return Problem(
            503, "store.away", "The store does not answer. Try again.", headers={"Retry-After": "5"}
        )
    return Problem(500, "internal", "Something went wrong here. It was recorded.")

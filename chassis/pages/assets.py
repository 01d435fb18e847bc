"""The files that pages ask a browser to load: the Design System's, as fetched, and our own."""

import hashlib
import re
from functools import cache
from pathlib import Path

from markupsafe import Markup
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

FETCHED = Path(__file__).parents[2] / "build" / "assets"
"""Where ``deploy/assets.py`` puts what it fetched."""

OWN = Path(__file__).parent / "static"

PREFIX = "/assets"

KEPT_SECONDS = 31_536_000
"""An address with its version never changes what it gives; one without may any day."""
ZIPPED = 6
"""How hard what goes out is pressed: most of what can be had, for little of the time."""
_VERSION = re.compile("^[0-9a-f]{12}/")


class Assets(StaticFiles):
    """Both folders under ``/assets``, with a version between or without; our own file comes first. There
    is nothing of anybody in them, so a browser may keep them, unlike all else that Goldthread gives."""

    def __init__(self) -> None:
        super().__init__(directory=OWN)
        self.all_directories = [OWN, FETCHED]
        self._zipped = GZipMiddleware(super().__call__, compresslevel=ZIPPED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, whose answer is pressed for whoever can read it so."""
        await self._zipped(scope, receive, send)

    def get_path(self, scope: Scope) -> str:
        """The path below ``/assets`` and any version, wherever this application is mounted: a page of the
        release before finds its files too."""
        path = _VERSION.sub("", scope["path"].removeprefix(f"{PREFIX}/"))
        return super().get_path({**scope, "path": f"/{path}", "root_path": ""})

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        current = scope["path"].startswith(f"{PREFIX}/{version()}/")
        kept = f"{KEPT_SECONDS}, immutable" if current else "300"
        response.headers["Cache-Control"] = f"public, max-age={kept}"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class ZippedPages:
    """Around an application: presses the pages that a browser asks for. What systems ask for, and what
    comes as a stream, goes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._zipped = GZipMiddleware(app, compresslevel=ZIPPED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or connection."""
        asked = dict(scope["headers"]).get(b"accept", b"") if scope["type"] == "http" else b""
        await (self._zipped if b"text/html" in asked else self._app)(scope, receive, send)


@cache
def version() -> str:
    """Of all these files together, by what is in them: what a script loads lies beside it, and so has the
    same."""
    files = sorted(path for folder in (OWN, FETCHED) for path in folder.glob("*.*"))
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()[:12]


@cache
def inlined(name: str) -> Markup:
    """What is in a style sheet or script, to stand in a file that can load nothing. Raises LookupError for
    none."""
    path = next((folder / name for folder in (OWN, FETCHED) if (folder / name).is_file()), None)
    if path is None:
        raise LookupError(f"{name} is not there: make the assets first")
    return Markup(path.read_text())  # noqa: S704 - ours, or the Design System's, checked when it was fetched


@cache
def asset(name: str) -> str:
    """The address of a file, with the version of what is there. Raises LookupError for none."""
    if not any((folder / name).is_file() for folder in (OWN, FETCHED)):
        raise LookupError(f"{name} is not there: make the assets first")
    return f"{PREFIX}/{version()}/{name}"

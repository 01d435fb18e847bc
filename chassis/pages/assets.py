"""The files that pages ask a browser to load: the Design System's, as fetched, and our own."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FETCHED = Path(__file__).parents[2] / "build" / "assets"
"""Where ``deploy/assets.py`` puts what it fetched."""

OWN = Path(__file__).parent / "static"

PREFIX = "/assets"

KEPT_SECONDS = 31_536_000
"""An address with its version never changes what it gives; one without may any day."""


class Assets(StaticFiles):
    """Both folders under ``/assets``; our own file comes first. There is nothing of anybody in them,
    so a browser may keep them, unlike all else that Goldthread gives."""

    def __init__(self) -> None:
        super().__init__(directory=OWN)
        self.all_directories = [OWN, FETCHED]

    def get_path(self, scope: Scope) -> str:
        """The path below ``/assets``, wherever this application is mounted."""
        path = scope["path"].removeprefix(f"{PREFIX}/")
        return super().get_path({**scope, "path": f"/{path}", "root_path": ""})

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        versioned = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS if versioned else 300}"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


@cache
def asset(name: str) -> str:
    """The address of a file, with the version of what is in it. Raises LookupError for none."""
    for folder in (OWN, FETCHED):
        if (path := folder / name).is_file():
            return f"{PREFIX}/{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    raise LookupError(f"{name} is not there: make the assets first")

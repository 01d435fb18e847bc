"""A service's routes, made once in each process of a run: a third of a second for each test otherwise."""

from typing import Any

from fastapi import FastAPI

from chassis.http.app import create_app
from chassis.runtime import Runtime

_made: dict[str, FastAPI] = {}


def routes_of(runtime: Runtime, doorkeeper: Any) -> FastAPI:
    """The application of this runtime's service, which answers for it from now on; ``doorkeeper`` lets in."""
    name = runtime.service.name
    if name not in _made:
        _made[name] = create_app(runtime)
    app = _made[name]
    app.state.runtime, app.state.doorkeeper = runtime, doorkeeper
    return app

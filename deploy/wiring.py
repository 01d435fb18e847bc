"""Which services there are, and how a process is made of them."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import cast

import httpx
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis.clock import Clock
from chassis.http.app import Together, create_app
from chassis.identity.provider import create_identity
from chassis.ids import Ids
from chassis.log import Log, open_log
from chassis.pages.assets import Assets
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.settings import Settings
from chassis.store import open_store
from deploy.sandbox import SANDBOX_PATHS, create_sandbox

NAMES = ("referrals", "orders", "marac", "notify")


class _Services(MutableMapping[str, Service]):
    """Each is imported when it is asked for: a process that serves one waits for no other, nor holds it."""

    def __init__(self) -> None:
        self._known: dict[str, Service] = {}

    def __getitem__(self, name: str) -> Service:
        if name not in self._known:
            if name not in NAMES:
                raise KeyError(name)
            self._known[name] = _declared(name, "SERVICE")
        return self._known[name]

    def __setitem__(self, name: str, service: Service) -> None:
        self._known[name] = service

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


def _declared(name: str, what: str) -> Service:
    return cast("Service", getattr(import_module(f"services.{name}.service"), what))


SERVICES = _Services()
"""The four services, by name."""


def clock_of(settings: Settings) -> Clock:
    """The clock of a process: the machine's, unless a try-out starts it elsewhere."""
    clock = Clock()
    if settings.clock_start is not None:
        clock.set(settings.clock_start)
    return clock


def log_of(settings: Settings) -> Log:
    """The log that the settings name, not yet started."""
    if settings.log_url.startswith("sqlite:///"):
        return open_log(f"sqlite:{settings.log_url.removeprefix('sqlite:///')}/log.sqlite")
    return open_log(
        settings.log_url,
        username=settings.kafka_user or None,
        password=settings.kafka_password.get_secret_value() or None,
        tls=settings.kafka_protocol.endswith("SSL"),
    )


def runtime_of(service: Service, settings: Settings, log: Log, clock: Clock) -> Runtime:
    """A service at work on its own store, not yet started."""
    store = open_store(settings.store_url, service.name, clock)
    ids = Ids(settings.secret.get_secret_value())
    return Runtime(service, settings, store, log, ids, clock)


def matcher_of(settings: Settings, log: Log, clock: Clock) -> Runtime:
    """The matcher in a process of its own, on the store of referrals."""
    return runtime_of(_declared("referrals", "MATCHER"), settings, log, clock)


def alone(runtime: Runtime) -> ASGIApp:
    """One service in a process of its own, with what its pages look by."""
    return Together({runtime.service.name: create_app(runtime), "assets": Assets()})


def embedded(settings: Settings, log: Log, clock: Clock) -> tuple[ASGIApp, dict[str, Runtime]]:
    """All of Goldthread in one application: four services, and the try-out's identity provider; and the
    sandbox of its messages, where they are to go to this very address."""
    runtimes = {name: runtime_of(service, settings, log, clock) for name, service in SERVICES.items()}
    home = Starlette(routes=[Route("/", lambda _: RedirectResponse("/marac/"))])
    apps: dict[str, ASGIApp] = {"": home, "assets": Assets()}
    within: httpx.AsyncBaseTransport | None = None
    if settings.trusted_issuer == settings.built_in_issuer:
        apps["identity"] = identity = create_identity(settings)
        within = httpx.ASGITransport(app=identity)
    if settings.govuk_notify_url == settings.public_url and not settings.production:
        apps |= dict.fromkeys(SANDBOX_PATHS, create_sandbox(settings))
    apps |= {name: create_app(runtime, within) for name, runtime in runtimes.items()}
    return Together(apps), runtimes

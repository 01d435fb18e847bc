"""Which services there are, and how a process is made of them."""

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
from services.marac.service import SERVICE as MARAC
from services.notify.service import SERVICE as NOTIFY
from services.orders.service import SERVICE as ORDERS
from services.referrals.service import MATCHER
from services.referrals.service import SERVICE as REFERRALS

SERVICES: dict[str, Service] = {service.name: service for service in (REFERRALS, ORDERS, MARAC, NOTIFY)}
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
    return runtime_of(MATCHER, settings, log, clock)


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

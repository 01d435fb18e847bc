"""Processes that serve: one service, all in one, the matcher, the try-out's identity provider."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
import uvicorn
from starlette.types import ASGIApp

from chassis import logging, telemetry
from chassis.clock import Clock
from chassis.identity.provider import create_identity
from chassis.log import Log, LogAway
from chassis.settings import Settings
from deploy import wiring
from deploy.sandbox import create_sandbox

logger = structlog.get_logger()

KEEP_SECONDS = 75
"""How long a connection at rest is kept: longer than the gateway keeps it (`deploy/gateway/nginx.conf`), and
longer than httpx does, so that nobody sends upon one that is just being closed."""
GRACE_SECONDS = 5
"""How long requests under way may take to end when a process is told to stop."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Log, Clock]]:
    """The log, started, and the clock of a process."""
    log = wiring.log_of(settings)
    try:
        await log.start()
    except LogAway as away:  # what is in the store is served, and taken: see ``Runtime.start``
        logger.warning("log.away", reason=str(away))
    try:
        yield log, wiring.clock_of(settings)
    finally:
        await log.stop()


async def serve_service(name: str, settings: Settings) -> None:
    """Serve one service until told to stop."""
    _watch(settings, name)
    async with opened(settings) as (log, clock):
        runtime = wiring.runtime_of(wiring.SERVICES[name], settings, log, clock)
        await _serve(wiring.alone(runtime), settings)


async def serve_embedded(settings: Settings) -> None:
    """Serve all of Goldthread in this process until told to stop."""
    _watch(settings, "goldthread")
    async with opened(settings) as (log, clock):
        app, _ = wiring.embedded(settings, log, clock)
        await _serve(app, settings)


async def serve_identity(settings: Settings) -> None:
    """Serve the try-out's identity provider until told to stop."""
    _watch(settings, "identity")
    await _serve(create_identity(settings), settings)


async def serve_sandbox(settings: Settings) -> None:
    """Serve what stands in for GOV.UK Notify and the telephone until told to stop."""
    _watch(settings, "sandbox")
    await _serve(create_sandbox(settings), settings)


async def run_matcher(settings: Settings) -> None:
    """Match until told to stop, which may be while the log is waited for."""
    _watch(settings, "matcher")
    matching = asyncio.ensure_future(_match(settings))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, matching.cancel)
    with suppress(asyncio.CancelledError):
        await matching


async def _match(settings: Settings) -> None:
    async with opened(settings) as (log, clock):
        runtime = wiring.matcher_of(settings, log, clock)
        try:
            await runtime.start()
            await asyncio.Event().wait()
        finally:
            await runtime.stop()


def _watch(settings: Settings, name: str) -> None:
    logging.configure()
    telemetry.configure(settings, name)
    freeze_what_is_loaded()


def freeze_what_is_loaded() -> None:
    """What a start made stays: it is not looked through again (``deploy`` has how often the rest is)."""
    gc.collect()
    gc.freeze()


async def _serve(app: ASGIApp, settings: Settings) -> None:
    await server_of(app, settings).serve()
    telemetry.stop()


def server_of(app: ASGIApp, settings: Settings) -> uvicorn.Server:
    """The server of an application, as every process of ours runs it."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_SECONDS,
    )
    return uvicorn.Server(config)

"""The try of the way that alerts go: it begins here every minute, taken and saved as a breach is.

Any number of processes look; the id of a try comes from the minute, so that of several one is said.
"""

import asyncio

import structlog

from chassis.alert_path import cause_of, newest
from chassis.runtime import Runtime
from chassis.views import Saying
from contracts.events.path import PathTried
from contracts.rules.alert_path import is_to_begin
from contracts.vocabulary import AlertRule

LOOK_SECONDS = 1.0
"""How often it is looked whether the next try is to begin."""
log = structlog.get_logger()


async def try_alert_path(runtime: Runtime) -> None:
    """Begin a try whenever it is time, for ever."""
    while True:
        try:
            await once(runtime)
        except Exception as error:  # noqa: BLE001 - what is not tried is seen on every page
            log.warning("path.untried", reason=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def once(runtime: Runtime) -> None:
    """Begin a try if it is time."""
    cause, now, every = cause_of(runtime.ids), runtime.clock.now(), runtime.path.every
    last = newest(await runtime.facts([f"o:{cause}"]), PathTried)
    if is_to_begin(None if last is None else now - last.occurred, every):
        number = int(now.timestamp() / every.total_seconds())
        await runtime.say([Saying(AlertRule.ALERT_PATH, cause, number, PathTried(cause=cause), now)])

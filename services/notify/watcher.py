"""Who watches the watcher: the receiver of our own tries, whoever is told when none comes through, and the
heartbeat to an outside address, whose absence calls somebody when nothing here can.
"""

import asyncio
import hmac
import re
from datetime import datetime, timedelta

import httpx
import structlog

from chassis.accept import Refused
from chassis.clock import Clock
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.views import Saying
from chassis.watch import to_say
from chassis.webhook import NETWORK_SECONDS, signature
from contracts.events.path import PathCameThrough
from contracts.rules.alert_path import PathState, is_to_be_told
from contracts.vocabulary import AlertRule, Urgency
from services.notify import path
from services.notify.carriers.webhook import signing_key

LOOK_SECONDS = 1.0
SIGNATURE_LASTS = timedelta(minutes=5)
"""How old a signature may be, as every receiver of ours is told (README)."""

_MACHINE = Clock()  # signatures are of the world's time
log = structlog.get_logger()


async def receive(runtime: Runtime, call: str, signed: str, body: bytes) -> None:
    """Note that the message of a try has come: its call's, and signed by us.

    One of an older try says nothing any more. Raises Problem (404) for a signature that is not ours, and
    Refused (503) while the store is read back.
    """
    url = path.receiver(runtime.settings)
    key = signing_key(runtime.settings.secret.get_secret_value(), url)
    if not _is_signed(key, signed, body, _MACHINE.now()):
        raise not_found()
    if not runtime.caught_up.is_set():
        raise Refused("catching-up", status=503)
    row = await path.current(runtime)
    if row is None or row.call != call or row.came:
        return
    came = PathCameThrough(cause=row.cause, tried=row.tried, began=row.began)
    await runtime.say([Saying(AlertRule.ALERT_PATH, call, 1, came, runtime.clock.now())])


async def tell_of_path(runtime: Runtime) -> None:
    """Tell the duty officer and the operator once none has come through for too long, and stand it down
    when one has, for ever."""
    cause = runtime.ids.blind("alert-path", "alert")
    while True:
        try:
            await runtime.path.once()  # what another process has stood down is not raised again
            down = runtime.path.state is not PathState.SOUND
            if down and not is_to_be_told(runtime.path.missed, runtime.path.every):
                continue  # neither raised yet nor stood down
            urgency = Urgency.NOW if down else None
            facts = await runtime.facts([f"o:{cause}"])
            now = runtime.clock.now()
            await runtime.say(to_say(AlertRule.ALERT_PATH, cause, facts, urgency, now))
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
            log.warning("path.untold", reason=type(error).__name__)
        finally:
            await asyncio.sleep(LOOK_SECONDS)


async def beat(runtime: Runtime) -> None:
    """Tell the outside address of each try that came through, by one process, for ever. None that did not
    is told of, so that silence is the alarm."""
    url, told = runtime.settings.heartbeat_url, ""
    async with httpx.AsyncClient(timeout=NETWORK_SECONDS, follow_redirects=False) as client:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            last = runtime.path.last
            if not url or last is None or last.id == told or runtime.path.state is not PathState.SOUND:
                continue
            told = last.id
            try:
                if await runtime.lease("heartbeat", runtime.path.every.total_seconds()):
                    (await client.post(url)).raise_for_status()
            except Exception as error:  # noqa: BLE001 - the next beat may come through
                log.warning("heartbeat.failed", reason=type(error).__name__)


def _is_signed(key: bytes, signed: str, body: bytes, now: datetime) -> bool:
    """Whether this is the value of ``Goldthread-Signature`` for the body, made a moment ago."""
    stamp = re.match(r"t=(\d{1,12}),", signed)
    at = datetime.fromtimestamp(int(stamp[1]), now.tzinfo) if stamp else None
    if at is None or abs(now - at) > SIGNATURE_LASTS:
        return False
    return hmac.compare_digest(signature(key, body, at).encode(), signed.encode())

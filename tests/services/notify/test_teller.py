"""Messages to a real endpoint: signed, the same id on every try, tried until somebody answers."""

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis import webhook
from chassis.runtime import Runtime
from chassis.store import Store
from contracts.events.alerts import AlertCalled, DeliveryTried
from contracts.vocabulary import DeliveryResult, Urgency
from deploy import cli
from services.notify import actions, claims, teller
from services.notify.carriers.webhook import signing_key
from services.notify.rules import telling
from services.notify.views import number_of
from tests.services.notify.conftest import Pager, caller, configure, raise_alert, stop
from tests.services.notify.world import CAUSE
from tests.support.facts import root_of
from tests.support.waiting import PATIENCE, until

Start = Callable[[], Awaitable[Runtime]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundredths where the rules say seconds."""
    monkeypatch.setattr(telling, "WAITS", (timedelta(seconds=0.02),))


async def tries(runtime: Runtime) -> list[tuple[int, DeliveryResult, int | None]]:
    facts = (await runtime.facts([f"o:{CAUSE}"])).current(DeliveryTried)
    return sorted((fact.said.attempt, fact.said.result, fact.said.status) for fact in facts)


async def noted(runtime: Runtime, count: int) -> list[tuple[int, DeliveryResult, int | None]]:
    async def all_of_them() -> list[tuple[int, DeliveryResult, int | None]]:
        found = await tries(runtime)
        return found if len(found) >= count else []

    return await until(all_of_them)


async def call_of(runtime: Runtime) -> str:
    (call,) = (await runtime.facts([f"o:{CAUSE}"])).current(AlertCalled)
    return call.id


def goalert(said: dict[str, Any]) -> tuple[str, str, str, bool]:
    """What GoAlert's generic API makes of it: it takes these four as texts, and any action but one opens."""
    read = [said[name] for name in ("summary", "details", "dedup", "action")]
    assert all(isinstance(each, str) and each for each in read), "anything else is a 400"
    return (*read[:3], read[3] != "close")


async def test_goalert_opens_one_alert_for_a_call_however_often_it_comes(start: Start, pager: Pager) -> None:
    pager.answers = [500] * 3
    runtime = await start()
    await configure(runtime, pager.url, first="amira", second="ben")
    await raise_alert(runtime)
    await noted(runtime, 4)
    ((summary, details, dedup, opens),) = {goalert(each.said) for each in pager.got}
    assert summary == f"Goldthread alert {number_of(CAUSE)}, call 1. Answer now."
    assert f"{runtime.settings.public_url}/notify/alerts/{CAUSE}\n" in details
    assert runtime.settings.fallback_number in details
    assert "/take/" not in details, "that is for one person, and a team reads this"
    assert (dedup, opens) == (await call_of(runtime), True), "another call is another alert"


async def test_a_message_is_signed_and_says_nothing_of_anybody(start: Start, pager: Pager) -> None:
    runtime = await start()
    await configure(runtime, pager.url, first="amira", second="ben")
    began = time.monotonic()
    await raise_alert(runtime)
    assert await noted(runtime, 1) == [(1, DeliveryResult.DELIVERED, 204)]
    assert time.monotonic() - began < 5
    (message,) = pager.got
    assert set(message.said) == {
        *("alert", "cause", "try", "urgency", "open_url", "take_url", "acknowledge_by", "waiting", "ring"),
        *("may_be_a_repeat", "summary", "details", "dedup", "action"),
    }
    assert message.said["may_be_a_repeat"] is False
    assert (message.said["alert"], message.said["cause"], message.said["try"]) == (number_of(CAUSE), CAUSE, 1)
    assert message.said["open_url"].endswith(f"/notify/alerts/{CAUSE}")
    left = datetime.fromisoformat(message.said["acknowledge_by"]) - runtime.clock.now()
    assert timedelta(minutes=4) < left <= timedelta(minutes=5), "then the second is called"
    assert message.headers["goldthread-message"] == await call_of(runtime)

    stamp, _, given = message.headers["goldthread-signature"].partition(",v1=")
    key = signing_key(runtime.settings.secret.get_secret_value(), pager.url)
    signed = stamp.removeprefix("t=").encode() + b"." + message.body
    assert hmac.compare_digest(given, hmac.new(key, signed, hashlib.sha256).hexdigest())
    assert abs(int(stamp.removeprefix("t=")) - time.time()) < 60
    assert signing_key("another secret of 16", pager.url) != key
    assert signing_key(runtime.settings.secret.get_secret_value(), f"{pager.url}/other") != key


async def test_a_receiver_checks_it_with_the_key_that_the_command_prints(start: Start, pager: Pager) -> None:
    runtime = await start()
    await configure(runtime, pager.url, first="amira")
    await raise_alert(runtime)
    await noted(runtime, 1)
    (message,) = pager.got
    printed = CliRunner().invoke(cli.app, ["webhook-key", pager.url.replace("http:", "HTTP:")])
    assert printed.exit_code == 0, printed.output
    signed = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", message.headers["goldthread-signature"])
    assert signed is not None
    key = bytes.fromhex(printed.stdout.strip())
    wanted = hmac.new(key, signed[1].encode() + b"." + message.body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(wanted, signed[2])


async def test_a_redirect_is_not_followed(start: Start, pager: Pager) -> None:
    runtime = await start()
    pager.answers = [302]
    await configure(runtime, f"{pager.url}/moved", first="amira")
    await raise_alert(runtime)
    assert (await noted(runtime, 2))[0] == (1, DeliveryResult.FAILED, 302)
    assert [message.path for message in pager.got] == ["/hook/moved", "/hook/moved"]


@pytest.mark.parametrize(
    ("endpoints", "urgency", "at_once", "for_urgent"),
    [
        (40, Urgency.NOW, teller.AT_ONCE, teller.FOR_URGENT),
        (1, Urgency.NOW, teller.AT_ONCE, teller.FOR_URGENT),
        (40, Urgency.DAY, 6, 2),
    ],
    ids=["40 endpoints that hang", "one that hangs, with 40 alerts", "as many that hang as have room"],
)
async def test_an_urgent_alert_waits_behind_nobodys_slow_endpoint(
    start: Start,
    pager: Pager,
    monkeypatch: pytest.MonkeyPatch,
    endpoints: int,
    urgency: Urgency,
    at_once: int,
    for_urgent: int,
) -> None:
    """Those that hang do so for as long as the test lasts: whatever waits behind one is never sent."""
    for module, name, value in (
        (webhook, "NETWORK_SECONDS", 600),
        (webhook, "TRY_SECONDS", 600),
        (teller, "AT_ONCE", at_once),
        (teller, "FOR_URGENT", for_urgent),
    ):
        monkeypatch.setattr(module, name, value)
    runtime = await start()
    slow = Pager()
    server = await asyncio.start_server(slow.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    slow.answers = [0] * 40
    for number in range(endpoints):
        await configure(runtime, f"{address}/{number}", f"slow-{number}", first=f"person {number}")
    await configure(runtime, pager.url, first="amira")
    for number in range(40):
        where = f"slow-{number % endpoints}"
        await raise_alert(runtime, cause=root_of(f"slow {number}"), where=where, urgency=urgency)
    most = min(endpoints * teller.AT_ONE_ENDPOINT, 40, at_once - for_urgent)

    async def full() -> bool:
        return len(slow.got) == most

    await until(full)
    await raise_alert(runtime)
    assert await noted(runtime, 1) == [(1, DeliveryResult.DELIVERED, 204)]
    assert len(slow.got) == most
    server.close()


async def test_it_is_tried_until_the_endpoint_takes_it(start: Start, pager: Pager) -> None:
    runtime = await start()
    pager.answers = [500, 429, 404]
    await configure(runtime, pager.url, first="amira", second="ben")
    await raise_alert(runtime)
    assert await noted(runtime, 4) == [
        (1, DeliveryResult.FAILED, 500),
        (2, DeliveryResult.FAILED, 429),
        (3, DeliveryResult.REFUSED, 404),
        (4, DeliveryResult.DELIVERED, 204),
    ]
    assert [message.said["try"] for message in pager.got] == [1, 2, 3, 4]
    assert {message.headers["goldthread-message"] for message in pager.got} == {await call_of(runtime)}


async def test_who_has_answered_is_told_no_more(start: Start, pager: Pager) -> None:
    runtime = await start()
    pager.answers = [500] * 10_000
    await configure(runtime, pager.url, first="amira", second="ben")
    await raise_alert(runtime)
    await noted(runtime, 2)
    await actions.acknowledge(runtime, caller("amira", "on-call"), CAUSE)

    async def at_rest() -> bool:
        had = len(pager.got)
        await asyncio.sleep(0.5)  # many times as long as the wait between two tries
        return len(pager.got) == had

    await until(at_rest)


async def test_an_endpoint_that_is_not_there_is_a_failed_try(start: Start) -> None:
    runtime = await start()
    await configure(runtime, "http://127.0.0.1:1/hook", first="amira", second="ben")
    await raise_alert(runtime)
    assert (await noted(runtime, 1))[0] == (1, DeliveryResult.FAILED, None)


async def test_killed_between_sending_and_noting_it_sends_the_same_try_again(
    start: Start, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "CLAIM", timedelta(seconds=0.3))
    first = await start()
    await configure(first, pager.url, first="amira", second="ben")
    reached = asyncio.Event()
    say = first.say

    async def killed(sayings: Any) -> int:
        said = list(sayings)
        if any(isinstance(saying.content, DeliveryTried) for saying in said):
            reached.set()
            await asyncio.Event().wait()
        return await say(said)

    monkeypatch.setattr(first, "say", killed)
    await raise_alert(first)
    await asyncio.wait_for(reached.wait(), PATIENCE)
    await stop(first)
    assert len(pager.got) == 1

    second = await start()
    assert await noted(second, 1) == [(1, DeliveryResult.DELIVERED, 204)]
    once, again = pager.got
    assert once.headers["goldthread-message"] == again.headers["goldthread-message"]
    assert once.said["try"] == again.said["try"] == 1


async def test_one_try_is_one_process_s(start: Start) -> None:
    runtime = await start()
    call = CAUSE
    first = await asyncio.gather(*(claims.claim(runtime.store, call, 1, f"process {n}") for n in range(5)))
    assert sorted(first) == [False] * 4 + [True]
    await claims.noted(runtime.store, call, 1)
    assert not await claims.claim(runtime.store, call, 1, "late")
    assert await claims.claim(runtime.store, call, 2, "next")
    assert not await claims.claim(runtime.store, call, 1, "very late")


async def test_a_claim_runs_out(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = await start()
    assert await claims.claim(runtime.store, CAUSE, 1, "frozen")
    assert not await claims.claim(runtime.store, CAUSE, 1, "other")
    runtime.clock.set(runtime.clock.now() + claims.CLAIM)
    assert await claims.claim(runtime.store, CAUSE, 1, "other")
    runtime.clock.set(runtime.clock.now() - timedelta(hours=1))
    assert await claims.claim(runtime.store, CAUSE, 1, "another"), "by a clock that has gone back since"


async def test_what_a_message_tells_of_is_on_the_disk_before_it_goes_out(
    start: Start, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a crash of the store takes the alert back, and whoever answers at once is told there is none."""
    runtime = await start()
    await configure(runtime, pager.url, first="amira")
    waited: list[bool] = []
    claim = claims.claim

    class Watched:
        """The store, as the claim alone sees it."""

        def __init__(self, store: Store) -> None:
            self._store, self.now = store, store.now

        async def write(self, work: Any, *, durable: bool = False) -> Any:
            done = await self._store.write(work, durable=durable)
            waited.append(durable and not pager.got)
            return done

    async def claimed(store: Store, *told: Any) -> bool:
        return await claim(Watched(store), *told)  # type: ignore[arg-type]

    monkeypatch.setattr(claims, "claim", claimed)
    await raise_alert(runtime)
    await noted(runtime, 1)
    assert waited[0], "before the first try, and on the disk"

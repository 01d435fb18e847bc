"""The try of the alert path: called and sent as an alert is, beside them; and who is told when none comes."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from chassis import operating
from chassis.alert_path import cause_of
from chassis.clock import Clock
from chassis.facts import FactSet
from chassis.http.problem import Problem
from chassis.log import open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from chassis.views import Saying, Subject
from contracts.events.alerts import AlertCalled, AlertRaised, AlertStoodDown, DeliveryTried
from contracts.events.path import PathCalled, PathCameThrough, PathTried
from contracts.rules.alert_path import PathState
from contracts.vocabulary import AlertRule, Urgency
from services.notify import claims, path, queries, watcher
from services.notify.clocks import CLOCK, ClockTable
from services.notify.service import SERVICE
from tests.services.notify.conftest import OPERATOR, Message, Pager, configure, stop
from tests.services.notify.world import staff
from tests.support.facts import IDS, NOON, said
from tests.support.waiting import until

CAUSE = cause_of(IDS)
ALERT = IDS.blind("alert-path", "alert")


@pytest.fixture
async def runtime(tmp_path: Path, pager: Pager) -> AsyncIterator[Runtime]:
    """The service at work, which everybody reaches where the pager is."""
    clock, log = Clock(), open_log(f"sqlite:{tmp_path}/log.sqlite")
    await log.start()
    store = open_store(f"sqlite:///{tmp_path}", "notify", clock)
    settings = Settings(public_url=pager.url.removesuffix("/hook"), heartbeat_url=f"{pager.url}/heartbeat")
    started = Runtime(SERVICE, settings, store, log, IDS, clock)
    await started.start()
    await started.caught_up.wait()
    yield started
    await stop(started)


async def begin(runtime: Runtime, number: int = 1) -> None:
    """A try, as it comes from orders."""
    tried = PathTried(cause=CAUSE)
    await runtime.say([Saying(AlertRule.ALERT_PATH, CAUSE, number, tried, runtime.clock.now())])


async def sent(pager: Pager, count: int = 1) -> Message:
    """The last of so many messages of tries."""

    async def there() -> Message | None:
        messages = [each for each in pager.got if each.path == "/notify/v1/self-test"]
        return messages[-1] if len(messages) >= count else None

    return await until(there, "the message of the try")


async def came(runtime: Runtime, message: Message) -> None:
    """The message comes to the receiver."""
    headers = message.headers
    signed, call = headers["goldthread-signature"], headers["goldthread-message"]
    await watcher.receive(runtime, call, signed, message.body)


async def holds(runtime: Runtime, state: PathState) -> None:
    """Wait until the service has seen it."""

    async def seen() -> bool:
        return runtime.path.state is state

    await until(seen, f"the path is {state}")


async def test_a_try_is_called_sent_and_comes_through(runtime: Runtime, pager: Pager) -> None:
    assert (runtime.path.state, runtime.path.took) == (PathState.UNKNOWN, None)
    await begin(runtime)
    message = await sent(pager)
    assert message.said == {"self_test": message.headers["goldthread-message"]}
    assert (await path.shown(runtime)).newest == path.NewestTry(
        began=(await runtime.facts([f"o:{CAUSE}"])).current(PathTried)[0].occurred, reached="called"
    )
    await came(runtime, message)
    await came(runtime, message)
    await holds(runtime, PathState.SOUND)
    shown = await path.shown(runtime)
    assert shown.newest is not None
    assert (shown.state, shown.newest.reached) == ("sound", "came")
    assert shown.took_seconds is not None
    assert 0 <= shown.took_seconds < 10
    facts = await runtime.facts([f"o:{CAUSE}"])
    assert sorted(fact.envelope.type for fact in facts) == sorted(
        each.type for each in (PathTried, PathCalled, PathCameThrough)
    )

    async def heard() -> list[Message]:
        return [each for each in pager.got if each.path == "/hook/heartbeat"]

    (beat,) = await until(heard, "the heartbeat")
    assert beat.body == b""


async def test_it_is_no_alert_and_of_each_kind_the_newest_alone_is_kept(
    runtime: Runtime, pager: Pager
) -> None:
    for number in (1, 2, 3):
        await begin(runtime, number)
        await came(runtime, await sent(pager, number))
    facts = await runtime.facts([f"o:{CAUSE}"])
    assert len(facts) == 3
    async with runtime.store.reading() as connection:
        for of in ("alert%", "delivery%"):
            counted = text("select count(*) from fact where type like :of")
            assert (await connection.execute(counted, {"of": f"uk.goldthread.{of}"})).scalar_one() == 0
        keys = "select count(*) from key where key = :key"
        assert (await connection.execute(text(keys), {"key": f"o:{CAUSE}"})).scalar_one() == 3
        assert (await connection.execute(text("select count(*) from notify_claim"))).scalar_one() == 0
    assert (await queries.alerts(runtime, OPERATOR)).waiting == []
    await operating.mark_everything(runtime)
    await runtime.folded(["*", f"o:{CAUSE}"])
    assert await runtime.rows(CLOCK, select(ClockTable)) == []


async def test_nobody_else_can_say_that_it_came(runtime: Runtime, pager: Pager) -> None:
    await begin(runtime)
    message = await sent(pager)
    call, signed = message.headers["goldthread-message"], message.headers["goldthread-signature"]
    last = "0" if signed[-1] != "0" else "1"
    old = re.sub(r"t=\d+", "t=1700000000", signed)
    for forged in ("", "v1=00", "t=,v1=", "t=\u0663,v1=0", signed[:-1] + last, old):
        with pytest.raises(Problem) as refused:
            await watcher.receive(runtime, call, forged, message.body)
        assert refused.value.status == 404
    await watcher.receive(runtime, CAUSE, signed, message.body)  # an older try's
    assert (await runtime.facts([f"o:{CAUSE}"])).current(PathCameThrough) == []


async def test_what_does_not_get_through_is_sent_again(
    runtime: Runtime, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "CLAIM", timedelta(seconds=0.1))
    pager.answers = [503]
    await begin(runtime)
    first, second = await sent(pager), await sent(pager, 2)
    assert first.headers["goldthread-message"] == second.headers["goldthread-message"]
    await came(runtime, second)
    await holds(runtime, PathState.SOUND)


async def test_somebody_is_told_once_while_none_comes_through(runtime: Runtime, pager: Pager) -> None:
    await configure(runtime, pager.url, where="force", first="amira", duty_officer="dev")
    assert runtime.path.state is PathState.UNKNOWN
    runtime.path.every = timedelta(seconds=0.05)

    async def alerts() -> list[queries.AlertShown]:
        return (await queries.alerts(runtime, OPERATOR)).waiting

    (alert,) = await until(alerts, "the operator sees it")
    assert (alert.rule, alert.about, alert.urgency) == (AlertRule.ALERT_PATH, "goldthread", Urgency.NOW)

    async def paged() -> list[Message]:
        return [each for each in pager.got if each.path == "/hook"]

    await until(paged, "the duty officer is called")
    facts = await runtime.facts([f"o:{ALERT}"])
    assert [fact.said.person for fact in facts.current(AlertCalled)] == [staff("dev")]
    runtime.path.every = timedelta(minutes=1)
    await begin(runtime)
    await came(runtime, await sent(pager))

    async def stood_down() -> list[object]:
        return list((await runtime.facts([f"o:{ALERT}"])).current(AlertStoodDown))

    await until(stood_down, "it is stood down")
    assert len((await runtime.facts([f"o:{ALERT}"])).current(AlertRaised)) == 1
    assert len((await runtime.facts([f"o:{ALERT}"])).current(DeliveryTried)) >= 1, "this one was an alert"


def test_a_fold_takes_no_older_trys_call_for_the_newests() -> None:
    def tried(number: int) -> Saying:
        return Saying("alert-path", CAUSE, number, PathTried(cause=CAUSE), NOON + timedelta(minutes=number))

    first, second = said(tried(1)), said(tried(2))
    called = said(Saying("alert-path", first.id, 1, PathCalled(cause=CAUSE, tried=first.id), NOON))
    rows = [
        path.fold(Subject(CAUSE, FactSet(facts), FactSet(), NOON)).row
        for facts in ([first, called], [second, called], [called])
    ]
    assert [row and row.call for row in rows if isinstance(row, path.PathRow)] == [called.id, None]
    assert rows[2] is None
    times = [NOON + timedelta(minutes=minutes) for minutes in (2, 30)]
    sayings = [list(path.decide(row, at)) for row in rows for at in times]
    assert [len(each) for each in sayings] == [0, 0, 1, 0, 0, 0], "once, and not after an outage"

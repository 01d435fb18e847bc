"""Seeing, taking and passing on an alert, on the service at work; and setting the rota."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from chassis.http import auth
from chassis.http.app import create_app
from chassis.http.auth import Caller
from chassis.http.problem import Problem
from chassis.runtime import Runtime
from chassis.views import Saying
from contracts.events.alerts import AlertAcknowledged, AlertRaised, AlertStoodDown, DeliveryTried
from contracts.vocabulary import AlertRule, Channel, PassReason, StandDown, Urgency
from services.notify import actions, queries
from services.notify.calls import Call
from services.notify.queries import Who
from services.notify.views import ALERT, AlertRow
from tests.services.notify.conftest import ADMIN, caller, configure, raise_alert, stand_down
from tests.services.notify.world import CAUSE, staff
from tests.support.facts import area, root_of
from tests.support.waiting import PATIENCE, until

Start = Callable[[], Awaitable[Runtime]]

AMIRA = caller("amira", "on-call")
BEN = caller("ben", "on-call")
SOL = caller("sol", "on-call", areas=("south",))
OLU = caller("olu", "operator", areas=())


async def called(runtime: Runtime, count: int = 1) -> list[Call]:
    """The calls, once the row shows so many."""

    async def calls() -> list[Call]:
        row = await runtime.row(ALERT, CAUSE)
        found = list(row.calls) if isinstance(row, AlertRow) else []
        return found if len(found) >= count else []

    return await until(calls)


async def begun(start: Start) -> Runtime:
    runtime = await start()
    await configure(runtime, first="amira", second="ben", supervisor="cath", duty_officer="dev")
    await raise_alert(runtime)
    await called(runtime)
    return runtime


async def refusal(answer: Awaitable[object]) -> tuple[int, str]:
    with pytest.raises(Problem) as refused:
        await answer
    return refused.value.status, refused.value.code


async def test_it_is_in_front_of_whoever_was_called_and_that_is_on_record(start: Start) -> None:
    runtime = await begun(start)
    (shown,) = await queries.waiting(runtime, AMIRA)
    assert (shown.state, shown.called_you, shown.may_answer, shown.may_pass_on) == (
        "unanswered",
        True,
        True,
        True,
    )

    async def on_record() -> list[Channel]:
        return [fact.said.channel for fact in (await runtime.facts([f"o:{CAUSE}"])).current(DeliveryTried)]

    assert await until(on_record) == [Channel.LIVE_PAGE]
    await queries.waiting(runtime, AMIRA)
    assert await on_record() == [Channel.LIVE_PAGE], "noted once"


async def test_others_of_the_area_see_it_and_nobody_else(start: Start) -> None:
    runtime = await begun(start)
    (shown,) = await queries.waiting(runtime, BEN)
    assert (shown.called_you, shown.may_answer, shown.may_pass_on) == (False, True, False)
    for other in (SOL, OLU):
        assert await queries.waiting(runtime, other) == []
        assert await queries.alert(runtime, other, CAUSE) is None
        assert (await refusal(actions.acknowledge(runtime, other, CAUSE)))[0] == 404
    assert (await refusal(actions.acknowledge(runtime, AMIRA, root_of("no such breach"))))[0] == 404


async def test_whoever_was_called_hears_that_it_was_withdrawn_and_a_supervisor_is_called(
    start: Start,
) -> None:
    """Also after the supervisor has taken that; who was not called is not told."""
    runtime, rule = await begun(start), AlertRule.BREACH_WITHDRAWN
    at, cath = runtime.clock.now(), caller("cath", "supervisor")
    down = AlertStoodDown(rule=AlertRule.BREACH, cause=CAUSE, generation=1, because=StandDown.WITHDRAWN)
    hour = Urgency.HOUR
    told = AlertRaised(rule=rule, cause=CAUSE, generation=1, urgency=hour, routing=area("north"))
    await runtime.say([Saying(each.rule, CAUSE, 1, each, at) for each in (down, told)])

    async def called_off() -> list[tuple[AlertRule, str, StandDown | None]]:
        found = (await queries.alerts(runtime, AMIRA)).called_off
        return [(each.rule, each.state, each.because) for each in found]

    async def called() -> bool:
        return any(each.called_you for each in await queries.waiting(runtime, cath))

    expected = [(AlertRule.BREACH, "stood-down", StandDown.WITHDRAWN)]
    assert await until(called_off) == expected
    assert await until(called), "the supervisor first"
    await actions.acknowledge(runtime, cath, CAUSE, (rule, 1))
    assert await until(lambda: queries.mine(runtime, cath))
    assert await called_off() == expected
    assert (await queries.alerts(runtime, BEN)).called_off == []


async def test_taking_it_twice_or_after_another_gives_the_first_answer(start: Start) -> None:
    runtime = await begun(start)
    first = await actions.acknowledge(runtime, AMIRA, CAUSE)
    again = await actions.acknowledge(runtime, AMIRA, CAUSE)
    other = await actions.acknowledge(runtime, BEN, CAUSE)
    assert (first.state, first.answered_by, again.answered_by, other.answered_by) == (
        "answered",
        Who.YOU,
        Who.YOU,
        Who.FIRST,
    )
    assert first.answered_at == again.answered_at == other.answered_at
    assert len((await runtime.facts([f"o:{CAUSE}"])).current(AlertAcknowledged)) == 1
    assert [each.cause for each in await until(lambda: queries.mine(runtime, AMIRA))] == [CAUSE]
    assert await queries.mine(runtime, BEN) == []
    assert await queries.waiting(runtime, AMIRA) == []
    runtime.clock.set(runtime.clock.now() + queries.MINE_FOR + timedelta(minutes=1))
    assert await queries.mine(runtime, AMIRA) == []


async def test_who_is_off_the_rota_may_take_an_alert_of_their_area_and_it_is_said_that_it_is_another(
    start: Start,
) -> None:
    """Whoever answers is better than nobody; of another area nobody learns that there is one."""
    runtime = await begun(start)
    zed = caller("zed", "on-call")
    taken = await actions.acknowledge(runtime, zed, CAUSE)
    assert (taken.state, taken.answered_by, taken.called_you) == ("answered", Who.YOU, False)
    theirs = await queries.alert(runtime, AMIRA, CAUSE)
    assert theirs is not None
    assert theirs.answered_by is Who.ANOTHER
    assert await refusal(actions.acknowledge(runtime, SOL, CAUSE)) == (404, "not-found")
    assert await refusal(actions.pass_on(runtime, BEN, CAUSE, PassReason.CANNOT_TAKE)) == (
        409,
        "alert-answered",
    )


async def test_of_two_who_press_at_one_instant_one_has_it_and_the_other_never(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await begun(start)
    both, record = asyncio.Barrier(2), actions._record

    async def together(*said: Any) -> None:
        await both.wait()
        await record(*said)

    monkeypatch.setattr(actions, "_record", together)
    await asyncio.gather(*(actions.acknowledge(runtime, who, CAUSE) for who in (AMIRA, BEN)))
    monkeypatch.setattr(actions, "_record", record)
    assert len((await runtime.facts([f"o:{CAUSE}"])).current(AlertAcknowledged)) == 2
    row = await queries.current(runtime, CAUSE)
    assert row is not None
    has, has_not = (AMIRA, BEN) if row.acknowledged_by == AMIRA.id else (BEN, AMIRA)
    told = [await queries.alert(runtime, who, CAUSE) for who in (has, has_not)]
    assert [(shown.state, shown.answered_by == Who.YOU) for shown in told if shown] == [
        ("answered", True),
        ("answered", False),
    ]
    passing = actions.pass_on(runtime, has_not, CAUSE, PassReason.CANNOT_TAKE)
    assert await refusal(passing) == (409, "alert-answered")
    again = await actions.pass_on(runtime, has, CAUSE, PassReason.CANNOT_TAKE)
    assert (again.state, again.answered_by) == ("unanswered", None)
    await called(runtime, 2)


async def test_what_is_given_back_was_taken_before_whatever_the_clocks_say(start: Start) -> None:
    runtime = await begun(start)
    await actions.acknowledge(runtime, AMIRA, CAUSE)
    runtime.clock.set(runtime.clock.now() - timedelta(seconds=2))  # another process, whose clock is behind
    given_back = await actions.pass_on(runtime, AMIRA, CAUSE, PassReason.CANNOT_TAKE)
    assert given_back.state == "unanswered"


async def test_while_a_clock_goes_wrong_an_alert_is_whose_it_was_last(start: Start) -> None:
    """Taken by a clock that goes an hour ahead, given back when it has been set back, and taken again. Each
    answer says which was the last before it."""
    runtime = await begun(start)
    then = runtime.clock.now()
    await runtime.set_clock(then + timedelta(hours=1))
    taken = await actions.acknowledge(runtime, AMIRA, CAUSE)
    assert taken.answered_by == Who.YOU
    await runtime.set_clock(then)
    given_back = await actions.pass_on(runtime, AMIRA, CAUSE, PassReason.CANNOT_TAKE)
    assert (given_back.state, given_back.answered_by) == ("unanswered", None)
    await runtime.set_clock(then + timedelta(hours=1))
    await actions.acknowledge(runtime, AMIRA, CAUSE)
    await actions.pass_on(runtime, AMIRA, CAUSE, PassReason.CANNOT_TAKE)
    await runtime.set_clock(then)
    again = await actions.acknowledge(runtime, AMIRA, CAUSE)
    assert (again.state, again.answered_by) == ("answered", Who.YOU), "and nobody waits for the clock"


async def test_passing_it_on_calls_the_next_at_once(start: Start) -> None:
    runtime = await begun(start)
    assert await refusal(actions.pass_on(runtime, BEN, CAUSE, PassReason.CANNOT_TAKE)) == (
        409,
        "alert-not-called",
    )
    await actions.pass_on(runtime, AMIRA, CAUSE, PassReason.CONFLICT_OF_INTEREST)
    first, second = await called(runtime, 2)
    assert (first.person, second.person) == (staff("amira"), staff("ben"))
    assert second.due - first.due < timedelta(seconds=25), "not by the clock"


async def test_what_another_has_taken_is_not_passed_on(start: Start) -> None:
    runtime = await begun(start)
    await actions.acknowledge(runtime, BEN, CAUSE)
    passing = actions.pass_on(runtime, AMIRA, CAUSE, PassReason.NOT_ON_DUTY)
    assert await refusal(passing) == (409, "alert-answered")


async def test_what_stood_down_needs_nobody(start: Start) -> None:
    runtime = await begun(start)
    await stand_down(runtime)
    assert await refusal(actions.acknowledge(runtime, AMIRA, CAUSE)) == (409, "alert-stood-down")
    passing = actions.pass_on(runtime, AMIRA, CAUSE, PassReason.CANNOT_TAKE)
    assert await refusal(passing) == (409, "alert-stood-down")
    shown = await queries.alert(runtime, AMIRA, CAUSE)
    assert shown is not None
    assert (shown.state, shown.may_answer, shown.may_pass_on) == ("stood-down", False, False)


async def test_with_nobody_on_the_rota_everybody_on_call_and_the_operator_see_it(start: Start) -> None:
    runtime = await start()
    await raise_alert(runtime)
    assert [call.person for call in await called(runtime)] == [None]
    for anybody in (AMIRA, SOL, OLU, caller("cath", "supervisor", areas=())):
        (shown,) = await queries.waiting(runtime, anybody)
        assert shown.nobody
        assert shown.calls[0].nobody


# ---- over HTTP ---------------------------------------------------------------------------------


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Caller], None]:
    """Makes every request this caller's."""

    def sign_in(who: Caller) -> None:
        async def caller_of(*_: object) -> Caller:
            return who

        monkeypatch.setattr(auth, "caller_of", caller_of)

    return sign_in


def client_of(runtime: Runtime) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(runtime))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400/notify/v1")


async def test_alerts_over_http(start: Start, signed_in: Callable[[Caller], None]) -> None:
    runtime = await begun(start)
    async with client_of(runtime) as client:
        signed_in(AMIRA)
        assert len((await client.get("/alerts")).json()["waiting"]) == 1
        assert (await client.get(f"/alerts/{CAUSE}")).json()["state"] == "unanswered"
        assert (await client.get("/alerts/not-an-id")).status_code == 422
        assert (await client.post(f"/alerts/{CAUSE}/pass-on", json={"reason": "tired"})).status_code == 422
        taken = await client.post(f"/alerts/{CAUSE}/acknowledge")
        assert (taken.status_code, taken.json()["answered_by"]) == (200, "you")
        signed_in(SOL)
        for method, path in (("GET", ""), ("POST", "/acknowledge")):
            assert (await client.request(method, f"/alerts/{CAUSE}{path}")).status_code == 404
        signed_in(OLU)
        assert (await client.post(f"/alerts/{CAUSE}/acknowledge")).status_code == 404


async def test_who_answers_what_is_not_read_back_yet_is_told_to_ask_again(
    start: Start, signed_in: Callable[[Caller], None]
) -> None:
    runtime = await begun(start)
    runtime.caught_up.clear()  # as a store is that a backup put back, or that is restored
    async with client_of(runtime) as client:
        signed_in(AMIRA)
        for method, path in (("GET", ""), ("POST", "/acknowledge")):
            answer = await client.request(method, f"/alerts/{root_of('another')}{path}")
            assert (answer.status_code, answer.json()["code"]) == (503, "catching-up")
        runtime.caught_up.set()
        runtime.may_repeat = True  # as one that started without the log: it does not know of all
        assert (await client.post(f"/alerts/{root_of('another')}/acknowledge")).status_code == 503
        assert (await client.post(f"/alerts/{CAUSE}/acknowledge")).status_code == 200, "what it has it takes"
        runtime.may_repeat = False
        assert (await client.post(f"/alerts/{root_of('another')}/acknowledge")).status_code == 404


def _rota(area: str = "north") -> dict[str, object]:
    return {
        "occurred": "2026-03-01T09:00:00Z",
        "recorded": "2026-03-01T09:00:00Z",
        "basis": "public-task",
        "purpose": "safeguarding",
        "content": {
            "area": area,
            "starts": "2026-03-01T09:00:00Z",
            "ends": "2026-03-08T09:00:00Z",
            "first": {"person": staff("amira")},
        },
    }


async def test_the_rota_is_set_by_those_whose_area_it_is(
    start: Start, signed_in: Callable[[Caller], None]
) -> None:
    runtime = await start()
    await configure(runtime, first="amira")
    async with client_of(runtime) as client:
        signed_in(ADMIN)
        posted = await client.post(
            "/rota", json=_rota(), headers={"Idempotency-Key": "week 9".replace(" ", "-")}
        )
        assert posted.status_code == 201
        assert posted.headers["location"] == f"/notify/v1/facts/{posted.json()['root']}"
        assert posted.headers["etag"] == '"1"'
        again = await client.post("/rota", json=_rota(), headers={"Idempotency-Key": "week-9"})
        assert (again.status_code, again.json()["id"]) == (200, posted.json()["id"])
        signed_in(caller("ann", "area-admin", areas=("south",)))
        assert (await client.post("/rota", json=_rota())).status_code == 404
        fact = f"/facts/{posted.json()['root']}"
        assert (await client.get(fact)).status_code == 404, "who is on call elsewhere, by which number"
        signed_in(ADMIN)
        assert (await client.get(fact)).status_code == 200
        signed_in(AMIRA)
        assert (await client.post("/rota", json=_rota())).status_code == 404


async def test_the_stream_gives_the_list_and_then_each_change(
    start: Start, signed_in: Callable[[Caller], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.notify import routes

    monkeypatch.setattr(routes, "STREAM_SECONDS", 3)
    looked = asyncio.Event()
    look = queries.alerts

    async def alerts(runtime: Runtime, caller: Caller) -> queries.Alerts:
        found = await look(runtime, caller)
        looked.set()
        return found

    monkeypatch.setattr(queries, "alerts", alerts)
    runtime = await start()
    await configure(runtime, first="amira", second="ben")
    signed_in(AMIRA)
    async with client_of(runtime) as client:
        reading = asyncio.create_task(client.get("/alerts/stream"))
        await asyncio.wait_for(looked.wait(), PATIENCE)
        await raise_alert(runtime)
        answer = await reading
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [orjson.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert events[0]["waiting"] == []
    assert [alert["cause"] for alert in events[-1]["waiting"]] == [CAUSE]


async def test_who_may_not_see_an_alert_hears_nothing_of_it(start: Start) -> None:
    """Not even that something changed: when another area is called is theirs alone."""
    runtime = await start()
    await configure(runtime, first="amira")
    before = {who.id: await queries.list_mark(runtime, who) for who in (AMIRA, SOL)}
    await raise_alert(runtime)

    async def heard() -> bool:
        return await queries.list_mark(runtime, AMIRA) != before[AMIRA.id]

    await until(heard)
    assert await queries.list_mark(runtime, SOL) == before[SOL.id]


async def test_who_saw_another_alert_takes_none(start: Start, signed_in: Callable[[Caller], None]) -> None:
    """The one on their page was stood down and raised again, or another rule tells of the same cause."""
    runtime = await begun(start)
    await stand_down(runtime)
    await raise_alert(runtime, generation=2)

    async def raised_again() -> bool:
        row = await queries.current(runtime, CAUSE)
        return row is not None and row.generation == 2

    await until(raised_again)
    signed_in(AMIRA)
    async with client_of(runtime) as client:
        for answer, more in (("acknowledge", {}), ("pass-on", {"reason": "cannot-take"})):
            page = f"http://127.0.0.1:8400/notify/alerts/{CAUSE}/{answer}"
            old = await client.post(page, data={"rule": "breach", "generation": "1"} | more)
            assert (old.status_code, "another alert" in old.text) == (409, True)
        seen = await client.post(f"/alerts/{CAUSE}/acknowledge", json={"rule": "hearing", "generation": 2})
        assert (seen.status_code, seen.json()["code"]) == (409, "alert-another")
        assert (await queries.current(runtime, CAUSE)).acknowledged_by is None  # type: ignore[union-attr]
        shown = (await client.get(f"/alerts/{CAUSE}")).json()
        mine = {"rule": shown["rule"], "generation": shown["generation"]}
        assert (await client.post(f"/alerts/{CAUSE}/acknowledge", json=mine)).json()["answered_by"] == "you"

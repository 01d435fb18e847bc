"""The link in a message: whoever was called takes the alert with it, and nobody by opening it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from chassis.http.app import create_app
from chassis.runtime import Runtime
from chassis.views import Saying
from contracts.events.alerts import AlertAcknowledged, AlertCalled
from contracts.events.operations import AuditTaken
from contracts.vocabulary import AlertRule, PassReason
from services.notify import actions, link
from services.notify.queries import current
from services.notify.rules.answering import LINK_LIFE
from services.notify.rules.sharing import ANSWER_BY_LINK
from tests.services.notify.conftest import Pager, configure, raise_alert, stand_down
from tests.services.notify.test_answering import AMIRA, BEN, begun, called
from tests.services.notify.world import CAUSE, staff
from tests.support.facts import root_of
from tests.support.waiting import until

Start = Callable[[], Awaitable[Runtime]]


def browser(runtime: Runtime) -> httpx.AsyncClient:
    """Nobody is signed in."""
    transport = httpx.ASGITransport(app=create_app(runtime))
    return httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8400", headers={"Accept": "text/html"}
    )


async def path_of(runtime: Runtime, rung: int = 0) -> str:
    return link.path_of(runtime.ids, (await called(runtime, rung + 1))[rung].id)


async def answers(runtime: Runtime) -> list[str]:
    facts = await runtime.facts([f"o:{CAUSE}"])
    return [fact.said.person for fact in facts.current(AlertAcknowledged)]


async def test_it_comes_with_the_message_and_opening_it_takes_nothing(start: Start, pager: Pager) -> None:
    runtime = await start()
    await configure(runtime, webhook=pager.url, first="amira", second="ben")
    await raise_alert(runtime)

    async def got() -> bool:
        return bool(pager.got)

    await until(got)
    told = pager.got[0].said["take_url"]
    assert told == f"http://127.0.0.1:8400{await path_of(runtime)}"
    async with browser(runtime) as scanner:
        for _ in range(3):
            page = await scanner.get(told)
            assert (page.status_code, page.text.count("<form")) == (200, 1)
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["cache-control"] == "no-store"
            for secret in (CAUSE, "north", staff("amira"), "Amira"):
                assert secret not in page.text
    assert await answers(runtime) == []


async def test_the_button_takes_it_once_for_whoever_was_called_and_that_is_on_record(start: Start) -> None:
    runtime = await begun(start)
    path = await path_of(runtime)
    async with browser(runtime) as phone:
        first, again = await phone.post(path), await phone.post(path)
    assert [page.status_code for page in (first, again)] == [200, 200]
    assert "is yours" in first.text
    assert "is yours" in again.text
    assert await answers(runtime) == [staff("amira")]
    row = await current(runtime, CAUSE)
    assert row is not None
    assert (row.acknowledged_by, row.waiting) == (staff("amira"), False)
    (fact,) = (await runtime.facts([f"o:{CAUSE}"])).current(AlertAcknowledged)
    (line,) = (await runtime.fact(runtime.ids.taken(fact.id))).current(AuditTaken)
    assert (line.said.person, line.said.right) == (staff("amira"), ANSWER_BY_LINK)


async def test_it_does_not_take_again_what_was_given_back(start: Start) -> None:
    """A telephone that loads the page once more sends the form once more."""
    runtime = await begun(start)
    path = await path_of(runtime)
    async with browser(runtime) as phone:
        await phone.post(path)
        await actions.pass_on(runtime, AMIRA, CAUSE, PassReason.CANNOT_TAKE)
        late = await phone.post(path)
        assert (late.status_code, "You gave this alert back" in late.text) == (409, True)
        second = await phone.post(await path_of(runtime, 1))
    assert "is yours" in second.text
    row = await current(runtime, CAUSE)
    assert row is not None
    assert row.acknowledged_by == staff("ben")


async def test_who_gave_it_back_and_is_called_anew_takes_it_by_that_call(start: Start) -> None:
    runtime = await begun(start)
    await actions.acknowledge(runtime, AMIRA, CAUSE)
    await actions.pass_on(runtime, AMIRA, CAUSE, PassReason.CANNOT_TAKE)
    now = runtime.clock.now()
    given = {"cause": CAUSE, "rule": AlertRule.BREACH, "generation": 1, "rung": 9, "due": now, "channels": []}
    anew = AlertCalled.model_validate(given | {"person": staff("amira")})
    await runtime.say([Saying(AlertRule.BREACH, CAUSE, 9, anew, now)])
    said = (await runtime.facts([f"o:{CAUSE}"])).current(AlertCalled)
    call = next(fact.id for fact in said if fact.said.rung == 9)
    async with browser(runtime) as phone:
        first, again = (
            await phone.post(await path_of(runtime)),
            await phone.post(link.path_of(runtime.ids, call)),
        )
    assert first.status_code == 409, "that call's own link is used up"
    assert (again.status_code, "is yours" in again.text) == (200, True)
    assert await answers(runtime) == [staff("amira")] * 2


async def test_what_another_has_taken_stays_theirs(start: Start) -> None:
    runtime = await begun(start)
    await actions.acknowledge(runtime, BEN, CAUSE)
    async with browser(runtime) as phone:
        page = await phone.post(await path_of(runtime))
    assert (page.status_code, "Another person has" in page.text) == (200, True)
    assert staff("ben") not in page.text
    assert await answers(runtime) == [staff("ben")]


@pytest.mark.parametrize(("what", "says"), [("stood down", "stood down"), ("old", "too old")])
async def test_what_no_longer_stands_or_is_long_ago_is_not_taken(start: Start, what: str, says: str) -> None:
    runtime = await begun(start)
    path = await path_of(runtime)
    if what == "old":
        runtime.clock.set(runtime.clock.now() + LINK_LIFE + timedelta(minutes=1))
    else:
        await stand_down(runtime)
    async with browser(runtime) as phone:
        page = await phone.post(path)
    assert (page.status_code, says in page.text) == (409, True)
    assert await answers(runtime) == []


async def test_an_older_alert_of_the_cause_is_not_the_newer_one(start: Start) -> None:
    runtime = await begun(start)
    path = await path_of(runtime)
    await stand_down(runtime)
    await raise_alert(runtime, generation=2)

    async def raised_again() -> bool:
        row = await current(runtime, CAUSE)
        return row is not None and row.generation == 2

    await until(raised_again)
    async with browser(runtime) as phone:
        assert (await phone.post(path)).status_code == 409
    assert await answers(runtime) == []


async def test_a_link_that_we_did_not_sign_is_not_there(start: Start) -> None:
    runtime = await begun(start)
    call, signature = (await path_of(runtime)).split("/")[-2:]
    forged = [f"{call}/{root_of('a guess')}", f"{root_of('another call')}/{signature}"]
    unknown = root_of("no such call")
    forged.append(link.path_of(runtime.ids, unknown).removeprefix("/notify/take/"))
    async with browser(runtime) as phone:
        for path in forged:
            assert (await phone.post(f"/notify/take/{path}")).status_code == 404
        for path in forged[:2]:
            assert (await phone.get(f"/notify/take/{path}")).status_code == 404
        runtime.caught_up.clear()
        assert (await phone.post(f"/notify/take/{call}/{signature}")).status_code == 503
    assert await answers(runtime) == []

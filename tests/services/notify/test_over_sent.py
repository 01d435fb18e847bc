"""That it is over goes out by text and e-mail, once, whatever is killed between; and never by telephone."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis.runtime import Runtime
from contracts.events.alerts import AlertCalled, AlertOver, DeliveryReported, DeliveryTried
from contracts.vocabulary import Channel, DeliveryResult, Urgency
from deploy.sandbox import Kept
from services.notify import actions, claims
from services.notify.rules import over, telling
from services.notify.views import number_of
from tests.services.notify.conftest import Start, caller, configure, raise_alert, stand_down, stop
from tests.services.notify.outside import Mail, Outside
from tests.services.notify.world import CAUSE, staff
from tests.support.waiting import PATIENCE, until

TEXT, MAIL = {"telephone": "07700 900123"}, {"email": "ben@northmere.example"}
BOTH = pytest.mark.parametrize(
    "start",
    ["embedded", pytest.param("distributed", marks=[pytest.mark.kafka, pytest.mark.postgres])],
    indirect=True,
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundredths where the rules say seconds and minutes."""
    monkeypatch.setattr(telling, "WAITS", (timedelta(seconds=0.02),))
    monkeypatch.setattr(over, "AFTER", timedelta(seconds=0.2))


async def texted(runtime: Runtime, outside: Outside, urgency: Urgency = Urgency.HOUR) -> Kept:
    """Amira has a text, and it is known here that she has."""
    outside.open(runtime)
    await configure(runtime, addresses={"amira": TEXT, "ben": MAIL}, first="amira", second="ben")
    await raise_alert(runtime, urgency=urgency)

    async def arrived() -> bool:
        facts = (await runtime.facts([f"o:{CAUSE}"])).current(DeliveryReported)
        return any(each.said.channel is Channel.SMS for each in facts)

    await until(arrived)
    return outside.kept()[0]


async def overs(runtime: Runtime) -> list[AlertOver]:
    return [each.said for each in (await runtime.facts([f"o:{CAUSE}"])).current(AlertOver)]


async def came(runtime: Runtime) -> list[DeliveryResult]:
    """What became of the tries to tell that it is over."""
    facts = await runtime.facts([f"o:{CAUSE}"])
    ids = {each.id for each in facts.current(AlertOver)}
    tries = [each.said for each in facts.current(DeliveryTried) if each.said.call in ids]
    return [each.result for each in sorted(tries, key=lambda each: each.attempt)]


async def sent(runtime: Runtime) -> list[DeliveryResult]:
    """The same, once it has been taken."""

    async def taken() -> list[DeliveryResult]:
        found = await came(runtime)
        return found if DeliveryResult.SENT in found else []

    return await until(taken)


@BOTH
@pytest.mark.parametrize("end", ["taken", "stood-down"])
async def test_whoever_was_texted_is_told_once_by_text(start: Start, outside: Outside, end: str) -> None:
    runtime = await start(outside.settings)
    called = await texted(runtime, outside)
    if end == "taken":
        await actions.acknowledge(runtime, caller("ben", "on-call"), CAUSE)
    else:
        await stand_down(runtime)
    assert await sent(runtime) == [DeliveryResult.SENT]
    _, text = outside.kept()
    (said,) = await overs(runtime)
    why = "Another person has taken it" if end == "taken" else "It was stood down"
    assert text.text.startswith(
        f"Goldthread alert {number_of(CAUSE)}, call 1: {why}. You need not answer it."
    )
    assert (text.to, said.person, said.end) == (called.to, staff("amira"), end)
    assert text.reference not in ("", called.reference)
    for secret in (CAUSE, "north", staff("amira"), "breach", "/notify/", "http"):
        assert secret not in text.text
    (facts,) = [(await runtime.facts([f"o:{CAUSE}"])).current(AlertCalled)]
    assert len(facts) == 1, "nobody else is called for it"

    async def receipt() -> bool:
        told = (await runtime.facts([f"o:{CAUSE}"])).current(DeliveryReported)
        return any(each.said.call == text.reference for each in told)

    await until(receipt)
    assert (len(outside.kept()), outside.kept("voice"), outside.kept("email")) == (2, [], [])


async def test_no_telephone_rings_for_it_and_whoever_took_it_is_not_told(
    start: Start, outside: Outside
) -> None:
    runtime = await start(outside.settings)
    await texted(runtime, outside, Urgency.NOW)
    await outside.first("voice")
    await actions.acknowledge(runtime, caller("amira", "on-call"), CAUSE)
    await stand_down(runtime)
    await asyncio.sleep(1)  # five times as long as it would take
    assert (len(outside.kept()), len(outside.kept("voice")), await overs(runtime)) == (1, 1, [])


@BOTH
@pytest.mark.parametrize("lost", ["the process", "the answer"])
async def test_killed_between_sending_and_noting_it_sends_no_second_one_and_does_not_forget_it(
    start: Start, outside: Outside, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(claims, "CLAIM", timedelta(seconds=0.5))
    first = await start(outside.settings)
    await texted(first, outside)
    reached, say = asyncio.Event(), first.say

    async def killed(sayings: Any) -> int:
        said = list(sayings)
        if any(isinstance(saying.content, DeliveryTried) for saying in said):
            reached.set()
            await asyncio.Event().wait()
        return await say(said)

    if lost == "the answer":
        outside.faults(status=500, takes_it_all_the_same=True)
    else:
        monkeypatch.setattr(first, "say", killed)
    await actions.acknowledge(first, caller("ben", "on-call"), CAUSE)
    if lost == "the process":
        await asyncio.wait_for(reached.wait(), PATIENCE)
        await stop(first)
        runtime = await start(outside.settings)
        outside.open(runtime)
    else:
        runtime = first
    found = await sent(runtime)
    assert found[-1] is DeliveryResult.SENT
    assert len(found) == (1 if lost == "the process" else 2)
    assert len(outside.kept()) == 2, "the call, and that it is over"
    assert len(await overs(runtime)) == 1


async def test_a_provider_that_is_down_is_tried_until_it_takes_it(start: Start, outside: Outside) -> None:
    runtime = await start(outside.settings)
    await texted(runtime, outside)
    outside.faults(status=503)
    await stand_down(runtime)

    async def often() -> bool:
        return len(await came(runtime)) > 3

    await until(often)
    assert len(outside.kept()) == 1
    outside.faults()
    await sent(runtime)
    assert len(outside.kept()) == 2


async def test_without_a_template_of_its_own_nobody_is_told_and_the_others_go_out(
    start: Start, outside: Outside
) -> None:
    outside.settings = outside.settings.model_copy(update={"govuk_notify_sms_over": ""})
    runtime = await start(outside.settings)
    await texted(runtime, outside)
    await stand_down(runtime)

    async def said() -> bool:
        return bool(await overs(runtime))

    await until(said)
    await raise_alert(runtime, generation=2)
    await outside.first(count=2)
    assert "Take it" in outside.kept()[1].text
    assert await came(runtime) == []


async def test_a_mail_server_of_ones_own_tells_it_too(start: Start) -> None:
    mail = Mail()
    server = await asyncio.start_server(mail.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        given = {"mail_server": f"smtp://127.0.0.1:{port}", "mail_from": "goldthread@northmere.example"}
        runtime = await start(Outside().settings.model_copy(update=given))
        await configure(runtime, addresses={"ben": MAIL}, first="ben")
        await raise_alert(runtime)

        async def letters() -> bool:
            facts = (await runtime.facts([f"o:{CAUSE}"])).current(DeliveryTried)
            return any(each.said.channel is Channel.EMAIL for each in facts)

        await until(letters)
        await stand_down(runtime)
        assert await sent(runtime) == [DeliveryResult.SENT]
    _, letter = mail.letters
    assert f"Subject: Goldthread alert {number_of(CAUSE)}, call 1: you need not answer it" in letter
    assert "It was stood down. You need not answer it." in letter
    assert ("/notify/" in letter, CAUSE in letter) == (False, False)

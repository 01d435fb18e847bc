"""Texts, e-mails and voice calls, by our own clients to a sandbox that speaks the providers' HTTP: with what
goes wrong between, a kill, and receipts that are forged, come twice, or come first."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.http.app import create_app
from chassis.runtime import Runtime
from contracts.events.alerts import AlertCalled, DeliveryReported, DeliveryTried
from contracts.vocabulary import Channel, DeliveryResult
from services.notify import actions, claims
from services.notify.calls import Message
from services.notify.queries import current
from services.notify.rules import telling
from services.notify.views import AlertRow, number_of
from tests.services.notify.conftest import caller, configure, raise_alert, stand_down, stop
from tests.services.notify.outside import NUMBER, Mail, Outside, receipt
from tests.services.notify.world import CAUSE, staff
from tests.support.facts import root_of
from tests.support.waiting import PATIENCE, until

Start = Callable[..., Awaitable[Runtime]]

REACHED = {"telephone": "07700 900123", "email": "amira@northmere.example"}
GONE = {"telephone": "07700 900002"}
"""A number at which GOV.UK Notify tells of a permanent failure, and nobody can be rung."""
ANOTHER = root_of("another breach")
BY_TOKEN = {"Authorization": "Bearer goldthread-try-out-callback", "Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundredths where the rules say seconds."""
    monkeypatch.setattr(telling, "WAITS", (timedelta(seconds=0.02),))


async def begun(start: Start, outside: Outside, **addresses: dict[str, str]) -> Runtime:
    """A shift of these people, reached where they say, and an alert that is to be answered at once."""
    runtime = await start(outside.settings)
    outside.open(runtime)
    posts = dict(zip(("first", "second"), addresses, strict=False))
    await configure(runtime, addresses=addresses, **posts)
    await raise_alert(runtime)
    return runtime


async def row_of(runtime: Runtime) -> AlertRow:
    row = await current(runtime, CAUSE)
    assert row is not None
    return row


async def message_of(runtime: Runtime, channel: Channel, result: DeliveryResult) -> Message:
    """The first call's message on a channel, once this is known of it."""

    async def known() -> Message | None:
        calls = (await row_of(runtime)).calls
        found = [each for each in calls[0].messages if each.channel is channel] if calls else []
        return found[0] if found and found[0].result is result else None

    return await until(known)


async def tries(runtime: Runtime, channel: Channel) -> list[tuple[int, DeliveryResult, int | None]]:
    facts = (await runtime.facts([f"o:{CAUSE}"])).current(DeliveryTried)
    return sorted((f.said.attempt, f.said.result, f.said.status) for f in facts if f.said.channel is channel)


async def reports(runtime: Runtime) -> list[DeliveryReported]:
    return [fact.said for fact in (await runtime.facts([f"o:{CAUSE}"])).current(DeliveryReported)]


async def test_a_text_an_email_and_a_voice_call_go_out_and_tell_of_nobody(
    start: Start, outside: Outside, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    runtime = await begun(start, outside, amira=REACHED)
    for channel in (Channel.SMS, Channel.EMAIL, Channel.VOICE):
        message = await message_of(runtime, channel, DeliveryResult.DELIVERED)
        assert message.attempts == 1
    (text,), (mail,), (ring,) = outside.kept("sms"), outside.kept("email"), outside.kept("voice")
    (call,) = (await runtime.facts([f"o:{CAUSE}"])).current(AlertCalled)
    assert (text.reference, text.to, mail.to) == (call.id, "07700 900123", "amira@northmere.example")
    assert (mail.reference, ring.to) == (call.id, "+447700900123")
    for told in (text.text, mail.text):
        assert f"alert {number_of(CAUSE)}, call 1" in told
        assert f"{outside.settings.public_url}/notify/take/{call.id}/" in told
        assert NUMBER in told
    assert " ".join(number_of(CAUSE)) in ring.text
    assert "or ring 0 1 6 3 2 9 6 0 1 7 7" in ring.text
    for told in (text.text, mail.text, ring.text):
        assert all(secret not in told for secret in (CAUSE, "north", staff("amira"), "breach"))
    lines = caplog.text + "".join(capsys.readouterr())
    assert all(secret not in lines for secret in ("900123", "900 123", "amira@", "7700"))


async def test_where_not_all_is_known_that_was_said_every_message_says_that_it_may_be_a_repeat(
    start: Start, outside: Outside
) -> None:
    runtime = await start(outside.settings)
    outside.open(runtime)
    await configure(runtime, addresses={"amira": REACHED}, first="amira")
    runtime.may_repeat = True
    await raise_alert(runtime)
    for channel in (Channel.SMS, Channel.EMAIL, Channel.VOICE):
        await message_of(runtime, channel, DeliveryResult.DELIVERED)
    (text,), (mail,), (ring,) = outside.kept("sms"), outside.kept("email"), outside.kept("voice")
    for told in (text.text, mail.text):
        assert f"alert {number_of(CAUSE)}, may be a repeat, call 1" in told
    assert "This may be a repeat." in ring.text


async def test_whoever_answers_the_telephone_takes_it_by_a_key(start: Start, outside: Outside) -> None:
    runtime = await begun(start, outside, amira=REACHED)
    (ring,) = await outside.first("voice")
    async with httpx.AsyncClient() as telephone:
        other = await telephone.post(ring.link, data={"Digits": "7"})
        assert "Nothing was taken" in other.text
        assert NUMBER in other.text
        assert (await row_of(runtime)).acknowledged_by is None
        forged = ring.link.rsplit("/", 1)[0] + f"/{root_of('a guess')}"
        for path in (forged, f"{forged}/status"):
            refused = await telephone.post(path, data={"Digits": "4", "CallStatus": "failed"})
            assert refused.status_code == 404
        taken = await telephone.post(ring.link, data={"Digits": "4"})
    assert (taken.status_code, "It is yours" in taken.text) == (200, True)
    assert (await row_of(runtime)).acknowledged_by == staff("amira")


@pytest.mark.parametrize("receipts", ["once", "twice", "first"])
async def test_a_receipt_counts_once_whenever_it_comes(start: Start, outside: Outside, receipts: str) -> None:
    outside.faults(receipts=receipts)
    runtime = await begun(start, outside, amira={"telephone": "07700 900123"})
    text = await message_of(runtime, Channel.SMS, DeliveryResult.DELIVERED)
    assert text.result is DeliveryResult.DELIVERED
    await message_of(runtime, Channel.VOICE, DeliveryResult.DELIVERED)

    async def tried() -> bool:
        return bool(await tries(runtime, Channel.SMS))

    await until(tried)
    told = [(each.channel, each.result) for each in await reports(runtime)]
    assert told.count((Channel.SMS, DeliveryResult.DELIVERED)) == 1
    assert len(outside.kept()) == 1


async def test_a_forged_receipt_changes_nothing_and_an_unknown_one_is_not_there(
    start: Start, outside: Outside
) -> None:
    outside.faults(receipts="none")
    runtime = await begun(start, outside, amira={"telephone": "07700 900123"})
    (text,) = await outside.first()
    await message_of(runtime, Channel.SMS, DeliveryResult.SENT)
    path = f"{outside.settings.public_url}/notify/receipts"
    async with httpx.AsyncClient() as client:
        for forged in (
            {},
            {"Authorization": "Bearer guessed"},
            {"Authorization": "goldthread-try-out-callback"},
        ):
            headers = {"Content-Type": "application/json", **forged}
            answer = await client.post(path, content=receipt(text.reference), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "token.invalid")
        for unknown in (root_of("no such call"), "of another system", ""):
            answer = await client.post(path, content=receipt(unknown), headers=BY_TOKEN)
            assert answer.status_code == 404
        odd = await client.post(path, content=b'{"status": 7, "to": "07700 900123"}', headers=BY_TOKEN)
        assert (odd.status_code, "07700" in odd.text) == (422, False)
        going = await client.post(path, content=receipt(text.reference, "sending"), headers=BY_TOKEN)
        assert going.status_code == 204
        assert await reports(runtime) == []
        runtime.caught_up.clear()
        waits = await client.post(path, content=receipt(text.reference), headers=BY_TOKEN)
        assert waits.status_code == 503, "GOV.UK Notify tells it again later"
        runtime.caught_up.set()
        for _ in range(2):
            good = await client.post(path, content=receipt(text.reference), headers=BY_TOKEN)
            assert good.status_code == 204
    assert [each.result for each in await reports(runtime)] == [DeliveryResult.DELIVERED]


async def test_without_a_token_of_our_own_no_receipt_is_taken(start: Start) -> None:
    runtime = await start()
    transport = httpx.ASGITransport(app=create_app(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as client:
        headers = {"Authorization": "Bearer ", "Content-Type": "application/json"}
        answer = await client.post("/notify/receipts", content=receipt(CAUSE), headers=headers)
    assert answer.status_code == 401


async def test_whom_nobody_can_reach_is_passed_over_at_once(start: Start, outside: Outside) -> None:
    runtime = await begun(start, outside, amira=GONE, ben=REACHED)

    async def second() -> bool:
        return len((await row_of(runtime)).calls) > 1

    await until(second)
    assert [call.person for call in (await row_of(runtime)).calls][:2] == [staff("amira"), staff("ben")]
    await outside.first("sms", 2)
    first, other = outside.kept()
    assert (first.to, other.to) == ("07700 900002", "07700 900123")
    assert first.text != other.text, "so that a telephone does not fold them into one"
    assert first.text.split(".")[0] != other.text.split(".")[0]


async def test_no_two_texts_are_one_of_two_alerts_of_two_calls_or_of_an_alert_that_is_raised_anew(
    start: Start, outside: Outside
) -> None:
    runtime = await begun(start, outside, amira=GONE, ben=REACHED)
    await raise_alert(runtime, cause=ANOTHER)
    begins = {each.text.split(".")[0] for each in await outside.first("sms", 4)}
    numbers = number_of(CAUSE), number_of(ANOTHER)
    assert begins == {f"Goldthread alert {each}, call {n}" for each in numbers for n in (1, 2)}
    await stand_down(runtime)
    await raise_alert(runtime, generation=2)
    for kind, count in (("sms", 6), ("email", 3)):
        told = [each.text for each in await outside.first(kind, count)]
        assert len(set(told)) == len(told) == count


async def test_a_provider_that_is_down_is_tried_until_it_takes_it_and_once(
    start: Start, outside: Outside
) -> None:
    outside.faults(status=500)
    runtime = await begun(start, outside, amira=REACHED)

    async def often() -> bool:
        return all([len(await tries(runtime, each)) > 3 for each in (Channel.SMS, Channel.VOICE)])

    await until(often)
    assert outside.kept() == []
    outside.faults(status=429)
    had = len(await tries(runtime, Channel.SMS))

    async def more() -> bool:
        return len(await tries(runtime, Channel.SMS)) > had + 1

    await until(more)
    outside.faults()
    await message_of(runtime, Channel.SMS, DeliveryResult.DELIVERED)
    await message_of(runtime, Channel.VOICE, DeliveryResult.DELIVERED)
    found = await tries(runtime, Channel.SMS)
    assert {each[1:] for each in found[:-1]} == {(DeliveryResult.FAILED, 500), (DeliveryResult.FAILED, 429)}
    assert found[-1][1:] == (DeliveryResult.SENT, 201)
    assert (len(outside.kept()), len(outside.kept("voice"))) == (1, 1)


async def test_a_provider_that_takes_it_and_says_that_it_failed_is_asked_before_it_is_sent_again(
    start: Start, outside: Outside
) -> None:
    outside.faults(status=500, takes_it_all_the_same=True, receipts="none")
    runtime = await begun(start, outside, amira={"telephone": "07700 900123"})
    await message_of(runtime, Channel.SMS, DeliveryResult.SENT)
    found = await tries(runtime, Channel.SMS)
    assert [each[1] for each in found] == [DeliveryResult.FAILED, DeliveryResult.SENT]
    assert len(outside.kept()) == 1


@pytest.mark.parametrize("receipts", ["none", "once"])
async def test_killed_between_sending_and_noting_it_asks_and_sends_no_second_one(
    start: Start, outside: Outside, monkeypatch: pytest.MonkeyPatch, receipts: str
) -> None:
    """Texts and e-mails are asked for by their reference; of the voice call the provider told meanwhile."""
    monkeypatch.setattr(claims, "CLAIM", timedelta(seconds=0.5))
    outside.faults(receipts=receipts)
    reached = asyncio.Event()
    first = await start(outside.settings)
    say = first.say

    async def killed(sayings: Any) -> int:
        said = list(sayings)
        if any(isinstance(saying.content, DeliveryTried) for saying in said):
            if all(outside.kept(kind) for kind in ("sms", "email", "voice")):
                reached.set()
            await asyncio.Event().wait()
        return await say(said)

    monkeypatch.setattr(first, "say", killed)
    outside.open(first)
    await configure(first, addresses={"amira": REACHED}, first="amira", second="ben")
    await raise_alert(first)
    await asyncio.wait_for(reached.wait(), PATIENCE)

    async def told() -> bool:
        return any(each.channel is Channel.VOICE for each in await reports(first))

    if receipts == "once":
        await until(told)
    outside.open(None)
    await stop(first)

    second = await start(outside.settings)
    outside.open(second)
    if receipts == "none":
        for channel in (Channel.SMS, Channel.EMAIL):
            await message_of(second, channel, DeliveryResult.SENT)
            assert [each[:2] for each in await tries(second, channel)] == [(1, DeliveryResult.SENT)]
    else:
        for channel in (Channel.SMS, Channel.EMAIL, Channel.VOICE):
            await message_of(second, channel, DeliveryResult.DELIVERED)
        assert len(outside.kept("voice")) == 1
    assert (len(outside.kept("sms")), len(outside.kept("email"))) == (1, 1)


async def test_who_has_answered_is_sent_no_more(start: Start, outside: Outside) -> None:
    outside.faults(status=500)
    runtime = await begun(start, outside, amira=REACHED)

    async def tried() -> bool:
        return len(await tries(runtime, Channel.SMS)) > 1

    await until(tried)
    await actions.acknowledge(runtime, caller("amira", "on-call"), CAUSE)

    async def at_rest() -> bool:
        had = len(await tries(runtime, Channel.SMS))
        await asyncio.sleep(0.5)  # many times as long as the wait between two tries
        return len(await tries(runtime, Channel.SMS)) == had

    await until(at_rest)


@pytest.mark.parametrize("box", ["amira", "gone"])
async def test_a_mail_server_of_ones_own_carries_e_mails(start: Start, box: str) -> None:
    mail = Mail()
    server = await asyncio.start_server(mail.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        outside = Outside()
        settings = outside.settings.model_copy(
            update={"mail_server": f"smtp://127.0.0.1:{port}", "mail_from": "goldthread@northmere.example"}
        )
        runtime = await start(settings)
        await configure(runtime, addresses={"amira": {"email": f"{box}@northmere.example"}}, first="amira")
        await raise_alert(runtime)
        wanted = DeliveryResult.SENT if box == "amira" else DeliveryResult.REFUSED
        await message_of(runtime, Channel.EMAIL, wanted)
    if box == "gone":
        assert mail.letters == []
        return
    (letter,) = mail.letters
    call = (await row_of(runtime)).calls[0].id
    assert f"Message-ID: <{call}@northmere.example>" in letter
    assert f"Subject: Goldthread alert {number_of(CAUSE)}, call 1" in letter
    assert NUMBER in letter
    assert CAUSE not in letter

"""Webhooks of feeds against a real endpoint: in order, one at a time, each until it is acknowledged."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from typer.testing import CliRunner

from chassis import logging
from chassis.settings import TRY_OUT_SECRET
from deploy import cli
from services.referrals.feeds import pushing
from services.referrals.feeds.pushing import signing_key
from tests.services.referrals.conftest import Receiver
from tests.services.referrals.partners import Partners, feed, hurry, referral, set_feed, until_told
from tests.services.referrals.scene import Referrals
from tests.support.waiting import until

NHS = "9990000018"
NOT_TAKEN = "feeds.not-taken"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr(pushing, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(pushing, "WAITS", (0.01,))


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """The log, a line for each event."""
    lines = StringIO()
    logging.configure(to=lines)
    yield lines
    structlog.reset_defaults()


@pytest.fixture
async def referrals(tmp_path: Path) -> AsyncIterator[Referrals]:
    async with AsyncExitStack() as stack:
        partners = Partners(tmp_path, f"sqlite:///{tmp_path}", stack)
        await partners.begin()
        started = await partners.start()
        await partners.configure()
        yield started


async def told(referrals: Referrals, many: int) -> list[dict[str, Any]]:
    """So many entries in the feed of practice."""
    await referrals.post("haven", "marac-referrals", referral())
    for number in range(1, many):
        await referrals.contact("hospital", f"P-{number}", NHS)
    return await until_told(referrals, "practice", many)


async def test_each_is_sent_until_it_is_acknowledged_in_order_and_one_at_a_time(
    referrals: Referrals, receiver: Receiver, logged: StringIO
) -> None:
    receiver.answers = [500, 302, 429, 404]
    await set_feed(referrals, "practice", "north", webhook=receiver.url)
    entries = await told(referrals, 3)
    first, second, third = (each["cursor"] for each in entries)
    await until(lambda: receiver.came(7))
    assert receiver.cursors == [first] * 5 + [second, third]
    bodies = [body for _, body in receiver.got]
    assert len(set(bodies[:5])) == 1, "a repeat is the same"
    assert [orjson.loads(body) for body in bodies[4:]] == entries
    assert receiver.most == 1
    lines = map(orjson.loads, logged.getvalue().splitlines())
    untaken = [line for line in lines if line["event"] == NOT_TAKEN]
    assert [(line["agency"], line["offset"]) for line in untaken] == [("practice", 1)] * 4
    assert (await feed(referrals, "practice"))["entries"] == entries


async def test_who_dies_between_the_answer_and_its_record_sends_the_same_again(
    referrals: Referrals, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    note, lost = pushing.Pusher._note, 1

    async def dies(pusher: pushing.Pusher, agency: str, n: int) -> bool:
        nonlocal lost
        if lost:
            lost -= 1
            raise ConnectionError("the store is away")
        return await note(pusher, agency, n)

    monkeypatch.setattr(pushing.Pusher, "_note", dies)
    await set_feed(referrals, "practice", "north", webhook=receiver.url)
    entries = await told(referrals, 2)
    first, second = (each["cursor"] for each in entries)
    await until(lambda: receiver.came(3))
    assert receiver.cursors == [first, first, second]


async def test_it_is_signed_and_a_key_is_changed_without_a_gap(
    referrals: Referrals, receiver: Receiver
) -> None:
    await set_feed(referrals, "practice", "north", webhook=receiver.url)
    await told(referrals, 1)
    await until(lambda: receiver.came(1))
    assert _keys_of(receiver.got[0]) == {1}
    await set_feed(referrals, "practice", "north", webhook=receiver.url, key=2)
    await referrals.contact("hospital", "P-9", NHS)
    await until(lambda: receiver.came(2))
    assert _keys_of(receiver.got[1]) == {1, 2}


def test_a_partner_is_given_its_key() -> None:
    printed = CliRunner().invoke(cli.app, ["feed-key", "practice", "2"]).stdout.strip()
    assert bytes.fromhex(printed) == signing_key(TRY_OUT_SECRET, "practice", 2)
    assert (
        len({signing_key(TRY_OUT_SECRET, *of) for of in (("practice", 1), ("practice", 2), ("police", 1))})
        == 3
    )


def _keys_of(message: tuple[dict[str, str], bytes]) -> set[int]:
    """The numbers of the keys by which a message of practice's is signed."""
    headers, body = message
    stamp, *signed = headers["goldthread-signature"].split(",")
    said = stamp.removeprefix("t=").encode() + b"." + body
    return {
        number
        for number in (1, 2, 3)
        if f"v1={hmac.new(signing_key(TRY_OUT_SECRET, 'practice', number), said, hashlib.sha256).hexdigest()}"
        in signed
    }

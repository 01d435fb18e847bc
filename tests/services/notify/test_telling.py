"""Which messages go out, and when again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from contracts.vocabulary import Channel
from services.notify.rules.telling import is_due, next_try, to_send

DUE = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)


@dataclass(frozen=True)
class Message:
    attempts: int = 0
    taken: bool = False
    channel: Channel = Channel.WEBHOOK

    @property
    def last_attempt(self) -> datetime | None:
        return DUE + timedelta(minutes=1) if self.attempts else None

    @property
    def taken_at(self) -> datetime | None:
        return self.last_attempt if self.taken else None


@dataclass(frozen=True)
class Call:
    rung: int
    person: str | None
    messages: tuple[Message, ...] = (Message(),)
    told_by: str | None = None


NEW, TRIED, TAKEN = Message(), Message(9), Message(1, True)
TEXT, TEXT_TAKEN = Message(channel=Channel.SMS), Message(1, True, Channel.SMS)


@pytest.mark.parametrize(
    ("what", "calls", "rungs"),
    [
        ("not tried yet", [Call(0, "amira")], [0]),
        ("tried in vain", [Call(0, "amira", (TRIED,))], [0]),
        ("delivered", [Call(0, "amira", (TAKEN,))], []),
        ("told by another alert's", [Call(0, "amira", told_by="another")], []),
        ("no webhook", [Call(0, "amira", ())], []),
        (
            "the first is still tried when the second is called",
            [Call(0, "amira", (TRIED,)), Call(1, "ben")],
            [0, 1],
        ),
        ("never tried, and overtaken: no volley", [Call(0, "amira"), Call(1, "ben")], [1]),
        ("one person, called again: the newest call", [Call(0, "amira", (TRIED,)), Call(4, "amira")], [4]),
        ("it reached them the second time", [Call(0, "amira", (TRIED,)), Call(4, "amira", (TAKEN,))], []),
        ("both posts of a later step", [Call(4, "amira"), Call(5, "dev")], [4, 5]),
        ("nobody on the rota", [Call(0, None, ())], []),
    ],
)
def test_which_messages_are_to_be_sent(what: str, calls: list[Call], rungs: list[int]) -> None:
    assert [call.rung for call, _ in to_send(reversed(calls))] == rungs, what


@pytest.mark.parametrize(
    ("what", "calls", "sent"),
    [
        ("two channels, none tried", [Call(0, "amira", (NEW, TEXT))], [(0, "webhook"), (0, "sms")]),
        ("the pager has it, the text is to go", [Call(0, "amira", (TAKEN, TEXT))], [(0, "sms")]),
        ("the provider has the text, whatever became of it", [Call(0, "amira", (TEXT_TAKEN,))], []),
        (
            "overtaken: what was tried goes on, what was not does not",
            [Call(0, "amira", (TRIED, TEXT)), Call(1, "ben", (TEXT_TAKEN,))],
            [(0, "webhook")],
        ),
    ],
)
def test_each_channel_goes_by_itself(what: str, calls: list[Call], sent: list[tuple[int, str]]) -> None:
    assert [(call.rung, message.channel) for call, message in to_send(calls)] == sent, what


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 5), (4, 10), (9, 600), (10, 600), (1000, 600)]
)
def test_the_wait_grows_to_ten_minutes(attempts: int, seconds: int) -> None:
    message = Message(attempts)
    assert message.last_attempt is not None
    assert next_try(DUE, message) - message.last_attempt == timedelta(seconds=seconds)


def test_the_first_try_is_due_when_the_call_is() -> None:
    assert next_try(DUE, NEW) == DUE


@pytest.mark.parametrize(
    ("what", "attempts", "seconds", "due"),
    [
        ("never tried", 0, 0, True),
        ("never tried, and the clock went back since", 0, -3600, True),
        ("just tried", 1, 60.5, False),
        ("tried a second ago", 1, 61, True),
        ("tried in vain often", 9, 60 + 599, False),
        ("and its wait is over", 9, 60 + 600, True),
        ("tried by a clock that is a little ahead", 1, 59.5, False),
        ("the clock went back by less than the wait", 9, -500, False),
        ("the clock went back by an hour", 1, -3600, True),
        ("and it had been tried often", 9, -3600, True),
    ],
)
def test_when_a_message_is_due(what: str, attempts: int, seconds: float, due: bool) -> None:
    """The last try was a minute after the call was due."""
    assert is_due(Message(attempts), DUE + timedelta(seconds=seconds)) is due, what

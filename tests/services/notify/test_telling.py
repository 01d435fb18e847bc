"""Which messages go out, and when again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from contracts.vocabulary import Channel
from services.notify.rules.telling import is_due, next_try, to_send

DUE = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)


@dataclass(frozen=True)
class Call:
    rung: int
    person: str | None
    attempts: int = 0
    delivered: bool = False
    channels: tuple[Channel, ...] = (Channel.LIVE_PAGE, Channel.WEBHOOK)
    due: datetime = DUE

    @property
    def last_attempt(self) -> datetime | None:
        return DUE + timedelta(minutes=1) if self.attempts else None


@pytest.mark.parametrize(
    ("what", "calls", "rungs"),
    [
        ("not tried yet", [Call(0, "amira")], [0]),
        ("tried in vain", [Call(0, "amira", attempts=3)], [0]),
        ("delivered", [Call(0, "amira", attempts=1, delivered=True)], []),
        ("no webhook", [Call(0, "amira", channels=(Channel.LIVE_PAGE,))], []),
        ("the first is still tried when the second is called", [Call(0, "amira", 3), Call(1, "ben")], [0, 1]),
        ("never tried, and overtaken: no volley", [Call(0, "amira"), Call(1, "ben")], [1]),
        ("one person, called again: the newest call", [Call(0, "amira", 9), Call(4, "amira")], [4]),
        ("it reached them the second time", [Call(0, "amira", 9), Call(4, "amira", 1, True)], []),
        ("both posts of a later step", [Call(4, "amira"), Call(5, "dev")], [4, 5]),
        ("nobody on the rota", [Call(0, None, channels=(Channel.LIVE_PAGE,))], []),
    ],
)
def test_which_messages_are_to_be_sent(what: str, calls: list[Call], rungs: list[int]) -> None:
    assert [call.rung for call in to_send(reversed(calls))] == rungs, what


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 5), (4, 10), (9, 600), (10, 600), (1000, 600)]
)
def test_the_wait_grows_to_ten_minutes(attempts: int, seconds: int) -> None:
    call = Call(0, "amira", attempts)
    assert call.last_attempt is not None
    assert next_try(call) - call.last_attempt == timedelta(seconds=seconds)


def test_the_first_try_is_due_when_the_call_is() -> None:
    assert next_try(Call(0, "amira")) == DUE


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
    assert is_due(Call(0, "amira", attempts), DUE + timedelta(seconds=seconds)) is due, what

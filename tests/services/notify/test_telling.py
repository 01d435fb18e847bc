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


def test_a_call_that_was_made_is_due_though_the_clock_went_back_since() -> None:
    assert is_due(Call(0, "amira"), DUE - timedelta(hours=1))
    assert not is_due(Call(0, "amira", attempts=1), DUE - timedelta(hours=1))
    assert is_due(Call(0, "amira", attempts=1), DUE + timedelta(hours=1))

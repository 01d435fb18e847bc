"""Which calls' messages are to be sent, and when they are tried again.

Source: mechanism.md section 5 (2026): tries go on for as long as the alert stands unanswered, and
after an outage only the highest rung goes out. The waits between tries are Goldthread's own: short
while a network hiccup is likely, then often enough that an endpoint that comes back is found.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from contracts.vocabulary import Channel
from services.notify.rules.ladder import step_of

WAITS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 10, 30, 60, 120, 300, 600))
"""How long after the first try the second is made, after the second the third, and so on; the last
for ever."""


class Message(Protocol):
    """What this rule reads of a call's message on one channel."""

    @property
    def channel(self) -> Channel: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102
    @property
    def last_attempt(self) -> datetime | None: ...  # noqa: D102
    @property
    def taken_at(self) -> datetime | None: ...  # noqa: D102


class Call(Protocol):
    """What this rule reads of a call."""

    @property
    def rung(self) -> int: ...  # noqa: D102
    @property
    def person(self) -> str | None: ...  # noqa: D102
    @property
    def messages(self) -> Sequence[Message]: ...  # noqa: D102
    @property
    def told_by(self) -> str | None: ...  # noqa: D102


C = TypeVar("C", bound=Call)


def to_send(calls: Iterable[C]) -> list[tuple[C, Message]]:
    """Of an unanswered alert's calls, the messages that have yet to get through.

    Of several calls of one person only the newest, which says all that the older ones said; and a
    message of an earlier step that was never tried has been overtaken: there is no volley after an
    outage. A call that another alert's message tells of has none of its own. What a provider has taken
    is not sent again, whatever became of it: the next call is.
    """
    newest = {call.person: call for call in sorted(calls, key=lambda call: call.rung)}
    last = max((step_of(call.rung) for call in newest.values()), default=0)
    return [
        (call, message)
        for call in newest.values()
        for message in call.messages
        if call.told_by is None
        and message.taken_at is None
        and (message.attempts or step_of(call.rung) == last)
    ]


def next_try(due: datetime, message: Message) -> datetime:
    """When a message is to be sent, or sent again, of a call that was due then."""
    if message.last_attempt is None:
        return due
    return message.last_attempt + WAITS[min(message.attempts, len(WAITS)) - 1]


def is_due(message: Message, now: datetime) -> bool:
    """Whether a call's message is to be sent now. The clock may have gone back since: a call is made
    when it is due, so that one never tried is due now; and so is one last tried further from now than
    its wait is long, before or after."""
    last = message.last_attempt
    return last is None or abs(now - last) >= next_try(last, message) - last

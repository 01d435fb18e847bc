"""Who is told that nobody need answer an alert any more, by what, and when.

Source: domain.md section 14, trap 10 (2026): who is called for nothing mutes what calls them. Whoever was
called and has not answered would get up for what another has, or for what no longer holds. How they are told
is Goldthread's own (2026-11-28), as is that no telephone rings for it, at any hour: only what they had by
text or e-mail is put right, by the same way, once. Whoever answered knows already, or finds it on their page.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from contracts.vocabulary import AlertRule, Channel, DeliveryResult

AFTER = timedelta(minutes=1)
"""How long after the end of an alert that is told. What is given back by then, or raised anew because it has
changed, calls somebody again: the same number is not called and called off in one breath."""
WITHIN = timedelta(hours=8)
"""How long after the end it is told at the latest: a shift later it tells nobody anything, as when Goldthread
was away so long."""

HAS_IT = frozenset({DeliveryResult.SENT, DeliveryResult.DELIVERED})
"""What a message has come to that may be on somebody's telephone, or in their mailbox."""


class Sent(Protocol):
    """What this rule reads of a call's message on one channel."""

    @property
    def channel(self) -> Channel: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102
    @property
    def result(self) -> DeliveryResult | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Had:
    """A call that one person had. ``by``: the channel by which they would be told that it is over; None: none
    of its messages asks for that. ``ended``: since when nobody need answer its alert; None: it waits.
    ``answered``: whether this person did."""

    call: str
    rule: AlertRule
    rung: int
    called: datetime
    by: Channel | None
    ended: datetime | None
    answered: bool


def by_what(messages: Iterable[Sent]) -> Channel | None:
    """The channel by which whoever had these messages is told that it is over: a text after a text, and after
    a voice call where a text was not refused; else an e-mail after an e-mail. A pager's own system sees to
    its alarms, and the live page shows what stands."""
    known = {message.channel: message for message in messages}
    had = {channel for channel, message in known.items() if message.result in HAS_IT}
    text = known.get(Channel.SMS)
    textable = text is not None and text.attempts > 0 and text.result is not DeliveryResult.REFUSED
    if Channel.SMS in had or (Channel.VOICE in had and textable):
        return Channel.SMS
    return Channel.EMAIL if Channel.EMAIL in had else None


def over(calls: Collection[Had], stands: Mapping[AlertRule, datetime | None]) -> tuple[Had, datetime] | None:
    """Of all calls that one person had about a cause: after which they are told that it is over, and since
    when it is. None: they are not told. ``stands``: since when no alert of a rule about the cause waits;
    None: one does.

    Not while they are being called about it, nor while the alert that they were called for stands again for
    others: it may come back to them.
    """
    ends = [call.ended for call in calls if call.ended is not None]
    reached = [call for call in calls if call.by is not None]
    if len(ends) < len(calls) or not reached:
        return None
    last = max(reached, key=lambda call: (call.called, call.rung, call.call))
    since = stands.get(last.rule)
    return None if last.answered or since is None else (last, max(*ends, since))


def due(ended: datetime) -> datetime:
    """When it is told that something is over."""
    return ended + AFTER


def too_late(ended: datetime) -> datetime:
    """From when on it is not told any more."""
    return ended + WITHIN

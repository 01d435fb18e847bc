"""By which channels a person is called, and when a call is known not to have reached them.

Source: features.md row G5 (2026): *a voice call (an SMS wakes nobody)*; the waits are those of the ladder
(domain.md section 5). Which channel belongs to which urgency and step, and how long a receipt may take, is
Goldthread's own, to be agreed with each force: what must be answered at once rings at every step; what has
an hour rings once the first was not answered; what has a day wakes nobody until the duty officer is called.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from contracts.events.configuration import OnCall
from contracts.vocabulary import Channel, DeliveryResult, Urgency
from services.notify.rules.ladder import FIRST_ROUND, UNTRIED

RINGS_FROM: Mapping[Urgency, int] = {Urgency.NOW: 0, Urgency.HOUR: 1, Urgency.DAY: len(FIRST_ROUND) - 1}
"""The step from which on a person's telephone rings, if nobody has answered until then."""
TEXTS_FROM: Mapping[Urgency, int] = {Urgency.NOW: 0, Urgency.HOUR: 0, Urgency.DAY: 1}
"""The step from which on a text is sent: what has a day may come at night, and an e-mail waits for morning.
Who has no other address has the text from the first step on."""

RECEIPT_WITHIN: Mapping[Urgency, timedelta] = {
    Urgency.NOW: timedelta(minutes=2),
    Urgency.HOUR: timedelta(minutes=10),
    Urgency.DAY: timedelta(hours=2),
}
"""How long a provider may take to tell that a message has arrived, before it is taken not to have."""

REACHED: Mapping[Channel, frozenset[DeliveryResult]] = {
    Channel.LIVE_PAGE: frozenset(),  # a tab that is open is nobody who looks
    Channel.WEBHOOK: frozenset({DeliveryResult.DELIVERED}),  # their pager has it
    Channel.SMS: frozenset({DeliveryResult.DELIVERED}),  # the network tells that their telephone has it
    Channel.EMAIL: frozenset({DeliveryResult.DELIVERED}),  # their mailbox has it, not a relay of ours
    Channel.VOICE: frozenset({DeliveryResult.DELIVERED}),  # somebody, or something, picked up
}
"""What counts as having reached somebody, by channel: so much as gives them the whole time of a step. To end
the ladder only their own answer counts."""

UNDELIVERED = frozenset({DeliveryResult.REFUSED, DeliveryResult.FAILED})


def channels(urgency: Urgency, step: int, to: OnCall | None) -> tuple[Channel, ...]:
    """How a person is called at a step of the ladder: the live page always, and as far as they have them
    the pager, the text, the e-mail and the voice call that this urgency asks for by then."""
    if to is None:
        return (Channel.LIVE_PAGE,)
    elsewhere = to.webhook is not None or to.email is not None
    rings = to.telephone is not None and step >= RINGS_FROM[urgency]
    texts = to.telephone is not None and (step >= TEXTS_FROM[urgency] or not elsewhere)
    asked = {
        Channel.LIVE_PAGE: True,
        Channel.WEBHOOK: to.webhook is not None,
        Channel.SMS: texts,
        Channel.EMAIL: to.email is not None,
        Channel.VOICE: rings,
    }
    return tuple(channel for channel, wanted in asked.items() if wanted)


def can_be_reached(person: OnCall) -> bool:
    """Whether anything but the live page, which nobody need have open, tells them of an alert."""
    return len(channels(Urgency.NOW, 0, person)) > 1


class Sent(Protocol):
    """What ``unreached`` reads of a call's message on one channel."""

    @property
    def channel(self) -> Channel: ...  # noqa: D102
    @property
    def first_attempt(self) -> datetime | None: ...  # noqa: D102
    @property
    def taken_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def told_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def result(self) -> DeliveryResult | None: ...  # noqa: D102


def unreached(urgency: Urgency, called: datetime, messages: Iterable[Sent]) -> datetime | None:
    """Since when it is known that a call has reached nobody, to come or gone by. None: it may have, or it has
    no message that goes out.

    A message was refused, failed at the provider, has no receipt in its time, or nobody took it for as long
    as a call may lie untried: whoever is called next may be reached by another way. It is tried on.
    """
    lost: list[datetime] = []
    for message in messages:
        if message.result in REACHED[message.channel]:
            return None
        if message.told_at is not None and message.result in UNDELIVERED:
            lost.append(message.told_at)
        elif message.taken_at is not None:
            lost.append(message.taken_at + RECEIPT_WITHIN[urgency])
        else:
            lost.append((message.first_attempt or called) + UNTRIED)
    return max(lost, default=None)

"""What takes a message to somebody: their pager, GOV.UK Notify, a mail server, a telephone provider.

A carrier says that there is an alert, how urgent, where to take it and whom to ring instead, or that nobody
need answer it any more: no name, no address, no place, no order. What a provider tells later comes in by
``receipts.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis.pages.texts import Texts
from contracts.events.configuration import OnCall
from contracts.vocabulary import AlertEnd, Channel, DeliveryResult, Urgency
from services.notify.rules.provider_errors import Error, Fault, fault_of


@dataclass(frozen=True, slots=True)
class Message:
    """All that a message tells, and the only thing that it is made from."""

    call: str
    """The call's id: the same on every try, and the provider's reference."""
    cause: str
    alert: str
    """The four digits by which people speak of it."""
    urgency: Urgency
    step: int
    """How many steps of the ladder were called before: no two messages of an alert have one text."""
    attempt: int
    waiting: int
    """How many alerts about the same wait for an answer, this one among them."""
    acknowledge_by: datetime | None
    open_url: str
    take_url: str
    end: AlertEnd | None = None
    """Why nobody need answer it any more. None: somebody is called."""
    may_repeat: bool = False
    """Whether whoever sends it may not know of all that was said before (``chassis.runtime``)."""

    def number(self, texts: Texts) -> str:
        """As people speak of it: how many wait beside it, and that it may be a repeat."""
        said = texts("message.alert", n=self.waiting, number=self.alert)
        return (texts("message.repeat", alert=said) if self.may_repeat else said).unescape()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try, with the HTTP status where there was one."""

    result: DeliveryResult
    status: int | None = None
    wrong_setting: bool = False
    """Whether the channel takes nothing as it is set up. That says nothing of whom the message was to."""


class Carrier(Protocol):
    """One way to reach somebody. A try ends by itself before a claim does (``claims.CLAIM``)."""

    def place(self, to: OnCall) -> str | None:
        """What has room for so many messages at a time: an endpoint, or a provider. None: it cannot reach
        them."""

    async def send(self, message: Message, to: OnCall) -> Outcome:
        """Make one try. It raises nothing for what a network or a provider does."""


Carriers = dict[Channel, Carrier]


def not_taken(status: int, errors: Iterable[Error]) -> Outcome:
    """What a provider's HTTP status and errors say of a message that it did not take."""
    fault = fault_of(status, errors)
    result = DeliveryResult.REFUSED if fault is Fault.ADDRESS else DeliveryResult.FAILED
    return Outcome(result, status, fault is Fault.SETTING)

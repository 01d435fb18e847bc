"""Who is told that a channel is set up wrongly: nobody gets a message by it, and no number is to blame."""

from chassis.ids import Ids
from chassis.runtime import Runtime
from chassis.watch import to_say
from contracts.vocabulary import AlertRule, Channel, DeliveryResult, Urgency
from services.notify.carriers import Outcome

OF_PROVIDERS = (Channel.SMS, Channel.EMAIL, Channel.VOICE)
"""Channels that Goldthread's own settings can break; a pager is its owner's."""


def cause_of(ids: Ids, channel: Channel) -> str:
    """What the alert about a channel is about: the same for ever."""
    return ids.blind("broken-channel", channel)


def channel_of(ids: Ids, cause: str) -> Channel | None:
    """The channel that an alert is about; None: about something else."""
    return next((channel for channel in OF_PROVIDERS if cause_of(ids, channel) == cause), None)


async def note(runtime: Runtime, channel: Channel, outcome: Outcome) -> None:
    """Tell the duty officer and the operator of a channel whose provider will take no message of ours, once,
    and stand it down when it takes one."""
    taken = outcome.result in (DeliveryResult.SENT, DeliveryResult.DELIVERED)
    if channel not in OF_PROVIDERS or not (outcome.wrong_setting or taken):
        return
    cause, urgency = cause_of(runtime.ids, channel), Urgency.HOUR if outcome.wrong_setting else None
    facts = await runtime.facts([f"o:{cause}"])
    await runtime.say(to_say(AlertRule.CHANNEL, cause, facts, urgency, runtime.clock.now()))

"""Examples of who is told of a breach, and who answers; and of the try of the way that alerts go."""

from typing import Any

from contracts import vocabulary as code
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertOver,
    AlertPassedOn,
    AlertRaised,
    AlertResolved,
    AlertStoodDown,
    AlertUnanswered,
    DeliveryReported,
    DeliveryTried,
)
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.path import PathCalled, PathCameThrough, PathTried
from contracts.invented import HER, HIM, WHERE, at, example_id, mention_of
from contracts.invented_facts import BREACH, CALL, Told
from contracts.sections import Narrative

ON_CALL = example_id("a detective sergeant on call")

CAUSE: dict[str, Any] = {"rule": code.AlertRule.BREACH, "cause": BREACH, "generation": 1}
CLOCK: dict[str, Any] = CAUSE | {"rule": code.AlertRule.PRODUCTION}
PATH, TRY = example_id("the alert path"), example_id("a try of the alert path")
ABOUT = [mention_of(HER, "haven-idva"), mention_of(HIM, "haven-idva")]

ALERTS: list[Told] = [
    (
        "goldthread",
        at(20, 16, 6),
        AlertRaised(**CAUSE, urgency=code.Urgency.NOW, routing=WHERE, about=ABOUT),
    ),
    (
        "goldthread",
        at(20, 16, 6),
        AlertCalled(
            **CAUSE,
            rung=0,
            due=at(20, 16, 6),
            person=ON_CALL,
            area=WHERE.area,
            channels=[code.Channel.LIVE_PAGE, code.Channel.WEBHOOK],
        ),
    ),
    (
        "goldthread",
        at(20, 16, 6),
        DeliveryTried(
            cause=BREACH,
            call=CALL,
            channel=code.Channel.WEBHOOK,
            attempt=1,
            result=code.DeliveryResult.DELIVERED,
            status=204,
        ),
    ),
    (
        "goldthread",
        at(20, 16, 7),
        DeliveryReported(
            cause=BREACH, call=CALL, channel=code.Channel.SMS, result=code.DeliveryResult.DELIVERED
        ),
    ),
    (
        "northshire-police",
        at(20, 16, 8),
        AlertPassedOn(
            **CAUSE, rung=0, person=ON_CALL, reason=code.PassReason.CANNOT_TAKE, note="In custody suite."
        ),
    ),
    (
        "northshire-police",
        at(20, 16, 10),
        AlertAcknowledged(**CAUSE, person=example_id("the second on call")),
    ),
    (
        "goldthread",
        at(20, 16, 11),
        AlertOver(
            **CAUSE,
            rung=0,
            call=CALL,
            person=ON_CALL,
            area=WHERE.area,
            channel=code.Channel.SMS,
            end=code.AlertEnd.TAKEN,
        ),
    ),
    (
        "northshire-police",
        at(21, 10, 30),
        AlertResolved(
            **CLOCK,
            outcome=code.AlertOutcome.DEALT_WITH,
            narrative=Narrative(text="Before the court at ten."),
            person=ON_CALL,
        ),
    ),
    ("goldthread", at(21), AlertStoodDown(**CAUSE, about=ABOUT, because=code.StandDown.ANSWERED)),
    (
        "goldthread",
        at(20, 16, 51),
        AlertUnanswered(
            **CAUSE,
            number=1,
            rounds=1,
            urgency=code.Urgency.NOW,
            area=WHERE.area,
            group=example_id("the alerts of the area that nobody answers"),
        ),
    ),
    ("goldthread", at(20, 17, 41), ClockStarted(**CLOCK, due=at(21, 17, 40), routing=WHERE)),
    ("goldthread", at(21, 10), ClockStopped(**CLOCK)),
    ("goldthread", at(21, 10), PathTried(cause=PATH)),
    ("goldthread", at(21, 10), PathCalled(cause=PATH, tried=TRY)),
    ("goldthread", at(21, 10), PathCameThrough(cause=PATH, tried=TRY, began=at(21, 10))),
]
"""Who is told of the breach, and who answers; and the try of the way that it goes."""

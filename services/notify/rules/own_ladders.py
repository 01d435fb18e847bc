"""Which ladder holds for an alert: the one that its area or one around it set, or the published one.

Source: issue 11 (2026), *escalation policies by risk and kind*. The bounds are Goldthread's own, to be agreed
with each force, from the on-call ladder of domain.md section 5 and the inspectorate's 24 hours (HMICFRS,
2021): a force may call others, sooner, or a little later; it may not let an alert rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from chassis.facts import Fact
from contracts.events.configuration import LadderSet
from contracts.rules.clocks import CLOCKS
from contracts.vocabulary import AlertKind, AlertRule, Post, Urgency
from services.notify.rules.ladder import Ladder, published


class Fault(StrEnum):
    """What is wrong with a ladder, as a code that partners' systems may read."""

    TOO_FAST = "ladder-too-fast"
    SECOND_TOO_LATE = "ladder-second-too-late"
    ROUND_TOO_SLOW = "ladder-round-too-slow"
    AGAIN_TOO_LATE = "ladder-again-too-late"
    SAME_POST = "ladder-same-post"
    NO_DUTY_OFFICER = "ladder-no-duty-officer"


SENTENCES = {
    Fault.TOO_FAST: "Nobody can answer in so short a time: all would be called for what the first takes.",
    Fault.SECOND_TOO_LATE: "If the first does not answer, somebody else must be called sooner.",
    Fault.ROUND_TOO_SLOW: "All four must have been called sooner: so urgent an alert may not rest so long.",
    Fault.AGAIN_TOO_LATE: "When all have been called it must start again sooner.",
    Fault.SAME_POST: "Two steps after one another must call two posts: one telephone may be off.",
    Fault.NO_DUTY_OFFICER: "The duty officer must be called: it is the post that every force fills.",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """In minutes: the shortest wait of a step; by when the second step, and the fourth, is called at the
    latest; and how long the fourth, and each later step, may have."""

    shortest: int
    second: int
    fourth: int
    again: int


BOUNDS: Mapping[Urgency, Bounds] = {
    Urgency.NOW: Bounds(shortest=2, second=10, fourth=45, again=30),
    Urgency.HOUR: Bounds(shortest=5, second=30, fourth=60, again=40),
    Urgency.DAY: Bounds(shortest=30, second=12 * 60, fourth=24 * 60, again=4 * 60),
}
"""Published are 5, 30 and 15 minutes; 20, 60 and 20; 8 hours, 24 hours and 1. At once: the fourth a quarter
of an hour later than published at most. Within the hour or the day: the fourth when it is over, not later."""


def kind_of(rule: AlertRule) -> AlertKind | None:
    """The kind of alert that an area's ladder is for; None: the published one always stands, as of what ails
    Goldthread itself, and of what has no urgency that an area would know."""
    if rule is AlertRule.BREACH:
        return AlertKind.BREACH
    if rule is AlertRule.ROTA_GAP:
        return AlertKind.ROTA_GAP
    return AlertKind.CLOCK if rule in CLOCKS or rule is AlertRule.BREACH_WITHDRAWN else None


RULE_OF: Mapping[AlertKind, AlertRule] = {
    AlertKind.BREACH: AlertRule.BREACH,
    AlertKind.CLOCK: AlertRule.NO_ANSWER,
    AlertKind.ROTA_GAP: AlertRule.ROTA_GAP,
}
"""A rule of each kind: the published ladder is the same for all of them."""


def faults(said: LadderSet) -> list[tuple[str, Fault]]:
    """What is wrong with a ladder, each with its field. None: it may be set."""
    bounds, waits = BOUNDS[said.urgency], [step.wait_minutes for step in said.steps]
    found = [
        (f"steps.{n}.wait_minutes", Fault.TOO_FAST) for n, wait in enumerate(waits) if wait < bounds.shortest
    ]
    late = {
        ("steps.0.wait_minutes", Fault.SECOND_TOO_LATE): waits[0] > bounds.second,
        ("steps.2.wait_minutes", Fault.ROUND_TOO_SLOW): sum(waits[:3]) > bounds.fourth,
        ("steps.3.wait_minutes", Fault.AGAIN_TOO_LATE): waits[3] > bounds.again,
    }
    found += [fault for fault, wrong in late.items() if wrong]
    posts = [step.post for step in said.steps]
    found += [
        (f"steps.{n}.post", Fault.SAME_POST)
        for n, (one, other) in enumerate(pairwise(posts), 1)
        if one is other
    ]
    if Post.DUTY_OFFICER not in posts:
        found.append(("steps", Fault.NO_DUTY_OFFICER))
    return found


def in_force(
    said: Iterable[Fact[LadderSet]], around: Sequence[str], urgency: Urgency, kind: AlertKind
) -> Fact[LadderSet] | None:
    """What an area, or else the nearest of those around it, has set last. None: the published one stands."""
    of = [each for each in said if (each.said.urgency, each.said.kind) == (urgency, kind)]
    for area in around:
        own = [each for each in of if each.said.area == area]
        if own:
            return max(own, key=lambda each: (each.recorded, each.root))
    return None


def ladder_of(
    said: Iterable[Fact[LadderSet]], around: Sequence[str], urgency: Urgency, rule: AlertRule
) -> Ladder:
    """The ladder of an alert in an area, given it and those around it."""
    kind = kind_of(rule)
    own = in_force(said, around, urgency, kind) if kind else None
    return _ladder(own.said) if own else published(urgency, rule)


def _ladder(said: LadderSet) -> Ladder:
    waits = [timedelta(minutes=step.wait_minutes) for step in said.steps]
    first, second, third, again = waits
    after = (timedelta(), first, first + second, first + second + third)
    return Ladder(after, again, tuple(step.post for step in said.steps))

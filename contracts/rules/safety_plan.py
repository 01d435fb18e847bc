"""The safety plans of a victim: which are adequate, and which review of them is owed.

Source: HMICFRS (2021), lines 1387-1418; College of Policing, APP (``domain.md`` 1.3). A plan is reviewed at
each change of risk, in the time in which the risk itself is to be assessed (five working days after a lower
grade), and one that is not adequate is mended in a day (five working days where the risk is known to be
lower); where the risk is high or unknown and there is none, one is made in a day: Goldthread's own, 2026-11,
to be agreed with each area. Nothing ends a plan: neither a court's decision, nor the end of an order, nor a
case that is heard no more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from contracts.events.orders import BreachProgressed, OrderMade
from contracts.events.owed import PlanMade, PlanReviewed
from contracts.rules.clocks import Calendars, deadline, end_of
from contracts.rules.occurrence import LONDON
from contracts.rules.order_status import BAIL
from contracts.rules.owed_parts import Clock, Heard, Plan, PlanReview, assessed
from contracts.rules.plan_adequacy import RANK, Standing, refusals
from contracts.rules.review_triggers import DAY, WEEK
from contracts.rules.risk_review import Told
from contracts.rules.standing_grade import stands
from contracts.sections import Health
from contracts.vocabulary import (
    AlertRule,
    BreachStep,
    Grade,
    LegalStatus,
    OrderStage,
    PlanChange,
    PlanReviewResult,
    ReviewTrigger,
    Role,
)

SUSPECT = frozenset({BreachStep.ARRESTED, BreachStep.CHARGED, BreachStep.SENTENCED})
SUSPECT_OF = frozenset(
    {
        *(LegalStatus.ARRESTED, LegalStatus.RELEASED_UNDER_INVESTIGATION, LegalStatus.CHARGED),
        *(LegalStatus.RELEASED_BY_COURT, LegalStatus.CONVICTED, LegalStatus.SENTENCED),
    }
)
"""The same of an incident: whoever is convicted was charged, and whoever is let out may be held again."""
BINDS = frozenset({OrderStage.MADE, OrderStage.INTERIM})
REGRADED = {PlanChange.GRADE_RAISED: DAY, PlanChange.GRADE_LOWERED: WEEK}
"""How soon a plan is looked at again once the risk is graded anew. Of a lower grade too: what may be
done less is then somebody's decision, and falls away by nobody's silence."""
LOWER = (Grade.STANDARD, Grade.MEDIUM)
"""Grades that are known not to be high: an unknown one is none of them."""


def _standing(heard: Heard, grade: Grade) -> Standing:
    orders = [(each, order) for each, order in heard.of(OrderMade) if order.stage in BINDS]
    steps = (step.step for _, step in heard.of(BreachProgressed))
    law = (status for each in heard.told for status, _ in each.law)
    return Standing(
        grade=grade,
        orders=tuple(
            (each.envelope.root, order.reference) for each, order in orders if _in_force(order, heard.at)
        ),
        children=any(m.role is Role.CHILD for each in heard.told for m in each.people) or _expects(heard),
        suspect=any(order.order in BAIL for _, order in orders)
        or not SUSPECT.isdisjoint(steps)
        or not SUSPECT_OF.isdisjoint(law),
    )


def _expects(heard: Heard) -> bool:
    """Whether the newest word on it says that the victim is pregnant. It ends by no passing of time: after a
    birth there is a child, whom somebody has yet to name."""
    said = (m.health for each in heard.told for m in each.people if m.mention == each.hers)
    known = [h.pregnant for h in said if isinstance(h, Health) and h.pregnant is not None]
    return bool(known and known[-1])


def _in_force(order: OrderMade, at: datetime) -> bool:
    return (order.starts or order.made) <= at and (order.ends is None or order.ends > at)


def plans_of(heard: Heard, grade: Grade) -> list[tuple[Plan, str]]:
    """The newest plan of each agency with the mention of the victim in it, the newest first."""
    newest = {each.envelope.agency: (each, plan) for each, plan in heard.of(PlanMade)}
    reviews = [each for each in heard.of(PlanReviewed) if each[1].result is PlanReviewResult.STANDS]
    standing = _standing(heard, grade) if newest else Standing()
    found = []
    for each, plan in sorted(
        newest.values(), key=lambda made: (made[0].envelope.time, made[0].envelope.root), reverse=True
    ):
        root, at = each.envelope.root, each.envelope.time
        looked = [(told.envelope.time, said.review_on) for told, said in reviews if said.plan == root]
        last = max(looked, default=None)
        row = Plan(
            root=root,
            agency=each.envelope.agency,
            at=at,
            grade=plan.grade,
            owner=plan.owner,
            review_on=last[1] if last and last[0] >= at else plan.review_on,
            actions=tuple(plan.actions),
            refused=refusals(plan, _day(each), standing),
            reviewed=last[0] if last else None,
        )
        found.append((row, each.hers))
    return found


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of risk: when it happened, from when on it can have been known, what, by when each plan is
    looked at again, by which fact and mention."""

    at: datetime
    known: datetime
    because: ReviewTrigger | PlanChange
    due: datetime
    root: str
    mention: str


def _changes(heard: Heard, calendars: Calendars) -> Iterator[_Change]:
    for line in heard.opened:
        yield _Change(line.at, line.known, line.trigger, line.due(calendars), line.root, line.mention)
    made = assessed(heard)
    before = None
    for n, (each, _) in enumerate(made):
        rank = RANK.get(stands([known for _, known in made[: n + 1]]))
        if rank is None:
            continue
        if before is not None and rank != before:
            at = each.envelope.time
            change = PlanChange.GRADE_RAISED if rank > before else PlanChange.GRADE_LOWERED
            due = deadline(REGRADED[change], at, calendars)
            yield _Change(at, max(at, each.recorded), change, due, each.envelope.root, each.hers)
        before = rank


def mend(plans: Sequence[tuple[Plan, str]], heard: Heard, grade: Grade, calendars: Calendars) -> Clock | None:
    """By when an adequate plan is to stand. Counted from the first of the plans that never were adequate, one
    after the other, so that neither another thin one nor what happens meanwhile gives longer; of one that
    was, from the first change after somebody had looked at it last; where there is none, from when the risk
    was known to be high or unknown, by an assessment or a referral."""
    if not plans:
        return _first(heard, calendars)
    newest, mention = plans[0]
    thin = list(takewhile(_never_adequate, reversed(heard.of(PlanMade))))
    if thin:
        since = min(min(each.envelope.time, each.recorded) for each, _ in thin)
    else:
        looked = _looked(newest)
        worse = (each for each in _changes(heard, calendars) if each.because is not PlanChange.GRADE_LOWERED)
        since = min((each.at for each in worse if each.at > looked), default=looked)
    due = deadline(WEEK if grade in LOWER else DAY, since, calendars)
    return Clock(rule=AlertRule.PLAN_INADEQUATE, cause=mention, due=due)


def _first(heard: Heard, calendars: Calendars) -> Clock | None:
    made = assessed(heard)
    so_far = [(each, stands([known for _, known in made[: n + 1]])) for n, (each, _) in enumerate(made)]
    at_risk = [each for each, _ in takewhile(lambda one: one[1] not in LOWER, reversed(so_far))]
    first = min(at_risk, key=lambda each: (each.recorded, each.envelope.root), default=None)
    if first is None:
        return None
    due = deadline(DAY, first.recorded, calendars)
    return Clock(rule=AlertRule.PLAN_INADEQUATE, cause=first.hers, due=due)


def _never_adequate(made: tuple[Told, PlanMade]) -> bool:
    """Whether a plan has faults whatever stands: even for the grade that it says itself."""
    return bool(refusals(made[1], _day(made[0]), Standing(grade=made[1].grade)))


def _day(told: Told) -> date:
    return told.envelope.time.astimezone(LONDON).date()


def review_of(
    heard: Heard, plans: Sequence[tuple[Plan, str]], calendars: Calendars
) -> list[tuple[str, PlanReview]]:
    """The review that is owed of the adequate plans, the first to be late; and the mention that it is about.
    An adequate plan that is newer than what changed is its review, and so is that somebody found one to
    stand: whose plan it is, is whose was looked at last."""
    sound = [each for each in plans if not each[0].refused]
    if not sound:
        return []
    newest, mention = max(sound, key=lambda each: _looked(each[0]))
    found = [
        (each.mention, _review(newest, each.because, each.root, each.at, each.due))
        for each in _changes(heard, calendars)
        if _looked(newest) < each.known
    ]
    if newest.review_on:
        due = end_of(newest.review_on)
        own = _review(newest, PlanChange.REVIEW_DATE, newest.root, newest.reviewed or newest.at, due)
        found.append((mention, own))
    return sorted(found, key=lambda each: (each[1].due, each[1].root))[:1]


def _looked(plan: Plan) -> datetime:
    return max(plan.at, plan.reviewed or plan.at)


def _review(
    plan: Plan, because: ReviewTrigger | PlanChange, root: str, at: datetime, due: datetime
) -> PlanReview:
    return PlanReview(agency=plan.agency, because=because, root=root, at=at, due=due)

"""What a victim is owed: an adequate safety plan (``safety_plan``), a victim contract, and to be told.

Source: HMICFRS (2021), lines 1553-1571 and 2456-2474; Code of Practice for Victims of Crime (2020), rights 3,
6, 8 and 9 (``domain.md`` section 6, as read 2026-11): told within one working day with enhanced rights, five
without; of what a court did within one, whoever it is. How often, how and by whom is to be agreed at report,
for which the same days are given here.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from contracts.events.hearings import HearingListed
from contracts.events.orders import BreachProgressed, BreachReported, OrderMade
from contracts.events.owed import ContractAgreed, VictimTold
from contracts.events.people import IncidentReported, ReferralMade
from contracts.rules import risk_review
from contracts.rules.clocks import Calendar, Calendars, Limit, deadline, end_of
from contracts.rules.enhanced_rights import Known, enhanced
from contracts.rules.occurrence import LONDON
from contracts.rules.order_status import BAIL
from contracts.rules.owed_parts import Clock, Contract, Heard, Owed, Update, grade_of
from contracts.rules.risk_review import Told
from contracts.rules.safety_plan import BINDS, mend, plans_of, review_of
from contracts.sections import Identity
from contracts.vocabulary import (
    PERPETRATOR_ROLES,
    AlertRule,
    BreachStep,
    Grade,
    HearingKind,
    HearingToldBy,
    LegalStatus,
    OrderStage,
    ReviewTrigger,
    ToldResult,
    UpdateKind,
)

ONE_DAY, FIVE_DAYS = Limit(1, Calendar.WORKING_DAYS), Limit(5, Calendar.WORKING_DAYS)
STEPS = {
    BreachStep.ARRESTED: UpdateKind.ARREST,
    BreachStep.INTERVIEWED: UpdateKind.INTERVIEW,
    BreachStep.CHARGED: UpdateKind.CHARGE,
    BreachStep.NO_FURTHER_ACTION: UpdateKind.RELEASE,
    BreachStep.AT_COURT: UpdateKind.COURT,
    BreachStep.SENTENCED: UpdateKind.COURT,
    BreachStep.ACQUITTED: UpdateKind.COURT,
    BreachStep.RELEASED: UpdateKind.RELEASE,
}
LAW = {
    LegalStatus.ARRESTED: UpdateKind.ARREST,
    LegalStatus.RELEASED_UNDER_INVESTIGATION: UpdateKind.RELEASE,
    LegalStatus.CHARGED: UpdateKind.CHARGE,
    LegalStatus.RELEASED_BY_COURT: UpdateKind.RELEASE,
    LegalStatus.NO_FURTHER_ACTION: UpdateKind.RELEASE,
    LegalStatus.CONVICTED: UpdateKind.COURT,
    LegalStatus.SENTENCED: UpdateKind.COURT,
    LegalStatus.RELEASED: UpdateKind.RELEASE,
    LegalStatus.ACQUITTED: UpdateKind.COURT,
}
"""Of what the law does about an incident, as of a breach's steps."""
SAME_FOR_ALL = frozenset({UpdateKind.COURT})
"""Of these everybody is told within one working day (rights 8 and 9)."""
CRIMINAL = frozenset({HearingKind.CRIMINAL_TRIAL, HearingKind.SENTENCE, HearingKind.OTHER_CRIMINAL})
"""Hearings whose day the victim is told (right 8). To a family's they are a party."""
SETTLES = frozenset({ToldResult.TOLD, ToldResult.UNSAFE, ToldResult.DECLINED})


def changes_at(heard: Heard) -> datetime | None:
    """When what is owed next changes by the passing of time alone: an order begins or ends."""
    starts = (order.starts for _, order in heard.of(OrderMade) if order.stage in BINDS)
    changes = (*starts, risk_review.changes_at(heard.told, heard.at))
    return min((each for each in changes if each and each > heard.at), default=None)


def owed(heard: Heard, calendars: Calendars) -> Owed | None:
    """What is owed to a victim. None: nothing was ever told that anything is owed for, as a referral to MARAC
    is: its victim is told what the meeting came to; nor anything that opens a review of the risk, nor a risk
    that is not known to be lower. Of somebody who has died what was done stays, and nothing is to come: whom
    their family is to hear from is no clock of this table."""
    found = _owed(heard, calendars)
    if found is None or not risk_review.died(heard.told):
        return found
    done = tuple(each for each in found.updates if each.settled)
    none = {"mend_by": None, "review": None, "agree_by": None, "clocks": ()}
    return found.model_copy(update=none | {"updates": done})


def _owed(heard: Heard, calendars: Calendars) -> Owed | None:
    grade = grade_of(heard)
    contract = next(reversed(heard.of(ContractAgreed)), None)
    known = _known(heard, grade, contract[1].enhanced if contract else None)
    has, because = enhanced(known, heard.told[-1].envelope.time.date()) if heard.told else (True, None)
    limit = ONE_DAY if has else FIVE_DAYS
    updates = [*_updates(heard, limit, calendars), *_routine(heard, contract)]
    plans = plans_of(heard, grade)
    soon = None if any(not plan.refused for plan, _ in plans) else mend(plans, heard, grade, calendars)
    review = review_of(heard, plans, calendars)
    agree = None if contract else _agree(heard, limit, calendars)
    told = updates or plans or soon or contract or agree or heard.opened or heard.of(ReferralMade)
    if because is None or not told:
        return None
    clocks = [each for each in (soon, agree) if each]
    clocks += [Clock(rule=AlertRule.PLAN_REVIEW, cause=cause, due=due.due) for cause, due in review]
    clocks += [
        Clock(rule=AlertRule(f"tell-{each.kind}"), cause=cause, due=each.due)
        for cause, each in updates
        if not each.settled
    ]
    return Owed(
        mention=heard.told[-1].hers,
        grade=grade,
        enhanced=has,
        because=because,
        plans=tuple(plan for plan, _ in plans),
        mend_by=soon.due if soon else None,
        review=review[0][1] if review else None,
        contract=_contract(*contract) if contract else None,
        agree_by=agree.due if agree else None,
        updates=tuple(sorted((each for _, each in updates), key=lambda u: (u.at, u.root), reverse=True)),
        clocks=tuple(sorted(clocks, key=lambda clock: (clock.due, clock.rule, clock.cause))),
    )


def _known(heard: Heard, grade: Grade, assessed: bool | None) -> Known:
    people = [mention for each in heard.told for mention in each.people]
    hers = (m for m in people if heard.homes.get(m.mention or "") == heard.person)
    often = {ReviewTrigger.BREACH, ReviewTrigger.ESCALATION}
    return Known(
        relationships=frozenset(
            m.relationship for m in people if m.relationship and m.role in PERPETRATOR_ROLES
        ),
        incidents=frozenset(incident.kind for _, incident in heard.of(IncidentReported)),
        targeted=any(each.trigger in often for each in heard.opened),
        grade=grade,
        born=tuple(born for m in hers if isinstance(m.identity, Identity) for born in m.identity.born),
        assessed=assessed,
    )


def _contract(told: Told, said: ContractAgreed) -> Contract:
    envelope = told.envelope
    return Contract(
        root=envelope.root,
        agency=envelope.agency,
        at=envelope.time,
        every_days=said.every_days,
        by=said.by,
        method=said.method,
    )


def _agree(heard: Heard, limit: Limit, calendars: Calendars) -> Clock | None:
    """By when a victim contract is to be agreed: after the first crime that was reported."""
    crimes = [each for each, said in heard.of(IncidentReported) if said.crime]
    reported = [*crimes, *(each for each, _ in heard.of(BreachReported))]
    first = min(reported, key=lambda each: (each.recorded, each.envelope.root), default=None)
    if first is None:
        return None
    due = deadline(limit, first.recorded, calendars)
    return Clock(rule=AlertRule.VICTIM_CONTRACT, cause=first.hers, due=due)


def _updates(heard: Heard, limit: Limit, calendars: Calendars) -> Iterator[tuple[str, Update]]:
    """What was to be told by itself, each with the victim's mention; and whether it was."""
    said = heard.of(VictimTold)
    asked = [(each, kind, at) for each in heard.told for kind, at in _asks(each, heard.at)]
    asked.sort(key=lambda each: (each[2], each[0].envelope.root))
    for number, (each, kind, at) in enumerate(asked):
        due = deadline(ONE_DAY if kind in SAME_FOR_ALL else limit, at, calendars)
        before = [when for _, other, when in asked[:number] if other is kind]
        latest = _until(each) if at == each.envelope.time else at
        tells = [(told, what) for told, what in said if _tells(told, latest, before)]
        yield each.hers, _told(kind, each.envelope.root, at, due, tells)


def _asks(each: Told, at: datetime) -> Iterator[tuple[UpdateKind, datetime]]:
    match each.said:
        case BreachProgressed(step=step) if step in STEPS:
            yield STEPS[step], each.envelope.time
        case IncidentReported():
            yield from ((LAW[step], since) for step, since in each.law if step in LAW)
        case HearingListed(hearing=hearing, told_by=told_by) if hearing in CRIMINAL:
            if told_by is not HearingToldBy.VICTIM:
                yield UpdateKind.COURT, each.moved or each.envelope.time
        case OrderMade(order=order) as bail if order in BAIL:
            yield from _of_bail(each, bail, at)


def _of_bail(each: Told, bail: OrderMade, at: datetime) -> Iterator[tuple[UpdateKind, datetime]]:
    """That it is over, by whatever word, lets nothing stand of it that was not told. Of bail that never bound
    there is nothing to tell."""
    if not each.bound:
        return
    over = each.envelope.time if bail.stage is OrderStage.DISCHARGED else None
    if over is None and bail.stage not in BINDS:
        return
    yield UpdateKind.BAIL, bail.made
    changes = (version.time for version, _ in each.varied)
    yield from ((UpdateKind.BAIL, change) for change in changes if change != over)
    if over is None and bail.ends is not None and bail.ends <= at:
        over = bail.ends
    if over is not None:
        yield UpdateKind.RELEASE, over


def _routine(heard: Heard, contract: tuple[Told, ContractAgreed] | None) -> Iterator[tuple[str, Update]]:
    """The next update that the contract promises: so many days after it, or after whatever was told last."""
    if contract is None or contract[1].every_days is None:
        return
    agreed, every = contract[0], timedelta(days=contract[1].every_days)
    said = heard.of(VictimTold)
    told = [each.envelope.time for each, what in said if what.result in SETTLES]
    last = max((at for at in told if at > agreed.envelope.time), default=agreed.envelope.time)
    due = end_of((last + every).astimezone(LONDON).date())
    after = [(each, what) for each, what in said if each.envelope.time > last]
    yield agreed.hers, _told(UpdateKind.ROUTINE, agreed.envelope.root, last, due, after)


def _told(
    kind: UpdateKind, root: str, at: datetime, due: datetime, said: Iterable[tuple[Told, VictimTold]]
) -> Update:
    since = [(each.envelope.time, what) for each, what in said if kind in what.of]
    told = next(((when, what) for when, what in since if what.result is ToldResult.TOLD), None)
    settled = told or next(((when, what) for when, what in since if what.result in SETTLES), None)
    return Update(
        kind=kind,
        root=root,
        at=at,
        due=due,
        tried=sum(what.result is ToldResult.TRIED for _, what in since),
        settled=settled[0] if settled else None,
        result=settled[1].result if settled else None,
    )


def _tells(told: Told, latest: datetime, before: Iterable[datetime]) -> bool:
    """Whether a word is surely of what happened then, at the ``latest``. Dated by its day alone it is of the
    first of that day, and not of this, where another of its kind happened ``before`` on it."""
    since = told.envelope.time
    return since >= latest or (_until(told) >= latest and not any(since <= when for when in before))


def _until(told: Told) -> datetime:
    """When it happened, at the latest: what is dated by its day alone until the end of that, and no later
    than it was first written down."""
    envelope = told.envelope
    if envelope.precision == "instant":
        return envelope.time
    over = end_of(envelope.time.astimezone(LONDON).date())
    return min(over, max(envelope.time, told.recorded))

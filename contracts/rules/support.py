"""How far support for a victim has come, and what is owed to them: who must do what, by when.

Source: Victims' Code (in force from 1 April 2021), right 4: details to a service within two working days of
the report, unless the victim objects; HMICFRS (2021): no referral to support in two thirds of 40 files, no
IDVA in 42 of 83; ``domain.md`` 1.5 and 6, read 2026-11. An unknown grade counts as high until it is answered
(``domain.md`` 14, trap 4). How many tries, how far apart, and what raises a risk are Goldthread's own, to be
agreed with each area. The clocks and MARAC's page read this one rule.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported, ReferralMade, RiskAssessed
from contracts.events.support import SupportProgressed
from contracts.rules.clocks import Calendars, runs_out
from contracts.rules.owed_parts import Heard, assessed_by
from contracts.rules.review_triggers import GRAVE
from contracts.rules.risk_review import Opened, Told, died
from contracts.rules.standing_grade import Assessed, stands
from contracts.vocabulary import AlertRule, Grade, ReviewTrigger, SupportKind, SupportReason, SupportStep

TRIES, APART = 3, timedelta(hours=3)
"""So many tries reach nobody, and how far apart two are at least to be at different times: three calls in an
hour are one."""

SERVICES_OWN = frozenset(
    {
        *(SupportStep.RECEIVED, SupportStep.ACCEPTED, SupportStep.DECLINED),
        *(SupportStep.TRIED, SupportStep.ENGAGED, SupportStep.ENDED),
    }
)
"""Steps that nobody but the service itself may say."""
REASONED = frozenset({SupportStep.REFUSED, SupportStep.DECLINED, SupportStep.ENDED})
"""Steps of which the reason is asked for."""
HOLDS = frozenset({SupportStep.ACCEPTED, SupportStep.TRIED, SupportStep.ENGAGED})
"""The service has the victim: no word of anybody else undoes that."""
WAITED_FOR = frozenset({SupportStep.MADE, SupportStep.RECEIVED})
"""A referral that waits for its answer."""
REFERRED = HOLDS | WAITED_FOR
"""The Code's referral is made."""
FINISHED = frozenset({SupportReason.COMPLETED, SupportReason.NOT_WANTED})
"""Why support is over that had begun. What ends otherwise, or before first contact, leaves the risk as it was
and nobody with the victim: the risk moves with whoever moves. That an IDVA has completed it ends no high or
unknown risk either: an assessment does (domain.md 14, trap 4)."""
RISES = frozenset(
    {
        *(ReviewTrigger.BREACH, ReviewTrigger.GRAVE_INCIDENT, ReviewTrigger.ESCALATION),
        *(ReviewTrigger.STALKING_NAMED, ReviewTrigger.SEPARATION, ReviewTrigger.RELEASED),
        *(ReviewTrigger.BAIL_VARIED, ReviewTrigger.BAIL_ENDED, ReviewTrigger.ORDER_ENDED),
    }
)
"""Of what opens a review of the risk, what raises it: support is offered again."""
AT_RISK = frozenset({Grade.HIGH, Grade.UNKNOWN})
GRAVEST_LAST = (Grade.STANDARD, Grade.MEDIUM, Grade.UNKNOWN, Grade.HIGH)
REPORTS = (ReferralMade, RiskAssessed, IncidentReported, BreachReported)
HAPPENED = (ReferralMade, IncidentReported, BreachReported)
"""Reports of which a refusal before them says nothing. An assessment by itself is none: who refused is
assessed again and left in peace, unless the grade rises."""


@dataclass(frozen=True, slots=True)
class Course:
    """How far one kind of support has come: its state, since when, by which step of which agency. ``held``:
    since when the ``service`` has the victim; ``tries``: how often it has tried since, at different times,
    the last time ``tried``: from the one of which somebody is told ``since`` and ``mention`` stay.
    ``reached``: it had first contact. ``again``: it had been refused, declined or ended before, and is begun
    anew."""

    support: SupportKind
    state: SupportStep
    since: datetime
    root: str
    agency: str
    mention: str
    service: str | None = None
    reason: SupportReason | None = None
    held: datetime | None = None
    tries: int = 0
    tried: datetime | None = None
    reached: bool = False
    again: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing is owed of what was known before it ended."""
        return self.state is SupportStep.ENDED and self.reached and self.reason in FINISHED


@dataclass(frozen=True, slots=True, order=True)
class Owed:
    """Something that is owed to a victim: under which line of the table of clocks, from when, until when it
    is not late; by the victim's mention in the fact from which it runs."""

    due: datetime
    rule: AlertRule
    mention: str
    since: datetime
    support: SupportKind | None = None


def courses(told: Iterable[Told]) -> dict[SupportKind, Course]:
    """How far each kind of support has come, of all that is told of one victim in the order of time."""
    found: dict[SupportKind, Course] = {}
    for each in told:
        if isinstance(each.said, SupportProgressed):
            kind = each.said.support
            found[kind] = _next(found.get(kind), each, each.said)
    return found


def _next(before: Course | None, told: Told, said: SupportProgressed) -> Course:
    agency, at = told.envelope.agency, told.envelope.time
    own = said.step in SERVICES_OWN
    step = Course(
        support=said.support,
        state=said.step,
        since=at,
        root=told.envelope.root,
        agency=agency,
        mention=told.hers,
        service=agency if own else said.service,
        reason=said.reason,
        held=at if said.step in HOLDS else None,
        tries=int(said.step is SupportStep.TRIED),
        tried=at if said.step is SupportStep.TRIED else None,
        reached=said.step is SupportStep.ENGAGED,
        again=before is not None and (before.again or before.state in REASONED),
    )
    if before is None:
        return step
    if before.state not in HOLDS:
        if _beside(before, step):
            return before
        if not _said_again(before, step):
            return step
        service, reached = step.service or before.service, before.reached
        return replace(step, since=before.since, mention=before.mention, service=service, reached=reached)
    if agency != before.service:
        return step if said.step in (SupportStep.ACCEPTED, SupportStep.ENGAGED) else before
    return _held(before, step)


def _beside(before: Course, step: Course) -> bool:
    """Whether a service that was asked by name still waits to answer: another declines, or support is offered
    anew."""
    waits = before.state in WAITED_FOR and before.service is not None
    declines = step.state is SupportStep.DECLINED and step.agency != before.service
    return waits and (declines or step.state is SupportStep.OFFERED)


def _said_again(before: Course, step: Course) -> bool:
    """Whether a step by or to the same service leaves it where it was, as a feed says each night what it said
    the night before. A refusal is an answer of its own each time."""
    same_service = before.service is None or step.service is None or before.service == step.service
    same_step = before.state is step.state and step.state is not SupportStep.REFUSED
    return same_service and (same_step or {before.state, step.state} == WAITED_FOR)


def _held(before: Course, step: Course) -> Course:
    """What a step adds that is said by the service which has the victim. That it accepted, said once more,
    adds nothing: neither first contact nor tries are undone by it."""
    if step.state in (SupportStep.DECLINED, SupportStep.ENDED):
        return replace(step, held=None, reached=before.reached)
    if step.state is SupportStep.ENGAGED:
        return replace(step, held=before.held)
    if step.tried is None or before.reached or (before.tried and step.tried - before.tried < APART):
        return before
    if before.tries >= TRIES:
        return replace(before, tries=before.tries + 1, tried=step.tried)
    return replace(step, held=before.held, tries=before.tries + 1)


def owed(heard: Heard, calendars: Calendars) -> list[Owed]:
    """All that is owed to a victim now, the first to be late first; nothing to somebody who has died."""
    told = heard.told
    if died(told):
        return []
    known = courses(told)
    at = sorted((*told, *heard.taken_back), key=lambda each: (each.envelope.time, each.envelope.root))
    refused = _refusal(known.values(), told)
    rise = _risen(refused.since, at, heard.opened) if refused else None
    asked = list(_idva(known.get(SupportKind.IDVA), at, heard.opened))
    offered = any(rule is AlertRule.RE_OFFER for rule, *_ in asked)
    referral = () if offered else _referral(list(known.values()), told, refused, rise)
    starts = [*referral, *asked, *_services(known.values(), bool(asked))]
    return sorted(
        Owed(runs_out(rule, since, calendars), rule, mention, since, kind)
        for rule, since, mention, kind in starts
    )


Start = tuple[AlertRule, datetime, str, SupportKind | None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a victim refused last of support: when, and when that was written down."""

    since: datetime
    recorded: datetime

    def of(self, report: Told) -> bool:
        """Whether it is an answer to this report: both its event and its record came before."""
        return report.envelope.time <= self.since and report.recorded <= self.recorded


def _refusal(known: Iterable[Course], told: Iterable[Told]) -> Refusal | None:
    """The last refusal that stands, of any kind of support."""
    roots = {course.root: course.since for course in known if course.state is SupportStep.REFUSED}
    found = (Refusal(roots[t.envelope.root], t.recorded) for t in told if t.envelope.root in roots)
    return max(found, key=lambda each: each.since, default=None)


def _referral(
    known: Sequence[Course], told: Sequence[Told], refused: Refusal | None, rise: tuple[datetime, str] | None
) -> Iterator[Start]:
    """The Code's referral. A service that declines leaves it to whoever referred; support that is over
    is owed again by a new report, and what ended otherwise from its end. A refusal answers what came before
    it: a new report, or a rise of the risk, owes it anew."""
    if any(course.state in REFERRED for course in known):
        return
    rule = AlertRule.SUPPORT_REFERRAL
    declined = [course for course in known if course.state is SupportStep.DECLINED]
    last = max(declined, key=lambda course: course.since, default=None)
    if last and (refused is None or last.since > refused.since):
        yield rule, last.since, last.mention, None
        return
    over = max((course.since for course in known if course.over), default=None)
    again = max((course.since for course in known if course.again or course.state in REASONED), default=None)
    reports = [t for t in told if isinstance(t.said, REPORTS) and (over is None or t.recorded > over)]
    if refused:
        reports = [t for t in reports if isinstance(t.said, HAPPENED) and not refused.of(t)]
    starts = [(t.recorded, t.hers) for t in reports]
    since, mention = min([*starts, rise] if rise else starts, default=(None, ""))
    if since:
        yield rule, max(since, again or since), mention, None


def _idva(course: Course | None, told: Sequence[Told], opened: Iterable[Opened]) -> Iterator[Start]:
    """The ask of an IDVA, or the offer that is to be made again after a refusal."""
    if course is not None and course.state in HOLDS:
        return
    if course is not None and course.state is SupportStep.REFUSED:
        rise = _risen(course.since, told, opened)
        if rise:
            yield AlertRule.RE_OFFER, *rise, SupportKind.IDVA
        return
    unwanted = course is not None and course.over and course.reason is SupportReason.NOT_WANTED
    over = course.since if course is not None and unwanted else None
    risk = at_risk([each for each in told if over is None or each.recorded > over])
    if risk:
        anew = course is not None and (course.again or course.state in REASONED)
        since = max(risk[0], course.since) if course and anew else risk[0]
        yield AlertRule.IDVA_ASKED, since, risk[1], SupportKind.IDVA


def _services(known: Iterable[Course], idva_asked: bool) -> Iterator[Start]:
    """What the services owe that were asked, or have her."""
    for course in known:
        kind, mention = course.support, course.mention
        if course.state in WAITED_FOR:
            if not (idva_asked and kind is SupportKind.IDVA):
                yield AlertRule.SUPPORT_UNANSWERED, course.since, mention, kind
        elif course.tries >= TRIES:
            yield AlertRule.NO_CONTACT, course.since, mention, kind
        elif course.held and course.state is not SupportStep.ENGAGED:
            yield AlertRule.FIRST_CONTACT, course.held, mention, kind


def at_risk(told: Iterable[Told]) -> tuple[datetime, str] | None:
    """Since when the risk is high or unknown, and by which mention that is known. A breach that nobody has
    assessed leaves it unknown; so does an incident of the gravest kinds that was not written down when
    somebody assessed last; of anybody else nobody has asked."""
    made: list[Assessed] = []
    since: tuple[datetime, str] | None = None
    for each in sorted(told, key=lambda each: each.recorded if _is_grave(each) else each.envelope.time):
        if isinstance(each.said, ReferralMade | RiskAssessed):
            made.append(assessed_by(each, each.said))
            if stands(made) not in AT_RISK:
                since = None
                continue
        elif not _is_grave(each) and (made or not isinstance(each.said, BreachReported)):
            continue
        since = since or (each.recorded, each.hers)
    return since


def _risen(refused: datetime, told: Iterable[Told], opened: Iterable[Opened]) -> tuple[datetime, str] | None:
    """The first rise of the risk after a refusal: when it was known, and by which mention. Where nobody had
    assessed, the risk was unknown: that it is medium is no rise."""
    rises = [(line.known, line.mention) for line in opened if line.trigger in RISES and line.known > refused]
    made: list[Assessed] = []
    before: Grade | None = None
    for each in told:
        if isinstance(each.said, ReferralMade | RiskAssessed):
            made.append(assessed_by(each, each.said))
            grade = stands(made)
            if each.recorded <= refused or (before is None and grade not in AT_RISK):
                before = grade
            elif GRAVEST_LAST.index(grade) > GRAVEST_LAST.index(before or Grade.STANDARD):
                rises.append((each.recorded, each.hers))
    return min(rises, default=None)


def _is_grave(told: Told) -> bool:
    return isinstance(told.said, IncidentReported) and told.said.kind in GRAVE

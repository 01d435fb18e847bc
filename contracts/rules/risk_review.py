"""Which reviews of a victim's risk were opened, which are owed, and by when.

What opens one, with its source: ``review_triggers``; of hearings, ``hearings``. A review is done by an
assessment that gives a grade, made after what opened it had happened and was written down: whoever assessed
before that did not know of it. One that leaves the grade unknown answers nothing, nor does a screening beside
an assessment, nor one of the risk from somebody else. Times run from when it happened, so that no correction
of anything else gives longer, and what is told late is late at once. (Ours, 2026-11, to be agreed with each
area.)
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from contracts.content import Content, Said
from contracts.envelope import Envelope
from contracts.events.contact import DeathRecorded
from contracts.events.hearings import HearingListed
from contracts.events.orders import BreachProgressed, BreachReported, OrderMade, PatternDecided
from contracts.events.people import HouseholdDescribed, IncidentReported, ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.rules import hearings
from contracts.rules.clocks import Calendars, deadline, end_of
from contracts.rules.legal_status import steps
from contracts.rules.occurrence import LONDON, Record, normal, occurrences, record_of
from contracts.rules.order_match import people_of
from contracts.rules.order_status import BAIL, varied
from contracts.rules.review_triggers import GRAVE, LAW, STALKING, STEPS, TRIGGERS
from contracts.rules.standing_grade import unnamed
from contracts.sections import Health, Identity
from contracts.vocabulary import (
    PERPETRATOR_ROLES,
    Grade,
    Instrument,
    LegalStatus,
    OrderStage,
    PatternDecision,
    Relationship,
    ReviewTrigger,
    Role,
)

TOGETHER = frozenset({Relationship.PARTNER, Relationship.SPOUSE})
APART = frozenset({Relationship.EX_PARTNER, Relationship.EX_SPOUSE})
ESCALATES, ESCALATES_WITHIN = 3, timedelta(days=365)
TERM = timedelta(days=280)


@dataclass(frozen=True, slots=True, order=True)
class Opened:
    """What opened a review of one victim: when, by which fact of which agency, by which mention. ``known``:
    from when on whoever assesses can have known of it. ``accused``: by whom, where that is said. ``by``: when
    it is late, though its line gave longer."""

    at: datetime
    root: str
    trigger: ReviewTrigger
    agency: str
    mention: str
    known: datetime = field(compare=False)
    accused: frozenset[str] = field(compare=False)
    by: datetime | None = field(default=None, compare=False)

    def due(self, calendars: Calendars) -> datetime:
        """Until when what it opened is not late."""
        due = deadline(TRIGGERS[self.trigger].limit, self.at, calendars)
        return min(due, self.by) if self.by else due


@dataclass(frozen=True, slots=True)
class Assessed:
    """A graded assessment of the victim's risk: when, by which agency, of whom, where that is said."""

    at: datetime
    agency: str
    accused: frozenset[str]

    def answers(self, opened: Opened) -> bool:
        """Whether it is the review that was opened. Where either names nobody it is of all the risk."""
        of_others = opened.accused and self.accused and opened.accused.isdisjoint(self.accused)
        return self.at >= opened.known and not of_others


@dataclass(frozen=True, slots=True)
class Owed:
    """A review that is owed, and until when it is not late."""

    opened: Opened
    due: datetime

    def owner(self, made: Sequence[Assessed]) -> str:
        """The agency that is to make it: whoever assessed last, else whoever told of what opened it. The
        College of Policing asks for one named owner (``domain.md`` 1.3)."""
        return made[-1].agency if made else self.opened.agency


@dataclass(frozen=True, slots=True)
class Told:
    """A standing fact that names the victim, or is a step about a breach that does: ``hers`` is the victim's
    mention there. ``people`` are all whom it is about. ``accused``: the persons who are said to have done it,
    of a step those of its breach. ``recorded``: when its agency first wrote it down. ``law``: of an incident
    how far the law has come, and since when that is known. ``moved``: of a hearing, since when a correction
    gave its day. ``varied``: of an order by which versions, and whether each lifted or changed a condition.
    ``bound``: that it ever bound anybody, as far as was told.
    ``withdrawn``: since when it says so of the victim no more. ``unnamed``: of what says how great the risk
    is, that it names no accused (``standing_grade.unnamed``)."""

    envelope: Envelope
    said: Said
    hers: str
    people: Sequence[Mention]
    accused: frozenset[str]
    recorded: datetime
    law: Sequence[tuple[LegalStatus, datetime]] = ()
    moved: datetime | None = None
    varied: Sequence[tuple[Envelope, bool]] = ()
    withdrawn: datetime | None = None
    unnamed: bool = False
    bound: bool = True


def told_of(
    facts: Iterable[tuple[Envelope, Said]],
    person: str,
    homes: Mapping[str, str],
    versions: Callable[[str], Sequence[tuple[Envelope, Content | None]]],
) -> list[Told]:
    """The facts about a person as victim, in the order of time, of all these that are filed under them: those
    that stand, or what those said last that were withdrawn or are of somebody else now. ``versions`` gives
    those of a root, the first said first: a correction is no new fact."""
    known = list(facts)
    found, of_breach = [], dict[str, tuple[str, frozenset[str]]]()
    for envelope, said in known:
        people = people_of(said, envelope.time, versions)
        hers = next((m.mention for m in people if _is_victim(m, person, homes)), None)
        by_whom = (homes.get(m.mention or "") for m in people if m.role in PERPETRATOR_ROLES)
        sides = (hers, frozenset(each for each in by_whom if each)) if hers else None
        if sides and isinstance(said, BreachReported):
            of_breach[envelope.root] = sides
        found.append((envelope, said, sides, people))
    told, everybody = [], [mention for *_, people in found for mention in people]
    for envelope, said, named, people in found:
        about = said.breach if isinstance(said, BreachProgressed | PatternDecided) else ""
        if sides := named or of_breach.get(about) or _by_mention(said, person, homes):
            known_by = versions(envelope.root)
            first = min(version.recordedat for version, _ in known_by)
            later = (each.acceptedat for each, _ in known_by if each.version > envelope.version)
            gone = next(later, None)
            law, moved, anew = _law(known_by), hearings.moved(known_by), varied(known_by)
            bound, others = _ever_bound(known_by), () if gone else everybody
            nobody = isinstance(said, ReferralMade | RiskAssessed) and unnamed(said, others, homes)
            told.append(
                Told(envelope, said, sides[0], people, sides[1], first, law, moved, anew, gone, nobody, bound)
            )
    return sorted(told, key=lambda each: (each.envelope.time, each.envelope.root))


def _law(versions: Iterable[tuple[Envelope, Content | None]]) -> list[tuple[LegalStatus, datetime]]:
    said = ((envelope.recordedat, each) for envelope, each in versions)
    return steps((at, each.status) for at, each in said if isinstance(each, IncidentReported))


def _by_mention(said: Said, person: str, homes: Mapping[str, str]) -> tuple[str, frozenset[str]] | None:
    """Whom staff name on a page: by the opaque mention that the page gives."""
    hers = said.named_on_a_page
    return (hers, frozenset()) if hers and homes.get(hers) == person else None


def _is_victim(mention: Mention, person: str, homes: Mapping[str, str]) -> bool:
    return mention.role is Role.VICTIM and homes.get(mention.mention or "") == person


def died(told: Iterable[Told]) -> bool:
    """Whether an agency says, by a word that stands, that the victim has died."""
    return any(isinstance(each.said, DeathRecorded) for each in told)


def opened(told: Sequence[Told], person: str, homes: Mapping[str, str], at: datetime) -> list[Opened]:
    """What opened a review by then, in the order of time; of what is to come the end of an order and the day
    of a hearing are known. Of somebody who has died the risk is reviewed no more."""
    if died(told):
        return []
    return sorted(
        [
            *(line for each in told for line in _by_itself(each, at)),
            *_happened(told, person, homes),
            *_separation(told, homes),
            *_new_relationship(told, homes),
            *_pregnancy(told),
            *_new_child(told, homes),
        ]
    )


def changes_at(told: Sequence[Told], at: datetime) -> datetime | None:
    """When the next review opens by the passing of time alone: an order ends, a hearing comes or is over."""
    ends = [each.said.ends for each in told if isinstance(each.said, OrderMade) and _binds(each.said)]
    heard = [line.at for each in told for line in _of_hearing(each)]
    return min((when for when in (*ends, *heard) if when and when > at), default=None)


def owed(lines: Iterable[Opened], made: Sequence[Assessed], calendars: Calendars) -> list[Owed]:
    """The reviews that are owed after these graded assessments, the first to be late first."""
    open_ = [line for line in lines if not any(each.answers(line) for each in made)]
    found = [Owed(line, line.due(calendars)) for line in open_]
    return sorted(found, key=lambda each: (each.due, each.opened))


def _assesses(said: ReferralMade) -> bool:
    """Whether an assessment came with a referral, by whichever way."""
    return said.dash is not None or (bool(said.answers) and said.instrument is not Instrument.S_DASH)


def assessed(told: Iterable[Told]) -> list[Assessed]:
    """The assessments that gave a grade, in the order of time; no screening by itself (S-DASH)."""
    return [
        Assessed(each.envelope.time, each.envelope.agency, each.accused)
        for each in told
        if (isinstance(each.said, RiskAssessed) and each.said.instrument is not Instrument.S_DASH)
        or (isinstance(each.said, ReferralMade) and _assesses(each.said))
        if each.said.graded is not None and each.said.graded.grade is not Grade.UNKNOWN
    ]


def _line(each: Told, trigger: ReviewTrigger, at: datetime | None = None) -> Opened:
    """Of a day without a time it is not known whether an assessment of that day came after it."""
    envelope = each.envelope
    happened = at or envelope.time
    by_day = at is None and envelope.precision == "day"
    over = end_of(happened.astimezone(LONDON).date()) if by_day else happened
    known = max(over, each.recorded)
    return Opened(happened, envelope.root, trigger, envelope.agency, each.hers, known, each.accused)


def _by_itself(each: Told, at: datetime) -> Iterator[Opened]:
    """What one fact opens, whatever else is known."""
    match each.said:
        case PatternDecided(offence=offence, decision=PatternDecision.RECORDED) if offence in STALKING:
            yield _line(each, ReviewTrigger.STALKING_NAMED)
        case BreachProgressed(step=step) if step in STEPS:
            yield _line(each, STEPS[step])
        case OrderMade() as order:
            yield from _order(each, order, at)
        case IncidentReported():
            yield from (_line(each, LAW[step], since) for step, since in each.law if step in LAW)
        case HearingListed():
            yield from (line for line in _of_hearing(each) if line.at <= at)


def _of_hearing(each: Told) -> Iterator[Opened]:
    """What a hearing opens, and what it will."""
    if isinstance(each.said, HearingListed):
        told = each.envelope.time
        for review in hearings.reviews(each.said, told, each.recorded, each.moved):
            line = _line(each, review.trigger, review.at if review.at != told else None)
            yield replace(line, by=review.by)


def _order(each: Told, order: OrderMade, at: datetime) -> Iterator[Opened]:
    bail = order.order in BAIL
    ended = ReviewTrigger.BAIL_ENDED if bail else ReviewTrigger.ORDER_ENDED
    if order.stage is OrderStage.DISCHARGED:
        yield _line(each, ended)
    if not _binds(order):
        return
    yield _line(each, ReviewTrigger.RELEASED if bail else ReviewTrigger.ORDER_MADE, order.made)
    for version, lifted in each.varied:
        if bail and lifted:
            since = replace(each, envelope=version, recorded=version.recordedat)
            yield _line(since, ReviewTrigger.BAIL_VARIED)
    if order.ends is not None and order.ends <= at:
        yield _line(each, ended, order.ends)


def _ever_bound(versions: Iterable[tuple[Envelope, Content | None]]) -> bool:
    """Not that of which it was told that it was asked for or refused, and never that it was made: what is
    called its end ends nothing. Of one that is first heard of when it is over it must have been."""
    orders = [each for _, each in versions if isinstance(each, OrderMade)]
    return any(map(_binds, orders)) or all(each.stage is OrderStage.DISCHARGED for each in orders)


def _binds(order: OrderMade) -> bool:
    return order.stage in (OrderStage.MADE, OrderStage.INTERIM)


def _happened(told: Iterable[Told], person: str, homes: Mapping[str, str]) -> Iterator[Opened]:
    """What was done, by its gravest reason alone: two agencies' records of one thing are one occurrence. A
    breach opens a review, or something grave, or that it is the third of its year."""
    by_root: dict[str, Told] = {}
    records: list[Record] = []
    for each in told:
        if isinstance(each.said, BreachReported | IncidentReported):
            by_root[each.envelope.root] = each
            records.append(record_of(each.envelope, each.said, homes, victims=frozenset({person})))
    happened = [[by_root[record.root] for record in group] for group in occurrences(records)]
    for place, group in enumerate(happened):
        breach = _first([each for each in group if isinstance(each.said, BreachReported)])
        grave = _first([each for each in group if _is_grave(each.said)])
        any_ = _first(group)
        before = happened[place - ESCALATES + 1] if place >= ESCALATES - 1 else None
        if breach:
            yield _line(breach, ReviewTrigger.BREACH)
        elif grave:
            yield _line(grave, ReviewTrigger.GRAVE_INCIDENT)
        elif any_ and before and any_.envelope.time - before[0].envelope.time <= ESCALATES_WITHIN:
            yield _line(any_, ReviewTrigger.ESCALATION)


def _first(records: Sequence[Told]) -> Told | None:
    """The first record of what was done, written down when any of them was. None of none."""
    return replace(records[0], recorded=min(each.recorded for each in records)) if records else None


def _is_grave(said: Said) -> bool:
    return isinstance(said, IncidentReported) and said.kind in GRAVE


def _separation(told: Iterable[Told], homes: Mapping[str, str]) -> Iterator[Opened]:
    """By one agency's own words: that two agencies call them otherwise is no change."""
    last: dict[tuple[str, str], Relationship] = {}
    for each in told:
        for mention in each.people:
            if mention.role not in PERPETRATOR_ROLES or mention.relationship is None:
                continue
            key = (each.envelope.agency, homes.get(mention.mention or "", ""))
            if last.get(key) in TOGETHER and mention.relationship in APART:
                yield _line(each, ReviewTrigger.SEPARATION)
            last[key] = mention.relationship


def _new_relationship(told: Iterable[Told], homes: Mapping[str, str]) -> Iterator[Opened]:
    """Of the first partner whom anybody names in full nobody knows who is new. Whom one agency calls a
    partner and another a former one is nobody new, nor is a record that nobody has linked and that bears
    their name; of one without a full name nobody can tell. An agency's own words count by themselves: that it
    names another than before, though that one without a name, and that a former partner is one again."""
    together, apart, names = dict[str, set[str]](), dict[str, set[str]](), set[str]()
    for each in told:
        agency = each.envelope.agency
        others = (former for who, former in apart.items() if who != agency)
        known = set[str]().union(*together.values(), *others)
        now = [m for m in each.people if m.relationship in TOGETHER]
        unknown = any(_full_names(m) and _known_as(m, homes).isdisjoint(known) for m in now)
        again = any(_known_as(m, homes) & apart.get(agency, set()) for m in now)
        if again or (unknown and (names or together.get(agency))):
            yield _line(each, ReviewTrigger.NEW_RELATIONSHIP)
        named = set[str]().union(*(_known_as(m, homes) for m in now))
        then = [m for m in each.people if m.relationship in APART]
        former = set[str]().union(*(_known_as(m, homes) for m in then))
        names |= set[str]().union(*(_full_names(m) for m in (*now, *then)))
        together[agency] = (together.get(agency, set[str]()) | named) - former
        apart[agency] = (apart.get(agency, set[str]()) | former) - named


def _known_as(mention: Mention, homes: Mapping[str, str]) -> set[str]:
    person = homes.get(mention.mention or "")
    return _full_names(mention) | ({person} if person else set())


def _full_names(mention: Mention) -> set[str]:
    said = mention.identity if isinstance(mention.identity, Identity) else None
    full = [each for each in (said.name, *said.aliases) if each] if said else []
    return {f"{normal(each.family)} {normal(each.given)}" for each in full if each.family and each.given}


def _pregnancy(told: Iterable[Told]) -> Iterator[Opened]:
    known: datetime | None = None
    for each in told:
        said = (m.health for m in each.people if m.mention == each.hers)
        new = known is None or each.envelope.time - known > TERM
        if new and any(isinstance(health, Health) and health.pregnant for health in said):
            yield _line(each, ReviewTrigger.PREGNANCY)
            known = each.envelope.time


def _new_child(told: Iterable[Told], homes: Mapping[str, str]) -> Iterator[Opened]:
    """Of the first household nobody knows who is new."""
    known, first = set[str](), True
    for each in told:
        children = {homes.get(m.mention or "", "") for m in each.people if m.role is Role.CHILD}
        if isinstance(each.said, HouseholdDescribed):
            if not first and children - known:
                yield _line(each, ReviewTrigger.NEW_CHILD)
            first = False
        known |= children

"""Whether a breach has been answered, by when it must be, and what a step of the answer must say.

Source: ``domain.md`` section 5. HMICFRS (2021): a response within 24 hours of the report; more than half
of 83 breaches had none, and one order was breached 18 times with no action. That the clock runs faster
for whoever was left unanswered before, and that whoever is outstanding is asked for anew each day, is
Goldthread's own (2026-11), to be agreed with each force; so is that whoever took its alert and took no step,
and what came of officers who were sent, is asked for by its danger (``standing_answer.WITHIN``); and that
what came of an arrest or an interview is asked for in three days, and each week. Ranks: HMICFRS 2021,
recommendation 5.2, for outcomes 15 and 16; the lifecycle of section 5 for closing, which a risk that is not
known blocks. So it does that no breach was found, which ends a breach here as closing does: nothing is asked
after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from zlib import crc32

from contracts.events.orders import BreachProgressed
from contracts.rules.occurrence import LONDON
from contracts.rules.second_person import same_person
from contracts.vocabulary import BreachStep, Grade, OutcomeType, PoliceRank, Urgency

CLOCKS = (timedelta(hours=24), timedelta(hours=12), timedelta(hours=4))
"""How long an answer may take: of a first breach, of one after one that had no answer in its time, and of
one after more of them."""
GRACE = timedelta(hours=2)
"""How long whoever sends a breach late has to send its answer too, and what came of a step that they sent
late."""
HISTORY = timedelta(days=28)
"""What was done so long before it is told is history: who sends the records of a year is not asked what came
of it. But whoever is outstanding is so today."""
OUTSTANDING = timedelta(hours=24)
"""How long a suspect may be outstanding before somebody is asked for them again."""
INTERVIEWED, DECIDES = timedelta(hours=72), timedelta(days=7)
"""How long after an arrest or an interview somebody is asked what came of it: charge, or no further action;
and how long whoever took that question has before it is asked anew."""

NO_ANSWER = frozenset(
    {
        *(BreachStep.TRIAGED, BreachStep.AT_COURT, BreachStep.CLOSED),
        *(BreachStep.SENTENCED, BreachStep.ACQUITTED, BreachStep.RELEASED),
    }
)
"""Steps by which nobody has gone, looked or spoken to anybody."""
SETTLES_NOTHING = frozenset({BreachStep.TRIAGED, BreachStep.RELEASED})
"""Steps that tell nothing of what came of those before: who is released after an interview is not charged."""

ON_THEIR_WAY = frozenset({BreachStep.TRIAGED, BreachStep.DEPLOYED, BreachStep.SUSPECT_OUTSTANDING})
"""Steps while somebody is going there, or looks for him. After any other whoever went has done with it: what
happens later is told anew. (Ours, 2026-11, to be agreed with each force.)"""

UNFINISHED = frozenset(
    {
        *(BreachStep.DEPLOYED, BreachStep.SUSPECT_OUTSTANDING),
        *(BreachStep.ARRESTED, BreachStep.INTERVIEWED),
    }
)
"""Steps after which it is asked what came of them."""

ONE_ARREST = timedelta(hours=1)
"""Two records that tell of an arrest so soon after each other tell of one. (Ours, 2026-11, to be agreed with
each force.)"""
STILL_HELD = frozenset(
    {
        *(BreachStep.TRIAGED, BreachStep.DEPLOYED),
        *(BreachStep.ARRESTED, BreachStep.INTERVIEWED, BreachStep.CHARGED),
    }
)
"""Steps that let nobody go who was arrested within the hour, so that they are arrested anew."""

RANKS, STEPS = tuple(PoliceRank), tuple(BreachStep)
URGENCIES = (Urgency.NOW, Urgency.HOUR, Urgency.DAY)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a step must say beside itself: why; of which outcome; and decided by which rank or above."""

    reason: bool = False
    outcome: bool = False
    rank: PoliceRank | None = None


NEEDS: Mapping[BreachStep, Needs] = {
    BreachStep.NO_FURTHER_ACTION: Needs(reason=True, outcome=True, rank=PoliceRank.SERGEANT),
    BreachStep.NO_BREACH_FOUND: Needs(reason=True, rank=PoliceRank.SERGEANT),
    BreachStep.CLOSED: Needs(reason=True, rank=PoliceRank.SERGEANT),
}
CLOSES = frozenset({BreachStep.NO_BREACH_FOUND, BreachStep.CLOSED})
"""Steps that end a breach without an outcome (``domain.md`` 7): nothing is asked after them."""
OF_AN_INSPECTOR = frozenset({OutcomeType.EVIDENTIAL_DIFFICULTIES, OutcomeType.VICTIM_DOES_NOT_SUPPORT})
"""Outcomes that an inspector or above signs off."""
OF_ACTION = frozenset(
    {
        *(OutcomeType.CHARGED, OutcomeType.CHARGED_ALTERNATE),
        *(OutcomeType.YOUTH_CAUTION, OutcomeType.YOUTH_CAUTION_ALTERNATE),
        *(OutcomeType.ADULT_CAUTION, OutcomeType.ADULT_CAUTION_ALTERNATE),
        *(OutcomeType.TAKEN_INTO_CONSIDERATION, OutcomeType.PENALTY_NOTICE, OutcomeType.CANNABIS_WARNING),
        *(OutcomeType.COMMUNITY_RESOLUTION, OutcomeType.DIVERSIONARY),
    }
)
"""Outcomes by which something was done (``domain.md`` 7): no further action was not what came of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was taken. ``root`` is of the fact that says so, first ``accepted`` here then; None: when
    it was taken. ``day``: it gives its day alone."""

    step: BreachStep
    at: datetime
    root: str
    accepted: datetime | None = None
    day: bool = False

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Later steps come later; those of one time, as of steps that give their day alone, in the order of a
        breach's life: to be sent comes before whatever came of it."""
        return (self.at, STEPS.index(self.step), self.root)


@dataclass(frozen=True, slots=True)
class Reported:
    """One record of a breach: when it happened, when its agency recorded it and when it was first accepted
    here, and the steps that are told of it."""

    occurred: datetime
    recorded: datetime
    accepted: datetime
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """When somebody is to be asked for the answer; and, where whoever takes the question leaves it, after how
    long anew. ``history``: it calls nobody who was not called before. ``grace``: so long after ``at`` whoever
    is not called yet is, and ``spread``, whoever was not called before; nobody is called off for either."""

    at: datetime
    again: timedelta
    history: bool = False
    grace: timedelta = timedelta(0)
    spread: timedelta = timedelta(0)


def fault(said: BreachProgressed) -> tuple[str, str] | None:
    """The place and the kind of what a step must say and does not. None: nothing."""
    if said.urgency or said.lowers:
        return _fault_of_triage(said)
    needs = NEEDS.get(said.step, Needs())
    if needs.reason and said.narrative is None:
        return ("content.narrative", "reason-missing")
    if needs.outcome and said.outcome is None:
        return ("content.outcome", "outcome-missing")
    if needs.outcome and said.outcome in OF_ACTION:
        return ("content.outcome", "outcome-of-action")
    least = PoliceRank.INSPECTOR if said.outcome in OF_AN_INSPECTOR else needs.rank
    if least is None:
        return None
    if said.rank is None:
        return ("content.rank", "rank-missing")
    if RANKS.index(said.rank) < RANKS.index(least):
        return ("content.rank", "rank-too-low")
    # A rank that anybody may choose is none: it is the number that signs.
    return ("content.by", "decider-missing") if said.by is None else None


def why_not_closed(step: BreachStep, grade: Grade, *, assessable: bool = True) -> tuple[str, str] | None:
    """The place and the kind of why a breach is not closed yet: nobody knows how great the risk is to whom it
    was against, and what is not known closes nothing (``domain.md`` 14, trap 4). None: it may be.
    ``assessable``: whether anybody can find out: somebody is known to be the victim, and lives."""
    unknown = step in CLOSES and grade is Grade.UNKNOWN and assessable
    return ("content.step", "grade-unknown") if unknown else None


def _fault_of_triage(said: BreachProgressed) -> tuple[str, str] | None:
    """A person raises a breach's priority alone, with a reason, and lowers it with another person's word."""
    if said.step is not BreachStep.TRIAGED or said.urgency is None:
        return ("content.urgency", "only-of-triage")
    if said.narrative is None:
        return ("content.narrative", "reason-missing")
    if said.lowers is None:
        return None
    if URGENCIES.index(said.urgency) <= URGENCIES.index(said.lowers):
        return ("content.lowers", "lowers-nothing")
    if said.by is None:
        return ("content.by", "first-person-missing")
    if said.second is None:
        return ("content.second", "second-person-missing")
    return ("content.second", "same-person") if same_person(said.by, said.second) else None


def steps_since(records: Iterable[Reported]) -> list[list[Step]]:
    """The steps of each record that can be of this breach: what was done before its day is of another, or
    mistyped, and must not pass for its answer. Of a step that gives its day alone nobody knows the time."""
    known = list(records)
    day = min(record.occurred for record in known).astimezone(LONDON).date()
    return [[step for step in each.steps if step.at.astimezone(LONDON).date() >= day] for each in known]


def told_once(records: Sequence[Sequence[Step]]) -> list[list[Step]]:
    """The steps of each record of a breach, where an arrest that several tell of is at the earliest time that
    is known of it; one that gives its day alone is at the first that another gives of that day, and so is
    what its own record tells of that day after it."""
    arrests = [(own, step) for own in records for step in own if step.step is BreachStep.ARRESTED]
    steps, moved = list(chain.from_iterable(records)), dict[str, datetime]()
    for own, arrest in sorted(arrests, key=lambda each: (each[1].day, each[1].at)):
        between = own if arrest.day else steps
        same = [
            moved.get(each.root, each.at)
            for other, each in arrests
            if other is not own and _one_arrest(arrest, each, between)
        ]
        with_it = [each for each in own if arrest.day and each.day and each.at == arrest.at]
        followed = [each for each in with_it if each.order >= arrest.order]
        moved |= {each.root: min(same) for each in (arrest, *followed) if same}
    return [[replace(each, at=moved.get(each.root, each.at)) for each in own] for own in records]


def _one_arrest(arrest: Step, other: Step, steps: Iterable[Step]) -> bool:
    """Whether another record tells of this arrest: with its time, where this one gives its day, or with an
    earlier one. Whoever was let go in between, by these steps, was arrested anew."""
    if other.day:
        return False
    if arrest.day:
        steps = _since_that_day(arrest, other, list(steps))
        same = arrest.at.astimezone(LONDON).date() == other.at.astimezone(LONDON).date()
    else:
        same = timedelta(0) < arrest.at - other.at <= ONE_ARREST
    first, last = sorted((arrest.at, other.at))
    return same and not any(_lets_go(each, first, last) for each in steps)


def _since_that_day(arrest: Step, other: Step, own: Sequence[Step]) -> list[Step]:
    """What a record tells that may be after an arrest of which it gives the day alone, and before the time
    that another gives: who was outstanding on that day may have been so before it, and who was let go first
    since the last arrest that the record tells beside it was let go from that one."""
    beside = (each.at for each in own if each.step is BreachStep.ARRESTED and each is not arrest)
    last = max((at for at in beside if at < other.at), default=None)
    known = [each for each in own if each.step is not BreachStep.SUSPECT_OUTSTANDING]
    let_go = (each for each in known if last is not None and _lets_go(each, last, other.at))
    of_it = min(let_go, key=lambda each: each.order, default=None)
    return [each for each in known if each is not of_it]


def _lets_go(step: Step, arrested: datetime, until: datetime) -> bool:
    """Whether by this step, told with its time, whoever was arrested then was let go by another time: who is
    outstanding at the time of the arrest was so before it."""
    if step.day or step.step in STILL_HELD or step.at > until:
        return False
    return arrested < step.at if step.step is BreachStep.SUSPECT_OUTSTANDING else arrested <= step.at


def answered(records: Iterable[Reported]) -> datetime | None:
    """When a breach, with all its records, was first answered. None: not yet."""
    steps = chain.from_iterable(steps_since(records))
    taken = (step.at for step in steps if step.step not in NO_ANSWER)
    return min(taken, default=None)


def ended(records: Iterable[Reported]) -> datetime | None:
    """When whoever went to a breach, with all its records, had done with it. None: not yet, or only steps
    say so of which nobody knows the time."""
    known = list(records)
    first = min(record.occurred for record in known)
    done = (step.at for record in known for step in record.steps if step.step not in ON_THEIR_WAY)
    return min((at for at in done if at > first), default=None)


def unfinished(steps: Iterable[Step]) -> Step | None:
    """The last of these steps, where it is still to be told what came of it. None: of none is."""
    known = (step for step in steps if step.step not in SETTLES_NOTHING)
    last = max(known, key=lambda step: step.order, default=None)
    return last if last is not None and last.step in UNFINISHED else None


def left_unanswered(records: Sequence[Reported], earlier: Iterable[Sequence[Reported]]) -> int:
    """How many of the earlier breaches, each with all its records, had no answer in 24 hours, which were
    over when this one was recorded."""
    return sum(left(each, min(record.recorded for record in records)) for each in earlier)


def left(records: Sequence[Reported], now: datetime) -> bool:
    """Whether a breach had no answer in 24 hours, which are over."""
    over = left_from(records)
    return over is not None and over <= now


def left_from(records: Sequence[Reported]) -> datetime | None:
    """From when a breach has had no answer in 24 hours, by what is known now. None: it had one."""
    over = min(record.recorded for record in records) + CLOCKS[0]
    first = answered(records)
    return over if first is None or first > over else None


def clock(left: int) -> timedelta:
    """How long the answer to a breach may take, after so many that were left without one."""
    return CLOCKS[min(left, len(CLOCKS) - 1)]


def due(records: Iterable[Reported], allowed: timedelta) -> datetime:
    """By when a breach must be answered: so long after its first record."""
    known = list(records)
    return max(
        min(record.recorded for record in known) + allowed,
        min(record.accepted for record in known) + min(GRACE, allowed),
    )


def asking(
    records: Iterable[Reported], allowed: timedelta, within: timedelta, taken: datetime | None = None
) -> Asking | None:
    """When somebody is to be asked for an answer: none has come in its time (``allowed``), nor in what its
    danger gives (``within``) whoever has ``taken`` its alert; officers were sent, and nothing was told for as
    long; the suspect has been outstanding for a day, or was arrested or interviewed three days ago and
    nothing followed. What came late is asked for a while after it came; of whoever has long been outstanding
    within a day of that, each at a time of its own: a first load has hundreds. None: it is answered."""
    known = list(records)
    if answered(known) is None:
        by = due(known, allowed)
        return Asking(by if taken is None else min(by, taken + within), min(allowed, within))
    steps = list(chain.from_iterable(told_once(steps_since(known))))
    last = unfinished(steps)
    if last is None:
        return None
    after, again = INTERVIEWED, DECIDES
    if last.step is BreachStep.SUSPECT_OUTSTANDING:
        after, again = OUTSTANDING, allowed
    elif last.step is BreachStep.DEPLOYED:
        after, again = within, within
    # Told again, as by another system, it is not moved.
    same = (step for step in steps if (step.step, step.at) == (last.step, last.at))
    since, root = min((step.accepted or step.at, step.root) for step in same)
    wanted, late = last.at + after, since + min(GRACE, within)
    grace = max(late - wanted, timedelta(0))
    if since < last.at + HISTORY:
        return Asking(wanted, again, grace=grace)
    if last.step is not BreachStep.SUSPECT_OUTSTANDING:
        return Asking(wanted, again, history=True)
    spread = grace + timedelta(minutes=crc32(root.encode()) % (OUTSTANDING // timedelta(minutes=1)))
    return Asking(wanted, again, spread=spread)

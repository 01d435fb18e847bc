"""Level 0: somebody who was put forward because they harm a repeat victim, and what a MATAC decided. Victims
are letters, times are months: nothing here tells where one lives."""

from datetime import datetime

from pydantic import AwareDatetime

from chassis.facts import Fact
from chassis.once import once
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.events.configuration import AgencyDefined, AreaDefined, ThresholdSet
from contracts.events.people import ReferralMade
from contracts.events.tasking import CandidateDecided
from contracts.rules.occurrence import LONDON
from contracts.sections import Narrative
from contracts.vocabulary import CandidateDecision, NotTakenUp
from services.marac.rules import candidates
from services.marac.tasking.perpetrator import Perpetrator, against
from services.marac.tasking.put_forward import standing
from services.marac.tasking.rows import Part


class Decision(Part):
    """What a MATAC decided last, in which month."""

    decision: CandidateDecision
    month: str
    reason: NotTakenUp | None
    words: str | None


class TaskingCandidate(Row):
    """Somebody whom the rule put forward, or a MARAC has. ``victims``: the repeat victims, by letter; none:
    it does not follow from the records any more. ``since``, a month, and ``due``: of a decision that is
    waited for."""

    victims: tuple[str, ...]
    referred: tuple[str, ...]
    """Of which victims somebody made a referral to a MARAC that names this person."""
    since: str | None
    due: AwareDatetime | None
    decision: Decision | None
    listed: bool
    """Whether somebody put them forward, or decided: not only that a MARAC has them."""
    place: str
    """What the list is sorted by: whoever waits, the longest first; then the others."""


class TaskingCandidateTable(ViewTable, table=True):
    """Rows of ``tasking_candidate``, in the order of the list."""

    __tablename__ = "marac_tasking_candidate"
    listed: bool
    place: str


def fold_candidate(subject: Subject) -> Folded:
    """The row of somebody who was put forward, decided about or referred; None for anybody else."""
    if not once(subject, against):
        return Folded(None)
    known = once(subject, Perpetrator)
    put = [fact for fact in once(subject, standing) if subject.homes.get(fact.said.victim) in known.letters]
    decisions = subject.facts.current(CandidateDecided)
    referred = _referred(known)
    if not put and not decisions and not referred:
        return Folded(None)
    letters = known.letters_of({subject.homes[fact.said.victim] for fact in put})
    harm = {seen.record.fact.root for seen in known.events if not set(letters).isdisjoint(seen.letters)}
    came = [subject.facts.first_accepted(root) for root in harm]
    last = max(decisions, key=lambda fact: fact.order, default=None)
    decided = candidates.Decided(last.occurred, last.said.decision) if last else None
    since = candidates.waits_since([fact.occurred for fact in put], came, decided)
    month = _month(since) if since else None
    row = TaskingCandidate(
        victims=letters,
        referred=referred,
        since=month,
        due=candidates.due(since) if since else None,
        decision=_decision(last) if last else None,
        listed=bool(put or decisions),
        place=f"0 {month}" if since else f"1 {_month(last.occurred) if last else ''}",
    )
    return Folded(row)


def _referred(known: Perpetrator) -> tuple[str, ...]:
    return known.letters_of(
        {
            victim
            for each in known.against
            if each.fact.envelope.type == ReferralMade.type
            for victim in each.victims
        }
    )


def _decision(fact: Fact[CandidateDecided]) -> Decision:
    said = fact.said
    return Decision(
        decision=said.decision,
        month=_month(fact.occurred),
        reason=said.reason,
        words=said.words.text if isinstance(said.words, Narrative) else None,
    )


def _month(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m}"


CANDIDATE = View(
    "tasking_candidate",
    of="person",
    row=TaskingCandidate,
    table=TaskingCandidateTable,
    fold=fold_candidate,
    configured_by=(AgencyDefined, AreaDefined, ThresholdSet),
)

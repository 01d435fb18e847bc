"""Whether somebody who was put forward to a MATAC waits for a decision, and until when it is due.

Source: domain.md 2.1 (a MATAC meets every four weeks; Sunderland SAB, College of Policing practice bank). It
is counted by whole months, and told by the month alone: the day on which something came to be known would
tell of the victim. That a decision not to take somebody up stands until more comes to be known than it had
before it, of harm to a repeat victim of theirs or of another such victim, is Goldthread's own (2026-11)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.rules.clocks import CLOCKS, end_of
from contracts.rules.occurrence import LONDON
from contracts.rules.order_questions import months_on
from contracts.vocabulary import AlertRule, CandidateDecision, Forum

ABOUT_THEM = (Forum.MATAC, Forum.MAPPA)
"""The forums that are about whoever harms. That a case went to safeguarding of an adult or a child is of the
victim's side, and stays there."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and when it was made."""

    at: datetime
    decision: CandidateDecision


def waits_since(
    put: Collection[datetime], known: Iterable[datetime], decided: Decided | None
) -> datetime | None:
    """Since when a decision is waited for; None: none is. ``put``: when each putting forward that stands was
    said; ``known``: when each record of harm to one of those victims came, whenever it was done."""
    first = min(put, default=None)
    if first is None or decided is None:
        return first
    if decided.decision is CandidateDecision.TAKEN_UP:
        return None
    return min((each for each in (*put, *known) if each > decided.at), default=None)


def due(since: datetime) -> datetime:
    """Until when it is due: the end of the month after the one in which it began to be waited for."""
    first = since.astimezone(LONDON).date().replace(day=1)
    return end_of(months_on(first, 1 + CLOCKS[AlertRule.CANDIDATE].limit.n) - timedelta(days=1))


def told_to_matac(issued: Iterable[Collection[Forum]]) -> tuple[Forum, ...]:
    """What a MATAC is told of MARACs' decisions about a person's victims: to which forums that are about the
    person they took a case, as soon as it is issued; neither when, nor by which MARAC, nor how many cases.
    ``issued``: of each case that is restricted to nobody the forums as minutes that were issued have them
    (``domain.md`` 14, traps 3 and 9)."""
    taken_on = {forum for forums in issued for forum in forums}
    return tuple(forum for forum in ABOUT_THEM if forum in taken_on)


@dataclass(frozen=True, slots=True)
class AgreedOn:
    """An action about whoever harms, of a case that names a person and is restricted to nobody. ``met``: when
    the meeting began that agreed it; ``issued``: when minutes that have it were; None: none were. ``over``,
    ``withdrawn``: since when it is; None: it is not. ``facts``: by which it is known."""

    met: datetime
    issued: datetime | None
    over: datetime | None = None
    withdrawn: datetime | None = None
    facts: tuple[str, ...] = ()


def told_of_actions(agreed: Iterable[AgreedOn], month: datetime) -> tuple[list[AgreedOn], int]:
    """The actions of which a MATAC is told how many MARACs agreed, and how many of them were open, as both
    stood when the ``month`` began: by meetings and minutes of months that are over, for the day on which a
    number is another would tell which MARAC met (``domain.md`` 14, traps 3 and 9). Neither words, agency, day
    nor MARAC; nor of which victim, which is plain where one alone was heard."""
    known = [
        each
        for each in agreed
        if max(each.met, each.issued or month) < month and (each.withdrawn is None or each.withdrawn >= month)
    ]
    return known, sum(each.over is None or each.over >= month for each in known)

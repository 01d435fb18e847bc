"""Which referral criteria a case meets, from what all agencies said: met, not met or not known, with why.

Sources: SafeLives, *Marac referral criteria definitions* (14 or more on the Dash; judgement may stand alone;
read 2026-11) and referral form (2015: three incidents in twelve months). Kingston MARAC: five incidents or
three crimes between one pair; honour-based abuse is an automatic referral there and in Sussex. What is not
known is never *not met* (domain.md 14, trap 4), and nothing here refuses a referral (trap 5): a person does.
Which items of a Dash (domain.md 1.3) speak of which kind of incident is Goldthread's own reading (2026-11).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from contracts.rules.instruments import DENIES, HOLDS
from contracts.vocabulary import (
    EscalationUnit,
    Grade,
    IncidentKind,
    OrderType,
    ReferralCriterion,
    RepeatDefinition,
    RiskAnswer,
    RiskFactor,
)
from services.marac.rules.chosen import Chosen
from services.marac.rules.repeat import Event, counts, months_after

State = Literal["met", "not-met", "not-known"]

HONOUR = frozenset({OrderType.FMPO, OrderType.FGMPO})
"""Orders that no court makes but for honour-based abuse (domain.md 4.1)."""

SPEAKS_OF: Mapping[RiskFactor, frozenset[IncidentKind]] = {
    RiskFactor.STALKED: frozenset({IncidentKind.STALKING}),
    RiskFactor.THREATS_TO_KILL: frozenset({IncidentKind.THREATS_TO_KILL}),
    RiskFactor.STRANGLED: frozenset({IncidentKind.NON_FATAL_STRANGULATION}),
    RiskFactor.SEXUAL: frozenset({IncidentKind.SEXUAL_ASSAULT, IncidentKind.RAPE}),
}
"""What an item asks about, and the kinds of incident that a YES to it may be: on the SafeLives Dash D08, D14,
D15 and D16, on other forms the items that ask the same. It says neither when nor how often: a person asks."""

RISING = (RiskFactor.MORE_OFTEN, RiskFactor.WORSE)
"""What escalation is (domain.md 1.2): on the SafeLives Dash D10 and D11."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment of the victim that counts. ``yes`` None: its form counts none. ``open``: what was not
    asked, not known or left out. ``judged``: judgement raised it to high. ``answers``: what it answers of the
    pair, by what its form asks about."""

    root: str
    grade: Grade
    yes: int | None
    open: int
    judged: bool
    answers: Mapping[RiskFactor, RiskAnswer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened once between the pair: all records of it."""

    at: datetime
    records: tuple[Event, ...]

    @property
    def roots(self) -> tuple[str, ...]:
        """The records."""
        return tuple(each.root for each in self.records)


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A case as the criteria see it. ``repeat``: what makes it one; ``earlier``: the last case of the pair of
    which it may be one, while no meeting has heard this one; ``recorded``: what was done between the pair
    since it was first referred; ``honour``: orders that protect a victim from forced marriage or female
    genital mutilation; ``taken_over``: another MARAC sent it, and this one
    took it; ``unread``: records of it that could not be read; ``kept``: what gave high risk, was withdrawn
    and keeps the grade."""

    referral: str
    ticked: frozenset[ReferralCriterion]
    assessed: Sequence[Assessed]
    happened: Sequence[Happened]
    repeat: tuple[str, ...] = ()
    earlier: str | None = None
    recorded: tuple[str, ...] = ()
    honour: tuple[str, ...] = ()
    taken_over: bool = False
    unread: int = 0
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a criterion. ``because`` is the last part of a message id (``criteria.yes``) with the
    numbers ``n`` and ``of``; ``roots`` are all facts that meet it or may; ``code`` is a local criterion's,
    ``ticked`` what the referrer said."""

    criterion: ReferralCriterion
    state: State
    because: str
    roots: tuple[str, ...] = ()
    n: int = 0
    of: int = 0
    months: int = 0
    code: str | None = None
    ticked: bool = False


def criteria(case: CaseSeen, chosen: Chosen, at: datetime) -> list[Found]:
    """Every criterion, in the order of the form; a local one for each that the MARAC has."""
    found = [
        _visible(case, chosen),
        _judgement(case),
        _escalation(case, chosen, at),
        _repeat(case, chosen),
        _honour(case),
        _transfer(case),
        *_local(case, chosen),
    ]
    return [_unless_unread(each, case.unread) for each in found]


def _visible(case: CaseSeen, chosen: Chosen) -> Found:
    """By the most YES, else by a grade, else by what is left open. Its facts are all by which it is met or
    may be: none stands for another that comes later."""
    what, ticked = ReferralCriterion.VISIBLE_HIGH_RISK, ReferralCriterion.VISIBLE_HIGH_RISK in case.ticked
    counted = sorted((a for a in case.assessed if a.yes is not None), key=lambda each: -(each.yes or 0))
    most = next(iter(counted), None)
    over = [each for each in counted if (each.yes or 0) >= chosen.dash]
    high = [each for each in case.assessed if each.grade is Grade.HIGH and not each.judged]
    unsure = [each for each in counted if (each.yes or 0) < chosen.dash <= (each.yes or 0) + each.open]
    ungraded = [each for each in case.assessed if each.grade is Grade.UNKNOWN]
    said = (each.root for each in (*over, *high, *unsure, *ungraded))
    roots = tuple(dict.fromkeys((*said, *case.kept)))
    if over:
        return Found(what, "met", "yes", roots, over[0].yes or 0, chosen.dash, ticked=ticked)
    if high:
        return Found(what, "met", "graded-high", roots, ticked=ticked)
    if unsure:
        n = (unsure[0].yes or 0, chosen.dash)
        return Found(what, "not-known", "unanswered", roots, *n, ticked=ticked)
    if ungraded:
        return Found(what, "not-known", "ungraded", roots, ticked=ticked)
    if case.kept:
        return Found(what, "not-known", "withdrawn", roots, ticked=ticked)
    if most is None:
        return Found(what, "not-known", "not-assessed", ticked=ticked)
    return Found(what, "not-met", "yes", (most.root,), most.yes or 0, chosen.dash, ticked=ticked)


def _judgement(case: CaseSeen) -> Found:
    what = ReferralCriterion.PROFESSIONAL_JUDGEMENT
    judged = tuple(each.root for each in case.assessed if each.judged)
    if what in case.ticked:
        return Found(what, "met", "said", (case.referral, *judged), ticked=True)
    return Found(what, "met", "judged", judged) if judged else Found(what, "not-met", "not-judged")


def _escalation(case: CaseSeen, chosen: Chosen, at: datetime) -> Found:
    """The first that is met, with the facts of every one that is; else the one that is nearest, which the
    referrer's word leaves open, for others may know of more than is recorded here, and so does a form by
    which it rises, or that nobody answered. An occurrence counts once, whoever recorded it. Where it stays
    open when no rule is met any more, its facts are those of all rules before too, so none is new then."""
    what, ticked = (
        ReferralCriterion.POTENTIAL_ESCALATION,
        ReferralCriterion.POTENTIAL_ESCALATION in case.ticked,
    )
    tried = []
    for each in chosen.escalation:
        since = months_after(at, -each.months)
        inside = [once for once in case.happened if since < once.at <= at and _counted(once, each.unit)]
        roots = tuple(root for once in inside for root in once.roots)
        state: State = "met" if len(inside) >= each.least else "not-met"
        numbers = (len(inside), each.least, each.months)
        tried.append(Found(what, state, each.unit.value, roots, *numbers, ticked=ticked))
    met, may = [each for each in tried if each.state == "met"], _hold(case, RISING)
    by, said = tried if ticked or may else met, (case.referral,) if ticked else ()
    roots = tuple(dict.fromkeys((*said, *(root for each in by for root in each.roots), *may)))
    if met:
        return replace(met[0], roots=roots)
    nearest = max(tried, key=lambda each: each.n - each.of)
    if ticked:
        return replace(nearest, state="not-known", because="said-more", roots=roots)
    if may:
        return replace(nearest, state="not-known", because="rises", roots=roots)
    if all(_denied(case, each) for each in RISING):
        return nearest
    return replace(nearest, state="not-known", because="rises-not-answered", roots=())


def _counted(once: Happened, unit: EscalationUnit) -> bool:
    if unit is EscalationUnit.INCIDENTS:
        return True
    return any(counts(record, RepeatDefinition.OLD) for record in once.records)


def _repeat(case: CaseSeen, chosen: Chosen) -> Found:
    """That nothing is recorded since a meeting heard the pair is not that nothing happened: of a pair that is
    referred anew, a person asks. Whatever else is recorded between the two is asked about anew."""
    what, ticked = ReferralCriterion.REPEAT, ReferralCriterion.REPEAT in case.ticked
    because = f"repeat-{chosen.definition.value}-{chosen.anchor.value}"
    if case.repeat:
        return Found(what, "met", because, case.repeat, ticked=ticked)
    if ticked:
        return Found(what, "not-known", "said-not-found", (case.referral,), ticked=True)
    if case.earlier:
        about = dict.fromkeys((case.earlier, *case.recorded, case.referral))
        return Found(what, "not-known", "referred-before", tuple(about))
    return Found(what, "not-met", because)


def _honour(case: CaseSeen) -> Found:
    """By what a court ordered, whoever referred; else as the referrer says. That others threaten too (D17)
    may be of family or community, for so-called honour, and need not be (domain.md 1.3): a person asks."""
    what = ReferralCriterion.HBA_FM
    said, may = _said(case, what), _hold(case, [RiskFactor.OTHERS_THREATEN])
    if case.honour:
        return Found(what, "met", "ordered", (*case.honour, *may), len(case.honour), ticked=said.ticked)
    because = "others-threaten" if may and not said.ticked else said.because
    return replace(said, because=because, roots=(*said.roots, *may))


def _transfer(case: CaseSeen) -> Found:
    """What another MARAC sent is listed without being weighed anew (domain.md 1.9)."""
    what = ReferralCriterion.MARAC_TRANSFER
    if case.taken_over:
        return Found(what, "met", "taken-over", (case.referral,), ticked=what in case.ticked)
    return _said(case, what)


def _said(case: CaseSeen, what: ReferralCriterion) -> Found:
    """Of what no agency's fact tells: the referrer's word, else nobody knows."""
    if what in case.ticked:
        return Found(what, "met", "said", (case.referral,), ticked=True)
    return Found(what, "not-known", "nobody-said")


def _local(case: CaseSeen, chosen: Chosen) -> list[Found]:
    what, ticked = ReferralCriterion.LOCAL, ReferralCriterion.LOCAL in case.ticked
    if ticked and not chosen.local:
        return [Found(what, "met", "said", (case.referral,), ticked=True)]
    return [replace(_own(case, each.kinds), code=each.code, ticked=ticked) for each in chosen.local]


def _own(case: CaseSeen, kinds: Collection[IncidentKind]) -> Found:
    """By what was reported. Of what a form asks about, that nobody reported it is not that it did not happen:
    it is not met where each item about it was denied, and not known where one says YES."""
    what, said = ReferralCriterion.LOCAL, _said(case, ReferralCriterion.LOCAL)
    reported = tuple(r.root for once in case.happened for r in once.records if r.kind in kinds)
    asks = [factor for factor, speaks in SPEAKS_OF.items() if not speaks.isdisjoint(kinds)]
    may = _hold(case, asks)
    if reported:
        return Found(what, "met", "happened", (*reported, *may), len(reported))
    if may:
        return Found(what, "not-known", "answered", (*may, *said.roots))
    if said.ticked:
        return Found(what, "not-known", "said-which", said.roots)
    if not kinds:
        return said
    if not asks:
        return Found(what, "not-met", "not-happened")
    if all(_denied(case, each) for each in asks):
        return Found(what, "not-met", "denied")
    return Found(what, "not-known", "not-answered")


def _hold(case: CaseSeen, factors: Sequence[RiskFactor]) -> tuple[str, ...]:
    """The assessments that say of any of these that it holds."""
    return tuple(a.root for a in case.assessed if any(a.answers.get(each) in HOLDS for each in factors))


def _denied(case: CaseSeen, factor: RiskFactor) -> bool:
    """Whether any assessment whose form asks about it was made, and each says NO: NOT ASKED is none."""
    given = {each.answers[factor] for each in case.assessed if factor in each.answers}
    return bool(given) and given <= DENIES


def _unless_unread(found: Found, unread: int) -> Found:
    """What might be met by a record that could not be read is not known."""
    if found.state != "not-met" or not unread:
        return found
    return Found(
        found.criterion, "not-known", "unread", found.roots, unread, code=found.code, ticked=found.ticked
    )


def fresh(
    found: Sequence[Found],
    told: Mapping[str, Collection[str]],
    considered: frozenset[str],
    *,
    more_unread: bool,
) -> list[Found]:
    """Of a case that was returned, what brings it back: criteria that are met, or not known, by a fact that
    was not among those that were considered; every one that is, where more records cannot be read than could
    not be then (``more_unread``). ``told``: the ids of each root's newest version and of those before it that
    told the same (``retold.py``)."""
    return [
        each
        for each in found
        if each.state != "not-met"
        and (more_unread or any(considered.isdisjoint(told.get(root, (root,))) for root in each.roots))
    ]


def evidence(found: Sequence[Found], newest: Mapping[str, str]) -> list[str]:
    """The facts behind what was found, by the ids of their newest versions."""
    return sorted({newest.get(root, root) for each in found for root in each.roots})

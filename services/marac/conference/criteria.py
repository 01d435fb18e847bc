"""A case as the rule of the referral criteria sees it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from contracts.rules.instruments import OPEN
from contracts.rules.standing_grade import counting
from contracts.vocabulary import Grade
from services.marac.conference import rows
from services.marac.conference.listing_rows import CaseListing
from services.marac.conference.repeated import is_between
from services.marac.conference.risk import all_answers, assessed_of, by_factor, counted
from services.marac.rules import criteria
from services.marac.rules.chosen import Chosen
from services.marac.rules.repeat import Event


def found_of(
    case: rows.ConferenceCase,
    victim: rows.ConferencePerson | None,
    chosen: Chosen,
    unread: int,
    at: datetime,
    recorded: tuple[str, ...] = (),
) -> list[criteria.Found]:
    """Every criterion of a case, found or not; none of one whose referral was withdrawn. ``recorded``: what
    its row counts as done between its pair, whether or not a meeting has heard of it."""
    if case.withdrawn:
        return []
    seen = criteria.CaseSeen(
        referral=case.case,
        ticked=frozenset(case.criteria),
        assessed=_assessed(victim, {each.person for each in case.perpetrators}),
        kept=tuple(
            each.root for each in counting(assessed_of(victim)) if each.withdrawn and each.grade is Grade.HIGH
        ),
        happened=_happened(case),
        repeat=tuple(case.repeat.roots) if case.repeat else (),
        earlier=case.earlier_case,
        recorded=recorded,
        honour=tuple(each.root for each in case.orders if each.order in criteria.HONOUR),
        taken_over=bool(case.transferred),
        unread=unread,
    )
    return criteria.criteria(seen, chosen, at)


def brought_back(
    listing: CaseListing | None,
    found: Sequence[criteria.Found],
    told: Mapping[str, Collection[str]],
    unread: int,
) -> list[criteria.Found]:
    """The criteria by which a case that was returned is back. ``unread``: how many records of it cannot be
    read now."""
    if listing is None or listing.returned is None:
        return []
    considered, more = frozenset(listing.returned.considered), unread > listing.returned.unread
    return criteria.fresh(found, told, considered, more_unread=more)


def _assessed(victim: rows.ConferencePerson | None, theirs: set[str]) -> list[criteria.Assessed]:
    """The assessments that count: none that two persons of its own agency have since put lower, and no
    referral that neither answers nor grades anything."""
    made = sorted(victim.assessments if victim else (), key=lambda each: (each.occurred, each.root))
    count = {each.root for each in counting(assessed_of(victim))}
    return [
        criteria.Assessed(
            root=each.root,
            grade=each.grade,
            yes=each.yes if counted(each) else None,
            open=max(each.unanswered or 0, sum(answer in OPEN for answer in all_answers(each))),
            judged=each.grade is Grade.HIGH and each.before_judgement not in (None, Grade.HIGH),
            answers=by_factor(each, theirs),
        )
        for each in made
        if each.root in count and (each.instrument or each.grade is not Grade.UNKNOWN)
    ]


def _happened(case: rows.ConferenceCase) -> list[criteria.Happened]:
    found = []
    for each in case.occurrences:
        records = tuple(
            Event(r.root, r.occurred, r.kind, r.crime) for r in each.records if is_between(case, r)
        )
        if records:
            found.append(criteria.Happened(each.first, records))
    return found

"""Level 1: what persons decided of a case before it is heard. A case of which nobody decided has no row."""

from chassis.facts import Fact, FactSet
from chassis.once import once
from chassis.views import Folded, Subject, View
from contracts.events.listing import CaseRestricted, PartiesDecided, ReferralReturned
from contracts.events.people import ReferralMade
from contracts.sections import Narrative, NarrativeSection
from services.marac.conference.listing_rows import (
    CaseListing,
    CaseListingTable,
    PartiesLine,
    RestrictedLine,
    Returned,
)


def fold_listing(subject: Subject) -> Folded:
    """The row of a case of which anything was decided."""
    facts, case = subject.facts, subject.id
    returns = sorted(
        (f for f in facts.current(ReferralReturned) if f.said.case == case), key=lambda f: f.order
    )
    parties, restricted = parties_of(facts, case), restricted_of(facts, case)
    if not returns and not parties and not restricted:
        return Folded(None)
    referral = next((fact for fact in facts.of(ReferralMade) if fact.root == case), None)
    row = CaseListing(
        case=case,
        referred_by=referral.agency if referral else None,
        referred=referral.occurred if referral else None,
        returned=_returned(returns[-1], subject) if returns else None,
        parties=parties,
        restricted=restricted,
    )
    return Folded(row)


def parties_of(facts: FactSet, case: str) -> tuple[PartiesLine, ...]:
    """Every decision that stands about who is the primary victim of a case, the newest first."""
    decided = sorted((f for f in facts.current(PartiesDecided) if f.said.case == case), key=lambda f: f.order)
    return tuple(
        PartiesLine(
            root=each.root,
            fact=each.id,
            agency=each.agency,
            at=each.occurred,
            reason=_text(each.said.reason),
            decision=each.said.decision,
        )
        for each in reversed(decided)
    )


def restricted_of(facts: FactSet, case: str) -> tuple[RestrictedLine, ...]:
    """Every word that stands about to whom a case is restricted, the newest first, which is the one that
    holds."""
    said = sorted((f for f in facts.current(CaseRestricted) if f.said.case == case), key=lambda f: f.order)
    return tuple(
        RestrictedLine(
            root=each.root,
            fact=each.id,
            agency=each.agency,
            at=each.occurred,
            reason=_text(each.said.reason),
            to=None if each.said.lifted else tuple(each.said.to),
        )
        for each in reversed(said)
    )


def _returned(fact: Fact[ReferralReturned], subject: Subject) -> Returned:
    """What was considered is what the first version says: other words later weigh nothing anew."""
    first = next(
        each.content
        for each in subject.facts.versions(fact.root)
        if isinstance(each.content, ReferralReturned)
    )
    return Returned(
        root=fact.root,
        fact=fact.id,
        agency=fact.agency,
        at=fact.occurred,
        reason=_text(fact.said.reason),
        advice=_text(fact.said.advice),
        considered=tuple(first.considered),
        unread=first.unread,
    )


def _text(words: NarrativeSection) -> str | None:
    return words.text if isinstance(words, Narrative) else None


def listing_once(subject: Subject) -> Folded:
    """The row of what was decided of a case, folded once for all views that read it."""
    return once(subject, fold_listing)


LISTING = View(
    "conference_listing",
    of="case",
    row=CaseListing,
    table=CaseListingTable,
    fold=listing_once,
    begun_by=(ReferralReturned, PartiesDecided, CaseRestricted),
)

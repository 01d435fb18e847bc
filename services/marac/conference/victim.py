"""Of a person's facts, what is a victim's own. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from contracts.events.contact import ContactFailed, DeathRecorded
from contracts.events.people import ReferralMade
from contracts.events.wishes import CharacteristicsSaid, ConsentSaid, WishesHeard
from contracts.sections import Equality, Narrative
from contracts.vocabulary import AgencyKind, ConsentAnswer, LawfulBasis, SaidBy
from services.marac.casefile import Told
from services.marac.conference import victim_rows
from services.marac.conference.parts import Source
from services.marac.conference.source import source

AT_A_MARAC = tuple(kind for kind in AgencyKind if kind is not AgencyKind.GOLDTHREAD)
"""Whom a referral to a MARAC tells."""


def hers_of(person: str, told: Iterable[Told]) -> victim_rows.Hers:
    """What is this person's own, of the facts that stand and name them as victim."""
    known = [each for each in told if person in each.victims]
    died = [each.fact for each in known if isinstance(each.fact.said, DeathRecorded)]
    return victim_rows.Hers(
        died=Source(**source(died[-1])) if died else None,
        failed=tuple(
            victim_rows.FailedWay(**source(each.fact), method=said.method, failure=said.failure)
            for each in known
            if isinstance(said := each.fact.said, ContactFailed)
        ),
        wishes=tuple(
            victim_rows.Wish(
                **source(each.fact),
                text=said.narrative.text if isinstance(said.narrative, Narrative) else None,
                said_by=said.said_by,
                heard_by=said.heard_by,
            )
            for each in known
            if isinstance(said := each.fact.said, WishesHeard)
        ),
        consents=tuple(line for each in known for line in _consents(each)),
        characteristics=tuple(
            victim_rows.Characteristics(**source(each.fact), answers=tuple(said.equality.answers))
            for each in known
            if isinstance(said := each.fact.said, CharacteristicsSaid) and isinstance(said.equality, Equality)
        ),
    )


def _consents(told: Told) -> Iterator[victim_rows.Consent]:
    fact, said = told.fact, told.fact.said
    if isinstance(said, ConsentSaid):
        known = said.model_dump(include={"recipients", "answer", "of", "heard_by"}) | {
            "said_by": said.speaker
        }
        why = said.override.model_dump(include={"basis", "ground", "reason"}) if said.override else {}
        yield victim_rows.Consent(**source(fact), **known, **why)
    if isinstance(said, ReferralMade):
        to: dict[str, Any] = source(fact) | {"recipients": AT_A_MARAC, "said_by": SaidBy.VICTIM}
        if said.consent is not None:
            answer = ConsentAnswer.GIVEN if said.consent else ConsentAnswer.REFUSED
            yield victim_rows.Consent(**to, answer=answer)
        if given := tuple(said.consent_given_of):
            yield victim_rows.Consent(**to, answer=ConsentAnswer.GIVEN, of=given)
        if refused := tuple(said.consent_refused_of):
            yield victim_rows.Consent(**to, answer=ConsentAnswer.REFUSED, of=refused)
        if said.no_consent_reason and (said.consent is False or refused):
            yield victim_rows.Consent(
                **to,
                answer=ConsentAnswer.OVERRIDDEN,
                of=() if said.consent is False else refused,
                basis=LawfulBasis(fact.envelope.basis),
                reason=said.no_consent_reason,
            )

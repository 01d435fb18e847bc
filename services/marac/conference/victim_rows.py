"""The parts of a person's row that are a victim's own: ways that failed, words, consent, characteristics."""

from pydantic import AwareDatetime

from contracts.sections import EqualityAnswer
from contracts.vocabulary import (
    AgencyKind,
    ConsentAnswer,
    ConsentSubject,
    ContactFailure,
    ContactMethod,
    LawfulBasis,
    OverrideGround,
    SaidBy,
    ToldResult,
)
from services.marac.conference.parts import Part, Precision, Source


class FailedWay(Source):
    """That a way to reach her failed: from then on none is safe, until one is verified since."""

    method: ContactMethod
    failure: ContactFailure


class Wish(Source):
    """What she thinks and wants, in her own words; None where they are sealed."""

    text: str | None
    said_by: SaidBy
    heard_by: str | None


class Consent(Source):
    """Whether these kinds of agency may be told: her word; or that they are told against it, by which
    basis, on which ground and why. A referral gives no ground."""

    recipients: tuple[AgencyKind, ...]
    answer: ConsentAnswer
    of: tuple[ConsentSubject, ...] = ()
    """Of what alone; empty: of all."""
    said_by: SaidBy | None
    """None: nobody has said by whom."""
    heard_by: str | None = None
    basis: LawfulBasis | None = None
    ground: OverrideGround | None = None
    reason: str | None = None


class Characteristics(Source):
    """What she answered one agency about her protected characteristics."""

    answers: tuple[EqualityAnswer, ...]


class Telling(Part):
    """What came of telling her what a meeting came to. ``of_case`` None: of every case by then."""

    root: str
    agency: str
    at: AwareDatetime
    precision: Precision = "instant"
    result: ToldResult
    of_case: str | None = None
    method: ContactMethod | None = None


class Hers(Part):
    """All of it, each in the order in which it happened."""

    died: Source | None = None
    """The newest word of an agency that she has died."""
    failed: tuple[FailedWay, ...] = ()
    wishes: tuple[Wish, ...] = ()
    consents: tuple[Consent, ...] = ()
    characteristics: tuple[Characteristics, ...] = ()

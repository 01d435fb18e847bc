"""Invented: what is a victim's own, in each of its states."""

from datetime import date

from contracts.rules.safe_contact import Word, safe_way
from contracts.sections import Contact, EqualityAnswer, SafeHours
from contracts.vocabulary import (
    AgencyKind,
    Answering,
    Characteristic,
    ConsentAnswer,
    ConsentSubject,
    ContactFailure,
    ContactMethod,
    Grade,
    LawfulBasis,
    OverrideGround,
    SaidBy,
    Weekday,
    WhyNotAsked,
)
from services.marac.conference.hers import not_answered
from services.marac.conference.victim_rows import Characteristics, Consent, FailedWay, Hers, Wish
from services.marac.rules import consent
from services.marac.shown_victim import HersShown
from tests.pages.sample_rows import NOW, ago, new, source

WAY = Contact(
    method=ContactMethod.MOBILE,
    number="07700 900417",
    hours=[SafeHours(days=[Weekday.MONDAY, Weekday.THURSDAY], starts="10:00", ends="14:00")],
    code_word="Tuesday",
    no_uniform=True,
    may_answer="a sister, Rae",
    if_another_answers="Say that the parcel will come later.",
    unsafe="landline: the other party answers it",
    verified=ago(days=3),
    expires=date(NOW.year + 1, 1, 31),
)
FAILED = FailedWay(
    **source("castlegate-housing", days=9),
    method=ContactMethod.LETTER,
    failure=ContactFailure.SEEN_BY_ANOTHER,
)
CONSENTS = (
    Consent(
        **source("harbour-idva", days=8),
        recipients=(AgencyKind.POLICE, AgencyKind.HEALTH),
        answer=ConsentAnswer.GIVEN,
        said_by=SaidBy.VICTIM,
        heard_by="H-12",
    ),
    Consent(
        **source("harbour-idva", days=7),
        recipients=(AgencyKind.HOUSING, AgencyKind.CHILDRENS_SERVICES),
        answer=ConsentAnswer.REFUSED,
        of=(ConsentSubject.HEALTH,),
        said_by=SaidBy.VICTIM,
    ),
    Consent(
        **source("northmere-council", days=6),
        recipients=(AgencyKind.CHILDRENS_SERVICES,),
        answer=ConsentAnswer.OVERRIDDEN,
        said_by=SaidBy.VICTIM,
        basis=LawfulBasis.PUBLIC_TASK,
        ground=OverrideGround.CHILD_AT_RISK,
        reason="A child was in the room.",
    ),
)
WISHES = (
    Wish(
        **source("harbour-idva", days=8),
        text="I want it to stop. I do not want to go to court.",
        said_by=SaidBy.VICTIM,
        heard_by="H-12",
    ),
)
CHARACTERISTICS = Characteristics(
    **source("harbour-idva", days=8),
    answers=(
        EqualityAnswer(characteristic=Characteristic.ETHNICITY, answer=Answering.VALUE, value="A2"),
        EqualityAnswer(characteristic=Characteristic.RELIGION, answer=Answering.ASKED_NOT_GIVEN),
        EqualityAnswer(
            characteristic=Characteristic.DISABILITY,
            answer=Answering.NOT_ASKED,
            because=WhyNotAsked.IN_CRISIS,
        ),
    ),
)
WORDS = [
    consent.Word(new(), each.occurred, each.recipients, each.answer, each.said_by, each.ground, each.of)
    for each in CONSENTS
]
HERS = HersShown(
    way=safe_way(
        [
            Word("harbour-idva", ago(days=3), WAY),
            Word("northmere-police", ago(days=2), Contact(method=ContactMethod.LETTER)),
        ],
        [FAILED.occurred],
        NOW,
    ),
    failed=(FAILED,),
    wishes=WISHES,
    consents=CONSENTS,
    standing=consent.standing(
        WORDS,
        (AgencyKind.POLICE, AgencyKind.HOUSING, AgencyKind.CHILDRENS_SERVICES, AgencyKind.PROBATION),
        Grade.HIGH,
    ),
    characteristics=(CHARACTERISTICS,),
    unanswered=not_answered(Hers(characteristics=(CHARACTERISTICS,))),
)

"""What agencies say of the invented people: who said it, when it happened, and what."""

from datetime import UTC, date, datetime

from contracts import vocabulary as code
from contracts.content import Content
from contracts.events.contact import ContactFailed, DeathRecorded, SafeContactSaid
from contracts.events.hearings import HearingListed
from contracts.events.orders import (
    BreachProgressed,
    BreachReported,
    OrderAcknowledged,
    OrderCirculated,
    OrderMade,
    OrderQuestionAnswered,
    OrderServed,
    PatternDecided,
    Prohibition,
    Requirement,
    Team,
)
from contracts.events.people import (
    HealthContacted,
    HouseholdDescribed,
    HousingDescribed,
    ImmigrationNoted,
    IncidentReported,
    Judgement,
    LeadNamed,
    ReferralMade,
    RiskAssessed,
)
from contracts.events.wishes import CharacteristicsSaid, ConsentSaid, Override, WishesHeard
from contracts.events.withheld import WithheldFromPolice, WithheldOpened
from contracts.invented import (
    GRADED,
    HER,
    HIM,
    WHERE,
    at,
    child,
    dash,
    example_id,
    her,
    him,
    him_at_police,
    mention_of,
)
from contracts.mentions import Mention
from contracts.sections import (
    Contact,
    Equality,
    EqualityAnswer,
    Health,
    Identity,
    Immigration,
    Location,
    Name,
    Narrative,
    SafeHours,
    Withheld,
)

Told = tuple[str, datetime, Content]
"""Who said it, when it happened, and what."""

WITHHELD = example_id("what she chose not to tell")
REFERRAL, ORDER, BREACH, MEETING, CALL = (
    example_id(label) for label in ("the referral", "the order", "the breach", "the meeting", "the call")
)

CONTACT = Contact(
    method=code.ContactMethod.TEXT,
    number="07700 900142",
    times="weekdays, 10 to 2",
    code_word="the parcel",
    unsafe="Never ring: he looks through her calls.",
    verified=at(2),
)
SAFE = CONTACT.model_copy(
    update={
        "times": None,
        "hours": [SafeHours(days=[code.Weekday.MONDAY, code.Weekday.THURSDAY], starts="10:00", ends="14:00")],
        "if_another_answers": "Say that the parcel will come later, and ring off.",
        "no_uniform": True,
        "verified": at(9),
        "verified_by": "H-12",
        "expires": date(2026, 6, 9),
    }
)
EQUALITY = [
    EqualityAnswer(characteristic=code.Characteristic.ETHNICITY, answer=code.Answering.VALUE, value="W9"),
    EqualityAnswer(characteristic=code.Characteristic.RELIGION, answer=code.Answering.ASKED_NOT_GIVEN),
    EqualityAnswer(
        characteristic=code.Characteristic.DISABILITY,
        answer=code.Answering.NOT_ASKED,
        because=code.WhyNotAsked.IN_CRISIS,
    ),
]
HEALTH = Health(injuries="bruising to both upper arms", general_practice="Sallow Lane Surgery")
SEEN = her("st-brides-hospital", health=HEALTH)

PEOPLE: list[Told] = [
    (
        "haven-idva",
        at(2),
        ReferralMade(
            people=[
                her(location=Location(address=["4 Invented Row"], postcode="ZZ99 4AA"), contact=CONTACT),
                him(),
                child(),
            ],
            routing=WHERE,
            narrative=Narrative(text="He has found out where she works, and waits there."),
            criteria=[code.ReferralCriterion.VISIBLE_HIGH_RISK],
            dash=dash(),
            graded=GRADED,
            victim_aware=True,
            consent=True,
            consent_refused_of=[code.ConsentSubject.HEALTH],
            victim_view="She wants him kept away from the school.",
            afraid_of="him, and his brother",
            other_marac="Farshire Coast MARAC, March 2025",
        ),
    ),
    (
        "haven-idva",
        at(16),
        RiskAssessed(
            people=[her()],
            instrument=code.Instrument.SAFELIVES_DASH_24,
            instrument_version="2015",
            dash=dash(),
            graded=GRADED,
            grade=code.Grade.HIGH,
            rationale="Nothing has eased since the referral.",
            judgement=Judgement(grade=code.Grade.HIGH, reason="The stalking goes on.", by="H-12"),
        ),
    ),
    (
        "northshire-police",
        at(1, 22, 40),
        IncidentReported(
            people=[him_at_police(code.Role.SUSPECT)],
            kind=code.IncidentKind.ASSAULT_WITH_INJURY,
            crime=True,
            status=code.LegalStatus.ARRESTED,
            children_present=True,
            reference="NS-2026-118204",
        ),
    ),
    (
        "castlegate-council",
        at(3),
        HouseholdDescribed(people=[her("castlegate-council"), child()], as_at=date(2026, 3, 3)),
    ),
    (
        "castlegate-housing",
        at(4),
        HousingDescribed(
            people=[her("castlegate-housing")], routing=WHERE, kind=code.HousingKind.TARGET_HARDENING
        ),
    ),
    ("st-brides-hospital", at(1, 23, 55), HealthContacted(people=[SEEN], service="emergency department")),
    (
        "haven-idva",
        at(2),
        ImmigrationNoted(
            people=[her()],
            immigration=Immigration(status="visa as a partner", no_recourse_to_public_funds=True),
        ),
    ),
    (
        "haven-idva",
        at(2),
        WithheldFromPolice(people=[her()], withheld=Withheld(text="He keeps a knife in his van.")),
    ),
    (
        "haven-idva",
        at(5),
        WithheldOpened(
            people=[her()],
            opens=WITHHELD,
            basis=code.OpeningBasis.VITAL_INTERESTS,
            reason="He said yesterday that he will use it.",
            narrative=Narrative(text="He keeps a knife in his van."),
        ),
    ),
    ("haven-idva", at(2), LeadNamed(people=[her()], service="Haven IDVA service", since=at(2))),
    (
        "haven-idva",
        at(9, 16),
        HearingListed(
            people=[her(), him(), child()],
            hearing=code.HearingKind.FAMILY_CHILD_CONTACT,
            day=date(2026, 4, 14),
            told_by=code.HearingToldBy.SOLICITOR,
        ),
    ),
    ("haven-idva", at(9), SafeContactSaid(people=[her(contact=SAFE)])),
    (
        "castlegate-housing",
        at(12),
        ContactFailed(
            people=[her("castlegate-housing")],
            method=code.ContactMethod.LETTER,
            failure=code.ContactFailure.SEEN_BY_ANOTHER,
        ),
    ),
    ("st-brides-hospital", at(12), DeathRecorded(people=[her("st-brides-hospital")])),
    (
        "haven-idva",
        at(9),
        WishesHeard(
            people=[her()],
            narrative=Narrative(text="I want him to stop. I do not want the children asked about it."),
            said_by=code.SaidBy.VICTIM,
            heard_by="H-12",
        ),
    ),
    (
        "haven-idva",
        at(9),
        ConsentSaid(
            people=[her()],
            recipients=[code.AgencyKind.HOUSING, code.AgencyKind.POLICE],
            answer=code.ConsentAnswer.GIVEN,
            of=[code.ConsentSubject.LOCATION, code.ConsentSubject.CHILDREN],
            heard_by="H-12",
        ),
    ),
    (
        "haven-idva",
        at(10),
        ConsentSaid(
            people=[her()],
            recipients=[code.AgencyKind.CHILDRENS_SERVICES],
            answer=code.ConsentAnswer.OVERRIDDEN,
            override=Override(
                basis=code.LawfulBasis.RECOGNISED_LEGITIMATE_INTEREST,
                ground=code.OverrideGround.CHILD_AT_RISK,
                reason="The child was in the room when she was hit.",
                by="H-2",
            ),
        ),
    ),
    (
        "haven-idva",
        at(9),
        CharacteristicsSaid(people=[her()], equality=Equality(answers=EQUALITY)),
    ),
]
"""What agencies say of people: who said it, when it happened, and what."""

ORDERS: list[Told] = [
    (
        "northshire-police",
        at(5, 14),
        OrderMade(
            people=[him_at_police(code.Role.RESPONDENT), her("northshire-police")],
            order=code.OrderType.NON_MOLESTATION,
            without_notice=True,
            court="Family Court at Castlegate",
            reference="CG26F00117",
            made=at(5, 14),
            ends=datetime(2027, 3, 5, 23, 59, tzinfo=UTC),
            return_date=date(2026, 3, 19),
            prohibitions=[
                Prohibition(kind=code.ProhibitionKind.NO_CONTACT),
                Prohibition(
                    kind=code.ProhibitionKind.NOT_TO_ATTEND,
                    text="Sallow Lane Primary School",
                    address_known_to_respondent=True,
                ),
            ],
            requirements=[
                Requirement(kind=code.RequirementKind.SURRENDER_DEVICE, supervisor="Northshire Police")
            ],
        ),
    ),
    (
        "northshire-police",
        at(6, 18, 20),
        OrderServed(
            people=[him_at_police(code.Role.RESPONDENT)],
            order=ORDER,
            method=code.ServiceMethod.PERSONAL,
            served=at(6, 18, 20),
            respondent_aware=at(6, 18, 20),
        ),
    ),
    (
        "northshire-police",
        at(6, 19),
        OrderCirculated(
            order=ORDER,
            version=1,
            teams=[
                Team(kind=code.TeamKind.RESPONSE),
                Team(kind=code.TeamKind.NEIGHBOURHOOD),
                Team(kind=code.TeamKind.COUNCIL, agency="castlegate-council"),
            ],
            systems=[code.NationalSystem.PNC],
        ),
    ),
    (
        "northshire-police",
        at(6, 20),
        OrderQuestionAnswered(
            order=ORDER,
            version=1,
            question=code.OrderQuestion.RANK_NEEDLESSLY_HIGH,
            narrative=Narrative(text="The superintendent on call was away, and it could not wait."),
        ),
    ),
    (
        "northshire-police",
        at(6, 22, 15),
        OrderAcknowledged(
            order=ORDER,
            version=1,
            team=code.TeamKind.RESPONSE,
            person=example_id("a response sergeant"),
            about=[mention_of(HIM, "northshire-police"), mention_of(HER, "northshire-police")],
        ),
    ),
    (
        "castlegate-housing",
        at(20, 16, 5),
        BreachReported(
            people=[
                Mention(
                    mention=example_id("the man at the door, as housing has him"),
                    role=code.Role.PERPETRATOR,
                    identity=Identity(name=Name(family="Oakhanger")),
                ),
                her("castlegate-housing"),
            ],
            routing=WHERE,
            kind=code.BreachKind.ATTENDED,
            weapon=False,
            suspect_present=True,
            children_present=True,
            acts=[code.Act.LOITERED],
            effects=[code.Effect.ALARM_OR_DISTRESS],
            circumstance=code.Circumstance.UNWANTED,
        ),
    ),
    (
        "northshire-police",
        at(20, 17, 40),
        BreachProgressed(breach=BREACH, step=code.BreachStep.ARRESTED),
    ),
    (
        "northshire-police",
        at(21, 9, 15),
        PatternDecided(
            breach=BREACH,
            offence=code.Offence.STALKING,
            decision=code.PatternDecision.RECORDED,
            rank=code.PoliceRank.SERGEANT,
            by="4417",
            considered=[BREACH],
            narrative=Narrative(text="At the door again, as at the school in the week before."),
        ),
    ),
]
"""Orders and their breaches."""

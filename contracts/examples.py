"""One example of each event: of invented people (``contracts/invented.py``), real in its shape.

``contracts.generate`` writes them out. An example that was ever published must parse for ever.
"""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from contracts import vocabulary as code
from contracts.content import Content
from contracts.envelope import Envelope, Regime
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertPassedOn,
    AlertRaised,
    AlertStoodDown,
    DeliveryTried,
)
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.configuration import AgencyDefined, AreaDefined, OnCall, RotaSet, ThresholdSet
from contracts.events.identity import Because, IdentityAssigned, IdentityDecided, Move
from contracts.events.operations import AuditShown, AuditTaken, ParkedDecided
from contracts.events.orders import BreachReported, OrderMade, OrderServed, Prohibition, Requirement
from contracts.events.people import (
    HealthContacted,
    HouseholdDescribed,
    HousingDescribed,
    ImmigrationNoted,
    IncidentReported,
    LeadNamed,
    ReferralMade,
    RiskAssessed,
)
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
    Health,
    Identity,
    Immigration,
    Location,
    Name,
    Narrative,
)
from contracts.topics import TOPICS

SCHEMAS = "https://goldthread.uk/schemas/"
"""Where the schema of an event is said to be: with the event's type and ``.json`` behind."""


REFERRAL, ORDER, BREACH, MEETING, CALL = (
    example_id(label) for label in ("the referral", "the order", "the breach", "the meeting", "the call")
)
ON_CALL = example_id("a detective sergeant on call")
CHAIR = example_id("a MARAC chair")


def _people() -> list[tuple[str, datetime, Content]]:
    """What agencies say of people: who said it, when it happened, and what."""
    contact = Contact(
        method=code.ContactMethod.TEXT,
        number="07700 900142",
        times="weekdays, 10 to 2",
        code_word="the parcel",
        unsafe="Never ring: he looks through her calls.",
        verified=at(2),
    )
    health = Health(injuries="bruising to both upper arms", general_practice="Sallow Lane Surgery")
    seen = her("st-brides-hospital", health=health)
    return [
        (
            "haven-idva",
            at(2),
            ReferralMade(
                people=[
                    her(location=Location(address=["4 Invented Row"], postcode="ZZ99 4AA"), contact=contact),
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
                victim_view="She wants him kept away from the school.",
                afraid_of="him, and his brother",
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
        ("st-brides-hospital", at(1, 23, 55), HealthContacted(people=[seen], service="emergency department")),
        (
            "haven-idva",
            at(2),
            ImmigrationNoted(
                people=[her()],
                immigration=Immigration(status="visa as a partner", no_recourse_to_public_funds=True),
            ),
        ),
        ("haven-idva", at(2), LeadNamed(people=[her()], service="Haven IDVA service", since=at(2))),
    ]


def _orders() -> list[tuple[str, datetime, Content]]:
    """Orders and their breaches."""
    return [
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
            ),
        ),
    ]


def _alerts() -> list[tuple[str, datetime, Content]]:
    """Who is told of the breach, and who answers."""
    cause: dict[str, Any] = {"rule": code.AlertRule.BREACH, "cause": BREACH, "generation": 1}
    about = [mention_of(HER, "haven-idva"), mention_of(HIM, "haven-idva")]
    return [
        (
            "goldthread",
            at(20, 16, 6),
            AlertRaised(**cause, urgency=code.Urgency.NOW, routing=WHERE, about=about),
        ),
        (
            "goldthread",
            at(20, 16, 6),
            AlertCalled(
                **cause,
                rung=0,
                due=at(20, 16, 6),
                person=ON_CALL,
                area=WHERE.area,
                channels=[code.Channel.LIVE_PAGE, code.Channel.WEBHOOK],
            ),
        ),
        (
            "goldthread",
            at(20, 16, 6),
            DeliveryTried(
                cause=BREACH,
                call=CALL,
                channel=code.Channel.WEBHOOK,
                attempt=1,
                result=code.DeliveryResult.DELIVERED,
                status=204,
            ),
        ),
        (
            "northshire-police",
            at(20, 16, 8),
            AlertPassedOn(
                **cause, rung=0, person=ON_CALL, reason=code.PassReason.CANNOT_TAKE, note="In custody suite."
            ),
        ),
        (
            "northshire-police",
            at(20, 16, 10),
            AlertAcknowledged(**cause, person=example_id("the second on call")),
        ),
        ("goldthread", at(21), AlertStoodDown(**cause, about=about)),
    ]


def _ours() -> list[tuple[str, datetime, Content]]:
    """Who is who, meetings, configuration, and what operators would miss."""
    because = Because(
        reason=code.LinkReason.NHS_NUMBER_AND_BIRTH,
        mentions=[mention_of(HER, "haven-idva"), mention_of(HER, "st-brides-hospital")],
    )
    move = {
        "mention": mention_of(HER, "st-brides-hospital"),
        "from": example_id("her at hospital"),
        "to": example_id("her"),
    }
    decided = [mention_of(HIM, "haven-idva"), mention_of(HIM, "northshire-police")]
    return [
        (
            "goldthread",
            at(2, 9, 1),
            IdentityAssigned(seq=17, moves=[Move.model_validate(move)], because=[because]),
        ),
        (
            "northshire-police",
            at(3, 11),
            IdentityDecided(
                mentions=decided,
                answer=code.IdentityAnswer.SAME,
                reason="The same custody photograph.",
            ),
        ),
        (
            "northshire-police",
            at(1),
            MeetingCalled(area=WHERE.area, starts=at(24, 9, 30), venue="Castlegate Town Hall"),
        ),
        ("northshire-police", at(10), CaseListed(case=REFERRAL, meeting=MEETING)),
        (
            "goldthread",
            at(1),
            AgencyDefined(agency="haven-idva", name="Haven IDVA service", kind=code.AgencyKind.IDVA_SERVICE),
        ),
        (
            "goldthread",
            at(1),
            AreaDefined(area=WHERE.area, name="Northshire East", kind=code.AreaKind.MARAC),
        ),
        (
            "northshire-police",
            at(1),
            RotaSet.model_validate(
                {
                    "area": WHERE.area,
                    "starts": at(20, 8),
                    "ends": at(20, 20),
                    "first": {"person": ON_CALL, "webhook": "https://on-call.northshire.example/goldthread"},
                    "second": OnCall(person=example_id("the second on call")),
                }
            ),
        ),
        (
            "goldthread",
            at(1),
            ThresholdSet(area=WHERE.area, threshold=code.Threshold.DASH_VISIBLE_HIGH_RISK, value=14),
        ),
        (
            "haven-idva",
            at(2),
            AuditTaken(fact=REFERRAL, person=example_id("casework"), right="referral:make"),
        ),
        (
            "northshire-police",
            at(24, 9, 35),
            AuditShown(
                person=CHAIR,
                viewer_agency="northshire-police",
                roles=["marac-chair"],
                view="casefile",
                subject=REFERRAL,
                content=hashlib.sha256(b"what was shown").hexdigest(),
                facts=[REFERRAL, ORDER, BREACH],
                left_out=["support"],
            ),
        ),
        (
            "goldthread",
            at(12),
            ParkedDecided(
                parked_topic="incidents",
                partition=3,
                offset=41_207,
                decision="replay",
                person=example_id("an operator"),
                reason=code.ParkedReason.MENDED,
                narrative=Narrative(text="Readable since the last release."),
            ),
        ),
    ]


ROOTS = {
    ReferralMade: REFERRAL,
    OrderMade: ORDER,
    BreachReported: BREACH,
    MeetingCalled: MEETING,
    AlertCalled: CALL,
}
"""The roots that other examples point to."""


def _event(agency: str, occurred: datetime, content: Content) -> Envelope:
    root = ROOTS.get(type(content), example_id(f"the {content.type}"))
    police = agency == "northshire-police"
    return Envelope(
        id=root,
        source=f"/{TOPICS[content.topic].writers[0]}",
        type=content.type,
        subject=root,
        time=occurred,
        dataschema=f"{SCHEMAS}{content.type}.json",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        agency=agency,
        recordedat=occurred,
        acceptedat=occurred.replace(second=2),
        regime=Regime.DPA_PART_3 if police else Regime.UK_GDPR,
        basis="law-enforcement" if police else "public-task",
        purpose="safeguarding",
        root=root,
        version=1,
        keys=" ".join(sorted(content.keys(root))),
        data=content.model_dump(mode="json", by_alias=True, exclude_none=True),
    )


EXAMPLES: dict[str, Envelope] = {
    content.type: _event(agency, occurred, content)
    for agency, occurred, content in [*_people(), *_orders(), *_alerts(), *_ours()]
}
"""Event type to an event of it."""

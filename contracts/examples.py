"""One example of each event: of invented people (``contracts/invented.py``), real in its shape.

``contracts.generate`` writes them out. An example that was ever published must parse for ever.
"""

import hashlib
from datetime import date, datetime

from contracts import vocabulary as code
from contracts.content import Content
from contracts.envelope import Envelope, Regime
from contracts.events.actions import ActionAgreed, ActionAnswered
from contracts.events.agenda import AgendaPublished, CasePublished
from contracts.events.alerts import (
    AlertCalled,
)
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.configuration import AgencyDefined, AreaDefined, OnCall, RotaSet
from contracts.events.feeds import FeedSet, FeedTold
from contracts.events.identity import (
    Because,
    IdentityAsked,
    IdentityAssigned,
    IdentityDecided,
    MixtureAnswered,
    Move,
    RecordsMerged,
)
from contracts.events.measures import CapacitySet, PopulationSet
from contracts.events.meeting import CaseHeard
from contracts.events.operations import AuditShown, AuditTaken, ParkedDecided
from contracts.events.orders import BreachReported, OrderMade
from contracts.events.path import PathTried
from contracts.events.people import ReferralMade
from contracts.events.support import CapacityTold, MessageSent, RoleTaken, SupportProgressed, Worker
from contracts.events.transfer import TransferSent
from contracts.events.withheld import WithheldFromPolice
from contracts.invented import HER, HIM, WHERE, at, example_id, her, mention_of
from contracts.invented_after import FOLLOWED, TRANSFER
from contracts.invented_alerts import ALERTS, ON_CALL, TRY
from contracts.invented_children import CHILDREN
from contracts.invented_facts import BREACH, CALL, MEETING, ORDER, ORDERS, PEOPLE, REFERRAL, WITHHELD, Told
from contracts.invented_listing import LISTING
from contracts.invented_matac import MATAC
from contracts.invented_owed import OWED
from contracts.invented_research import RESEARCH
from contracts.invented_sitting import HEARD, SITTING
from contracts.mentions import Mention
from contracts.sections import Identity, Narrative, Record, Sensitivity
from contracts.topics import TOPICS

SCHEMAS = "https://goldthread.uk/schemas/"
"""Where the schema of an event is said to be: with the event's type and ``.json`` behind."""

CHAIR = example_id("a MARAC chair")

BECAUSE = Because(
    reason=code.LinkReason.NHS_NUMBER_AND_BIRTH,
    mentions=[mention_of(HER, "haven-idva"), mention_of(HER, "st-brides-hospital")],
)
MOVE = {
    "mention": mention_of(HER, "st-brides-hospital"),
    "from": example_id("her at hospital"),
    "to": example_id("her"),
}
DECIDED = [mention_of(HIM, "haven-idva"), mention_of(HIM, "northshire-police")]


def _record(number: str) -> Mention:
    record = Record(system="case-management", type="client", number=number)
    return Mention(mention=example_id(number), role=code.Role.OTHER, identity=Identity(record=record))


OURS: list[Told] = [
    (
        "goldthread",
        at(2, 9, 1),
        IdentityAssigned(seq=17, moves=[Move.model_validate(MOVE)], because=[BECAUSE]),
    ),
    (
        "goldthread",
        at(2, 9, 2),
        IdentityAsked(question=example_id("a question"), generation=1, mentions=DECIDED, waits=True),
    ),
    (
        "northshire-police",
        at(3, 11),
        IdentityDecided(
            mentions=DECIDED,
            answer=code.IdentityAnswer.SAME,
            reason="The same custody photograph.",
        ),
    ),
    (
        "northshire-police",
        at(3, 12),
        MixtureAnswered(
            link=example_id("a decision of the matcher"),
            reported=False,
            reason="One colleague had opened the page, and was told.",
        ),
    ),
    (
        "haven-idva",
        at(3, 13),
        RecordsMerged(people=[_record("H-0192"), _record("H-0077")]),
    ),
    (
        "northshire-police",
        at(1),
        MeetingCalled(area=WHERE.area, starts=at(24, 9, 30), venue="Castlegate Town Hall"),
    ),
    ("northshire-police", at(10), CaseListed(case=REFERRAL, meeting=MEETING)),
    (
        "northshire-police",
        at(12, 9),
        AgendaPublished(
            meeting=MEETING,
            by="Edith Larkspur",
            cases=[CasePublished(case=REFERRAL, grade=code.Grade.HIGH, lines=[REFERRAL[-8:], ORDER[-8:]])],
            to=["castlegate-housing", "haven-idva"],
        ),
    ),
    (
        "goldthread",
        at(1),
        AgencyDefined(agency="haven-idva", name="Haven IDVA service", kind=code.AgencyKind.IDVA_SERVICE),
    ),
    (
        "goldthread",
        at(1),
        AreaDefined(
            area=WHERE.area,
            name="Northshire East",
            kind=code.AreaKind.MARAC,
            dapo_from=date(2026, 3, 1),
        ),
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
        "northshire-council",
        at(1),
        PopulationSet(
            area=WHERE.area,
            adult_women=98_400,
            as_at=at(1).date().replace(year=2025, month=6, day=30),
            source="Invented mid-year estimates",
        ),
    ),
    (
        "northshire-council",
        at(1),
        CapacitySet(
            area=WHERE.area,
            idva_capacity_fte=3.5,
            coordinator_capacity_fte=1.0,
            as_at=at(1).date().replace(month=1, day=1),
        ),
    ),
    (
        "goldthread",
        at(1),
        FeedSet.model_validate(
            {
                "agency": "castlegate-housing",
                "areas": [WHERE.area],
                "webhook": "https://tenants.castlegate.example/goldthread",
            }
        ),
    ),
    (
        "goldthread",
        at(2, 9, 2),
        FeedTold(
            agency="castlegate-housing",
            epoch=1_772_442_120,
            fact=REFERRAL,
            of=REFERRAL,
            sections=[Sensitivity.CONTACT, Sensitivity.IDENTITY, Sensitivity.NARRATIVE, Sensitivity.ROUTING],
        ),
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
"""Who is who, meetings, configuration, and what operators would miss."""


ACTION = example_id("the action")
AGREED: list[Told] = [
    (
        "northshire-police",
        at(24, 9, 50),
        ActionAgreed(
            case=REFERRAL,
            meeting=MEETING,
            owner="castlegate-housing",
            worker=Worker(name="Ivo Marsh", telephone="01632 960188"),
            due=at(27, 17),
            target=code.ActionFor.VICTIM,
            risk=code.ActionRisk.HOME_NOT_SAFE,
            safe_to_tell=True,
            words=Narrative(text="Change both locks and fit a letter-box cover."),
            routing=WHERE,
        ),
    ),
    (
        "castlegate-housing",
        at(26, 15),
        ActionAnswered(
            action=ACTION,
            answer=code.ActionAnswer.DONE,
            words=Narrative(text="Both locks were changed this morning; the cover is fitted."),
        ),
    ),
]
"""What the MARAC agrees that an agency does, and what it did."""


SUPPORT: list[Told] = [
    (
        "haven-idva",
        at(3, 15),
        SupportProgressed(people=[her()], support=code.SupportKind.IDVA, step=code.SupportStep.ACCEPTED),
    ),
    (
        "haven-idva",
        at(3, 15),
        RoleTaken(
            people=[her()],
            part=code.CaseRole.IDVA,
            worker=Worker(name="Rhoda Penhallow", telephone="01632 960182", email="rhoda@haven.example"),
        ),
    ),
    ("haven-idva", at(1), CapacityTold(support=code.SupportKind.IDVA, places=0, waiting=4)),
    (
        "haven-idva",
        at(17, 11),
        MessageSent(
            case=REFERRAL,
            to=code.CaseRole.OFFICER_IN_CASE,
            words=Narrative(text="When does the bail end? I have to tell her before he comes back."),
            routing=WHERE,
        ),
    ),
]
"""Who supports her, how far that has come, and what the IDVA asks the officer in the case."""


ROOTS = {
    CaseHeard: HEARD,
    ReferralMade: REFERRAL,
    OrderMade: ORDER,
    BreachReported: BREACH,
    MeetingCalled: MEETING,
    TransferSent: TRANSFER,
    AlertCalled: CALL,
    PathTried: TRY,
    WithheldFromPolice: WITHHELD,
    ActionAgreed: ACTION,
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
        basis=code.LawfulBasis.LAW_ENFORCEMENT if police else code.LawfulBasis.PUBLIC_TASK,
        purpose=code.Purpose.SAFEGUARDING,
        root=root,
        version=1,
        keys=" ".join(sorted(content.keys(root))),
        data=content.model_dump(mode="json", by_alias=True, exclude_none=True),
    )


EXAMPLES: dict[str, Envelope] = {
    content.type: _event(agency, occurred, content)
    for agency, occurred, content in [
        *PEOPLE,
        *OWED,
        *CHILDREN,
        *MATAC,
        *ORDERS,
        *ALERTS,
        *OURS,
        *LISTING,
        *SITTING,
        *SUPPORT,
        *AGREED,
        *RESEARCH,
        *FOLLOWED,
    ]
}
"""Event type to an event of it."""

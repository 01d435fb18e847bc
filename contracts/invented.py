"""The invented people of the examples.

NHS numbers are from the range that is never issued (999, valid by modulus 11), telephone numbers
from those that Ofcom keeps for drama, PNC IDs valid by modulus 23.
"""

import hashlib
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from contracts.events.people import Dash, Graded
from contracts.mentions import Mention
from contracts.sections import Identity, Location, Name, Record, Routing
from contracts.vocabulary import DASH_ITEMS, DashAnswer, Grade, Relationship, Role, Sex


def example_id(label: str) -> str:
    """An id in the shape of a derived one. Real ones are made with the deployment's secret."""
    value = bytearray(hashlib.sha256(label.encode()).digest()[:16])
    value[6] = 0x80 | value[6] & 0x0F
    value[8] = 0x80 | value[8] & 0x3F
    return str(UUID(bytes=bytes(value)))


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A time in March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


HER = "Marisol Fenwick"
HIM = "Gareth Oakhanger"

HER_RECORDS = {
    "haven-idva": ("casework", "client", "C-20418"),
    "castlegate-housing": ("tenancies", "applicant", "T-55120"),
    "castlegate-council": ("children", "parent", "P-3301"),
    "northshire-police": ("crime", "nominal", "N771199"),
    "st-brides-hospital": ("patients", "patient", "H0088124"),
}
"""Each agency's own record of her. None knows another's number."""

WHERE = Routing(area="northshire-east")


def mention_of(person: str, agency: str) -> str:
    """The mention of an agency's record of one of the two."""
    return example_id(f"{person}, as {agency} has them")


def her(agency: str = "haven-idva", **sections: Any) -> Mention:
    """The victim, as one agency's record has her, with further sections."""
    system, record_type, number = HER_RECORDS[agency]
    return Mention(
        mention=mention_of(HER, agency),
        role=Role.VICTIM,
        identity=Identity(
            record=Record(system=system, type=record_type, number=number),
            name=Name(family="Fenwick", given="Marisol"),
            born=[date(1991, 7, 14)],
            sex=Sex.FEMALE,
            nhs_number="9991230017" if agency in ("haven-idva", "st-brides-hospital") else None,
        ),
        **sections,
    )


def him(role: Role = Role.PERPETRATOR) -> Mention:
    """The alleged perpetrator, as the IDVA service has him."""
    return Mention(
        mention=mention_of(HIM, "haven-idva"),
        role=role,
        relationship=Relationship.EX_PARTNER,
        identity=Identity(
            record=Record(system="casework", type="associate", number="A-20418-1"),
            name=Name(family="Oakhanger", given="Gareth"),
            born=[date(1987, 2, 3)],
            sex=Sex.MALE,
        ),
    )


def him_at_police(role: Role) -> Mention:
    """The same man, as the police have him."""
    return Mention(
        mention=mention_of(HIM, "northshire-police"),
        role=role,
        identity=Identity(
            record=Record(system="crime", type="nominal", number="N771204"),
            name=Name(family="Oakhanger", given="Gareth"),
            born=[date(1987, 2, 3)],
            pnc_id="2019/0048213U",
        ),
    )


def child() -> Mention:
    """Their son, as the council has him, without a record number."""
    return Mention(
        mention=example_id("Teodor Fenwick, as the council has him"),
        role=Role.CHILD,
        relationship=Relationship.CHILD,
        identity=Identity(name=Name(family="Fenwick", given="Teodor"), born=[date(2019, 10, 2)]),
        location=Location(school="Sallow Lane Primary School"),
    )


def dash() -> Dash:
    """A Dash of 15 yes, one item not asked and one not known."""
    yes = {
        "D01",
        "D02",
        "D03",
        "D04",
        "D06",
        "D08",
        "D10",
        "D11",
        "D12",
        "D13",
        "D14",
        "D15",
        "D18",
        "D20",
        "D23",
    }
    answers = {item: DashAnswer.YES if item in yes else DashAnswer.NO for item in DASH_ITEMS}
    answers |= {DASH_ITEMS[15]: DashAnswer.NOT_ASKED, DASH_ITEMS[23]: DashAnswer.DONT_KNOW}
    return Dash(answers=answers, judgement=Grade.HIGH, judgement_reason="She expects him at the school gate.")


GRADED = Graded(
    grade=Grade.HIGH,
    yes=15,
    unanswered=2,
    rule="safelives-dash-24.v1/threshold-14",
    because="grade.visible-high-risk",
)

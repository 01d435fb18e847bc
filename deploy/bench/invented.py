"""The invented facts that are measured with: about as large and as full as partners send them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import orjson

from chassis.accept import Draft
from chassis.clock import Clock
from chassis.ids import Ids
from chassis.ledger import Entry
from chassis.naming import with_mentions
from contracts.envelope import Change, Regime
from contracts.events.people import IncidentReported
from contracts.mentions import Mention
from contracts.sections import Narrative, Routing
from contracts.submission import Header
from contracts.vocabulary import IncidentKind, LawfulBasis, Purpose, Role
from deploy.demo.names import FAMILIES, MEN, WOMEN

AREA = "northmere-north"
AGENCY = "northmere-police"
TOLD = "Attended after a call from a neighbour; he had left before we came. She was shaken and unhurt."


def breach(number: str) -> dict[str, Any]:
    """A breach as the police post it, of two people whom nobody else has reported.

    ``number`` is what tells it from another: it ends both their record numbers.
    """
    at = Clock().now() - timedelta(hours=1)
    return {
        "occurred": at.isoformat(),
        "recorded": (at + timedelta(minutes=10)).isoformat(),
        "regime": "DPA_PART3",
        "basis": "public-task",
        "purpose": "safeguarding",
        "content": {
            "people": [
                _person(Role.VICTIM, f"V{number}"),
                _person(Role.SUSPECT, f"S{number}"),
            ],
            "kind": "assault",
            "reference": f"NM/26/{number}",
            "routing": {"area": AREA},
            "narrative": {"text": TOLD},
        },
    }


def line(type_: str, number: str, victim: str, suspect: str, at: datetime, **content: Any) -> bytes:
    """One line of an upload: a fact of two people, about as large as partners send it."""
    people = [
        _person(Role.VICTIM, f"V{victim}"),
        _person(Role.PERPETRATOR, f"S{suspect}"),
    ]
    said = {
        "idempotency_key": f"bench-{type_}-{number}",
        "type": type_,
        "occurred": at.isoformat(),
        "recorded": at.isoformat(),
        "regime": "DPA_PART3",
        "basis": "public-task",
        "purpose": "safeguarding",
        "content": {"people": people, "routing": {"area": AREA}, "narrative": {"text": TOLD}, **content},
    }
    return orjson.dumps(said)


def _person(role: Role, number: str) -> dict[str, Any]:
    """Somebody of a name and a date of birth of their own: of one name and date all would be one person."""
    chance = Random(number)  # noqa: S311  the same each time
    born = date(1945, 1, 1) + timedelta(days=chance.randrange(25_000))
    given = chance.choice(WOMEN if role is Role.VICTIM else MEN)
    return {
        "role": role,
        "identity": {
            "record": {"system": "niche", "type": "person", "number": number},
            "name": {"family": chance.choice(FAMILIES), "given": given},
            "born": [born.isoformat()],
        },
    }


def incidents(numbers: range, people: int, ids: Ids) -> Iterator[Entry]:
    """Incidents of these numbers as referrals accepts them, each of two of so many people."""
    at = Clock().now() - timedelta(days=20)
    for n in numbers:
        yield _incident(at + timedelta(seconds=n), f"{n % people}", f"{(n * 7 + 1) % people}", n, ids)


def _incident(at: datetime, victim: str, suspect: str, number: int, ids: Ids) -> Entry:
    content = IncidentReported(
        kind=IncidentKind.HARASSMENT,
        people=[
            Mention.model_validate(_person(Role.VICTIM, f"V{victim}")),
            Mention.model_validate(_person(Role.SUSPECT, f"S{suspect}")),
        ],
        routing=Routing(area=AREA),
        narrative=Narrative(text=TOLD),
        reference=f"X/{number}/26",
    )
    root = ids.fact(AGENCY, f"bench-{number}")
    said = with_mentions(content, ids, AGENCY, root)
    header = Header(
        occurred=at,
        recorded=at,
        regime=Regime.DPA_PART_3,
        basis=LawfulBasis.PUBLIC_TASK,
        purpose=Purpose.SAFEGUARDING,
    )
    return Draft(
        id=root,
        root=root,
        version=1,
        change=Change.ORIGINAL,
        kind=IncidentReported,
        content=said,
        header=header,
        agency=AGENCY,
        person=None,
        right="",
        keys=frozenset(said.keys(root)),
    ).entry("/referrals", at)

"""Invented children of a school for pages: one of whom its confirmation is late, one who is to be told of,
one of whom little is known, and one whom it has confirmed."""

from datetime import date
from typing import Any

from chassis.http.auth import Caller
from contracts.events.children import SchoolTold
from contracts.sections import Name
from services.referrals.schools import SchoolPage, TellingShown
from tests.pages.sample_rows import FRESH, LONG, NOW, ago, new

LATE, TO_TELL, UNNAMED, DONE = (
    TellingShown(
        incident=new(),
        child=new(),
        name=name,
        born=date(2018, 5, 1) if name else None,
        told=told,
        due=due,
        late=due is not None and due < NOW,
        confirmed=confirmed,
        mine=True,
    )
    for name, told, due, confirmed in (
        (Name(family="Doe", given="Kit"), ago(days=2), ago(hours=10), None),
        (Name(family=LONG, given="Max"), None, ago(hours=-22), None),
        (None, ago(hours=3), ago(hours=-34), None),
        (Name(family="Doe", given="Kit"), ago(days=9), None, ago(days=8)),
    )
)


def waiting(*_: Any) -> SchoolPage:
    """All of it."""
    return SchoolPage(
        at=NOW, fresh_until=FRESH, known=True, waiting=(LATE, TO_TELL, UNNAMED), confirmed=(DONE,), more=True
    )


def nothing(*, known: bool) -> SchoolPage:
    """Nothing, of a school that is known, or of one that is not."""
    return SchoolPage(at=NOW, fresh_until=FRESH, known=known, waiting=(), confirmed=(), more=False)


async def confirm(
    _: Any, caller: Caller, incident: str, child: str, taken_by: str, support: str, key: str
) -> None:
    """Refuses what the contract refuses."""
    said = {"step": "acknowledged", "incident": incident, "victim": new(), "of_children": [child]}
    SchoolTold.model_validate(
        said | {"taken_by": taken_by, "narrative": {"text": support} if support else None}
    )

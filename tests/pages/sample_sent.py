"""Invented agendas and minutes that were sent, for pages."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.vocabulary import Paper
from services.marac.conference import sending
from services.marac.rules.sending import Opening
from services.marac.shown_sent import (
    OpenedLine,
    SentAgency,
    SentLine,
    SentOfMeeting,
    SentToMe,
    SentVersion,
)
from tests.pages.sample_rows import LONG, MEETING, NOW, ago

FEMI = OpenedLine(name=f"Femi {LONG}", at=ago(minutes=20))


def _sent(paper: Paper, number: int, *, days: float, late: bool = False, opened: bool = False) -> SentLine:
    return SentLine(
        meeting=MEETING,
        area_name="Northmere North",
        starts=ago(hours=2),
        emergency=late,
        paper=paper,
        number=number,
        sent=ago(days=days),
        due=ago(days=days - 2),
        late=late,
        opened=ago(hours=1) if opened else None,
        colleagues=[FEMI] if opened else [],
    )


NEW = [_sent(Paper.AGENDA, 3, days=3, late=True), _sent(Paper.MINUTES, 1, days=1)]


def _version(paper: Paper, *agencies: SentAgency) -> SentVersion:
    return SentVersion(
        paper=paper, number=1, sent=ago(days=1), due=NOW + timedelta(days=1), agencies=list(agencies)
    )


def of_meeting() -> SentOfMeeting:
    """Minutes that one agency opened and another is late with, and an agenda that went to nobody."""
    opened = {"agency": "castlegate-housing", "agency_name": "Castlegate Housing"}
    late = SentAgency(agency="trust", agency_name="Trust", state=Opening.LATE, opened=[])
    waits = SentAgency(agency="probation", agency_name="Probation", state=Opening.SENT, opened=[])
    theirs = SentAgency(**opened, state=Opening.OPENED, opened=[FEMI, FEMI])
    beside = SentAgency(agency="police", agency_name="Northmere Police", state=None, opened=[FEMI])
    return SentOfMeeting(
        at=NOW,
        meeting=MEETING,
        area_name="Northmere North",
        starts=ago(hours=2),
        versions=[_version(Paper.MINUTES, theirs, late, waits, beside), _version(Paper.AGENDA)],
    )


def sampled(patch: pytest.MonkeyPatch) -> None:
    """Let the page routes ask this instead of a store."""

    async def unopened(*_: Any) -> list[SentLine]:
        return NEW

    async def to_me(*_: Any) -> SentToMe:
        return SentToMe(at=NOW, papers=[*NEW, _sent(Paper.AGENDA, 2, days=9, opened=True)])

    async def shown(*_: Any) -> SentOfMeeting:
        return of_meeting()

    async def opened(*_: Any) -> None:
        return None

    patch.setattr(sending, "unopened", unopened)
    patch.setattr(sending, "to_me", to_me)
    patch.setattr(sending, "of_meeting", shown)
    patch.setattr(sending, "opened", opened)

"""What follows a meeting of a case, as a row: flags on agencies' files, the outcome told, repeats; and a
transfer to another MARAC. Codes are between bars, so that a query finds them."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Index
from sqlmodel import Field

from chassis.store.tables import Instant
from chassis.views import Row, ViewTable
from contracts.vocabulary import (
    FlagState,
    HeardHere,
    MoveKind,
    MoveWarning,
    RiskFactor,
    TransferItem,
)
from services.marac.conference.parts import ClockLine, Part
from services.marac.conference.victim_rows import Telling
from services.marac.rules.transfer import State, Step


def barred(words: Iterable[str]) -> str:
    """Each of these codes once, between bars: ``|a|b|``."""
    found = sorted(set(words))
    return f"|{'|'.join(found)}|" if found else ""


class FlagLine(Part):
    """What one agency owes of its flag, and its newest word. ``due`` None: nothing, for no meeting that
    counts had the case."""

    agency: str
    due: AwareDatetime | None = None
    state: FlagState | None = None
    root: str | None = None
    said: AwareDatetime | None = None


class RecordWaits(Part):
    """What makes a case a repeat, or may, and waits for a new referral or a decision. ``kind`` is a code of
    the list ``type``: a breach, an incident; of what is to be looked at an instrument, a housing record or a
    referral."""

    root: str
    type: str
    kind: str
    agency: str
    occurred: AwareDatetime
    recorded: AwareDatetime
    """When its agency first wrote it down."""
    newest: AwareDatetime | None = None
    """Of what is to be looked at, when its agency wrote its newest version: what was decided before is of
    another."""
    says: tuple[RiskFactor, ...] = ()
    """What an assessment says that may be new abuse."""


class NoRepeatLine(Part):
    """That records make a case no repeat, as a person decided: which of them would wait without that.
    ``words`` None: they cannot be opened here."""

    root: str
    agency: str
    at: AwareDatetime
    words: str | None
    records: tuple[RecordWaits, ...]


class CaseAfter(Row):
    """What follows the meetings of a case. ``met``: when each came that had it before it, the first first."""

    case: str
    area: str | None
    marac: str | None
    met: tuple[AwareDatetime, ...] = ()
    until: AwareDatetime | None = None
    """Until when agencies flag their files. None: no meeting that counts had the case."""
    flags: tuple[FlagLine, ...] = ()
    flags_due: AwareDatetime | None = None
    """When the first agency whose flag is open is late. None: none is, or the time is over."""
    owing: str = ""
    """The agencies that have not answered, or have taken the flag off before its time was over."""
    flagged: str = ""
    """The agencies whose files are flagged."""
    answered: str = ""
    """The agencies whose word holds and may still be changed."""
    teller: str | None = None
    """The agency that the last meeting named to tell the victim."""
    safe_to_tell: bool | None = None
    """None: the meeting did not say, which is not safe."""
    told: Telling | None = None
    """How the outcome of the last meeting was told, or why that may stand; None: it is owed."""
    tell_tried: int = 0
    tell_due: AwareDatetime | None = None
    repeats: tuple[RecordWaits, ...] = ()
    definition: str | None = None
    anchor: str | None = None
    repeat_due: AwareDatetime | None = None
    to_look_at: tuple[RecordWaits, ...] = ()
    """What makes it no repeat by itself, and may tell of new abuse."""
    look_since: AwareDatetime | None = None
    """Since when the first of these waits."""
    decided: tuple[NoRepeatLine, ...] = ()
    decided_at: AwareDatetime | None = None
    """When it was last decided that what would wait is no repeat."""
    told_by: str = ""
    """Of the agencies whose records make it a repeat, those that know the victim."""
    clocks: tuple[ClockLine, ...] = ()

    @property
    def flag_ends(self) -> datetime | None:
        """Until when files are flagged; of flags left on though no meeting counts, since when they are, for
        that time is over. None: no file is flagged."""
        said = [line.said for line in self.flags if line.state is FlagState.FLAGGED and line.said]
        return (self.until or min(said)) if said else None


class CaseAfterTable(ViewTable, table=True):
    """Rows of ``conference_after``, by what is due: each list is looked through in its order by an index that
    has whose it is, and no row is read that is not on it."""

    __tablename__ = "marac_conference_after"
    __table_args__ = (
        Index("marac_after_flags_due", "flags_due", "subject", "marac", "owing"),
        Index("marac_after_flag_ends", "flag_ends", "subject", "marac", "flagged"),
        Index("marac_after_answered", "until", "subject", "answered"),
        Index("marac_after_repeat_due", "repeat_due", "subject", "marac", "told_by"),
        Index("marac_after_look_since", "look_since", "subject", "marac"),
        Index("marac_after_tell_due", "tell_due", "subject", "marac"),
        Index("marac_after_decided_at", "decided_at", "subject", "marac"),
    )
    marac: str | None
    until: datetime | None = Field(sa_type=Instant)
    flags_due: datetime | None = Field(sa_type=Instant)
    flag_ends: datetime | None = Field(sa_type=Instant)
    owing: str
    flagged: str
    answered: str
    tell_due: datetime | None = Field(sa_type=Instant)
    repeat_due: datetime | None = Field(sa_type=Instant)
    look_since: datetime | None = Field(sa_type=Instant)
    decided_at: datetime | None = Field(sa_type=Instant)
    told_by: str


class TransferStep(Part):
    """A step of a transfer: by which agency, when, and in which words."""

    root: str
    step: Step
    agency: str
    at: AwareDatetime
    words: str | None = None


class ConferenceTransfer(Row):
    """A transfer of a case from one MARAC to another."""

    cause: str
    of_case: str
    from_area: str
    to_area: str
    outside: str | None = None
    """The name of a MARAC that is not on Goldthread; ``to_area`` is empty then."""
    move: MoveKind
    heard: HeardHere
    goes_with: tuple[TransferItem, ...]
    warned: MoveWarning
    state: State
    open: bool
    """Whether it is still somebody's turn."""
    since: AwareDatetime
    take_by: AwareDatetime | None
    chase_by: AwareDatetime | None
    steps: tuple[TransferStep, ...]
    clocks: tuple[ClockLine, ...] = ()


class ConferenceTransferTable(ViewTable, table=True):
    """Rows of ``conference_transfer``, found by case and by both areas."""

    __tablename__ = "marac_conference_transfer"
    of_case: str = Field(index=True)
    from_area: str = Field(index=True)
    to_area: str = Field(index=True)
    open: bool
    since: datetime = Field(sa_type=Instant)

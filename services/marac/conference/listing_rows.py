"""What persons decided of a case before it is heard: that it was returned, who is its primary victim, and to
whom it is restricted."""

from pydantic import AwareDatetime
from sqlmodel import Field

from chassis.views import Row, ViewTable
from contracts.events.listing import Insider
from contracts.vocabulary import PartiesAnswer
from services.marac.conference.parts import Part


class Decided(Part):
    """A decision by a person, and for whom. Words that are sealed are None."""

    root: str
    fact: str
    agency: str
    at: AwareDatetime
    reason: str | None


class Returned(Decided):
    """A referral was returned. ``considered``: the facts by which criteria were found then; ``unread``: how
    many records could not be read then."""

    advice: str | None
    considered: tuple[str, ...]
    unread: int


class PartiesLine(Decided):
    """Who is the primary victim."""

    decision: PartiesAnswer


class RestrictedLine(Decided):
    """To whom a case is restricted; ``to`` None: to nobody any more."""

    to: tuple[Insider, ...] | None


class CaseListing(Row):
    """What was decided of a case. ``returned``: the last return that stands; ``parties``: every decision that
    stands, the newest first, which is the one that holds, as ``restricted``: to whom it was restricted.
    ``referred_by`` None: its referral is not here."""

    case: str
    referred_by: str | None
    referred: AwareDatetime | None
    returned: Returned | None
    parties: tuple[PartiesLine, ...]
    restricted: tuple[RestrictedLine, ...] = ()

    @property
    def insiders(self) -> tuple[Insider, ...] | None:
        """Whom it is restricted to; None: it is not."""
        return self.restricted[0].to if self.restricted else None

    @property
    def agencies(self) -> set[str]:
        """In whose name it was decided."""
        return {each.agency for each in (*self.parties, self.returned) if each}

    @property
    def was_returned(self) -> bool:
        """Whether a return of it stands."""
        return self.returned is not None


class CaseListingTable(ViewTable, table=True):
    """Rows of ``conference_listing``, found by the agency that referred, and where a return stands."""

    __tablename__ = "marac_conference_listing"
    referred_by: str | None = Field(index=True)
    was_returned: bool = Field(index=True)

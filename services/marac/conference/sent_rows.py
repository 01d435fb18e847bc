"""The row of what was sent round of a meeting: each version of its agenda and minutes, to whom, who opened
it."""

from pydantic import AwareDatetime

from chassis.views import Row, ViewTable
from contracts.vocabulary import Paper
from services.marac.conference.parts import ClockLine, Part


class Opened(Part):
    """Who of which agency opened it, and when first."""

    agency: str
    person: str
    name: str
    at: AwareDatetime


class SentPaper(Part):
    """A version that was sent. ``fact``: by which it was published or issued; ``to``: the agencies."""

    paper: Paper
    number: int
    fact: str
    at: AwareDatetime
    due: AwareDatetime
    to: tuple[str, ...]
    opened: tuple[Opened, ...]

    def opened_by(self, agency: str) -> Opened | None:
        """Who of an agency opened it first."""
        return next((each for each in self.opened if each.agency == agency), None)

    @property
    def waits(self) -> bool:
        """Whether an agency has not opened it."""
        return any(self.opened_by(agency) is None for agency in self.to)


class SentRow(Row):
    """All that was sent of a meeting, of each paper the newest version last."""

    meeting: str
    area: str
    papers: tuple[SentPaper, ...]
    runs: tuple[SentPaper, ...]
    """The newest versions whose clock runs: an agency has not opened them."""
    clocks: tuple[ClockLine, ...]

    def newest(self, paper: Paper) -> SentPaper | None:
        """The version that holds; None: it was never sent."""
        return next((each for each in self.papers[::-1] if each.paper is paper), None)


class SentTable(ViewTable, table=True):
    """Rows of ``conference_sent``."""

    __tablename__ = "marac_conference_sent"

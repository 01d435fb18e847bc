"""The row of a case as the data return and a chair's overview count it."""

from datetime import date

from pydantic import AwareDatetime
from sqlalchemy import Index

from chassis.views import Row, ViewTable
from services.marac.conference.rows import ConferenceCase
from services.marac.rules.pairs import Pair


class CountedCase(Row):
    """A case: ``slim`` is its row without what happened, what protects her and what was said, by which it is
    told who may see it. Of the victim's own answers about protected characteristics it holds what is
    counted, None where there is none; ``events`` are when something happened between the pair, ``causes``
    what alerts are about."""

    case: str
    marac: str | None
    slim: ConferenceCase
    born: date | None = None
    minoritised: bool | None = None
    lgbt: bool | None = None
    disabled: bool | None = None
    male: bool | None = None
    perpetrators_born: tuple[date | None, ...] = ()
    accused_grown: date | None = None
    """When the youngest alleged perpetrator is 18, by any date of birth that is said. None: none is."""
    events: tuple[AwareDatetime, ...] = ()
    causes: tuple[str, ...] = ()

    @property
    def pair(self) -> Pair:
        """Whom it is about."""
        victim, perpetrators = self.slim.victim, self.slim.perpetrators
        return Pair(
            self.case, victim.person if victim else None, frozenset(each.person for each in perpetrators)
        )

    @property
    def had_by(self) -> str | None:
        """As in the case's own row."""
        return self.slim.had_by

    @property
    def withdrawn(self) -> bool:
        """As in the case's own row."""
        return self.slim.withdrawn


class CountedCaseTable(ViewTable, table=True):
    """Rows of ``conference_counted``, found by MARAC where no meeting has had the case."""

    __tablename__ = "marac_conference_counted"
    __table_args__ = (
        Index("marac_counted_waits", "marac", "withdrawn", "had_by"),
        Index("marac_counted_young", "accused_grown", "withdrawn", "subject"),
    )
    marac: str | None
    withdrawn: bool
    had_by: str | None
    accused_grown: date | None

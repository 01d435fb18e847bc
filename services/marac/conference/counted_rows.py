"""The row of a case as the data return and a chair's overview count it."""

from datetime import date

import orjson
from pydantic import AwareDatetime
from sqlalchemy import Index

from chassis.store.tables import micros
from chassis.views import Row, ViewTable
from contracts.vocabulary import ReferralCriterion
from services.marac.conference.rows import ConferenceCase
from services.marac.rules import returns
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
    def agency(self) -> str:
        """Who referred it."""
        return self.slim.agency

    @property
    def service(self) -> str | None:
        """Which service of it the referral names."""
        return self.slim.service

    @property
    def repeats(self) -> bool:
        """Whether it is a repeat at every meeting: its referral says so."""
        return ReferralCriterion.REPEAT in self.slim.criteria

    @property
    def again(self) -> bool:
        """Whether it may have become a repeat between two meetings of the pair: that their times tell."""
        more = len({each.meeting for each in self.slim.meetings}) > 1 or bool(self.slim.pair)
        return not self.repeats and bool(self.events) and more

    @property
    def kids(self) -> int:
        """How many children it has, grown up or not."""
        return len(self.slim.children)

    @property
    def eldest(self) -> int:
        """When its eldest child was born. ``returns.NEVER``: of none it is known."""
        born = (child.born for child in self.slim.children if child.born)
        return min(map(returns.day_number, born), default=returns.NEVER)

    @property
    def aged(self) -> bool:
        """Whether the victim's date of birth is known."""
        return self.born is not None

    @property
    def youngest(self) -> int:
        """When the youngest of both sides was born (``returns.day_number``). 0: it is not known."""
        born = (each for each in (self.born, *self.perpetrators_born) if each)
        return max(map(returns.day_number, born), default=0)

    @property
    def births(self) -> str:
        """When the victim was born, each alleged perpetrator and each child, as JSON of numbers; null: not
        known."""
        born = (self.born,), self.perpetrators_born, [child.born for child in self.slim.children]
        numbers = [[returns.day_number(each) if each else None for each in side] for side in born]
        return orjson.dumps(numbers).decode()

    @property
    def moments(self) -> str:
        """Of a case that may have become a repeat, the other ones of its pair, and in microseconds when it
        was referred and when something happened, as JSON."""
        happened = [micros(each) for each in self.events]
        found = [self.slim.pair, micros(self.slim.referred), happened] if self.again else []
        return orjson.dumps(found).decode()

    @property
    def victim(self) -> str | None:
        """Whom it is about."""
        return self.pair.victim

    @property
    def accused(self) -> str:
        """The alleged perpetrators, each between bars."""
        return "".join(f"|{each}|" for each in sorted(self.pair.perpetrators))

    @property
    def had_by(self) -> str | None:
        """As in the case's own row."""
        return self.slim.had_by

    @property
    def withdrawn(self) -> bool:
        """As in the case's own row."""
        return self.slim.withdrawn


ALIKE = ("agency", "service", "repeats", "kids", "minoritised", "lgbt", "disabled", "male", "aged")
"""By these the store adds cases up, where of both sides nobody is under 18, and of the children everybody."""


class CountedCaseTable(ViewTable, table=True):
    """Rows of ``conference_counted``, found by MARAC where no meeting has had the case, and by whom it is
    about; counted by an index that has all that is counted, so that no row is read."""

    __tablename__ = "marac_conference_counted"
    __table_args__ = (
        Index("marac_counted_waits", "marac", "withdrawn", "had_by"),
        Index("marac_counted_young", "accused_grown", "withdrawn", "subject"),
        Index("marac_counted_about", "victim", "accused", "subject"),
        Index(
            "marac_counted_as",
            *("subject", "withdrawn", "marac", *ALIKE, "again", "youngest", "eldest", "births"),
        ),
    )
    marac: str | None
    withdrawn: bool
    had_by: str | None
    accused_grown: date | None
    victim: str | None
    accused: str
    agency: str
    service: str | None
    repeats: bool
    kids: int
    minoritised: bool | None
    lgbt: bool | None
    disabled: bool | None
    male: bool | None
    aged: bool
    again: bool
    youngest: int
    eldest: int
    births: str
    moments: str

"""What a chair is shown of all their MARACs, and SafeLives' data return."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """Base of what is shown of it."""

    model_config = ConfigDict(frozen=True)


class Silent(Part):
    """An agency of which nothing has come for longer than usual."""

    name: str
    kind: str
    since: datetime


class NextMeeting(Part):
    """The next meeting of a MARAC. ``cases`` are those that the caller may see."""

    meeting: str
    starts: datetime
    emergency: bool
    cases: int


class SetBy(Part):
    """Base of what is set for an area: when, by which agency and whom of it."""

    at: datetime
    agency_name: str
    person: str | None = Field(default=None, description="null: it is not recorded")
    name: str | None = None


class Population(SetBy):
    """How many women of 16 and over live in an area, when, by which source."""

    adult_women: int
    as_at: date
    source: str


class Capacity(SetBy):
    """How many IDVAs and coordinators an area has, in full-time equivalents, and on which day. Null: it is
    not told, and is no 0."""

    idva_capacity_fte: float | None
    coordinator_capacity_fte: float | None
    as_at: date


class Numbers(Part):
    """What measures of an area are set against. Null: nobody has set it."""

    at: datetime
    area: str
    area_name: str
    population: Population | None
    capacity: Capacity | None


class Measure(Part):
    """A number in each of the last four quarters that are over, and in the year that they are. None: it is
    hidden, for it is under five or would tell one that is."""

    name: str
    quarters: list[int | None]
    year: int | None
    percent: float | None = Field(
        default=None, description="of the year's cases; of a characteristic, of those who answered"
    )


class MaracLine(Part):
    """One MARAC: what waits for its chair, and its measures."""

    area: str
    name: str
    next: NextMeeting | None
    waiting: int = Field(description="referred and not listed at a meeting of it")
    unanswered: int = Field(description="alerts about its listed and waiting cases that nobody has answered")
    actions_late: int = Field(default=0, description="of every agency, and nobody has said what came of them")
    actions_told: int = Field(
        default=0, description="of these those that have been late for a week: the chair's to take up"
    )
    silent: list[Silent]
    population: Population | None
    capacity: Capacity | None
    per_10_000: float | None = Field(description="cases of the year for each 10,000 women of 16 and over")
    measures: list[Measure]


class Overview(Part):
    """All MARACs of the caller's areas, side by side. ``quarters`` are the first days of the last four that
    are over."""

    at: datetime
    fresh_until: datetime | None = Field(description="null: that cannot be told")
    quarters: list[date]
    this_quarter_from: date | None = Field(
        default=None, description="from this day on what is heard in the quarter that runs is counted"
    )
    maracs: list[MaracLine]


Of = Literal["meeting", "quarter", "year"]


class Returned(Part):
    """SafeLives' data return of one MARAC for one meeting, one quarter, or the twelve months that the last
    four quarters are. ``numbers`` add up: a quarter's are the sum of its meetings', and who referred makes
    the cases. Null: it is not known, for of some referral nobody named the service, and it may be this."""

    area: str
    name: str
    of: Of
    starts: date
    numbers: dict[str, int | None]
    repeat_percent: float | None
    partner_agency_percent: float | None
    cases_per_10_000_adult_women: float | None = Field(description="of twelve months alone")
    idva_capacity_fte: float | None = Field(description="on the last day of it; null: it is not told")
    coordinator_capacity_fte: float | None = Field(description="likewise")


class Return(Part):
    """The data return, MARAC by MARAC, the earliest first. Cases to which the caller declared a tie, or that
    are restricted to others, are not in it."""

    at: datetime
    returns: list[Returned]

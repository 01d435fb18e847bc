"""What measures of a MARAC are set against, and what its data return says beside them."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictFloat, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import Choice
from contracts.sections import Line
from contracts.times import Day


class PopulationSet(Choice):
    """How many women of 16 and over live in an area, on which day, by which source: cases are set against
    them. The newest fact of an area holds."""

    type: ClassVar[str] = "uk.goldthread.configuration.population-set.v1"
    topic: ClassVar[str] = "configuration"
    past = ("as_at",)
    adult_women: Annotated[StrictInt, Field(ge=1, le=30_000_000)] = Field(description="16 and over")
    as_at: Day
    source: Line = Field(description="such as: ONS mid-year estimates 2024")


FullTime = Annotated[StrictFloat, Field(ge=0, le=500)]
"""Posts as full-time equivalents: 1.5 is somebody on full time and somebody on half."""


class CapacitySet(Choice):
    """How many IDVAs and MARAC coordinators an area has, in full-time equivalents, and on which day. That of
    the newest day holds, as a whole; of one day, the newest fact."""

    type: ClassVar[str] = "uk.goldthread.configuration.capacity-set.v1"
    topic: ClassVar[str] = "configuration"
    past = ("as_at",)
    idva_capacity_fte: FullTime | None = Field(default=None, description="none: it is not told")
    coordinator_capacity_fte: FullTime | None = Field(default=None, description="none: it is not told")
    as_at: Day

    @model_validator(mode="after")
    def _says_something(self) -> "CapacitySet":
        if self.idva_capacity_fte is self.coordinator_capacity_fte is None:
            raise PydanticCustomError("says_nothing", "say the capacity of IDVAs, of coordinators, or both")
        return self

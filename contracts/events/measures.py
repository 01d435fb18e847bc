"""What measures of a MARAC are set against."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

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

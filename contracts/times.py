"""Times as partners write them: in words of ISO 8601, with their zone, of a year that can be meant.

A number is no time: of ``20260301`` a lenient reader makes a day in 1970. And a year at the end of the
calendar cannot be told in every zone.
"""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

YEARS = range(1880, 2200)
"""Years that somebody can have been born in, or an order end in."""

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?", re.ASCII)


def _written(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return value
    raise PydanticCustomError(
        "not_iso_8601", "a time is written as 2026-03-01T09:30:00Z, a day as 2026-03-01"
    )


def _that_can_be_meant(value: date) -> date:
    if value.year not in YEARS:
        raise PydanticCustomError("year_out_of_range", "a year from 1880 to 2199")
    return value


def _moment(value: datetime) -> datetime:
    _that_can_be_meant(value)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_moment)]
"""An instant, with its zone."""

Day = Annotated[date, BeforeValidator(_written), AfterValidator(_that_can_be_meant)]
"""A day, where no time of day is known or meant."""

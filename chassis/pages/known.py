"""*As it was known*: the day or month that somebody typed, and the page of then, or why it is not given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.clock import LONDON
from chassis.http.problem import Problem
from chassis.pages.frame import Pages
from chassis.pages.times import in_address
from chassis.runtime import Runtime
from contracts.times import YEARS

NOT_GIVEN = {"not-yet-known": "known.not-yet", "known-broken": "known.broken"}
"""What the page says where *as it was known* is refused, by the fault."""

Show = Callable[..., Awaitable[HTMLResponse]]
"""Shows a page as of a time (None: now), with the message id of what is wrong with what was asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The day of *as it was known*, as somebody typed it; or the month, without a day."""

    day: str = ""
    month: str = ""
    year: str = ""

    @property
    def typed(self) -> tuple[str, str, str]:
        """What stands in the three fields."""
        return (self.day, self.month, self.year)

    def shown(
        self, pages: Pages, at: datetime | None, fault: str | None, *, whole_months: bool = False
    ) -> dict[str, Any]:
        """What the form *as it was known* shows."""
        first = "month" if whole_months else "day"
        return {
            "known": in_address(at) if at else None,
            "faults": [{"text": pages.texts(fault), "href": f"#known-{first}"}] if fault else [],
            "asked_for": self.typed,
            "whole_months": whole_months,
        }

    def end_of_day(self, now: datetime, fresh: datetime | None) -> datetime | str:
        """The last moment of the day, today the last that is known; or the message id of what is wrong."""
        day = _london(self.year, self.month, self.day)
        if day is None:
            return "known.not-a-day"
        if day > now or fresh is None:
            return "known.not-yet"
        return min(datetime.combine(day, time(23, 59, 59), LONDON), fresh - timedelta(seconds=1))

    def start_of_month(self, now: datetime, fresh: datetime | None) -> datetime | str:
        """The first moment of the month; or the message id of what is wrong."""
        first = _london(self.year, self.month, "1")
        if first is None:
            return "known.not-a-month"
        return "known.not-yet" if first > now or fresh is None else first


def asked_of(
    day: Annotated[str, Query(max_length=10)] = "",
    month: Annotated[str, Query(max_length=10)] = "",
    year: Annotated[str, Query(max_length=10)] = "",
) -> Asked:
    """What the form asked for."""
    return Asked(day.strip(), month.strip(), year.strip())


async def now_or_then(
    address: str,
    runtime: Runtime,
    asked: Asked,
    at: datetime | None,
    show: Show,
    *,
    whole_months: bool = False,
) -> Response:
    """The page as it was known at a time, or off to the time that was typed; now, with what was wrong,
    where it cannot be given."""
    if at is None and any(asked.typed):
        of = asked.start_of_month if whole_months else asked.end_of_day
        wanted = of(runtime.clock.now(), await runtime.fresh_until())
        if isinstance(wanted, datetime):
            return RedirectResponse(f"{address}{'&' if '?' in address else '?'}at={in_address(wanted)}", 303)
        return await show(None, wanted)
    try:
        return await show(at)
    except Refused as refused:
        if refused.status != 409:
            raise
        return await show(None, NOT_GIVEN[refused.fault])
    except Problem as problem:
        if at is None or problem.status != 404:
            raise
        return await show(None, "known.not-there")


def _london(year: str, month: str, day: str) -> datetime | None:
    """When a day begins in London; None for one that there is not."""
    try:
        begins = datetime(int(year), int(month), int(day), tzinfo=LONDON)
    except (ValueError, OverflowError):
        return None
    return begins if begins.year in YEARS else None

"""Whom somebody asks about who gives a number that they read from an order or a screen.

Source: ``domain.md`` section 14, traps 3, 4 and 6 (2026-10): who is not known for certain is not shown, for a
wrong match puts one person's protection into another's record. That a PNC ID leads to whoever is said to have
harmed somebody, and to no victim, is Goldthread's own (2026-11): of victims the police ask by a record of
their own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Bearer:
    """Somebody who is known by the number, in one agency's record of them. ``agency``, where it told of an
    order by that number; ``accused``: anybody says that they harmed somebody."""

    person: str
    mention: str
    agency: str = ""
    accused: bool = True


class Unclear(StrEnum):
    """Why nobody is shown, though the number is known here."""

    MORE_THAN_ONE = "more-than-one"
    AGENCY_MISSING = "agency-missing"


def whose(bearers: Collection[Bearer], agency: str | None) -> Bearer | Unclear | None:
    """Who bears the number; None: nobody who may be asked about by it. Of more than one it is nobody, and
    which agency's number it is decides where that can: of one alone it decides nothing, for whoever tries one
    agency after another would learn which of them told."""
    several = len({each.person for each in bearers}) > 1
    named = [each for each in bearers if not several or agency in (None, each.agency)]
    if len({each.person for each in named}) > 1:
        by_agency = len({each.agency for each in named}) > 1
        return Unclear.AGENCY_MISSING if by_agency else Unclear.MORE_THAN_ONE
    return min((each for each in named if each.accused), default=None)

"""Whether somebody is managed under MAPPA, as those who manage say.

Source: Criminal Justice Act 2003 s325 (read 2026-11): the responsible authority is the police, the probation
service and the prison service; what another agency has heard is its own words, and no level. That each
agency's newest word stands beside the others' is ours: an older level is not undone by somebody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.vocabulary import AgencyKind, Mappa

RESPONSIBLE = frozenset({AgencyKind.POLICE, AgencyKind.PROBATION})
HIGHEST_FIRST = (Mappa.LEVEL_3, Mappa.LEVEL_2, Mappa.LEVEL_1, Mappa.NOT_MANAGED)


@dataclass(frozen=True, slots=True)
class Word:
    """What an agency said of somebody's level. ``kind`` empty: nobody has defined the agency."""

    agency: str
    kind: str
    level: Mappa
    at: datetime


def standing(words: Iterable[Word]) -> list[Word]:
    """The newest word of each responsible agency; of one time, the highest level. Empty: it is not known."""
    newest: dict[str, Word] = {}
    for word in sorted(words, key=lambda each: (each.at, -HIGHEST_FIRST.index(each.level))):
        if word.kind in RESPONSIBLE:
            newest[word.agency] = word
    return list(newest.values())

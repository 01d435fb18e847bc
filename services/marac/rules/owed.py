"""What is missing of what a victim is owed: gaps of a case.

Source: HMICFRS (2021), lines 1387-1418 and 2456-2474; what is owed, and by when:
``contracts/rules/owed.py``. That no plan is known is a gap of every case that a MARAC hears (2026-11).
"""

from collections.abc import Iterator
from datetime import datetime

from contracts.rules.owed_parts import Owed
from contracts.vocabulary import AgencyKind
from services.marac.rules.missing import Gap


def gaps(owed: Owed | None, at: datetime) -> list[Gap]:
    """The gaps in what is owed to a case's victim. None: nothing is known that anything is owed for."""
    if owed is None:
        return [Gap("plan-missing", AgencyKind.POLICE)]
    return [*_plan(owed), *_told(owed, at)]


def _plan(owed: Owed) -> Iterator[Gap]:
    newest = owed.plans[0] if owed.plans else None
    if newest is None:
        yield Gap("plan-missing", AgencyKind.POLICE)
    elif owed.mend_by:
        reasons = len(newest.refused)
        yield Gap("plan-inadequate", newest.agency, roots=(newest.root,), count=reasons, since=owed.mend_by)
    elif owed.review and owed.review.since_a_change:
        yield Gap("plan-review", owed.review.agency, roots=(owed.review.root,), since=owed.review.due)


def _told(owed: Owed, at: datetime) -> Iterator[Gap]:
    """What is late: until then the clock is on the page."""
    if owed.agree_by and owed.agree_by <= at:
        yield Gap("contract-missing", AgencyKind.POLICE, since=owed.agree_by)
    if late := owed.late(at):
        owner = owed.contract.agency if owed.contract else AgencyKind.POLICE
        roots = tuple(dict.fromkeys(each.root for each in late))
        yield Gap("update-late", owner, roots=roots, count=len(late), since=late[0].due)

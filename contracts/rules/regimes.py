"""Which notices and orders of the police for domestic abuse can be made in an area on a day.

Two regimes stand side by side: that of the Crime and Security Act 2010 (DVPN, DVPO), and the pilot of that of
the Domestic Abuse Act 2021 (DAPN, DAPO), by area and date. Sources: ``domain.md`` 4.3, as known in November
2025, and the regulations that begin the pilot in each area; which areas have joined since is to be checked,
and so is whether a new DVPN can still be given in an area of the pilot (DA Act 2021 s55). A deployment's own
areas say since when they are in it (``AreaDefined.dapo_from``), by whoever may set their definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from contracts.vocabulary import OrderQuestion, OrderType


class AreaRegime(StrEnum):
    """What can be made in an area on a day. A message id says it in words."""

    PILOT = "pilot"
    DVPN_ALONE = "dvpn-alone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InPilot:
    """An area of England or Wales in the pilot, and since when; None: that day is to be checked."""

    area: str
    since: date | None
    source: str


_FIRST = "written statement to Parliament, 27 November 2024"
_NEXT = "Home Office, November 2025: early 2025"

PILOT = (
    InPilot("Greater Manchester", date(2024, 11, 27), _FIRST),
    InPilot("Metropolitan Police: Croydon, Bromley and Sutton", date(2024, 11, 27), _FIRST),
    InPilot("British Transport Police", date(2024, 11, 27), _FIRST),
    InPilot("Cleveland", None, _NEXT),
    InPilot("North Wales", None, _NEXT),
)

OF_THE_PILOT = frozenset({OrderType.DAPN, OrderType.DAPO})
OF_2010 = frozenset({OrderType.DVPN, OrderType.DVPO})


def dapo_from(areas: Mapping[str, AreaDefined], area: str | None) -> date | None:
    """Since when an area is in the pilot: as it says, else as the nearest around it that says. None: no area
    of them says."""
    defined = (areas.get(each) for each in area_and_around(areas, area))
    return next((each.dapo_from for each in defined if each and each.dapo_from), None)


def regime(area: str | None, since: date | None, made: date) -> AreaRegime:
    """What could be made in an area, in the pilot since a day, on the day on which an order was made."""
    if area is None:
        return AreaRegime.UNKNOWN
    return AreaRegime.PILOT if since is not None and since <= made else AreaRegime.DVPN_ALONE


def question(order: OrderType, there: AreaRegime) -> OrderQuestion | None:
    """What is asked of an order of a type that its area and its day do not know. Nothing of a DVPO in the
    pilot: a court may still hear of a notice that was given before."""
    if order in OF_THE_PILOT and there is AreaRegime.DVPN_ALONE:
        return OrderQuestion.NOT_IN_PILOT
    if order is OrderType.DVPN and there is AreaRegime.PILOT:
        return OrderQuestion.PILOT_INSTEAD
    return None

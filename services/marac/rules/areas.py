"""Which MARAC hears an area's cases.

Source: SafeLives referral form (2015): the victim's address decides which MARAC hears her case. A
case may route to a district within a MARAC's area, to the MARAC's own, to one that nobody defined,
or to none.
"""

from collections.abc import Mapping

from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from contracts.vocabulary import AreaKind


def marac_of(areas: Mapping[str, AreaDefined], area: str | None) -> str | None:
    """The MARAC area that an area lies in. None: its MARAC is not known, because there is no area,
    nobody defined it, or no MARAC is around it."""
    around = (areas[place] for place in area_and_around(areas, area) if place in areas)
    return next((defined.area for defined in around if defined.kind is AreaKind.MARAC), None)


def areas_in(areas: Mapping[str, AreaDefined], area: str) -> list[str]:
    """An area and every one that lies in it."""
    return sorted({area, *(each for each in areas if area in area_and_around(areas, each))})

"""Which MARAC hears an area's cases, and which areas lie around it.

Source: SafeLives referral form (2015): the victim's address decides which MARAC hears her case. A
case may route to a district within a MARAC's area, to the MARAC's own, or to one that nobody defined.
"""

from collections.abc import Mapping

from contracts.events.configuration import AreaDefined
from contracts.vocabulary import AreaKind


def around(areas: Mapping[str, AreaDefined], area: str | None) -> list[str]:
    """An area, then the one that it lies within, and so on outwards. Empty where there is none."""
    found: list[str] = []
    while area is not None and area not in found:
        found.append(area)
        defined = areas.get(area)
        area = defined.within if defined else None
    return found


def marac_of(areas: Mapping[str, AreaDefined], area: str | None) -> str | None:
    """The MARAC area that an area lies in; the area itself where none is defined around it."""
    outwards = around(areas, area)
    kinds = {place: areas[place].kind for place in outwards if place in areas}
    return next((place for place in outwards if kinds.get(place) is AreaKind.MARAC), area)

"""Which areas lie around an area: what is an area's is a matter of those around it too.

Source: ``AreaDefined``, by which a deployment says what lies within what.
"""

from collections.abc import Mapping

from contracts.events.configuration import AreaDefined


def area_and_around(areas: Mapping[str, AreaDefined], area: str | None) -> tuple[str, ...]:
    """An area, then the one that it lies within, and so on outwards; of one that nobody defined,
    itself alone. Empty where there is none."""
    found: list[str] = []
    while area is not None and area not in found:
        found.append(area)
        defined = areas.get(area)
        area = defined.within if defined else None
    return tuple(found)

"""Which areas lie around an area: what is an area's is a matter of those around it too.

Source: ``AreaDefined``, by which a deployment says what lies within what.
"""

from collections.abc import Collection, Mapping

from contracts.events.configuration import AreaDefined

OPERATORS = "operators"
"""The area whose rota is of those who operate Goldthread: a deployment has one."""


def area_and_around(areas: Mapping[str, AreaDefined], area: str | None) -> tuple[str, ...]:
    """An area, then the one that it lies within, and so on outwards; of one that nobody defined,
    itself alone. Empty where there is none."""
    found: list[str] = []
    while area is not None and area not in found:
        found.append(area)
        defined = areas.get(area)
        area = defined.within if defined else None
    return tuple(found)


def within_token(named: Collection[str], reach: Collection[str]) -> bool:
    """Whether what an agency said is for somebody of it whose token names these areas, given the areas that
    it is of, with those around them. A token that names none is the agency's own, for all of them; and what
    is of no known area is everybody's of the agency (Goldthread's own, 2026-11)."""
    return not named or not reach or not set(named).isdisjoint(reach)

"""What a step of support leaves to ask, who may say it, and which services answer for an area.

Source: Victims' Code (2021), right 4; HMICFRS (2021); design.md 7 (2026): an agency speaks for itself alone.
That a service is full is said, and is no reason not to ask it (Goldthread's own, 2026-11).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.events.configuration import AgencyDefined
from contracts.events.support import CapacityTold, SupportProgressed
from contracts.rules.support import REASONED, SERVICES_OWN
from contracts.vocabulary import AgencyKind, StaffRole, SupportKind

Question = Literal["reason-missing", "service-missing"]


@dataclass(frozen=True, slots=True)
class Room:
    """How much room a service had for a kind of support, when it last said so."""

    agency: str
    support: SupportKind
    places: int
    waiting: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """A service that may be asked. ``room`` None: it has not said."""

    agency: str
    name: str
    room: Room | None


HAVE_IDVAS = frozenset({AgencyKind.IDVA_SERVICE, AgencyKind.HEALTH, AgencyKind.VOLUNTARY})
"""Kinds of agency that have IDVAs: of any other none has a victim as her IDVA, whatever it sends."""


def speaks_for_another(said: SupportProgressed, agency: str, kind: AgencyKind | None) -> bool:
    """Whether an agency says for another what that alone may say: that it accepted, tried, ended. An agency
    of no kind that is known has no IDVA."""
    if said.step not in SERVICES_OWN:
        return False
    return said.service not in (None, agency) or (said.support is SupportKind.IDVA and kind not in HAVE_IDVAS)


def questions(said: SupportProgressed) -> list[Question]:
    """What a step leaves to ask. It is taken all the same."""
    found: list[Question] = []
    if said.step in REASONED and said.reason is None:
        found.append("reason-missing")
    if said.step not in SERVICES_OWN and said.step not in REASONED and said.service is None:
        found.append("service-missing")
    return found


def rooms(told: Iterable[tuple[str, datetime, CapacityTold]]) -> dict[tuple[str, SupportKind], Room]:
    """The newest word of each agency on each kind of support."""
    return {
        (agency, said.support): Room(agency, said.support, said.places, said.waiting, at)
        for agency, at, said in sorted(told, key=lambda each: each[1])
    }


def services(
    kind: SupportKind,
    around: Collection[str],
    agencies: Iterable[AgencyDefined],
    room: dict[tuple[str, SupportKind], Room],
) -> list[Service]:
    """The services that may be asked for a kind of support in an area, given it and those around it: who
    serves one of these; for an IDVA the IDVA services, for any other whoever told of its room for it. Who has
    most room comes first, who is full last."""
    idva = kind is SupportKind.IDVA
    found = (
        Service(each.agency, each.name, room.get((each.agency, kind)))
        for each in agencies
        if not set(each.serves).isdisjoint(around)
        and (each.kind is AgencyKind.IDVA_SERVICE if idva else (each.agency, kind) in room)
    )
    return sorted(found, key=lambda each: (-(each.room.places if each.room else 1), each.agency))


def may_see(
    roles: Collection[str], areas: Collection[str], serves: Collection[str], reach: Collection[str]
) -> bool:
    """Whether who may read support may see that of a victim, given their areas, those that their agency
    serves, and the areas to which the victim is routed with those around these. Where no area is known the
    MARAC coordinator sees it, and every supervisor: unseen by everybody it would be nobody's."""
    if not reach:
        return not {StaffRole.MARAC_COORDINATOR, StaffRole.SUPERVISOR}.isdisjoint(roles)
    return not ({*areas, *serves}).isdisjoint(reach)


def may_see_who(roles: Collection[str], kind: AgencyKind | None, agency: str, told: Collection[str]) -> bool:
    """Whether they may see who the victim is, and what is owed to them. Whoever is of the police, an IDVA or
    a coordinator of theirs too, may not learn of a victim who chose not to tell the police: of whom their own
    agency has told of alone. Of other agencies it is for whoever supports or places victims; a supervisor is
    called when nobody has reached one (domain.md S5; deny by default). An agency of which nobody has said the
    kind may be the police: unknown is never safe."""
    others = {StaffRole.IDVA, StaffRole.MARAC_COORDINATOR, StaffRole.SUPPORT_REPORTER}
    return agency in told or (kind not in (None, AgencyKind.POLICE) and not others.isdisjoint(roles))

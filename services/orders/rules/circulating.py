"""Who may see an order that was circulated, and which parts of it: each kind of team what it needs to act.

Source: ``domain.md`` 4.7 (a design note, 2026-10) for the teams; ``design.md`` section 7: deny by default,
and whoever manages the respondent is told nothing that says where whom the order protects lives: not its
court or force, nor who else was told, nor the words of a prohibition; but what a requirement asks, for
whoever supervises it must know. To be agreed with each force.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.events.orders import Prohibition, Requirement
from contracts.rules.circulation import fits
from contracts.rules.order_questions import may_name_a_place
from contracts.vocabulary import AgencyKind, RequirementKind, StaffRole, TeamKind
from services.orders.rules.sharing import ORDER_ANSWER, RESPONDERS, RIGHTS, SPEAKS_FOR, Viewer


class Part(StrEnum):
    """Parts of an order. Its type, whom it binds, what holds of it and its service are shown to all; its
    ``words`` are those of a prohibition, and of a requirement that is of places (``OF_PLACES``)."""

    PROTECTED = "protected"
    PROHIBITIONS = "prohibitions"
    WORDS = "words"
    REQUIREMENTS = "requirements"
    COURT = "court"
    CIRCULATION = "circulation"


ALL = frozenset(Part)
MANAGES = frozenset({Part.PROTECTED, Part.PROHIBITIONS, Part.REQUIREMENTS})
MAY_SEE: Mapping[TeamKind, frozenset[Part]] = {
    TeamKind.RESPONSE: ALL,
    TeamKind.NEIGHBOURHOOD: ALL,
    TeamKind.CONTROL_ROOM: ALL,
    TeamKind.NEIGHBOURING_FORCE: ALL - {Part.CIRCULATION},
    TeamKind.PRISON: MANAGES,
    TeamKind.PROBATION: MANAGES,
    TeamKind.COUNCIL: frozenset({Part.PROTECTED, Part.PROHIBITIONS}),
    TeamKind.SCHOOL: frozenset({Part.PROHIBITIONS}),
}
"""Of an order, what each kind of team is shown."""
OF_ITS_FORCE = RESPONDERS | {StaffRole.CONTROL_ROOM}
"""Who works with every order of their force, circulated or not."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of an order, all that decides. ``force`` is None where no police force has told of it. ``sent`` are the
    teams that were ever sent it, each with its agency. ``areas`` are where whom it protects is, and those
    around; ``forces`` are the police forces that have told of its people."""

    force: str | None
    sent: frozenset[tuple[TeamKind, str]]
    areas: frozenset[str] = frozenset()
    forces: frozenset[str] = frozenset()


def is_its_force(viewer: Viewer, order: Reach) -> bool:
    """Whether the viewer is of the police force whose order it is. One that no force has told of is seen to
    by those whom it concerns: who work in its area, and any force that has told of its people; by any force
    where nobody knows of either."""
    if viewer.agency_kind is not AgencyKind.POLICE:
        return False
    if order.force is not None:
        return order.force == viewer.agency
    concerned = viewer.agency in order.forces or not order.areas.isdisjoint(viewer.areas)
    return concerned or not (order.areas or order.forces)


def may_see_whole(viewer: Viewer, order: Reach) -> bool:
    """Whether the viewer works with every order of its force."""
    return is_its_force(viewer, order) and not OF_ITS_FORCE.isdisjoint(viewer.roles)


def may_answer(viewer: Viewer, order: Reach) -> bool:
    """Whether the viewer answers for an order of its force, as to why it is as it is."""
    return is_its_force(viewer, order) and not RIGHTS[ORDER_ANSWER].isdisjoint(viewer.roles)


def teams_of(viewer: Viewer, order: Reach) -> list[TeamKind]:
    """The teams that were sent the order and for which the viewer may speak: none that an agency of their
    kind cannot have."""
    own = {kind for kind, agency in order.sent if agency == viewer.agency}
    return [kind for kind in TeamKind if kind in own and _speaks_for(viewer, kind)]


def _speaks_for(viewer: Viewer, team: TeamKind) -> bool:
    return not SPEAKS_FOR[team].isdisjoint(viewer.roles) and fits(team, viewer.agency_kind) is not False


def parts(viewer: Viewer, order: Reach) -> frozenset[Part] | None:
    """The parts of an order that the viewer is shown. None: there is no such order for them."""
    if may_see_whole(viewer, order):
        return ALL
    teams = teams_of(viewer, order)
    return frozenset[Part]().union(*(MAY_SEE[team] for team in teams)) if teams else None


OF_PLACES = frozenset({RequirementKind.TAG, RequirementKind.NOTIFY_ADDRESS, RequirementKind.RESIDE})
"""Requirements whose words are of places, by name as well as by number (Goldthread's own, 2026-11)."""


def may_tell_words(said: Prohibition | Requirement, allowed: frozenset[Part]) -> bool:
    """Whether the words of a term may stand on the page of an order for whoever is shown these parts of it:
    never an address that the respondent may not know, for the page is printed and shown. What may name one:
    ``may_name_a_place``. Without the words of the order, who supervises a requirement reads what it asks;
    where those are of places, and may say where not, only where its force says that the place is known."""
    known = said.address_known_to_respondent is True
    asks = isinstance(said, Requirement) and (known or said.kind not in OF_PLACES)
    return (Part.WORDS in allowed or asks) and (known or not may_name_a_place(said))

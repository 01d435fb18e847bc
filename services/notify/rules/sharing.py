"""Who may see and answer an alert, and who may set the rota. What one may not see does not exist.

Source: design.md section 7 (2026): deny by default; named people only; areas own their rota.
An alert holds no name, address or section but routing, so this decides who is *bothered*, not who
reads a victim's case: that is decided where the case is opened.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from contracts.events.configuration import AreaDefined
from contracts.rules.areas import OPERATORS
from contracts.vocabulary import AlertRule, StaffRole

READ = "alert:read"
ANSWER = "alert:answer"
CLOCKS_READ = "clocks:read"
READ_ROTA = "rota:read"
SET_ROTA = "rota:set"
SET_LADDER = "ladder:set"
DEFINE_AREA = "area:define"
DEFINE_AGENCY = "agency:define"
ANSWER_BY_LINK = "alert:answer-by-link"
"""No role has it: whoever holds the link in the message of a call has it for that call. It stands in the
audit."""

RIGHTS: Mapping[str, frozenset[str]] = {
    READ: frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR, StaffRole.OPERATOR}),
    ANSWER: frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR, StaffRole.OPERATOR}),
    CLOCKS_READ: frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR}),
    READ_ROTA: frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR, StaffRole.AREA_ADMIN, StaffRole.OPERATOR}),
    SET_ROTA: frozenset({StaffRole.AREA_ADMIN, StaffRole.SUPERVISOR, StaffRole.OPERATOR}),
    SET_LADDER: frozenset({StaffRole.AREA_ADMIN}),
    DEFINE_AREA: frozenset({StaffRole.AREA_ADMIN, StaffRole.OPERATOR}),
    DEFINE_AGENCY: frozenset({StaffRole.OPERATOR}),
}

OF_GOLDTHREAD = frozenset({AlertRule.UNREAD, AlertRule.ALERT_PATH, AlertRule.CHANNEL})
"""What Goldthread tells of itself: whoever operates it is called first, and all who are on call see it."""
OF_OPERATORS = OF_GOLDTHREAD | {AlertRule.UNANSWERED}
"""What those who operate Goldthread are called for, and take."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of an alert, all that decides who may see it.

    ``areas`` are its area and those around it; empty where the area is not known.
    ``nobody`` is that a call went out with nobody on the rota to take it; ``of_goldthread`` that it is about
    Goldthread itself: what it could not read, or that alerts do not get out; ``went_round`` that it waits
    though everybody on the ladder was called.
    """

    areas: tuple[str, ...]
    called: Collection[str]
    nobody: bool
    of_goldthread: bool = False
    went_round: bool = False


def may_see(caller: str, roles: Collection[str], areas: Collection[str], alert: Reach) -> bool:
    """Whether a caller may see an alert: whoever was called; whoever is on call or supervises in its
    area or one around it; and, where the area or the person on call is not known, everybody on call,
    every supervisor, and the operator, who is to see that nobody is on the rota, that nobody answers, and
    whatever ails Goldthread itself. An operator sees that there is one, how urgent, who was called by which
    post and what became of each message: nothing of whom or where, and opens nothing by it. The duty officer
    is called each time that the ladder starts again. Another force's supervisor neither sees it nor silences
    it."""
    if not {StaffRole.SUPERVISOR, StaffRole.ON_CALL}.isdisjoint(roles):
        return (
            caller in alert.called
            or alert.nobody
            or not alert.areas
            or not set(areas).isdisjoint(alert.areas)
        )
    theirs = alert.of_goldthread or OPERATORS in alert.areas
    return StaffRole.OPERATOR in roles and (theirs or alert.nobody or alert.went_round)


def may_answer(caller: str, roles: Collection[str], areas: Collection[str], alert: Reach) -> bool:
    """Whether a caller may acknowledge an alert: whoever may see it as on call or supervisor; and an operator
    what ails Goldthread itself, or is of their own rota."""
    if not {StaffRole.SUPERVISOR, StaffRole.ON_CALL}.isdisjoint(roles):
        return may_see(caller, roles, areas, alert)
    return StaffRole.OPERATOR in roles and (alert.of_goldthread or OPERATORS in alert.areas)


def may_read_words(caller: str, areas: Collection[str], alert: Reach, part: Collection[str | None]) -> bool:
    """Whether who may answer an alert reads in words what was done about it: whoever works in its area, was
    called, took it or said so (``part``). That nobody was on the rota, or that its area is not known, makes
    it everybody's to take; what was found by whoever went there it makes nobody's to read."""
    return caller in alert.called or caller in part or not set(areas).isdisjoint(alert.areas)


def may_see_clock(areas: Collection[str], clock: Collection[str]) -> bool:
    """Whether who may read clocks, with these areas, may see one, given its area and those around it:
    theirs; and one whose area is not known, which is everybody's."""
    return not clock or not set(areas).isdisjoint(clock)


def areas_of(roles: Collection[str], areas: Collection[str]) -> frozenset[str]:
    """The areas whose rota a caller with these reads and sets: an operator's own rota is theirs alone."""
    return frozenset(areas) - {OPERATORS} | ({OPERATORS} if StaffRole.OPERATOR in roles else frozenset())


def may_configure(areas: Collection[str], around: Collection[str]) -> bool:
    """Whether a caller with these areas may set the rota of an area, given it and those around
    it: nobody draws another area's alerts to themselves. So it is too for who may read it."""
    return not set(areas).isdisjoint(around)


def may_define_area(
    roles: Collection[str],
    areas: Collection[str],
    around: Collection[str],
    stands: AreaDefined | None,
    said: AreaDefined,
) -> bool:
    """Whether a caller may say this of an area, given it and those around it, and as it stands.

    An operator, who works for all areas, may say all of it. An area's administrator may give another
    name to one that exists and is theirs. Where it lies and its kind decide who sees its alerts and
    cases, which MARAC hears it and whose duty officer is called: nobody moves those towards themselves,
    nor out of reach of those who have them. Nor does anybody claim an area that nobody has defined.
    """
    if may_undefine_area(roles):
        return True
    if stands is None or not may_configure(areas, around):
        return False
    return (stands.kind, stands.within) == (said.kind, said.within)


def may_undefine_area(roles: Collection[str]) -> bool:
    """Whether a caller may correct or withdraw the definition of an area, whoever had said it."""
    return StaffRole.OPERATOR in roles

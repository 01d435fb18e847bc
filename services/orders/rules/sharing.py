"""Who may do and see what in orders. What one may not see does not exist.

Source: ``design.md`` section 7 (2026-10): deny by default; a victim's location goes to whoever must
go there, the police and the person on call, and to nobody else; an area's breaches are its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from contracts.sections import Sensitivity
from contracts.vocabulary import AgencyKind, StaffRole, TeamKind

ORDER_REPORT = "order:report"
SERVICE_REPORT = "service:report"
BREACH_REPORT = "breach:report"
BREACH_OF_VICTIM = "breach-of-victim:report"
BREACH_READ = "breach:read"
BREACH_PROGRESS = "breach-progress:report"
STATUS_READ = "order-status:read"
ORDER_READ = "order:read"
ORDER_CIRCULATE = "order:circulate"
ORDER_ACKNOWLEDGE = "order:acknowledge"
ORDER_ANSWER = "order-question:answer"
ORDER_BRIEF = "order-briefing:read"

SPEAKS_FOR: Mapping[TeamKind, frozenset[StaffRole]] = {
    TeamKind.RESPONSE: frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR}),
    TeamKind.NEIGHBOURHOOD: frozenset({StaffRole.NEIGHBOURHOOD}),
    TeamKind.CONTROL_ROOM: frozenset({StaffRole.CONTROL_ROOM}),
    TeamKind.NEIGHBOURING_FORCE: frozenset({StaffRole.CONTROL_ROOM, StaffRole.SUPERVISOR}),
    TeamKind.PRISON: frozenset({StaffRole.ORDER_CONTACT}),
    TeamKind.PROBATION: frozenset({StaffRole.ORDER_CONTACT}),
    TeamKind.COUNCIL: frozenset({StaffRole.ORDER_CONTACT}),
    TeamKind.SCHOOL: frozenset({StaffRole.ORDER_CONTACT}),
}
"""As what somebody reads and confirms an order for a team of their agency."""
TEAM_ROLES = frozenset[StaffRole]().union(*SPEAKS_FOR.values())

OF_VICTIMS = frozenset(
    {
        StaffRole.IDVA,
        StaffRole.OFFICER_IN_CASE,
        StaffRole.ON_CALL,
        StaffRole.SUPERVISOR,
        StaffRole.MARAC_CHAIR,
        StaffRole.MARAC_COORDINATOR,
    }
)
"""Who reports a breach of a victim whose page, or case, they have open: whoever has her on the telephone, and
who sits where an agency tells of it."""
OF_OWN_RECORDS = frozenset({StaffRole.MARAC_REPRESENTATIVE})
"""Who reports a breach of a victim whom their own agency has a record of, as its system may: they are shown
no order by it, for none was sent to them."""

RIGHTS: Mapping[str, frozenset[str]] = {
    ORDER_REPORT: frozenset({StaffRole.REPORTER}),
    SERVICE_REPORT: frozenset({StaffRole.REPORTER}),
    BREACH_REPORT: OF_VICTIMS | OF_OWN_RECORDS | TEAM_ROLES | {StaffRole.REPORTER},
    BREACH_OF_VICTIM: OF_VICTIMS | OF_OWN_RECORDS,
    BREACH_PROGRESS: frozenset({StaffRole.REPORTER, StaffRole.ON_CALL, StaffRole.SUPERVISOR}),
    BREACH_READ: frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR, StaffRole.IDVA}),
    STATUS_READ: frozenset({StaffRole.CONTROL_ROOM, StaffRole.ON_CALL, StaffRole.SUPERVISOR}),
    ORDER_READ: TEAM_ROLES,
    ORDER_CIRCULATE: frozenset(
        {StaffRole.REPORTER, StaffRole.ON_CALL, StaffRole.SUPERVISOR, StaffRole.CONTROL_ROOM}
    ),
    ORDER_ACKNOWLEDGE: TEAM_ROLES,
    ORDER_BRIEF: frozenset(
        {StaffRole.ON_CALL, StaffRole.SUPERVISOR, StaffRole.CONTROL_ROOM, StaffRole.NEIGHBOURHOOD}
    ),
    ORDER_ANSWER: frozenset({StaffRole.REPORTER, StaffRole.ON_CALL, StaffRole.SUPERVISOR}),
}

RESPONDERS = frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR})
"""Who answers breaches: they may not be left without one because its area is not known."""

TO_EVERY_READER = frozenset({Sensitivity.IDENTITY, Sensitivity.CONTACT, Sensitivity.NARRATIVE})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Of a caller, all that decides. ``agency_kind`` is None for an agency not configured."""

    id: str
    roles: Collection[str]
    areas: Collection[str]
    agency_kind: AgencyKind | None
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of a breach, all that decides: its area and those around it (none where it is not known),
    who was called for it or took it, and whether a call that nobody has answered went to nobody."""

    areas: Collection[str]
    called: Collection[str]
    nobody: bool = False


def may_see_breach(viewer: Viewer, breach: Reach) -> bool:
    """Whoever was called for it or took it; who answers breaches or supports victims in its area; and,
    where the area is not known, or while nobody on the rota could be called, everybody who answers breaches:
    whoever reads such an alert may take it, and cannot answer what they may not open."""
    if RIGHTS[BREACH_READ].isdisjoint(viewer.roles):
        return False
    everybodys = breach.nobody or not breach.areas
    if not RESPONDERS.isdisjoint(viewer.roles) and (viewer.id in breach.called or everybodys):
        return True
    return not set(viewer.areas).isdisjoint(breach.areas)


def must_answer(viewer: Viewer, called: Collection[str], *, nobody: bool) -> bool:
    """Whether somebody opens a breach though the case of whoever was hurt is kept from them: they were called
    for it, or took it, or nobody could be called. Else it would be left without an answer (decision 0063)."""
    return not RESPONDERS.isdisjoint(viewer.roles) and (nobody or viewer.id in called)


def may_report_of(
    roles: Collection[str], areas: Collection[str], reach: Collection[str], *, recorded: bool
) -> bool:
    """Whether somebody may report a breach of a victim by her page, given the areas that the facts about her
    route to, and whether their own agency has a record of her: of no known area, who answers breaches."""
    theirs = not OF_VICTIMS.isdisjoint(roles) or (recorded and not OF_OWN_RECORDS.isdisjoint(roles))
    return theirs and (not set(areas).isdisjoint(reach) or (not reach and not RESPONDERS.isdisjoint(roles)))


def may_choose_order(roles: Collection[str]) -> bool:
    """Whether whoever reports a breach of a victim learns which orders protect her."""
    return not OF_VICTIMS.isdisjoint(roles)


def may_progress(viewer: Viewer) -> bool:
    """The police tell what the police have done."""
    return not RIGHTS[BREACH_PROGRESS].isdisjoint(viewer.roles) and viewer.agency_kind is AgencyKind.POLICE


def may_vouch(roles: Collection[str]) -> bool:
    """Whether a caller may say that a second person agreed: an agency's system, which knows that both signed.
    A number that one person types shows no second one (``domain.md`` 14, trap 5)."""
    return StaffRole.REPORTER in roles


def may_progress_breach(viewer: Viewer, breach: Reach | None) -> bool:
    """Whether they may tell it of this breach; None: of one that is not known here. Staff of what they may
    see. A force's system of any, known yet or not, for its facts come in any order; but where its token names
    areas, of none that is known to be elsewhere."""
    if not may_progress(viewer):
        return False
    if StaffRole.REPORTER not in viewer.roles:
        return breach is not None and may_see_breach(viewer, breach)
    areas = breach.areas if breach and viewer.areas else ()
    return not areas or not set(viewer.areas).isdisjoint(areas)


def may_ask_status(viewer: Viewer) -> bool:
    """Of anybody whom their own agency has a record of, whom an order binds whose reference they have, or a
    respondent whose PNC ID they have, the police may ask what binds or protects them: they are sent to
    whoever calls, in whichever area."""
    return not RIGHTS[STATUS_READ].isdisjoint(viewer.roles) and viewer.agency_kind is AgencyKind.POLICE


def sections(viewer: Viewer) -> frozenset[Sensitivity]:
    """The sections that a reader of a breach is shown. Health is for support; location for whoever
    goes there; routing is shown as the area alone."""
    shown = set(TO_EVERY_READER)
    if StaffRole.IDVA in viewer.roles:
        shown.add(Sensitivity.HEALTH)
    if StaffRole.ON_CALL in viewer.roles or viewer.agency_kind is AgencyKind.POLICE:
        shown.add(Sensitivity.LOCATION)
    return frozenset(shown)


def may_see_place(viewer: Viewer, called: Collection[str], *, flagged: bool, nobody: bool) -> bool:
    """Whether somebody who is shown locations is shown those that other agencies say of the people of a
    breach, where a record of one of them is ``flagged`` as sensitive: whoever was called for it, or took it,
    for they go there, and that is the reason that is on record; everybody while nobody could be called
    (``domain.md`` 9.5; Goldthread's own, 2026-11)."""
    return not flagged or nobody or viewer.id in called


def of_respondent(shown: frozenset[Sensitivity]) -> frozenset[Sensitivity]:
    """Of these sections, which are those of the respondent that the reader is shown: health is for whoever
    supports its owner (``domain.md`` 14, trap 3)."""
    return shown - {Sensitivity.HEALTH}

"""Who may see what: pure functions of the caller and of what is asked for. Denied by default.

Source: design.md section 7 (2026): what one may not see does not exist; perpetrator-centred views
carry nothing that tells where a victim is; the victim's location goes only to those who must find
her or place her case. SafeLives (2014): a MARAC is of an area, and its papers are restricted.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from contracts.vocabulary import CaseRole, StaffRole

READ_CASE = "case:read"
READ_MEETING = "meeting:read"
CALL_MEETING = "meeting:call"
CALL_EMERGENCY = "meeting:call-emergency"
LIST_CASE = "case:list"
PUBLISH_AGENDA = "agenda:publish"
HOLD_MEETING = "meeting:hold"
READ_MINUTES = "minutes:read"
TAKE_COPY = "agenda:copy"
SET_THRESHOLD = "threshold:set"
AGREE_ACTION = "action:agree"
ANSWER_ACTION = "action:answer"
READ_COHORT = "cohort:read"
READ_WAITING = "waiting:read"
RETURN_REFERRAL = "referral:return"
DECIDE_PARTIES = "parties:decide"
RESTRICT_CASE = "case:restrict"
READ_RETURNED = "returned:read"
READ_CHOICES = "choices:read"
DECIDE_CANDIDATE = "candidate:decide"
READ_SHOWN = "shown:read"
SEARCH = "person:search"
MESSAGE = "message:send"
READ_CHILDREN = "children:read"
ANSWER_RESEARCH = "research:answer"
SET_RESEARCHERS = "researchers:set"
DECLARE_INTEREST = "interest:declare"
FLAG = "flag:confirm"
FOLLOW_UP = "after:follow-up"
READ_COMPLETENESS = "completeness:read"
READ_MEASURES = "measures:read"
READ_EMERGENCY = "emergency:read"
OPEN_PLACES = "places:open"
SET_POPULATION = "population:set"
SET_CAPACITY = "capacity:set"

RIGHTS: Mapping[str, frozenset[str]] = {
    READ_CASE: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR, StaffRole.IDVA}),
    READ_MEETING: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR, StaffRole.IDVA}),
    CALL_MEETING: frozenset({StaffRole.MARAC_COORDINATOR}),
    CALL_EMERGENCY: frozenset(
        {
            StaffRole.MARAC_CHAIR,
            StaffRole.MARAC_COORDINATOR,
            StaffRole.ON_CALL,
            StaffRole.SUPERVISOR,
        }
    ),
    LIST_CASE: frozenset({StaffRole.MARAC_COORDINATOR}),
    PUBLISH_AGENDA: frozenset({StaffRole.MARAC_COORDINATOR}),
    HOLD_MEETING: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}),
    TAKE_COPY: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}),
    READ_MINUTES: frozenset(
        {
            StaffRole.MARAC_CHAIR,
            StaffRole.MARAC_COORDINATOR,
            StaffRole.IDVA,
            StaffRole.MARAC_REPRESENTATIVE,
        }
    ),
    SET_THRESHOLD: frozenset({StaffRole.MARAC_CHAIR, StaffRole.AREA_ADMIN}),
    READ_WAITING: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}),
    RETURN_REFERRAL: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}),
    DECIDE_PARTIES: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}),
    RESTRICT_CASE: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}),
    READ_RETURNED: frozenset({StaffRole.REPORTER, StaffRole.REFERRER, StaffRole.IDVA}),
    READ_CHOICES: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR, StaffRole.AREA_ADMIN}),
    AGREE_ACTION: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}),
    ANSWER_ACTION: frozenset(
        {
            StaffRole.MARAC_REPRESENTATIVE,
            StaffRole.REPORTER,
            StaffRole.IDVA,
            StaffRole.MARAC_CHAIR,
            StaffRole.MARAC_COORDINATOR,
        }
    ),
    READ_COHORT: frozenset({StaffRole.MATAC_COORDINATOR}),
    DECIDE_CANDIDATE: frozenset({StaffRole.MATAC_COORDINATOR}),
    SEARCH: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR, StaffRole.IDVA}),
    READ_SHOWN: frozenset({StaffRole.IDVA, StaffRole.MARAC_COORDINATOR}),
    MESSAGE: frozenset({StaffRole.IDVA, StaffRole.OFFICER_IN_CASE}),
    READ_CHILDREN: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR, StaffRole.IDVA}),
    ANSWER_RESEARCH: frozenset({StaffRole.MARAC_REPRESENTATIVE, StaffRole.IDVA, StaffRole.REPORTER}),
    SET_RESEARCHERS: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR, StaffRole.AREA_ADMIN}),
    DECLARE_INTEREST: frozenset(
        {
            StaffRole.MARAC_CHAIR,
            StaffRole.MARAC_COORDINATOR,
            StaffRole.IDVA,
            StaffRole.MARAC_REPRESENTATIVE,
        }
    ),
    FLAG: frozenset(
        {
            StaffRole.REPORTER,
            StaffRole.MARAC_REPRESENTATIVE,
            StaffRole.IDVA,
            StaffRole.MARAC_COORDINATOR,
        }
    ),
    FOLLOW_UP: frozenset({StaffRole.MARAC_COORDINATOR}),
    READ_COMPLETENESS: frozenset({StaffRole.AREA_ADMIN}),
    READ_MEASURES: frozenset({StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}),
    SET_POPULATION: frozenset({StaffRole.MARAC_CHAIR, StaffRole.AREA_ADMIN}),
    SET_CAPACITY: frozenset({StaffRole.MARAC_CHAIR, StaffRole.AREA_ADMIN}),
    OPEN_PLACES: frozenset({StaffRole.MARAC_COORDINATOR, StaffRole.IDVA}),
    READ_EMERGENCY: frozenset(
        {
            StaffRole.MARAC_CHAIR,
            StaffRole.MARAC_COORDINATOR,
            StaffRole.IDVA,
            StaffRole.MARAC_REPRESENTATIVE,
            StaffRole.ON_CALL,
            StaffRole.SUPERVISOR,
        }
    ),
}

OPENS_OWED = frozenset({StaffRole.IDVA, StaffRole.MARAC_COORDINATOR})
"""Who of those that see cases may open the page where it is recorded that a victim was told: the right is
that of referrals, and asked there."""

PLACES_CASES = StaffRole.MARAC_COORDINATOR
"""Who sees every case whose MARAC is not known: unseen by everybody, it would be heard by nobody."""


def may_see_case(
    roles: Collection[str], areas: Collection[str], case_areas: Collection[str], marac: str | None
) -> bool:
    """Whether a caller may see a case. ``case_areas`` are its area and every area around it, and
    those of the meetings that it was put on."""
    if RIGHTS[READ_CASE].isdisjoint(roles):
        return False
    if marac is None and may_place_cases(roles):
        return True
    return not set(areas).isdisjoint(case_areas)


def may_place_cases(roles: Collection[str]) -> bool:
    """Whether a caller sees to it that a case whose MARAC is not known is heard by one."""
    return PLACES_CASES in roles


def may_list(roles: Collection[str]) -> bool:
    """Whether a caller puts cases on agendas, in the areas that are theirs."""
    return not RIGHTS[LIST_CASE].isdisjoint(roles)


def may_see_returned(agency: str, referred_by: str | None) -> bool:
    """Whether an agency is told that a referral was returned, and why: its own, and no other's."""
    return agency == referred_by


def may_see_victim(roles: Collection[str], areas: Collection[str], victim_areas: Collection[str]) -> bool:
    """Whether a caller may see a repeat victim whom nobody referred: that it is so is for whoever can see to
    it that somebody does. Where it is not known where a victim lives, for whoever places cases."""
    if {StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}.isdisjoint(roles):
        return False
    return not set(areas).isdisjoint(victim_areas) or (not victim_areas and may_place_cases(roles))


def may_see_locations(roles: Collection[str], *, client: bool, paper: bool = False) -> bool:
    """Whether a caller who may see a case may see where its people are: an IDVA whose ``client`` the victim
    is, to support her, and a coordinator, because her address decides which MARAC hears her (SafeLives
    referral form, 2015). A chair's page lies open before a whole room; whoever goes to her has it from
    orders, with the breach. On a screen, never on paper, which is carried into the room and left on a
    seat."""
    finds_her = StaffRole.MARAC_COORDINATOR in roles or (client and StaffRole.IDVA in roles)
    return finds_her and not paper


def may_see_contact(roles: Collection[str], *, client: bool, paper: bool = False) -> bool:
    """Whether a caller who may see a case may see by which number or address, and with which code word, its
    victim is reached, and what is said of protected characteristics: the IDVA whose ``client`` she is, and
    whoever sees to it that she is told. Everybody else is told whether there is a safe way, and by whom to
    ask. Never on paper."""
    return may_see_locations(roles, client=client, paper=paper)


class Sees(NamedTuple):
    """What of a case a caller sees beside what all its readers see."""

    locations: bool
    contacts: bool
    withheld: bool = False
    """Whether they see where its people are by giving a reason alone."""

    def flagged(self) -> "Sees":
        """Of a case with somebody whose record is flagged as sensitive: whoever lives with them is found
        where they are, so that nobody's place is shown (``domain.md`` 9.5; for a whole case: ours, 2026-11).
        """
        return self._replace(locations=False, withheld=self.locations)


def sees(roles: Collection[str], *, client: bool, paper: bool = False, here: bool = True) -> Sees:
    """What whoever has these roles sees, on a screen or on paper. ``client``: whether they are an IDVA who
    supports its victim. ``here``: False of a case that they see by its transfer alone: with it goes how she
    is reached, and no address (``domain.md`` 1.9)."""
    return Sees(
        here and may_see_locations(roles, client=client, paper=paper),
        may_see_contact(roles, client=client, paper=paper),
    )


def only_by_transfer(areas: Collection[str], case_areas: Collection[str], taken_by: Collection[str]) -> bool:
    """Whether a caller with these areas sees a case for no other reason than that their MARAC, among
    ``taken_by`` with those around it, took it over."""
    return set(areas).isdisjoint(case_areas) and not set(areas).isdisjoint(taken_by)


def may_see_meeting(roles: Collection[str], areas: Collection[str], meeting_areas: Collection[str]) -> bool:
    """Whether a caller may see a meeting of an area (given with those around it)."""
    return not RIGHTS[READ_MEETING].isdisjoint(roles) and not set(areas).isdisjoint(meeting_areas)


def may_see_emergency(
    caller: str,
    roles: Collection[str],
    areas: Collection[str],
    meeting_areas: Collection[str],
    called: Collection[str | None],
) -> bool:
    """Whether a caller may see when, where and by whom an emergency meeting of an area (given with those
    around it) is held: those who come to it there, and whoever its alert calls, from wherever they are.
    ``called`` with None: nobody was on the rota, and it is everybody's who takes alerts. It names no case."""
    if RIGHTS[READ_EMERGENCY].isdisjoint(roles):
        return False
    takes = not {StaffRole.ON_CALL, StaffRole.SUPERVISOR}.isdisjoint(roles)
    return not set(areas).isdisjoint(meeting_areas) or (takes and not {caller, None}.isdisjoint(called))


def may_call(roles: Collection[str], *, emergency: bool) -> bool:
    """Whether a caller calls meetings in the areas that are theirs. One that cannot wait also its chair does,
    and whoever is on duty there at two in the morning (features.md C6; Goldthread's own, 2026-11)."""
    return not RIGHTS[CALL_EMERGENCY if emergency else CALL_MEETING].isdisjoint(roles)


def may_act_in(areas: Collection[str], around: Collection[str]) -> bool:
    """Whether a caller with these areas may act for an area, given it and those around it: call its
    meetings, set its thresholds. Nobody does so for an area that is not theirs."""
    return not set(areas).isdisjoint(around)


def may_hold(roles: Collection[str]) -> bool:
    """Whether a caller who may see a meeting records what is said there, and sees its minutes before they
    are issued; and what was recorded of a case whose victim is another by now."""
    return not RIGHTS[HOLD_MEETING].isdisjoint(roles)


def represents(
    roles: Collection[str],
    areas: Collection[str],
    agency: str,
    meeting_areas: Collection[str],
    in_the_room: Collection[str],
) -> bool:
    """Whether a caller represents an agency that was in the room of a meeting of an area (given with those
    around it) of theirs. What was issued of the cases that they heard is theirs to read, though they may see
    no case by themselves: an agency acts on what it heard (SafeLives, 2014)."""
    return (
        StaffRole.MARAC_REPRESENTATIVE in roles
        and agency in in_the_room
        and not set(areas).isdisjoint(meeting_areas)
    )


class Out(NamedTuple):
    """Somebody of an agency who left the room for a case. ``person`` None: which member of staff is not
    known."""

    agency: str
    person: str | None


def was_out(
    roles: Collection[str], agency: str, person: str, left: Iterable[Out], *, to_do: bool = False
) -> bool:
    """Whether a caller left the room for a case, and so has nothing of what was said: the one who is named,
    whichever agency was written down; where nobody knows which member of staff it was, everybody of that
    agency but who holds the meeting. ``to_do``: of what that agency is to do only the one who is named is
    out, or nobody would do it (SafeLives, 2014: conflicts of interest; Goldthread's own, 2026-11)."""
    left = list(left)
    unnamed = not to_do and any(each == Out(agency, None) for each in left)
    return any(each.person == person for each in left) or (unnamed and not may_hold(roles))


@dataclass(frozen=True, slots=True)
class InCase:
    """Somebody of an agency in a case. ``person``: which member of staff, if that is known."""

    part: CaseRole
    agency: str
    person: str | None


def writes_as(roles: Collection[str], agency: str, person: str, parties: Iterable[InCase]) -> CaseRole | None:
    """As which of the two, IDVA or officer in the case, a caller writes and reads messages of a case, given
    who is in it; None: as neither, and they are not there. The IDVAs of a service stand in for each other;
    an officer who is named is meant alone (HMICFRS 2021; Goldthread's own, 2026-11)."""
    found = [each for each in parties if each.agency == agency]
    if StaffRole.IDVA in roles and any(each.part is CaseRole.IDVA for each in found):
        return CaseRole.IDVA
    officers = [each for each in found if each.part is CaseRole.OFFICER_IN_CASE]
    if StaffRole.OFFICER_IN_CASE in roles and any(each.person in (None, person) for each in officers):
        return CaseRole.OFFICER_IN_CASE
    return None


FOR_THEIR_SERVICE = frozenset({StaffRole.IDVA, StaffRole.MARAC_REPRESENTATIVE, StaffRole.REPORTER})
"""Who reads of a case as one of the service that supports somebody: whoever speaks for it at a MARAC and its
system as well as its IDVAs."""


def supports_other_party(
    roles: Collection[str],
    agency: str,
    person: str,
    hers: Iterable[InCase],
    theirs: Iterable[InCase],
) -> bool:
    """Whether a caller is of the service that supports an alleged perpetrator of a case, so that it is not
    there for them: who is in the case of its victim is ``hers``, and who is in those of its alleged
    perpetrators, as victims, ``theirs``. Where a service has both, it is there for whoever of it is named for
    the victim and not for the other, and for nobody else: that its IDVAs stand in for each other would open
    each party's case to the other's (SafeLives, counter-allegations; ``domain.md`` 14, traps 8 and 9;
    Goldthread's own, 2026-11).
    """

    def ours(parties: Iterable[InCase]) -> list[str | None]:
        return [each.person for each in parties if each.part is CaseRole.IDVA and each.agency == agency]

    other = ours(theirs)
    if FOR_THEIR_SERVICE.isdisjoint(roles) or not other:
        return False
    return person in other or person not in ours(hers)


def may_agree_actions(roles: Collection[str]) -> bool:
    """Whether a caller who may see a case says what is agreed for it, sees the actions of every agency for
    it, and may answer for one: whoever chairs the meeting, or keeps its plan."""
    return not RIGHTS[AGREE_ACTION].isdisjoint(roles)


def may_answer_action(
    roles: Collection[str], agency: str, owner: str, *, sees_case: bool, here: bool = True
) -> bool:
    """Whether a caller sees an action by itself, and may say what came of it: staff and systems of the agency
    whose it is, though they may see nothing else of the case; and whoever keeps the plan of a case that they
    see. An IDVA reads the actions of others on the case's page, and answers their own. ``here``: False where
    it is of an area that is not of the caller's token: it may tell where somebody is."""
    if RIGHTS[ANSWER_ACTION].isdisjoint(roles):
        return False
    return (here and agency == owner) or (sees_case and may_agree_actions(roles))


def may_see_cohort(roles: Collection[str]) -> bool:
    """Whether a caller may see the perpetrator-centred side at all."""
    return not RIGHTS[READ_COHORT].isdisjoint(roles)


def may_see_completeness(roles: Collection[str]) -> bool:
    """Whether a caller may see how complete agencies' answers are: numbers alone, of their own areas."""
    return not RIGHTS[READ_COMPLETENESS].isdisjoint(roles)


def cohort_of(roles: Collection[str], agency: str) -> str | None:
    """The police force whose cohort a caller sees: those whom it has told of itself, and nobody else. Where a
    victim lives puts nobody into a cohort, for that they are in a force's would tell that she is there. None:
    they see nobody's."""
    return agency if may_see_cohort(roles) else None

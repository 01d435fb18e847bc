"""Who may post what to this service, and who may decide who is who.

Source: design.md section 7 (2026): deny by default. Immigration status is for support only and
reaches no enforcement body by any path (domain.md 10; NPCC guidance on migrant victims, read 2026-11).
"""

from collections.abc import Collection, Mapping

from contracts.vocabulary import AgencyKind, IdentityAnswer, StaffRole

REFER = "referral:make"
ASSESS = "risk:report"
REPORT_INCIDENT = "incident:report"
DESCRIBE_CARE = "care:report"
SAY_HEARING = "hearing:report"
WRITE_HEARING = "hearing:write"
NAME_LEAD = "lead:report"
WRITE_LEAD = "lead:write"
SAY_CHILD = "child:report"
SET_SCHOOL_DAYS = "school-days:set"
CONFIRM_TOLD = "school-told:confirm"
SAY_CONTACT = "contact:report"
WRITE_CONTACT = "contact:write"
RECORD_DEATH = "death:report"
NOTE_IMMIGRATION = "immigration:note"
MERGE_RECORDS = "records:merge"
DECIDE_IDENTITY = "identity:decide"
ANSWER_LINK = "undone-link:answer"
KEEP_WITHHELD = "withheld:keep"
READ_WITHHELD = "withheld:read"
OPEN_WITHHELD = "withheld:open"
PLAN = "safety-plan:report"
WRITE_PLAN = "safety-plan:write"
REVIEW_PLAN = "safety-plan:review"
AGREE_CONTRACT = "victim-contract:report"
TELL = "victim-told:report"
READ_OWED = "owed:read"
SAY_SUPPORT = "support:say"
STEP_SUPPORT = "support:step"
READ_SUPPORT = "support:read"
READ_FEED = "feed:read"
SET_FEED = "feed:set"

SYSTEMS = frozenset({StaffRole.REPORTER})
REFERRERS = frozenset({StaffRole.REFERRER, StaffRole.IDVA})
"""Who refers by hand: of agencies with no system, and whoever meets victims before any system does."""
TELLERS = frozenset({StaffRole.IDVA, StaffRole.ON_CALL, StaffRole.SUPERVISOR})
"""Who tells a victim what happened, and looks again whether a plan holds: an advocate, or the police."""
REACHES_HER = frozenset({StaffRole.IDVA, StaffRole.MARAC_COORDINATOR})
"""Who must know by which number she is reached, and with which word: as on a case's page."""

RIGHTS: Mapping[str, frozenset[str]] = {
    REFER: SYSTEMS | REFERRERS,
    ASSESS: SYSTEMS | {StaffRole.IDVA},
    REPORT_INCIDENT: SYSTEMS,
    DESCRIBE_CARE: SYSTEMS,
    SAY_HEARING: SYSTEMS | TELLERS,
    WRITE_HEARING: TELLERS,
    NAME_LEAD: SYSTEMS | REACHES_HER,
    WRITE_LEAD: REACHES_HER,
    SAY_CHILD: SYSTEMS,
    SET_SCHOOL_DAYS: SYSTEMS | {StaffRole.AREA_ADMIN},
    CONFIRM_TOLD: frozenset({StaffRole.KEY_ADULT}),
    SAY_CONTACT: SYSTEMS | REACHES_HER,
    WRITE_CONTACT: REACHES_HER,
    RECORD_DEATH: SYSTEMS,
    NOTE_IMMIGRATION: frozenset({StaffRole.SUPPORT_REPORTER}),
    MERGE_RECORDS: SYSTEMS,
    DECIDE_IDENTITY: frozenset({StaffRole.MARAC_COORDINATOR, StaffRole.OPERATOR}),
    ANSWER_LINK: frozenset({StaffRole.MARAC_COORDINATOR, StaffRole.OPERATOR, StaffRole.SUPERVISOR}),
    KEEP_WITHHELD: frozenset({StaffRole.SUPPORT_REPORTER, StaffRole.IDVA}),
    READ_WITHHELD: frozenset({StaffRole.IDVA}),
    OPEN_WITHHELD: frozenset({StaffRole.IDVA}),
    PLAN: SYSTEMS | TELLERS,
    WRITE_PLAN: TELLERS,
    REVIEW_PLAN: SYSTEMS | TELLERS,
    AGREE_CONTRACT: SYSTEMS,
    TELL: SYSTEMS | TELLERS,
    READ_OWED: TELLERS | {StaffRole.MARAC_COORDINATOR},
    SAY_SUPPORT: SYSTEMS,
    STEP_SUPPORT: SYSTEMS | {StaffRole.IDVA},
    READ_SUPPORT: frozenset(
        {StaffRole.IDVA, StaffRole.MARAC_COORDINATOR, StaffRole.SUPERVISOR, StaffRole.SUPPORT_REPORTER}
    ),
    READ_FEED: SYSTEMS,
    SET_FEED: frozenset({StaffRole.OPERATOR}),
}
"""Right to the roles that have it; to write is by page, for people alone. Whoever is in no list may not. A
supervisor is called when nobody has answered for an undone link, and must be able to."""


def may_decide(
    roles: Collection[str],
    areas: Collection[str],
    answer: IdentityAnswer,
    one: Collection[str],
    other: Collection[str],
) -> bool:
    """Whether a caller may decide of two mentions, given for each the areas that the facts about
    whoever it is route to, with those around them; none where no such area is known.

    Whoever an area is known of must be of the caller's areas. To take apart hides what is known of her
    from whoever protects her, and so is for those alone who answer for both: an unknown area is not
    theirs. That she is the same, or that it cannot be told, may be said of a record of no known area
    beside one of theirs: else an agency that sends no area would never be heard of her. What is of
    nobody's known area is the operator's, who has no area. (Ours, 2026-11; deny by default.)
    """
    if StaffRole.OPERATOR in roles:
        return True
    known = [reach for reach in (one, other) if reach]
    theirs = bool(known) and all(not set(areas).isdisjoint(reach) for reach in known)
    return theirs and (len(known) == 2 or answer is not IdentityAnswer.NOT_SAME)


def may_record_death(kind: AgencyKind | None) -> bool:
    """Whether an agency may say that a victim has died, and so end every contact with them: police or health,
    who certify or investigate it. An agency of which nobody has said the kind may not (ours, 2026-11; deny by
    default)."""
    return kind in (AgencyKind.POLICE, AgencyKind.HEALTH)


def may_close_school(kind: AgencyKind | None) -> bool:
    """Whether an agency may say on which days a school is closed: whoever runs schools, or the local
    authority. By what others said of it a school would be told later than it must be. An agency of which
    nobody has said the kind may be any (ours, 2026-11; deny by default)."""
    return kind in (AgencyKind.EDUCATION, AgencyKind.COUNCIL, AgencyKind.CHILDRENS_SERVICES)


def school_of(kind: AgencyKind | None, school: str | None) -> str | None:
    """The number of the school whose children an agency may see, given what the operator has said of it: its
    own, if it is of education. Whose kind or number nobody has said sees nobody (Operation Encompass tells
    the child's own school; deny by default)."""
    return school if kind is AgencyKind.EDUCATION else None


def may_see_undone(roles: Collection[str], areas: Collection[str], reach: Collection[str]) -> bool:
    """Whether a caller may see a link that was undone and say what was done about it, given the areas that
    the facts about either side route to, with those around them.

    Either side may: whoever was shown the mixture was shown their person as another's, and the other is
    often elsewhere. No record is shown there. Of nobody's known area every supervisor is called, and so
    every supervisor may. (Ours, 2026-11.)
    """
    if StaffRole.OPERATOR in roles:
        return True
    return not set(areas).isdisjoint(reach) or (not reach and StaffRole.SUPERVISOR in roles)


def may_see_contact(roles: Collection[str]) -> bool:
    """Whether a caller who may see a victim may see the number and the words of a safe way. Everybody else is
    told whether there is one, and whom to ask."""
    return not REACHES_HER.isdisjoint(roles)


def may_see_owed(roles: Collection[str], areas: Collection[str], reach: Collection[str]) -> bool:
    """Whether a caller may see what is owed to a victim, given the areas that the facts about them route to,
    with those around them. Of no known area whoever places cases may, and supervisors: unseen by everybody
    it would be done by nobody (ours, 2026-11)."""
    if RIGHTS[READ_OWED].isdisjoint(roles):
        return False
    everybodys = {StaffRole.MARAC_COORDINATOR, StaffRole.SUPERVISOR}
    return not set(areas).isdisjoint(reach) or (not reach and not everybodys.isdisjoint(roles))

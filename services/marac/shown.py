"""What marac's routes answer and its pages show: rows composed for one caller, after redaction."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from contracts.sections import Location, Name
from contracts.vocabulary import AlertRule, ClockOwner, Grade, Relationship, Role
from services.marac.conference.alert_rows import Alert
from services.marac.conference.rows import (
    Assessment,
    ContactLine,
    Doubt,
    HealthLine,
    Identity,
    Lead,
    Line,
    Occurrence,
    Order,
    Repeat,
    Source,
    Version,
)
from services.marac.shown_actions import ActionCounts, ActionLine
from services.marac.shown_agenda import NONE, Publication, Since
from services.marac.shown_candidate import MatacSays
from services.marac.shown_children import Household
from services.marac.shown_decided import CaseDecided, MeetingsNote, SentOnShown
from services.marac.shown_owed import Owed, OwedNote
from services.marac.shown_pattern import CasePattern
from services.marac.shown_research import Undeclared
from services.marac.shown_risk import Assessed, ReviewOwed, Risk
from services.marac.shown_support import SupportShown
from services.marac.shown_victim import NO_WAY, HersShown, SafeWay


class Shown(BaseModel):
    """Base of everything that is shown."""

    model_config = ConfigDict(frozen=True)


class Page(Shown):
    """A page: when it was made, and before when all that anybody had accepted is in it (null: that
    cannot be told). Neither is part of what was seen."""

    at: datetime
    fresh_until: datetime | None = None

    @property
    def seen(self) -> bytes:
        """What whoever looks has seen."""
        return self.model_dump_json(exclude={"at", "fresh_until", "next"}).encode()


class Missing(Shown):
    """One gap. ``code`` is a message id's last part (``missing.contact-unknown``); codes and what they
    mean stand in ``rules/missing.py``. ``owner`` is the agency, kind of agency or role that can
    close it; ``roots`` are the facts that it is about; of a silent feed ``kind`` is the agency's, and
    ``since`` when it was last heard."""

    code: str
    owner: str | None = None
    person: str | None = None
    roots: tuple[str, ...] = ()
    count: int | None = None
    kind: str | None = None
    since: datetime | None = None


# ---- meetings and agenda ----------------------------------------------------------------------


class SilentFeed(Shown):
    """An agency of which nothing has come for longer than usual."""

    agency: str
    name: str
    kind: str
    since: datetime


class MeetingLine(Shown):
    """One meeting of a MARAC area of the caller's."""

    meeting: str
    area: str
    area_name: str
    starts: datetime
    venue: str | None
    emergency: bool
    cases: int = Field(description="those that the caller may see")
    chair_name: str | None = None
    closed: bool = False


class AgendaLine(Shown):
    """One case on the agenda."""

    case: str
    letters: str
    name: Name | None
    born: date | None
    grade: Grade
    repeat: bool
    children: int
    orders_not_served: int = Field(description="orders in force or made, not served or not known to be")
    breaches: int = Field(description="occurrences, not records")
    unanswered: int = Field(description="alerts that nobody has answered")
    clocks_late: int = Field(default=0, description="deadlines that ran out, and that nobody has taken")
    actions: ActionCounts | None = Field(default=None, description="agreed and still to be done")
    clock_next: datetime | None = Field(
        default=None, description="when the next deadline runs out, within 28 days"
    )
    missing: int
    way: SafeWay = Field(default=NO_WAY, description="whether she may be contacted; never by what")
    incomplete: int = Field(description="records about it or its people that could not be read")
    broken: bool = Field(default=False, description="a last good row: newer facts are missing")
    new: int = Field(description="lines since the case was published; before that, since it was listed")
    since: Since | None = Field(default=None, description="what changed since the agenda was published")
    facts: tuple[str, ...] = Field(default=(), exclude=True, description="of its lines; given to nobody")
    assessed: Assessed | None = Field(default=None, description="by which assessment its items are known")
    review: ReviewOwed | None = Field(default=None, description="the first review of risk to be late")
    review_by: str | None = Field(default=None, description="the name of the agency that owes it")
    owed: OwedNote | None = Field(default=None, description="of the safety plan and of what is to be told")
    no_idva: bool = Field(default=False, description="one is asked, and none has accepted")
    taken_from: str | None = Field(default=None, description="the MARAC, by name, that sent it to another")
    taken_by: str | None = Field(default=None, description="the MARAC, by name, that took it over")
    sent_on: SentOnShown | None = Field(default=None, description="to another MARAC")
    other_marac: str | None = Field(default=None, description="that had this case, in the referrer's words")
    disputed: bool
    restricted: bool = False
    withdrawn: bool = Field(description="the referral was taken back: heard last, as a stub")


class Meetings(Page):
    """The meetings that the caller may see: those to come; a page of those past, newest first."""

    to_come: list[MeetingLine]
    past: list[MeetingLine]
    next: str | None = Field(default=None, description="of those past, the next page; null at the end")
    area_not_known: list[AgendaLine] | None = Field(
        description="standing cases that no MARAC hears and no meeting has, because their area is not"
        " known: the gravest first. Null for whoever does not place cases"
    )
    note: MeetingsNote | None = None


class Agenda(Page):
    """The cases of a meeting in the order in which they are heard, now or as it was known."""

    known_at: datetime | None = None
    meeting: MeetingLine
    publication: Publication = NONE
    silent: list[SilentFeed] = Field(default=[], description="feeds of which something may be missing")
    undeclared: list[Undeclared] = Field(
        default=[], description="cases that wait for the caller's word on ties"
    )
    uncoordinated: list[str] = Field(
        default=[], description="to a chair: letters of cases no coordinator may see"
    )
    cases: list[AgendaLine]
    carried: list[ActionLine] = Field(
        default=[],
        description="actions of earlier meetings that are open, whichever case; the late ones first",
    )
    waiting: list[AgendaLine] | None = Field(
        description="referred in this MARAC area and not listed at a meeting of it yet; null as it was "
        "known, and on paper: there the meeting's own cases are given"
    )


# ---- a case -----------------------------------------------------------------------------------


class PersonShown(Shown):
    """A person of a case. Lines are newest first. ``locations`` is None for whoever may not see
    them, and an empty list where nobody said where they are."""

    person: str
    role: Role
    relationship: Relationship | None
    identity: Identity
    lines: list[Line]
    about_others: list["AboutOther"] = Field(
        default=[], description="of lines about another victim, what may be told: newest month first"
    )
    contacts: list[ContactLine]
    health: list[HealthLine]
    leads: list[Lead]
    doubts: tuple[Doubt, ...] = ()
    flagged: bool | None = Field(
        default=None,
        description="of a victim or child, whether a record is flagged as sensitive; null: nobody has said",
    )
    locations: list["Whereabouts"] | None


class AboutOther(Shown):
    """A line about another victim than the case's: its kind, the month and the kind of agency. Never
    which agency, which record or when, for that tells where she lives. ``details`` are codes; they are
    empty for a line that was withdrawn, of which nobody can tell whom it was about."""

    type: str
    month: str
    agency_kind: str
    details: dict[str, JsonValue]


class Whereabouts(Source):
    """Where an agency says that a person is."""

    location: Location


class BreachAlert(Shown):
    """The alerts about one breach or order of the case."""

    cause: str
    alerts: list[Alert]


ClockState = Literal["late", "runs", "taken"]
CLOCK_STATES: tuple[ClockState, ...] = ("late", "runs", "taken")


class ClockShown(Shown):
    """A deadline that runs about an order or a breach of the case. ``owner`` must do what stops it; *taken*:
    it ran out, and a named person has taken it."""

    cause: str
    rule: AlertRule
    owner: ClockOwner
    due: datetime
    state: ClockState


class CaseMeeting(Shown):
    """A meeting at which the case is listed."""

    meeting: str
    area_name: str
    starts: datetime
    repeat: bool | None = Field(
        default=None, description="whether it is a repeat there, as the data return counts it; null: not said"
    )


class Silence(Shown):
    """The newest that an agency said of the people of the case."""

    agency: str
    recorded: datetime
    lines: int


class CasePage(Page):
    """Everything that a case's page shows.

    ``known_at`` is the time *as it was known*; None: as it is now. ``agencies`` gives the name of every
    agency that is spoken of. ``accepted`` gives, for each line that was corrected or withdrawn, when
    Goldthread took its newest version. ``broken_since``: the page is the last good one. ``freshness`` is the
    newest that each agency said. ``incomplete``: so many records about the case or its people could not be
    read, as an operator was told at ``operator_told``; of ``whose_unknown`` others nobody knows of whom."""

    known_at: datetime | None
    places_withheld: bool = Field(
        default=False,
        description="where its people are is shown to this caller by giving a reason alone: a record is"
        " flagged as sensitive",
    )
    broken_since: datetime | None
    incomplete: int
    whose_unknown: int
    operator_told: datetime | None
    case: str
    letters: str
    withdrawn: bool
    agency: str
    referred: datetime
    precision: Literal["instant", "day"]
    recorded: datetime
    criteria: list[str]
    victim_aware: bool | None
    consent: bool | None = Field(description="of all; of a part it may be otherwise (`hers.standing`)")
    no_consent_reason: str | None
    victim_view: str | None
    afraid_of: str | None
    other_marac: str | None = Field(default=None, description="that had this case, in the referrer's words")
    marac: str | None
    marac_name: str | None
    taken_from_name: str | None = Field(default=None, description="of the MARAC that sent it to this one")
    sent_on: SentOnShown | None = Field(default=None, description="to another MARAC")
    grade: Grade
    assessment: Assessment | None
    assessments: list[Assessment] = Field(description="all of the victim's, newest first")
    risk: Risk = Risk()
    owed: Owed | None = None
    support: SupportShown = SupportShown()
    hers: HersShown = HersShown()
    disputed: bool
    decided: CaseDecided = CaseDecided()
    repeat: Repeat | None
    earlier_case: str | None
    referred_before: bool = Field(default=False, description="the same two, at whatever time")
    missing: list[Missing] = Field(description="worst first")
    victim: PersonShown | None
    perpetrators: list[PersonShown]
    children: list[PersonShown]
    household: Household = Household()
    orders: list[Order]
    occurrences: list[Occurrence] = Field(description="newest first; breaches are those with `breach`")
    alerts: list[BreachAlert]
    clocks: list[ClockShown] = Field(
        default=[], description="late ones first, then the next to run out, last those that somebody took"
    )
    pattern: CasePattern = CasePattern()
    matac: list[MatacSays] = Field(default=[], description="of each perpetrator, what the MATAC side decided")
    actions: list[ActionLine] = Field(default=[], description="carried ones first, then open, then over")
    meetings: list[CaseMeeting]
    freshness: list[Silence]
    agencies: dict[str, str]
    accepted: dict[str, datetime]


class SourceVersion(Shown):
    """One version of a fact, with its times and footing. ``said`` None: withdrawn, or of somebody else."""

    version: int
    change: Literal["original", "correction", "withdrawal"]
    accepted: datetime
    recorded: datetime
    occurred: datetime
    precision: Literal["instant", "day"]
    assertion: str
    regime: str
    basis: str
    purpose: str
    said: Version | None


class SourcePage(Page):
    """Where a line comes from: every version of the fact, the newest first."""

    case: str
    letters: str
    root: str
    type: str
    agency: str
    agency_name: str
    versions: list[SourceVersion]

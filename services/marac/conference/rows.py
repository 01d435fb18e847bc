"""The rows of the victim-centred side: what every agency said, line by line, with who said it.

Nothing here depends on when a fact was accepted, but for when a withdrawal was, which has no other time of
its own; rows of research, actions and candidates for tasking do (decision 0025). Lists are in the order in
which things happened. People are person ids, agencies and codes are as configuration and vocabulary say.
"""

from datetime import date, datetime
from typing import Literal

import orjson
from pydantic import AwareDatetime, JsonValue
from sqlalchemy import Index
from sqlmodel import Field

from chassis.store.tables import Instant
from chassis.views import Row, ViewTable
from contracts.envelope import Assertion
from contracts.events.orders import Prohibition, Requirement
from contracts.events.support import Worker
from contracts.rules.ages import is_child
from contracts.rules.circulation import Circulation
from contracts.rules.occurrence import LONDON
from contracts.rules.order_status import OrderTerms
from contracts.rules.order_types import Breach
from contracts.rules.owed_parts import Owed
from contracts.sections import Contact, Health, Location, Record
from contracts.vocabulary import (
    BailEnd,
    BreachStep,
    Grade,
    LegalStatus,
    OrderQuestion,
    OrderStage,
    OrderType,
    ReferralCriterion,
    ReferringService,
    Relationship,
    RepeatAnchor,
    RepeatDefinition,
    Role,
)
from services.marac.conference.brief_rows import Identity as Identity
from services.marac.conference.brief_rows import PersonInBrief as PersonInBrief
from services.marac.conference.meeting_rows import ConferenceMeeting as ConferenceMeeting
from services.marac.conference.meeting_rows import ConferenceMeetingTable as ConferenceMeetingTable
from services.marac.conference.meeting_rows import ListedCase as ListedCase
from services.marac.conference.parts import Listing as Listing
from services.marac.conference.parts import Part as Part
from services.marac.conference.parts import Precision as Precision
from services.marac.conference.parts import SentOn
from services.marac.conference.parts import Source as Source
from services.marac.conference.risk_rows import Assessment as Assessment
from services.marac.conference.risk_rows import ReviewLine as ReviewLine
from services.marac.conference.risk_rows import TakenBack as TakenBack
from services.marac.conference.support_rows import Support as Support
from services.marac.conference.victim_rows import Hers, Telling

NO_KIDS = "[]"
"""``ConferenceCase.kids`` of a case without children."""


class Other(Part):
    """Somebody else whom a fact names, in which part; ``born``, and ``named`` first so, of a child."""

    mention: str
    person: str
    role: Role
    relationship: Relationship | None
    born: tuple[date, ...] = ()
    named: AwareDatetime | None = None


class Version(Part):
    """What one version of a fact says. ``details`` are its own fields as its contract names them,
    without people, sections and Dash; ``text`` is what was said in words."""

    version: int
    assertion: Assertion
    occurred: AwareDatetime
    precision: Precision
    recorded: AwareDatetime
    details: dict[str, JsonValue]
    text: str | None


class Line(Part):
    """One thing that one agency said of this person. ``fact`` is the id of the newest version, ``retold`` are
    those of the versions right before it that told nothing else (``rules/retold.py``).

    ``type`` is as in ``incident.reported``. A withdrawn line is a stub: ``said`` is None, and so is all that
    it said. So it is, as *corrected*, for a person whom its newest version no longer names. ``sealed`` names
    the sections that could not be opened."""

    root: str
    fact: str
    type: str
    agency: str
    state: Literal["current", "corrected", "withdrawn"]
    version: int
    occurred: AwareDatetime
    said: Version | None
    earlier: tuple[Version, ...] = ()
    roles: tuple[Role, ...] = ()
    relationship: Relationship | None = None
    record: Record | None = None
    others: tuple[Other, ...] = ()
    sealed: tuple[str, ...] = ()
    retold: tuple[str, ...] = ()


class ContactLine(Source):
    """How one agency says that this person may safely be contacted."""

    contact: Contact


class HealthLine(Source):
    """What one agency says of this person's health."""

    health: Health


class LocationLine(Source):
    """Where an agency says that this person is: few may see it. ``area``: its fact's, of its victim."""

    location: Location
    area: str | None = None


class Doubt(Part):
    """Two mentions, one of them this person's, of which a person is asked whether they are one."""

    one: str
    other: str


class Lead(Source):
    """Who leads this person's support."""

    service: str
    since: AwareDatetime
    worker: Worker | None = None


class Status(Part):
    """What holds of an order at the row's time; ``reason`` is a message id (``order.unaware``)."""

    in_force: bool
    served: bool
    aware: bool
    enforceable: bool
    reason: str
    appealed: AwareDatetime | None = None


class Service(Source):
    """One service of an order, or word that the respondent knows of it."""

    method: str
    served: AwareDatetime | None
    respondent_aware: AwareDatetime | None


class Order(Source):
    """An order that binds or protects this person."""

    order: OrderType
    stage: OrderStage
    court: str | None
    reference: str | None
    made: AwareDatetime
    starts: AwareDatetime | None
    ends: AwareDatetime | None
    until_further_order: bool
    without_notice: bool
    prohibitions: list[Prohibition]
    requirements: list[Requirement]
    respondents: list[str]
    protected: list[str]
    services: list[Service]
    ended_because: BailEnd | None = None
    terms: OrderTerms
    status: Status
    questions: tuple[OrderQuestion, ...] = ()
    breach: Breach | None = None
    """What it is to break it, and whether that is ground for arrest without a warrant: None in a row that
    an earlier release folded."""
    arrest: bool | None = None
    circulation: Circulation | None = None
    """Who has it, without the agencies: None in a row that an earlier release folded."""


class StepLine(Source):
    """A step of the answer to a breach."""

    step: BreachStep


class RecordLine(Source):
    """One agency's record of a breach or an incident. ``order`` is the root of the order that a breach
    is of; None where it was not found. ``victims`` are as the report says, else as its order says."""

    type: Literal["breach", "incident"]
    kind: str
    status: LegalStatus | None
    crime: bool | None
    reference: str | None
    order: str | None
    order_because: str | None
    victims: list[str]
    perpetrators: list[str]
    weapon: bool | None = None
    children_present: bool | None = None
    text: str | None = None
    says: list[str] = Field(default_factory=list)
    """What it says of a pattern, by codes."""
    first_recorded: AwareDatetime | None = None
    """When its first version was recorded, from which on its times run. None: an older release wrote it."""
    steps: list[StepLine] = Field(default_factory=list)


class CaseLink(Part):
    """A case that names this person."""

    case: str
    role: Role
    referred: AwareDatetime
    victim: str | None
    perpetrators: list[str]


class ConferencePerson(PersonInBrief):
    """Everything that every agency said of one person."""

    lines: list[Line]
    assessments: list[Assessment]
    orders: list[Order]
    records: list[RecordLine]
    contacts: list[ContactLine]
    health: list[HealthLine]
    leads: list[Lead]
    cases: list[CaseLink]
    area: str | None
    """Where the newest word on this person as victim routes to."""
    disputed: list[str]
    """Others of whom this person is said to be the victim, and who are said to be theirs."""
    locations: list[LocationLine]
    reviews: list[ReviewLine] = Field(default_factory=list)
    """The reviews of this person's risk as victim that are owed, the first to be late first."""
    hers: Hers = Hers()
    review_owner: str | None = None
    """Whose they are: the agency that assessed last. None: nobody has, and it is whoever told of each."""
    owed: Owed | None = None
    """A safety plan, and to be told. None: nothing is known that anything is owed for."""
    told_of_marac: tuple[Telling, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    taken_back: list[TakenBack] = Field(default_factory=list)
    """The assessments and referrals of high risk that were withdrawn. An older release wrote none."""


class ConferencePersonTable(ViewTable, table=True):
    """Rows of ``conference_person``: whom a service supports is found without reading them."""

    __tablename__ = "marac_conference_person"
    __table_args__ = (Index("marac_person_supported", "subject", "idvas"),)
    idvas: str


class CasePerson(Part):
    """Somebody in a case: which person, by mentions of the referral or, of a child, of the victim's facts.
    ``born``: of a child, by the youngest date that is said. ``named``: when first; None: it is not known."""

    person: str
    role: Role
    relationship: Relationship | None
    mentions: list[str]
    born: date | None = None
    named: AwareDatetime | None = None


class Occurrence(Part):
    """Something that happened once, by all records of it."""

    first: AwareDatetime
    precision: Precision
    kinds: list[str]
    breach: bool
    orders: list[str]
    records: list[RecordLine]


class Repeat(Part):
    """That the case is a repeat, by which definition and from which day on, and what makes it one."""

    definition: RepeatDefinition
    anchor: RepeatAnchor
    since: AwareDatetime
    until: AwareDatetime
    roots: list[str]
    """The records since then that make it one; and the earlier case's referral, where there is one."""
    earlier: AwareDatetime | None = None
    """When that earlier case was referred or heard, as ``anchor`` says."""


class Heard(Part):
    """The newest that an agency said of the people of the case, and how many facts it said."""

    agency: str
    recorded: AwareDatetime
    lines: int


class ConferenceCase(Row):
    """A case: whom it is about, how dangerous, what protects her, what has happened. Once its referral
    is withdrawn the row stays, as a stub, so that nobody thinks that there never was one."""

    case: str
    letters: str
    fact: str
    withdrawn: bool
    agency: str
    referred: AwareDatetime
    precision: Precision
    recorded: AwareDatetime
    criteria: tuple[ReferralCriterion, ...] = ()
    victim_aware: bool | None = None
    consent: bool | None = None
    no_consent_reason: str | None = None
    service: ReferringService | None = None
    victim_view: str | None = None
    afraid_of: str | None = None
    other_marac: str | None = None
    """Of another MARAC that had it, in the referrer's words."""
    area: str | None = None
    areas: tuple[str, ...] = ()
    """The area that it routes to and every area around it: whose people may see it."""
    transferred: tuple[str, ...] = ()
    """The MARACs that took it over, and every area around them: they see it, without where its people are."""
    taken_from: str | None = None
    """The MARAC that sent it to the last that took it."""
    sent_here: AwareDatetime | None = None
    """When that was: what a meeting of its MARAC heard before is not what it was sent for."""
    marac: str | None = None
    sent_on: SentOn | None = None
    victim: CasePerson | None = None
    perpetrators: tuple[CasePerson, ...] = ()
    children: tuple[CasePerson, ...] = ()
    grade: Grade = Grade.UNKNOWN
    assessment: Assessment | None = None
    was_about: tuple[str, ...] = ()
    """Whom an earlier version of the referral named as victim, and none of its people is now."""
    disputed: bool = False
    """Somebody said the same of the other party (``domain.md`` 1.7, counter-allegations)."""
    orders: tuple[Order, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    repeat: Repeat | None = None
    earlier_case: str | None = None
    before: tuple[str, ...] = ()
    """Every earlier case of the same pair, the last first."""
    pair: tuple[str, ...] = ()
    """Those of them, and the later ones, whose meetings may make it a repeat."""
    meetings: tuple[Listing, ...] = ()
    had_by: str | None = None
    """The last of the meetings that list it whose time came for it, by ``marac.case-met``. None: it waits."""
    heard: tuple[Heard, ...] = ()
    stays_away: bool = False
    """Returned, and nothing said by now brings it back (``away.py``). False does not say that it is back."""

    @property
    def within(self) -> str:
        """All the areas that may see it but by a meeting, between bars: ``|a|b|``."""
        return "|".join(["", *sorted({*self.areas, *self.transferred}), ""])

    @property
    def kids(self) -> str:
        """Its children, as JSON: cases with children are found without reading them."""
        return orjson.dumps([each.person for each in self.children]).decode()

    def not_grown(self, at: datetime) -> int:
        """How many of its children are under 18, or of no known age."""
        day = at.astimezone(LONDON).date()
        return sum(is_child([each.born] if each.born else [], day) is not False for each in self.children)


class ConferenceCaseTable(ViewTable, table=True):
    """Rows of ``conference_case``, by MARAC those that are to be heard, the newest first, and by area."""

    __tablename__ = "marac_conference_case"
    __table_args__ = (
        Index("marac_case_to_hear", "marac", "withdrawn", "stays_away", "had_by"),
        Index("marac_case_newest", "referred", "subject", "withdrawn", "marac", "within", "kids"),
    )
    marac: str | None
    within: str
    kids: str
    referred: datetime = Field(sa_type=Instant)
    withdrawn: bool
    stays_away: bool
    had_by: str | None

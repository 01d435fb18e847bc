"""What is shown of the children of a household, and of whoever of a case is a child or becomes 16 or 18."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.support import Worker
from contracts.rules.ages import Consent, Form, Forum
from contracts.sections import Name
from contracts.vocabulary import (
    AlertRule,
    ChildPlan,
    ClockOwner,
    Grade,
    InterviewStep,
    Relationship,
    Role,
    Setting,
)


class Shown(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class Voice(Shown):
    """The child's own words, and which agency heard them."""

    root: str
    text: str
    agency: str
    at: datetime


class EpisodeShown(Shown):
    """A child was missing once. ``due`` is null where nobody said that the child was found."""

    root: str
    records: int
    missing: datetime
    found: datetime | None
    due: datetime | None
    settled: datetime | None
    step: InterviewStep | None = Field(
        description="the newest of the return interview; null: nobody said any"
    )
    late: bool


class ChildShown(Shown):
    """A child of the household. What nobody said is null or *not known*, and never *none*."""

    person: str
    name: Name | None
    age: int | None = Field(description="the youngest that any date of birth gives")
    relationship: Relationship | None = Field(description="to the victim")
    to_accused: Relationship | None
    setting: Setting
    school_known: bool
    schools: list[str] | None = Field(description="null for whoever may not see where people are")
    plan: ChildPlan
    plan_since: date | None
    plan_agency: str | None
    social_worker: Worker | None
    worker_agency: str | None
    voices: list[Voice]
    missing: int = Field(description="episodes in the last 12 months")
    repeated: bool
    episodes: list[EpisodeShown] = Field(description="of the last 12 months, the newest first")
    school_told: datetime | None = Field(description="when a school, or the local authority, was last told")
    school_read: datetime | None = Field(description="when it said so; null: not since it was last told")


class SchoolClock(Shown):
    """A deadline of telling schools, or of their answer."""

    rule: AlertRule
    owner: ClockOwner
    due: datetime
    late: bool


class Grows(Shown):
    """Somebody of the case who is under 18, or whose age changes what holds within 90 days."""

    person: str
    role: Role
    age: int
    form: Form
    forum: Forum
    consent: Consent
    turns: int | None = Field(default=None, description="16 or 18, within 90 days")
    on: date | None = None


class Pregnant(Shown):
    """That an agency says so."""

    root: str
    agency: str
    at: datetime


class Household(Shown):
    """The children of a case's household; a pregnancy that was told of; schools to be told; and whose age
    matters. ``pregnant`` null: nobody whose word the caller sees says so, which is not that there is none."""

    children: list[ChildShown] = []
    pregnant: Pregnant | None = None
    schools: list[SchoolClock] = []
    ages: list[Grows] = []


class AtRisk(Shown):
    """A child of a case, and why the child is on the list."""

    case: str
    letters: str
    grade: Grade
    child: ChildShown
    why: list[str] = Field(description="message ids of reasons, the gravest first")


class PosesRisk(Shown):
    """Somebody under 18 who is named as alleged perpetrator: who poses risk, and is a child too."""

    case: str
    letters: str
    grade: Grade
    person: str
    name: Name | None
    age: int
    turns: int | None
    on: date | None


class Children(Shown):
    """The children of one page of the cases that the caller may see: those at risk, with most reasons first;
    apart from them, of all cases, those who pose risk. ``more``: of these there are more."""

    at: datetime
    fresh_until: datetime | None = None
    at_risk: list[AtRisk]
    pose_risk: list[PosesRisk]
    cases: int = Field(description="how many cases with children are on this page")
    next: str | None = Field(default=None, description="the cursor of the page after it")
    more: bool

    @property
    def seen(self) -> bytes:
        """What whoever looks has seen."""
        return self.model_dump_json(exclude={"at", "fresh_until"}).encode()

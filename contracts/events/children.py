"""What agencies know of a child: where the child learns, under which plan, that the child was missing, and
that the school was told.

A fact of these names the child, and may name the victim of whose household the child is; it names nobody
else, so that none of it is filed under an alleged perpetrator. A school is a location, and as secret: it
stands in the child's ``location``.
"""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import Content, FiledAreaId, MentionId, Said, ThingId
from contracts.events.owed import AboutVictim
from contracts.events.support import Worker
from contracts.mentions import Mention
from contracts.sections import Line, NarrativeSection, Part, SchoolNumber
from contracts.times import Day, Moment
from contracts.vocabulary import (
    ChildPlan,
    InterviewStep,
    Relationship,
    Role,
    SchoolRecipient,
    SchoolStep,
    Setting,
)


class AboutChild(Said):
    """Base of what is said of one child."""

    @model_validator(mode="after")
    def _nobody_else(self) -> "AboutChild":
        if len(self.in_role(Role.CHILD)) != 1:
            raise PydanticCustomError("one_child", "it is about one child")
        if any(each.role not in (Role.VICTIM, Role.CHILD) for each in self.people):
            raise PydanticCustomError("others_named", "it names the child, and the victim, and nobody else")
        return self


class CircumstancesSaid(AboutChild):
    """How a child lives, as far as an agency knows: where the child learns (the school itself stands in the
    child's location), under which plan, with which social worker; and in whose words. The newest of each
    agency holds. What is left out is not known, and asked for."""

    type: ClassVar[str] = "uk.goldthread.child.circumstances-said.v1"
    topic: ClassVar[str] = "care"
    setting: Setting = Setting.NOT_KNOWN
    plan: ChildPlan = ChildPlan.NOT_KNOWN
    since: Day | None = Field(default=None, description="of the plan")
    social_worker: Worker | None = None
    to_accused: Relationship | None = Field(
        default=None, description="what the child is to the alleged perpetrator, who is not named here"
    )
    voice: NarrativeSection | None = Field(
        default=None, description="what the child says, in the child's own words, and nothing of where"
    )


class MissingReported(AboutChild):
    """A child went missing; and was found, which a correction may add. Each time is an episode; records of
    one episode by several agencies are found to be one."""

    type: ClassVar[str] = "uk.goldthread.child.missing-reported.v1"
    topic: ClassVar[str] = "care"
    begins = ("o",)
    urgent = True
    past = ("missing", "found")
    missing: Moment = Field(description="since when")
    found: Moment | None = Field(default=None, description="none given: not yet, or it is not known")
    from_care: StrictBool | None = None

    @model_validator(mode="after")
    def _found_later(self) -> "MissingReported":
        if self.found is not None and self.found < self.missing:
            raise PydanticCustomError("found_before_missing", "a child is found after going missing")
        return self


class InterviewSaid(AboutChild):
    """A step of the return home interview by somebody independent, when it was taken: what came of it is in
    ``narrative``. Of which episode is in ``episode``; none given: the last one before it."""

    type: ClassVar[str] = "uk.goldthread.child.return-interview-said.v1"
    topic: ClassVar[str] = "care"
    step: InterviewStep
    episode: ThingId | None = None


class SchoolTold(AboutVictim):
    """The school of a child, or who is told in its place, was told of abuse in the household, when it
    happened; or has acknowledged it. It names the victim, and each child of whom it was said: staff of a
    school, who need not know whose household it is, by ``victim`` and ``of_children``, as a page gives them.
    Of which incident is in ``incident``; none given: of all that the police had recorded by then. What the
    school does for the child is in ``narrative``."""

    type: ClassVar[str] = "uk.goldthread.child.school-told.v1"
    topic: ClassVar[str] = "care"
    clicked = True
    step: SchoolStep
    to: SchoolRecipient = SchoolRecipient.SCHOOL
    incident: ThingId | None = None
    victim: MentionId | None = None
    of_children: list[MentionId] = Field(default_factory=list, max_length=20)
    taken_by: Line | None = Field(default=None, description="who took it: their role there, never a name")

    def in_role(self, *roles: str) -> list[Mention]:
        """Those whom it names in any of these roles, by their record or by a mention."""
        by_mention = [Mention(mention=each, role=Role.CHILD) for each in self.of_children]
        if self.victim is not None:
            by_mention.append(Mention(mention=self.victim, role=Role.VICTIM))
        return [*super().in_role(*roles), *(each for each in by_mention if each.role in roles)]

    @model_validator(mode="after")
    def _of_whom(self) -> "SchoolTold":
        if not self.in_role(Role.CHILD):
            raise PydanticCustomError("child_missing", "it names each child of whom it was said")
        return self


class Term(Part):
    """A term, or half of one: its first and last day with pupils."""

    starts: Day
    ends: Day


class SchoolCalendarSet(Content):
    """The days of a school, or of the schools of an area: terms (a half-term holiday parts two), and days
    within them without pupils. A school's own goes before its area's; of each the newest holds. Outside what
    it covers every weekday that is no bank holiday is taken for a school day."""

    type: ClassVar[str] = "uk.goldthread.configuration.school-calendar-set.v1"
    topic: ClassVar[str] = "configuration"
    area: FiledAreaId | None = None
    school: SchoolNumber | None = None
    terms: Annotated[list[Term], Field(min_length=1, max_length=40)]
    closed: list[Day] = Field(default_factory=list, max_length=100, description="inset days, and the like")

    @model_validator(mode="after")
    def _whose_and_in_order(self) -> "SchoolCalendarSet":
        if (self.area is None) == (self.school is None):
            raise PydanticCustomError("whose_calendar", "it is of an area or of a school")
        ends = date.min
        for term in self.terms:
            if not ends < term.starts <= term.ends:
                raise PydanticCustomError("terms_out_of_order", "terms come one after the other")
            ends = term.ends
        return self

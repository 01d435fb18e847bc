"""What a victim is owed: a safety plan and its review, the victim contract, and that she was told.

None of it names an alleged perpetrator, so that none of it is filed under one.
"""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import MentionId, Said
from contracts.envelope import Id
from contracts.sections import Line, Part
from contracts.times import Day
from contracts.vocabulary import (
    ActionState,
    ContactMethod,
    Grade,
    PlanChildren,
    PlanReviewResult,
    Role,
    Teller,
    ToldResult,
    UpdateKind,
)

Free = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
"""Words that may be none: a plan that says nothing is taken, and refused as inadequate with its reasons."""
Owner = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
"""A role or the agency's own number, never a name."""


class AboutVictim(Said):
    """Base of what is said to and for one victim."""

    @model_validator(mode="after")
    def _nobody_else(self) -> "AboutVictim":
        roles = [each.role for each in self.people]
        if roles.count(Role.VICTIM) != (0 if self.named_on_a_page else 1):
            raise PydanticCustomError("one_victim", "it is about one victim")
        if not set(roles) <= {Role.VICTIM, Role.CHILD}:
            raise PydanticCustomError("others_named", "it names the victim, and children, and nobody else")
        return self


class PlanReasons(Part):
    """A plan reasoned by PLANBI, heading by heading (``PlanHeading``)."""

    proportionality: Free = ""
    legality: Free = ""
    accountability: Free = ""
    necessity: Free = ""
    information: Free = Field(default="", description="best information at the time")


class PlanAction(Part):
    """One action of a plan. ``grade``: to which grade's list of actions it belongs; UNKNOWN: not said."""

    what: Free = ""
    grade: Grade = Grade.UNKNOWN
    owner: Owner = ""
    due: Day | None = None
    state: ActionState = ActionState.PLANNED


class PlannedOrder(Part):
    """An order that the plan takes account of: by its id or its reference."""

    order: Id | None = None
    reference: Line | None = None


class PlanMade(AboutVictim):
    """A safety plan (risk-management plan), whole. The next one is a correction of it, or a plan of its own.
    It is taken however thin it is; the answer says what is not adequate. ``contact`` says who keeps contact
    and how often; the safe way itself stands with safe contact. No address: a location has its section.
    Staff name the victim by ``victim``, as a page gives it."""

    type: ClassVar[str] = "uk.goldthread.care.safety-plan-made.v1"
    topic: ClassVar[str] = "care"
    clicked = True
    urgent = True
    victim: MentionId | None = None
    grade: Grade = Field(default=Grade.UNKNOWN, description="the grade of risk that it is made for")
    headings: PlanReasons = PlanReasons()
    actions: list[PlanAction] = Field(default_factory=list, max_length=60)
    owner: Owner = ""
    review_on: Day | None = None
    children: PlanChildren = PlanChildren.NOT_KNOWN
    for_children: Free = ""
    contact: Free = ""
    release: Free = Field(default="", description="what is done when the suspect is released, or bail ends")
    court: Free = Field(default="", description="what holds through the court and beyond")
    orders: list[PlannedOrder] = Field(default_factory=list, max_length=40)


class PlanReviewed(AboutVictim):
    """Somebody looked at a plan again after what had changed: why it stands, or is to be changed, stands in
    ``narrative``. Staff name the victim by ``victim``, as a page gives it."""

    type: ClassVar[str] = "uk.goldthread.care.safety-plan-reviewed.v1"
    topic: ClassVar[str] = "care"
    clicked = True
    urgent = True
    victim: MentionId | None = None
    plan: Id = Field(description="the root of the plan")
    result: PlanReviewResult
    review_on: Day | None = Field(default=None, description="by when the next review is")

    @model_validator(mode="after")
    def _why_and_until_when(self) -> "PlanReviewed":
        if self.narrative is None:
            raise PydanticCustomError("reason_missing", "say why")
        if self.result is PlanReviewResult.STANDS and self.review_on is None:
            raise PydanticCustomError("review_date_missing", "say by when the next review is")
        return self


class ContractAgreed(AboutVictim):
    """The victim contract: how often, how and by whom the victim is to be told, as agreed. The newest
    stands. ``enhanced`` is what the police assessed; null: nobody said."""

    type: ClassVar[str] = "uk.goldthread.care.victim-contract-agreed.v1"
    topic: ClassVar[str] = "care"
    every_days: StrictInt | None = Field(
        default=None, ge=1, le=366, description="null: whenever there is something to tell, and not else"
    )
    by: Teller
    method: ContactMethod | None = None
    enhanced: StrictBool | None = None


class VictimTold(AboutVictim):
    """The victim was told, or it was tried: when is when it happened. Of what is in ``of``; what was said,
    or why it was not, in ``narrative``: whoever says that nothing will be told says why. Staff name the
    victim by ``victim``, as a page gives it."""

    type: ClassVar[str] = "uk.goldthread.care.victim-told.v1"
    topic: ClassVar[str] = "care"
    clicked = True
    urgent = True
    victim: MentionId | None = None
    of: list[UpdateKind] = Field(min_length=1, max_length=10)
    result: ToldResult
    by: Teller
    method: ContactMethod | None = None
    case: Id | None = Field(
        default=None, description="of which case what a MARAC came to was told; null: of every one by then"
    )

    @model_validator(mode="after")
    def _why_not(self) -> "VictimTold":
        if self.result in (ToldResult.UNSAFE, ToldResult.DECLINED) and self.narrative is None:
            raise PydanticCustomError("reason_missing", "say why the victim was not told")
        return self

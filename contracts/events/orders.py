"""Orders, bail and their breaches."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field, StrictBool, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import Said, ThingId
from contracts.sections import Line, Part, Text
from contracts.times import Day, Moment
from contracts.vocabulary import (
    BreachKind,
    BreachStep,
    OrderStage,
    OrderType,
    OutcomeType,
    PoliceRank,
    ProhibitionKind,
    RequirementKind,
    Role,
    ServiceMethod,
)


class Prohibition(Part):
    """One thing that the respondent must not do."""

    kind: ProhibitionKind
    text: Text | None = None
    address_known_to_respondent: StrictBool | None = None


class Requirement(Part):
    """One thing that the respondent must do, and who supervises it."""

    kind: RequirementKind
    text: Text | None = None
    supervisor: Line | None = None


class OrderMade(Said):
    """An order, notice or bail as it was made. A variation is a correction with its own date."""

    type: ClassVar[str] = "uk.goldthread.order.made.v1"
    topic: ClassVar[str] = "orders"
    begins = ("o",)
    past = ("made", "notified")
    order: OrderType
    stage: OrderStage = OrderStage.MADE
    without_notice: StrictBool = False
    court: Line | None = None
    reference: Line | None = None
    made: Moment
    starts: Moment | None = None
    ends: Moment | None = None
    until_further_order: StrictBool = False
    return_date: Day | None = None
    power_of_arrest: StrictBool | None = None
    authorised_by: PoliceRank | None = None
    notified: Moment | None = Field(
        default=None, description="when the respondent had told the police their names and home address"
    )
    prohibitions: list[Prohibition] = Field(default_factory=list, max_length=40)
    requirements: list[Requirement] = Field(default_factory=list, max_length=40)

    @field_validator("ends")
    @classmethod
    def _after_it_starts(cls, ends: datetime | None, info: ValidationInfo) -> datetime | None:
        begins = info.data.get("starts") or info.data.get("made")
        if ends is not None and begins is not None and ends <= begins:
            raise PydanticCustomError("ends_before_it_starts", "an order ends after it starts")
        return ends

    @model_validator(mode="after")
    def _binding(self) -> "OrderMade":
        if not self.in_role(Role.RESPONDENT, Role.PERPETRATOR, Role.SUSPECT):
            raise PydanticCustomError("respondent_missing", "an order binds somebody")
        return self


class OrderServed(Said):
    """That an order was served, or that the respondent came to know of it."""

    type: ClassVar[str] = "uk.goldthread.order.served.v1"
    topic: ClassVar[str] = "orders"
    past = ("served", "respondent_aware")
    order: ThingId | None = None
    reference: Line | None = None
    method: ServiceMethod
    served: Moment | None = None
    respondent_aware: Moment | None = None

    @model_validator(mode="after")
    def _of_an_order(self) -> "OrderServed":
        if self.order is None and self.reference is None:
            raise PydanticCustomError("order_missing", "service is of an order: its id or its reference")
        return self


class BreachReported(Said):
    """A report, from any agency, that a respondent did what an order, notice or bail forbids."""

    type: ClassVar[str] = "uk.goldthread.breach.reported.v1"
    topic: ClassVar[str] = "breaches"
    begins = ("o",)
    urgent = True
    kind: BreachKind
    order: ThingId | None = None
    reference: Line | None = None
    weapon: StrictBool | None = None
    suspect_present: StrictBool | None = None
    children_present: StrictBool | None = None

    @model_validator(mode="after")
    def _of_somebody(self) -> "BreachReported":
        if not (self.order or self.reference or self.people):
            raise PydanticCustomError("nobody_named", "a breach names an order or a person")
        return self


class BreachProgressed(Said):
    """A step of the police's answer to a breach: when it was taken is when it happened. Why a breach is
    left without charge stands in ``narrative``."""

    type: ClassVar[str] = "uk.goldthread.breach.progressed.v1"
    topic: ClassVar[str] = "breaches"
    urgent = True
    breach: ThingId
    step: BreachStep
    outcome: OutcomeType | None = None
    rank: PoliceRank | None = Field(default=None, description="of whoever decided it")

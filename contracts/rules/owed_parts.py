"""What is owed to a victim, as rows and pages have it; and all that it follows from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.content import Said
from contracts.events.owed import PlanAction
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.rules.plan_adequacy import Refusal
from contracts.rules.risk_review import Opened, Told
from contracts.rules.standing_grade import Assessed, screens, stands
from contracts.vocabulary import (
    AlertRule,
    ContactMethod,
    EnhancedReason,
    Grade,
    PlanChange,
    ReviewTrigger,
    Teller,
    ToldResult,
    UpdateKind,
)

S = TypeVar("S", bound=Said)


class Part(BaseModel):
    """Base of what stands in a row."""

    model_config = ConfigDict(frozen=True)


class Clock(Part):
    """A deadline of what is owed: by which line of the table, about which mention of the victim, by when."""

    rule: AlertRule
    cause: str
    due: AwareDatetime


class Plan(Part):
    """The newest safety plan of one agency, and why it is not adequate; nothing: it is."""

    root: str
    agency: str
    at: AwareDatetime
    grade: Grade
    owner: str
    review_on: date | None
    actions: tuple[PlanAction, ...]
    refused: tuple[Refusal, ...]
    reviewed: AwareDatetime | None
    """When somebody found last that it stands."""


class PlanReview(Part):
    """The review of the plans that is owed: of whose was looked at last, what asks for it, since when, by
    when."""

    agency: str
    because: ReviewTrigger | PlanChange
    root: str
    at: AwareDatetime
    due: AwareDatetime

    @property
    def since_a_change(self) -> bool:
        """Whether the risk has changed, and not the plan's own day is to come."""
        return self.because is not PlanChange.REVIEW_DATE


class Contract(Part):
    """The victim contract that stands."""

    root: str
    agency: str
    at: AwareDatetime
    every_days: int | None
    by: Teller
    method: ContactMethod | None


class Update(Part):
    """Something that the victim is to be told, or was. ``root``: the fact that asks for it. ``settled``: when
    it was told or let stand, and ``result`` how; ``tried``: how often nobody was reached since."""

    kind: UpdateKind
    root: str
    at: AwareDatetime
    due: AwareDatetime
    tried: int
    settled: AwareDatetime | None
    result: ToldResult | None


class Owed(Part):
    """All that is owed to one victim, the newest first; which clocks should run for it, the first to be late
    first. ``mend_by``: by when an adequate plan is to stand, where none does. ``agree_by``: by
    when a victim contract is to be agreed, where none is."""

    mention: str
    grade: Grade
    enhanced: bool
    because: EnhancedReason
    plans: tuple[Plan, ...]
    mend_by: AwareDatetime | None
    review: PlanReview | None
    contract: Contract | None
    agree_by: AwareDatetime | None
    updates: tuple[Update, ...]
    clocks: tuple[Clock, ...]

    def late(self, at: datetime) -> list[Update]:
        """What was to be told by then and is not, the first first."""
        return sorted((u for u in self.updates if not u.settled and u.due <= at), key=lambda u: u.due)


@dataclass(frozen=True, slots=True)
class Heard:
    """All that is told of a victim, and what of it opened a review of the risk, by a time. ``taken_back``:
    the assessments and referrals of high risk that were withdrawn, or are of somebody else now."""

    person: str
    homes: Mapping[str, str]
    at: datetime
    told: Sequence[Told]
    opened: Sequence[Opened]
    taken_back: Sequence[Told] = ()

    def of(self, kind: type[S]) -> list[tuple[Told, S]]:
        """What is told of this kind, in the order of time."""
        return [(each, each.said) for each in self.told if isinstance(each.said, kind)]


def assessed(heard: Heard) -> list[tuple[Told, Assessed]]:
    """The assessments of the risk, in the order of time, with those that were withdrawn."""
    told = sorted((*heard.told, *heard.taken_back), key=lambda each: (each.envelope.time, each.envelope.root))
    return [
        (each, assessed_by(each, each.said))
        for each in told
        if isinstance(each.said, RiskAssessed | ReferralMade)
    ]


def assessed_by(told: Told, said: ReferralMade | RiskAssessed) -> Assessed:
    """A fact as the rule of the grade sees it."""
    graded = said.graded
    return Assessed(
        told.envelope.root,
        told.envelope.agency,
        told.accused,
        graded.grade if graded else Grade.UNKNOWN,
        bool(graded and graded.signed),
        told.envelope.time,
        told.withdrawn,
        screens(said),
        isinstance(said, ReferralMade),
        told.unnamed,
    )


def grade_of(heard: Heard) -> Grade:
    """The grade that stands, as in a case."""
    return stands([known for _, known in assessed(heard)])

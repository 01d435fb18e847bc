"""What users own and change: agencies, areas, teams, who is on call, thresholds."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import (
    Field,
    HttpUrl,
    StrictInt,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from contracts.content import AreaId, Choice, Content, FiledAreaId
from contracts.envelope import AgencyId, Id
from contracts.sections import Line, Part, SchoolNumber
from contracts.times import Day, Moment
from contracts.vocabulary import (
    DASH_ITEMS,
    AgencyKind,
    AlertKind,
    AreaKind,
    Post,
    ReferringService,
    Threshold,
    Urgency,
)


class AgencyDefined(Content):
    """An agency that takes part, and of which kind it is."""

    type: ClassVar[str] = "uk.goldthread.configuration.agency-defined.v1"
    topic: ClassVar[str] = "configuration"
    agency: AgencyId
    name: Line
    kind: AgencyKind
    silent_after_hours: Annotated[StrictInt, Field(ge=1, le=8_760)] | None = None
    """Without a fact for so many hours its feed is told as silent. None: how long is learned."""
    serves: list[AreaId] = Field(
        default_factory=list, max_length=100, description="the areas that it answers for: of an IDVA service"
    )
    school: SchoolNumber | None = Field(
        default=None, description="of a school its number: its key adult sees the children who go there"
    )
    service: ReferringService | None = Field(
        default=None,
        description="of an agency that is one service, as which its referrals are counted in the data return",
    )


class AreaDefined(Content):
    """An area of a force: a MARAC's, a MATAC's, a district."""

    type: ClassVar[str] = "uk.goldthread.configuration.area-defined.v1"
    topic: ClassVar[str] = "configuration"
    area: FiledAreaId
    name: Line
    kind: AreaKind
    within: AreaId | None = None
    dapo_from: Day | None = Field(
        default=None, description="of an area in the pilot of DAPN and DAPO: since when; else as around it"
    )


Telephone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(\+44|0)[0-9 ]{9,14}$")]
"""A telephone number of the United Kingdom."""
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$",
    ),
]


class OnCall(Part):
    """One person on call, and where their messages go. Staff, never a victim."""

    person: Id
    name: Line | None = Field(default=None, description="as the rota calls them; staff alone read it")
    webhook: HttpUrl | None = None
    telephone: Telephone | None = Field(default=None, description="of duty, for texts and voice calls")
    email: Email | None = Field(default=None, description="of duty")


class RotaSet(Content):
    """Who is on call for an area, in the order of the ladder, from one time until another."""

    type: ClassVar[str] = "uk.goldthread.configuration.rota-set.v1"
    topic: ClassVar[str] = "configuration"
    area: FiledAreaId
    starts: Moment
    ends: Moment
    first: OnCall
    second: OnCall | None = None
    supervisor: OnCall | None = None
    duty_officer: OnCall | None = None

    @field_validator("ends")
    @classmethod
    def _after_it_starts(cls, ends: datetime, info: ValidationInfo) -> datetime:
        starts = info.data.get("starts")
        if starts is not None and ends <= starts:
            raise PydanticCustomError("ends_before_it_starts", "a shift ends after it starts")
        return ends


class LadderStep(Part):
    """One step of a ladder: whom it calls, and how long they have for an answer."""

    post: Post
    wait_minutes: Annotated[StrictInt, Field(ge=1, le=1_440)]


class LadderSet(Content):
    """Whom an area has called about one kind of alert, of one urgency, and when: its escalation policy. The
    first step is called at once; after the fourth the ladder starts again, a step each time its wait is over.
    """

    type: ClassVar[str] = "uk.goldthread.configuration.ladder-set.v1"
    topic: ClassVar[str] = "configuration"
    area: FiledAreaId
    kind: AlertKind
    urgency: Urgency
    steps: Annotated[list[LadderStep], Field(min_length=4, max_length=4)]


class ThresholdSet(Choice):
    """A number that an area may choose for itself, such as the Dash score of visible high risk."""

    type: ClassVar[str] = "uk.goldthread.configuration.threshold-set.v1"
    topic: ClassVar[str] = "configuration"
    threshold: Threshold
    value: Annotated[StrictInt, Field(ge=1, le=3_650)]

    @model_validator(mode="after")
    def _reachable(self) -> "ThresholdSet":
        # A score that no Dash can reach would make every victim's risk look lower than high.
        if self.threshold is Threshold.DASH_VISIBLE_HIGH_RISK and self.value > len(DASH_ITEMS):
            raise PydanticCustomError("threshold_out_of_reach", "a Dash has 24 items")
        return self

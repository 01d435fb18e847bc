"""Which deadlines run. No section but routing, and nobody named but by opaque ids: ``notify`` reads this and
no case."""

from typing import ClassVar

from pydantic import AwareDatetime, Field, StrictInt

from contracts.content import CaseId, Content, MentionId, ThingId
from contracts.sections import RoutingSection
from contracts.vocabulary import AlertRule


class ClockStarted(Content):
    """A deadline about a cause runs (``contracts.rules.clocks``). One for each (rule, root of the cause,
    generation); one that is moved is stopped, and the next generation is started."""

    type: ClassVar[str] = "uk.goldthread.clock.started.v1"
    topic: ClassVar[str] = "clocks"
    rule: AlertRule
    cause: ThingId
    generation: StrictInt = Field(ge=1)
    due: AwareDatetime
    routing: RoutingSection | None = None
    about: list[MentionId] = Field(default_factory=list, description="whose rows it shows in")
    case: CaseId | None = Field(default=None, description="in which case's row it shows")


class ClockStopped(Content):
    """What the deadline asked for was done in time or late, it is another one now, or it holds no more."""

    type: ClassVar[str] = "uk.goldthread.clock.stopped.v1"
    topic: ClassVar[str] = "clocks"
    rule: AlertRule
    cause: ThingId
    generation: StrictInt = Field(ge=1)
    about: list[MentionId] = Field(default_factory=list)
    case: CaseId | None = None

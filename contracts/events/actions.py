"""What a MARAC agrees that an agency does, and what came of it."""

from typing import ClassVar

from pydantic import Field, StrictBool

from contracts.content import CaseId, Content, ThingId
from contracts.envelope import AgencyId
from contracts.events.support import Worker
from contracts.sections import NarrativeSection, RoutingSection
from contracts.times import Moment
from contracts.vocabulary import ActionAnswer, ActionFor, ActionRisk


class ActionAgreed(Content):
    """An action of a case's plan: who does what, by when. One that has no owner or no time is none."""

    type: ClassVar[str] = "uk.goldthread.marac.action-agreed.v1"
    topic: ClassVar[str] = "marac"
    begins = ("o",)
    given = ("routing",)
    case: CaseId
    meeting: ThingId | None = Field(
        default=None, description="at which it was agreed; none: between meetings"
    )
    owner: AgencyId = Field(description="the agency that is to do it")
    worker: Worker | None = Field(default=None, description="who of the owner; none given: nobody is named")
    due: Moment
    target: ActionFor = Field(description="whom it is for, or about")
    risk: ActionRisk | None = Field(default=None, description="that it answers; none given: not said")
    safe_to_tell: StrictBool | None = Field(
        default=None, description="whether it is safe to tell the victim; none given: not said, and not safe"
    )
    words: NarrativeSection = Field(description="what is to be done")
    routing: RoutingSection | None = Field(default=None, description="of the case, when it was agreed")


class ActionAnswered(Content):
    """How far an action has come, and what was done or why not. That it was accepted ends nothing; accepted
    again, it is open again."""

    type: ClassVar[str] = "uk.goldthread.marac.action-answered.v1"
    topic: ClassVar[str] = "marac"
    action: ThingId
    answer: ActionAnswer
    words: NarrativeSection | None = None
    reopens: StrictBool = Field(
        default=False,
        description="with `accepted`: it was said to be over by mistake, and is to be done still",
    )

"""What is shown of a MARAC's actions."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.support import Worker
from contracts.vocabulary import ActionAnswer, ActionFor, ActionRisk
from services.marac.rules.actions import NotSpecific


class AnswerShown(BaseModel):
    """What was said of an action, by which agency. ``text`` null: no words were given, or they are sealed."""

    model_config = ConfigDict(frozen=True)

    agency: str
    agency_name: str
    at: datetime
    answer: ActionAnswer
    text: str | None
    reopens: bool = Field(default=False, description="it was said to be over by mistake, and is open again")


class ActionLine(BaseModel):
    """One action. ``answer`` null: nobody has answered. ``late``: its time has passed, and nobody has said
    what came of it. ``text`` null: it is sealed."""

    model_config = ConfigDict(frozen=True)

    action: str
    version: int = Field(description="its `ETag`: what whoever answers had before them")
    letters: str
    case: str | None = Field(description="null for whoever sees nothing else of the case")
    victim_died: bool = Field(default=False, description="an agency has recorded it: nobody is to reach them")
    owner: str
    owner_name: str
    worker: Worker | None
    agreed: datetime
    recorded: datetime | None = Field(
        default=None, description="when it was agreed, corrected or withdrawn last"
    )
    due: datetime
    target: ActionFor
    risk: ActionRisk | None
    safe_to_tell: bool | None = Field(description="null: nobody said, and so it is not safe")
    text: str | None
    answer: ActionAnswer | None
    open: bool
    late: bool
    told_to_chair: bool = Field(
        default=False, description="late for so long that its MARAC's chair is told: for a week"
    )
    carried: int = Field(description="so many meetings have had it before them since it was agreed")
    not_specific: tuple[NotSpecific, ...] = Field(description="what it leaves open; it is asked about")
    withdrawn: bool
    answers: tuple[AnswerShown, ...] = Field(description="newest first")
    may_answer: bool


class ActionCounts(BaseModel):
    """How many of a case's actions are open, and how many of these late."""

    model_config = ConfigDict(frozen=True)

    open: int
    late: int

"""What is shown of a victim's support."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.vocabulary import AlertRule, ClockOwner, SupportKind
from services.marac.conference.support_rows import CourseLine, InCase


class SupportOwed(BaseModel):
    """One thing that is owed to the victim: whose it is, by when, and whether it is late."""

    model_config = ConfigDict(frozen=True)

    rule: AlertRule
    support: SupportKind | None
    owner: ClockOwner
    due: datetime
    late: bool


class SupportShown(BaseModel):
    """How far support has come, what is owed, who is in the case, and how colleagues reach them."""

    model_config = ConfigDict(frozen=True)

    courses: list[CourseLine] = []
    owed: list[SupportOwed] = Field(default=[], description="the first to be late first")
    team: list[InCase] = []
    idva_asked: bool = Field(default=False, description="high or unknown risk, and no IDVA has accepted")

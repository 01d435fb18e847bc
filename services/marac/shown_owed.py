"""What the agenda shows of what a victim is owed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from contracts.rules.owed_parts import Owed as Owed

PlanState = Literal["plan-missing", "plan-inadequate", "plan-review-late"]


class OwedNote(BaseModel):
    """What is wrong with the safety plan (null: nothing that is known), and how many updates to the victim
    are late."""

    model_config = ConfigDict(frozen=True)

    plan: PlanState | None
    updates_late: int

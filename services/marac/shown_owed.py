"""What the agenda shows of what a victim is owed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from contracts.rules.owed_parts import Owed as Owed


class OwedNote(BaseModel):
    """What is wrong with the safety plan (null: nothing that is known), and how many updates to the victim
    are late."""

    model_config = ConfigDict(frozen=True)

    plan: Literal["plan-missing", "plan-inadequate", "plan-review-late"] | None
    updates_late: int

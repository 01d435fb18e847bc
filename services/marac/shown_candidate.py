"""What both sides are shown of whoever was put forward to a MATAC: no area, no agency, no day."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.vocabulary import Forum
from services.marac.tasking.candidates import Decision, TaskingCandidate


class Candidacy(BaseModel):
    """Whether a MATAC has taken somebody up. ``since``: the month since which a decision is waited for; null:
    none is. ``referred``: the victims, by letter, for whom a referral to a MARAC names the person; ``heard``:
    of how many a MARAC met, in a month that is over."""

    model_config = ConfigDict(frozen=True)

    victims: tuple[str, ...] = Field(description="the repeat victims by letter; empty: not put forward")
    since: str | None
    due: datetime | None
    late: bool
    decision: Decision | None
    referred: tuple[str, ...]
    heard: int
    forums: tuple[Forum, ...] = Field(
        default=(),
        description="the forums about the person to which a MARAC took a case of theirs, by minutes that were"
        " issued, as soon as they are",
    )
    actions: int = Field(
        default=0,
        description="how many actions about whoever harms MARACs agreed in cases that name the person, by"
        " meetings and minutes of months that are over",
    )
    actions_open: int = Field(default=0, description="how many of them were open when this month began")


class MatacSays(BaseModel):
    """What the MATAC side says of a perpetrator of a case. Null for ``since`` and ``decision``: not put
    forward. The words of a decision stay there."""

    model_config = ConfigDict(frozen=True)

    person: str
    since: str | None
    late: bool
    decision: Decision | None


def matac_says(person: str, row: TaskingCandidate | None, at: datetime) -> MatacSays:
    """What a case's page tells of one of its perpetrators."""
    decision = row.decision.model_copy(update={"words": None}) if row and row.decision else None
    late = bool(row and row.due and row.due < at)
    return MatacSays(person=person, since=row.since if row else None, late=late, decision=decision)

"""The row of an action of a MARAC."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Index
from sqlmodel import Field

from chassis.store.tables import Instant
from chassis.views import Row, ViewTable
from contracts.events.support import Worker
from contracts.vocabulary import ActionAnswer, ActionFor, ActionRisk
from services.marac.conference.parts import ClockLine, Part
from services.marac.rules.actions import Answered, in_time


class AnswerLine(Part):
    """An answer that stands. ``text`` None: none was given, or it is sealed."""

    root: str
    agency: str
    at: AwareDatetime
    answer: ActionAnswer
    text: str | None
    reopens: bool = False


class ActionRow(Row):
    """An action, with every answer to it, the newest last. ``open_until``: until when it is to be done;
    None: it is over, or was withdrawn. ``version``: how many facts are known of it, so that whoever answers
    says what they had before them. ``withdrawn``: what it said last is kept for those who had it, and shown
    as taken back."""

    action: str
    of_case: str
    meeting: str | None
    agency: str
    owner: str
    worker: Worker | None
    agreed: AwareDatetime
    recorded: AwareDatetime
    """When Goldthread took its newest version: agreed, corrected or withdrawn."""
    due: AwareDatetime
    target: ActionFor
    risk: ActionRisk | None
    safe_to_tell: bool | None
    text: str | None
    withdrawn: bool
    answer: ActionAnswer | None
    over: AwareDatetime | None
    answers: tuple[AnswerLine, ...]
    open_until: AwareDatetime | None
    version: int
    area: str | None
    clocks: tuple[ClockLine, ...]
    facts: tuple[str, ...]

    @property
    def in_time(self) -> bool:
        """Whether it was done by the time that was agreed."""
        said = (Answered(each.answer, each.at, each.root, each.reopens) for each in self.answers)
        return in_time(said, self.due)


class ActionTable(ViewTable, table=True):
    """Rows of ``conference_action``, found by case, by owner, by area, and by until when they are open; and
    counted by when they were due."""

    __tablename__ = "marac_conference_action"
    __table_args__ = (Index("marac_action_came", "due", "withdrawn", "area", "in_time", "of_case"),)
    of_case: str = Field(index=True)
    owner: str = Field(index=True)
    area: str | None = Field(index=True)
    open_until: datetime | None = Field(index=True, sa_type=Instant)
    due: datetime = Field(sa_type=Instant)
    agreed: datetime = Field(sa_type=Instant)
    over: datetime | None = Field(sa_type=Instant)
    withdrawn: bool
    in_time: bool

"""Level 1: a message between the IDVA and the officer in a case, and the clock of its answer. An answer has
none: it needs no answer."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime
from sqlmodel import Field

from chassis.store.tables import Instant
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.support import MessageSent
from contracts.rules.clocks import runs_out
from contracts.sections import Narrative, Routing
from contracts.vocabulary import AlertRule, CaseRole
from services.marac.conference.own_clocks import CALENDARS, clocks_of, sayings
from services.marac.conference.parts import ClockLine

RULES = {CaseRole.OFFICER_IN_CASE: AlertRule.MESSAGE_TO_OFFICER, CaseRole.IDVA: AlertRule.MESSAGE_TO_IDVA}
"""The line of the table of clocks under which each of the two is to answer."""


class MessageRow(Row):
    """A message. ``due``: until when it is to be answered; None: it is, or needs no answer. ``text`` None: it
    is sealed. ``victim``: by which mention of them it is about whom; None: an older release did not say."""

    cause: str
    fact: str
    of_case: str
    victim: str | None = None
    agency: str
    to: CaseRole
    sent: AwareDatetime
    text: str | None
    answers: str | None
    due: AwareDatetime | None
    area: str | None
    clocks: tuple[ClockLine, ...]


class MessageTable(ViewTable, table=True):
    """Rows of ``conference_message``, found by case, and by when an answer is due."""

    __tablename__ = "marac_conference_message"
    of_case: str = Field(index=True)
    due: datetime | None = Field(index=True, sa_type=Instant)


def fold_message(subject: Subject) -> Folded:
    """The row of a message; None for a cause that is something else."""
    sent = subject.facts.current(MessageSent)
    fact = next((each for each in sent if each.root == subject.id), None)
    if fact is None:
        return Folded(None)
    said = fact.said
    answered = any(each.said.answers == subject.id and each.said.to is not said.to for each in sent)
    owed = said.answers is None and not answered
    row = MessageRow(
        cause=subject.id,
        fact=fact.id,
        of_case=said.case,
        victim=said.victim,
        agency=fact.agency,
        to=said.to,
        sent=fact.occurred,
        text=said.words.text if isinstance(said.words, Narrative) else None,
        answers=said.answers,
        due=runs_out(RULES[said.to], fact.occurred, CALENDARS) if owed else None,
        area=said.routing.area if isinstance(said.routing, Routing) else None,
        clocks=clocks_of(subject.facts, subject.id, RULES.values()),
    )
    return Folded(row)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clock to start or to stop."""
    if not isinstance(row, MessageRow):
        return
    wanted = {RULES[row.to]: (row.due, row.area)} if row.due else {}
    yield from sayings(row.cause, None, row.clocks, wanted, at)


MESSAGE = View(
    "conference_message",
    of="cause",
    row=MessageRow,
    table=MessageTable,
    fold=fold_message,
    decide=decide,
    begun_by=(MessageSent,),
)

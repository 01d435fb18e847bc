"""The rows of alerts as a case's page has them: who was called about a breach or an order, and who
answered; what was decided of a breach's pattern; and which deadlines run."""

from typing import Literal

from pydantic import AwareDatetime

from chassis.views import Row, ViewTable
from contracts.vocabulary import AlertOutcome, AlertRule, Offence, PatternDecision, PoliceRank, Urgency
from services.marac.conference.rows import Part


class Called(Part):
    """One call of an alert's ladder. ``person`` is staff, by our id; None: nobody was on the rota."""

    rung: int
    due: AwareDatetime
    person: str | None


class Done(Part):
    """What was done about an alert, without the words: those who may take it read them. ``said`` is when it
    was recorded."""

    root: str
    agency: str
    outcome: AlertOutcome
    at: AwareDatetime
    said: AwareDatetime


class Alert(Part):
    """One generation of an alert about a cause, and what became of it."""

    rule: AlertRule = AlertRule.BREACH
    generation: int
    urgency: Urgency
    raised: AwareDatetime
    state: Literal["unanswered", "answered", "stood-down"]
    calls: list[Called]
    answered_by: str | None = None
    """The member of staff, by our id."""
    answered_agency: str | None = None
    answered_at: AwareDatetime | None = None
    stood_down_at: AwareDatetime | None = None
    done: Done | None = None


class Clock(Part):
    """A deadline about the cause that runs, and when it runs out. ``taken``: somebody was told that it had,
    and has taken it."""

    rule: AlertRule
    due: AwareDatetime
    taken: bool


class Decision(Part):
    """What an officer decided of an offence that a breach's facts together may be."""

    root: str
    agency: str
    at: AwareDatetime
    offence: Offence
    decision: PatternDecision
    rank: PoliceRank
    considered: list[str]


class ConferenceAlert(Row):
    """The alerts about one cause: a breach or an order, by its root; what was decided of its pattern; and
    the clocks that run about it."""

    cause: str
    alerts: list[Alert]
    facts: list[str]
    decisions: tuple[Decision, ...] = ()
    clocks: tuple[Clock, ...] = ()


class ConferenceAlertTable(ViewTable, table=True):
    """Rows of ``conference_alert``."""

    __tablename__ = "marac_conference_alert"

"""The row of a person about children: of a child, how the child lives, was missing and was asked about it; of
a victim, which schools were told; of both, the deadlines that run."""

from datetime import date

from pydantic import AwareDatetime

from chassis.views import Row, ViewTable
from contracts.events.support import Worker
from contracts.vocabulary import (
    AlertRule,
    ChildPlan,
    InterviewStep,
    Relationship,
    SchoolRecipient,
    SchoolStep,
    Setting,
)
from services.marac.conference.parts import Part, Source
from services.marac.rules.children import PLANS


class CircumstancesLine(Source):
    """How a child lives, as one agency says. ``voice``: the child's own words; ``victims``: of whose
    household, where that is said."""

    victims: tuple[str, ...]
    setting: Setting
    plan: ChildPlan
    since: date | None
    social_worker: Worker | None
    to_accused: Relationship | None
    voice: str | None


class EpisodeLine(Part):
    """A child was missing once, by all records; and how far the interview has come: the newest step."""

    roots: tuple[str, ...]
    missing: AwareDatetime
    found: AwareDatetime | None
    due: AwareDatetime | None
    settled: AwareDatetime | None
    step: InterviewStep | None

    def is_late(self, at: AwareDatetime) -> bool:
        """Whether the interview is late and still owed."""
        return self.settled is None and self.due is not None and self.due <= at


class ToldLine(Source):
    """That a school, or the local authority in its place, was told of these children, or has said so;
    of the household of which victim."""

    victims: tuple[str, ...]
    step: SchoolStep
    to: SchoolRecipient
    children: tuple[str, ...]


class ClockLine(Part):
    """A deadline that runs about a mention of this person."""

    rule: AlertRule
    due: AwareDatetime


class ChildRow(Row):
    """What is known of a person that is about children."""

    person: str
    circumstances: tuple[CircumstancesLine, ...] = ()
    episodes: tuple[EpisodeLine, ...] = ()
    told: tuple[ToldLine, ...] = ()
    clocks: tuple[ClockLine, ...] = ()

    @property
    def concern(self) -> bool:
        """Whether anything that is said of the child may be a reason to be at risk beside the grade of a
        case: such cases are listed first. What is one on a day, ``rules/children.py`` says."""
        return bool(self.episodes) or any(each.plan in PLANS for each in self.circumstances)


class ChildTable(ViewTable, table=True):
    """Rows of ``conference_child``."""

    __tablename__ = "marac_conference_child"
    concern: bool

"""Which children of a case are at risk, why, and what is missing for them.

Source: HMICFRS (2021), lines 1146-1150 and 1904-1920 (repeatedly missing children unseen; return interviews
late); Working Together (2023); ``domain.md`` 8, read 2026-11. Which reasons there are, and their order, is
Goldthread's own: a list for people to look at, and no score.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.vocabulary import AgencyKind, AlertRule, ChildPlan, Grade
from services.marac.rules.missing import Gap

REASONS = (
    "child-missing-now",
    "child-interview-late",
    "child-repeatedly-missing",
    "child-protection",
    "child-high-risk-case",
    "child-in-need",
)
"""Why a child is on the list of children at risk, the gravest first."""

PLANS = {ChildPlan.CHILD_PROTECTION: "child-protection", ChildPlan.CHILD_IN_NEED: "child-in-need"}


class Clock(Protocol):
    """A deadline that runs."""

    @property
    def rule(self) -> AlertRule:
        """Under which line of the table."""

    @property
    def due(self) -> datetime:
        """From when on it is late."""


@dataclass(frozen=True, slots=True)
class ChildSeen:
    """What of a child the reasons follow from. ``missing_since``: no record says that the child was found.
    ``interview_due``: of the first return interview that is late."""

    person: str
    plan: ChildPlan
    repeated: bool
    missing_since: datetime | None = None
    interview_due: datetime | None = None
    school_known: bool = False


def reasons(child: ChildSeen, grade: Grade) -> list[str]:
    """Why a child is at risk; empty: nothing that is known says so. An unknown grade counts as high."""
    found = {
        "child-missing-now": child.missing_since is not None,
        "child-interview-late": child.interview_due is not None,
        "child-repeatedly-missing": child.repeated,
        "child-high-risk-case": grade in (Grade.HIGH, Grade.UNKNOWN),
        **{why: child.plan is plan for plan, why in PLANS.items()},
    }
    return [why for why in REASONS if found[why]]


def gaps(children: Iterable[ChildSeen], schools: Iterable[Clock], at: datetime) -> Iterator[Gap]:
    """What is missing for the children of a case."""
    known = list(children)
    late = sorted((clock for clock in schools if clock.due <= at), key=lambda clock: clock.due)
    untold = next((clock for clock in late if clock.rule is AlertRule.SCHOOL_TOLD), None)
    if untold:
        unknown = not known or not all(child.school_known for child in known)
        code = "school-unknown-untold" if unknown else "school-untold"
        yield Gap(code, AgencyKind.POLICE, since=untold.due)
    unread = next((clock for clock in late if clock.rule is AlertRule.SCHOOL_ACKNOWLEDGED), None)
    if unread:
        yield Gap("school-silent", AgencyKind.POLICE, since=unread.due)
    for child in known:
        if child.missing_since:
            yield Gap("child-not-found", AgencyKind.POLICE, person=child.person, since=child.missing_since)
        if child.interview_due:
            owner = AgencyKind.CHILDRENS_SERVICES
            yield Gap("interview-late", owner, person=child.person, since=child.interview_due)

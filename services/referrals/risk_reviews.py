"""Level 0: the review of a victim's risk that is owed, and the clock that says so.

Of several things that ask for a review the first to be late has the clock (``person_clocks``): one victim has
one review to make, however much happens.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime

from chassis.once import once
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.rules import risk_review
from contracts.sections import Part
from contracts.vocabulary import AlertRule, ReviewTrigger
from services.referrals.person_clocks import (
    CALENDARS,
    ClockLine,
    Wanted,
    area_of,
    clocks_of,
    heard_of,
    sayings,
)

RULE = AlertRule.RISK_REVIEW


class ReviewLine(Part):
    """A review of the risk that is owed: since when and why, by which fact of which agency, by when, and
    whose it is."""

    root: str
    trigger: ReviewTrigger
    agency: str
    at: AwareDatetime
    due: AwareDatetime
    owner: str


class ReviewRow(Row):
    """What is owed to a victim, and what was said of it."""

    person: str
    area: str | None
    wanted: tuple[Wanted, ...]
    clocks: tuple[ClockLine, ...]
    reviews: tuple[ReviewLine, ...] = ()


class ReviewTable(ViewTable, table=True):
    """Rows of ``referrals_review``."""

    __tablename__ = "referrals_review"


def fold_review(subject: Subject) -> Folded:
    """The review that is owed, and when the next opens by itself; None for whoever never was owed one."""
    heard = once(subject, heard_of)
    made = risk_review.assessed(heard.told)
    owed = risk_review.owed(heard.opened, made, CALENDARS)
    clocks = clocks_of(subject.facts, {RULE})
    changes_at = risk_review.changes_at(heard.told, subject.at)
    if not owed and not clocks:
        return Folded(None, changes_at)
    row = ReviewRow(
        person=subject.id,
        area=area_of(subject),
        wanted=tuple(Wanted(rule=RULE, cause=each.opened.mention, due=each.due) for each in owed),
        clocks=clocks,
        reviews=tuple(
            ReviewLine(
                root=each.opened.root,
                trigger=each.opened.trigger,
                agency=each.opened.agency,
                at=each.opened.at,
                due=each.due,
                owner=each.owner(made),
            )
            for each in owed
        ),
    )
    return Folded(row, changes_at)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks to stop and to start, each said once."""
    if isinstance(row, ReviewRow):
        yield from sayings(row.wanted, row.clocks, row.area, at)


REVIEW = View(
    name="referrals_review", of="person", row=ReviewRow, table=ReviewTable, fold=fold_review, decide=decide
)

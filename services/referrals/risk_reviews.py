"""Level 0: the review of a victim's risk that is owed, and the clock that says so: one for a victim, however
much happens (``person_clocks``)."""

from collections.abc import Iterable
from datetime import datetime

from chassis.once import once
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.rules import risk_review
from contracts.vocabulary import AlertRule
from services.referrals.person_clocks import CALENDARS, OwedRow, Wanted, area_of, clocks_of, say, told_of

RULE = AlertRule.RISK_REVIEW


class ReviewRow(OwedRow):
    """The reviews that are owed to a victim, and what was said of them."""


class ReviewTable(ViewTable, table=True):
    """Rows of ``referrals_review``."""

    __tablename__ = "referrals_review"


def opened_of(subject: Subject) -> list[risk_review.Opened]:
    """What has opened a review of this person's risk as victim: asked for by ``once``."""
    return risk_review.opened(once(subject, told_of), subject.id, subject.homes, subject.at)


def fold_review(subject: Subject) -> Folded:
    """The review that is owed, and when the next opens by itself; None for whoever never was owed one."""
    told = once(subject, told_of)
    owed = risk_review.owed(once(subject, opened_of), risk_review.assessed(told), CALENDARS)
    clocks = clocks_of(subject.facts, (RULE,))
    changes_at = risk_review.changes_at(told, subject.at)
    if not owed and not clocks:
        return Folded(None, changes_at)
    row = ReviewRow(
        person=subject.id,
        area=area_of(told),
        wanted=tuple(Wanted(rule=RULE, cause=each.opened.mention, due=each.due) for each in owed),
        clocks=clocks,
    )
    return Folded(row, changes_at)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks to stop and to start."""
    if isinstance(row, ReviewRow):
        yield from say(row, RULE, at)


REVIEW = View(
    name="referrals_review", of="person", row=ReviewRow, table=ReviewTable, fold=fold_review, decide=decide
)

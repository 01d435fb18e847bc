"""When a hearing opens a review of a victim's risk, and until when that review is of use.

Source: College of Policing, APP on domestic abuse, *victim safety* (``domain.md`` 1.3, as read 2026-11): the
run-up to a trial, a sentence, and family proceedings, above all child contact, are each a time to assess
again. It gives no days. That a run-up is of 14 days, that the review before a hearing is due by its eve, and
that after the last day of any hearing there is another, for whoever comes out of it may be free, angry or
bound, is Goldthread's own (2026-11), to be agreed with each area.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from contracts.content import Content
from contracts.envelope import Envelope, utc
from contracts.events.hearings import HearingListed
from contracts.rules.clocks import end_of
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import HearingKind, ReviewTrigger

RUN_UP = timedelta(days=14)
ONE = timedelta(days=1)

BEFORE: Mapping[HearingKind, ReviewTrigger] = {
    HearingKind.CRIMINAL_TRIAL: ReviewTrigger.RUN_UP_TO_TRIAL,
    HearingKind.SENTENCE: ReviewTrigger.RUN_UP_TO_TRIAL,
    HearingKind.FAMILY_CHILD_CONTACT: ReviewTrigger.FAMILY_PROCEEDINGS,
    HearingKind.OTHER_FAMILY: ReviewTrigger.FAMILY_PROCEEDINGS,
}
"""What opens a review before the day. Of the others the source says nothing: they open one when they are
over, and a charge or an order has its own line."""


@dataclass(frozen=True, slots=True)
class Review:
    """A review that a hearing opens: why, from when, and by when it is to be done at the latest."""

    trigger: ReviewTrigger
    at: datetime
    by: datetime | None = None


def moved(versions: Iterable[tuple[Envelope, Content | None]]) -> datetime | None:
    """Since when the day that stands is known, where a correction gave it. None: it was said at first; or
    this is no hearing."""
    said = [(envelope.recordedat, each) for envelope, each in versions if isinstance(each, HearingListed)]
    if not said:
        return None
    terms = [(each.hearing, each.day) for _, each in said]
    return None if terms[0] == terms[-1] else said[terms.index(terms[-1])][0]


def reviews(
    said: HearingListed, told: datetime, recorded: datetime, moved: datetime | None = None
) -> Iterator[Review]:
    """The reviews that a hearing opens, those to come with them, given when its agency was told of it and
    wrote it down; and, where it was moved, since when its day is known. What nobody knew before that day
    opens none before it."""
    before, eve = BEFORE.get(said.hearing), end_of(said.day - ONE)
    if before and (moved or max(told, recorded)) <= eve:
        run_up = before is ReviewTrigger.RUN_UP_TO_TRIAL
        yield Review(before, max(moved or told, _begin_of(said.day - RUN_UP)) if run_up else told, eve)
    yield Review(ReviewTrigger.HEARING_HELD, _begin_of((said.last_day or said.day) + ONE))


def _begin_of(day: date) -> datetime:
    return utc(datetime.combine(day, time(), LONDON))

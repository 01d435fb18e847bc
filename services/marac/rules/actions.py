"""The actions of a MARAC: which answer stands, when one is late, how often it was carried over, and whether
it says enough to be done.

Sources: SafeLives minutes checklist (2014) and chairing guidance, as ``domain.md`` 1.5 and 1.7 has them on
27 November 2026: actions are specific, with an owner and a time; what was not done is opened at the next
meeting. The words that say too little, how long a meeting lasts, and after how long a late one is told to the
chair, are Goldthread's own, to be agreed with each MARAC.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.vocabulary import ActionAnswer, StaffRole
from services.marac.rules.missing import Gap

HEARD_AFTER = timedelta(hours=12)
"""From how long after a meeting begins its actions are there: one that was seen took seven hours."""

TOLD_AFTER = timedelta(days=7)
"""From how long after its time a late action is the chair's to take up with its agency: until then the
coordinator chases it (``domain.md`` 1.5). Nobody is rung."""

OVER_LISTED = timedelta(days=60)
"""For how long an agency's list has what is over: so that what was said by mistake is found."""

FEWEST_WORDS = 3
"""Fewer words than these say who and by when at most."""

SAYS_LITTLE = re.compile(
    r"\b(monitor(ing)?|ongoing|on-going|(as|if) (needed|required|appropriate|necessary)|to consider|be aware"
    r"|keep an eye|liaise|continue (to support|as before)|offer support|tbc|tba)\b",
    re.IGNORECASE,
)
"""Words that leave open what is to be done, and so whether it was."""


class NotSpecific(StrEnum):
    """Why an action is not specific yet. It is taken all the same, and asked about."""

    WORDS = "words"
    TOO_SHORT = "too-short"
    DUE_PAST = "due-past"
    DUE_AFTER_NEXT = "due-after-next"
    NO_PERSON = "no-person"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that stands: what, when, and of which fact. ``reopens``: what was said before was said by
    mistake."""

    answer: ActionAnswer
    at: datetime
    root: str
    reopens: bool = False

    @property
    def opens(self) -> bool:
        """Whether the action is open again by it."""
        return self.reopens and is_open(self.answer)


def standing(answers: Iterable[Answered]) -> Answered | None:
    """The answer that holds: since it was opened again, if it was, the newest that ends it, else the newest.
    None: nobody has answered."""
    known = sorted(answers, key=lambda each: (each.at, each.root))
    known = known[max((n for n, each in enumerate(known) if each.opens), default=0) :]
    ends = [each for each in known if each.answer is not ActionAnswer.ACCEPTED]
    return next(reversed(ends or known), None)


def is_open(answer: ActionAnswer | None) -> bool:
    """Whether an action is still to be done: to accept it is not to have done it."""
    return answer in (None, ActionAnswer.ACCEPTED)


def is_late(answer: ActionAnswer | None, due: datetime, at: datetime) -> bool:
    """Whether its time has passed, and nobody has said what came of it."""
    return is_open(answer) and due <= at


def told_to_chair(answer: ActionAnswer | None, due: datetime, at: datetime) -> bool:
    """Whether it has been late for so long that its MARAC's chair is told."""
    return is_late(answer, due + TOLD_AFTER, at)


def in_time(answers: Iterable[Answered], due: datetime) -> bool:
    """Whether it was done, and said so, by the time that was agreed, however often it is said again. What was
    not done, need not be done any more, or was opened again, was not done in time."""
    done: datetime | None = None
    for each in sorted(answers, key=lambda each: (each.at, each.root)):
        if each.opens or not is_open(each.answer):
            done = (done or each.at) if each.answer is ActionAnswer.DONE else None
    return done is not None and done <= due


def carried(agreed: datetime, over: datetime | None, meetings: Sequence[datetime], at: datetime) -> int:
    """How many meetings had an action before them that an earlier one, or somebody between, had agreed.
    ``meetings``: when those of its MARAC began, the first first, without the one that agreed it; ``over``:
    when it was over.
    """
    until = bisect_right(meetings, at)
    if over is not None:
        until = min(until, bisect_left(meetings, over))
    return max(0, until - bisect_right(meetings, agreed))


def not_specific(
    text: str | None, agreed: datetime, due: datetime, following: datetime | None, *, named: bool
) -> tuple[NotSpecific, ...]:
    """What an action leaves open. ``text`` None: it cannot be read here; ``following``: when the meeting
    after the one that agreed it begins; None: none is called; ``named``: whether a person of the owner is
    (``domain.md`` 1.7)."""
    found = []
    if text is not None and SAYS_LITTLE.search(text):
        found.append(NotSpecific.WORDS)
    if text is not None and len(text.split()) < FEWEST_WORDS:
        found.append(NotSpecific.TOO_SHORT)
    if due <= agreed:
        found.append(NotSpecific.DUE_PAST)
    if following is not None and due > following:
        found.append(NotSpecific.DUE_AFTER_NEXT)
    if not named:
        found.append(NotSpecific.NO_PERSON)
    return tuple(found)


def none_agreed(
    heard: Mapping[str, datetime], agreed: Iterable[tuple[str | None, datetime]], at: datetime
) -> datetime | None:
    """When the case was last heard, if nothing was agreed there or since; None: something was, or it is not
    heard yet. ``heard``: when the meetings began that heard it; ``agreed``: at which meeting, and when."""
    over = {meeting: starts for meeting, starts in heard.items() if starts + HEARD_AFTER <= at}
    if not over:
        return None
    last = max(over, key=lambda meeting: (over[meeting], meeting))
    return None if any(meeting == last or when >= over[last] for meeting, when in agreed) else over[last]


def gaps(late: Sequence[str], none_since: datetime | None) -> Iterable[Gap]:
    """What a case's plan leaves missing: ``late`` are its actions that are; ``none_since`` is when it was
    heard and nothing was agreed. One gap of a kind, however many there are."""
    if late:
        yield Gap("action-late", roots=tuple(late), count=len(late))
    if none_since:
        yield Gap("no-action", StaffRole.MARAC_CHAIR, since=none_since)

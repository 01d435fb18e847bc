"""Whose an alert is, of all who took it and passed it on; and what was done about it.

Source: domain.md sections 5 and 14 (2026): an alert ends when a *named human accepted* it. Two people
may press at one instant, and each be recorded. The first has it; the second is told so, and goes to
bed: that press must not come to life when the first gives the alert back. HMICFRS (2021): a response
within 24 hours of the report, and at high risk at once; how long each urgency has is Goldthread's own
(2026-11), to be agreed with each force.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from contracts.envelope import Envelope
from contracts.events.alerts import AlertAcknowledged, AlertPassedOn
from contracts.vocabulary import AlertOutcome, Urgency

WITHIN: Mapping[Urgency, timedelta] = {
    Urgency.NOW: timedelta(hours=2),
    Urgency.HOUR: timedelta(hours=8),
    Urgency.DAY: timedelta(hours=24),
}
"""How long after an alert was taken what was done is to be said, of a breach as a step of its answer: time to
go there; a shift; the inspectorate's day."""


@dataclass(frozen=True, slots=True)
class Answer:
    """That a person took an alert, or passed it on. ``root`` is of the fact that says so, ``follows`` of the
    last that was there when it was given."""

    root: str
    person: str
    at: datetime
    takes: bool
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands after all answers. ``taken`` is of whoever has the alert; None: nobody.

    ``given_back`` is when whoever had it last gave it back. ``last`` is the last of all answers, whatever
    it changed: what is answered now follows it.
    """

    taken: Answer | None = None
    given_back: datetime | None = None
    last: str | None = None


def answer_of(envelope: Envelope, said: AlertAcknowledged | AlertPassedOn) -> Answer:
    """The answer that a fact is."""
    takes = isinstance(said, AlertAcknowledged)
    return Answer(envelope.root, said.person, envelope.time, takes, said.follows)


def standing_answer(answers: Iterable[Answer]) -> Standing:
    """What stands after these answers to one alert, in whatever order they come.

    Taking it while another has it is no answer, then or later. Whoever passes on gives back only what
    is their own. What follows an answer comes after it, whatever the clocks said. Of the same instant, who
    takes comes before who passes on: so it is told on.
    """
    of = {each.root: each for each in answers}
    stands = Standing()
    for each in sorted(of.values(), key=lambda each: (*_after(each, of), not each.takes, each.root)):
        if each.takes and stands.taken is None:
            stands = Standing(each, stands.given_back)
        elif not each.takes and stands.taken is not None and stands.taken.person == each.person:
            stands = Standing(None, each.at)
        stands = replace(stands, last=each.root)
    return stands


def _after(answer: Answer, of: Mapping[str, Answer]) -> tuple[datetime, int]:
    """When an answer counts as given: not before what it follows; and, of what counts as given at one
    instant, how many it follows."""
    line = [answer]
    while (before := of.get(line[-1].follows or "")) is not None and before not in line:
        line.append(before)
    at, count = line.pop().at, 0
    while line:
        each = line.pop()
        at, count = (each.at, 0) if each.at > at else (at, count + 1)
    return at, count


class Word(Protocol):
    """What somebody said was done about an alert. ``root`` is of the fact that says so; ``said`` when it was
    recorded."""

    @property
    def root(self) -> str: ...  # noqa: D102
    @property
    def said(self) -> datetime: ...  # noqa: D102
    @property
    def outcome(self) -> AlertOutcome: ...  # noqa: D102


W = TypeVar("W", bound=Word)


def standing_word(words: Iterable[W], stands: Standing) -> W | None:
    """Which word of what was done holds: the newest. What was said before the alert was given back tells
    nothing of what whoever takes it next has done."""
    since = (word for word in words if stands.given_back is None or word.said > stands.given_back)
    return max(since, key=lambda word: (word.said, word.root), default=None)

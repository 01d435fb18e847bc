"""Whom to tell next about an alert that nobody has answered, and when.

Source: on-call ladder of domain.md section 5 (2026): *page at once, answer within 5 minutes, escalate at
5, 15 and 30; medium within an hour; others within 24 hours, a hard stop*. HMICFRS (2021) asks for a
response to a breach within 24 hours of its report. How the hour and the day are divided, and how
often they start again, is Goldthread's own; an area may set its own (``rules/own_ladders.py``).

A **step** is one moment at which somebody is called. The first round has four: first on call,
second, supervisor, duty officer. After it the ladder starts again from the first, one post at a
time, and the duty officer is told each time too, the force's own where it has one: it has no last step.
Each call of a step is a **rung** with a number of its own, so that no rung is ever called twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.rules.clocks import CLOCKS
from contracts.vocabulary import AlertRule, Post, Urgency

FIRST_ROUND = tuple(Post)
SUPERVISOR_FIRST = (Post.SUPERVISOR, Post.DUTY_OFFICER, Post.FIRST, Post.SECOND)
OF_SUPERVISORS = frozenset({*CLOCKS, AlertRule.ROTA_GAP, AlertRule.BREACH_WITHDRAWN})
"""What a supervisor is called for first: a clock that ran out, as they answer for those who let it; a gap in
the rota, as they can fill it; a breach that was withdrawn and that nobody had looked at (Goldthread's own).
"""
LATER_ROUNDS = (Post.FIRST, Post.SECOND, Post.SUPERVISOR)

JITTER = timedelta(seconds=10)
"""How far back a clock may be put right before what it called is taken for called by one that went ahead:
a second post is not called because of a little, and nobody waits longer than this for it."""

UNTRIED = timedelta(seconds=30)
"""How long a call may lie untried before the next post is called instead (mechanism.md section 5)."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """When each step of the first round is called after the alert, how often after that, and which post each
    step of the first round calls."""

    after: tuple[timedelta, timedelta, timedelta, timedelta]
    again: timedelta
    posts: tuple[Post, ...] = FIRST_ROUND


LADDERS: Mapping[Urgency, Ladder] = {
    Urgency.NOW: Ladder(
        after=(
            timedelta(0),
            timedelta(minutes=5),
            timedelta(minutes=15),
            timedelta(minutes=30),
        ),
        again=timedelta(minutes=15),
    ),
    Urgency.HOUR: Ladder(
        after=(
            timedelta(0),
            timedelta(minutes=20),
            timedelta(minutes=40),
            timedelta(minutes=60),
        ),
        again=timedelta(minutes=20),
    ),
    Urgency.DAY: Ladder(
        after=(
            timedelta(0),
            timedelta(hours=8),
            timedelta(hours=16),
            timedelta(hours=24),
        ),
        again=timedelta(hours=1),
    ),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One call of a step: its number, and the post that it goes to."""

    number: int
    post: Post


@dataclass(frozen=True, slots=True)
class Told:
    """The last step that was called: when, when it was first tried, since when everybody whom it called has
    passed it on, and since when it is known to have reached nobody."""

    step: int
    called: datetime
    tried: datetime | None = None
    passed_on: datetime | None = None
    unreached: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The step that is to be called, and when it falls (or fell) due."""

    step: int
    due: datetime


def published(urgency: Urgency, rule: AlertRule) -> Ladder:
    """The ladder of an alert where its area has set none."""
    return replace(LADDERS[urgency], posts=SUPERVISOR_FIRST if rule in OF_SUPERVISORS else FIRST_ROUND)


def rungs_of(step: int, posts: Sequence[Post] = FIRST_ROUND) -> tuple[Rung, ...]:
    """The calls of a step: of the first round one, of these posts; after it a post and the duty officer."""
    if step < len(FIRST_ROUND):
        return (Rung(step, posts[step]),)
    later = step - len(FIRST_ROUND)
    number = len(FIRST_ROUND) + 2 * later
    return (
        Rung(number, LATER_ROUNDS[later % len(LATER_ROUNDS)]),
        Rung(number + 1, Post.DUTY_OFFICER),
    )


def step_of(rung: int) -> int:
    """The step that a rung belongs to."""
    first = len(FIRST_ROUND)
    return rung if rung < first else first + (rung - first) // 2


def rounds(rungs: Iterable[int]) -> int:
    """How often every post has been called and had its time, and the ladder has started again: an operator
    is told each time (issue 11, 2026)."""
    later = max(map(step_of, rungs), default=0) - len(FIRST_ROUND)
    return max(0, 1 + later // len(LATER_ROUNDS))


def wait_after(ladder: Ladder, step: int) -> timedelta:
    """How long a step has for an answer before the next falls due."""
    if step + 1 < len(ladder.after):
        return ladder.after[step + 1] - ladder.after[step]
    return ladder.again


def next_step(ladder: Ladder, raised: datetime, last: Told | None, at: datetime) -> Due:
    """The step to call next: the one that falls due, or the *highest* of those that have.

    After an outage one step goes out and not a volley of all that were missed. Nothing waits for a
    clock that went ahead of ours, another service's or our own before it was set back: what is raised
    in time to come is due, and so is the step after one that was called then.
    """
    due = Due(0, min(raised, at)) if last is None else _after(ladder, last, at)
    while due.step < len(FIRST_ROUND):
        later = due.due + wait_after(ladder, due.step)
        if later > at:
            return due
        due = Due(due.step + 1, later)
    missed = max(0, (at - due.due) // ladder.again)
    return Due(due.step + missed, due.due + missed * ladder.again)


def _after(ladder: Ladder, last: Told, at: datetime) -> Due:
    if last.called > at + JITTER:
        return Due(last.step + 1, at)  # nobody knows how long ago that is
    wait = wait_after(ladder, last.step)
    if last.tried is not None:
        # Whatever the sender's clock says: not before it was called, and no later than it should.
        due = min(max(last.tried, last.called), last.called + UNTRIED) + wait
    else:
        # Another post may be reachable where this one was not. Once all have been called there is no
        # other, and a sender that is down for a night would find a thousand calls when it comes back.
        due = last.called + (UNTRIED if last.step + 1 < len(FIRST_ROUND) else wait)
    if last.unreached is not None and last.step + 1 < len(FIRST_ROUND):
        due = min(due, last.unreached)
    return Due(last.step + 1, due if last.passed_on is None else min(due, last.passed_on))

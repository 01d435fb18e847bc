"""The named steps of the mechanism, at each of which a process can be told to die.

A step is an instant at which a kill would show a fault if there were one: between what is written
and its commit, between a commit and what follows from it. Tests alone set ``GOLDTHREAD_DIE_AT``.
"""

import os
import signal
from enum import StrEnum


class Step(StrEnum):
    """Every named step: *written* is before the commit, *committed* after it."""

    ACCEPT_WRITTEN = "accept.written"
    ACCEPT_COMMITTED = "accept.committed"
    """Saved, and the caller does not know."""
    RELAY_READ = "relay.read"
    """Acknowledged, and not on the log."""
    RELAY_SENT = "relay.sent"
    """On the log, and not stamped."""
    LOAD_WRITTEN = "load.written"
    LOAD_COMMITTED = "load.committed"
    """Between two batches."""
    FOLD_TAKEN = "fold.taken"
    """Marks are taken, and no row is written."""
    FOLD_WRITTEN = "fold.written"
    """Rows are written, and what the decider says of them is not."""
    FOLD_DECIDED = "fold.decided"
    FOLD_COMMITTED = "fold.committed"
    TICK_MARKED = "tick.marked"
    """A time has come: an escalation, among others."""
    REBUILD_EXPANDED = "rebuild.expanded"
    RESTORE_DROPPED = "restore.dropped"
    ASSIGN_WRITTEN = "assign.written"
    ASSIGN_COMMITTED = "assign.committed"
    TELL_CLAIMED = "tell.claimed"
    TELL_SENT = "tell.sent"
    """The message is out, and the try is not on record."""
    TELL_RECORDED = "tell.recorded"
    """The try is on record, and its claim still stands."""
    LINES_TAKEN = "lines.taken"
    """Of many at once: some lines are saved, and what became of them is told nowhere."""
    UPLOAD_MOVED = "upload.moved"
    """It is kept what became of them, and the sender does not know."""
    FEED_WRITTEN = "feed.written"
    FEED_COMMITTED = "feed.committed"
    """An entry of a feed has its number, and is not on the log."""
    PUSH_TAKEN = "push.taken"
    """A partner has acknowledged an entry, and it is not noted."""
    PUSH_NOTED = "push.noted"
    INBOX_TAKEN = "inbox.taken"
    """What came by a partner's topic is saved, and not answered."""
    INBOX_ANSWERED = "inbox.answered"
    INBOX_NOTED = "inbox.noted"
    REPLAY_DECIDED = "replay.decided"
    """That a parked record is to be replayed is on record, and not done."""
    REPLAY_WRITTEN = "replay.written"
    REPLAY_COMMITTED = "replay.committed"
    REPUBLISH_WRITTEN = "republish.written"


_deadly: Step | None = None
_left = 0


def parsed(where: str) -> tuple[Step, int]:
    """The step and the count of ``step`` or ``step:nth``. Raises ValueError for anything else."""
    step, _, nth = where.partition(":")
    count = int(nth or 1)
    if count < 1:
        raise ValueError("a step is reached once or more often")
    return Step(step), count


def die_at(where: str) -> None:
    """Let this process be killed when it reaches ``step`` (``step:nth``: for the nth time)."""
    global _deadly, _left
    _deadly, _left = parsed(where)


def reached(step: Step) -> None:
    """The process is at this step: it goes on, unless it was told to die here."""
    if step is _deadly:
        _count_down()


def _count_down() -> None:
    global _left
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

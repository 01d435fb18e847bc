"""How a folder shares its time between what is urgent and the rest. Pure: the time is passed in.

What is urgent is taken first, and alone, so that it waits for nothing that it is folded with; the rest gives
way to it. Of four seconds one is the rest's: more that is urgent than can be folded would leave it to wait
for ever.
"""

from dataclasses import dataclass
from enum import Enum

from chassis.batch import Batch
from chassis.marks import Rank

MARKS, FEWEST_MARKS, MOST_MARKS = 200, 100, 5_000
"""How many marks are taken at a time: to begin with, as folds take long, and as they are quick."""
REST, LEAST_REST, MOST_REST, COMING_SECONDS = 10, 0.1, 0.25, 0.2
"""How long the folder rests after work that is not urgent, in times of what the work took, at least
and at most; and how lately something new must have come for it to rest at all."""
TURN_SECONDS, MOST_OWED_SECONDS = 0.1, 1.0
"""How long the rest is folded, at least, before it gives way; and how much it is owed at most."""
MOST_GATHER = 300.0
"""How long history is let gather, while it comes in heaps: each person is folded once for all that is told of
them in that time."""
SHARE = 3
"""What is urgent has so many times the seconds of the rest, where there is enough of both."""


class Turn(Enum):
    """Which marks a transaction takes: the first of these of which there are any. *Everything* comes by
    itself, after what is urgent: whoever takes it only marks each key, and those that are folded anew come
    last. Behind all that waits it would say nothing of them."""

    URGENT = ("urgent = 1",)
    """While the folder rests."""
    URGENT_FIRST = ("urgent = 1", "key = '*'", "urgent < 1")
    REST_FIRST = ("key = '*'", "urgent < 1", "urgent = 1")


@dataclass(slots=True)
class Pace:
    """What a folder takes next. ``busy_seconds``: how long a transaction of its store is to take."""

    busy_seconds: float
    limit: int = MARKS
    owed: float = 0.0
    """The seconds that the rest is owed for what was urgent."""
    behind: bool = False
    """Whether more of the rest was left than was taken of it."""
    rests_until: float = 0.0
    gathers_until: float | None = None
    """Until when history is let gather; None: there is none to be folded yet."""
    least: Rank = Rank.HISTORY
    """The lowest rank that is taken now."""

    @property
    def seconds(self) -> float:
        """For how long the rest is folded before it gives way to what is urgent."""
        return max(TURN_SECONDS, self.owed)

    def turn(self, now: float, *, heaped: bool) -> Turn:
        """Whose turn it is; ``heaped``: so much came that there is no time to rest."""
        if self.rest(now) and not heaped:
            return Turn.URGENT
        return Turn.REST_FIRST if self.owed >= TURN_SECONDS else Turn.URGENT_FIRST

    def gather(self, now: float, *, coming: bool) -> None:
        """Leave history for now, while it is ``coming`` in heaps; or take it, until all is folded."""
        if self.gathers_until is None and coming:
            self.gathers_until = now + MOST_GATHER
        leave = coming and self.gathers_until is not None and now < self.gathers_until
        self.least = Rank.REST if leave else Rank.HISTORY

    def rest(self, now: float) -> float:
        """For how many seconds there is time to rest."""
        return 0.0 if self.behind else max(0.0, self.rests_until - now)

    def folded(self, turn: Turn, batch: Batch, now: float, *, coming: bool) -> None:
        """A transaction did this; ``coming``: something new came lately, and marks of one subject pile up."""
        if batch.urgent:
            owed = 0.0 if turn is Turn.REST_FIRST else self.owed + batch.seconds / SHARE
            self.owed = min(MOST_OWED_SECONDS, owed)
        else:
            self.owed = max(0.0, self.owed - batch.seconds)
        if batch.cut or batch.seconds > self.busy_seconds:
            self.limit = max(FEWEST_MARKS, self.limit // 2)
        elif batch.full and batch.seconds < self.busy_seconds / 2:
            self.limit = min(MOST_MARKS, self.limit * 2)
        if turn is Turn.URGENT:
            return
        if batch.more or not batch.urgent:
            self.behind = batch.more
        if self.least is Rank.HISTORY and not (batch.more or batch.urgent):
            self.gathers_until = None
        if coming and not (batch.urgent or self.behind):
            self.rests_until = now + min(MOST_REST, max(LEAST_REST, batch.seconds * REST))

    def failed(self) -> None:
        """If some cannot be folded, others soon are: fewer are taken."""
        self.limit = max(1, self.limit // 4)

"""The year, lived through the public API: partners post in the order of its times, staff answer.

Partners join some days before now, and bring along what they had recorded by then, as they would in
life: many lines in one request. From there the services' clock goes along: a fact is accepted when it
would have been. What happens between two breaches within some days is posted at once, by many; a breach is
posted at its own time, and answered before time goes on, for nobody may be made to wait a simulated night
for an answer.
"""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio
from rich.progress import Progress

from chassis.marks import HISTORY
from deploy.demo import after, listing
from deploy.demo.caseload import Caseload
from deploy.demo.client import Client
from deploy.demo.plan import Plan
from deploy.demo.posts import Post
from deploy.demo.sitting import hold_last_meeting
from deploy.demo.staff import Staff

AT_ONCE = 16
"""How many posts are under way together."""
LINES = 200
"""How many posts are the lines of one request."""

JOINED = timedelta(days=18)
"""How long before now the partners joined: before the last meeting of the north."""
STRIDE = timedelta(days=4)
LAST_DAYS = timedelta(days=3)
LAST_STRIDE = timedelta(hours=6)
"""The last days are gone through in shorter strides, so that *as it was known* can be asked of them."""

MEETINGS_BEFORE = timedelta(hours=20)
"""How long before now the coordinator makes up the agendas."""


Diary = deque[tuple[datetime, Callable[[], Awaitable[None]]]]
"""What staff do by themselves, and when, the next first."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Posts that are made at once, at a time."""

    posts: tuple[Post, ...]
    at: datetime

    @property
    def breach(self) -> Post | None:
        """The breach that it is, if it is one: since the partners joined those stand alone."""
        return self.posts[0] if len(self.posts) == 1 and self.posts[0].alone else None


def stretches(posts: Iterable[Post], now: datetime) -> Iterator[Stretch]:
    """The posts in stretches, of which none has a post that is of another in it: what partners bring along,
    then, in order, what they post from there."""
    told = list(posts)
    joined = now - JOINED
    yield from _brought((post for post in told if post.at < joined), joined)
    yield from _since((post for post in told if post.at >= joined), now)


def _brought(posts: Iterable[Post], joined: datetime) -> Iterator[Stretch]:
    """All at one time: first whom each partner knows, so that it is settled who is one while little is told
    of them; then the rest; what others report of a breach after its first report, and what is of another
    after that."""
    turn_of: dict[str, int] = {}
    turns: defaultdict[int, list[Post]] = defaultdict(list)
    known: set[str] = set()
    for post in posts:
        people = {str(each["identity"]["record"]) for each in post.body["content"]["people"]}
        again = post.kind == "breach" and not post.alone
        turn = 2 if again else 0 if people - known else 1
        turn_of[post.key] = turn if post.of is None else turn_of[post.of] + 2
        turns[turn_of[post.key]].append(post)
        if turn_of[post.key] == 0:
            known |= people
    yield from (Stretch(tuple(together), joined) for _, together in sorted(turns.items()))


def _since(posts: Iterable[Post], now: datetime) -> Iterator[Stretch]:
    """A breach alone; else what lies within a stride, and is of nothing that is posted in it."""
    open_: list[Post] = []
    for post in posts:
        stride = LAST_STRIDE if post.at > now - LAST_DAYS else STRIDE
        follows = post.of in {each.key for each in open_}
        if open_ and (post.alone or follows or post.at - open_[0].at > stride):
            yield Stretch(tuple(open_), open_[-1].at)
            open_ = []
        if post.alone:
            yield Stretch((post,), post.at)
        else:
            open_.append(post)
    if open_:
        yield Stretch(tuple(open_), open_[-1].at)


class Year:
    """The year of a caseload."""

    def __init__(self, client: Client, staff: Staff, load: Caseload, progress: Progress) -> None:
        self._client = client
        self._staff = staff
        self._load = load
        self._progress = progress
        self._clock = load.start
        self._task = progress.add_task("Twelve months of facts", total=len(load.posts))

    async def live(self) -> None:
        """From a year ago until now. Begun again after a stop, it repeats, and posts nothing twice."""
        await self._until(self._load.start)
        await self._staff.set_up()
        plan = Plan(self._client, self._load)
        agendas = self._load.now - MEETINGS_BEFORE
        diary: Diary = deque(
            ((plan.held, plan.meet), (plan.answered, plan.answer), (agendas, self._staff.call_meetings))
        )
        for stretch in stretches(self._load.posts, self._load.now):
            while diary and stretch.at > diary[0][0]:
                await self._next_in(diary)
            await self._until(stretch.at)
            await self._post(stretch)
        while diary:
            await self._next_in(diary)
        await self._staff.write_messages()
        await listing.decide(self._client, self._load)
        await self._staff.decide_candidates()
        await hold_last_meeting(self._client, self._load)
        await after.follow(self._client, self._load)
        self._clock = await self._staff.answer_all(self._clock)

    async def _next_in(self, diary: Diary) -> None:
        at, do = diary.popleft()
        await self._until(at)
        await do()

    async def _until(self, at: datetime) -> None:
        self._clock = max(self._clock, at)
        await self._client.set_clock(self._clock)

    async def _post(self, stretch: Stretch) -> None:
        if stretch.breach is not None:
            cause = await self._one(stretch.breach)
            self._clock = await self._staff.answer_breach(cause, self._clock)
            return
        brought = stretch.at == self._load.now - JOINED
        await self._together(stretch.posts)
        if brought:
            await self._staff.answer_brought(self._root(post) for post in stretch.posts if post.alone)
            await self._client.settled()
        if any(post.kind == "circulation" for post in stretch.posts):
            await self._staff.confirm_orders()
        self._clock = await self._staff.answer_all(self._clock)

    async def _together(self, posts: Iterable[Post]) -> None:
        """Many at a time: what an agency says for the first time as lines of few requests, history first."""
        limit = anyio.CapacityLimiter(AT_ONCE)
        lines: defaultdict[tuple[bool, str, str], list[Post]] = defaultdict(list)

        async def one(post: Post) -> None:
            async with limit:
                await self._one(post)

        async with anyio.create_task_group() as together:
            for post in posts:
                if post.change == "say":
                    old = datetime.fromisoformat(post.body["occurred"]) < self._clock - HISTORY
                    lines[not old, post.agency, post.service].append(post)
                else:
                    together.start_soon(one, post)
        for _, theirs in sorted(lines.items()):
            for start in range(0, len(theirs), LINES):
                await self._lines(theirs[start : start + LINES])

    async def _lines(self, posts: Sequence[Post]) -> None:
        await self._client.upload(posts)
        for post in posts:
            self._posted(post)

    async def _one(self, post: Post) -> str:
        await self._client.post(post)
        self._posted(post)
        return self._root(post)

    def _posted(self, post: Post) -> None:
        self._progress.advance(self._task)
        if post.kind == "breach":
            self._staff.area_of[self._root(post)] = post.area

    def _root(self, post: Post) -> str:
        return self._client.receipts[post.of or post.key].root

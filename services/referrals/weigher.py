"""Who is alike with whom, weighed beside the matcher: found in SQL, scored by Splink in a thread."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import islice

import structlog

from chassis.runtime import Runtime
from services.referrals.candidates import LeaseLost, candidates, file_blocks
from services.referrals.rules.features import Pair
from services.referrals.rules.likeness import ASKED_FROM, Answer, Known, answer, blocks, doubts
from services.referrals.scoring import MODEL, Scorer
from services.referrals.views import IDENTITY, IdentityRow, IdentityTable

MENTIONS = 1_000
"""How many mentions are weighed at a time."""
PAUSE_SECONDS = 0.2
"""How long after a failure it goes on."""
RETRY_SECONDS = 5.0
"""After how long one that could not be weighed is tried again."""

Weighed = tuple[Collection[str], Mapping[Pair, Answer]]

log = structlog.get_logger()


class Weigher:
    """Weighs what has changed, for one matcher after another of one epoch: as long as no other process
    matches, what it found still holds."""

    def __init__(self, runtime: Runtime, epoch: int) -> None:
        self.epoch = epoch
        self.alike: dict[str, dict[str, Answer]] = {}
        """What the matchers took of it."""
        self._runtime = runtime
        self._told: dict[str, int] = {}
        """Of each mention a hash of what was told last: it is weighed by that, or waits."""
        self._waiting: dict[str, Known] = {}
        self._taken: set[str] = set()
        """What was found of these a matcher knows."""
        self._come = asyncio.Event()
        self._answers: list[Weighed] = []

    @cached_property
    def _scorer(self) -> Scorer:
        return Scorer(self._runtime.settings.identity_model or MODEL)

    def add(self, known: Known) -> None:
        """This is known of a mention now."""
        if self._told.get(known.mention) != hash(known):
            self._told[known.mention] = hash(known)
            self._waiting[known.mention] = known
            self._come.set()

    def hurry(self, mentions: Iterable[str]) -> None:
        """Weigh these next, as far as they wait."""
        first = {mention: self._waiting[mention] for mention in mentions if mention in self._waiting}
        self._waiting = first | self._waiting

    def lacks(self, mention: str) -> bool:
        """Whether what was found of this mention has never been taken so far."""
        return mention not in self._taken

    def taken(self) -> list[Weighed]:
        """What has been weighed since this was asked last: of which mentions, and what follows for each pair
        of them with anybody."""
        answers, self._answers = self._answers, []
        self._taken.update(mention for mentions, _ in answers for mention in mentions)
        return answers

    async def work(self, woken: asyncio.Event) -> None:
        """Weigh until the lease is lost; ``woken`` is set for each answer. Of what fails half is tried next,
        and so on: a record that cannot be weighed is alone in the end, and stops nobody."""
        size = MENTIONS
        while True:
            await self._come.wait()
            self._come.clear()
            while self._waiting:
                batch = {each: self._waiting.pop(each) for each in list(islice(self._waiting, size))}
                try:
                    answers = await self._weigh(batch)
                except LeaseLost:
                    return
                except Exception as error:  # noqa: BLE001  numbers and decisions go on without it
                    log.error("weigher.failed", reason=type(error).__name__, count=len(batch))
                    if len(batch) == 1:
                        self._later(batch)
                    else:
                        self._waiting = {**batch, **self._waiting}  # what came meanwhile is newer
                    size = max(1, len(batch) // 2)
                    await asyncio.sleep(PAUSE_SECONDS)
                    continue
                size = min(MENTIONS, 2 * size)
                self._answers.append((batch.keys(), answers))  # not before: the list is another by then
                woken.set()

    def _later(self, batch: Mapping[str, Known]) -> None:
        """Weigh these again after some time, as far as nothing else is known of them by then."""

        def wait_again() -> None:
            told = {each: known for each, known in batch.items() if self._told[each] == hash(known)}
            self._waiting |= told
            self._come.set()

        asyncio.get_running_loop().call_later(RETRY_SECONDS, wait_again)

    async def _weigh(self, batch: Mapping[str, Known]) -> dict[Pair, Answer]:
        blind = self._runtime.ids.blind
        filed = {
            mention: {blind("block", "|".join(block)) for block in blocks(known)}
            for mention, known in batch.items()
        }
        await file_blocks(self._runtime.store, self.epoch, filed)
        found = await candidates(self._runtime.store, batch.keys())
        known = {**await self._known({mention for pair in found for mention in pair} - batch.keys()), **batch}
        pairs = sorted(pair for pair in found if known.keys() >= set(pair))
        answers = self._kept(found.difference(pairs), batch)
        if not pairs:
            return answers
        both = [(known[one], known[other]) for one, other in pairs]
        weights = await asyncio.to_thread(self._scorer.bits, both)
        return answers | {
            pair: answer(bits, doubts(*each)) if bits > ASKED_FROM else Answer.NOT_SAME
            for pair, each, bits in zip(pairs, both, weights, strict=True)
        }

    def _kept(self, unread: Collection[Pair], batch: Mapping[str, Known]) -> dict[Pair, Answer]:
        """What was found before of pairs of which one has been moved and is in no row yet: that holds until
        the other of them is weighed again."""
        if unread:
            self._later({each: batch[each] for pair in unread for each in pair if each in batch})
        return {
            pair: self.alike[pair[0]][pair[1]] for pair in unread if pair[1] in self.alike.get(pair[0], {})
        }

    async def _known(self, mentions: Collection[str]) -> dict[str, Known]:
        persons = sorted(set((await self._runtime.places(mentions)).values()))
        found: dict[str, Known] = {}
        table = IdentityTable.__table__  # type: ignore[attr-defined]
        for start in range(0, len(persons), MENTIONS):
            some = table.select().where(table.c.subject.in_(persons[start : start + MENTIONS]))
            for row in await self._runtime.rows(IDENTITY, some):
                if isinstance(row, IdentityRow):
                    found |= {each.mention: each.known for each in row.mentions if each.mention in mentions}
        return found

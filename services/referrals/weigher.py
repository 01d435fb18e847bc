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
RETRY_SECONDS = 10.0
"""How long after a failure it goes on, with others first."""

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
        self._filed: dict[str, int] = {}
        """Of each mention a hash of what it was weighed by last."""
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
        if self._filed.get(known.mention) != hash(known):
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
        """Weigh until the lease is lost; ``woken`` is set for each answer. What fails is tried again, after
        all others."""
        while True:
            await self._come.wait()
            self._come.clear()
            while self._waiting:
                batch = {each: self._waiting.pop(each) for each in list(islice(self._waiting, MENTIONS))}
                try:
                    answers = await self._weigh(batch)
                except LeaseLost:
                    return
                except Exception as error:  # noqa: BLE001  numbers and decisions go on without it
                    log.error("weigher.failed", reason=type(error).__name__)
                    self._waiting |= {each: batch[each] for each in batch.keys() - self._waiting.keys()}
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                self._answers.append((batch.keys(), answers))  # not before: the list is another by then
                self._filed |= {mention: hash(known) for mention, known in batch.items()}
                woken.set()

    async def _weigh(self, batch: Mapping[str, Known]) -> dict[Pair, Answer]:
        blind = self._runtime.ids.blind
        filed = {
            mention: {blind("block", "|".join(block)) for block in blocks(known)}
            for mention, known in batch.items()
        }
        await file_blocks(self._runtime.store, self.epoch, filed)
        found = await candidates(self._runtime.store, batch.keys())
        known = {**await self._known({mention for pair in found for mention in pair} - batch.keys()), **batch}
        pairs = sorted(pair for pair in found if pair[0] in known and pair[1] in known)
        if not pairs:
            return {}
        both = [(known[one], known[other]) for one, other in pairs]
        weights = await asyncio.to_thread(self._scorer.bits, both)
        return {
            pair: answer(bits, doubts(*each)) if bits > ASKED_FROM else Answer.NOT_SAME
            for pair, each, bits in zip(pairs, both, weights, strict=True)
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

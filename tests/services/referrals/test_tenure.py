"""The matcher outlives a store that was away, whenever it asks for its lease, and leaves none behind. It
waits for what is weighed only where somebody would be parted for want of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, ClassVar, cast

import pytest

from chassis.log import LogAway
from chassis.runtime import Runtime
from contracts.events.identity import Move
from services.referrals import matcher, weigher
from services.referrals.rules.features import Features, Pair
from services.referrals.rules.likeness import Answer, Known
from services.referrals.rules.matching import Clusters, clusters
from tests.services.referrals.scene import IDS, mention
from tests.services.referrals.test_matching import person
from tests.support.waiting import PATIENCE


class Away:
    """A runtime whose store is away at the first try, and whose lease another holds after that."""

    asked = 0

    async def lease(self, name: str, seconds: float) -> int | None:
        self.asked += 1
        if self.asked == 1:
            raise ConnectionError("the store is away")
        return None


async def test_it_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matcher, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(matcher, "ASK_SECONDS", 0.0)
    runtime: Any = Away()
    matching = asyncio.create_task(matcher.match(cast(Runtime, runtime)))
    async with asyncio.timeout(PATIENCE):
        while runtime.asked < 3 and not matching.done():
            await asyncio.sleep(0)
    assert not matching.done()
    matching.cancel()
    await asyncio.gather(matching, return_exceptions=True)


class Held:
    """A runtime that has a lease until it gives it up. Nobody has said anything."""

    holds = False

    async def lease(self, name: str, seconds: float) -> int | None:
        self.holds = True
        return 1

    async def give_up(self, name: str) -> None:
        self.holds = False

    async def has_all_of(self, topic: str) -> bool:
        return True


async def test_told_to_stop_it_gives_up_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(_: matcher.Matcher) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(matcher.Matcher, "work", work)
    runtime: Any = Held()
    matching = asyncio.create_task(matcher.match(cast(Runtime, runtime)))
    async with asyncio.timeout(PATIENCE):
        while not runtime.holds:
            await asyncio.sleep(0)
    matching.cancel()
    await asyncio.gather(matching, return_exceptions=True)
    assert matching.cancelled()
    assert not runtime.holds


async def test_nothing_is_decided_before_all_decisions_that_the_log_has_are_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a store from a backup it would number one twice."""
    monkeypatch.setattr(matcher, "ASK_SECONDS", 0.0)
    begun = asyncio.Event()

    async def work(_: matcher.Matcher) -> None:
        begun.set()
        await asyncio.Event().wait()

    class Behind(Held):
        asked: ClassVar[list[str]] = []

        async def has_all_of(self, topic: str) -> bool:
            assert not begun.is_set()
            self.asked.append(topic)
            if len(self.asked) == 2:
                raise LogAway("the log is away")
            return len(self.asked) == 4

    monkeypatch.setattr(matcher, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(matcher.Matcher, "work", work)
    runtime: Any = Behind()
    matching = asyncio.create_task(matcher.match(cast(Runtime, runtime)))
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
    assert runtime.asked == ["identity"] * 4
    matching.cancel()
    await asyncio.gather(matching, return_exceptions=True)


async def test_the_lease_is_kept_however_long_a_turn_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matcher, "LEASE_SECONDS", 0.0)
    renewed = asyncio.Event()

    class Asked(Assigning):
        asked = 0

        async def lease(self, name: str, seconds: float) -> int | None:
            self.asked += 1
            if self.asked == 3:
                renewed.set()
            return 1 if self.asked < 5 else None

        async def changed(self) -> AsyncIterator[Any]:
            await asyncio.Event().wait()
            yield

    async def turn(_: matcher.Matcher) -> bool:
        await renewed.wait()
        return True

    async def nothing(_: matcher.Matcher) -> set[str]:
        return set()

    monkeypatch.setattr(matcher.Matcher, "once", turn)
    monkeypatch.setattr(matcher.Matcher, "_out_of_date", nothing)
    runtime: Any = Asked()
    async with asyncio.timeout(PATIENCE):
        await matcher.Matcher(runtime, weigher.Weigher(runtime, 1)).work()
    assert runtime.asked == 5, "it ends when another has the lease"


class Assigning:
    """A runtime that files whatever it is told to."""

    ids = IDS
    store = None

    def __init__(self) -> None:
        self.moves: list[Move] = []

    async def assign(self, moves: list[Move], *_: Any) -> bool:
        self.moves += moves
        return True


async def test_a_decision_waits_for_nobody_who_has_nothing_to_do_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two people of two records each, one is told apart by a person: the other need not be weighed."""
    a, b, c, d = (mention("hospital", number) for number in "abcd")
    known = [person(a), person(b, 1), person(c, apart={d}), person(d, 1, apart={c})]

    async def read(of: matcher.Matcher, _: Any) -> set[str]:
        return {
            each for f in known for each in of._memory.learn(f, [], IDS.person(c if f in known[2:] else a))
        }

    async def ask(*_: Any) -> set[Pair]:
        return set()

    monkeypatch.setattr(matcher.Matcher, "_read", read)
    monkeypatch.setattr(matcher, "ask", ask)
    runtime: Any = Assigning()
    weighing = weigher.Weigher(runtime, 1)
    matching = matcher.Matcher(runtime, weighing)
    batches: list[set[str]] = []
    may = asyncio.Semaphore(0)

    async def weigh(batch: dict[str, Known]) -> dict[Pair, Answer]:
        batches.append(set(batch))
        await may.acquire()
        return {}

    async def until_weighing(batch: set[str]) -> None:
        async with asyncio.timeout(PATIENCE):
            while batch not in batches:
                await asyncio.sleep(0)

    monkeypatch.setattr(weighing, "_weigh", weigh)
    monkeypatch.setattr(weigher, "MENTIONS", 2)
    for each in (c, d, "1", "2", "3", "4", a, b):
        weighing.add(Known(each))
    working = asyncio.create_task(weighing.work(matching._woken))
    may.release()
    await until_weighing({"1", "2"})
    matching._news = {"everybody"}
    assert await matching.once()
    assert [move.mention for move in runtime.moves] == [d]
    may.release()
    await until_weighing({a, b})
    assert {"3", "4"} not in batches, "whoever is waited for is weighed next"
    may.release()
    await until_weighing({"3", "4"})
    assert await matching.once()
    assert [move.mention for move in runtime.moves] == [d, b]
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_of_many_the_groups_are_worked_out_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the lease would run out before those of a nation are known, and another would begin anew."""
    pairs = [
        [mention("hospital", str(number)), mention("hospital", f"{number} again")] for number in range(9)
    ]
    known = [
        person(each, day, same={other})
        for pair in pairs
        for day, (each, other) in enumerate([pair, pair[::-1]])
    ]
    sizes: list[int] = []

    def counted(features: Iterable[Features], *rest: Any) -> Clusters:
        features = list(features)
        sizes.append(len(features))
        return clusters(features, *rest)

    async def read(of: matcher.Matcher, _: Any) -> set[str]:
        return {each for f in known for each in of._memory.learn(f, [], IDS.person(f.mention))}

    async def ask(*_: Any) -> set[Pair]:
        return set()

    monkeypatch.setattr(matcher, "BATCH", 4)
    monkeypatch.setattr(matcher, "clusters", counted)
    monkeypatch.setattr(matcher.Matcher, "_read", read)
    monkeypatch.setattr(matcher, "ask", ask)
    runtime: Any = Assigning()
    matching = matcher.Matcher(runtime, weigher.Weigher(runtime, 1))
    matching._news = {"everybody"}
    assert await matching.once()
    assert sorted(move.mention for move in runtime.moves) == sorted(pair[1] for pair in pairs)
    assert sum(sizes) == 18, "each once"
    assert max(sizes) <= 8, "of four, and those who hang together with them"


async def test_a_question_that_stood_is_looked_at_again_once_the_two_are_weighed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A matcher that begins anew cannot tell yet whether they are alike; it must not ask for ever."""
    a, b = (mention("hospital", number) for number in "ab")
    known, about = [person(a), person(b, 1)], []

    async def read(of: matcher.Matcher, _: Any) -> set[str]:
        return {each for f in known for each in of._memory.learn(f, [], IDS.person(f.mention))}

    async def ask(
        _: Any, __: Any, mentions: set[str], ___: Any, unweighed: Callable[[str], bool]
    ) -> set[Pair]:
        about.append((sorted(mentions), sorted(filter(unweighed, mentions))))
        return {(a, b)} if unweighed(a) else set()

    monkeypatch.setattr(matcher.Matcher, "_read", read)
    monkeypatch.setattr(matcher, "ask", ask)
    runtime: Any = Assigning()
    weighing = weigher.Weigher(runtime, 1)
    matching = matcher.Matcher(runtime, weighing)
    matching._news = {"everybody"}
    assert await matching.once()
    both = sorted([a, b])
    weighing._answers = [(both, {})]
    assert await matching.once()
    assert about == [(both, both), (both, [])]


@pytest.mark.parametrize("unfit", range(8))
async def test_a_record_that_cannot_be_weighed_stops_nobody_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, unfit: int
) -> None:
    monkeypatch.setattr(weigher, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(weigher, "RETRY_SECONDS", 0.01)
    runtime: Any = Assigning()
    weighing = weigher.Weigher(runtime, 1)
    everybody, fails = {str(n) for n in range(8)}, 0

    async def weigh(batch: dict[str, Known]) -> dict[Pair, Answer]:
        nonlocal fails
        if str(unfit) in batch and fails < 20:
            fails += batch.keys() == {str(unfit)}
            raise ValueError("Splink cannot")
        return {}

    async def until_weighed(some: set[str]) -> None:
        async with asyncio.timeout(PATIENCE):
            while any(map(weighing.lacks, some)):
                assert not working.done()
                await asyncio.sleep(0)
                weighing.taken()

    monkeypatch.setattr(weighing, "_weigh", weigh)
    for each in sorted(everybody):
        weighing.add(Known(each))
    working = asyncio.create_task(weighing.work(asyncio.Event()))
    await until_weighed(everybody - {str(unfit)})
    assert weighing.lacks(str(unfit))
    await until_weighed(everybody)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


@pytest.mark.parametrize("under_way", [False, True], ids=["while it waits", "while it is weighed"])
async def test_a_record_is_weighed_by_what_stands_though_a_correction_was_taken_back_meanwhile(
    monkeypatch: pytest.MonkeyPatch, under_way: bool
) -> None:
    first, wrong = Known("a", names=("ada vale",)), Known("a", names=("ida vane",))
    runtime: Any = Assigning()
    weighing = weigher.Weigher(runtime, 1)
    weighed: list[Known] = []

    async def weigh(batch: dict[str, Known]) -> dict[Pair, Answer]:
        weighed.extend(batch.values())
        if under_way and weighed[-1] == wrong:
            weighing.add(first)
        return {}

    async def until_idle() -> None:
        async with asyncio.timeout(PATIENCE):
            while weighing._waiting or weighing._come.is_set():
                await asyncio.sleep(0)

    monkeypatch.setattr(weighing, "_weigh", weigh)
    working = asyncio.create_task(weighing.work(asyncio.Event()))
    weighing.add(first)
    await until_idle()
    weighing.add(wrong)
    if not under_way:
        weighing.add(first)
    await until_idle()
    assert weighed[-1] == first
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_who_has_been_moved_and_is_in_no_row_yet_stays_alike_and_is_weighed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(weigher, "RETRY_SECONDS", 0.0)
    runtime: Any = Assigning()
    weighing = weigher.Weigher(runtime, 1)
    weighing.alike = {"a": {"b": Answer.SAME}, "b": {"a": Answer.SAME}}
    folded: dict[str, Known] = {}

    async def file_blocks(*_: Any) -> None: ...

    async def candidates(*_: Any) -> set[Pair]:
        return {("a", "b"), ("a", "c")}

    async def known(mentions: Iterable[str]) -> dict[str, Known]:
        return {mention: folded[mention] for mention in mentions if mention in folded}

    class Unlike:
        def bits(self, pairs: list[Any]) -> list[float]:
            return [-10.0] * len(pairs)

    monkeypatch.setattr(weigher, "file_blocks", file_blocks)
    monkeypatch.setattr(weigher, "candidates", candidates)
    monkeypatch.setattr(weighing, "_known", known)
    monkeypatch.setattr(weigher.Weigher, "_scorer", Unlike())
    answers: list[dict[Pair, Answer]] = []
    working = asyncio.create_task(weighing.work(asyncio.Event()))
    weighing.add(Known("a"))
    async with asyncio.timeout(PATIENCE):
        while len(answers) < 2:
            answers += [dict(weights) for _, weights in weighing.taken()]
            await asyncio.sleep(0)
        folded |= {each: Known(each) for each in "bc"}
        while answers[-1].get(("a", "b")) is Answer.SAME:
            answers += [dict(weights) for _, weights in weighing.taken()]
            await asyncio.sleep(0)
    assert answers[0] == {("a", "b"): Answer.SAME}, "of the other nothing was ever found"
    assert answers[-1] == {("a", "b"): Answer.NOT_SAME, ("a", "c"): Answer.NOT_SAME}
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_what_was_weighed_is_kept_for_as_long_as_nobody_else_matched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matcher, "PAUSE_SECONDS", 0.0)
    used: list[weigher.Weigher] = []

    async def refused(of: matcher.Matcher) -> None:
        used.append(of._weigher)

    monkeypatch.setattr(matcher.Matcher, "work", refused)

    class Leased(Held):
        async def lease(self, name: str, seconds: float) -> int | None:
            return 1 if len(used) < 2 else 2

    runtime: Any = Leased()
    matching = asyncio.create_task(matcher.match(cast(Runtime, runtime)))
    async with asyncio.timeout(PATIENCE):
        while len(used) < 3:
            await asyncio.sleep(0)
    matching.cancel()
    await asyncio.gather(matching, return_exceptions=True)
    assert used[0] is used[1] is not used[2]

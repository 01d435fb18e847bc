"""Which records may be one person, found in SQL; and what a look for them costs."""

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.assigning import LEASE
from chassis.clock import Clock
from chassis.lease import take_lease
from chassis.store import Store, open_store
from services.referrals.candidates import AT_ONCE, BlockTable, QuestionTable, candidates, file_blocks

LOOKS = 50


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    postgres = request.param == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}"
    opened = open_store(url, "referrals", Clock())
    await opened.prepare([BlockTable, QuestionTable])
    yield opened
    await opened.close()


async def filed(store: Store, blocks: dict[str, set[str]]) -> None:
    epoch = await take_lease(store, LEASE, "here", 10)
    assert epoch is not None
    await file_blocks(store, epoch, blocks)


async def test_who_shares_a_block_is_a_candidate_once(store: Store) -> None:
    await filed(store, {"a": {"1", "2"}, "b": {"1", "2"}, "c": {"2", "3"}, "d": {"4"}})
    assert await candidates(store, ["a"]) == {("a", "b"), ("a", "c")}
    assert await candidates(store, ["c", "d"]) == {("a", "c"), ("b", "c")}
    assert await candidates(store, ["d", "nobody"]) == set()
    assert await candidates(store, []) == set()


async def test_of_more_than_one_statement_names_all_are_found(store: Store) -> None:
    many = [f"m{number:05}" for number in range(2 * AT_ONCE + 2)]
    await filed(store, {mention: {str(number // 2)} for number, mention in enumerate(many)})
    assert await candidates(store, many) == set(zip(many[::2], many[1::2], strict=True))


async def test_a_look_leaves_no_garbage(store: Store) -> None:
    """A matcher that holds a million records would look through them for it (decision 0034)."""
    await filed(store, {"a": {"1"}, "b": {"1"}})
    await candidates(store, ["a"])
    gc.collect()
    gc.disable()
    try:
        for _ in range(LOOKS):
            await candidates(store, ["a"])
        assert gc.collect() < LOOKS, "less than one object a look"
    finally:
        gc.enable()

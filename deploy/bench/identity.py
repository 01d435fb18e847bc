"""Who is linked, measured: by kind of record and by share of errors; and how fast, among a million records.

It prints what it finds, and writes it to ``build/identity.json``, with Splink's own charts beside it.
"""

import asyncio
import json
import resource
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import Clock
from chassis.ids import Ids
from chassis.store import Store, open_store
from deploy.bench.records import ONE_PERSON, TWO_PEOPLE, Pair, People, pairs, population
from deploy.local.postgres import Postgres
from services.referrals.candidates import BlockTable, QuestionTable, candidates
from services.referrals.rules.features import LATEST, Features
from services.referrals.rules.likeness import FALSE_LINK, Answer, Known, answer, blocks, doubts
from services.referrals.rules.matching import clusters
from services.referrals.scoring import Scorer
from services.referrals.training import chart

SEED = 1126
FOLLOWS = (Answer.SAME, Answer.ASK, Answer.DOUBT)
"""What the rule of clusters is told of pairs, in its order."""
OUTCOMES = (Answer.SAME, Answer.ASK, Answer.NOT_SAME)
ERRORS = (0.02, 0.1, 0.3)
LOOKS = 1_000
BATCH = 10_000
GOALS = {"candidates, p99 ms": 50, "batch of 10,000, s": 120}
"""Less than this, among ``MILLION`` records; that two people become one has the goal of none (A7: twins,
father and son, namesakes, a family at one address)."""
MILLION = 1_000_000
WITHOUT_INDEX = (
    "set statement_timeout = 0",
    "set idle_in_transaction_session_timeout = 0",
    "alter table referrals_block drop constraint referrals_block_pkey",
    "drop index ix_referrals_block_mention",
)
WITH_INDEX = (
    "alter table referrals_block add primary key (block, mention)",
    "create index ix_referrals_block_mention on referrals_block (mention)",
    "analyze referrals_block",
)
"""A million records come in at once: their index is made afterwards."""


def features_of(known: Known) -> Features:
    """A record as the rule of clusters has it."""
    said, numbers = known.particulars, (known.nhs, known.pnc, known.cro)
    words = (said.names, said.born, said.families, said.givens, said.swapped)
    return Features(known.mention, LATEST, *numbers, *words, said.sex)


def answers(scorer: Scorer, both: Sequence[tuple[Known, Known]]) -> list[Answer]:
    """What becomes of each pair alone: by what they share, by what is alike, or not at all."""
    found = [set(blocks(one)) & set(blocks(other)) for one, other in both]
    near = [pair for pair, shared in zip(both, found, strict=True) if shared]
    weights = iter(scorer.bits(near))
    given = []
    for (one, other), shared in zip(both, found, strict=True):
        follows = answer(next(weights), doubts(one, other)) if shared else Answer.NOT_SAME
        pair = (min(one.mention, other.mention), max(one.mention, other.mention))
        weighed = ([pair] if follows is each else [] for each in FOLLOWS)
        linked = clusters(map(features_of, (one, other)), *weighed)
        asked = Answer.ASK if linked.questions else Answer.NOT_SAME
        given.append(Answer.SAME if len(linked.groups) == 1 else asked)
    return given


def by_kind(scorer: Scorer, many: int) -> dict[str, dict[str, Any]]:
    """Of each kind of pair, how many are linked, asked about, and left apart."""
    found = {}
    for kind in (*ONE_PERSON, *TWO_PEOPLE):
        drawn: list[Pair] = list(pairs(kind, many, SEED))
        given = Counter(answers(scorer, [(one, other) for one, other, _ in drawn]))
        found[kind] = {"one person": drawn[0][2], **{each.value: given[each] / many for each in OUTCOMES}}
    return found


def of_population(scorer: Scorer, many: int, errors: float) -> dict[str, float]:
    """Precision and recall of the links among all records of some people; and of what else would be found by
    those who are asked."""
    records = population(many, errors, SEED)
    known = {record.mention: record for record, _ in records}
    whose = {record.mention: number for record, number in records}
    near = sorted(_near(known.values()))
    weights = scorer.bits([(known[one], known[other]) for one, other in near])
    follows = {
        pair: answer(bits, doubts(known[pair[0]], known[pair[1]]))
        for pair, bits in zip(near, weights, strict=True)
    }
    weighed = ([pair for pair, each in follows.items() if each is what] for what in FOLLOWS)
    found = clusters(map(features_of, known.values()), *weighed)
    linked = {pair for group in found.groups for pair in combinations(sorted(group), 2)}
    people: dict[int, list[str]] = {}
    for mention, number in whose.items():
        people.setdefault(number, []).append(mention)
    true = {pair for each in people.values() for pair in combinations(sorted(each), 2)}
    right = len(linked & true)
    asked = sum(whose[one] == whose[other] for one, other in found.questions)
    return {
        "records": len(records),
        "precision": right / max(1, len(linked)),
        "recall": right / max(1, len(true)),
        "false links": len(linked - true),
        "questions": len(found.questions),
        "questions of one person": asked,
        f"cost, a false link {FALSE_LINK:.0f}": int(FALSE_LINK) * len(linked - true) + len(true - linked),
    }


def _near(records: Iterable[Known]) -> set[tuple[str, str]]:
    filed: dict[tuple[str, ...], list[str]] = {}
    for record in records:
        for block in blocks(record):
            filed.setdefault(block, []).append(record.mention)
    return {pair for each in filed.values() for pair in combinations(sorted(set(each)), 2)}


async def among(store: Store, many: int) -> dict[str, float]:
    """Among so many records: how long the candidates of one take, and a batch of 10,000 with its scores."""
    ids, people, chance = Ids("a secret of the bench alone"), People(SEED), Random(SEED)  # noqa: S311  the same each time
    await store.prepare([BlockTable, QuestionTable])
    held: dict[str, Known] = {}
    async with store.engine.begin() as connection:
        await _each(connection, WITHOUT_INDEX)
        raw = (await connection.get_raw_connection()).driver_connection
        while len(held) < many and raw is not None:
            some = [people.person() for _ in range(50_000)]
            rows = [row for record in some for row in _rows(ids, record)]
            await raw.copy_records_to_table("referrals_block", records=rows, columns=["block", "mention"])
            held |= {record.mention: record for record in some}
        await _each(connection, WITH_INDEX)
    one_at_a_time = []
    for mention in chance.sample(sorted(held), LOOKS):
        began = time.perf_counter()
        await candidates(store, [mention])
        one_at_a_time.append(time.perf_counter() - began)
    one_at_a_time.sort()
    scorer, began = Scorer(), time.perf_counter()
    found: list[tuple[str, str]] = []
    for _ in range(0, BATCH, 1_000):
        found += await candidates(store, chance.sample(sorted(held), 1_000))
    scorer.bits([(held[one], held[other]) for one, other in found])
    return {
        "records": len(held),
        "candidates, p50 ms": 1_000 * one_at_a_time[LOOKS // 2],
        "candidates, p99 ms": 1_000 * one_at_a_time[int(LOOKS * 0.99)],
        "batch of 10,000, s": time.perf_counter() - began,
        "pairs in it": len(found),
    }


def _rows(ids: Ids, record: Known) -> list[tuple[str, str]]:
    return [(block, record.mention) for block in {ids.blind("block", "|".join(b)) for b in blocks(record)}]


async def _each(connection: AsyncConnection, statements: Iterable[str]) -> None:
    for statement in statements:
        await connection.execute(text(statement))


def weight() -> dict[str, float]:
    """What Splink takes to begin, in this process: seconds and megabytes."""
    before, began = psutil.Process().memory_info().rss, time.perf_counter()
    known = People(SEED).person()
    Scorer().bits([(known, known)])
    grown = psutil.Process().memory_info().rss - before
    return {"start, s": time.perf_counter() - began, "memory, MB": grown / 2**20}


def goals(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Each figure that has a goal, with it; whether it is met is not said where there are fewer records than
    the goal is for."""
    worst = max(found["kinds"][kind]["same"] for kind in TWO_PEOPLE)
    told = {"two people who are linked, worst kind": {"value": worst, "goal": "0", "met": worst == 0}}
    for name, most in GOALS.items() if "among" in found else ():
        value, enough = found["among"][name], found["among"]["records"] >= MILLION
        told[name] = {"value": value, "goal": f"< {most}", "met": value < most if enough else None}
    return told


def measure(many: int, records: int, folder: Path) -> dict[str, Any]:
    """All of it; ``records`` 0 leaves out what needs a PostgreSQL."""
    found: dict[str, Any] = {"splink": weight()}
    scorer = Scorer()
    found["kinds"] = by_kind(scorer, many)
    found["people"] = {str(errors): of_population(scorer, many, errors) for errors in ERRORS}
    chart([record for record, _ in population(200, 0.1, SEED)], folder / "identity")
    if records:
        found["among"] = _in_postgres(records)
    found["peak, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["goals"] = goals(found)
    (folder / "identity.json").write_text(json.dumps(found, indent=2) + "\n")
    return found


def _in_postgres(records: int) -> dict[str, float]:
    from deploy.bench.stores import folder

    with folder() as made:
        (made / "data").mkdir()
        postgres = Postgres(made / "postgres", durable=True)
        postgres.start()
        try:
            return asyncio.run(_among(postgres.url(), records))
        finally:
            postgres.stop()


async def _among(url: str, records: int) -> dict[str, float]:
    store = open_store(url, "bench", Clock())
    try:
        return await among(store, records)
    finally:
        await store.close()


def main(people: int, records: int) -> None:
    """Measure, print, and write ``build/identity.json``."""
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    found = measure(people, records, folder)
    console = Console()
    for title, lines in (
        ("By kind", found["kinds"]),
        ("By share of errors", found["people"]),
        ("Goals", found["goals"]),
    ):
        console.print(_table(title, lines))
    for name in ("splink", "among"):
        console.print(name, found.get(name, "not measured"))
    console.print(f"peak {found['peak, MB']:.0f} MB")


def _table(title: str, lines: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("", *next(iter(lines.values())), title=title)
    for name, line in lines.items():
        table.add_row(
            name, *(f"{each:.3f}" if isinstance(each, float) else str(each) for each in line.values())
        )
    return table

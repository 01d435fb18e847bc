"""How alike pairs of records are, by Splink: loaded at the first pair, and one connection kept."""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from services.referrals.rules.likeness import Known, record

MODEL = Path(__file__).with_name("model.json")
"""The weights that come with this release; ``goldthread train-identity`` writes others."""
PAIRS = 10_000
"""How many pairs are scored at a time."""
_TEXTS = ("mention", "side", "family", "given", "whole", "born", "sex", "nhs", "pnc", "cro")
_LISTS = ("wholes", "families", "givens", "borns", "swapped")


class Scorer:
    """Splink on one connection of its own: of two threads one waits."""

    def __init__(self, model: Path = MODEL) -> None:
        self._model: dict[str, Any] = json.loads(model.read_text())
        self._key = str(hash(json.dumps(self._model)))
        self._alone = Lock()

    @cached_property
    def _connected(self) -> tuple[Any, Any]:
        import duckdb
        from splink import DuckDBAPI

        connection = duckdb.connect(config={"threads": 1, "memory_limit": "256MB"})
        return connection, DuckDBAPI(connection)

    def bits(self, pairs: Sequence[tuple[Known, Known]]) -> list[float]:
        """For each pair log2 of the odds that the two are one person. It depends on the two and the model
        alone: neither on what else is compared, nor on which of them comes first."""
        found: list[float] = []
        with self._alone:
            for start in range(0, len(pairs), PAIRS):
                found += self._score([_in_order(pair) for pair in pairs[start : start + PAIRS]])
        return found

    def _score(self, pairs: Sequence[tuple[Known, Known]]) -> list[float]:
        from splink.internals.realtime import compare_records

        connection, api = self._connected
        left, right = (table([pair[side] for pair in pairs], str(side)) for side in (0, 1))
        joined = "l.pair = r.pair"
        scored = compare_records(
            left, right, self._model, api, sql_cache_key=self._key, join_condition=joined
        )
        weighed = connection.execute(
            f"select pair_l, match_weight from {scored.physical_name}"  # noqa: S608  a name of Splink's own
        ).fetchall()
        for (name,) in connection.execute("show tables").fetchall():
            api.delete_table_from_database(name)
        return [bits for _, bits in sorted(weighed)]


def table(known: Sequence[Known], side: str) -> Any:
    """The records of these mentions as DuckDB reads them, numbered in their order."""
    import pyarrow

    text = pyarrow.string()
    kinds = {**dict.fromkeys(_TEXTS, text), **dict.fromkeys(_LISTS, pyarrow.list_(text))}
    schema = pyarrow.schema([*kinds.items(), ("pair", pyarrow.int32())])
    rows = [record(each, side) | {"pair": place} for place, each in enumerate(known)]
    return pyarrow.Table.from_pylist(rows, schema)


def _in_order(pair: tuple[Known, Known]) -> tuple[Known, Known]:
    one, other = pair
    return (one, other) if one.mention < other.mention else (other, one)

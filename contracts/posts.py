"""What a partner posts, by example: each published example of what agencies say, as its agency posted it;
and the same as a table, for those who send CSV.

What is given out as CSV is opened in spreadsheets: no cell of it is a formula (OWASP, *CSV Injection*, read
2026-11).
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from contracts.columns import EACH, Path, columns_of, path_of
from contracts.content import Content, Said
from contracts.envelope import Envelope
from contracts.examples import EXAMPLES
from contracts.registry import EVENTS

POSTED: dict[str, type[Content]] = {kind: model for kind, model in EVENTS.items() if issubclass(model, Said)}
"""What agencies say of people: the kinds that partners post."""


def post_of(event: Envelope) -> dict[str, Any]:
    """The body of the post by which this became a fact: without what Goldthread gave it."""
    day = event.precision == "day"
    return {
        "occurred": event.time.date().isoformat() if day else event.time.isoformat(),
        "recorded": event.recordedat.isoformat(),
        "assertion": event.assertion.value,
        "regime": event.regime.value,
        "basis": event.basis,
        "purpose": event.purpose,
        "content": _as_sent(event.data, {*EVENTS[event.type].given, "mention"}),
    }


def _as_sent(part: Any, given: set[str]) -> Any:
    if isinstance(part, dict):
        said = {name: value for name, value in part.items() if name not in given and value != []}
        return {name: _as_sent(value, given) for name, value in said.items()}
    return [_as_sent(each, given) for each in part] if isinstance(part, list) else part


POSTS: dict[str, dict[str, Any]] = {kind: post_of(EXAMPLES[kind]) for kind in POSTED}
"""The kind of a fact to a body that posts it."""


def table_of(kind: str) -> str:
    """A table with every column of a kind, and its example as a row. A list has as many places as the
    example fills, and one at least."""
    cells = row_of(POSTS[kind] | {"idempotency_key": "your-own-1", "type": kind})
    columns = list(columns_of(POSTED[kind]))
    header = {each for path in columns for each in _filled(".".join(path), cells)}
    first: dict[Path, int] = {}
    for place, path in enumerate(columns):
        for length in range(1, len(path) + 1):
            first.setdefault(path[:length], place)

    def order(column: str) -> list[int]:
        """As in the model, and all of one person before the next."""
        steps, open_ = path_of(column)
        return [int(steps[n]) if step == EACH else first[open_[: n + 1]] for n, step in enumerate(open_)]

    in_order = sorted(header, key=order)
    return written([in_order, [cells.get(column, "") for column in in_order]])


def _filled(column: str, filled: Collection[str]) -> Iterator[str]:
    """The column for each place that is filled."""
    if EACH not in column:
        yield column
        return
    before, _, after = column.partition(EACH)
    places = {name[len(before) :].split(".")[0] for name in filled if name.startswith(before)} or {"0"}
    for place in places:
        yield from _filled(f"{before}{place}{after}", filled)


def row_of(line: dict[str, Any]) -> dict[str, str]:
    """A line of an upload as a row: its columns and their cells."""
    return dict(_cells(line, ""))


def _cells(part: Any, column: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict | list):
        for step, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _cells(value, f"{column}.{step}" if column else str(step))
    else:
        yield column, str(part).lower() if isinstance(part, bool) else str(part)


def written(rows: Iterable[Iterable[str]]) -> str:
    """Rows as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: it gets an apostrophe, which shows it as text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell

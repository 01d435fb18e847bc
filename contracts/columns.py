"""A fact as a row of a table: the columns of each kind, from its model, and back from cells to what a
single post's JSON says.

A column's name is the place of a value in the line of an upload, with dots: ``content.kind``,
``content.people.0.identity.name.family``, ``content.dash.answers.stalking``. It is the name by which a
fault of that value is told, too. An empty cell says nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts.content import Content
from contracts.sections import Sealed
from contracts.submission import BulkLine

Step = str
Path = tuple[Step, ...]
EACH = "#"
"""Stands in a path for the place in a list."""


class Leaf(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    TRUTH = "true or false"
    NUMBER = "a whole number"


def columns_of(kind: type[Content]) -> dict[Path, Leaf]:
    """Every column that a row of this kind may have, its key and its type first. A section that is sealed
    has none, and what is Goldthread's to give has none: a table brings neither."""
    found = dict(_columns(BulkLine[kind], (), frozenset(kind.given)))  # type: ignore[valid-type]
    return {path: found[path] for path in _FIRST} | found


_FIRST: tuple[Path, ...] = (("idempotency_key",), ("type",))


def _columns(annotation: Any, path: Path, given: frozenset[str]) -> Iterator[tuple[Path, Leaf]]:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _columns(inner[0], path, given)
    elif origin in (Union, UnionType):
        for each in inner:
            if each not in (Sealed, type(None)):
                yield from _columns(each, path, given)
    elif origin is list:
        yield from _columns(inner[0], (*path, EACH), given)
    elif origin is dict:
        for key in inner[0]:
            yield from _columns(inner[1], (*path, str(key)), given)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _columns_of_fields(annotation, path, given)
    else:
        yield path, {bool: Leaf.TRUTH, int: Leaf.NUMBER}.get(annotation, Leaf.TEXT)


def _columns_of_fields(
    model: type[BaseModel], path: Path, given: frozenset[str]
) -> Iterator[tuple[Path, Leaf]]:
    for name, field in model.model_fields.items():
        if not _given(name, field, path, given):
            yield from _columns(field.annotation, (*path, field.alias or name), given)


def _given(name: str, field: FieldInfo, path: Path, given: frozenset[str]) -> bool:
    """Whether a value is Goldthread's to give."""
    extra = field.json_schema_extra
    return (path == ("content",) and name in given) or (isinstance(extra, dict) and "readOnly" in extra)


def path_of(column: str) -> tuple[Path, Path]:
    """The steps of a column's name; and the same with the place in each list left open."""
    steps = tuple(column.split("."))
    return steps, tuple(EACH if _PLACE.fullmatch(step) else step for step in steps)


_PLACE = re.compile(r"0|[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True)
class Said:
    """What the cells of a row say, as a line's JSON says it."""

    line: Any
    places: Mapping[tuple[str, ...], tuple[str, ...]]
    """Where a list has holes, the place of each of its values in the line, and its place in the header."""

    def column(self, where: str) -> str:
        """Where a row has what is at a dotted place of its line, in a request's ``body``."""
        body, *rest = where.split(".")
        steps = tuple(rest)
        for length in range(len(steps), 0, -1):
            if (column := self.places.get(steps[:length])) is not None:
                return ".".join((body, *column, *steps[length:]))
        return where


def read_as(columns: Sequence[str], leaves: Mapping[Path, Leaf]) -> list[tuple[Path, Leaf]]:
    """The steps of each column, and how a row of a kind that has these leaves reads its cells. Those of
    another kind's column are text."""
    return [(steps, leaves.get(open_, Leaf.TEXT)) for steps, open_ in map(path_of, columns)]


def said(columns: Sequence[tuple[Path, Leaf]], cells: Sequence[str]) -> Said:
    """What a row says under these columns, each as ``read_as`` gives it. A cell that cannot be read as its
    column asks stays the text that it is, and so does one of another kind's column: the model refuses it."""
    tree: dict[str, Any] = {}
    for (steps, leaf), cell in zip(columns, cells, strict=True):
        if cell:
            node = tree
            for step in steps[:-1]:
                node = node.setdefault(step, {})
            node[steps[-1]] = cell if leaf is Leaf.TEXT else _read(cell, leaf)
    places: dict[tuple[str, ...], tuple[str, ...]] = {}
    return Said(_closed(tree, (), (), places), places)


_TRUTHS = {"true": True, "false": False}
_DIGITS = 18
"""More than a number of any contract has, and still one of 64 bits."""


def _read(cell: str, leaf: Leaf) -> str | bool | int:
    if leaf is Leaf.TRUTH:
        return _TRUTHS.get(cell.strip().lower(), cell)
    written = cell.strip()
    if written.isascii() and written.isdecimal() and len(written) <= _DIGITS:
        return int(written)
    return cell


def _closed(
    node: Mapping[str, Any],
    at: tuple[str, ...],
    from_: tuple[str, ...],
    places: dict[tuple[str, ...], tuple[str, ...]],
) -> Any:
    """The tree with its lists as lists, each without its holes. Where one step is a place, all are."""
    if not _PLACE.fullmatch(next(iter(node), "")):
        return {
            step: _closed(each, (*at, step), (*from_, step), places) if isinstance(each, dict) else each
            for step, each in node.items()
        }
    values = []
    for place, step in enumerate(sorted(node, key=int)):
        now, then = (*at, str(place)), (*from_, step)
        if now != then:
            places[now] = then
        each = node[step]
        values.append(_closed(each, now, then, places) if isinstance(each, dict) else each)
    return values

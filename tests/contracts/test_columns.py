"""Tables: what a row says is what a single post says, for every kind; and no cell is a formula."""

import csv
import io
from collections.abc import Mapping, Sequence

import pytest
from pydantic import ValidationError

from contracts.columns import Leaf, Path, Said, columns_of, path_of, read_as, said
from contracts.events.orders import BreachReported
from contracts.posts import POSTED, POSTS, harmless, table_of, written
from contracts.submission import BulkLine, Submission

KINDS = sorted(POSTED)


def row_of(columns: Sequence[str], cells: Sequence[str], leaves: Mapping[Path, Leaf]) -> Said:
    """What a row says under columns of these names."""
    return said(read_as(columns, leaves), cells)


@pytest.mark.parametrize("kind", KINDS)
def test_each_example_can_be_posted_as_it_is(kind: str) -> None:
    Submission[POSTED[kind]].model_validate(POSTS[kind])  # type: ignore[name-defined]


@pytest.mark.parametrize("kind", KINDS)
def test_its_table_says_the_same(kind: str) -> None:
    header, row = csv.reader(io.StringIO(table_of(kind), newline=""), strict=True)
    found = row_of(header, row, columns_of(POSTED[kind]))
    assert found.line == POSTS[kind] | {"idempotency_key": "your-own-1", "type": kind}
    assert found.places == {}
    BulkLine[POSTED[kind]].model_validate(found.line)  # type: ignore[name-defined]


@pytest.mark.parametrize("kind", KINDS)
def test_its_header_has_every_column_once(kind: str) -> None:
    header = next(csv.reader(io.StringIO(table_of(kind), newline="")))
    assert len(set(header)) == len(header)
    assert {path_of(column)[1] for column in header} == set(columns_of(POSTED[kind]))
    assert header[:2] == ["idempotency_key", "type"]
    assert not [column for column in header if column.endswith((".mention", ".graded", ".sealed"))]


def test_no_column_stands_for_a_value_in_one_kind_and_for_more_in_another() -> None:
    every = set().union(*(columns_of(model) for model in POSTED.values()))
    assert [path for path in every if any(path[:n] in every for n in range(1, len(path)))] == []


def test_a_list_may_have_holes_and_a_fault_is_told_where_the_row_has_it() -> None:
    columns = [f"content.people.{n}.role" for n in (0, 2)] + ["content.people.2.identity.born.1"]
    found = row_of(columns, ["", "victim", "1990"], columns_of(BreachReported))
    assert found.line == {"content": {"people": [{"role": "victim", "identity": {"born": ["1990"]}}]}}
    assert found.column("body.content.people.0.identity.born.0") == "body.content.people.2.identity.born.1"
    assert found.column("body.content.people.0") == "body.content.people.2"
    assert found.column("body.content.kind") == "body.content.kind"


@pytest.mark.parametrize(
    ("cell", "read"), [("TRUE", True), ("false", False), (" True ", True), ("yes", "yes"), ("1", "1")]
)
def test_how_a_truth_is_written(cell: str, read: object) -> None:
    assert row_of(["a"], [cell], {("a",): Leaf.TRUTH}).line == {"a": read}


@pytest.mark.parametrize(
    ("cell", "read"),
    [("7", 7), ("-7", "-7"), ("7.0", "7.0"), ("٧", "٧"), ("9" * 30, "9" * 30), ("=1+1", "=1+1")],
)
def test_how_a_number_is_written(cell: str, read: object) -> None:
    assert row_of(["a"], [cell], {("a",): Leaf.NUMBER}).line == {"a": read}


def test_a_cell_of_another_kinds_column_is_refused_by_its_model() -> None:
    row = {
        "idempotency_key": "1",
        "content.weapon": "true",
        "content.kind": "contact",
        "content.reference": "r",
    }
    row |= {"occurred": "2026-03-01", "recorded": "2026-03-01T10:00:00Z", "basis": "public-task"}
    row |= {"purpose": "safeguarding", "type": BreachReported.type, "content.criteria.0": "repeat"}
    found = row_of(list(row), list(row.values()), columns_of(BreachReported))
    with pytest.raises(ValidationError) as refusal:
        BulkLine[BreachReported].model_validate(found.line)
    assert [(each["loc"], each["type"]) for each in refusal.value.errors()] == [
        (("content", "criteria"), "extra_forbidden")
    ]


@pytest.mark.parametrize("formula", ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_we_give_out_is_no_formula(formula: str) -> None:
    ((cell, plain),) = csv.reader(io.StringIO(written([[formula, "a, b"]]), newline=""))
    assert (cell, plain) == (f"'{formula}", "a, b")
    assert harmless("") == ""

"""CSV as partners' spreadsheets and systems write it: a header, and rows that say what a line's JSON says.

It is UTF-8, with a byte order mark or without, its cells are parted by commas, and RFC 4180 says the rest.
Of another encoding we cannot tell one letter from another, and a name that is read wrongly is another
person's: it is refused. A formula is a text like any other: nothing here works one out.
"""

import csv
from collections.abc import Collection, Mapping
from functools import cache

from chassis.http.limits import MAX_BODY, too_large
from chassis.http.problem import Fault, Problem, invalid
from contracts.columns import Leaf, Path, Said, columns_of, path_of, read_as, said
from contracts.content import Content

COLUMNS = 2_000
"""Columns of a header. Forty people, each with all that a person can have, are fewer."""
_TOLD = 20
"""Columns that a problem names."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"

csv.field_size_limit(MAX_BODY)  # the library's own limit would speak first, and of nothing that one can place


class Table:
    """The rows under one header."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self._type = columns.index("type")
        self._read_as: dict[type[Content] | None, list[tuple[Path, Leaf]]] = {}

    @classmethod
    def headed(cls, header: bytes, kinds: Collection[type[Content]]) -> "Table":
        """The table with this first row, of facts of these kinds. Raises Problem: of a file that is no CSV
        in UTF-8 (400), has too many columns (413), or one that no kind has (422)."""
        if header.startswith(_UTF_16) or b"\0" in header:
            raise _not_utf_8()
        columns = [cell.strip() for cell in cells_of(header.removeprefix(_BOM))]
        if len(columns) > COLUMNS:
            raise Problem(413, "header.too-long", f"A table has at most {COLUMNS} columns.")
        known = frozenset(path for kind in kinds for path in _leaves(kind))
        faults = [
            Fault(f"header.{place}", "column-twice" if column in columns[: place - 1] else "unknown-column")
            for place, column in enumerate(columns, 1)
            if column in columns[: place - 1] or path_of(column)[1] not in known
        ]
        faults += [
            Fault(f"header.{name}", "missing") for name in ("idempotency_key", "type") if name not in columns
        ]
        if faults:
            detail = "The first row names the columns, parted by commas: see the faults, by their place."
            raise Problem(422, "header.invalid", detail, faults[:_TOLD])
        return cls(columns)

    def read(self, row: bytes, kinds: Mapping[str, type[Content]]) -> Said:
        """What a row says. Raises Problem: of what is no CSV in UTF-8 (400), too large (413), or has not
        as many cells as the header (422)."""
        if len(row) > MAX_BODY:
            raise too_large()
        if b"\0" in row:
            raise Problem(400, "body.nul", "The row holds a NUL.")
        cells = cells_of(row)
        if len(cells) != len(self.columns):
            raise invalid([Fault("body", "cell-count")])
        return said(self._columns_of(kinds.get(cells[self._type])), cells)

    def _columns_of(self, kind: type[Content] | None) -> list[tuple[Path, Leaf]]:
        """The columns as a row of this kind reads them, worked out once."""
        if kind not in self._read_as:
            self._read_as[kind] = read_as(self.columns, _leaves(kind) if kind else {})
        return self._read_as[kind]


@cache
def _leaves(kind: type[Content]) -> dict[Path, Leaf]:
    return columns_of(kind)


def cells_of(row: bytes) -> list[str]:
    """The cells of a row. Raises Problem (400) where its quotes are amiss, or it is not UTF-8."""
    try:
        (cells,) = csv.reader([row.decode()], strict=True)
    except UnicodeDecodeError:
        raise _not_utf_8() from None
    except (csv.Error, ValueError):
        detail = "A quote is never closed, or stands within a cell that has none around it."
        raise Problem(400, "body.not-csv", detail) from None
    return cells


def _not_utf_8() -> Problem:
    return Problem(400, "body.not-utf-8", "The file is not in UTF-8: save it as CSV UTF-8.")

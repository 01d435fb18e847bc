"""What was measured: as a table on the screen, as JSON, and as a section of the README."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path

from rich.table import Table

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure beside its raw limit. ``ratio`` is value to raw; ``met`` is None without a goal."""

    id: str
    what: str
    value: float
    unit: str
    raw: float
    ratio: float
    goal: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """As the table shows it."""
        verdict = {True: "yes", False: "not yet", None: ""}[self.met]
        number = "{:,.1f}" if self.unit in ("ms", "min") else "{:,.0f}"
        return (
            self.id,
            self.what,
            f"{number.format(self.value)} {self.unit}",
            f"{number.format(self.raw)} {self.unit}",
            f"{self.ratio:.2f}" if self.ratio >= 0.1 else f"{self.ratio:.4f}",
            self.goal,
            verdict,
        )


HEADINGS = ("", "What", "Goldthread", "Raw limit", "Ratio", "Goal", "Met")


def table_of(figures: Sequence[Figure]) -> Table:
    """For the screen."""
    table = Table(title=machine())
    for at, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if at in (2, 3, 4) else "left")
    for figure in figures:
        table.add_row(*figure.cells)
    return table


def machine() -> str:
    """What it was measured on."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {gigabytes:.0f} GB of memory, {platform.system()} on "
        f"{platform.machine()}, Python {platform.python_version()}"
    )


def told_days(days: Iterable[date]) -> str:
    """Each day once, and its year where the next is of another."""
    ordered = sorted(set(days))
    said = [
        f"{day.day} {day:%B}" + (f" {day.year}" if after is None or after.year != day.year else "")
        for day, after in zip_longest(ordered, ordered[1:])
    ]
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def keep(figures: Sequence[Figure], file: Path) -> None:
    """As JSON, for whoever compares runs."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")


def tell(figures: Sequence[Figure], readme: Path, days: Iterable[date]) -> bool:
    """Put the table between its markers in the README; False if it has no such place."""
    text = readme.read_text() if readme.exists() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        return False
    lines = [
        "| " + " | ".join(HEADINGS) + " |",
        "| :- | :- | -: | -: | -: | :- | :- |",
        *("| " + " | ".join(figure.cells) + " |" for figure in figures),
    ]
    said = f"Measured by `make bench` on one machine: {machine()}, {told_days(days)}."
    readme.write_text(f"{before}{BEGIN}\n{said}\n\n" + "\n".join(lines) + f"\n{END}{after}")
    return True

"""Runs every part one after another, takes over what is kept of each, and tells what came of it."""

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chassis.clock import Clock
from deploy.bench import (
    agenda,
    folding,
    hard,
    linked,
    marac,
    million,
    paging,
    posting,
    steady,
    subject,
    uploads,
    year,
)
from deploy.bench.partners import post_caseload
from deploy.bench.parts import Part, Run, kept, run_of
from deploy.bench.plots import draw
from deploy.bench.report import ROOT, Figure, keep, table_of, tell, told_days
from deploy.bench.stores import deployed, stores
from deploy.demo.caseload import caseload
from deploy.local.processes import Unavailable

JSON = ROOT / "build" / "bench.json"
PLOTS = ROOT / "build" / "bench"
PARTS_KEPT = PLOTS / "parts"
README = ROOT / "README.md"

Steps = Iterator[str | Figure]

SECONDS = 5.0
ROUNDS = 3
FACTS = 20_000
MILLION = 1_000_000
PAGES = 200
LOOKS = 200
OF_ONE_SUBJECT = 10_000
POSTS = 50
LINKS = 20
OF_A_FORCE = 20_000
"""Cases in a year, of the largest force: its share of some 120,000 (SafeLives, 2024/25) is about a sixth."""
STARTING, POSTING = "Starting the distributed deployment", "Posting a caseload"


def main(share: float, steady_seconds: float) -> None:
    """Measure each part that is not kept; print them all, keep them, and put them into the README. ``share``
    of the national year is uploaded, and the steady rate is held for so many seconds."""
    console, run = Console(), run_of(share, steady_seconds)
    try:
        parts = [_part(name, run, console) for name in PARTS]
    except Unavailable as problem:
        sys.exit(str(problem))
    figures = list(chain.from_iterable(part.figures for part in parts))
    keep(figures, JSON)
    console.print(table_of(figures))
    console.print("Other work on these cores makes every figure smaller: run it on a quiet machine.")
    draw(figures, PLOTS)
    console.print(f"Kept in {JSON.relative_to(ROOT)}, and drawn in {PLOTS.relative_to(ROOT)}.")
    if tell(figures, README, [part.day for part in parts]):
        console.print("The README tells it too.")


def _part(name: str, run: Run, console: Console) -> Part:
    """As it is kept, or measured now, and kept."""
    file = PARTS_KEPT / run.folder / f"{name}.json"
    if part := kept(file, run):
        console.print(f"{name}: measured on {told_days([part.day])}, kept in {file.relative_to(ROOT)}")
        return part
    figures = _watched(PARTS[name](run), console)
    if run_of(run.share, run.steady_seconds) != run:
        sys.exit(f"{name}: not kept, for the code changed while it was measured.")
    part = Part(run, Clock().now().date(), figures)
    if not run.changed:
        part.keep(file)
    return part


def _posting(run: Run) -> Steps:
    yield "Starting Kafka and PostgreSQL"
    with stores() as both:
        yield from posting.measure(both, SECONDS, ROUNDS)


def _folding(run: Run) -> Steps:
    yield "Starting Kafka and PostgreSQL"
    with stores() as both:
        yield from folding.measure(both, FACTS, MILLION)


def _deployment(run: Run) -> Steps:
    yield STARTING
    with deployed() as deployment:
        pager = paging.on_call(deployment)
        yield from paging.measure(deployment, pager, PAGES)
        yield POSTING
        meeting = post_caseload(deployment, caseload(Clock().now()))
        yield from agenda.measure(deployment, meeting, LOOKS)
        yield from linked.measure(deployment, LINKS)
        yield from year.measure(deployment, pager, run.share)
        yield from uploads.measure(deployment)


def _subject(run: Run) -> Steps:
    yield STARTING
    with deployed() as deployment:
        pager = paging.on_call(deployment)
        yield POSTING
        post_caseload(deployment, caseload(Clock().now()))
        yield from subject.measure(deployment, pager, OF_ONE_SUBJECT)
        yield from hard.measure(deployment, pager)


def _steady(run: Run) -> Steps:
    yield STARTING
    with deployed() as deployment:
        yield POSTING
        post_caseload(deployment, caseload(Clock().now()))
        yield from steady.measure(deployment, run.steady_seconds)


def _marac(run: Run) -> Steps:
    yield STARTING
    with deployed() as deployment:
        yield POSTING
        post_caseload(deployment, caseload(Clock().now()))
        yield from marac.measure(deployment, POSTS, OF_A_FORCE)
        yield from million.measure(deployment, MILLION, LOOKS)


PARTS: dict[str, Callable[[Run], Steps]] = {
    "posting": _posting,
    "folding": _folding,
    "deployment": _deployment,
    "subject": _subject,
    "steady": _steady,
    "marac": _marac,
}
"""Each starts what it needs, and stops it."""


def _watched(steps: Iterable[str | Figure], console: Console) -> list[Figure]:
    """The figures, while the screen says what is under way."""
    figures: list[Figure] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("")
        for step in steps:
            if isinstance(step, Figure):
                figures.append(step)
                console.print(f"{step.id}: {step.value:,.1f} {step.unit}, ratio {step.ratio:.2f}")
            else:
                progress.update(task, description=step)
    return figures

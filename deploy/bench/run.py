"""Runs every measurement one after another, and tells what came of it."""

import sys
from collections.abc import Iterable, Iterator

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
from deploy.bench.plots import draw
from deploy.bench.report import ROOT, Figure, keep, table_of, tell
from deploy.bench.stores import folder, stores
from deploy.demo.caseload import caseload
from deploy.local.deployment import Deployment
from deploy.local.processes import Unavailable

JSON = ROOT / "build" / "bench.json"
PLOTS = ROOT / "build" / "bench"
README = ROOT / "README.md"

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


def main(share: float, steady_seconds: float) -> None:
    """Measure all of it; print it, keep it, and put it into the README. ``share`` of the national year
    is uploaded, and each steady rate is held for so many seconds."""
    console = Console()
    try:
        figures = _watched(_all(share, steady_seconds), console)
    except Unavailable as problem:
        sys.exit(str(problem))
    console.print(table_of(figures))
    console.print("Other work on these cores makes every figure smaller: run it on a quiet machine.")
    draw(figures, PLOTS)
    console.print(f"Kept in {JSON.relative_to(ROOT)}, and drawn in {PLOTS.relative_to(ROOT)}.")
    if tell(figures, README, Clock().now().date()):
        console.print("The README tells it too.")


def _all(share: float, steady_seconds: float) -> Iterator[str | Figure]:
    yield "Starting Kafka and PostgreSQL"
    with stores() as both:
        yield from posting.measure(both, SECONDS, ROUNDS)
        yield from folding.measure(both, FACTS, MILLION)
    yield "Starting the distributed deployment"
    with folder() as made:
        deployment = Deployment(made, durable=True)
        deployment.start()
        try:
            pager = paging.Pager()
            yield from paging.measure(deployment, pager, PAGES)
            yield from agenda.measure(deployment, caseload(Clock().now()), LOOKS)
            yield from linked.measure(deployment, LINKS)
            yield from year.measure(deployment, pager, share)
            yield from uploads.measure(deployment)
            yield from subject.measure(deployment, pager, OF_ONE_SUBJECT)
            yield from hard.measure(deployment, pager)
            yield from steady.measure(deployment, steady_seconds)
            yield from marac.measure(deployment, POSTS, OF_A_FORCE)
            yield from million.measure(deployment, MILLION, LOOKS)
        finally:
            deployment.stop()


def _watched(steps: Iterable[str | Figure], console: Console) -> list[Figure]:
    """The figures, while the screen says what is under way."""
    figures: list[Figure] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("")
        for step in steps:
            if isinstance(step, Figure):
                figures.append(step)
                keep(figures, JSON)  # a run that is cut has those so far
                console.print(f"{step.id}: {step.value:,.1f} {step.unit}, ratio {step.ratio:.2f}")
            else:
                progress.update(task, description=step)
    return figures

"""``make bench``: that each measurement runs on real parts, in its smallest form, and is told."""

import json
import re
from collections.abc import Coroutine
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.routing import iter_route_contexts

from chassis.clock import Clock
from chassis.ids import Ids
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
from deploy.bench.invented import breach, incidents
from deploy.bench.plots import draw
from deploy.bench.report import BEGIN, END, Figure, keep, tell
from deploy.bench.stores import stores
from deploy.demo.caseload import MARACS, caseload
from deploy.local.deployment import Deployment
from deploy.local.processes import Unavailable
from services.marac.service import SERVICE as MARAC
from tests.support.real import RealParts

SVG = "http://www.w3.org/2000/svg"
MET = Figure("P1", "posts", 2_600.4, "requests/s", 3_300, 0.788, "ratio ≥ 0.7", met=True)
SLOW = Figure("P3", "page", 151.26, "ms", 8, 18.9, "< 100 ms", met=False)

NO_PAGE = {
    "/marac/": "it leads on to the first page of whoever comes",
    "/marac/meetings/{meeting}/live": "it goes on for as long as the agenda is open: M1 measures it",
    "/marac/cases/{case}/live": "it goes on for as long as the case is open",
    "/marac/meetings/{meeting}/sent/{paper}": "it leads on to an agenda or to minutes",
}
"""What is asked for by GET and shows no page, and why."""

TAKEN = ("2.9 min", "0.2 min", "14.50", "< 3 min", "yes")
FOLDED = ("5.4 min", "0.2 min", "27.00", "", "")


@pytest.mark.bench
@pytest.mark.kafka
@pytest.mark.postgres
def test_it_measures_posting_and_folding_on_real_parts() -> None:
    try:
        with stores() as both:
            steps = [*posting.measure(both, 0.3, 1), *folding.measure(both, 200, 400)]
    except Unavailable as problem:
        pytest.skip(str(problem))
    figures = {step.id: step for step in steps if isinstance(step, Figure)}
    assert set(figures) == {"P1", "P1 traced", "P1 whole", "P2"}
    for figure in figures.values():
        assert figure.value > 0
        assert figure.ratio == pytest.approx(figure.value / figure.raw)
    assert [step.id for step in steps if isinstance(step, Figure)].count("P2") == 4


@pytest.mark.bench
@pytest.mark.kafka
@pytest.mark.postgres
def test_it_measures_paging_and_the_agenda_on_the_whole_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caseload of one MARAC's first case; and of each that is measured by many, a few."""
    monkeypatch.setattr(paging, "BEFORE", 3)
    monkeypatch.setattr(marac, "LOOKS", 2)
    monkeypatch.setattr(subject, "TIMES", 2)
    monkeypatch.setattr(uploads, "ROWS", 20)
    monkeypatch.setattr(steady, "INSTANCES", (1, 2))
    monkeypatch.setattr(steady, "LOWEST", 60.0)
    monkeypatch.setattr(hard, "FLOOD_SECONDS", 1.0)
    whole = caseload(Clock().now())
    first = whole.referrals[MARACS[0]][0]
    referrals = {area: [first] if area == MARACS[0] else [] for area in MARACS}
    few = replace(whole, posts=[post for post in whole.posts if post.key == first], referrals=referrals)
    parts = RealParts()
    deployment = Deployment(parts.folder(), durable=False)
    try:
        deployment.start()
        pager = paging.Pager()
        steps = [*paging.measure(deployment, pager, 3), *agenda.measure(deployment, few, 10)]
        steps += [*linked.measure(deployment, 2)]
        steps += [*year.measure(deployment, pager, 0.00002), *uploads.measure(deployment)]
        steps += [*subject.measure(deployment, pager, 5)]
        steps += [*hard.measure(deployment, pager, ("orders", "postgres")), *steady.measure(deployment, 1)]
        steps += [*marac.measure(deployment, 3, 32), *million.measure(deployment, 80, 10)]
    finally:
        deployment.stop()
        parts.stop()
    figures = [step for step in steps if isinstance(step, Figure)]
    assert [figure.id for figure in figures] == [
        *("P3 p50", "P3 p99", "P4", "P4", *["P5"] * 5, "I1", "P6", "P6", "P3 busy"),
        *("P6 upload", "P6 upload", "P7"),
        *("P3 busy", "P3 busy", "P3 busy", "P3 kill", "P8", "P8", "M1", "M2", "P4", "P4"),
    ]
    assert all(figure.value > 0 and figure.raw > 0 for figure in figures if figure.id != "P8")
    assert "agenda of 20 cases, JSON, p99" in {figure.what for figure in figures}


def test_an_upload_is_of_all_rows_and_told_until_taken_and_until_folded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spent = iter([(174.0, 324.0), 12.0])

    def apart(work: Coroutine[Any, Any, Any]) -> Any:
        work.close()
        return next(spent)

    monkeypatch.setattr(uploads, "run_apart", apart)
    monkeypatch.setattr(uploads, "ROWS", 40)
    under_way, *figures = uploads.measure(Deployment(Path("nowhere"), durable=False))
    assert under_way == "P6: an upload of 40 rows"
    assert [each.cells for each in figures if isinstance(each, Figure)] == [
        (*("P6 upload", "40 rows of CSV by one upload, until taken"), *TAKEN),
        (*("P6 upload", "40 rows of CSV by one upload, until folded"), *FOLDED),
    ]


def test_every_page_of_marac_is_measured() -> None:
    """Each that is asked for by its address, whatever ids are in it."""
    routes = iter_route_contexts([route for router in MARAC.routers for route in router.routes])
    pages = {str(each.path) for each in routes if "GET" in (each.methods or ())}
    pages = {path for path in pages if not path.startswith("/marac/v1/")}
    assert pages >= NO_PAGE.keys()
    measured = {_shape(path) for _, path in (*marac.PAGES, *marac.HELD)}
    assert {path for path in pages - NO_PAGE.keys() if _shape(path) not in measured} == set()
    assert not {_shape(path) for path in NO_PAGE} & measured


def _shape(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path.partition("?")[0])


def test_each_breach_and_each_incident_is_another() -> None:
    numbers = [str(breach(n)["content"]["people"]) for n in ("00001", "00002")]
    assert numbers[0] != numbers[1]
    made = list(incidents(range(40), 5, Ids("a secret that only the tests have")))
    assert len({entry.envelope.id for entry in made}) == 40
    people = {key for entry in made for key in entry.keys if key.startswith("m:")}
    assert len(people) == 10
    assert all(sum(key.startswith("m:") for key in entry.keys) == 2 for entry in made)


def test_the_figures_are_kept_as_json(tmp_path: Path) -> None:
    keep([MET, SLOW], tmp_path / "build" / "bench.json")
    kept = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert [each["met"] for each in kept] == [True, False]
    assert set(kept[0]) == {"id", "what", "value", "unit", "raw", "ratio", "goal", "met"}


def test_the_figures_are_drawn_a_picture_for_each_unit(tmp_path: Path) -> None:
    hard = replace(SLOW, what="<b> & so on", value=0.0)
    made = draw([MET, SLOW, hard], tmp_path / "bench")
    assert [path.name for path in made] == ["requests-s.svg", "ms.svg"]
    (of_posts, of_pages) = (ElementTree.parse(path).getroot() for path in made)
    widths = [
        float(bar.get("width", "")) for drawn in (of_posts, of_pages) for bar in drawn.iter(f"{{{SVG}}}rect")
    ]
    ours, raw, slow, its_raw, none, same_raw = widths
    assert 0 < ours < raw
    assert slow > its_raw == same_raw > none == 0
    assert "P3: <b> & so on" in " ".join(of_pages.itertext())


def test_only_its_section_of_the_readme_changes(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# Before\n{BEGIN}\nlast year\n{END}\nafter\n")
    assert tell([MET, SLOW], readme, date(2026, 11, 24))
    told = readme.read_text()
    assert told.startswith(f"# Before\n{BEGIN}\n")
    assert told.endswith(f"\n{END}\nafter\n")
    assert "last year" not in told
    assert "24 November 2026" in told
    assert "| P1 | posts | 2,600 requests/s | 3,300 requests/s | 0.79 | ratio ≥ 0.7 | yes |" in told
    assert "| P3 | page | 151.3 ms | 8.0 ms | 18.90 | < 100 ms | not yet |" in told


def test_a_readme_without_a_place_for_it_stays_as_it_is(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Nothing is measured\n")
    assert not tell([MET], readme, date(2026, 11, 24))
    assert readme.read_text() == "# Nothing is measured\n"

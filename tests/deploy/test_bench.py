"""``make bench``: that each part runs on real parts, in its smallest form, is kept, and is told."""

import asyncio
import json
import re
import subprocess
from collections.abc import Coroutine, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock
from xml.etree import ElementTree

import pytest
from fastapi.routing import iter_route_contexts

from chassis.clock import Clock
from chassis.ids import Ids
from deploy.bench import hard, marac, paging, run, steady, subject, uploads
from deploy.bench.invented import breach, incidents
from deploy.bench.parts import Run, commit
from deploy.bench.plots import draw
from deploy.bench.report import BEGIN, END, Figure, keep, tell, told_days
from deploy.demo.caseload import MARACS, caseload
from deploy.local.deployment import Deployment
from deploy.local.processes import Unavailable
from services.marac.service import SERVICE as MARAC

SVG = "http://www.w3.org/2000/svg"
MET = Figure("P1", "posts", 2_600.4, "requests/s", 3_300, 0.788, "ratio ≥ 0.7", met=True)
SLOW = Figure("P3", "page", 151.26, "ms", 8, 18.9, "< 100 ms", met=False)
RUN = Run("c0ffee", "2 cores", 0.002, 20)

NO_PAGE = {
    "/marac/": "it leads on to the first page of whoever comes",
    "/marac/meetings/{meeting}/live": "it goes on for as long as the agenda is open: M1 measures it",
    "/marac/cases/{case}/live": "it goes on for as long as the case is open",
    "/marac/meetings/{meeting}/sent/{paper}": "it leads on to an agenda or to minutes",
}
"""What is asked for by GET and shows no page, and why."""

TAKEN = ("2.9 min", "0.2 min", "14.50", "< 3 min", "yes")
FOLDED = ("5.4 min", "0.2 min", "27.00", "", "")


OF_PARTS = {
    "posting": ("P1", "P1 traced", "P1 traced", "P1 whole"),
    "folding": ("P2", "P2", "P2", "P2"),
    "deployment": (
        *("P3 p50", "P3 p99", "P4", "P4", *["P5"] * 5, *["I1"] * 4, "P6", "P6", "P3 busy"),
        *("P6 upload", "P6 upload"),
    ),
    "subject": ("P7", "P3 busy", "P3 busy", "P3 busy", "P3 kill"),
    "steady": ("P8", "P8"),
    "marac": ("M1", "M2", "P4", "P4"),
}
"""Which figures each part gives, in their order."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caseload of one MARAC's first case; and of each that is measured by many, a few."""
    whole = caseload(Clock().now())
    first = whole.referrals[MARACS[0]][0]
    referrals = {area: [first] if area == MARACS[0] else [] for area in MARACS}
    one = replace(whole, posts=[post for post in whole.posts if post.key == first], referrals=referrals)
    monkeypatch.setattr(run, "caseload", lambda _: one)
    counts = {"SECONDS": 0.3, "ROUNDS": 1, "FACTS": 200, "PAGES": 3, "LOOKS": 10, "LINKS": 2}
    counts |= {"OF_ONE_SUBJECT": 5, "POSTS": 3, "OF_A_FORCE": 32, "MILLION": 400}
    for name, count in counts.items():
        monkeypatch.setattr(run, name, count)
    monkeypatch.setattr(paging, "BEFORE", 3)
    monkeypatch.setattr(marac, "LOOKS", 2)
    monkeypatch.setattr(subject, "TIMES", 2)
    monkeypatch.setattr(uploads, "ROWS", 20)
    monkeypatch.setattr(steady, "INSTANCES", (1, 2))
    monkeypatch.setattr(steady, "LOWEST", 60.0)
    monkeypatch.setattr(hard, "FLOOD_SECONDS", 1.0)
    monkeypatch.setattr(hard, "PARTS", ("orders", "postgres"))


@pytest.mark.bench
@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("part", run.PARTS)
def test_each_part_is_measured_on_real_parts_by_itself(part: str) -> None:
    try:
        steps = list(run.PARTS[part](replace(RUN, share=0.00002, steady_seconds=1)))
    except Unavailable as problem:
        pytest.skip(str(problem))
    figures = [step for step in steps if isinstance(step, Figure)]
    assert tuple(figure.id for figure in figures) == OF_PARTS[part]
    for figure in figures:
        assert figure.ratio == pytest.approx(figure.value / figure.raw)
        assert figure.id == "P8" or figure.value > 0 < figure.raw
    if part == "deployment":
        assert "agenda of 20 cases, JSON, p99" in {figure.what for figure in figures}


@dataclass
class Bench:
    """A bench whose parts are no real ones."""

    root: Path
    measured: list[str] = field(default_factory=list)
    breaks: str | None = None
    """The part that ends without a figure."""

    def steps(self, name: str) -> Iterator[str | Figure]:
        """Of one part."""
        self.measured.append(name)
        yield f"{name} is under way"
        if name == self.breaks:
            raise KeyboardInterrupt
        yield replace(MET, what=name)

    def again(self, share: float = 0.002, seconds: float = 20) -> list[str]:
        """Which parts another run measures."""
        self.measured.clear()
        run.main(share, seconds)
        return list(self.measured)

    @property
    def told(self) -> list[str]:
        """What each figure of the last whole run is of."""
        return [each["what"] for each in json.loads((self.root / "build/bench.json").read_text())]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    parts = {name: partial(lambda name, _: made.steps(name), name) for name in ("first", "second", "third")}
    monkeypatch.setattr(run, "PARTS", parts)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "JSON", tmp_path / "build/bench.json")
    monkeypatch.setattr(run, "PLOTS", tmp_path / "build/bench")
    monkeypatch.setattr(run, "PARTS_KEPT", tmp_path / "build/bench/parts")
    monkeypatch.setattr(run, "README", tmp_path / "README.md")
    monkeypatch.setattr(run, "run_of", lambda *given: Run(RUN.commit, RUN.machine, *given))
    return made


def test_a_run_that_was_cut_goes_on_with_the_part_that_is_missing(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.breaks = "second"
    with pytest.raises(KeyboardInterrupt):
        bench.again()
    assert bench.measured == ["first", "second"]
    bench.breaks = None
    assert bench.again() == ["second", "third"]
    assert bench.told == ["first", "second", "third"]
    assert "first: measured on " in capsys.readouterr().out
    assert bench.again() == []
    assert bench.told == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("other", "given"),
    [
        (("decaf", "2 cores"), (0.002, 20)),
        (("c0ffee", "4 cores"), (0.002, 20)),
        ((None, "2 cores"), (0.002, 20)),
        (("c0ffee", "2 cores"), (1, 20)),
        (("c0ffee", "2 cores"), (0.002, 600)),
    ],
)
def test_figures_of_another_run_are_not_taken_over(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    other: tuple[str | None, str],
    given: tuple[float, float],
) -> None:
    bench.again()
    monkeypatch.setattr(run, "run_of", lambda *given: Run(*other, *given))
    assert bench.again(*given) == ["first", "second", "third"]
    assert bench.again(*given) == []
    monkeypatch.setattr(run, "run_of", lambda *given: Run(RUN.commit, RUN.machine, *given))
    assert other[1] != RUN.machine or bench.again() == [], "what the first measured is kept"


def test_figures_of_files_that_no_commit_has_are_not_taken_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "run_of", lambda *given: Run("c0ffee+changes", "2 cores", *given))
    assert bench.again() == bench.again() == ["first", "second", "third"]
    assert not (bench.root / "build/bench/parts").exists()


def test_a_part_is_not_kept_where_the_code_changed_while_it_was_measured(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = iter(["c0ffee", "c0ffee", "decaf"])
    monkeypatch.setattr(run, "run_of", lambda *given: Run(next(commits), RUN.machine, *given))
    with pytest.raises(SystemExit, match="second: not kept"):
        bench.again()
    assert bench.measured == ["first", "second"]
    monkeypatch.setattr(run, "run_of", lambda *given: Run("c0ffee", RUN.machine, *given))
    assert bench.again() == ["second", "third"]


def test_a_part_that_nobody_can_read_is_measured_again(bench: Bench) -> None:
    bench.again()
    (bench.root / "build/bench/parts/c0ffee-0.002-20/second.json").write_text('{"day": ')
    assert bench.again() == ["second"]


def test_the_readme_tells_each_day_on_which_a_part_was_measured(bench: Bench) -> None:
    readme = bench.root / "README.md"
    readme.write_text(f"{BEGIN}\n{END}\n")
    bench.again()
    kept = bench.root / "build/bench/parts/c0ffee-0.002-20/second.json"
    kept.write_text(re.sub(r'"day": ".{10}"', '"day": "2026-11-24"', kept.read_text()))
    bench.again()
    assert "24 November" in readme.read_text()
    assert f"{Clock().now().year}." in readme.read_text()


def test_what_a_run_writes_itself_does_not_change_what_is_measured(tmp_path: Path) -> None:
    assert commit(tmp_path) is None

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "README.md").write_text("Nothing is measured.")
    (tmp_path / "code.py").write_text("")
    git("init")
    git("add", ".")
    git("commit", "-m", "All of it")
    clean = commit(tmp_path)
    assert clean is not None
    assert re.fullmatch("[0-9a-f]{40}", clean)
    (tmp_path / "README.md").write_text("All is measured.")
    assert commit(tmp_path) == clean
    (tmp_path / "code.py").write_text("1")
    assert commit(tmp_path) == f"{clean}+changes"


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (["2026-12-01", "2026-12-01"], "1 December 2026"),
        (["2026-12-01", "2026-11-30"], "30 November and 1 December 2026"),
        (["2026-12-31", "2027-01-01", "2027-01-02"], "31 December 2026, 1 January and 2 January 2027"),
    ],
)
def test_days_are_told_as_people_say_them(days: list[str], told: str) -> None:
    assert told_days(map(date.fromisoformat, days)) == told


@pytest.mark.parametrize(
    ("seconds", "found", "held", "tried", "sustained"),
    [
        (600, 45, 45, [(20, 20), (30, 20), (45, 20), (67.5, 20), (45, 600)], 45),
        (600, 45, 20, [(20, 20), (30, 20), (45, 20), (67.5, 20), (45, 600), (30, 600), (20, 600)], 20),
        (600, 20, 0, [(20, 20), (30, 20), (20, 600)], 0),
        (600, 0, 0, [(20, 20)], 0),
        (5, 30, 30, [(20, 5), (30, 5), (45, 5), (30, 5)], 30),
    ],
)
def test_the_highest_rate_that_is_found_is_held_for_the_whole_time(
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    found: float,
    held: float,
    tried: list[tuple[float, float]],
    sustained: float,
) -> None:
    """``found``: which rate is sustained while it is looked for; ``held``: which for the whole time."""
    asked: list[tuple[float, float]] = []
    names: set[str] = set()

    async def holds(_: object, rate: float, for_seconds: float, name: str) -> bool:
        asked.append((rate, for_seconds))
        names.add(name)
        return rate <= (held if name.endswith("-found") else found)

    monkeypatch.setattr(steady, "client_of", nullcontext)
    monkeypatch.setattr(steady, "settled", AsyncMock())
    monkeypatch.setattr(steady, "_holds", holds)
    monkeypatch.setattr(steady, "INSTANCES", (1,))
    _, figure = steady.measure(Deployment(Path("nowhere"), durable=False), seconds)
    assert isinstance(figure, Figure)
    assert figure.value == sustained
    assert figure.what.endswith(f"held for {seconds} s")
    assert asked == [tried[0], *tried], "the first does not count"
    assert len(names) == len(asked), "facts of one holding are not those of another"


class Unhurried(asyncio.SelectorEventLoop):
    """Its time passes where all wait, and at once: however slow the machine is, it is the same."""

    def __init__(self) -> None:
        super().__init__()
        self._passed, selects = 0.0, self._selector.select

        def select(timeout: float | None = None) -> Any:
            self._passed += timeout or 0.0
            return selects(0)

        self._selector.select = select

    def time(self) -> float:
        """So many seconds after it began."""
        return self._passed


@pytest.mark.parametrize(
    ("taking", "folding", "sustained", "parts"),
    [
        ([0.1] * 6, [0.0], True, 6),
        ([0.1, 20.0, 0.1, 0.1, 0.1, 0.1], [0.0], False, 2),
        ([0.1] * 6, [0.0, 0.0, 20.0, 0.0], False, None),
    ],
)
def test_a_rate_that_falls_behind_and_catches_up_is_not_sustained(
    monkeypatch: pytest.MonkeyPatch,
    taking: list[float],
    folding: list[float],
    sustained: bool,
    parts: int | None,
) -> None:
    """Seconds until each part is taken, and until everything is folded, each time that it is asked."""
    taken = list[float]()
    waits = iter(folding)

    async def upload(*_: object) -> None:
        taken.append(taking[len(taken)])
        await asyncio.sleep(taken[-1] / 50)

    async def settled(_: object) -> None:
        await asyncio.sleep(next(waits, 0.0) / 50)

    monkeypatch.setattr(steady, "upload", upload)
    monkeypatch.setattr(steady, "settled", settled)
    monkeypatch.setattr(steady, "EVERY", 0.125)
    monkeypatch.setattr(steady, "LAG_SECONDS", 0.2)
    with asyncio.Runner(loop_factory=Unhurried) as runner:
        monkeypatch.setattr(steady, "time", SimpleNamespace(perf_counter=runner.get_loop().time))
        assert runner.run(steady._holds(AsyncMock(), 10, 0.75, "1")) is sustained
    assert len(taken) == parts or (parts is None and len(taken) < 6)


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
    assert tell([MET, SLOW], readme, [date(2026, 11, 24)])
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
    assert not tell([MET], readme, [date(2026, 11, 24)])
    assert readme.read_text() == "# Nothing is measured\n"

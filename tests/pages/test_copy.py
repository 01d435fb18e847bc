"""A copy of an agenda in a real browser, with the line cut: it opens by its code alone, until its day is
over, and not while the clock is put back."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.pages import sample_rows
from tests.pages.app import CODE
from tests.pages.conftest import Open
from tests.pages.test_pages import faults

pytestmark = pytest.mark.browser

COPY = f"/marac/meetings/{sample_rows.MEETING}/copy"


@pytest.fixture
def taken(open_: Open, tmp_path: Path) -> tuple[Page, Path]:
    """A chair's browser whose line is down, and the file that it took before."""
    page = open_("chair", COPY)
    expect(page.locator(".gt-code")).to_have_text(CODE)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Take the copy").click()
    assert coming.value.suggested_filename == "goldthread-copy.html"
    coming.value.save_as(tmp_path / "copy.html")
    page.context.set_offline(True)
    return page, tmp_path / "copy.html"


def opened(page: Page, file: Path, at: datetime, code: str = CODE) -> None:
    page.clock.install(time=at)
    page.goto(file.as_uri())
    if page.get_by_label("Code").count():
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Open").click()


def test_with_the_line_cut_it_opens_by_its_code_alone(taken: tuple[Page, Path], axe: str) -> None:
    page, file = taken
    said, sealed, rest = re.split('id="sealed">|</script>\n<script type="module"', file.read_text())
    assert re.fullmatch(r"(?:[\w-]*\.){4}[\w-]+", sealed), "the rest of it is the same for everybody"
    for kept in ("Doe", "Jane", "K7Q", "HIGH", sample_rows.CASE, sample_rows.MEETING, CODE):
        assert kept not in said + rest, kept
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, file, sample_rows.NOW, "K7QM-2D7R-W4XT-H3NQ")
    expect(page.locator("[data-state]")).to_have_text("This is not the code of this copy.")
    expect(page.locator(".gt-sheet")).to_have_count(0)
    assert faults(page, axe) == []
    page.get_by_label("Code").fill(CODE.lower().replace("-", " "))
    page.get_by_role("button", name="Open").click()
    expect(page.locator(".gt-sheet")).to_have_count(17)
    expect(page.locator("main")).to_contain_text("DOE, Jane")
    expect(page.locator("[data-copy]")).to_be_hidden()
    assert page.locator("main a[href]:not([href^='#'])").count() == 0, "nothing leads to where no line is"
    assert [url for url in asked if not url.startswith("file:")] == []
    assert page.evaluate("Object.keys(localStorage).length") == 0, "nothing is kept"
    page.reload()
    expect(page.locator(".gt-sheet")).to_have_count(0)


def test_when_its_day_is_over_it_closes_and_opens_no_more(taken: tuple[Page, Path]) -> None:
    page, file = taken
    opened(page, file, sample_rows.NOW)
    expect(page.locator(".gt-sheet")).to_have_count(17)
    page.clock.fast_forward(timedelta(hours=10).total_seconds() * 1000)
    expect(page.locator("[data-state]")).to_have_text("This copy has ended. Delete the file.")
    expect(page.locator(".gt-sheet")).to_have_count(0)
    assert "Doe" not in page.content()
    assert page.locator("#sealed").count() == 0
    page.reload()
    expect(page.locator("[data-state]")).to_have_text("This copy has ended. Delete the file.")
    expect(page.get_by_label("Code")).to_have_count(0)


@pytest.mark.parametrize("days", [1, 400])
def test_a_clock_that_was_put_back_opens_nothing(taken: tuple[Page, Path], days: int) -> None:
    page, file = taken
    opened(page, file, sample_rows.NOW - timedelta(days=days))
    expect(page.locator("[data-state]")).to_contain_text("The clock of this computer is not right")
    expect(page.locator(".gt-sheet")).to_have_count(0)


def test_a_clock_that_is_put_back_while_it_is_read_closes_it(taken: tuple[Page, Path]) -> None:
    page, file = taken
    opened(page, file, sample_rows.NOW)
    expect(page.locator(".gt-sheet")).to_have_count(17)
    page.clock.fast_forward(3_600_000)
    page.clock.set_system_time(sample_rows.NOW)
    page.clock.run_for(6000)
    expect(page.locator("[data-state]")).to_contain_text("The clock of this computer is not right")

"""The page of clocks, where it has none to show."""

import pytest

from chassis.pages.frame import Look
from services.notify.clock_list import Clocks
from services.notify.pages.routes import PAGES
from tests.support.facts import NOON


@pytest.mark.parametrize("more", [False, True])
def test_that_no_clock_runs_is_said_only_where_all_were_looked_at(more: bool) -> None:
    none = Clocks(at=NOON, fresh_until=NOON, clocks=[], more=more)
    asked = {"area": "", "owner": ""}
    page = PAGES.render(
        "clocks.html", Look(NOON, "/notify/clocks", "101"), clocks=none, areas={}, owners=[], asked=asked
    )
    assert (PAGES.texts("clocks.none") in page) is not more
    assert (PAGES.texts("clocks.more") in page) is more

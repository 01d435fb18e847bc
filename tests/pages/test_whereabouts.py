"""Where people of a case are, in a browser: asked for by a reason."""

from tests.pages.conftest import Open
from tests.pages.sample_rows import CASE


def test_a_reason_is_asked_for_and_then_places_are_there(open_: Open, axe: str) -> None:
    page = open_("coordinator", f"/marac/cases/{CASE}/whereabouts")
    assert page.get_by_text("4 Invented Row").count() == 0
    page.get_by_role("button", name="Show where they are").click()
    page.get_by_role("link", name="Select why you need it").wait_for()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Show where they are").click()
    page.get_by_text("Said to live at 4 Invented Row.").wait_for()
    assert page.get_by_text("No agency says where.").is_visible()
    assert "Invented" not in page.url + page.title()
    page.evaluate(axe)
    assert page.evaluate("async () => (await axe.run()).violations.map(each => each.id)") == []

"""The agenda as its reader saves it from the print of a browser: whose it is stands on every page, and each
case begins one."""

import re
from itertools import groupby

import pytest

from tests.pages import sample_rows
from tests.pages.app import World
from tests.pages.conftest import Open
from tests.support.pdf import pages_of

pytestmark = pytest.mark.browser

HEAD = re.compile(r"Everybodyhereisinvented\.(?:(\w{3,4})·)?MadeWed25Nov2026at10:14ambyRowanChair·Version2·")
STATEMENT = "Forthesafetyofthepeopleinthesecasesalone."


def test_each_page_says_whose_it_is_and_each_case_begins_one(open_: Open, world: World) -> None:
    unknown = world.cases[sample_rows.CASE].model_copy(update={"fresh_until": None})
    world.cases[sample_rows.CASE] = unknown
    pdf = open_("chair", f"/marac/meetings/{sample_rows.MEETING}/print").pdf(prefer_css_page_size=True)
    pages = pages_of(pdf)
    of: list[str] = []
    for number, said in enumerate(pages, 1):
        assert said.startswith(f"{number}/{len(pages)}OFFICIAL-SENSITIVE")
        heads = list(HEAD.finditer(said))
        assert len(heads) == 1, "no two cases share a page"
        of.append(heads[0][1] or "")
        assert said.count(STATEMENT) == 1
        held = "HOWUPTODATEITIS:UNKNOWN." if of[-1] == "K7Q" else "HoldsallacceptedbyWed25Nov2026at10:14am"
        assert said[heads[0].end() :].startswith(held), "what it holds, and not what it would"
        assert "DestroybyWed2Dec2026" in said
    cases = [line.letters for line in world.agenda_shown.cases]
    assert [letters for letters, _ in groupby(of)] == ["", *cases], "in the order in which they are heard"
    assert "DOE,Jane" in pages[of.index("K7Q")], "a case begins where its pages begin"

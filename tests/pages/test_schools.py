"""What a school is told: what is due first, loud where it is late; and what is typed is kept."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from services.referrals import schools
from tests.pages import sample_schools
from tests.pages.conftest import Open

pytestmark = pytest.mark.browser
Ask = Callable[..., httpx.Response]
PATH = "/referrals/school-tellings"


def test_each_child_says_who_when_and_by_when_and_nothing_else(open_: Open) -> None:
    cards = open_("key-adult", PATH).locator("main article")
    late, to_tell, unnamed = cards.all_inner_texts()
    assert "DOE, Kit, born 1 May 2018" in late
    assert "Your school was told Mon 23 Nov at 10:14am." in late
    assert re.search(r"LATE\s+To be confirmed by", late, re.IGNORECASE)
    assert "Nobody has recorded yet that your school was told." in to_tell
    assert "The police are to tell your school by" in to_tell
    assert "Name unknown, date of birth not known" in unnamed
    assert "LATE" not in (to_tell + unnamed).upper()
    main = open_("key-adult", PATH).inner_text("main")
    assert "Do not call, write or send anything home about it." in main
    assert "There are others, who are not listed." in main
    assert main.index("Confirmed in the last 28 days") > main.index("Name unknown")


def test_what_is_typed_is_kept_when_it_is_refused_and_no_script_is_needed(open_: Open) -> None:
    page = open_("key-adult", PATH, script=False)
    card = page.locator("main article").nth(1)
    card.get_by_label("What support is in place").fill("Breakfast with the key adult.")
    card.get_by_role("button", name="We have been told").click()
    expect(page).to_have_title(re.compile("^Error: "))
    again = page.locator("main article").nth(1)
    expect(again.get_by_label("What support is in place")).to_have_value("Breakfast with the key adult.")
    expect(again.locator(".govuk-error-message")).to_contain_text("Say who took it")
    expect(page.locator(".govuk-error-message")).to_have_count(1)
    page.locator(".govuk-error-summary a").click()
    expect(again.get_by_label("Who took it")).to_be_focused()
    again.get_by_label("Who took it").fill("Designated safeguarding lead")
    again.get_by_role("button", name="We have been told").click()
    expect(page).to_have_title(re.compile("^(?!Error: )."))
    assert page.url.endswith(PATH)


@pytest.mark.parametrize(
    ("known", "says"), [(True, "Nothing waits"), (False, "Nobody has said which school")]
)
def test_an_empty_list_says_why(ask: Ask, monkeypatch: pytest.MonkeyPatch, known: bool, says: str) -> None:
    async def empty(*_: object) -> schools.SchoolPage:
        return sample_schools.nothing(known=known)

    monkeypatch.setattr(schools, "waiting", empty)
    page = ask("key-adult", PATH)
    assert says in page.text
    assert '<form method="post" action="/referrals/school-tellings"' not in page.text


def test_it_is_in_the_navigation_of_key_adults_alone(ask: Ask) -> None:
    assert f'href="{PATH}"' in ask("key-adult", PATH).text
    assert f'href="{PATH}"' not in ask("referrer", "/referrals/refer").text
    assert ask("referrer", PATH).status_code == 404

"""What a victim is owed, on both pages: the plan's reasons, the review, what was told and what is late."""

import re
from collections.abc import Callable
from html import unescape

import httpx
import pytest

from tests.pages.sample_owed import OWED_CASE, VICTIM

pytestmark = pytest.mark.browser
Ask = Callable[..., httpx.Response]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.parametrize(
    "said",
    [
        "Safety plan of Northmere Police Not adequate",
        "It is refused, for these 6 reasons:",
        "Says nothing, or only points elsewhere: Action 1.",
        "Says nothing, or only points elsewhere: Children.",
        "Not reasoned under this heading: Legality.",
        "Nobody owns the plan.",
        "It does not mention an order or bail that is in force.",
        "Safety plan of Harbour IDVA service Adequate",
        "The plan of Northmere Police was to be reviewed by",
        "because of: Breach,",
        "The victim is told every 7 days. By: IDVA.",
        "Enhanced rights: domestic abuse.",
        "Late A suspect was charged",
        "Tried 2 times, nobody reached.",
        "Told A suspect was arrested",
        "Not told: no safe way A suspect was bailed",
    ],
)
def test_the_case_says(ask: Ask, said: str) -> None:
    html = ask("chair", f"/marac/cases/{OWED_CASE}").text
    assert said in words(html[html.index('id="owed"') :])


def test_who_may_not_see_places_is_shown_no_words_of_a_plan_and_no_way_to_its_form(ask: Ask) -> None:
    html = ask("chair", f"/marac/cases/{OWED_CASE}").text
    assert "/referrals/victims/" not in html
    assert "may name places" in html[html.index('id="owed"') :]


def test_the_form_suggests_no_way_of_contact(ask: Ask) -> None:
    html = ask("idva", VICTIM).text
    assert "Reach the victim only by the safe way" in html
    assert not re.search(r'name="method".*?selected', html, re.DOTALL)
    assert "checked" not in html[html.index('id="tell"') :]
    assert "/told" not in ask("coordinator", VICTIM).text


@pytest.mark.parametrize("path", ["", "/contact", "/hearing", "/lead"])
def test_what_was_said_of_uniform_before_a_way_failed_does_not_read_as_safe(ask: Ask, path: str) -> None:
    html = ask("idva", f"{VICTIM}{path}").text
    assert "No uniform: that one is safe was said" in html
    assert "A uniform is safe." not in html


def test_who_comes_from_the_page_of_a_case_says_it_of_that_case_alone(ask: Ask) -> None:
    html = ask("idva", f"{VICTIM}?case={OWED_CASE}").text
    assert f'name="case" value="{OWED_CASE}"' in html
    assert "of no other" in html
    without = ask("idva", VICTIM).text
    assert 'name="case"' not in without
    assert "Of every case" in without
    wrong = ask("idva", f"{VICTIM}/told", "POST", data={"once": OWED_CASE, "case": OWED_CASE})
    assert (wrong.status_code, f'name="case" value="{OWED_CASE}"' in wrong.text) == (422, True)

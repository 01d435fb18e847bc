"""The risk of a case on its page: what is owed, what changed, who judged, what is not known."""

import re
from collections.abc import Callable
from html import unescape

import httpx
import pytest

from tests.pages.sample_risk import RISK_CASE

pytestmark = pytest.mark.browser


@pytest.fixture
def risk(ask: Callable[..., httpx.Response]) -> str:
    """The part of the page that is about risk, in words."""
    html = ask("chair", f"/marac/cases/{RISK_CASE}").text
    part = html[html.index('id="dash"') :]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", part)))


@pytest.mark.parametrize(
    "said",
    [
        "The risk was to be assessed again by yesterday",
        "It is for Harbour IDVA service to do.",
        "No graded assessment takes account of these yet:",
        "The highest of all assessments: High risk, by Northmere Police,",
        "Medium risk now, as it was then.",
        "Now more (3)",
        "Newly known: yes (2)",
        "No longer known (1)",
        "Left out (1)",
        "Lowered by professional judgement, which a second person agreed with.",
        "Agreed by a second person, IDVA 2.",
        "Before that: High risk.",
        "Judged High risk by PC 4821:",
        "DARA 2022",
        "Since the letter came.",
        "Northmere Police took back an assessment of this victim that gave: High risk. Taken back yesterday",
        "took back a referral of this victim that gave: High risk. The grade stands until",
        "the risk is assessed again, after that: by another agency, or by two people of the same. It must be",
        "It must be the risk from everybody whom the referral is about,",
        "or by two people of the same. It may be the risk from anybody.",
    ],
)
def test_the_page_says(risk: str, said: str) -> None:
    assert said in risk


def test_what_is_not_known_stands_before_what_was_denied(risk: str) -> None:
    groups = [risk.index(each) for each in ("Yes (", "Don't know (", "Left out (", "No (") if each in risk]
    assert groups == sorted(groups)


@pytest.mark.parametrize(("who", "decides"), [("chair", False), ("coordinator", True)])
def test_that_it_is_in_doubt_who_somebody_is_leads_whoever_may_decide_to_the_two_records(
    ask: Callable[..., httpx.Response], who: str, decides: bool
) -> None:
    html = ask(who, f"/marac/cases/{RISK_CASE}").text
    assert "In doubt who this is" in html
    assert ("/referrals/reviews/" in html) is decides

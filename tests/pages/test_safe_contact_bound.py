"""Every page that suggests a call, a letter, a visit or an appointment says by which way it is safe, or where
that stands. A page that is new is in neither list, and this fails until somebody has thought of it."""

import re
from pathlib import Path

import pytest

from contracts.vocabulary import WayState
from deploy.local.deployment import ROOT

NEVER = {
    "marac/choices.html": "areas, and no victim",
    "marac/choices_area.html": "what an area has chosen, and no victim",
    "marac/copy.html": "a button: what is taken is what is printed",
    "marac/meeting_form.html": "when and where a meeting is: of its cases, the letters",
    "marac/emergency.html": "colleagues are rung: how she is reached is on the case's own page",
    "marac/emergency_meeting.html": "colleagues are rung, and no case is named",
    "marac/restriction.html": "which staff see a case: nobody is contacted",
    "marac/returned.html": "advice to the agency that referred, and no word to her",
    "marac/candidates.html": "perpetrator-centred: a list",
    "marac/characteristics.html": "numbers of victims, and no victim",
    "marac/cohort.html": "perpetrator-centred: nothing here is of a victim, and nobody is sent to one",
    "marac/decision.html": "perpetrator-centred",
    "marac/interests.html": "names to declare a tie by",
    "marac/flags.html": "a list, by which agencies find their files: nobody is contacted",
    "marac/transfers.html": "between two coordinators: the case's own page says it",
    "marac/messages.html": "a list of messages, without their words: each case's own page says it",
    "marac/overview.html": "numbers of cases, and no victim",
    "marac/minutes.html": "what was recorded: whoever is to tell the victim has the case's own page",
    "marac/minutes_list.html": "a list of meetings",
    "marac/minutes_print.html": "the same, on paper",
    "marac/perpetrator.html": "perpetrator-centred",
    "marac/search.html": "a list of cases: each case's own page says it",
    "marac/whereabouts.html": "where people are, by a reason: whether to go there, the case's own page says",
    "marac/shown_to.html": "who was shown a line, of staff alone",
    "marac/research.html": "a list: an agency searches its own records, and asks the IDVA, never her",
    "marac/research_grid.html": "which agency has answered",
    "marac/research_request.html": "names to search an agency's own records by",
    "marac/numbers.html": "numbers of an area, and no victim",
    "marac/researchers.html": "which agencies an area asks, and no victim",
    "marac/sent.html": "a list of meetings",
    "marac/sent_of_meeting.html": "which agency has opened it",
    "marac/sitting.html": "who attends, and letters of cases",
    "marac/source.html": "where a line comes from: it asks for nothing",
    "marac/victims.html": "a list: each case's own page says it",
    "notify/ladders.html": "posts of a rota, and minutes",
    "notify/path.html": "Goldthread itself",
    "notify/rota.html": "who is on call, of staff alone",
    "notify/rota_print.html": "the same, on paper",
    "notify/shift.html": "the same, one shift",
    "orders/orders.html": "a list: each order's own page says it",
    "referrals/refer.html": "whoever refers tells what they know: drafts, and how a referral begins",
    "referrals/refer_ask.html": "a question to whoever refers, who is asked for the safe way here",
    "referrals/refer_check.html": "the same answers, once more before they are sent",
    "referrals/refer_sent.html": "that it was sent; who is to act on it has the case's page",
    "referrals/review.html": "two records side by side: whoever decides asks the agencies, never her",
    "referrals/reviews.html": "a list: each page says it",
    "referrals/schools.html": "the child's school is told, and to contact nobody at home",
    "referrals/support_list.html": "a list: each victim's own page says it",
    "referrals/withheld.html": "words that were kept from the case, and whether to open them",
}
"""Pages that suggest no contact with a victim, and why."""

TEMPLATES = {
    f"{path.parts[-4]}/{path.name}": path
    for path in sorted((ROOT / "services").glob("*/pages/templates/*.html"))
}
PAGES = [name for name, path in TEMPLATES.items() if 'extends "goldthread/frame.html"' in path.read_text()]
BOUND = re.compile(r"safe\.safe_way\(|safe\.before_contact\(|data-safe-way=")


def bound(name: str) -> bool:
    """Whether a template, or what it includes, shows a safe way or where it stands."""
    text = TEMPLATES[name].read_text()
    inner = re.findall(r'\{% include "([a-z_]+\.html)" %\}', text)
    service = Path(name).parts[0]
    return bool(BOUND.search(text)) or any(bound(f"{service}/{each}") for each in inner)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_that_suggests_contact_binds_it_to_the_safe_way(page: str) -> None:
    assert bound(page) != (page in NEVER), "either it shows the safe way, or it is said here why not"


def test_no_page_is_excused_that_is_not_there() -> None:
    assert set(NEVER) <= set(PAGES)


def test_a_page_that_says_nothing_of_it_would_be_found() -> None:
    assert not BOUND.search('<p>{{ t("order.ring-the-victim") }}</p>')
    assert list(WayState), "each state has its words in test_texts"

"""Each page that tells whether an order is in force tells that it is not known to be served, or whom it binds
not to be aware, and what that means for an arrest. That no page is left out: test_texts.py."""

from collections.abc import Callable

import httpx
import pytest

from chassis.pages.texts import OWN, Texts
from tests.pages import sample_rows

CASE = f"/marac/cases/{sample_rows.CASE}"
MEETING = f"/marac/meetings/{sample_rows.MEETING}"
UNAWARE = "order.unaware"
SHOWN = [
    (f"/orders/orders/{sample_rows.UNSERVED}", "on-call", UNAWARE, 1),
    (f"/orders/breaches/{sample_rows.BREACH_OF_ORDER}", "on-call", UNAWARE, 1),
    ("/orders/status", "on-call", "order.unserved-family", 1),
    ("/orders/briefing", "on-call", UNAWARE, 1),
    ("/orders/briefing/print", "on-call", UNAWARE, 1),
    ("/orders/", "on-call", UNAWARE, 2),
    (CASE, "chair", UNAWARE, 1),
    (f"{CASE}/print", "chair", UNAWARE, 1),
    (f"{MEETING}/hear/{sample_rows.CASE}", "chair", UNAWARE, 1),
    (f"/marac/cohort/{sample_rows.PERPETRATOR}", "matac", UNAWARE, 1),
]
"""A page, who looks at it, why an order there is not enforceable, and of how many orders it says so."""


@pytest.mark.browser
@pytest.mark.parametrize(("path", "who", "reason", "n"), SHOWN)
def test_it_is_said_and_what_it_means(
    path: str, who: str, reason: str, n: int, ask: Callable[..., httpx.Response]
) -> None:
    asked = {"number": "N20037", "system": "records", "type": "nominal"}
    page = ask(who, path, "POST", data=asked) if path == "/orders/status" else ask(who, path)
    assert page.status_code == 200
    said = ("Not known to be served", "Not known to be aware", Texts([OWN])(reason))
    assert [page.text.count(words) for words in said] == [n] * 3


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "said"),
    [
        (MEETING, "1 order not known to be served, or the respondent not known to be aware."),
        (CASE, "1 not known to be served, or known of"),
    ],
    ids=["agenda", "head of a case"],
)
def test_of_how_many_it_is_so(path: str, said: str, ask: Callable[..., httpx.Response]) -> None:
    assert said in ask("chair", path).text

"""S4: nobody opens the page of a victim or of whoever harms them and does not see that breach upon breach
had no answer. A page that is added stands in one of the two lists below, or the first test fails."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from chassis.http.auth import rights_of
from services.marac.service import SERVICE as MARAC
from services.notify.service import SERVICE as NOTIFY
from services.orders.service import SERVICE as ORDERS
from services.referrals.service import SERVICE as REFERRALS
from tests.pages import sample_owed, sample_report, sample_rows, sample_support

CASE = f"/marac/cases/{sample_rows.CASE}"
OF_A_PERSON = {
    "/marac/cases/{case}": ("chair", CASE),
    "/marac/cases/{case}/print": ("chair", f"{CASE}/print"),
    "/marac/cases/{case}/decisions": ("coordinator", f"{CASE}/decisions"),
    "/marac/meetings/{meeting}/hear/{case}": (
        "chair",
        f"/marac/meetings/{sample_rows.MEETING}/hear/{sample_rows.CASE}",
    ),
    "/marac/cases/{case}/after": ("chair", f"{CASE}/after"),
    "/marac/cases/{case}/transfer": ("coordinator", f"{CASE}/transfer"),
    "/marac/cases/{case}/actions": ("chair", f"{CASE}/actions"),
    "/marac/cases/{case}/messages": ("idva", f"{CASE}/messages"),
    "/marac/cohort/{perpetrator}": ("matac", f"/marac/cohort/{sample_rows.PERPETRATOR}"),
    "/marac/cohort/{person}/decision": ("matac", f"/marac/cohort/{sample_rows.PERPETRATOR}/decision"),
    "/orders/breaches/{cause}": ("on-call", f"/orders/breaches/{sample_rows.BREACH_OF_ORDER}"),
    "/orders/orders/{order}": ("on-call", f"/orders/orders/{sample_rows.ORDER}"),
    "/orders/orders/{order}/breach": ("on-call", sample_report.OF_ORDER),
    "/orders/status": ("on-call", "/orders/status"),
    "/orders/victims/{mention}/breach": ("idva", sample_report.VICTIM),
    "/referrals/support/{mention}": ("idva", f"/referrals/support/{sample_support.THEIRS}"),
    "/referrals/victims/{mention}": ("idva", sample_owed.VICTIM),
    "/referrals/victims/{mention}/contact": ("idva", f"{sample_owed.VICTIM}/contact"),
    "/referrals/victims/{mention}/hearing": ("idva", f"{sample_owed.VICTIM}/hearing"),
    "/referrals/victims/{mention}/lead": ("idva", f"{sample_owed.VICTIM}/lead"),
    "/referrals/victims/{mention}/plan": ("idva", f"{sample_owed.VICTIM}/plan"),
    "/referrals/withheld/{case}": ("referrer", f"/referrals/withheld/{sample_rows.CASE}"),
}
"""Every page of a victim or a respondent, and who looks at a sample of it."""
OF_NOBODY = {
    "/marac/": "leads on",
    "/marac/meetings": "a list of meetings",
    "/marac/meetings/{meeting}": "a list of cases, which says how much of each has no answer",
    "/marac/meetings/{meeting}/live": "that there is something new",
    "/marac/meetings/{meeting}/print": "the same",
    "/marac/meetings/{meeting}/sitting": "who attends, and letters of cases",
    "/marac/minutes": "a list of meetings",
    "/marac/sent": "a list of meetings",
    "/marac/meetings/{meeting}/sent": "which agency has opened it",
    "/marac/meetings/{meeting}/sent/{paper}": "leads on",
    "/marac/meetings/{meeting}/copy": "a button: what is taken is what is printed",
    "/marac/meetings/{meeting}/minutes": "what a meeting recorded: the chair's page of each case says it",
    "/marac/meetings/{meeting}/minutes/print": "the same",
    "/marac/cases/{case}/live": "that there is something new",
    "/marac/cases/{case}/source/{root}": "one fact in all its versions",
    "/marac/children": "a list of children: each case's own page says it",
    "/marac/cohort": "a list of people",
    "/marac/waiting": "a list of cases",
    "/marac/cases/{case}/restriction": "staff, and letters of a case",
    "/marac/returned": "a list of an agency's own referrals",
    "/marac/call": "a form",
    "/marac/meetings/{meeting}/change": "a form, and letters of cases",
    "/marac/emergency": "a form",
    "/marac/emergency-meetings/{emergency}": "who was told of a meeting, and no case",
    "/marac/choices": "areas",
    "/marac/choices/{area}": "what an area has chosen",
    "/notify/": "leads on",
    "/notify/alerts": "alerts, about nobody who is named",
    "/notify/alerts/live": "that there is something new",
    "/notify/alerts/{cause}": "one alert, about nobody who is named",
    "/notify/clocks": "deadlines, about nobody who is named",
    "/notify/path": "the way that alerts go",
    "/notify/take/{call}/{signature}": "a button",
    "/notify/rota": "staff",
    "/notify/rota/print": "staff",
    "/notify/rota/ladders": "posts, and minutes",
    "/notify/rota/shifts/{root}": "staff",
    "/orders/": "a list of orders",
    "/orders/briefing": "a list of orders, whoever is outstanding first",
    "/orders/briefing/print": "the same",
    "/referrals/": "lists of records in doubt",
    "/referrals/links/{link}": "who was shown two people as one",
    "/referrals/reviews/{one}/{other}": "two records, to tell whether they are one person's",
    "/marac/candidates": "a list of people",
    "/marac/cases/{case}/shown-to/{root}": "who was shown one fact",
    "/marac/characteristics": "numbers",
    "/marac/search": "a form, and a list of cases",
    "/marac/cases/{case}/whereabouts": "places alone: the case's page says it",
    "/marac/victims": "a list of people",
    "/marac/messages": "a list of cases",
    "/marac/overview": "numbers",
    "/marac/numbers/{area}": "numbers",
    **{f"/{service.name}/how-far": "agencies" for service in (MARAC, NOTIFY, ORDERS, REFERRALS)},
    "/marac/meetings/{meeting}/interests": "names to declare a tie by, and nothing else",
    "/marac/meetings/{meeting}/research": "which agency has answered",
    "/marac/meetings/{meeting}/research/{case}": "names to look for, and the reader's own agency's records:"
    " what others said is not theirs to see",
    "/marac/research": "a list of cases",
    "/marac/researchers/{area}": "which agencies an area asks",
    "/marac/flags": "a list of cases, for agencies that flag their files",
    "/marac/repeats": "a list of cases",
    "/marac/transfers": "a list of cases",
    "/marac/actions": "what agencies are to do, of cases by their letters",
    "/marac/actions/{action}": "one thing that an agency is to do",
    "/referrals/refer": "a list of drafts",
    "/referrals/refer/{draft}/{page}": "what somebody is writing: of nobody until it is sent",
    "/referrals/refer/{draft}/check": "the same",
    "/referrals/refer/{draft}/sent": "that a referral was sent",
    "/referrals/school-tellings": "a list of children, for their school: what was done is not its to see",
    "/referrals/support": "a list of people",
}
"""Every other page, and what it is of."""


def test_every_page_is_known_to_be_of_a_person_or_of_nobody() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for service in (MARAC, NOTIFY, ORDERS, REFERRALS):
        for router in service.routers:
            app.include_router(router)
    pages = {path for method, path, _ in rights_of(app) if method == "GET" and "/v1/" not in path}
    assert pages == {*OF_A_PERSON, *OF_NOBODY}


@pytest.mark.browser
@pytest.mark.parametrize("path", OF_A_PERSON)
def test_a_page_of_a_person_says_so(path: str, ask: Callable[..., httpx.Response]) -> None:
    who, sample = OF_A_PERSON[path]
    asked = {"number": "N20037", "system": "records", "type": "nominal"}
    by_form = path == "/orders/status"
    page = ask(who, sample, "POST", data=asked) if by_form else ask(who, sample)
    assert page.status_code == 200
    assert "PATTERN: " in page.text

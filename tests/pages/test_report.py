"""A breach is reported by hand: what is not answered is not known, and what was typed stays. What an order
leaves to ask is answered on its page."""

import re

import pytest
from playwright.sync_api import expect

from chassis.accept import Refused
from chassis.http.auth import Caller
from contracts.events.orders import OrderQuestionAnswered
from contracts.rules.order_answers import fault
from services.orders import asking, reporting
from services.orders.reporting import VictimOfBreach
from tests.pages import sample_report, sample_research, sample_rows
from tests.pages.conftest import Open
from tests.pages.test_pages import faults

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_who_has_the_victim_on_the_telephone_reports_a_breach(open_: Open, axe: str, *, script: bool) -> None:
    page = open_("idva", sample_report.VICTIM, width=390, script=script)
    main = page.locator("main")
    expect(main).to_contain_text("Is anybody in danger now? Ring 999.")
    expect(main).to_contain_text("Against DOE, Jane.")
    page.get_by_label("What happened?").fill("He stood at the window.")
    page.get_by_role("button", name="Report the breach").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose what the respondent did.")
    expect(page.get_by_label("What happened?")).to_have_value("He stood at the window.")
    page.get_by_label("Came where an order forbids").check()
    page.get_by_label("Stalking protection order").check()
    page.get_by_label("The victim", exact=True).check()
    page.get_by_role("group", name="Is the respondent still there?").get_by_label("Yes").check()
    if script:
        assert faults(page, axe) == []
    page.get_by_role("button", name="Report the breach").click()
    expect(main).to_contain_text("The breach is reported")
    said = sample_report.TAKEN[-1]
    assert (said.kind, said.said_by, said.weapon, said.suspect_present) == ("attended", "victim", None, True)
    assert said.order is not None
    assert said.victim in sample_report.VICTIM
    assert "window" not in page.url, "what happened is in no address"
    expect(page.get_by_label("What happened?")).to_have_value("")
    if script:
        assert faults(page, axe) == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_representative_reports_from_their_research_and_is_shown_no_order(
    open_: Open, axe: str, monkeypatch: pytest.MonkeyPatch, *, script: bool
) -> None:
    async def open_victim(*_: object) -> VictimOfBreach:
        return (await sample_report.open_victim()).model_copy(update={"orders": None})

    monkeypatch.setattr(reporting, "open_victim", open_victim)
    page = open_("representative", sample_research.FORM, width=390, script=script)
    page.get_by_role("link", name="Report a breach of an order against this victim").click()
    main = page.locator("main")
    expect(main).to_contain_text("Which orders protect this victim is not shown here.")
    expect(page.get_by_role("group", name="Which order does it break?")).to_have_count(0)
    if script:
        assert faults(page, axe) == []
    page.get_by_label("Contact against an order").check()
    page.get_by_label("Number of the order").fill("SPO/26/118")
    page.get_by_role("button", name="Report the breach").click()
    expect(main).to_contain_text("The breach is reported")
    said = sample_report.TAKEN[-1]
    assert (said.order, said.reference, said.victim) == (None, "SPO/26/118", sample_research.HER)


def test_a_breach_of_an_order_names_nobody_and_a_day_to_come_is_asked_about(open_: Open) -> None:
    page = open_("on-call", sample_report.OF_ORDER)
    page.get_by_label("Contact against an order").check()
    page.get_by_label("Day on which it happened").fill("2031-01-01")
    page.get_by_role("button", name="Report the breach").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter a day and a time that have been.")
    page.get_by_label("Day on which it happened").fill("")
    page.get_by_role("button", name="Report the breach").click()
    expect(page.locator("main")).to_contain_text("The breach is reported")
    said = sample_report.TAKEN[-1]
    assert (said.order, said.people, said.victim, said.said_by) == (sample_report.ORDER, [], None, None)
    page.get_by_role("link", name="Open the breach").click()
    expect(page.locator("h1")).to_contain_text("Assault against an order")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_an_order_leaves_to_ask_is_answered_on_its_page(
    open_: Open, axe: str, monkeypatch: pytest.MonkeyPatch, *, script: bool
) -> None:
    said: list[OrderQuestionAnswered] = []

    async def answer(_: object, caller: Caller, given: OrderQuestionAnswered, key: str) -> None:
        if found := fault(given):
            raise Refused(found[1])
        said.append(given)

    monkeypatch.setattr(asking, "answer", answer)
    page = open_("supervisor", f"/orders/orders/{sample_rows.ORDER}", width=390, script=script)
    main = page.locator("main")
    expect(main).to_contain_text("The superintendent on call was")
    expect(main).to_contain_text("Correct the order: words alone do not answer this.")
    opens = page.locator("summary", has_text="Answer this")
    expect(opens, "of the other question alone").to_have_count(1)
    opens.click()
    page.get_by_role("button", name="Record the answer").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_contain_text("Say why it is so.")
    page.get_by_label("Why is it so?").fill("No place on the programme.")
    if script:
        assert faults(page, axe) == []
    page.get_by_role("button", name="Record the answer").click()
    expect(page).to_have_title(re.compile("^(?!Error: )."))
    assert [each.question for each in said] == ["no-requirements"]
    assert page.url.endswith("#questions")

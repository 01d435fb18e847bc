"""The chair's page of one case in a real browser: nothing typed is lost when the line drops, when somebody
else saves first, or when the page is left; and what is kept meanwhile cannot be read."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from contracts.rules.safe_contact import safe_way
from services.marac.conference.parts import Source
from tests.pages import sample_at_risk, sample_rows
from tests.pages.app import World
from tests.pages.conftest import Open
from tests.pages.sample_rows import source
from tests.pages.sample_sitting import COUNCIL, POLICE, version

pytestmark = pytest.mark.browser

HEAR = f"/marac/meetings/{sample_rows.MEETING}/hear/{sample_rows.CASE}"
SITTING = f"/marac/meetings/{sample_rows.MEETING}/sitting"
TYPED = "Threats after each contact, and the bail ends on Friday."
KEPT = "Object.entries(localStorage).filter(([name]) => name.startsWith('goldthread.typed.'))"


def state(page: Page) -> str:
    return page.locator("[data-state]").inner_text()


def test_the_timer_counts_from_when_the_server_says_and_survives_a_reload(open_: Open) -> None:
    page = open_("chair", HEAR)
    this_case, meeting = page.locator(".gt-timer").all()
    for _ in range(2):
        assert this_case.get_attribute("data-minutes") == "7 min", "whatever the laptop's clock says"
        assert meeting.get_attribute("data-minutes") == "60 min"
        page.evaluate("sessionStorage.clear()")
        page.reload()
        expect(this_case).to_have_attribute("data-minutes", re.compile("min"))


def test_what_is_typed_while_the_line_is_down_is_on_the_server_when_it_is_back(
    open_: Open, world: World
) -> None:
    page = open_("chair", HEAR)
    page.context.set_offline(True)
    page.locator("#risks").press_sequentially(TYPED)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-state]")).to_contain_text("Not saved since")
    page.locator("#decided").fill("New locks.")
    page.locator("#needs").fill("An interpreter.")
    page.locator("#strengths").fill("A sister helps.")
    (kept,) = page.evaluate(KEPT)
    assert "bail" not in kept[1].lower()
    assert re.fullmatch(r"\d+\.[\w+/=]+\.[\w+/=]+", kept[1]), "sealed"
    assert world.sittings.records == {}
    page.context.set_offline(False)
    expect(page.locator("[data-state]")).to_contain_text("Saved at")
    recorded = world.sittings.records[sample_rows.CASE]
    assert (recorded.risks, recorded.decided) == (TYPED, "New locks.")
    assert (recorded.needs, recorded.strengths) == ("An interpreter.", "A sister helps.")
    assert page.evaluate(KEPT) == [], "what the server has is kept no more"
    page.locator("#risks").fill("More.")
    held: list[Route] = []
    page.route(f"**{HEAR}", lambda route: held.append(route))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-state]")).to_have_text("Saving.")
    assert world.sittings.records[sample_rows.CASE].version == recorded.version, "not yet"
    while not held:  # the page says so before its request has come here
        page.wait_for_timeout(20)
    held.pop().continue_()
    expect(page.locator("[data-state]")).to_contain_text("Saved at")
    assert world.sittings.records[sample_rows.CASE].version == recorded.version + 1


def test_the_next_case_is_there_while_the_line_is_down_and_both_are_saved_when_it_is_back(
    open_: Open, world: World, axe: str
) -> None:
    page = open_("chair", "/favicon.ico")
    with page.expect_response(lambda answer: answer.url.endswith("?ahead=true")) as ahead:
        page.goto(f"{world.url}{HEAR}")
    assert ahead.value.ok
    ahead.value.finished()
    page.context.set_offline(True)
    first = page.locator("h1 .gt-letters").inner_text()
    page.locator("#risks").fill(TYPED)
    page.get_by_role("button", name="Save and hear").click()
    expect(page.locator("h1 .gt-letters")).not_to_have_text(first)
    expect(page.locator("[data-state-others]")).to_contain_text(f"{first}: Not saved since")
    expect(page.locator("h1")).to_be_focused()
    assert sample_rows.CASE not in page.url
    next_case = page.url.rsplit("/", 1)[1]
    page.locator("#risks").fill("The school rang.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-state]")).to_contain_text("Not saved since")
    kept = page.evaluate(KEPT)
    assert len(kept) == 2
    assert "ahead" not in str(kept), "nothing but what is typed is kept"
    page.evaluate(axe)
    assert page.evaluate("async () => (await axe.run()).violations.map(each => each.id)") == []
    page.context.set_offline(False)
    expect(page.locator("[data-state]")).to_contain_text("Saved at")
    expect(page.locator("[data-state-others]")).to_contain_text(f"{first}: Saved at")
    recorded = {case: each.risks for case, each in world.sittings.records.items()}
    assert recorded == {sample_rows.CASE: TYPED, next_case: "The school rang."}
    assert page.evaluate(KEPT) == []


def test_the_next_case_stays_away_where_its_page_never_came(open_: Open, world: World) -> None:
    page = open_("chair", "/favicon.ico")
    page.route("**/*?ahead=true", lambda route: route.abort())
    page.goto(f"{world.url}{HEAR}")
    page.context.set_offline(True)
    page.locator("#risks").fill(TYPED)
    page.get_by_role("button", name="Save and hear").click()
    expect(page.locator("[data-state]")).to_contain_text("Not saved since")
    assert page.url.endswith(HEAR)
    page.context.set_offline(False)
    page.wait_for_url(lambda url: sample_rows.CASE not in url)
    assert world.sittings.records[sample_rows.CASE].risks == TYPED


def came(page: Page, agency: str, who: str) -> None:
    form = page.locator("form[data-typed=attend]")
    form.locator("[name=agency]").select_option(agency)
    form.locator("[name=who]").fill(who)
    form.locator("[name=attended][value=present]").check()
    form.get_by_role("button", name="Record").click()


def test_who_attends_and_who_leaves_is_typed_while_the_line_is_down_and_sent_in_order(
    open_: Open, world: World
) -> None:
    page = open_("chair", SITTING)
    page.context.set_offline(True)
    came(page, POLICE, "Tess Okoro")
    came(page, COUNCIL, "Femi Adair")
    left = page.locator("form[data-typed=left]")
    left.locator("[name=case]").select_option(sample_rows.CASE)
    left.locator("[name=agency]").select_option(COUNCIL)
    left.locator("[name=who]").fill("Femi Adair")
    left.get_by_role("button", name="Record").click()
    for state_ in page.locator("[data-state]").all():
        expect(state_).to_contain_text("Waits to be sent: 3.")
    page.locator("#attend-who").fill("Somebody who")
    page.wait_for_function(f"{KEPT}.length === 1")
    (kept,) = page.evaluate(KEPT)
    assert re.fullmatch(r"\d+\.[\w+/=]+\.[\w+/=]+", kept[1]), "sealed"
    assert (world.sittings.attended, world.sittings.gone) == ([], [])
    page.context.set_offline(False)
    expect(page.locator("[data-state]").first).to_contain_text("Saved at")
    names = [(each.agency, each.who) for each in world.sittings.attended]
    assert names == [(POLICE, "Tess Okoro"), (COUNCIL, "Femi Adair")]
    assert [(each.case, each.who) for each in world.sittings.gone] == [(sample_rows.CASE, "Femi Adair")]
    expect(page.get_by_text("Tess Okoro")).to_be_visible()
    expect(page.locator("#attend-who")).to_have_value("Somebody who")


def test_what_waits_is_sent_when_the_page_is_opened_again_and_typed_text_is_there(
    open_: Open, world: World
) -> None:
    page = open_("chair", SITTING)
    page.context.set_offline(True)
    came(page, POLICE, "Tess Okoro")
    expect(page.locator("[data-state]").first).to_contain_text("Waits to be sent: 1.")
    page.wait_for_function(f"{KEPT}.length === 1")
    ((_, before),) = page.evaluate(KEPT)
    page.locator("#left-who").fill("Somebody who")
    page.wait_for_function(f"before => {KEPT}[0][1] !== before", arg=before)
    again = page.context.new_page()
    page.close()
    again.context.set_offline(False)
    again.goto(f"{world.url}{SITTING}")
    expect(again.get_by_text("Tess Okoro")).to_be_visible()
    assert [each.who for each in world.sittings.attended] == ["Tess Okoro"]
    expect(again.locator("#left-who")).to_have_value("Somebody who")


def test_what_the_server_refuses_comes_back_into_its_form(open_: Open, world: World) -> None:
    page = open_("chair", SITTING)
    page.context.set_offline(True)
    form = page.locator("form[data-typed=attend]")
    form.locator("[name=who]").fill("Tess Okoro")
    form.get_by_role("button", name="Record").click()
    page.locator("#attend-who").fill("Femi Adair")
    page.context.set_offline(False)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    expect(page.locator("#attend-who")).to_have_value("Tess Okoro")
    came(page, POLICE, "Tess Okoro")
    expect(page.locator("#attend-who")).to_have_value("Femi Adair")
    assert [each.who for each in world.sittings.attended] == ["Tess Okoro"]
    page.wait_for_function(f"{KEPT}.length === 1")
    page.reload()
    expect(page.locator("#attend-who")).to_have_value("Femi Adair")


def test_what_was_typed_and_not_saved_is_there_again_for_whoever_typed_it(open_: Open, world: World) -> None:
    page = open_("chair", HEAR)
    page.locator("#risks").fill(TYPED)
    page.locator("#needs").fill("An interpreter.")
    page.locator("#strengths").fill("A sister helps.")
    page.locator("#forums").check()
    page.wait_for_function(f"{KEPT}.length === 1")
    page.reload()
    expect(page.locator("#risks")).to_have_value(TYPED)
    expect(page.locator("#needs")).to_have_value("An interpreter.")
    expect(page.locator("#strengths")).to_have_value("A sister helps.")
    expect(page.locator("#forums")).to_be_checked()
    assert "not saved yet" in state(page)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "goldthread", "value": "coordinator", "url": world.url}])
    page.reload()
    expect(page.locator("#risks")).to_have_value("")


def test_the_second_who_saves_has_both_texts(open_: Open, world: World, axe: str) -> None:
    page = open_("chair", HEAR)
    page.locator("#risks").fill(TYPED)
    world.sittings.records[sample_rows.CASE] = version(1, "No word from the school.", by=COUNCIL)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Somebody else saved this case")
    expect(page.locator("#risks")).to_have_value(TYPED)
    expect(page.locator(".gt-theirs").first).to_contain_text("No word from the school.")
    expect(page.locator(".gt-theirs", has_text="Somebody at school")).to_be_visible()
    page.evaluate(axe)
    assert page.evaluate("async () => (await axe.run()).violations.map(each => each.id)") == []
    page.locator("#risks").fill(f"{TYPED} No word from the school.")
    page.get_by_role("button", name="Save this as the record").click()
    expect(page.locator("[data-state]")).to_contain_text("Saved at")
    recorded = world.sittings.records[sample_rows.CASE]
    assert (recorded.version, recorded.risks) == (2, f"{TYPED} No word from the school.")


def test_a_server_that_is_not_ready_loses_nothing(open_: Open, world: World) -> None:
    world.sittings.down = True
    page = open_("chair", "/favicon.ico")
    page.route("**/*?ahead=true", lambda route: route.abort())
    page.goto(f"{world.url}{HEAR}")
    page.locator("#risks").fill(TYPED)
    page.get_by_role("button", name="Save and hear").click()
    expect(page.locator("[data-state]")).to_contain_text("Not saved since")
    world.sittings.down = False
    page.wait_for_url(lambda url: sample_rows.CASE not in url)
    assert world.sittings.records[sample_rows.CASE].risks == TYPED


def test_an_action_that_is_typed_while_the_line_is_down_is_there_again(open_: Open) -> None:
    page = open_("chair", HEAR)
    page.context.set_offline(True)
    expect(page.get_by_role("link", name="Add an action")).to_have_count(0)
    page.locator("#action-text").fill("Change both locks.")
    page.get_by_role("button", name="Add").last.click()
    expect(page.locator("[data-state-action]")).to_contain_text("Not saved since")
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.locator("#action-text")).to_have_value("Change both locks.")
    expect(again.locator("[data-state-action]")).to_contain_text("not saved yet")


def test_an_action_that_is_typed_beside_a_record_stays_when_somebody_else_saves_that(
    open_: Open, world: World
) -> None:
    page = open_("chair", HEAR)
    page.locator("#action-text").fill("Change both locks.")
    page.locator("#action-due").fill("2026-12-01")
    page.locator("#risks").fill(TYPED)
    world.sittings.records[sample_rows.CASE] = version(1, "No word from the school.", by=COUNCIL)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Somebody else saved this case")
    expect(page.locator("#action-text")).to_have_value("Change both locks.")
    expect(page.locator("#action-due")).to_have_value("2026-12-01")
    page.locator("#action-worker").press_sequentially("J")
    page.reload()
    expect(page.locator("#action-text")).to_have_value("Change both locks.")


def test_what_is_wrong_with_an_action_is_told_in_its_form_and_nothing_typed_is_lost(open_: Open) -> None:
    page = open_("chair", HEAR)
    page.locator("#risks").fill(TYPED)
    page.locator("#action-text").fill("Change both locks.")
    page.get_by_role("button", name="Add").last.click()
    expect(page.locator(".gt-action-form .govuk-error-message").first).to_be_visible()
    assert page.url.endswith(HEAR), "and no other page comes"
    expect(page.locator("#risks")).to_have_value(TYPED)
    expect(page.locator("#action-text")).to_have_value("Change both locks.")
    page.reload()
    expect(page.locator("#action-text")).to_have_value("Change both locks.")


def test_an_action_that_is_agreed_leaves_what_is_typed_beside_it_where_nothing_can_be_kept(
    open_: Open,
) -> None:
    page = open_("chair", HEAR)
    page.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    page.reload()
    then = page.content()
    page.route("**/cases/*/actions", lambda route: route.fulfill(body=then, content_type="text/html"))
    page.locator("#risks").fill(TYPED)
    page.locator("#action-text").fill("Change both locks.")
    page.get_by_role("button", name="Add").last.click()
    expect(page.locator("[data-state-action]")).to_contain_text("Saved at")
    expect(page.locator("#risks")).to_have_value(TYPED)
    expect(page.locator("#action-text")).to_have_value("")
    assert page.evaluate(KEPT) == []


def test_an_action_that_cannot_be_agreed_any_more_stays_on_the_page(open_: Open) -> None:
    page = open_("chair", HEAR)
    page.locator("#action-text").fill("Change both locks.")
    page.route("**/cases/*/actions", lambda route: route.fulfill(status=404, body="Gone."))
    page.get_by_role("button", name="Add").last.click()
    expect(page.locator("[data-state-action]")).to_contain_text("still on this page")
    expect(page.locator("#action-text")).to_have_value("Change both locks.")
    page.reload()
    expect(page.locator("#action-text")).to_have_value("Change both locks.")


def test_the_voice_comes_first_and_the_keyboard_reaches_what_is_written(open_: Open) -> None:
    page = open_("chair", HEAR)
    heads = page.locator("main h2").all_inner_texts()
    assert heads.index("Victim's voice") < heads.index("Risks at a glance")
    assert page.locator(".gt-speaker").count() > 1
    assert page.locator(".gt-speaker[open]").count() == 0
    assert page.locator("#risks").bounding_box()["y"] < 720, "on one screen of a laptop"  # type: ignore[index]
    page.locator("#risks").focus()
    for name in ("needs", "strengths", "decided", *["forums"] * 7, "told_by"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == name


def test_the_chair_sees_what_the_matac_decided_of_whoever_harms(
    ask: Callable[..., httpx.Response], world: World
) -> None:
    shown = world.cases[sample_rows.CASE]
    world.cases[sample_rows.CASE] = shown.model_copy(update={"matac": sample_at_risk.MATAC})
    for path in (HEAR, f"/marac/cases/{sample_rows.CASE}"):
        assert "Undecided since September 2026" in ask("chair", path).text, path


def test_of_a_victim_who_has_died_the_pages_say_so_first_and_ask_nobody_to_reach_them(
    open_: Open, world: World, axe: str
) -> None:
    died = Source(**source("northmere-police", days=1))
    hers = world.cases[sample_rows.CASE].hers
    gone = {"died": died, "way": safe_way((), (), sample_rows.NOW, died.agency)}
    shown = world.cases[sample_rows.CASE]
    world.cases[sample_rows.CASE] = shown.model_copy(update={"hers": hers.model_copy(update=gone)})
    for who, path in (
        ("chair", f"/marac/cases/{sample_rows.CASE}"),
        ("chair", f"/marac/cases/{sample_rows.CASE}/print"),
        ("chair", HEAR),
    ):
        page = open_(who, path)
        said = page.locator("#died")
        expect(said).to_contain_text("has recorded that the victim has died")
        above = "before => Boolean(before.compareDocumentPosition(document.querySelector('h2')) & 4)"
        assert said.evaluate(above), "before whatever is headed"
        ways = page.locator("[data-safe-way]").evaluate_all("all => all.map(each => each.dataset.safeWay)")
        assert ways == ["died"]
    assert page.locator("#told_by, #safe").count() == 0, "nobody is to tell the victim"
    page.locator("#risks").fill(TYPED)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-state]")).to_contain_text("Saved at")
    page.evaluate(axe)
    assert page.evaluate("axe.run().then(found => found.violations.map(each => each.id))") == []

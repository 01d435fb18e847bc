"""The referral page over HTTP, as a browser without script uses it; and what support alone may read."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from chassis.accept import Refused, own_header
from chassis.ids import new_id
from contracts.events.configuration import AgencyDefined
from contracts.events.people import ReferralMade, victim_of
from contracts.events.wishes import CharacteristicsSaid
from contracts.events.withheld import WithheldFromPolice, WithheldOpened
from contracts.vocabulary import AgencyKind
from services.referrals import drafts, referred, withheld
from services.referrals.rules import asking
from services.referrals.rules.drafting import KEPT
from tests.services.referrals.scene import CALLERS, Referrals, caller, named
from tests.services.referrals.test_asking import ANSWERS
from tests.support.waiting import until

HOME = "/referrals/refer"
PEOPLE = {
    each.subject: each
    for each in (
        caller("school", "school", "referrer"),
        caller("school-too", "school", "referrer"),
        caller("nurse", "hospital", "idva"),
        caller("nurse-south", "hospital", "idva", area="south"),
        caller("nobody-knows", "unheard-of", "idva"),
        caller("idva", "haven", "idva"),
    )
}


@pytest.fixture(autouse=True)
async def staff(referrals: Referrals, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, each in PEOPLE.items():
        monkeypatch.setitem(CALLERS, name, each)
    await define(referrals, "hospital", AgencyKind.HEALTH)
    await define(referrals, "haven", AgencyKind.IDVA_SERVICE)


async def define(referrals: Referrals, agency: str, kind: AgencyKind) -> None:
    header = own_header(referrals.runtime.clock.now())
    said = AgencyDefined(agency=agency, name=agency.title(), kind=kind)
    await referrals.runtime.take(header, said, caller=CALLERS["operator"], right="test")


async def get(referrals: Referrals, who: str, path: str) -> httpx.Response:
    return await referrals.http.get(path, headers={"Authorization": f"Bearer {who}"})


async def post(referrals: Referrals, who: str, path: str, form: dict[str, str]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {who}", "Origin": "http://127.0.0.1:8400"}
    return await referrals.http.post(path, data=form, headers=headers)


async def begin(referrals: Referrals, who: str, once: str = "") -> str:
    """A draft: its address."""
    draft = once or new_id()
    begun = await post(referrals, who, HOME, {"once": draft})
    assert begun.headers["location"] == f"{HOME}/{draft}/victim"
    return f"{HOME}/{draft}"


async def seen(referrals: Referrals, who: str, path: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', (await get(referrals, who, path)).text)
    assert found
    return found[1]


async def fill(referrals: Referrals, who: str, draft: str, page: str, **said: str) -> httpx.Response:
    path = f"{draft}/{page}"
    return await post(referrals, who, path, {"seen": await seen(referrals, who, path), **said})


async def send(referrals: Referrals, who: str, draft: str) -> httpx.Response:
    form = {"seen": await seen(referrals, who, f"{draft}/check")}
    return await post(referrals, who, f"{draft}/send", form)


async def facts(referrals: Referrals, kind: Any) -> list[Any]:
    async with referrals.runtime.store.reading() as connection:
        roots = (
            await connection.execute(
                text("select distinct root from fact where type = :type"), {"type": kind.type}
            )
        ).scalars()
        found = [await referrals.runtime.fact(root) for root in roots.all()]
    return [fact for each in found for fact in each.current(kind)]


async def test_a_referral_is_filled_in_page_by_page_and_sent_once(referrals: Referrals) -> None:
    once = new_id()
    draft = await begin(referrals, "nurse", once)
    assert draft == await begin(referrals, "nurse", once), "pressed twice"
    page = "victim"
    for _ in asking.pages_of(ANSWERS):
        done = await fill(referrals, "nurse", draft, page, **ANSWERS.get(page, {}))
        assert done.status_code == 303, done.text
        page = done.headers["location"].rsplit("/", 1)[1]
    assert page == "check"
    shown = (await get(referrals, "nurse", f"{draft}/check")).text
    assert "He waits at the gate." in shown
    assert "Not asked: 8" in shown
    form = {"seen": await seen(referrals, "nurse", f"{draft}/check")}
    sent = [await post(referrals, "nurse", f"{draft}/send", form) for _ in range(2)]
    assert [(each.status_code, each.headers["location"]) for each in sent] == [(303, f"{draft}/sent")] * 2
    (referral,) = await facts(referrals, ReferralMade)
    assert referral.root[:8].upper() in (await get(referrals, "nurse", f"{draft}/sent")).text
    assert referral.agency == "hospital"
    assert referral.said.graded.grade == "high"
    assert "knife" not in str(referral.envelope)
    (kept,) = await facts(referrals, WithheldFromPolice)
    assert kept.said.people[0].mention == referral.said.people[0].mention
    assert "You have no drafts." in (await get(referrals, "nurse", HOME)).text
    assert (await get(referrals, "nurse", f"{draft}/victim")).headers["location"] == f"{HOME}?gone=1"


def refuse_referrals(referrals: Referrals, patch: pytest.MonkeyPatch) -> None:
    """Until `patch` is undone the service takes no referral, though it takes what goes before it."""
    take = referrals.runtime.take

    async def refusing(*said: Any, **more: Any) -> Any:
        if isinstance(said[1], ReferralMade):
            raise Refused("catching-up", status=503)
        return await take(*said, **more)

    patch.setattr(referrals.runtime, "take", refusing)


async def test_a_yes_but_to_a_part_is_asked_without_script_and_kept(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    folded = '<summary class="govuk-details__summary">'
    asked = (await get(referrals, "school", f"{draft}/views")).text
    assert "The answer is different for some of it" in asked
    assert "It hides nothing: what you write on these pages is told all the same." in asked
    assert f'<details class="govuk-details">{folded}' in asked
    await fill(referrals, "school", draft, "views", consent="yes", **{"part-health": "no"})
    assert (
        f'<details class="govuk-details" open>{folded}'
        in (await get(referrals, "school", f"{draft}/views")).text
    )
    shown = re.sub(
        r"\s+", " ", re.sub("<[^>]*>", " ", (await get(referrals, "school", f"{draft}/check")).text)
    )
    assert "Does the victim agree to it? Yes Agrees to be told: Health No If not" in shown, (
        "a part that is as all is no line"
    )
    assert (
        "The victim refuses a part of it. That is shown to everybody who works on the case, and hides"
        in shown
    )
    assert (await send(referrals, "school", draft)).headers["location"] == f"{draft}/sent"
    (referral,) = await facts(referrals, ReferralMade)
    said = referral.said
    assert (said.consent, said.consent_given_of, said.consent_refused_of) == (True, [], ["health"])


@pytest.mark.parametrize("who", ["school", "nurse"])
async def test_no_child_and_no_relative_is_to_answer_or_to_interpret(referrals: Referrals, who: str) -> None:
    """``domain.md`` 14: it is said where somebody may be named, for no rule can tell who it is."""
    draft = await begin(referrals, who)
    asked = (await get(referrals, who, f"{draft}/contact")).text
    assert "Never a child, a relative who interprets, or anybody who may tell the alleged" in asked


async def test_what_was_answered_of_characteristics_is_a_fact_of_its_own_and_stands_on_no_referral(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await begin(referrals, "school")
    asked = (await get(referrals, "school", f"{draft}/views")).text
    assert "<details" in asked
    assert "Asked, not given" in asked
    assert "Not asked: it was not safe to ask" in asked
    bad = await fill(referrals, "school", draft, "views", ethnicity="Z9")
    assert (bad.status_code, "Select one of the answers" in bad.text) == (422, True)
    said = {"ethnicity": "W3", "religion": "asked-not-given", "disability": "not-asked:no-interpreter"}
    await fill(referrals, "school", draft, "views", aware="yes", **said)
    shown = (await get(referrals, "school", f"{draft}/check")).text
    assert "Not asked: no interpreter" in shown
    with monkeypatch.context() as patch:
        refuse_referrals(referrals, patch)
        assert (await send(referrals, "school", draft)).status_code == 503
    await fill(referrals, "school", draft, "views", aware="yes", **said | {"ethnicity": "O2"})
    assert (await send(referrals, "school", draft)).headers["location"] == f"{draft}/sent"
    (referral,) = await facts(referrals, ReferralMade)
    (told,) = await facts(referrals, CharacteristicsSaid)
    assert {
        each.characteristic: (each.answer, each.value or each.because) for each in told.said.equality.answers
    } == {
        "ethnicity": ("value", "O2"),
        "religion": ("asked-not-given", None),
        "disability": ("not-asked", "no-interpreter"),
    }
    assert victim_of(told.said).mention == victim_of(referral.said).mention
    assert "equality" not in referral.said.model_dump_json()


async def test_where_nothing_was_answered_of_characteristics_nothing_is_said(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    await fill(referrals, "school", draft, "views", aware="yes", ethnicity="")
    await send(referrals, "school", draft)
    assert await facts(referrals, CharacteristicsSaid) == []


async def test_a_dash_of_whom_nobody_knows_the_age_waits_for_whose_it_is(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    done = await fill(referrals, "school", draft, "children")
    await fill(
        referrals,
        "school",
        draft,
        "dash-1",
        **{f"D{n:02}": "yes" for n in range(1, 9)} | {"D03-comment": "Of his brother."},
    )
    assert "18 or over" in (await get(referrals, "school", f"{draft}/form")).text
    assert "Of his brother." in (await get(referrals, "school", f"{draft}/check")).text
    held = await send(referrals, "school", draft)
    assert held.headers["location"] == f"{draft}/form"
    assert await facts(referrals, ReferralMade) == []
    assert (await fill(referrals, "school", draft, "form")).status_code == 422
    later = await fill(referrals, "school", draft, "form", later="yes")
    assert later.headers["location"] == HOME
    assert (await fill(referrals, "school", draft, "form", form="yp-dash")).status_code == 303
    assert "Dash for young people" in (await get(referrals, "school", f"{draft}/dash-1")).text
    assert (await send(referrals, "school", draft)).headers["location"] == f"{draft}/sent"
    (referral,) = await facts(referrals, ReferralMade)
    assert [each.comment for each in referral.said.answers if each.comment] == ["Of his brother."]
    assert (referral.said.instrument, referral.said.graded.grade) == ("yp-dash", "unknown")
    assert done.status_code == 303


async def test_who_gives_a_date_of_birth_is_not_asked_the_age(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    await fill(referrals, "school", draft, "victim", **ANSWERS["victim"])
    done = await fill(referrals, "school", draft, "children")
    assert not done.headers["location"].endswith("/form")
    assert (await get(referrals, "school", f"{draft}/form")).status_code == 404
    assert "Dash risk checklist" in (await get(referrals, "school", f"{draft}/dash-1")).text


async def test_a_line_that_drops_between_the_two_facts_leaves_one_of_each(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await begin(referrals, "nurse")
    await fill(referrals, "nurse", draft, "withheld", text="He has a knife.")
    take, drops = referrals.runtime.take, [True]

    async def dropping(*said: Any, **more: Any) -> Any:
        if isinstance(said[1], ReferralMade) and drops.pop():
            raise ConnectionError
        return await take(*said, **more)

    with monkeypatch.context() as patch:
        patch.setattr(referrals.runtime, "take", dropping)
        assert (await send(referrals, "nurse", draft)).status_code == 503
    assert "1 draft" in (await get(referrals, "nurse", HOME)).text, "nothing is lost"
    assert (await send(referrals, "nurse", draft)).headers["location"] == f"{draft}/sent"
    assert [len(await facts(referrals, kind)) for kind in (WithheldFromPolice, ReferralMade)] == [1, 1]


@pytest.mark.parametrize("told", ["He has a knife in the van.", ""])
async def test_what_she_withholds_stands_as_the_draft_has_it_when_it_is_sent(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    draft = await begin(referrals, "nurse")
    await fill(referrals, "nurse", draft, "victim", record="C-7")
    await fill(referrals, "nurse", draft, "withheld", text="He has a knife, says her sister.")
    with monkeypatch.context() as patch:
        refuse_referrals(referrals, patch)
        assert (await send(referrals, "nurse", draft)).status_code == 503
        await fill(referrals, "nurse", draft, "victim", record="C-8")
        await fill(referrals, "nurse", draft, "withheld", text=told)
        assert [(await send(referrals, "nurse", draft)).status_code for _ in range(2)] == [503, 503]
    assert (await send(referrals, "nurse", draft)).headers["location"] == f"{draft}/sent"
    (referral,) = await facts(referrals, ReferralMade)
    kept = await facts(referrals, WithheldFromPolice)
    assert [each.said.withheld.text for each in kept] == ([told] if told else [])
    assert {victim_of(each.said).mention for each in kept} <= {victim_of(referral.said).mention}


async def test_what_is_typed_after_it_was_sent_is_not_acknowledged_as_saved(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await begin(referrals, "school")
    await fill(referrals, "school", draft, "views", view="To be left alone.")

    async def dies(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(referred, "discard", dies)
        assert (await send(referrals, "school", draft)).status_code == 503
    for again in range(2):
        late = await post(referrals, "school", f"{draft}/views", {"seen": "1", "view": "To go home."})
        assert late.status_code == 409
        assert "This referral was sent before." in late.text
        assert "To go home." in late.text
        if not again:
            sent = await post(referrals, "school", f"{draft}/send", {"seen": "1"})
            assert sent.headers["location"] == f"{draft}/sent"
            assert "You have no drafts." in (await get(referrals, "school", HOME)).text


async def test_what_another_window_saves_while_it_is_sent_is_not_lost(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await begin(referrals, "school")
    take = referrals.runtime.take

    async def meanwhile(*said: Any, **more: Any) -> Any:
        saved = await post(referrals, "school", f"{draft}/views", {"seen": "0", "view": "To go home."})
        assert saved.status_code == 303
        return await take(*said, **more)

    with monkeypatch.context() as patch:
        patch.setattr(referrals.runtime, "take", meanwhile)
        assert (await send(referrals, "school", draft)).headers["location"] == f"{draft}/sent"
    again = await send(referrals, "school", draft)
    assert again.status_code == 409
    assert "This referral was sent before, without what was typed since." in again.text
    assert "To go home." in again.text
    await post(referrals, "school", f"{draft}/discard", {"seen": "1"})
    assert "You have no drafts." in (await get(referrals, "school", HOME)).text


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    typed = {"given": "Ann", "nhs": "9990000019", "born-day": "31", "born-month": "2", "born-year": "1991"}
    wrong = await fill(referrals, "school", draft, "victim", **typed)
    assert wrong.status_code == 422
    assert "Check the NHS number" in wrong.text
    assert "Enter a real date" in wrong.text
    assert all(f'value="{value}"' in wrong.text for value in typed.values())
    assert "9990000019" not in wrong.headers.get("location", "")
    assert (await fill(referrals, "school", draft, "victim", given="Ann")).status_code == 303


async def test_a_referral_of_which_nothing_is_known_is_taken(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    assert "answers are not known" in (await get(referrals, "school", f"{draft}/check")).text
    assert (await send(referrals, "school", draft)).headers["location"] == f"{draft}/sent"
    (referral,) = await facts(referrals, ReferralMade)
    assert referral.said.graded.grade == "unknown"


async def test_it_is_saved_and_found_again_by_its_writer_alone(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    later = await fill(referrals, "school", draft, "victim", given="Annunziata", later="yes")
    assert later.headers["location"] == HOME
    assert "Annunziata" in (await get(referrals, "school", HOME)).text
    assert 'value="Annunziata"' in (await get(referrals, "school", f"{draft}/victim")).text
    for who in ("school-too", "idva"):
        assert "Annunziata" not in (await get(referrals, who, HOME)).text
        for page in ("victim", "check", "sent"):
            answer = await get(referrals, who, f"{draft}/{page}")
            assert answer.headers["location"] == f"{HOME}?gone=1"
        await post(referrals, who, f"{draft}/discard", {"seen": "1"})
        assert (await post(referrals, who, f"{draft}/send", {"seen": "1"})).headers["location"] == (
            f"{HOME}?gone=1"
        )
    assert "Annunziata" in (await get(referrals, "school", HOME)).text
    assert (await get(referrals, "school", f"{draft}/withheld")).status_code == 404, "a school is not asked"
    async with referrals.runtime.store.reading() as connection:
        body = (await connection.execute(text("select body from referrals_draft"))).scalar()
    assert "Annunziata" not in str(body)
    await post(referrals, "school", f"{draft}/discard", {"seen": "1"})
    assert "You have no drafts." in (await get(referrals, "school", HOME)).text


async def test_of_two_windows_the_second_is_told(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    first = await post(referrals, "school", f"{draft}/views", {"seen": "0", "view": "To be left alone."})
    assert first.status_code == 303
    again = await post(referrals, "school", f"{draft}/views", {"seen": "0", "view": "To be left alone."})
    assert again.status_code == 303, "the button was pressed twice"
    other = await post(referrals, "school", f"{draft}/contact", {"seen": "0", "method": "text"})
    assert other.status_code == 303, "another page is another matter"
    second = await post(
        referrals, "school", f"{draft}/views", {"seen": "0", "view": "To go home.", "part-health": "no"}
    )
    assert second.status_code == 409
    assert "<dt>Agrees to be told: Health</dt><dd>As above</dd>" in second.text, (
        "the other window says no more"
    )
    assert "To be left alone." in second.text
    assert "To go home." in second.text
    kept = await post(referrals, "school", f"{draft}/views", {"seen": "1", "view": "To go home."})
    assert kept.status_code == 303
    stale = await post(referrals, "school", f"{draft}/send", {"seen": "1"})
    assert stale.status_code == 409
    assert "To go home." in stale.text
    assert await facts(referrals, ReferralMade) == []


async def test_a_draft_runs_out(referrals: Referrals) -> None:
    draft = await begin(referrals, "school")
    clock, began = referrals.runtime.clock, referrals.runtime.clock.now()
    clock.set(began + KEPT - timedelta(days=1))
    assert 'class="gt-stop">It will be deleted' in (await get(referrals, "school", HOME)).text
    clock.set(began + KEPT + timedelta(minutes=1))
    assert "You have no drafts." in (await get(referrals, "school", HOME)).text
    assert (await get(referrals, "school", f"{draft}/victim")).status_code == 303
    await drafts.forget_once(referrals.runtime)
    async with referrals.runtime.store.reading() as connection:
        assert (await connection.execute(text("select count(*) from referrals_draft"))).scalar() == 0


async def test_who_was_referred_before_is_told_to_the_agency_that_did_so_alone(referrals: Referrals) -> None:
    for who, number in (("nurse", "9990000018"), ("idva", "9990000026")):
        draft = await begin(referrals, who)
        await fill(referrals, who, draft, "victim", nhs=number, record="C-7")
        await send(referrals, who, draft)

    async def known() -> list[str]:
        found = []
        for who in ("nurse", "idva", "school"):
            draft = await begin(referrals, who)
            await fill(referrals, who, draft, "victim", nhs="9990000018")
            if "has referred this person" in (await get(referrals, who, f"{draft}/check")).text:
                found.append(who)
        return found

    async def told() -> bool:
        return await known() == ["nurse"]

    await until(told, "the matcher has filed the number")
    draft = await begin(referrals, "idva")
    await fill(referrals, "idva", draft, "victim", record="C-7")
    assert "has referred this person" in (await get(referrals, "idva", f"{draft}/check")).text
    draft = await begin(referrals, "school")
    await fill(referrals, "school", draft, "victim", record="C-7")
    assert "has referred this person" not in (await get(referrals, "school", f"{draft}/check")).text


HERS = [named("victim", "C-9", name={"family": "Marsh", "given": "Ann"})]
BOTH = [*HERS, named("perpetrator", "C-10")]


async def kept_by_haven(referrals: Referrals) -> tuple[str, str]:
    """A case, and what its victim chose not to tell: their roots."""
    routing = {"routing": {"area": "north"}}
    case = await referrals.post("haven", "marac-referrals", {"people": BOTH, **routing})
    said = {"people": HERS, "withheld": {"text": "He has a knife."}}
    for who, status in (("hospital", 404), ("coordinator", 404), ("haven", 201), ("idva", 201)):
        kept = await referrals.post(who, "withheld", said)
        assert kept.status_code == status, who
    assert case.status_code == 201
    return case.json()["root"], kept.json()["root"]


async def test_what_she_chose_not_to_tell_is_read_by_support_alone_and_opened_on_record(
    referrals: Referrals,
) -> None:
    case, root = await kept_by_haven(referrals)
    path = f"/referrals/v1/withheld/{case}"
    for who in ("hospital", "haven", "police", "coordinator", "operator", "chair", "school", "nurse-south"):
        assert (await get(referrals, who, path)).status_code == 404, who
    read = (await get(referrals, "idva", path)).json()["kept"]
    assert [each["text"] for each in read] == ["He has a knife."] * 2
    said: dict[str, Any] = {
        "people": HERS,
        "opens": root,
        "basis": "vital-interests",
        "reason": "He said that he will use it.",
        "narrative": {"text": "There is a knife."},
    }
    nobody = {"people": [named("victim", "C-11")]}
    for who, change, status in (
        ("idva", {"basis": "public-task"}, 422),
        ("idva", {"narrative": None}, 422),
        ("idva", {"reason": " "}, 422),
        ("idva", nobody, 422),
        ("nurse", {}, 404),
        ("haven", {}, 404),
        ("idva", {"opens": case}, 404),
        ("idva", {}, 201),
    ):
        answer = await referrals.post(who, "withheld-openings", said | change)
        assert answer.status_code == status, (who, change, answer.text)
        assert "knife" not in answer.text
    opened = [each for each in (await get(referrals, "idva", path)).json()["kept"] if each["opened"]]
    assert [each["basis"] for each in opened[0]["opened"]] == ["vital-interests"]


async def test_what_she_told_is_not_read_in_a_case_in_which_he_is_the_victim(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    his = [named("victim", "C-10"), named("perpetrator", "C-9")]
    case = await referrals.post("haven", "marac-referrals", {"people": his, "routing": {"area": "north"}})
    said = {"people": BOTH, "withheld": {"text": "He has a knife."}}
    refused = await referrals.post("haven", "withheld", said)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-her-alone")
    hers, root = await kept_by_haven(referrals)
    opening = {
        "people": BOTH,
        "opens": root,
        "basis": "vital-interests",
        "reason": "He said that he will use it.",
        "narrative": {"text": "There is a knife."},
    }
    assert (await referrals.post("idva", "withheld-openings", opening)).status_code == 422
    with monkeypatch.context() as patch:  # as it was taken before anybody but her was refused
        patch.setattr(withheld, "is_of_her_alone", lambda _: True)
        assert (await referrals.post("haven", "withheld", said)).status_code == 201
    kept = (await get(referrals, "idva", f"/referrals/v1/withheld/{hers}")).json()["kept"]
    assert len(kept) == 3
    of_him = await get(referrals, "idva", f"/referrals/v1/withheld/{case.json()['root']}")
    assert (of_him.status_code, of_him.json()["kept"]) == (200, [])


async def test_it_is_opened_on_the_page(referrals: Referrals) -> None:
    case, root = await kept_by_haven(referrals)
    path = f"/referrals/withheld/{case}"
    page = (await get(referrals, "idva", path)).text
    assert "He has a knife." in page
    form = {"once": new_id(), "opens": root, "basis": "consent", "reason": "It was agreed today."}
    missing = await post(referrals, "idva", path, form)
    assert missing.status_code == 422
    assert "It was agreed today." in missing.text
    done = [await post(referrals, "idva", path, {**form, "told": "There is a knife."}) for _ in range(2)]
    assert [each.status_code for each in done] == [303, 303]
    (opening,) = await facts(referrals, WithheldOpened)
    assert (opening.envelope.basis, opening.said.basis) == ("consent", "consent")
    assert "The victim now agrees" in (await get(referrals, "idva", path)).text
    assert (await get(referrals, "nurse-south", path)).status_code == 404


async def test_what_kind_an_agency_is_today_says_whether_it_may_keep_and_read(referrals: Referrals) -> None:
    case, _ = await kept_by_haven(referrals)
    path = f"/referrals/v1/withheld/{case}"
    assert (await get(referrals, "idva", path)).status_code == 200
    said = {"people": HERS, "withheld": {"text": "He has a knife."}}
    assert (await referrals.post("nobody-knows", "withheld", said)).status_code == 404
    await define(referrals, "haven", AgencyKind.POLICE)
    assert (await get(referrals, "idva", path)).status_code == 404
    assert (await referrals.post("idva", "withheld", said)).status_code == 404

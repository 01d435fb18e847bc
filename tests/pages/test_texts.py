"""Every word has its text: ids in templates and code, code lists, plural forms; nothing is unsafe."""

import re
from enum import EnumType
from pathlib import Path

import pytest
from markupsafe import Markup

from chassis.pages.texts import OWN, MissingText, Texts
from contracts import vocabulary
from contracts.content import Said
from contracts.envelope import Assertion, Regime
from contracts.registry import EVENTS
from contracts.rules.cover import HINDERED, How
from contracts.rules.order_life import Court, Expiry, Extension, Interim, Service, Who
from contracts.rules.order_types import Breach
from deploy.local.deployment import ROOT
from services.marac.pages.words import DETAILS
from services.marac.rules.missing import WORST_FIRST

PAGES = {
    "chassis": [OWN],
    "services/marac": [OWN, ROOT / "services/marac/pages/texts"],
    "services/notify": [OWN, ROOT / "services/notify/pages/texts"],
    "services/orders": [OWN, ROOT / "services/orders/pages/texts"],
    "services/referrals": [OWN, ROOT / "services/referrals/pages/texts"],
}
ASKED = re.compile(r"""(?:\bt|texts)\(\s*["']([a-z0-9.-]+[a-z0-9])["']""")
BUILT = re.compile(r"""(?:\bt|texts)\(\s*f?["']([a-z0-9-]+\.)["'{]""")
LISTS: dict[str, EnumType] = {
    "act": vocabulary.Act,
    "action-answer": vocabulary.ActionAnswer,
    "action-for": vocabulary.ActionFor,
    "action-risk": vocabulary.ActionRisk,
    "action-state": vocabulary.ActionState,
    "agency-kind": vocabulary.AgencyKind,
    "alert": vocabulary.AlertRule,
    "answer-source": vocabulary.AnswerSource,
    "applicant": vocabulary.Applicant,
    "assertion": Assertion,
    "attendance": vocabulary.Attendance,
    "bail-end": vocabulary.BailEnd,
    "breach": vocabulary.BreachKind,
    "breach-said-by": vocabulary.BreachSaidBy,
    "candidate-decision": vocabulary.CandidateDecision,
    "case-role": vocabulary.CaseRole,
    "child-plan": vocabulary.ChildPlan,
    "interview-step": vocabulary.InterviewStep,
    "school-recipient": vocabulary.SchoolRecipient,
    "school-step": vocabulary.SchoolStep,
    "setting": vocabulary.Setting,
    "circumstance": vocabulary.Circumstance,
    "clock-owner": vocabulary.ClockOwner,
    "answering": vocabulary.Answering,
    "characteristic": vocabulary.Characteristic,
    "consent-answer": vocabulary.ConsentAnswer,
    "consent-state": vocabulary.ConsentState,
    "consent-subject": vocabulary.ConsentSubject,
    "contact-failure": vocabulary.ContactFailure,
    "contact-method": vocabulary.ContactMethod,
    "contact-question": vocabulary.ContactQuestion,
    "lawful-basis": vocabulary.LawfulBasis,
    "override-ground": vocabulary.OverrideGround,
    "said-by": vocabulary.SaidBy,
    "weekday": vocabulary.Weekday,
    "alert-outcome": vocabulary.AlertOutcome,
    "why-not-asked": vocabulary.WhyNotAsked,
    "core-service": vocabulary.CoreService,
    "criterion": vocabulary.ReferralCriterion,
    "dash-answer": vocabulary.DashAnswer,
    "dash-item": vocabulary.DashItem,
    "effect": vocabulary.Effect,
    "enhanced": vocabulary.EnhancedReason,
    "element": vocabulary.OffenceElement,
    "forum": vocabulary.Forum,
    "grade": vocabulary.Grade,
    "heard-here": vocabulary.HeardHere,
    "hearing": vocabulary.HearingKind,
    "hearing-told-by": vocabulary.HearingToldBy,
    "housing": vocabulary.HousingKind,
    "identity-answer": vocabulary.IdentityAnswer,
    "incident": vocabulary.IncidentKind,
    "instrument": vocabulary.Instrument,
    "legal-status": vocabulary.LegalStatus,
    "not-taken-up": vocabulary.NotTakenUp,
    "move": vocabulary.MoveKind,
    "offence": vocabulary.Offence,
    "opening-basis": vocabulary.OpeningBasis,
    "order": vocabulary.OrderType,
    "order-breach": Breach,
    "order-changer": Who,
    "order-court": Court,
    "order-expiry": Expiry,
    "order-extension": Extension,
    "order-interim": Interim,
    "order-serving": Service,
    "order-question": vocabulary.OrderQuestion,
    "nothing-required": vocabulary.NothingRequired,
    "parties": vocabulary.PartiesAnswer,
    "parked-reason": vocabulary.ParkedReason,
    "pass-reason": vocabulary.PassReason,
    "pattern-decision": vocabulary.PatternDecision,
    "plan-fault": vocabulary.PlanFault,
    "plan-heading": vocabulary.PlanHeading,
    "plan-review-result": vocabulary.PlanReviewResult,
    "prohibition": vocabulary.ProhibitionKind,
    "regime": Regime,
    "relationship": vocabulary.Relationship,
    "requirement": vocabulary.RequirementKind,
    "review-trigger": vocabulary.ReviewTrigger,
    "risk-answer": vocabulary.RiskAnswer,
    "risk-factor": vocabulary.RiskFactor,
    "role": vocabulary.Role,
    "search-reason": vocabulary.SearchReason,
    "service-method": vocabulary.ServiceMethod,
    "mappa": vocabulary.Mappa,
    "sex": vocabulary.Sex,
    "staff-role": vocabulary.StaffRole,
    "stage": vocabulary.OrderStage,
    "support": vocabulary.SupportKind,
    "support-reason": vocabulary.SupportReason,
    "support-step": vocabulary.SupportStep,
    "team": vocabulary.TeamKind,
    "teller": vocabulary.Teller,
    "told-result": vocabulary.ToldResult,
    "transfer-item": vocabulary.TransferItem,
    "update": vocabulary.UpdateKind,
    "urgency": vocabulary.Urgency,
}
RULES = ("contracts/rules", "services/orders/rules", "services/referrals/rules", "services/marac/rules")
REASON = re.compile(r'"((?:order|grade|breach)\.[a-z-]+[a-z])"')
BARE = {"order.given", "order.same-reference"}
"""Reasons that are also the beginning of *-unknown* ones."""


def sources(package: str) -> list[Path]:
    folder = ROOT / package if package.startswith("services/") else ROOT / package / "pages"
    return [path for kind in ("*.py", "*.html") for path in sorted(folder.rglob(kind))]


@pytest.mark.parametrize("package", PAGES)
def test_every_id_that_pages_ask_for_has_a_text(package: str) -> None:
    texts = Texts(PAGES[package])
    asked = {id_ for path in sources(package) for id_ in ASKED.findall(path.read_text())}
    assert asked
    if package == "chassis":
        asked = {id_ for id_ in asked if not id_.startswith("case.")}  # what a docstring gives as an example
    assert sorted(asked - texts.ids) == []


@pytest.mark.parametrize("package", PAGES)
def test_ids_that_are_put_together_have_texts(package: str) -> None:
    texts = Texts(PAGES[package])
    beginnings = {id_ for path in sources(package) for id_ in BUILT.findall(path.read_text())}
    assert [each for each in beginnings if not any(id_.startswith(each) for id_ in texts.ids)] == []


@pytest.mark.parametrize("codes", LISTS)
def test_every_code_of_a_code_list_has_words(codes: str) -> None:
    texts = Texts([OWN])
    assert [
        code for code in map(str, LISTS[codes].__members__.values()) if f"code.{codes}.{code}" not in texts
    ] == []


@pytest.mark.parametrize("of", vocabulary.Characteristic)
def test_every_code_of_a_characteristic_has_words(of: vocabulary.Characteristic) -> None:
    texts, codes = Texts([OWN]), vocabulary.CHARACTERISTICS[of].codes
    assert [code for code in codes if f"code.characteristic-{of}.{code}" not in texts] == []


def test_every_type_of_fact_that_names_people_has_words() -> None:
    texts = Texts([OWN])
    types = [".".join(name.split(".")[2:-1]) for name, model in EVENTS.items() if issubclass(model, Said)]
    assert [type_ for type_ in types if f"code.fact.{type_}" not in texts] == []


def test_every_detail_that_a_case_tells_of_a_fact_is_in_its_contract_and_has_words() -> None:
    texts = Texts(PAGES["services/marac"])
    for type_, told in DETAILS.items():
        names, hows = {name for name, _ in told}, {how for _, how in told}
        assert names <= EVENTS[f"uk.goldthread.{type_}.v1"].model_fields.keys(), type_
        assert [name for name in sorted(names) if f"detail.{name}" not in texts] == []
        assert hows - {"yes-no", "text", "date", "time"} <= LISTS.keys(), type_


def test_every_gap_and_every_reason_of_a_rule_has_words() -> None:
    texts = Texts(PAGES["services/marac"])
    assert [code for code in WORST_FIRST if f"missing.{code}" not in texts] == []
    orders = Texts(PAGES["services/orders"])
    found = {
        id_
        for folder in RULES
        for path in (ROOT / folder).glob("*.py")
        for id_ in REASON.findall(path.read_text())
    }
    known = texts.ids | orders.ids | {"breach.reported", "order.made", "order.served"}
    assert sorted(id_ for id_ in found - known if f"{id_}-unknown" not in texts) == []
    assert all(f"{id_}-unknown" in texts for id_ in BARE)


def test_no_text_stands_unused_in_a_service() -> None:
    for package, folders in PAGES.items():
        own = Texts(folders).ids - Texts([OWN]).ids if package != "chassis" else frozenset()
        written = "\n".join(path.read_text() for path in sources(package))
        rules = "\n".join(path.read_text() for path in (ROOT / package).rglob("rules/*.py"))
        unused = {
            id_
            for id_ in own
            if id_ not in written and f'"{id_}"' not in rules and f'"{id_.rpartition(".")[0]}.' not in written
        }
        assert sorted(unused) == [], package


def test_a_missing_text_is_an_error_and_a_code_without_one_is_shown_as_it_is() -> None:
    texts = Texts([OWN])
    with pytest.raises(MissingText):
        texts("frame.nothing")
    assert texts.label("grade", "very-new") == "very new"
    assert texts.said("order.very-new") == "order very new"


def test_places_are_filled_and_made_safe() -> None:
    texts = Texts([OWN])
    assert texts("time.at", day="<b>", time=Markup("<i>9pm</i>")) == "&lt;b&gt; at <i>9pm</i>"


def test_plurals() -> None:
    texts = Texts([OWN])
    assert texts("live.new", n=1) == "1 new line. Show it"
    assert texts("live.new", n=3) == "3 new lines. Show them"


def test_strings_say_neither_he_nor_she() -> None:
    for folders in PAGES.values():
        for path in (path for folder in folders for path in folder.rglob("*.po")):
            said = re.findall(r'^msgstr(?:\[\d\])? "(.+)"', path.read_text(), re.MULTILINE)
            assert len(said) > 3
            assert [
                each for each in said if re.search(r"\b(he|she|his|her|him)\b", each, re.IGNORECASE)
            ] == []


def test_a_catalogue_with_a_hole_or_a_double_is_refused(tmp_path: Path) -> None:
    hole, double = tmp_path / "hole" / "en", tmp_path / "double" / "en"
    for folder, said in ((hole, 'msgid "a.b"\nmsgstr ""\n'), (double, 'msgid "word.yes"\nmsgstr "Aye"\n')):
        folder.mkdir(parents=True)
        (folder / "a.po").write_text(f'msgid ""\nmsgstr ""\n"Language: en\\n"\n\n{said}')
    with pytest.raises(ValueError, match=r"a\.b has no text"):
        Texts([hole.parent])
    with pytest.raises(ValueError, match=r"word\.yes is there twice"):
        Texts([OWN, double.parent])


def test_what_is_in_doubt_by_the_rule_is_tagged_so_on_every_page() -> None:
    parts = (ROOT / "chassis/pages/templates/parts.html").read_text()
    (macro,) = re.findall(r"macro doubtful.*endmacro", parts)
    doubtful = {reason for reason, how in HINDERED.items() if how is How.DOUBTFUL}
    assert set(re.findall(r'"(order\.[a-z-]+)"', macro)) == doubtful


def test_an_appeal_is_told_on_every_page_that_tells_what_holds_of_an_order() -> None:
    found = tells_what_holds()
    assert {(name, of) for name, of, page in found if f"parts.appealed({of}," not in page} == set()


def test_that_it_is_not_served_or_not_known_is_told_on_every_page_that_tells_what_holds_of_an_order() -> None:
    """With the words of what that means for an arrest."""
    found = tells_what_holds()
    tags = re.compile(r"parts\.(?:holds|unserved)\(([\w.]+)\)")
    assert {(name, of) for name, of, page in found if of not in tags.findall(page)} == set()
    assert {(name, of) for name, of, page in found if f"said({of}.reason)" not in page} == set()


def tells_what_holds() -> set[tuple[str, str, str]]:
    """Each page that tells what holds of an order; by which name it knows that, and the page."""
    tells = re.compile(
        r"parts\.(?:holds|unserved)\(([\w.]+)\)|(?:parts\.doubtful|said)\((\w+\.status)\.reason\)"
    )
    pages = {path.name: path.read_text() for path in ROOT.glob("services/*/pages/templates/*.html")}
    found = {(name, one or other, page) for name, page in pages.items() for one, other in tells.findall(page)}
    assert len({name for name, *_ in found}) > 7
    return found


@pytest.mark.parametrize("reason", ["order.unserved", "order.service-unknown"])
def test_where_service_is_not_known_it_says_what_may_be_arrested_for(reason: str) -> None:
    said = Texts([OWN])(reason)
    assert "CHECK PNC before an arrest for a breach of it alone" in said
    assert "For what is an offence by itself there may be arrest all the same." in said

"""The referral page's rules: what is wrong, what comes next, what is said, for how long a draft is kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.events.people import ReferralMade
from contracts.rules import pattern
from contracts.rules.instruments import FORMS, answers_of, comments_of, dash_of
from contracts.sections import Contact, Identity, Location, Narrative, Routing, Withheld
from contracts.vocabulary import (
    DASH_ITEMS,
    AgencyKind,
    ContactMethod,
    Grade,
    Instrument,
    ReferralCriterion,
    ReferringService,
    RiskAnswer,
    Role,
)
from services.referrals.rules import asking, drafting, referring
from services.referrals.rules.assessing import fault
from services.referrals.rules.grading import grade_referral
from services.referrals.rules.withholding import is_hers, may_keep, may_read
from tests.support.tables import lines

TODAY = date(2026, 11, 26)
PAGES = tuple(asking.PAGES)
ANSWERS: asking.Answers = {
    "victim": {
        "given": "Ann",
        "family": "Marsh",
        "sex": "female",
        "nhs": "999 000 0018",
        "born-day": "2",
        "born-month": "3",
        "born-year": "1991",
    },
    "contact": {"method": "text", "number": "07700 900142", "no-uniform": "yes"},
    "place": {"area": "north", "address": "4 Invented Row\r\n\r\nNorthmere", "postcode": "ZZ99 4AA"},
    "views": {"aware": "yes", "consent": "no", "no-consent": "Threats to kill.", "view": "To be safe."},
    "perpetrator": {"given": "Ben", "relationship": "ex-partner"},
    "children": {"given-0": "Kit", "school-0": "Hollin Bank", "given-2": "Max"},
    "dash-1": {"D01": "yes", "D02": "dont-know"},
    "risk": {
        "professional-judgement": "yes",
        "repeat": "yes",
        "happened": "He waits at the gate.",
        "other-marac": "Farshire Coast, in March",
    },
    "withheld": {"text": "He has a knife."},
}


@lines(__file__, "asking")
def test_what_is_wrong_is_said_and_what_is_left_out_is_not_wrong(line: dict[str, Any]) -> None:
    said = asking.typed(line["page"], line["typed"])
    assert dict(asking.faults(line["page"], said, TODAY)) == line["faults"]


def test_the_page_after_is_the_first_that_was_not_answered() -> None:
    assert asking.next_page("victim", {"victim": {}}, PAGES) == "contact"
    assert asking.next_page("victim", {"victim": {}, "contact": {}}, PAGES) == "place"
    assert asking.next_page("withheld", {}, PAGES) == "check"
    assert asking.next_page("victim", {page: {} for page in PAGES}, PAGES) == "check"


def test_there_is_a_place_for_each_child_that_is_named_and_one_more() -> None:
    assert [len(asking.shown("children", said)) for said in ({}, {"given-0": "Kit"}, {"given-7": "Max"})] == [
        *(4, 8, 32)
    ]


def test_the_answers_say_what_a_partners_system_would_post() -> None:
    said = referring.referral(ANSWERS, "draft", TODAY)
    victim, perpetrator, *children = said.people
    assert isinstance(victim.identity, Identity)
    assert isinstance(victim.contact, Contact)
    assert isinstance(victim.location, Location)
    assert (victim.identity.nhs_number, victim.identity.born) == ("9990000018", [date(1991, 3, 2)])
    assert (victim.contact.method, victim.contact.no_uniform) == (ContactMethod.TEXT, True)
    assert victim.location.address == ["4 Invented Row", "Northmere"]
    assert perpetrator.role is Role.PERPETRATOR
    assert [child.role for child in children] == [Role.CHILD, Role.CHILD]
    assert said.criteria == [ReferralCriterion.PROFESSIONAL_JUDGEMENT, ReferralCriterion.REPEAT]
    assert (said.victim_aware, said.consent) == (True, False)
    assert said.other_marac == "Farshire Coast, in March"
    assert said.routing == Routing(area="north")
    assert said.narrative == Narrative(text="He waits at the gate.")
    assert said.service is None, "it is what its agency is"
    assert grade_referral(said).grade is Grade.HIGH
    assert "knife" not in said.model_dump_json()
    kept = referring.withheld(ANSWERS, "draft")
    assert kept is not None
    assert kept.withheld == Withheld(text="He has a knife.")
    assert kept.people[0].identity == victim.identity, "of the same record"


def test_of_which_part_consent_is_otherwise_is_said_and_what_is_left_is_as_all() -> None:
    views = {"consent": "yes", "part-health": "no", "part-equality": "no", "part-location": "yes"}
    said = referring.referral({"views": views}, "draft", TODAY)
    assert said.consent is True
    assert (said.consent_given_of, said.consent_refused_of) == (["location"], ["health", "equality"])
    assert not {name for name in asking.open_fields("views", {}) if name.startswith(asking.PART)}


def test_which_service_refers_is_said_where_an_agency_has_several_and_is_no_gap() -> None:
    for chosen, service in (("mash", ReferringService.MASH), ("none", None)):
        said = asking.typed("risk", {"service": chosen})
        assert asking.faults("risk", said, TODAY) == []
        assert referring.referral({"risk": said}, "draft", TODAY).service is service
    assert asking.faults("risk", {"service": "armed-police"}, TODAY) == [("service", "choice")]
    assert asking.open_fields("risk", {}) == ["happened"]


def test_what_nobody_answered_is_a_referral_that_knows_nothing_and_is_not_safe() -> None:
    said = referring.referral({}, "draft", TODAY)
    assert isinstance(said, ReferralMade)
    assert (said.dash, said.consent, said.routing) == (None, None, None)
    assert grade_referral(said).grade is Grade.UNKNOWN
    assert [person.contact for person in said.people] == [None, None]
    assert referring.withheld({}, "draft") is None


def test_where_the_answers_of_a_page_are_from_is_of_those_that_there_are() -> None:
    answers = {
        "dash-1": {"D01": "yes", "D02": "no", "source": "victim"},
        "dash-2": {"D09": "dont-know", "D10": "not-asked", "source": "records"},
        "dash-3": {"D17": "no"},
    }
    dash = referring.referral(answers, "draft", TODAY).dash
    assert dash is not None
    assert dash.sources == {"D01": "victim", "D02": "victim", "D09": "records"}
    assert asking.faults("dash-1", {"source": "the neighbours"}, TODAY) == [("source", "choice")]
    assert "source" not in asking.open_fields("dash-3", answers["dash-3"])
    assert sum(asking.counted("dash-1", answers["dash-1"]).values()) == 8


@lines(__file__, "dash_form")
def test_the_victims_age_says_which_dash_is_asked(line: dict[str, Any]) -> None:
    born = line["born"]
    victim = {f"born-{part}": str(getattr(born, part)) for part in asking.PARTS} if born else {}
    answers = {"victim": victim, **({"form": {"form": line["said"]}} if line["said"] else {})}
    assert asking.dash_form(answers, TODAY) == line["form"]
    assert ("form" in asking.pages_of(answers)) is line["asked"]
    answers["dash-1"] = {"source": "victim"}
    assert not asking.lacks_form(answers, TODAY), "nothing was answered"
    answers["dash-1"] |= {"D01": "yes"}
    assert asking.lacks_form(answers, TODAY) is (line["form"] is None)


@pytest.mark.parametrize(("yes", "grade"), [(14, Grade.HIGH), (13, Grade.UNKNOWN), (0, Grade.UNKNOWN)])
def test_the_dash_of_somebody_under_18_is_sent_and_graded_as_theirs(yes: int, grade: Grade) -> None:
    items = {item: "yes" if place < yes else "no" for place, item in enumerate(DASH_ITEMS)}
    answers = {
        "victim": ANSWERS["victim"] | {"born-year": "2010"},
        "dash-1": {item: items[item] for item in DASH_ITEMS[:8]} | {"source": "records"},
        "dash-2": {item: items[item] for item in DASH_ITEMS[8:]},
    }
    said = referring.referral(answers, "draft", TODAY)
    assert (said.dash, said.instrument, said.instrument_version) == (None, "yp-dash", "2015")
    assert [each.item for each in said.answers] == list(FORMS[Instrument.YP_DASH].items)
    assert [each.source for each in said.answers[7:9]] == ["records", None]
    assert fault(said) is None
    dash = dash_of(said)
    assert dash is not None
    assert (dash.instrument, dict(dash.answers)) == ("yp-dash", items)
    says, _ = pattern.assessment(answers_of(said.answers, said.dash), named=True)
    assert ("Y08" in says) is (yes > 7), "what speaks for stalking is read of hers too"
    graded = grade_referral(said)
    assert (graded.grade, graded.yes) == (grade, yes)
    grown = referring.referral(answers, "draft", date(2028, 3, 2))
    assert grown.dash is not None
    assert not grown.answers


@pytest.mark.parametrize("year", ["1991", "2010"])
def test_a_comment_on_an_item_stands_with_it_and_is_no_answer(year: str) -> None:
    answers = {
        "victim": ANSWERS["victim"] | {"born-year": year},
        "dash-1": {"D01": "yes", "D01-comment": "A broken wrist.", "source": "victim"},
        "dash-2": {"D15-comment": "Would not say."},
    }
    said = referring.referral(answers, "draft", TODAY)
    form = list(FORMS[said.instrument or Instrument.SAFELIVES_DASH_24].items)
    found = comments_of(said.answers, said.dash)
    assert found == {form[0]: "A broken wrist.", form[14]: "Would not say."}
    assert list(answers_of(said.answers, said.dash).values()).count(RiskAnswer.NOT_ASKED) == 23
    assert asking.counted("dash-2", answers["dash-2"]) == {"not-asked": 8}
    assert "D15-comment" not in asking.open_fields("dash-2", {})
    assert asking.faults("dash-2", {"D15-comment": "x" * 4001}, TODAY) == [("D15-comment", "long")]
    unsaid = {"dash-2": answers["dash-2"]}
    assert asking.lacks_form(unsaid, TODAY), "a comment alone is of some form too"


def test_what_was_not_asked_of_the_dash_is_not_no() -> None:
    dash = referring.referral(ANSWERS, "draft", TODAY).dash
    assert dash is not None
    assert [dash.answers[item] for item in list(dash.answers)[:3]] == ["yes", "dont-know", "not-asked"]
    assert set(dash.answers.values()) == {"yes", "dont-know", "not-asked"}


def test_contact_without_a_way_that_is_safe_is_no_way() -> None:
    contact = referring.referral({"contact": {"unsafe": "Never ring."}}, "draft", TODAY).people[0].contact
    assert isinstance(contact, Contact)
    assert contact.method is ContactMethod.NONE_KNOWN


def test_a_draft_is_kept_two_weeks_after_it_was_written_on_and_its_writer_is_warned() -> None:
    touched = datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert drafting.ends(touched) == datetime(2026, 11, 15, 9, tzinfo=UTC)
    assert not drafting.ends_soon(touched, touched + timedelta(days=9))
    assert drafting.ends_soon(touched, touched + timedelta(days=10))


@lines(__file__, "withheld-readers")
def test_support_alone_reads_what_she_chose_not_to_tell(line: dict[str, Any]) -> None:
    kind = AgencyKind(line["kind"]) if line["kind"] else None
    assert may_read(("idva",), kind, line["areas"], ("north",), own=line["own"]) is line["reads"]
    others = ("marac-chair", "reporter", "operator")
    assert not may_read(others, kind, line["areas"], ("north",), own=line["own"])
    assert may_keep(kind) is line["keeps"]


@lines(__file__, "withheld-whose")
def test_what_she_told_is_shown_in_her_own_case_alone(line: dict[str, Any]) -> None:
    assert is_hers(line["victim"], line["records"]) is line["shown"]

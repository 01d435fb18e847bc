"""What is refused of an assessment, and what it leaves to ask."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.people import ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.rules.instruments import FACTORS, FORMS
from contracts.vocabulary import Grade, Instrument, RiskFactor, RiskQuestion, Role
from services.referrals.rules.assessing import fault, left_open, questions

DASH = list(FORMS[Instrument.SAFELIVES_DASH_24].items)


def assessed(answers: dict[str, str] | None = None, **values: Any) -> RiskAssessed:
    given: dict[str, Any] = {
        "people": [Mention(role=Role.VICTIM)],
        "instrument": "safelives-dash-24",
        "instrument_version": "2015",
        "answers": [{"item": item, "answer": answer} for item, answer in (answers or {}).items()],
    }
    return RiskAssessed.model_validate(given | values)


def referred(dash: dict[str, Any] | None) -> ReferralMade:
    people = [{"role": "victim"}, {"role": "perpetrator"}]
    return ReferralMade.model_validate({"people": people, "dash": dash})


def judged(grade: str, **values: Any) -> dict[str, Any]:
    return {"judgement": {"grade": grade, "reason": "Seen at home.", **values}}


def test_a_mappa_level_is_of_the_one_perpetrator_who_is_named() -> None:
    given = {"instrument": "other", "instrument_version": "1", "mappa": "level-2"}
    one, other = {"role": "perpetrator"}, {"role": "suspect"}
    assert assessed(**given, people=[one]).mappa == "level-2"
    for people in ([], [one, other], [{"role": "victim"}]):
        with pytest.raises(ValidationError, match="one perpetrator"):
            assessed(**given, people=people)


def test_of_a_referral_the_items_of_any_instrument_are_taken_and_what_is_left_out_is_asked_for() -> None:
    people = [{"role": "victim"}, {"role": "perpetrator"}]

    def by_items(instrument: str, version: str, *items: str, **more: Any) -> ReferralMade:
        answers = [{"item": item, "answer": "yes", "source": "records"} for item in items]
        given = {"people": people, "instrument": instrument, "instrument_version": version}
        return ReferralMade.model_validate(given | {"answers": answers, **more})

    young = by_items("yp-dash", "2015", "Y01", "Y02")
    assert fault(young) is None
    assert left_open(young)[0] == list(FORMS[Instrument.YP_DASH].items)[2:]
    assert RiskQuestion.ITEMS_MISSING in questions(young, 14)
    assert RiskQuestion.NO_ANSWERS not in questions(young, 14)
    for wrong, found in (
        (by_items("yp-dash", "1999", "Y01"), ("no-such-version", "instrument_version")),
        (by_items("yp-dash", "2015", "D01"), ("no-such-item", "answers.0.item")),
        (by_items("dara", "2022", "A01", "A01"), ("answered-twice", "answers.1.item")),
        (by_items("dara", "2022", "A01", dash=WHOLE), ("answered-twice", "dash")),
    ):
        assert fault(wrong) == found
    with pytest.raises(ValidationError, match="of an instrument"):
        ReferralMade.model_validate({"people": people, "answers": [{"item": "D01", "answer": "yes"}]})


HIGH = dict.fromkeys(DASH[:14], "yes") | dict.fromkeys(DASH[14:], "no")
TWICE = [{"item": "D01", "answer": "yes"}, {"item": "D01", "answer": "no"}]
WHOLE: dict[str, Any] = {"answers": dict.fromkeys(DASH, "no")}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (assessed(dict.fromkeys(DASH[:23], "no")), None),
        (assessed(), None),
        (assessed(instrument_version="1999"), ("no-such-version", "instrument_version")),
        (assessed(instrument="other", instrument_version="ours"), None),
        (assessed({"D01": "yes", "D25": "yes"}), ("no-such-item", "answers.1.item")),
        (assessed({"P01": "yes"}), ("no-such-item", "answers.0.item")),
        (
            assessed({"X01": "yes"}, instrument="other", instrument_version="1"),
            ("no-such-item", "answers.0.item"),
        ),
        (assessed({"D01": "often"}), ("no-such-answer", "answers.0.answer")),
        (assessed({"A01": "often"}, instrument="dara", instrument_version="2022"), None),
        (assessed({"D01": "yes"}, dash=WHOLE), ("answered-twice", "dash")),
        (assessed(dash=WHOLE), None),
        (
            assessed(dash=WHOLE | {"instrument_version": "1999"}),
            ("no-such-version", "dash.instrument_version"),
        ),
        (referred(WHOLE), None),
        (referred(None), None),
        (referred(WHOLE | {"instrument_version": "2009"}), None),
        (referred(WHOLE | {"instrument_version": "1999"}), ("no-such-version", "dash.instrument_version")),
        (assessed(HIGH, **judged("medium", by="S-1")), ("second-person-missing", "judgement.second")),
        (assessed(HIGH, **judged("medium", by="S-1", second="S-2")), None),
        (assessed(HIGH, **judged("medium", second="S-2")), ("first-person-missing", "judgement.by")),
        (
            assessed(HIGH, **judged("medium", by="PC 12", second=" pc12 ")),
            ("same-person", "judgement.second"),
        ),
        (assessed(HIGH, **judged("high")), None),
        (assessed(dict.fromkeys(DASH[:9], "yes"), **judged("high")), None),
        (
            assessed(dict.fromkeys(DASH[:13], "yes"), **judged("medium", by="S-1")),
            ("second-person-missing", "judgement.second"),
        ),
        (assessed(instrument="dara", instrument_version="2022", **judged("medium", by="S-1")), None),
        (
            assessed(
                instrument="dara", instrument_version="2022", grade="high", **judged("medium", by="S-1")
            ),
            ("second-person-missing", "judgement.second"),
        ),
    ],
)
def test_what_is_wrong_with_it(said: ReferralMade | RiskAssessed, found: tuple[str, str] | None) -> None:
    assert fault(said) == found


def test_an_item_that_is_answered_twice_is_refused_at_the_second() -> None:
    said = RiskAssessed.model_validate(assessed().model_dump() | {"answers": TWICE})
    assert fault(said) == ("answered-twice", "answers.1.item")


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        (assessed(HIGH), []),
        (assessed(dict.fromkeys(DASH[:23], "no")), ["items-missing"]),
        (assessed(HIGH | {"D24": "dont-know"}), ["items-unknown"]),
        (assessed(dash=WHOLE), []),
        (assessed(), ["no-grade", "no-answers"]),
        (assessed(grade="medium"), ["no-grade", "no-answers"]),  # it is counted, and nothing was answered
        (assessed(grade="medium", instrument="dara", instrument_version="2022"), ["no-answers"]),
        (assessed(HIGH, people=[]), ["no-victim"]),
        (assessed(instrument="other", instrument_version="ours"), ["no-grade"]),
        (assessed(instrument="dara", instrument_version="2022", **judged("high")), ["no-answers"]),
    ],
)
def test_what_it_leaves_to_ask(said: RiskAssessed, asks: list[str]) -> None:
    assert [question.value for question in questions(said, 14)] == asks


@pytest.mark.parametrize(
    ("accused", "asked"),
    [
        ([], True),
        ([Mention(role=Role.PERPETRATOR, relationship="ex-partner")], True),
        ([Mention(role=Role.PERPETRATOR, identity={"name": {"family": "Marsh"}})], False),
    ],
)
def test_of_a_referral_it_is_asked_who_is_accused(accused: list[Mention], asked: bool) -> None:
    said = ReferralMade(people=[Mention(role=Role.VICTIM), *accused], dash=WHOLE)
    assert [each.value for each in questions(said, 14)] == ["no-perpetrator"] * asked


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({"criteria": ["professional-judgement"]}, True),
        ({"criteria": ["professional-judgement"], "narrative": {"text": "He waits."}}, False),
        ({"criteria": ["repeat"]}, False),
        ({"dash": WHOLE | {"judgement": Grade.HIGH}}, True),
        ({"dash": WHOLE | {"judgement": Grade.HIGH, "judgement_reason": "Afraid."}}, False),
    ],
)
def test_of_a_referral_by_judgement_its_reason_is_asked(more: dict[str, Any], asked: bool) -> None:
    people = [Mention(role=Role.VICTIM), Mention(role=Role.PERPETRATOR, identity={"name": {"family": "Ma"}})]
    said = ReferralMade.model_validate({"people": people, "dash": WHOLE} | more)
    assert [each.value for each in questions(said, 14)] == ["no-reason"] * asked


def test_whether_a_grade_is_asked_for_is_by_the_areas_own_number() -> None:
    twelve_and_one_open = assessed(dict.fromkeys(DASH[:12], "yes") | dict.fromkeys(DASH[12:22], "no"))
    assert [each.value for each in questions(twelve_and_one_open, 14)] == ["no-grade", "items-missing"]
    assert [each.value for each in questions(twelve_and_one_open, 12)] == ["items-missing"]


def test_a_dash_of_23_answers_says_which_is_missing() -> None:
    said = assessed(dict.fromkeys(DASH[:23], "no") | {"D03": "not-asked"})
    assert left_open(said) == (["D24"], ["D03"])


def test_each_form_has_its_number_of_items_and_each_factor_its_words() -> None:
    sizes = {instrument.value: len(form.items) for instrument, form in FORMS.items()}
    assert sizes == {"safelives-dash-24": 24, "police-dash-27": 27, "yp-dash": 24, "dara": 18, "s-dash": 11}
    assert FACTORS.keys() == set(RiskFactor)
    assert all(len(set(form.items.values())) == len(form.items) for form in FORMS.values())

"""Which offences are named and what is found of each element, as a table; and when a decision stands."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from contracts.events.orders import BreachReported, PatternDecided
from contracts.events.people import IncidentReported
from contracts.rules import offences, pattern, pattern_decisions
from contracts.rules.instruments import FACTORS, FORMS
from contracts.vocabulary import Act, Effect, Instrument, Offence, OffenceElement, PatternDecision, RiskAnswer
from tests.support.facts import NOON, root_of
from tests.support.tables import lines, read


def told(*occasions: str) -> list[list[pattern.Word]]:
    """Occurrences by the codes of their records; each was recorded an hour after the one before."""
    return [
        [
            pattern.record(f"{n}.{m}", NOON + timedelta(hours=n), each.split())
            for m, each in enumerate(occasion.split("/"))
        ]
        for n, occasion in enumerate(occasions)
    ]


def assessed(instrument: str, given: dict[str, str]) -> pattern.Word:
    form = FORMS[Instrument(instrument)]
    no = RiskAnswer.NEVER if instrument == "dara" else RiskAnswer.NO
    assert given.keys() <= form.items.keys()
    answers = dict.fromkeys(form.items, no) | {item: RiskAnswer(each) for item, each in given.items()}
    says, unknown = pattern.assessment(answers, named=True)
    return pattern.Word(instrument, NOON, says, unknown)


def all_assessed(line: dict[str, Any]) -> list[pattern.Word]:
    found = [assessed(instrument, given) for instrument, given in line.get("assessed", {}).items()]
    if "dash" not in line:
        return found
    answers = dict.fromkeys(line["dash"], "yes") | dict.fromkeys(line.get("not asked", ()), "not-asked")
    return [assessed("safelives-dash-24", answers), *found]


@lines(__file__, "pattern")
def test_what_is_named(line: dict[str, Any]) -> None:
    found = pattern.read(told(*line["told"]), all_assessed(line))
    assert [each.offence for each in found.named] == line["named"]
    if "parts" in line:
        reading = next(each for each in found.readings if each.offence == line["of"])
        states = {each.element: each.state for each in reading.elements}
        assert line["parts"].items() <= states.items()
        counted = {each.element: each.occasions for each in reading.elements}
        assert line.get("occasions", {}).items() <= counted.items()


def test_an_element_names_the_facts_that_speak_for_it_and_counts_occurrences() -> None:
    found = pattern.read(told("contact / contact", "requirement-missed", "attended arranged", "online"), [])
    (stalking,) = (each for each in found.named if each.offence is Offence.STALKING)
    acts = stalking.elements[0]
    assert (acts.occasions, acts.by) == (2, ("0.0", "0.1", "3.0"))
    assert stalking.since == NOON + timedelta(hours=3), "since the second was on record"
    assert [[word.root for word in each] for each in found.apart] == [["2.0"]]
    assert stalking.against == ("2.0",)


def harassment(*occasions: str) -> pattern.Reading:
    readings = pattern.read(told(*occasions), []).readings
    return next(each for each in readings if each.offence is Offence.HARASSMENT)


def decided(decision: PatternDecision, hours: float, *considered: str) -> pattern_decisions.Decided:
    at = NOON + timedelta(hours=hours)
    return pattern_decisions.Decided(f"{hours}", Offence.HARASSMENT, decision, at, frozenset(considered))


def after(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def test_somebody_must_decide_within_three_days_of_the_second_occurrence() -> None:
    reading = harassment("contact", "contact", "contact")
    assert pattern_decisions.question(reading, [], NOON).due == after(1 + 72)


def test_a_decision_stands_until_something_else_happens() -> None:
    done = decided(PatternDecision.NOT_RECORDED, 5, "0.0", "1.0")
    assert pattern_decisions.question(harassment("contact", "contact"), [done], after(900)).due is None
    told_again = harassment("contact", "contact / harassment")
    assert pattern_decisions.question(told_again, [done], after(900)).due is None, (
        "another record of the same is not new"
    )
    reopened = pattern_decisions.question(harassment("contact", "contact", "contact"), [done], after(900))
    assert (reopened.due, reopened.last) == (after(2 + 72), done)


def test_of_one_act_nobody_is_asked_anew_by_other_conduct_nor_by_what_settles_itself() -> None:
    done = [replace(decided(PatternDecision.NOT_RECORDED, 5, "0.0"), offence=Offence.ACTUAL_BODILY_HARM)]

    def due(*later: str) -> datetime | None:
        readings = pattern.read(told("assault-with-injury", *later), []).readings
        reading = next(each for each in readings if each.offence is Offence.ACTUAL_BODILY_HARM)
        return pattern_decisions.question(reading, done, after(900)).due

    assert due() is None
    assert due("contact", "threat fear-of-violence") is None
    assert due("assault-with-injury crime") is None
    assert due("assault-with-injury") is not None


def test_a_record_that_says_what_nobody_had_said_of_an_occurrence_is_decided_anew() -> None:
    done = decided(PatternDecision.NOT_RECORDED, 5, "0.0", "1.0")
    afraid = pattern_decisions.question(
        harassment("contact", "contact / contact alarm-or-distress"), [done], after(900)
    )
    assert (afraid.due, afraid.last) == (after(1 + 72), done), "it speaks for an element that was missing"
    had_both = decided(PatternDecision.NOT_RECORDED, 5, "0.0", "1.0", "1.1")
    assert (
        pattern_decisions.question(
            harassment("contact", "contact / contact alarm-or-distress"), [had_both], after(900)
        ).due
        is None
    )
    other = harassment("contact alarm-or-distress", "contact / contact alarm-or-distress")
    assert pattern_decisions.question(other, [done], after(900)).due is None, "whoever decided had it"


def test_a_second_form_that_says_the_same_asks_nobody_anew() -> None:
    """With a form made at each call-out somebody would be asked at each."""
    first, again, of_nothing = (
        replace(assessed("police-dash-27", given), root=root, recorded=after(hours))
        for root, hours, given in (("a", 1, {"P08": "yes"}), ("b", 48, {"P08": "yes"}), ("c", 2, {}))
    )

    def due(*forms: pattern.Word, by: str) -> datetime | None:
        readings = pattern.read(told("contact", "contact"), forms).readings
        reading = next(each for each in readings if each.offence is Offence.STALKING)
        done = replace(decided(PatternDecision.NOT_RECORDED, 5, "0.0", "1.0", *by), offence=Offence.STALKING)
        return pattern_decisions.question(reading, [done], after(900)).due

    assert due(first, again, by="a") is None
    assert due(again, first, by="b") is None
    assert due(of_nothing, again, by="") == after(48 + 72), "the first that speaks of it; the other does not"
    assert due(of_nothing, again, by="c") == after(48 + 72), "though a form that does not was considered"
    frightened = replace(assessed("s-dash", {"S01": "yes"}), root="d", recorded=after(50))
    assert due(first, frightened, by="a") == after(50 + 72), "nothing had said that"


def test_the_newest_decision_counts_and_one_of_another_offence_does_not() -> None:
    first = decided(PatternDecision.NOT_RECORDED, 5, "0.0", "1.0")
    later = decided(PatternDecision.RECORDED, 9, "0.0", "1.0", "2.0")
    reading = harassment("contact", "contact", "contact")
    assert pattern_decisions.question(reading, [later, first], after(10)) == pattern_decisions.Question(
        later, None
    )
    (stalking,) = (e for e in pattern.read(told("contact", "contact"), []).named if e.offence == "stalking")
    assert pattern_decisions.question(stalking, [first], after(10)).due == after(1 + 72)


def test_not_yet_stands_for_a_week() -> None:
    waits = decided(PatternDecision.NOT_YET, 5, "0.0", "1.0")
    reading = harassment("contact", "contact")
    week = after(5 + 7 * 24)
    assert pattern_decisions.question(reading, [waits], week - timedelta(seconds=1)).due is None
    assert pattern_decisions.question(reading, [waits], week).due == week + timedelta(hours=72)


def test_a_dash_that_names_nobody_leaves_open_whom_it_is_about() -> None:
    answers = {f"D{n:02}": RiskAnswer.YES if n == 15 else RiskAnswer.NO for n in range(1, 25)}
    unasked = offences.EFFECTS | offences.CONNECTED
    assert pattern.assessment(answers, named=False) == (frozenset(), {"D15"} | unasked)
    assert pattern.assessment(answers, named=True) == ({"D15"}, unasked)


def test_an_assessment_without_items_leaves_everything_open() -> None:
    says, unknown = pattern.assessment({}, named=True)
    assert not says
    assert unknown == offences.EFFECTS | offences.CONNECTED | offences.ITEMS - offences.ALARMED


@lines(__file__, "instrument_items")
def test_which_item_of_an_instrument_speaks_of_which_element(line: dict[str, Any]) -> None:
    form = FORMS[Instrument(line["instrument"])]
    assert FACTORS[form.items[line["item"]]][0] == line["asks"]
    found = {
        f"{element.name}{'' if way.times == 1 else f' x{way.times}'}"
        for element in offences.ELEMENTS
        for way in element.ways
        if line["item"] in way.codes
    }
    item = line["item"]
    speaks = {each for each in form.answers if item in pattern.assessment({item: each}, named=True)[0]}
    assert found == {*line["speaks of" if speaks else "leaves unknown"]}
    assert (speaks == pattern.GOES_ON) is line.get("often", False)


def test_the_table_has_every_item_that_speaks() -> None:
    rows = read(__file__, "instrument_items")
    assert {row["item"] for row in rows} == offences.ITEMS


def test_a_decision_says_why_and_names_nobody() -> None:
    given = {"breach": root_of("breach"), "offence": "stalking", "decision": "recorded", "rank": "sergeant"}
    given |= {"considered": [root_of("breach")], "narrative": {"text": "Two in a week."}}
    assert pattern_decisions.fault(PatternDecided.model_validate(given)) is None
    named = PatternDecided.model_validate(given | {"people": [{"role": "child"}]})
    assert pattern_decisions.fault(named) == ("content.people", "people-given")


def test_what_a_record_says_by_codes() -> None:
    people = [{"role": "perpetrator", "relationship": "ex-partner"}, {"role": "victim"}]
    breach = BreachReported.model_validate(
        {
            "kind": "attended",
            "people": people,
            "weapon": True,
            "acts": ["watched"],
            "circumstance": "unwanted",
        }
    )
    assert pattern.codes(breach, breach.people[:1]) == {
        "attended",
        "watched",
        "unwanted",
        "ex-partner",
        "weapon",
    }
    incident = IncidentReported.model_validate(
        {"kind": "stalking", "people": people, "status": "acquitted", "effects": ["daily-life"]}
    )
    assert pattern.codes(incident, []) == {"stalking", "acquitted", "daily-life"}
    charged = {"kind": "common-assault", "people": people, "status": "charged", "crime": True}
    assert pattern.codes(IncidentReported.model_validate(charged), []) == {
        "common-assault",
        "charged",
        "crime",
    }
    dropped = charged | {"status": "no-further-action", "crime": False}
    assert pattern.codes(IncidentReported.model_validate(dropped), []) == {"common-assault"}


def test_everything_may_be_told_of_one_occasion() -> None:
    told = {"kind": "other", "people": [{"role": "victim"}], "acts": list(Act), "effects": list(Effect)}
    assert BreachReported.model_validate(told).acts == list(Act)


def test_the_table_has_every_offence_and_every_element() -> None:
    assert set(offences.OFFENCES) == set(Offence)
    assert {element.name for element in offences.ELEMENTS} == set(OffenceElement)


def test_what_says_that_a_case_is_under_way_is_not_the_intimidation_itself() -> None:
    found = pattern.read(told("threat intimidated-witness", "damage", "assault arranged"), [])
    reading = next(each for each in found.named if each.offence is Offence.WITNESS_INTIMIDATION)
    assert [each.by for each in reading.elements] == [("0.0",), ("1.0", "2.0")]


def test_the_third_breach_without_an_answer_is_named_by_its_number() -> None:
    assert not pattern.left_without_answer(1, None)
    assert pattern.left_without_answer(2, None)
    assert not pattern.left_without_answer(17, NOON)

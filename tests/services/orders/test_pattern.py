"""The pattern of a breach: read with all that every agency says of the two, and of him with others; decided
by an officer, and asked again when something else happens."""

from datetime import timedelta
from typing import Any

from chassis.facts import Fact
from contracts.events.orders import BreachReported, PatternDecided
from contracts.events.people import IncidentReported, ReferralMade, RiskAssessed
from contracts.sections import Narrative
from contracts.vocabulary import DASH_ITEMS, AlertRule, Effect, PatternDecision, Role
from services.orders import patterns
from services.orders.views.pattern_shown import CandidateShown, PatternShown
from tests.services.orders.caseload import ann, ben, breach, cat, incident, order, person, step, world
from tests.support.facts import NOON, corrected, fact, root_of, someone, withdrawn

EX = someone(Role.RESPONDENT, "ben", relationship="ex-partner")


def days(before: int) -> Any:
    return NOON - timedelta(days=before)


def shown(*facts: Fact[Any], cause: str = "breach", days_later: float = 0) -> PatternShown:
    """The pattern as the page of a breach shows it."""
    made = world(*facts)
    row = made.row("orders_breach", root_of(cause))
    people = [made.row("orders_person", each) for each in (*row.respondents, *row.victims)]
    return patterns.shown(row, patterns.between(row, people), {}, NOON + timedelta(days=days_later))


def named(pattern: PatternShown) -> list[str]:
    return [each.offence.value for each in pattern.candidates]


def candidate(pattern: PatternShown, offence: str) -> CandidateShown:
    return next(each for each in pattern.candidates if each.offence == offence)


def contact(name: str, before: int, agency: str = "council", **values: Any) -> Fact[BreachReported]:
    return breach(name, agency, days(before), kind="contact", **values)


def decided(of: Fact[BreachReported], offence: str, *considered: str, at: float = 1) -> Fact[PatternDecided]:
    said = PatternDecided(
        breach=of.root,
        offence=offence,
        decision="not-recorded",
        rank="sergeant",
        considered=[root_of(each) for each in considered],
        narrative=Narrative(text="One of them was a birthday card."),
    )
    when = NOON + timedelta(hours=at)
    return fact(said, agency="police", occurred=when, root=f"decided {offence} {at}", things=[of])


def test_three_agencies_of_one_contact_are_one_and_a_second_contact_is_a_course() -> None:
    once = [contact("breach", 0), contact("again", 0, "police"), contact("third", 0, "hospital")]
    assert named(shown(*once)) == []
    pattern = shown(*once, contact("earlier", 20, "hospital"))
    assert named(pattern) == ["stalking", "harassment"]
    course = candidate(pattern, "harassment").elements[0]
    assert (course.state, course.occasions, course.evidence) == ("met", 2, [1, 2])
    assert [len(each.records) for each in pattern.evidence] == [1, 3], "each occurrence with all its records"


def test_a_record_that_names_her_alone_counts_with_the_occurrence_that_her_row_has_it_in() -> None:
    def numbered(name: str, people: list[Any], **values: Any) -> Fact[IncidentReported]:
        said = IncidentReported(kind="harassment", reference="R 1", people=people, **values)
        return fact(said, agency="hospital", root=name, occurred=days(5))

    both = numbered("both", [ann(), someone(Role.SUSPECT, "ben")])
    hers = numbered("hers", [ann()], effects=["fear-of-violence"])
    pattern = shown(contact("breach", 0), both, hers)
    assert [len(each.records) for each in pattern.evidence] == [2, 1]
    assert root_of("hers") in pattern.considered
    assert candidate(pattern, "harassment").elements[1].state == "met"


def test_each_line_says_who_said_it_and_when_and_what() -> None:
    pattern = shown(contact("breach", 0), contact("seen", 5, acts=["followed"], effects=["fear-of-violence"]))
    line = pattern.evidence[0].records[0]
    assert (line.agency, line.occurred, line.kind) == ("council", days(5), "contact")
    assert ([*line.acts], [*line.effects]) == (["followed"], ["fear-of-violence"])


def test_a_threat_to_make_her_drop_the_case_is_named_with_the_case_or_that_none_is_known() -> None:
    threat = contact("breach", 0, acts=["intimidated-witness"])
    said, case = candidate(shown(threat), "witness-intimidation").elements
    assert (said.state, said.evidence, case.state, case.evidence) == ("met", [1], "unknown", [])
    people = [ann(), someone(Role.SUSPECT, "ben")]
    charged = IncidentReported(kind="common-assault", status="charged", people=people)
    earlier = fact(charged, agency="police", root="assault", occurred=days(30))
    said, case = candidate(shown(threat, earlier), "witness-intimidation").elements
    assert (said.evidence, case.state, case.evidence) == ([2], "met", [1])


def test_a_handover_and_one_misdial_are_shown_and_count_for_nothing() -> None:
    pattern = shown(
        contact("breach", 0),
        contact("handover", 7, circumstance="arranged"),
        contact("misdial", 9, circumstance="by-mistake"),
    )
    assert named(pattern) == []
    assert [each.apart for each in pattern.evidence] == [True, True, False]


def test_of_others_it_is_told_how_many_and_what_and_never_who_when_or_by_whom() -> None:
    hers = fact(IncidentReported(kind="rape", people=[cat(), ben()]), agency="hospital", root="hers")
    pattern = shown(contact("breach", 0), hers, contact("of cat", 3, people=[cat(), ben()]))
    assert named(pattern) == [], "what was done to another is no course of conduct against her"
    assert pattern.others.victims == 1
    assert [(each.kind, each.n) for each in pattern.others.kinds] == [("contact", 1), ("rape", 1)]
    told = pattern.model_dump_json()
    for secret in (person("cat"), root_of("hers"), root_of("of cat"), "hospital"):
        assert secret not in told


def test_what_she_is_said_to_have_done_to_him_is_said_and_is_none_of_his() -> None:
    other_way = [someone(Role.VICTIM, "ben"), someone(Role.SUSPECT, "ann")]
    pattern = shown(contact("breach", 0), incident("his", people=other_way))
    assert (named(pattern), pattern.other_way) == ([], 1)


def test_where_nobody_knows_who_did_it_to_whom_nothing_is_read_and_that_is_said() -> None:
    alone = breach("breach", kind="contact", people=[ann()])
    assert not shown(alone, contact("earlier", 3)).readable


def referral(item: str, people: list[Any], answer: str = "yes", **dash: str) -> Fact[ReferralMade]:
    answers = {str(each): "no" for each in DASH_ITEMS} | {item: answer}
    said = ReferralMade.model_validate({"people": people, "dash": {"answers": answers, **dash}})
    return fact(said, agency="council", root="referral", occurred=days(2))


def test_a_dash_speaks_and_dont_know_is_not_no() -> None:
    strangled = shown(contact("breach", 0), referral("D15", [ann(), ben_as_perpetrator()]))
    assert named(strangled) == ["strangulation"]
    assert strangled.evidence[0].records[0].items == ["D15"]
    unsure = shown(contact("breach", 0), referral("D08", [ann(), ben_as_perpetrator()], "dont-know"))
    assert named(unsure) == []
    (stalking,) = (each for each in unsure.not_named if each.offence == "stalking")
    assert stalking.elements[0].state == "unknown"


def test_the_polices_own_instruments_speak_and_say_what_they_are() -> None:
    content = {"instrument": "dara", "instrument_version": "2022", "people": [ann(), ben_as_perpetrator()]}
    content |= {"answers": [{"item": "A14", "answer": "often"}, {"item": "A02", "answer": "occasionally"}]}
    said = fact(RiskAssessed.model_validate(content), agency="police", root="assessed", occurred=days(2))
    pattern = shown(contact("breach", 0), said)
    assert named(pattern) == ["stalking"]
    (record,) = pattern.evidence[0].records
    assert (record.instrument, record.items, record.factors) == ("dara", ["A14"], ["stalked"])
    (control,) = (
        each for each in shown(contact("breach", 0), said).not_named if each.offence == "harassment"
    )
    assert control.elements[0].state == "missing", "a form is no occurrence"


def test_a_dash_that_is_sent_whole_says_which_it_is() -> None:
    for instrument in ("safelives-dash-24", "yp-dash"):
        said = referral("D15", [ann(), ben_as_perpetrator()], instrument=instrument)
        (record,) = shown(contact("breach", 0), said).evidence[0].records
        assert (record.instrument, record.factors) == (instrument, ["strangled"])


def ben_as_perpetrator() -> Any:
    return someone(Role.PERPETRATOR, "ben")


def test_a_decision_stands_until_something_else_happens_and_counts_on_the_next_breachs_page() -> None:
    told = [contact("breach", 0), contact("earlier", 20)]
    done = [decided(told[0], offence, "breach", "earlier") for offence in ("stalking", "harassment")]
    pattern = shown(*told, *done, days_later=30)
    assert [each.due for each in pattern.candidates] == [None, None]
    decision = candidate(pattern, "harassment").decision
    assert decision
    assert (decision.stands, decision.agency, decision.rank) == (True, "police", "sergeant")
    new = contact("new", -1)
    reopened = candidate(shown(*told, *done, new, cause="new", days_later=2), "harassment")
    assert reopened.decision
    assert (reopened.decision.stands, reopened.due) == (False, NOON + timedelta(days=1 + 3))


def test_what_was_seen_is_another_after_a_correction_and_after_another_officers_decision() -> None:
    told = [contact("breach", 0), contact("earlier", 20)]
    bare = [each.model_copy(update={"mention": None}) for each in told[1].said.people]
    graver = told[1].said.model_copy(update={"people": bare, "effects": [Effect.FEAR_OF_VIOLENCE]})
    before = shown(*told)
    assert shown(*told).seen == before.seen
    for more in (corrected(told[1], graver), decided(told[0], "harassment", "breach", "earlier")):
        after = shown(*told, more)
        assert after.considered == before.considered
        assert after.seen != before.seen


def test_a_decision_that_is_taken_back_is_none_and_a_record_that_is_taken_back_counts_no_more() -> None:
    told = [contact("breach", 0), contact("earlier", 20)]
    done = decided(told[0], "harassment", "breach", "earlier")
    assert candidate(shown(*told, done, withdrawn(done)), "harassment").decision is None
    assert named(shown(*told, withdrawn(told[1]))) == []


def test_the_third_breach_without_an_answer_says_so_whatever_it_was() -> None:
    missed = [breach(f"{n}", "police", days(10 * n), kind="requirement-missed") for n in (3, 2)]
    third = breach("breach", "police", kind="requirement-missed")
    pattern = shown(*missed, third)
    assert (named(pattern), pattern.without_answer) == ([], True)
    assert not shown(missed[0], third).without_answer


def test_the_relationship_is_read_from_whoever_says_it() -> None:
    told = [
        breach("breach", kind="threat", people=[ann(), EX]),
        breach("earlier", "hospital", days(9), kind="threat"),
    ]
    elements = {
        each.element: each.state for each in candidate(shown(*told), "controlling-or-coercive").elements
    }
    assert elements["personally-connected"] == "met"


def about(name: str, *facts: Fact[Any]) -> list[tuple[bool, str, int, str | None, bool]]:
    """What whoever asks for somebody's orders is told of a pattern."""
    row = world(*facts).row("orders_person", person(name))
    found = patterns.named_of(person(name), row, NOON)
    return [
        (each.by, each.offence.value, each.occasions, each.decision and each.decision.value, each.stands)
        for each in found
    ]


def test_whoever_asks_for_somebodys_orders_is_told_of_it_on_either_side_and_never_of_whom() -> None:
    told = (contact("breach", 1), contact("earlier", 9), contact("of cat", 5, people=[cat(), ben()]))
    want = [("stalking", 2, None, False), ("harassment", 2, None, False)]
    assert about("ben", *told) == [(True, *each) for each in want]
    assert about("ann", *told) == [(False, *each) for each in want]
    assert about("cat", *told) == []
    done = decided(told[0], "stalking", "breach", "earlier", at=-1)
    assert about("ann", *told, done)[0] == (False, "stalking", 2, "not-recorded", True)


def test_whoever_asks_for_somebodys_orders_is_told_of_breach_upon_breach_without_an_answer() -> None:
    told = [contact(name, days) for name, days in (("breach", 2), ("earlier", 9), ("first", 12))]
    answered = step("arrested", -47, told[0])
    for name in ("ann", "ben"):
        assert unanswered(name, *told) == (3, {each.root for each in told})
        assert unanswered(name, *told, answered)[0] == 0


def unanswered(name: str, *facts: Fact[Any]) -> tuple[int, set[str]]:
    """How many breaches without an answer whoever asks for somebody's orders is told of, and which."""
    made = world(*facts)
    rows = [row for each in ("ann", "ben", "cat") if (row := made.row("orders_person", person(each)))]
    return patterns.without_answer({person(name)}, rows, NOON)


def test_what_names_her_alone_counts_against_whom_her_order_binds_and_nobody_else() -> None:
    """As the next breach's clock and the briefing count it: whoever sees it first knows her, and no order."""
    alone = [contact(f"alone {n}", n, people=[ann()]) for n in (12, 9, 6)]
    of_one_other = contact("of one other", 6, "police", people=[ann(), EX])
    of_cat = contact("of cat", 5, people=[cat()])
    want = (3, {root_of(each) for each in ("alone 12", "alone 9", "alone 6", "of one other")})
    for name in ("ann", "ben"):
        assert unanswered(name, order(), *alone, of_one_other, of_cat) == want
    assert unanswered("ben", *alone, of_cat) == (0, set()), "no order protects her from him"


def test_a_row_keeps_of_a_decision_what_came_since_and_of_an_overtaken_one_nothing() -> None:
    """However much each considered: a case's row does not grow by the case with each decision."""
    told = [contact(f"told {n}", 30 - n) for n in range(12)]
    names = [f"told {n}" for n in range(12)]
    first = decided(told[0], "stalking", *names, at=-24)
    again = decided(told[1], "stalking", *names, at=-12)
    new, other = contact("breach", 0), contact("of cat", 0, people=[cat(), ben()])

    def kept(*facts: Fact[Any]) -> list[tuple[str, ...]]:
        row = world(*told, *facts).row("orders_person", person("ben"))
        return [line.unseen for line in row.decisions]

    assert kept(first) == [()]
    assert kept(first, other) == [()], "another victim's is no matter of this"
    assert kept(first, new) == [(root_of("breach"),)]
    assert kept(first, again, new) == [(), (root_of("breach"),)]


def to_decide(*facts: Fact[Any], cause: str = "earlier", hours_later: float = 0) -> float | None:
    """The clock of what is to be decided, in hours from noon, as the row of a breach has it."""
    made = world(*facts)
    made.at = NOON + timedelta(hours=hours_later)
    due = made.row("orders_breach", root_of(cause)).clocks.wanted.get(AlertRule.PATTERN)
    return None if due is None else (due - NOON) / timedelta(hours=1)


def test_what_is_to_be_decided_of_two_people_is_one_clock_that_the_facts_start_move_and_stop() -> None:
    first, now = contact("earlier", 20), contact("breach", 0)
    recorded = (now.recorded - NOON) / timedelta(hours=1)
    assert to_decide(first) is None
    assert to_decide(first, now) == recorded + 72
    assert to_decide(first, now, cause="breach") is None, "one clock, on the first of them"
    threat = contact("threat", 0, "hospital", acts=["threatened-to-kill"])
    assert to_decide(first, now, threat) == recorded + 24, "the first to be late"
    done = [decided(now, each, "breach", "earlier") for each in ("stalking", "harassment")]
    assert to_decide(first, now, done[0]) == recorded + 72, "the other is not decided"
    assert to_decide(first, now, *done) is None
    again = contact("again", -1)
    asked = to_decide(first, now, *done, again)
    assert asked == (again.recorded - NOON) / timedelta(hours=1) + 72, "something else has happened"
    assert to_decide(now, withdrawn(first), first) is None, "and on what stands it is the first"
    assert to_decide(contact("before", 30), first, now) is None
    assert to_decide(contact("before", 30), first, now, cause="before") is not None


def test_what_is_not_yet_decided_is_asked_again_in_a_week() -> None:
    first, now = contact("earlier", 20), contact("breach", 0)
    done = [decided(now, each, "breach", "earlier") for each in ("stalking", "harassment")]
    not_yet = done[1].said.model_copy(update={"decision": PatternDecision.NOT_YET})
    waits = fact(not_yet, agency="police", occurred=done[1].occurred, root="not yet", things=[now])
    made = world(first, now, done[0], waits)
    week = waits.occurred + timedelta(days=7)
    assert made.fold()["orders_breach", root_of("earlier")].changes_at <= week
    assert to_decide(first, now, done[0], waits, hours_later=2) is None
    later = (week - NOON) / timedelta(hours=1)
    assert to_decide(first, now, done[0], waits, hours_later=later) == later + 72

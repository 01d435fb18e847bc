"""The answer to a breach: how long it may take, whose steps count, and who is asked for it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.facts import Fact
from contracts.events.alerts import AlertAcknowledged, AlertPassedOn
from contracts.vocabulary import AlertRule, Grade, Role
from tests.services.orders.caseload import (
    ann,
    answer,
    breach,
    breach_of,
    given_back,
    order,
    person,
    raised,
    risk,
    service,
    step,
    world,
)
from tests.support.facts import IDS, NOON, corrected, fact, root_of, someone, withdrawn
from tests.support.world import World

ASKS = AlertRule.NO_ANSWER


def told(*facts: Fact[Any], hours: float) -> World:
    """What is told when so many hours are over since the breach."""
    made = world(order(), service(), risk(Grade.STANDARD), *facts)
    made.at = NOON + timedelta(hours=hours)
    made.settle()
    return made


def taken(hours: float, generation: int = 1, cause: str = "breach") -> Fact[AlertAcknowledged]:
    person = IDS.staff("test", "supervisor")
    said = AlertAcknowledged(cause=root_of(cause), rule=ASKS, generation=generation, person=person)
    at = NOON + timedelta(hours=hours)
    return fact(said, agency="goldthread", occurred=at, root=f"taken {cause} {generation}")


def test_who_gives_the_question_back_has_not_taken_it() -> None:
    """It goes on climbing, and no second one is raised beside it."""
    waits = told(breach(), hours=25)
    took = taken(25)
    said = {**took.said.model_dump(), "rung": 0, "reason": "cannot-take"}
    back = fact(AlertPassedOn.model_validate(said), agency="goldthread", occurred=NOON + timedelta(hours=26))
    waits.add(took, back)
    waits.at = NOON + timedelta(hours=60)
    waits.settle()
    assert standing(waits) == [1]


def standing(of: World, cause: str = "breach") -> list[int]:
    row = of.row("orders_breach", root_of(cause))
    return [line.generation for line in row.answer.asked]


def test_after_a_day_without_an_answer_somebody_is_asked_in_her_area() -> None:
    assert raised(told(breach(), hours=23.9), rule=ASKS) == []
    assert raised(told(breach(), hours=24), rule=ASKS) == [(1, "hour", "north")]


def test_the_row_says_when_it_changes_by_itself() -> None:
    made = told(breach(), hours=1)
    folded = made.fold()["orders_breach", root_of("breach")]
    assert folded.changes_at == NOON + timedelta(hours=24)


def test_an_answer_stands_it_down_and_a_look_at_it_does_not() -> None:
    seen = breach()
    waits = told(seen, step("triaged", 20, seen), hours=25)
    assert standing(waits) == [1]
    waits.add(step("arrested", 25, seen))
    waits.settle()
    assert standing(waits) == []


def test_what_is_withdrawn_is_asked_for_no_more() -> None:
    seen = breach()
    waits = told(seen, hours=25)
    waits.add(withdrawn(seen))
    waits.settle()
    assert standing(waits) == []


@pytest.mark.parametrize(
    "end",
    ["left", "taken again", "no-further-action", "arrested", "released", "charged", "suspect-outstanding"],
)
def test_of_one_that_was_taken_and_left_a_supervisor_sees_the_withdrawal(end: str) -> None:
    seen = breach()
    waits = told(seen, hours=1)
    waits.add(answer("breach"))
    waits.at = NOON + timedelta(hours=25)
    waits.settle()
    assert standing(waits) == [1]
    if end == "taken again":
        waits.add(taken(25))
    if end not in ("left", "taken again"):
        waits.add(step("arrested", 25, seen), *([step(end, 26, seen)] if end != "arrested" else []))
    waits.settle()
    waits.add(withdrawn(seen))
    waits.settle()
    for _ in range(2):
        assert raised(waits, rule=AlertRule.BREACH_WITHDRAWN) == (
            [] if end in ("taken again", "no-further-action", "charged") else [(1, "hour", "north")]
        )
        waits.settle()


def test_two_records_of_one_breach_ask_once_and_either_ones_answer_counts() -> None:
    seen, police = breach("seen"), breach("breach", agency="police", occurred=NOON + timedelta(minutes=20))
    waits = told(seen, police, hours=26)
    assert [len(raised(waits, cause, ASKS)) for cause in ("seen", "breach")] == [1, 0]
    waits.add(step("deployed", 26, police))
    waits.settle()
    assert standing(waits, "seen") == []


def test_whoever_took_it_is_asked_again_when_nothing_was_done() -> None:
    seen = breach()
    assert standing(told(seen, step("triaged", 1, seen), hours=25)) == [1]
    later = told(seen, hours=25)
    later.add(taken(26))
    later.at = NOON + timedelta(hours=49)
    later.settle()
    assert standing(later) == [1]
    later.at = NOON + timedelta(hours=50)
    later.settle()
    assert standing(later) == [2]


@pytest.mark.parametrize(
    ("grade", "hours", "urgency"),
    [
        (Grade.HIGH, 2, "now"),
        (Grade.UNKNOWN, 2, "now"),
        (Grade.MEDIUM, 8, "hour"),
        (Grade.STANDARD, 24, "hour"),
    ],
)
def test_whoever_took_the_alert_and_left_it_is_asked_for_by_the_danger(
    grade: Grade, hours: int, urgency: str
) -> None:
    """At high risk at once; and again after as long, until a step is told."""
    seen = breach()
    waits = world(order(), service(), risk(grade), seen)
    waits.settle()
    waits.add(answer("breach"))
    waits.at = NOON + timedelta(hours=hours - 0.1)
    waits.settle()
    assert raised(waits, rule=ASKS) == []
    waits.at = NOON + timedelta(hours=hours)
    waits.settle()
    assert raised(waits, rule=ASKS) == [(1, urgency, "north")]
    waits.add(taken(hours))
    waits.at = NOON + timedelta(hours=2 * hours)
    waits.settle()
    assert standing(waits) == [2]
    waits.add(step("arrested", 2 * hours, seen))
    waits.settle()
    assert standing(waits) == []


def test_what_came_of_officers_who_were_sent_is_asked_for_without_end() -> None:
    """It is answered at once, and not ended: by the danger, and anew whoever took the question."""
    seen = breach()
    waits = world(order(), service(), risk(Grade.HIGH), seen, step("deployed", 1, seen))
    waits.at = NOON + timedelta(hours=2.9)
    waits.settle()
    assert standing(waits) == []
    for turn in range(1, 100):
        waits.at = NOON + timedelta(hours=2 * turn + 1)
        waits.settle()
        assert standing(waits) == [turn]
        waits.add(taken(2 * turn + 1, turn))
    waits.add(step("no-breach-found", 200, seen))
    waits.at = NOON + timedelta(hours=202)
    waits.settle()
    assert standing(waits) == []


def test_an_outstanding_suspect_is_asked_for_each_day_without_end() -> None:
    seen = breach()
    waits = told(seen, step("suspect-outstanding", 1, seen), hours=25)
    for day in range(1, 21):
        assert standing(waits) == [day]
        waits.add(taken(24 * day + 1, day))
        waits.at = NOON + timedelta(hours=24 * day + 25)
        waits.settle()


@pytest.mark.parametrize("grade", [Grade.HIGH, Grade.UNKNOWN, Grade.MEDIUM, Grade.STANDARD])
def test_an_outstanding_suspect_of_long_ago_is_asked_for_once_it_is_told(grade: Grade) -> None:
    """As when a force sends what it has on its first day; and each day, until a step tells."""
    waits = world(order(), service(), risk(grade))
    seen = breach(occurred=NOON - timedelta(days=300))
    late = step("suspect-outstanding", -299 * 24, seen)
    late = Fact(late.envelope.model_copy(update={"acceptedat": NOON}), late.content)
    waits.add(seen, late)
    for hours, generations in ((0, []), (1.9, []), (26, [1]), (27, [1])):
        waits.at = NOON + timedelta(hours=hours)
        waits.settle()
        assert standing(waits) == generations
    waits.add(taken(27))
    waits.at = NOON + timedelta(hours=51)
    waits.settle()
    assert standing(waits) == [2]
    waits.add(step("arrested", 51, seen))
    waits.settle()
    assert standing(waits) == []


def test_who_already_calls_is_not_called_off_by_a_step_that_is_told_late_and_settles_nothing() -> None:
    """Officers were sent two days ago, and nobody tells what came of it: the call goes on, and does not begin
    anew two hours later. What settles it ends it, however late it is told."""
    seen = breach()
    waits = world(order(), service(), risk(Grade.STANDARD), seen)
    come = {60: step("deployed", 3, seen), 70: step("no-breach-found", 4, seen)}
    for hours, generations in ((25, [1]), (60, [1]), (61, [1]), (63, [1]), (70, [])):
        waits.at = NOON + timedelta(hours=hours)
        if late := come.get(hours):
            waits.add(Fact(late.envelope.model_copy(update={"acceptedat": waits.at}), late.content))
        waits.settle()
        assert standing(waits) == generations, hours


def test_who_is_already_asked_for_is_not_called_off_for_what_is_told_late_of_them() -> None:
    """The breaches of a first load come before their steps; then another system tells another minute, which
    is told once more, and takes its own word back."""
    long_ago = NOON - timedelta(days=300)
    seen = breach(occurred=long_ago)
    other = breach("other", agency="police", occurred=long_ago + timedelta(minutes=20))
    waits = world(order(), service(), risk(Grade.STANDARD), seen, other)
    looked = [
        step("suspect-outstanding", at, of) for at, of in ((-7190, seen), (-7189, other), (-7189, seen))
    ]
    come = {5: looked[0], 40: looked[1], 50: looked[2], 60: withdrawn(looked[1])}
    for hours in (3, *come, 90):
        waits.at = NOON + timedelta(hours=hours)
        if late := come.get(hours):
            envelope = late.envelope.model_copy(update={"acceptedat": waits.at})
            waits.add(Fact(envelope, late.content))
        waits.settle()
        assert (standing(waits), standing(waits, "other")) == ([1], [])


@pytest.mark.parametrize("steps", [["suspect-outstanding", "arrested"], ["arrested"]])
def test_a_step_that_was_not_so_hides_nothing_however_long_it_stood(steps: list[str]) -> None:
    """As an arrest of somebody else: weeks later it is taken back, and nobody had been asked before."""
    seen = breach()
    told_of = [step(name, 1 + n, seen) for n, name in enumerate(steps)]
    waits = told(seen, *told_of, hours=3)
    waits.add(withdrawn(told_of[-1]))
    waits.at = NOON + timedelta(days=30)
    waits.settle()
    assert standing(waits) == [1]


def test_a_report_that_is_taken_back_weeks_later_leaves_the_other_ones_question() -> None:
    seen, police = breach("seen"), breach("breach", agency="police", occurred=NOON + timedelta(minutes=20))
    waits = told(seen, police, hours=26)
    assert [len(raised(waits, cause, ASKS)) for cause in ("seen", "breach")] == [1, 0]
    waits.add(taken(26, cause="seen"), withdrawn(seen))
    waits.at = NOON + timedelta(days=30)
    waits.settle()
    assert (standing(waits, "seen"), standing(waits)) == ([], [1])
    runs = [clock.rule for clock in waits.row("orders_breach", root_of("breach")).clocks.running]
    assert ASKS in runs, "however long it is over: somebody is asked"


def test_whoever_takes_back_a_report_closes_no_search_however_long_it_goes_on() -> None:
    seen = breach()
    waits = told(seen, step("suspect-outstanding", 1, seen), hours=25)
    waits.add(answer("breach"), taken(25))
    back = withdrawn(seen)
    later = {"acceptedat": NOON + timedelta(days=40)}
    waits.add(Fact(back.envelope.model_copy(update=later), back.content))
    waits.settle()
    assert raised(waits, rule=AlertRule.BREACH_WITHDRAWN) == [(1, "hour", "north")]


def test_one_that_nobody_answered_is_asked_for_each_day_however_often_it_is_taken() -> None:
    """Acknowledging it closes nothing: only a step with its person and reason does."""
    waits = told(breach(), hours=24)
    for day in range(1, 21):
        assert standing(waits) == [day]
        waits.add(taken(24 * day, day))
        waits.at = NOON + timedelta(hours=24 * day + 24)
        waits.settle()


def test_at_high_risk_whoever_gave_it_back_was_asked_for_nothing() -> None:
    waits = world(order(), service(), risk(Grade.HIGH), breach())
    waits.settle()
    waits.add(answer("breach"), given_back("breach"))
    waits.at = NOON + timedelta(hours=23)
    waits.settle()
    assert raised(waits, rule=ASKS) == []


def test_of_two_records_the_one_whose_alert_was_taken_asks_and_no_other() -> None:
    seen, police = breach("seen"), breach("breach", agency="police", occurred=NOON + timedelta(minutes=20))
    waits = world(order(), service(), risk(Grade.HIGH), police)
    waits.settle()
    waits.add(answer("breach"), seen)
    for hours in (1, 3, 25):
        waits.at = NOON + timedelta(hours=hours)
        waits.settle()
    assert [len(raised(waits, cause, ASKS)) for cause in ("seen", "breach")] == [0, 1]


def test_after_one_without_an_answer_the_next_has_twelve_hours_and_the_third_four() -> None:
    first = breach("first", occurred=NOON - timedelta(hours=200))
    second = breach("second", occurred=NOON - timedelta(hours=100))
    assert raised(told(first, breach(), hours=12), rule=ASKS) == [(1, "hour", "north")]
    assert raised(told(first, second, breach(), hours=4), rule=ASKS) == [(1, "hour", "north")]
    answered = step("arrested", -195, first)
    assert raised(told(first, answered, breach(), hours=12), rule=ASKS) == []


def test_a_breach_against_him_is_none_of_his_own() -> None:
    """He was the victim of another's breach, which had no answer."""
    his = breach("his", occurred=NOON - timedelta(hours=200), people=[someone(Role.VICTIM, "ben")])
    row = told(his, breach(), hours=1).row("orders_breach", root_of("breach"))
    assert (row.answer.earlier, row.answer.left) == (0, 0)


def test_a_breach_by_its_order_alone_is_answered_by_steps_filed_under_the_orders_people() -> None:
    made = order()
    seen = breach_of(made)
    waits = told(seen, step("arrested", 3, seen), hours=30)
    row = waits.row("orders_breach", root_of("breach"))
    assert row.answer.answered == NOON + timedelta(hours=3)
    assert raised(waits, rule=ASKS) == []


def updated(before: Fact[Any], hours: float) -> Fact[Any]:
    """What its system writes anew so many hours after the breach, as it does whenever it is saved."""
    bare = [each.model_copy(update={"mention": None}) for each in before.said.people]
    again = corrected(before, before.said.model_copy(update={"people": bare, "children_present": True}))
    at = NOON + timedelta(hours=hours)
    return Fact(again.envelope.model_copy(update={"recordedat": at, "acceptedat": at}), again.content)


def test_a_correction_gives_nobody_more_time_and_stands_nothing_down() -> None:
    first = breach()
    waits = told(first, updated(first, 20), hours=23.9)
    assert waits.row("orders_breach", root_of("breach")).answer.due == NOON + timedelta(hours=24)
    late = told(first, hours=25)
    late.add(updated(first, 25))
    late.settle()
    assert standing(late) == [1]
    assert raised(late, rule=ASKS) == [(1, "hour", "north")]


steps = st.lists(
    st.tuples(
        st.sampled_from(["triaged", "deployed", "suspect-outstanding", "arrested", "closed"]),
        st.integers(0, 90),
    ),
    max_size=4,
)


@given(steps, st.lists(st.integers(1, 500), min_size=1, max_size=5), st.booleans())
@example(history=[("deployed", 0)], looks=[2], again=False)
def test_whatever_happens_somebody_is_asked_while_an_answer_is_wanted(
    history: list[tuple[str, int]], looks: list[int], again: bool
) -> None:
    """At each look all that has happened by then is known, and whatever was asked was taken if ``again``."""
    seen = breach()
    waits = world(order(), service(), risk(Grade.HIGH), seen)
    for hours in sorted(looks):
        waits.at = NOON + timedelta(hours=hours)
        known = {each.id for each in waits.facts}
        come = [step(name, at, seen) for name, at in history if at <= hours]
        waits.add(*{each.id: each for each in come if each.id not in known}.values())
        waits.settle()
        answer = waits.row("orders_breach", root_of("breach")).answer
        wanted = answer.asked_for is not None and answer.asked_for + answer.grace <= waits.at
        assert len(answer.asked) == wanted
        if again:
            waits.add(*(taken(hours, line.generation) for line in answer.asked if line.taken is None))
    everything = raised(waits, rule=ASKS)
    assert len(everything) == len({generation for generation, *_ in everything})


def test_reports_that_name_her_alone_count_against_whom_her_one_order_binds() -> None:
    """As those that give the order's number do: whoever sees it first knows her, and no order."""
    alone = [
        breach(f"alone {n}", "council", NOON - timedelta(days=n), people=[ann()], kind="contact")
        for n in (9, 6, 3)
    ]
    now = told(*alone, breach("now", "police"), hours=1).row("orders_breach", root_of("now"))
    assert (now.answer.earlier, now.answer.left, now.answer.due) == (3, 3, NOON + timedelta(hours=4))
    hers = told(*alone, breach("now", people=[ann()]), hours=1).row("orders_breach", root_of("now"))
    assert (hers.respondents, hers.answer.left) == ((person("ben"),), 3)


def test_of_two_men_whom_her_orders_bind_neither_is_taken_for_it() -> None:
    other = order("other", people=[someone(Role.RESPONDENT, "cy"), ann()])
    alone = breach("alone", occurred=NOON - timedelta(days=3), people=[ann()])
    now = told(other, alone, breach(people=[ann()]), hours=1).row("orders_breach", root_of("breach"))
    assert (now.respondents, now.answer.earlier) == ((), 0)


def test_an_order_that_is_over_holds_nobody_for_a_report_that_names_her_alone() -> None:
    over = order(ends=NOON - timedelta(days=10), until_further_order=False)
    made = world(over, service(), risk(Grade.STANDARD), breach(people=[ann()]))
    made.settle()
    row = made.row("orders_breach", root_of("breach"))
    assert (row.order_because, row.respondents) == ("order.most-recent", ())

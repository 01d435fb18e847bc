"""When a clock runs out, as a table; and which clocks are stopped and started."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import LONDON, add_working_days, court_deadline, custody_deadline
from contracts.rules.clocks import (
    CLOCKS,
    PAST,
    Calendar,
    Calendars,
    Limit,
    Running,
    calls_at,
    deadline,
    moves,
)
from contracts.vocabulary import AlertRule
from services.marac.rules import candidates
from tests.support.facts import NOON
from tests.support.tables import lines, read

CALENDARS = Calendars(court_deadline, custody_deadline, add_working_days)
HEARING, SPO = AlertRule.HEARING, AlertRule.NOTIFY_SPO


def local(said: str) -> datetime:
    """A time as a clock on the wall has it."""
    return datetime.fromisoformat(said).replace(tzinfo=LONDON)


@lines(__file__, "clocks")
def test_when_a_clock_runs_out(line: dict[str, Any]) -> None:
    days, starts = line.get("working_days"), local(str(line["starts"]))
    if line.get("rule") == AlertRule.CANDIDATE:  # counted by whole months: the day would tell of the victim
        found = candidates.due(starts)
    else:
        limit = Limit(days, Calendar.WORKING_DAYS) if days else CLOCKS[AlertRule(line["rule"])].limit
        found = deadline(limit, starts, CALENDARS)
    assert abs(found - local(str(line["due"]))) <= timedelta(microseconds=1)


def test_every_clock_has_a_line_that_a_practitioner_can_read() -> None:
    said = {line.get("rule") for line in read(__file__, "clocks")}
    assert sorted({rule.value for rule in CLOCKS} - said) == []


def test_every_line_of_the_table_says_where_it_comes_from() -> None:
    assert [
        rule for rule, clock in CLOCKS.items() if not (clock.source and clock.late and clock.stopped)
    ] == []


def running(due: datetime = NOON, area: str | None = "north", *, answered: bool = False) -> Running:
    return Running(HEARING, 1, due, area, answered)


@pytest.mark.parametrize(
    ("known", "wanted", "stopped", "started"),
    [
        ([], {}, False, False),
        ([], {HEARING: NOON}, False, True),
        ([running()], {HEARING: NOON}, False, False),
        ([running()], {}, True, False),
        ([running()], {HEARING: NOON + timedelta(hours=1)}, True, True),
        ([running(area="south")], {HEARING: NOON}, True, True),
        ([running(area="south", answered=True)], {HEARING: NOON}, False, False),
        ([running(area=None)], {HEARING: NOON}, True, True),
        ([], {HEARING: NOON - PAST}, False, False),
        ([running()], {HEARING: NOON - PAST}, True, True),
    ],
    ids=[
        "nothing runs and nothing should",
        "one starts",
        "it runs on",
        "what it waited for was done",
        "it is moved",
        "she moved",
        "she moved, and somebody has it",
        "where she is became known",
        "what was over for a week before it became known",
        "what ran is moved, however far",
    ],
)
def test_what_is_stopped_and_started(
    known: list[Running], wanted: dict[AlertRule, datetime], stopped: bool, started: bool
) -> None:
    now = moves(known, [], wanted, "north", NOON)
    assert now.stop == (tuple(known) if stopped else ())
    assert now.start == ((HEARING,) if started else ())


@pytest.mark.parametrize(
    ("rule", "days", "calls"),
    [
        (AlertRule.BAIL_ENDED, 8, True),
        (AlertRule.BAIL_ENDED, 13.9, True),
        (AlertRule.BAIL_ENDED, 14, False),
        (AlertRule.BAIL_ENDED, 200, False),
        (AlertRule.ENDS_2, 8, False),
        (HEARING, 6.9, True),
        (HEARING, 8, False),
    ],
)
def test_bail_that_ended_calls_somebody_for_as_long_as_it_is_missed(
    rule: AlertRule, days: float, calls: bool
) -> None:
    """Told so many days after it ran out, as by a batch of each week; the records of a year stay quiet."""
    assert moves([], [], {rule: NOON - timedelta(days=days)}, "north", NOON).start == (
        (rule,) if calls else ()
    )


def test_who_is_asked_for_an_answer_has_its_clock_however_long_it_is_over() -> None:
    rule = AlertRule.NO_ANSWER
    assert moves([], [], {rule: NOON - timedelta(days=300)}, "north", NOON).start == (rule,)


def test_what_was_stopped_and_is_so_again_runs_again_however_long_it_is_over() -> None:
    assert moves([], [HEARING], {HEARING: NOON - PAST}, "north", NOON).start == (HEARING,)
    assert moves([], [SPO], {HEARING: NOON - PAST}, "north", NOON).start == ()


HOURS = st.integers(-400, 400).map(lambda hours: NOON + timedelta(hours=hours))
WANTED = st.dictionaries(st.sampled_from(list(CLOCKS)), HOURS)


@given(WANTED, st.dictionaries(st.sampled_from(list(CLOCKS)), HOURS), st.booleans())
def test_after_it_what_should_run_does_and_nothing_else(
    ran: dict[AlertRule, datetime], wanted: dict[AlertRule, datetime], moved: bool
) -> None:
    before = [Running(rule, 1, due, "south" if moved else "north") for rule, due in ran.items()]
    now = moves(before, [], wanted, "north", NOON)
    left = {clock.rule: clock.due for clock in before if clock not in now.stop}
    after = left | {rule: wanted[rule] for rule in now.start}
    missing = {rule: due for rule, due in wanted.items() if rule not in after}
    assert {**after, **missing} == wanted
    assert all(due + PAST <= NOON and rule not in ran for rule, due in missing.items())


def test_what_had_run_out_when_it_became_known_has_two_hours_and_bail_that_ended_none() -> None:
    late = NOON - timedelta(hours=5)
    assert calls_at(HEARING, late, NOON, 1) == NOON + timedelta(hours=2)
    assert calls_at(HEARING, late, NOON, 2) == late
    assert calls_at(AlertRule.BAIL_ENDED, late, NOON, 1) == NOON
    assert calls_at(HEARING, NOON, late, 1) == NOON
    assert calls_at(AlertRule.NO_ANSWER, NOON, late, 1) is None

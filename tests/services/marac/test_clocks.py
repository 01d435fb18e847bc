"""The clocks of a case: which deadlines run about its orders and breaches, and what is late."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.facts import Fact
from contracts.events.alerts import AlertAcknowledged, AlertPassedOn, AlertRaised, AlertResolved
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.rules.clocks import CLOCKS
from contracts.sections import Narrative
from contracts.vocabulary import AlertOutcome, AlertRule, PassReason, Urgency
from services.marac.conference import clocks
from services.marac.conference.known import causes_of
from tests.services.marac.caseload import breach, order, referral, world
from tests.support.facts import IDS, NOON, fact, root_of

HEARING, ENDS, ANSWER = AlertRule.HEARING, AlertRule.ENDS_14, AlertRule.NO_ANSWER
UNRESOLVED = AlertRule.UNRESOLVED


def runs(rule: AlertRule, cause: str, hours: float, generation: int = 1) -> Fact[ClockStarted]:
    """A clock about a cause that runs out so many hours from noon."""
    due = NOON + timedelta(hours=hours)
    said = ClockStarted(rule=rule, cause=root_of(cause), generation=generation, due=due)
    return fact(said, agency="goldthread", root=f"{rule} of {cause} {generation}")


def stopped(rule: AlertRule, cause: str, generation: int = 1) -> Fact[ClockStopped]:
    said = ClockStopped(rule=rule, cause=root_of(cause), generation=generation)
    return fact(said, agency="goldthread", root=f"{rule} of {cause} {generation} stopped")


def taken(rule: AlertRule, cause: str) -> list[Fact[Any]]:
    """Somebody was told that it had run out, and took it."""
    about: dict[str, Any] = {"rule": rule, "cause": root_of(cause), "generation": 1}
    who = IDS.staff("test", "cath")
    return [
        fact(AlertRaised(**about, urgency=Urgency.NOW), agency="goldthread", root=f"{rule} raised"),
        fact(AlertAcknowledged(**about, person=who), agency="police", root=f"{rule} taken"),
    ]


def shown(*facts: Fact[Any]) -> list[tuple[str, str, str]]:
    """What the case's page shows of its clocks: about what, by which rule, in which state."""
    made = world(referral(), order(), breach(), *facts)
    case = made.row("conference_case", root_of("case"))
    alerts = {name: made.row("conference_alert", root_of(name)) for name in ("order", "breach", "other")}
    rows = {row.cause: row for row in alerts.values() if row}
    names = {root_of(name): name for name in alerts}
    found = clocks.clocks_of(rows, causes_of(case), NOON)
    assert all(each.owner is CLOCKS[each.rule].owner for each in found)
    return [(names[each.cause], each.rule.value, each.state) for each in found]


def test_the_late_come_first_then_the_next_to_run_out_and_what_somebody_took_is_last() -> None:
    facts = [runs(ENDS, "order", 30), runs(ANSWER, "breach", 3), runs(HEARING, "order", -1)]
    assert shown(*facts) == [
        ("order", "hearing", "late"),
        ("breach", "no-answer", "runs"),
        ("order", "ends-14", "runs"),
    ]
    assert shown(*facts, *taken(HEARING, "order"))[-1] == ("order", "hearing", "taken")


def test_one_that_was_stopped_runs_no_more_and_one_that_was_moved_runs_once() -> None:
    moved = [runs(HEARING, "order", -1), stopped(HEARING, "order"), runs(HEARING, "order", 2, 2)]
    assert shown(*moved) == [("order", "hearing", "runs")]
    assert shown(*moved, stopped(HEARING, "order", 2)) == []


@pytest.mark.parametrize(
    ("hours", "soon"), [((-1,), None), ((3, 30), 3), ((28 * 24,), 28 * 24), ((28 * 24 + 1,), None)]
)
def test_the_agenda_says_the_next_deadline_until_the_next_meeting_and_none_of_next_year(
    hours: tuple[int, ...], soon: int | None
) -> None:
    running = [runs(rule, "order", each) for rule, each in zip((ENDS, HEARING), hours, strict=False)]
    made = world(referral(), order(), breach(), *running)
    row = made.row("conference_alert", root_of("order"))
    found = clocks.clocks_of({row.cause: row}, [row.cause], NOON)
    assert clocks.soon(found, NOON) == (None if soon is None else NOON + timedelta(hours=soon))


def test_those_of_other_cases_are_not_there() -> None:
    assert shown(runs(HEARING, "other", 3)) == []


def test_what_another_gap_tells_of_is_no_gap_twice() -> None:
    elsewhere = [runs(ANSWER, "breach", -1), runs(AlertRule.CIRCULATION, "order", -1)]
    elsewhere += [runs(AlertRule.PATTERN, "breach", -1)]
    made = world(referral(), order(), breach(), runs(HEARING, "order", -1), *elsewhere)
    rows = {root_of(name): made.row("conference_alert", root_of(name)) for name in ("order", "breach")}
    assert clocks.late(clocks.clocks_of(rows, rows, NOON)) == [root_of("order")]


def test_an_alert_that_was_taken_and_nobody_says_what_was_done_is_a_gap_until_it_is_said() -> None:
    """Also where somebody took the alert about that, and has not said it either."""

    def gaps(*facts: Fact[Any]) -> tuple[list[str], list[str]]:
        made = world(referral(), order(), breach(), *taken(HEARING, "order"), *facts)
        row = made.row("conference_alert", root_of("order"))
        found = clocks.clocks_of({row.cause: row}, [row.cause], NOON)
        return clocks.unresolved(found), clocks.late(found)

    order_, asked = root_of("order"), runs(UNRESOLVED, "order", -1)
    assert gaps(runs(UNRESOLVED, "order", 1)) == ([], [])
    assert gaps(asked) == ([order_], [])
    assert gaps(asked, *taken(UNRESOLVED, "order")) == ([order_], [])
    assert gaps(asked, stopped(UNRESOLVED, "order")) == ([], [])


def test_what_was_done_about_an_alert_stands_with_it_and_its_words_do_not() -> None:
    words = Narrative(text="Rang the court.")
    about: dict[str, Any] = {"rule": HEARING, "cause": root_of("order"), "generation": 1}
    told = fact(AlertResolved(**about, outcome=AlertOutcome.DEALT_WITH, narrative=words), agency="police")
    back = AlertPassedOn(**about, rung=0, person=IDS.staff("test", "cath"), reason=PassReason.NOT_ON_DUTY)
    made = world(referral(), order(), breach(), *taken(HEARING, "order"), told)
    (alert,) = made.row("conference_alert", root_of("order")).alerts
    assert (alert.done.outcome, alert.done.agency, alert.done.at) == ("dealt-with", "police", NOON)
    assert "Rang" not in made.row("conference_alert", root_of("order")).model_dump_json()
    later = fact(back, agency="police", occurred=NOON + timedelta(hours=1), root="given back")
    made = world(referral(), order(), breach(), *taken(HEARING, "order"), told, later)
    (alert,) = made.row("conference_alert", root_of("order")).alerts
    assert (alert.state, alert.done) == ("unanswered", None)

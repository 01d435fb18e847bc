"""The clocks of a case: which deadlines run about its orders and breaches, and what is late."""

from datetime import timedelta
from typing import Any

from chassis.facts import Fact
from contracts.events.alerts import AlertAcknowledged, AlertRaised
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.rules.clocks import CLOCKS
from contracts.vocabulary import AlertRule, Urgency
from services.marac.conference import clocks
from services.marac.conference.known import causes_of
from tests.services.marac.caseload import breach, order, referral, world
from tests.support.facts import IDS, NOON, fact, root_of

HEARING, ENDS, ANSWER = AlertRule.HEARING, AlertRule.ENDS_14, AlertRule.NO_ANSWER


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


def test_those_of_other_cases_are_not_there() -> None:
    assert shown(runs(HEARING, "other", 3)) == []


def test_what_another_gap_tells_of_is_no_gap_twice() -> None:
    made = world(referral(), order(), breach(), runs(HEARING, "order", -1), runs(ANSWER, "breach", -1))
    rows = {root_of(name): made.row("conference_alert", root_of(name)) for name in ("order", "breach")}
    assert clocks.late(clocks.clocks_of(rows, rows, NOON)) == [root_of("order")]

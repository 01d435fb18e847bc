"""Clocks as notify runs them: whoever is called when one runs out, once, until it is stopped or answered."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.views import Saying, Subject
from contracts.content import Content
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertRaised, AlertStoodDown
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.rules.clocks import CLOCKS
from contracts.vocabulary import AlertRule
from services.notify import clock_list
from services.notify.clocks import CLOCK, ClockRow
from services.notify.views import ALERT, AlertRow
from tests.services.notify.conftest import Start, caller, configure
from tests.services.notify.world import CAUSE, RAISED, rota, staff
from tests.support.facts import IDS, area, fact, said
from tests.support.waiting import until

HEARING, ENDS, ANSWER = AlertRule.HEARING, AlertRule.ENDS_14, AlertRule.NO_ANSWER
EMERGENCY = AlertRule.EMERGENCY_MARAC
HOUR = timedelta(hours=1)


@dataclass
class Night:
    """The facts about one cause as time goes on, and what notify says of them."""

    now: datetime = RAISED
    facts: list[Fact[Any]] = field(default_factory=list)

    @property
    def row(self) -> ClockRow:
        """The row now."""
        row = CLOCK.fold(self.subject()).row
        assert isinstance(row, ClockRow)
        return row

    def subject(self) -> Subject:
        """What a fold is given."""
        return Subject(CAUSE, FactSet(self.facts), FactSet(rota()), self.now)

    def settle(self) -> None:
        """Fold and decide until nothing new is said."""
        for _ in range(20):
            subject, known = self.subject(), {each.id for each in self.facts}
            news = [
                said(saying)
                for view in (CLOCK, ALERT)
                if view.decide is not None
                for saying in view.decide(view.fold(subject).row, self.now)
            ]
            if not (news := [each for each in news if each.id not in known]):
                return
            self.facts += news
        raise AssertionError("it does not come to rest")

    def hear(self, content: Content) -> None:
        """A fact comes, said now."""
        self.facts.append(fact(content, agency="goldthread", occurred=self.now))
        self.settle()

    def start(self, rule: AlertRule, hours: float, generation: int = 1, where: str | None = "north") -> None:
        """A clock runs for so many hours from now."""
        due, routing = self.now + hours * HOUR, area(where) if where else None
        self.hear(ClockStarted(rule=rule, cause=CAUSE, generation=generation, due=due, routing=routing))

    def stop(self, rule: AlertRule, generation: int = 1) -> None:
        """It is stopped."""
        self.hear(ClockStopped(rule=rule, cause=CAUSE, generation=generation))

    def take(self, rule: AlertRule, generation: int = 1) -> None:
        """Somebody takes the alert about it."""
        taken = {"rule": rule, "cause": CAUSE, "generation": generation, "person": staff("cath")}
        self.hear(AlertAcknowledged.model_validate(taken))

    def wait(self, hours: float) -> None:
        """Time passes, with nobody looking meanwhile."""
        self.now += hours * HOUR
        self.settle()

    def alerts(self) -> list[tuple[str, int]]:
        """The alerts that stand."""
        down = {(each.rule, each.generation) for each in self._of(AlertStoodDown)}
        raised = {(each.rule, each.generation) for each in self._of(AlertRaised)}
        return sorted((rule.value, generation) for rule, generation in raised - down)

    def called(self) -> list[tuple[str | None, str]]:
        """Who was called for which rule."""
        return [(each.person, each.rule.value) for each in self._of(AlertCalled)]

    def _of(self, model: type[Any]) -> list[Any]:
        return [each.content for each in self.facts if isinstance(each.content, model)]


def test_a_question_of_who_is_who_is_told_of_when_it_is_late_and_stood_down_when_decided() -> None:
    night, rule = Night(), AlertRule.WHO_IS_WHO
    night.start(rule, 24)
    night.wait(23)
    assert night.alerts() == []
    night.wait(1)
    assert night.alerts() == [("who-is-who", 1)]
    night.stop(rule)
    assert night.alerts() == []
    night.start(rule, 24, generation=2)
    night.wait(24)
    assert night.alerts() == [("who-is-who", 2)], "the decision was taken back, and nobody decided again"


def test_when_it_runs_out_the_supervisor_is_called_and_not_before() -> None:
    night = Night()
    night.start(HEARING, 48)
    assert CLOCK.fold(night.subject()).changes_at == RAISED + 48 * HOUR
    night.wait(47)
    assert night.alerts() == []
    night.wait(1)
    assert night.alerts() == [("hearing", 1)]
    assert night.called() == [(staff("cath"), "hearing")]


def test_one_that_is_stopped_in_time_calls_nobody() -> None:
    night = Night()
    night.start(HEARING, 48)
    night.wait(20)
    night.stop(HEARING)
    night.wait(60)
    assert night.alerts() == []
    assert night.row.due is None


def test_one_that_is_moved_runs_until_then_and_says_so() -> None:
    night = Night()
    night.start(HEARING, 48)
    night.stop(HEARING)
    night.start(HEARING, 51, generation=2)
    assert [(clock.before, clock.due) for clock in night.row.clocks] == [
        (RAISED + 48 * HOUR, RAISED + 51 * HOUR)
    ]
    night.wait(50)
    assert night.alerts() == []
    night.wait(2)
    assert night.alerts() == [("hearing", 2)]


def test_one_that_is_moved_after_it_ran_out_stands_down_and_is_told_again_when_it_runs_out() -> None:
    night = Night()
    night.start(HEARING, 1)
    night.wait(2)
    night.stop(HEARING)
    assert night.alerts() == []
    night.start(HEARING, 3, generation=2)
    assert night.alerts() == []
    night.wait(3)
    assert night.alerts() == [("hearing", 2)]


def test_the_next_generation_may_come_before_the_stop_of_the_last() -> None:
    night = Night()
    night.start(HEARING, 1)
    night.wait(2)
    night.start(HEARING, 3, generation=2)
    assert night.alerts() == []
    assert [clock.generation for clock in night.row.clocks] == [2]


def test_after_hours_away_somebody_is_called_once_and_without_a_volley() -> None:
    night = Night()
    night.start(HEARING, 1)
    night.wait(3)
    assert len(night.called()) == 1


def test_what_had_run_out_when_it_became_known_waits_two_hours_for_what_stops_it() -> None:
    night = Night()
    night.start(HEARING, -5)
    assert night.alerts() == []
    night.wait(2)
    assert night.alerts() == [("hearing", 1)]


def test_two_clocks_of_one_order_are_two_alerts() -> None:
    night = Night()
    night.start(ENDS, 1)
    night.start(HEARING, 1)
    night.wait(2.5)
    assert night.alerts() == [("ends-14", 1), ("hearing", 1)]
    night.take(HEARING)
    taken = {clock.rule: clock.answered_at for clock in night.row.clocks}
    assert taken == {HEARING: night.now, ENDS: None, AlertRule.UNRESOLVED: None}
    assert not night.row.taken


def test_what_else_waits_about_a_cause_is_said_beside_what_comes_first() -> None:
    night = Night()
    night.start(ENDS, 1)
    night.start(HEARING, 1)
    night.wait(2.5)

    def shown() -> tuple[str, tuple[str, ...]]:
        row = ALERT.fold(night.subject()).row
        assert isinstance(row, AlertRow)
        return (row.rule.value, tuple(other.rule.value for other in row.others if other.waiting))

    assert shown() == ("hearing", ("ends-14",))
    night.take(HEARING)
    assert shown() == ("ends-14", ())


def test_an_emergency_meeting_is_told_as_it_is_called_to_the_supervisor_first_until_somebody_takes_it() -> (
    None
):
    night = Night()
    night.start(EMERGENCY, 0)
    assert night.called() == [(staff("cath"), "emergency-marac")], "at once: nothing can be on its way"
    for minutes, who in ((5, "dev"), (15, "amira"), (30, "ben")):
        night.wait(RAISED.timestamp() / 3600 + minutes / 60 - night.now.timestamp() / 3600)
        assert night.called()[-1] == (staff(who), "emergency-marac")
    night.take(EMERGENCY)
    night.wait(3)
    assert len(night.called()) == 4
    assert night.row.clocks[0].answered_at is not None


def test_an_emergency_meeting_that_begins_earlier_is_told_anew_and_one_called_off_stands_down() -> None:
    night = Night()
    night.start(EMERGENCY, 0)
    night.take(EMERGENCY)
    night.stop(EMERGENCY)
    night.start(EMERGENCY, 0, generation=2)
    assert night.alerts() == [("emergency-marac", 2)]
    assert night.called() == [(staff("cath"), "emergency-marac")] * 2
    night.stop(EMERGENCY, generation=2)
    assert night.alerts() == []
    night.wait(2)
    assert len(night.called()) == 2


def test_of_the_answer_to_a_breach_another_rule_tells() -> None:
    night = Night()
    night.start(ANSWER, 24)
    night.wait(30)
    assert night.alerts() == []
    raised = {"rule": ANSWER, "cause": CAUSE, "generation": 3, "urgency": "hour"}
    night.hear(AlertRaised.model_validate(raised))
    night.take(ANSWER, generation=3)
    assert [clock.answered_at for clock in night.row.clocks] == [night.now]
    assert night.alerts() == [("no-answer", 3)]


def test_of_a_cause_whose_fold_raises_each_clock_is_told_of_at_once_and_no_second_time() -> None:
    night = Night()
    night.start(HEARING, 48)
    night.start(ANSWER, 24)
    night.start(ENDS, 30)
    night.stop(ENDS)
    assert CLOCK.decide_broken is not None
    (told,) = CLOCK.decide_broken(night.subject())
    night.facts.append(said(told))
    assert list(CLOCK.decide_broken(night.subject())) == []
    night.settle()
    assert night.alerts() == [("hearing", 1)], "the same alert, once its fold is mended"
    night.stop(HEARING)
    assert night.alerts() == []


async def test_of_the_causes_looked_through_none_is_wasted_on_others(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_list, "MOST_READ", 1)
    runtime = await start()
    await configure(runtime, first="amira")
    where = {"elsewhere": (1, HEARING), "north": (2, HEARING), "south": (3, ENDS)}
    for place, (hours, rule) in where.items():
        due = runtime.clock.now() + hours * HOUR
        cause = IDS.fact(place, place)
        runs = ClockStarted(rule=rule, cause=cause, generation=1, due=due, routing=area(place))
        await runtime.say([Saying(rule, cause, 1, runs, runtime.clock.now())])
    both = caller("bo", "supervisor", areas=("north", "south"))

    async def seen(who: Caller, **asked: Any) -> list[str | None]:
        return [each.area for each in (await clock_list.clocks(runtime, who, **asked)).clocks]

    assert await until(lambda: seen(caller("sue", "supervisor", areas=("south",)))) == ["south"]
    assert await until(lambda: seen(both)) == ["north"]
    assert await seen(both, area="south") == ["south"]
    assert await seen(both, owner=CLOCKS[HEARING].owner) == ["north"]
    assert await seen(caller("amy", "supervisor", areas=("force",))) == ["north"], "around it"


async def test_what_is_late_stands_first_and_then_what_runs_out_next(start: Start) -> None:
    runtime = await start()
    await configure(runtime, first="amira")
    causes = {hours: IDS.fact("due in", str(hours)) for hours in (30, -5, 2, 7)}
    for hours, cause in causes.items():
        due, at = runtime.clock.now() + hours * HOUR, runtime.clock.now()
        runs = ClockStarted(rule=HEARING, cause=cause, generation=1, due=due, routing=area("north"))
        await runtime.say([Saying(HEARING, cause, 1, runs, at)])
    who = caller("amy", "supervisor")

    async def all_of_them() -> list[tuple[str, str]]:
        found = [(each.cause, each.state) for each in (await clock_list.clocks(runtime, who)).clocks]
        return found if len(found) == len(causes) else []

    assert await until(all_of_them) == [
        (causes[-5], "late"),
        (causes[2], "runs"),
        (causes[7], "runs"),
        (causes[30], "runs"),
    ]


RULES = st.sampled_from([HEARING, ENDS, ANSWER, AlertRule.BAIL_ENDED])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("start"), RULES, st.integers(-30, 60)),
        st.tuples(st.just("stop"), RULES, st.just(0)),
        st.tuples(st.just("take"), RULES, st.just(0)),
        st.tuples(st.just("wait"), RULES, st.integers(1, 70)),
    ),
    max_size=14,
)


@settings(max_examples=150)
@given(STEPS, st.randoms(use_true_random=False))
def test_nothing_late_is_left_untold_nothing_stopped_runs_and_nothing_is_told_twice(
    steps: list[tuple[str, AlertRule, int]], random: Any
) -> None:
    """As orders says it: of each rule one clock at a time, each the next generation. Then the same facts in
    another order give the same row."""
    night, runs, stopped = Night(), dict[AlertRule, int](), dict[AlertRule, int]()
    for what, rule, hours in steps:
        if what == "wait":
            night.wait(hours)
        elif what == "take" and (rule.value, runs.get(rule, 0)) in night.alerts():
            night.take(rule, runs[rule])
        elif what == "stop" and rule in runs:
            night.stop(rule, runs.pop(rule))
            stopped[rule] = stopped.get(rule, 0) + 1
        elif what == "start" and rule not in runs:
            runs[rule] = 1 + stopped.get(rule, 0)
            night.start(rule, hours, runs[rule])
    row = night.row
    asked = AlertRule.UNRESOLVED  # what was done about what was taken: notify's own clock
    assert {clock.rule: clock.generation for clock in row.clocks if clock.rule is not asked} == runs
    late = {
        (clock.rule.value, clock.generation)
        for clock in row.clocks
        if clock.calls_at and clock.calls_at <= night.now and CLOCKS[clock.rule].urgency
    }
    assert set(night.alerts()) == late
    raised = [(c.rule, c.generation) for c in (f.content for f in night.facts) if isinstance(c, AlertRaised)]
    assert len(raised) == len(set(raised))
    random.shuffle(night.facts)
    assert night.row == row

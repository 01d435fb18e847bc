"""After the last rung it starts again, the force's duty officer is called, and an operator is told: once for
each round of an area's alerts, until somebody answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.accept import own_header
from chassis.facts import Fact, FactSet
from chassis.runtime import Runtime
from chassis.views import Subject
from contracts.content import Content
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertRaised,
    AlertStoodDown,
    AlertUnanswered,
)
from contracts.events.configuration import RotaSet
from contracts.rules.areas import OPERATORS
from contracts.vocabulary import AlertRule, Urgency
from services.notify import actions, queries
from services.notify import unanswered as view
from services.notify.rules import ladder
from services.notify.rules.ladder import Ladder, rounds, rungs_of
from services.notify.rules.unanswered import Move, Round, Standing, again_at, move
from services.notify.unanswered import Waits, group_of
from services.notify.views import AlertRow, decide, fold
from tests.services.notify.conftest import OPERATOR, Pager, Start, caller, configure, raise_alert
from tests.services.notify.world import CAUSE, RAISED, on_call, rota, staff
from tests.support.facts import area, fact, root_of, said
from tests.support.waiting import until

NOW, HOUR, DAY = Urgency
NIGHT = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NIGHT + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("steps_called", "times_round"),
    [(0, 0), (1, 0), (4, 0), (5, 1), (7, 1), (8, 2), (10, 2), (11, 3)],
    ids=lambda each: str(each),
)
def test_a_round_is_over_when_the_ladder_starts_again(steps_called: int, times_round: int) -> None:
    assert rounds(rung.number for step in range(steps_called) for rung in rungs_of(step)) == times_round


@pytest.mark.parametrize(
    ("what", "waits", "stands", "minutes", "said_now", "again"),
    [
        ("nobody waits", (), None, 0, None, None),
        ("one went round", [(NOW, 0)], None, 0, Move.RAISE, None),
        ("another of the area", [(NOW, 0), (NOW, 3)], (NOW, None), 3, None, None),
        ("a more urgent one", [(DAY, 0), (NOW, 3)], (DAY, None), 3, Move.STAND_DOWN, None),
        ("a less urgent one", [(NOW, 0), (DAY, 3)], (NOW, None), 3, None, None),
        ("somebody answered", (), (NOW, None), 3, Move.STAND_DOWN, None),
        ("an operator has it", [(NOW, 0)], (NOW, 2), 40, None, None),
        ("and a round ended since", [(NOW, 45)], (NOW, 2), 45, Move.STAND_DOWN, 17),
        ("but a moment ago", [(NOW, 3)], (NOW, 2), 3, None, 17),
        ("until a quarter of an hour is over", [(NOW, 3)], (NOW, 2), 17, Move.STAND_DOWN, 17),
        ("no operator has it: it climbs by itself", [(NOW, 45)], (NOW, None), 45, None, None),
    ],
)
def test_what_an_operator_is_told(
    what: str,
    waits: list[tuple[Urgency, int]],
    stands: tuple[Urgency, int | None] | None,
    minutes: float,
    said_now: Move | None,
    again: float | None,
) -> None:
    rounds = [Round(urgency, after(ended)) for urgency, ended in waits]
    told = Standing(stands[0], None if stands[1] is None else after(stands[1])) if stands else None
    assert move(rounds, told, after(minutes)) is said_now, what
    assert again_at(rounds, told) == (None if again is None else after(again)), what


def operators(**changes: Any) -> Fact[Content]:
    shift = {"area": OPERATORS, "starts": RAISED - timedelta(days=1), "ends": RAISED + timedelta(days=999)}
    return fact(RotaSet.model_validate({**shift, "first": on_call("olu"), **changes}))


@dataclass
class Nights:
    """Several alerts of an area, and what is said about them and about their group, as time goes on."""

    causes: Sequence[str] = (CAUSE,)
    configuration: Sequence[Fact[Content]] = field(default_factory=lambda: [*rota(), operators()])
    facts: list[Fact[Any]] = field(default_factory=list)
    now: datetime = RAISED

    def of(self, cause: str, facts: Sequence[Fact[Any]] | None = None) -> Subject:
        known = [
            each
            for each in (self.facts if facts is None else facts)
            if f"o:{cause}" in each.envelope.keys.split()
        ]
        return Subject(cause, FactSet(known), FactSet(self.configuration), self.now)

    def settle(self) -> None:
        for _ in range(60):
            group = [group_of(where) for where in ("north", None)]
            new = [
                said(each)
                for cause in (*self.causes, *group)
                for of, says in ((fold, decide), (view.fold, view.decide))
                for each in says(of(self.of(cause)).row, self.now)
            ]
            known = {each.id for each in self.facts}
            if not (new := [each for each in new if each.id not in known]):
                return
            self.facts += {each.id: each for each in new}.values()
        raise AssertionError("it says one thing after another without end")

    def hear(self, content: Content) -> None:
        self.facts.append(fact(content, agency="goldthread", occurred=self.now))
        self.settle()

    def raise_alert(
        self, cause: str, urgency: Urgency = NOW, where: str = "north", generation: int = 1
    ) -> None:
        about = {"rule": AlertRule.BREACH, "cause": cause, "generation": generation}
        self.hear(AlertRaised.model_validate(about | {"urgency": urgency, "routing": area(where)}))

    def acknowledge(self, cause: str, who: str, rule: AlertRule = AlertRule.BREACH) -> None:
        row = self.row(cause)
        about = {"rule": rule, "cause": cause, "generation": row.generation, "person": staff(who)}
        self.hear(AlertAcknowledged.model_validate(about))

    def wait(self, minutes: float) -> None:
        for _ in range(int(minutes * 2)):
            self.now += timedelta(seconds=30)
            self.settle()

    def row(self, cause: str) -> AlertRow:
        row = fold(self.of(cause)).row
        assert isinstance(row, AlertRow)
        return row

    def called(self, who: str) -> list[tuple[float, AlertRule]]:
        """When somebody was called, in minutes from the first alert, and for what."""
        return [
            ((each.occurred - RAISED).total_seconds() / 60, each.said.rule)
            for each in FactSet(self.facts).current(AlertCalled)
            if each.said.person == staff(who)
        ]

    def told(self) -> list[str]:
        """What was said to operators, in its order."""
        words = {AlertRaised: "raised", AlertStoodDown: "stood down"}
        return [
            f"{words[type(each.content)]} {each.content.generation}"
            for each in self.facts
            if type(each.content) in words and each.content.rule is AlertRule.UNANSWERED
        ]


GROUP = group_of("north")
HIGH = [root_of(f"breach {n}") for n in range(10)]


def test_ten_alerts_that_went_round_are_one_alert_to_an_operator_which_says_how_many() -> None:
    nights = Nights(HIGH)
    for cause in HIGH:
        nights.raise_alert(cause)
    nights.wait(20)
    assert nights.told() == ["raised 1"]
    assert nights.called("olu")[0][1] is AlertRule.UNANSWERED
    row = nights.row(GROUP)
    assert (row.waits, row.area, row.urgency) == (Waits(alerts=10, area="north"), OPERATORS, NOW)
    assert row.count == 10, "the message says so"
    for cause in HIGH[:9]:
        nights.acknowledge(cause, "amira")
    assert (nights.row(GROUP).count, nights.told()) == (1, ["raised 1"])
    nights.acknowledge(HIGH[9], "amira")
    assert nights.told() == ["raised 1", "stood down 1"]
    calls = len(nights.called("olu"))
    nights.wait(120)
    assert len(nights.called("olu")) == calls, "nobody is called any more"


def test_an_operator_who_has_it_is_told_again_of_each_round_that_ends_since() -> None:
    nights = Nights()
    nights.raise_alert(CAUSE)
    nights.wait(20)
    nights.acknowledge(GROUP, "olu", AlertRule.UNANSWERED)
    assert (nights.row(CAUSE).waiting, nights.row(GROUP).waiting) == (True, False), "the breach goes on"
    nights.wait(30)
    assert nights.told() == ["raised 1"]
    nights.wait(30)
    assert nights.told() == ["raised 1", "stood down 1", "raised 2"]
    nights.acknowledge(CAUSE, "dev")
    assert nights.told()[-1] == "stood down 2"


def test_the_duty_officer_of_the_force_is_called_when_the_ladder_starts_again() -> None:
    force = {"area": "force", "first": on_call("eve"), "duty_officer": on_call("eve"), "second": None}
    nights = Nights(configuration=[*rota(), *rota(**force)[2:], operators()])
    nights.raise_alert(CAUSE)
    nights.wait(2)
    assert (len(nights.called("dev")), nights.called("eve")) == (1, [])
    nights.wait(15)
    assert (len(nights.called("dev")), len(nights.called("eve"))) == (1, 1)


def test_without_an_operator_on_the_rota_nobody_of_a_force_is_called_instead() -> None:
    nights = Nights(configuration=rota())
    nights.raise_alert(CAUSE)
    nights.wait(60)
    row = nights.row(GROUP)
    assert (row.waiting, row.called, row.nobody) == (True, frozenset(), True)


def test_what_is_told_of_another_area_by_now_waits_no_more_in_the_first() -> None:
    nights = Nights()
    nights.raise_alert(CAUSE)
    nights.wait(20)
    nights.facts.append(
        fact(
            AlertStoodDown(rule=AlertRule.BREACH, cause=CAUSE, generation=1),
            agency="goldthread",
            occurred=nights.now,
        )
    )
    nights.raise_alert(CAUSE, where="south", generation=2)
    assert nights.told() == ["raised 1", "stood down 1"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["raise", "take", "operator takes", "wait", "away"]),
            st.integers(0, 2),
            st.integers(1, 90),
        ),
        max_size=14,
    )
)
def test_while_one_waits_after_a_round_an_operator_is_told_once_and_only_then(
    events: list[tuple[str, int, int]],
) -> None:
    nights = Nights(HIGH[:3])
    raised: set[str] = set()
    for what, n, minutes in events:
        cause = HIGH[n]
        if what == "raise" and cause not in raised:
            raised.add(cause)
            nights.raise_alert(cause, list(Urgency)[n])
        elif what == "take" and cause in raised:
            nights.acknowledge(cause, "amira")
        elif what == "operator takes" and "raised 1" in nights.told() and nights.row(GROUP).waiting:
            nights.acknowledge(GROUP, "olu", AlertRule.UNANSWERED)
        elif what == "wait":
            nights.wait(minutes / 4)
        elif what == "away":
            nights.now += timedelta(minutes=minutes)
        nights.settle()
        gone = [each for each in raised if nights.row(each).went_round]
        standing = bool(nights.told()) and nights.told()[-1].startswith("raised")
        assert standing == bool(gone)
        if gone:
            row = nights.row(GROUP)
            assert row.waits is not None
            assert row.waits.alerts == len(gone)
            assert row.waiting or row.acknowledged_by == staff("olu")
    told = nights.told()
    assert len(told) == len(set(told)), "said twice"
    ups = [each for each in nights.facts if isinstance(each.content, AlertUnanswered)]
    assert len({(each.said.cause, each.said.number) for each in ups}) == len(ups)


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tenths of a second where the ladder has minutes."""
    after = tuple(timedelta(seconds=n / 10) for n in range(4))
    assert len(after) == 4
    monkeypatch.setitem(ladder.LADDERS, NOW, Ladder(after, again=timedelta(seconds=0.5)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "start",
    ["embedded", pytest.param("distributed", marks=[pytest.mark.kafka, pytest.mark.postgres])],
    indirect=True,
)
async def test_an_operator_is_paged_by_their_own_rota_and_takes_it(
    start: Start, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    runtime = await start()
    await configure(runtime, pager.url, first="amira")
    now = runtime.clock.now()
    first = {"person": OPERATOR.id, "webhook": f"{pager.url}/olu"}
    shift = {"area": OPERATORS, "starts": now - timedelta(hours=1), "ends": now + timedelta(days=1)}
    own = RotaSet.model_validate({**shift, "first": first})
    await runtime.take(own_header(now), own, caller=OPERATOR, right="rota:set")
    await raise_alert(runtime)

    async def paged() -> list[Any]:
        came = [each.said for each in pager.got if each.path.endswith("/olu")]
        return [each for each in came if each["cause"] == group_of("north")]

    (message, *_) = await until(paged, "an operator's pager")
    assert "north" not in str(message)
    shown = await queries.alert(runtime, OPERATOR, group_of("north"))
    assert shown is not None
    assert (shown.rule, shown.may_answer) == ("unanswered", True)
    assert shown.waits == Waits(alerts=1, area="north")
    assert await queries.alert(runtime, caller("amira", "on-call"), group_of("north")) is None
    await actions.acknowledge(runtime, OPERATOR, group_of("north"))
    await actions.acknowledge(runtime, caller("amira", "on-call"), CAUSE)
    await until(lambda: stood_down(runtime), "it is stood down")


async def stood_down(runtime: Runtime) -> bool:
    shown = await queries.alert(runtime, OPERATOR, group_of("north"))
    return shown is not None and shown.state == "stood-down"

"""Whether a breach was answered, by when it must be, and what a step must say: as tables."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from contracts.events.orders import BreachProgressed
from contracts.rules.breach_answer import (
    Reported,
    Step,
    answered,
    asking,
    clock,
    due,
    fault,
    left_unanswered,
    why_not_closed,
)
from contracts.vocabulary import BreachStep, Grade
from tests.support.facts import NOON, root_of
from tests.support.tables import lines


def after(hours: float | None) -> Any:
    return None if hours is None else NOON + timedelta(hours=hours)


def reported(recorded: float, accepted: float, steps: list[dict[str, Any]]) -> Reported:
    taken = [
        Step(BreachStep(step["step"]), after(step["at"]), f"{n}", after(step.get("told", accepted)))
        for n, step in enumerate(steps)
    ]
    return Reported(after(recorded), after(recorded), after(accepted), tuple(taken))


@lines(__file__, "breach_answer")
def test_when_an_answer_is_due_and_asked_for(line: dict[str, Any]) -> None:
    own = [reported(0, line.get("accepted", 0), line.get("steps", []))]
    earlier = []
    for each in line.get("earlier", []):
        steps = [{"step": "arrested", "at": each["answer"] - each["before"]}] if "answer" in each else []
        earlier.append([reported(-each["before"], -each["before"], steps)])
    allowed = clock(left_unanswered(own, earlier))
    assert due(own, allowed) == after(line["due"])
    assert answered(own) == after(line.get("answered"))
    asked = asking(own, allowed, timedelta(hours=2), after(line.get("taken")))
    assert (asked and asked.at) == after(line["asked"])
    assert (asked and asked.at + asked.grace + asked.spread) == after(line.get("calls", line["asked"]))
    assert (asked is not None and asked.history) == line.get("history", False)
    if "again" in line:
        assert asked is not None
        assert asked.again == timedelta(hours=line["again"])


def test_of_several_records_the_first_starts_the_clock_and_any_answer_counts() -> None:
    records = [reported(3, 3, [{"step": "no-further-action", "at": 5}]), reported(0, 0, [])]
    assert due(records, clock(0)) == after(24)
    assert asking(records, clock(0), timedelta(hours=2)) is None


def test_suspects_of_a_first_load_are_asked_for_within_a_day_each_at_a_time_of_its_own() -> None:
    """However long they have been outstanding, and whatever the danger: a regrade moves nothing."""
    loaded = after(9000)
    asked = []
    for n in range(300):
        step = Step(BreachStep.SUSPECT_OUTSTANDING, after(4), root_of(f"step {n}"), loaded)
        found = {
            asking([Reported(NOON, NOON, loaded, (step,))], clock(0), timedelta(hours=within))
            for within in (2, 8, 24)
        }
        asked += [each.at + each.grace + each.spread - loaded for each in found if each]
    assert len(asked) == 300
    hours = Counter(each // timedelta(hours=1) for each in asked)
    assert {*hours} == {*range(2, 26)}
    assert max(hours.values()) <= 30


def test_that_they_are_told_of_again_gives_nobody_more_time() -> None:
    """Another system tells of the same, and is filed by a higher id or a lower one."""
    first = Step(BreachStep.SUSPECT_OUTSTANDING, after(4), "5", after(9000))
    for root in ("1", "9"):
        again = Step(BreachStep.SUSPECT_OUTSTANDING, after(4), root, after(9020))
        both = [Reported(NOON, NOON, after(9000), (first,)), Reported(NOON, NOON, after(9020), (again,))]
        alone = asking(both[:1], clock(0), timedelta(hours=2))
        assert asking(both, clock(0), timedelta(hours=2)) == alone


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"step": "arrested"}, None),
        ({"step": "triaged"}, None),
        ({"step": "no-breach-found"}, ("content.narrative", "reason-missing")),
        ({"step": "no-breach-found", "why": True}, ("content.rank", "rank-missing")),
        ({"step": "no-breach-found", "why": True, "rank": "constable"}, ("content.rank", "rank-too-low")),
        ({"step": "no-breach-found", "why": True, "rank": "sergeant"}, ("content.by", "decider-missing")),
        ({"step": "no-breach-found", "why": True, "rank": "sergeant", "by": "S 9"}, None),
        ({"step": "triaged", "urgency": "now"}, ("content.narrative", "reason-missing")),
        ({"step": "triaged", "urgency": "now", "why": True}, None),
        ({"step": "arrested", "urgency": "now", "why": True}, ("content.urgency", "only-of-triage")),
        (
            {"step": "triaged", "urgency": "now", "lowers": "day", "why": True},
            ("content.lowers", "lowers-nothing"),
        ),
        (
            {"step": "triaged", "urgency": "day", "lowers": "now", "why": True},
            ("content.by", "first-person-missing"),
        ),
        (
            {"step": "triaged", "urgency": "day", "lowers": "now", "why": True, "by": "S-7"},
            ("content.second", "second-person-missing"),
        ),
        (
            {"step": "triaged", "urgency": "day", "lowers": "now", "why": True, "by": "S-7", "second": "s7"},
            ("content.second", "same-person"),
        ),
        (
            {"step": "triaged", "urgency": "day", "lowers": "now", "why": True, "by": "S-7", "second": "S8"},
            None,
        ),
        ({"step": "closed", "why": True}, ("content.rank", "rank-missing")),
        ({"step": "closed", "why": True, "rank": "constable"}, ("content.rank", "rank-too-low")),
        ({"step": "closed", "rank": "sergeant"}, ("content.narrative", "reason-missing")),
        ({"step": "closed", "why": True, "rank": "sergeant"}, ("content.by", "decider-missing")),
        ({"step": "closed", "why": True, "rank": "sergeant", "by": "S 9"}, None),
        (
            {"step": "no-further-action", "why": True, "rank": "inspector"},
            ("content.outcome", "outcome-missing"),
        ),
        (
            {"step": "no-further-action", "why": True, "rank": "sergeant", "outcome": "18"},
            ("content.by", "decider-missing"),
        ),
        ({"step": "no-further-action", "why": True, "rank": "sergeant", "outcome": "18", "by": "S 9"}, None),
        (
            {"step": "no-further-action", "why": True, "rank": "inspector", "outcome": "1", "by": "I 7"},
            ("content.outcome", "outcome-of-action"),
        ),
        (
            {"step": "no-further-action", "why": True, "rank": "inspector", "outcome": "3a", "by": "I 7"},
            ("content.outcome", "outcome-of-action"),
        ),
        (
            {"step": "no-further-action", "why": True, "rank": "sergeant", "outcome": "15"},
            ("content.rank", "rank-too-low"),
        ),
        (
            {"step": "no-further-action", "why": True, "rank": "inspector", "outcome": "16"},
            ("content.by", "decider-missing"),
        ),
        ({"step": "no-further-action", "why": True, "rank": "inspector", "outcome": "16", "by": "I 7"}, None),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_what_a_step_must_say(said: dict[str, Any], missing: tuple[str, str] | None) -> None:
    why = {"narrative": {"text": "Nobody was there."}} if said.pop("why", False) else {}
    assert fault(BreachProgressed.model_validate({"breach": root_of("breach"), **said, **why})) == missing


@pytest.mark.parametrize("step", BreachStep)
@pytest.mark.parametrize("grade", Grade)
def test_what_is_not_known_closes_nothing(step: BreachStep, grade: Grade) -> None:
    blocked = step in (BreachStep.CLOSED, BreachStep.NO_BREACH_FOUND) and grade is Grade.UNKNOWN
    assert why_not_closed(step, grade) == (("content.step", "grade-unknown") if blocked else None)
    assert why_not_closed(step, grade, assessable=False) is None, "nobody could find out"

"""How far support has come, and what is owed to a victim, as a table. Days are from Tuesday, 3 March 2026."""

from datetime import datetime
from typing import Any

from contracts.content import Said
from contracts.events.support import SupportProgressed
from contracts.rules import risk_review, support
from contracts.rules.owed_parts import Heard
from contracts.rules.support_clocks import SUPPORT
from contracts.vocabulary import AlertRule, Role
from tests.contracts.rules.test_risk_review import ANN, CALENDARS, content, day, made_of, told_by
from tests.support.facts import NOON, someone
from tests.support.tables import lines


def told(facts: list[dict[str, Any]]) -> tuple[list[risk_review.Told], dict[str, str]]:
    return told_by(made_of(facts, _said))


def _said(said: dict[str, Any]) -> Said:
    if "is" not in said:
        return content(said)
    step = {"support": said.get("support", "idva"), "step": said["is"], "reason": said.get("reason")}
    step["service"] = said.get("service")
    her = someone(Role.VICTIM, "ann")
    return SupportProgressed.model_validate({"people": [her], **step})


@lines(__file__, "support")
def test_how_far_support_has_come_and_what_is_owed(line: dict[str, Any]) -> None:
    known, who = told(line["facts"])
    opened = risk_review.opened(known, ANN, who, NOON)
    found = {kind.value: course.state.value for kind, course in support.courses(known).items()}
    assert found == line.get("state", {})
    heard = Heard(ANN, who, NOON, known, opened)
    owed = [(each.rule, each.since) for each in support.owed(heard, CALENDARS)]
    assert sorted(owed) == sorted((AlertRule(rule), day(since)) for rule, since in line["owed"])


def test_it_is_owed_by_the_table_of_clocks() -> None:
    known, who = told([{"day": 0, "incident": "verbal-abuse"}])
    (owed,) = support.owed(Heard(ANN, who, NOON, known, ()), CALENDARS)
    assert owed.due == datetime.fromisoformat("2026-03-05T23:59:00+00:00"), "two working days: Thursday"
    assert {clock.about for clock in SUPPORT.values()} == {"person"}

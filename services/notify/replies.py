"""Whose one alert is, as the facts have it now, and which answer came last: another follows it."""

from chassis.facts import FactSet
from contracts.events.alerts import AlertAcknowledged, AlertPassedOn
from contracts.rules.standing_answer import Standing, answer_of, standing_answer
from contracts.vocabulary import AlertRule
from services.notify.views import Reply


def standing_of(facts: FactSet, rule: AlertRule, generation: int) -> Standing:
    """What stands of the alert of this rule and generation, of all about a cause."""
    replies: list[Reply] = [*facts.current(AlertAcknowledged), *facts.current(AlertPassedOn)]
    return standing_answer(
        answer_of(each.envelope, each.said)
        for each in replies
        if (each.said.rule, each.said.generation) == (rule, generation)
    )

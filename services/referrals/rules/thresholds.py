"""The number by which an area grades a SafeLives Dash: its own, else that of the area around it.

Source: SafeLives recommends 14, and leaves it to each MARAC to choose with its capacity in view
(Marac referral criteria definitions, read 2026-11): so it is configuration.
"""

from chassis.facts import FactSet
from contracts.events.configuration import AreaDefined, ThresholdSet
from contracts.rules.areas import area_and_around
from contracts.vocabulary import Threshold
from services.referrals.rules.grading import VISIBLE_HIGH_RISK


def dash_threshold(configuration: FactSet, area: str | None) -> int:
    """YES answers that are visible high risk in an area; the recommended number where none is set,
    and where the area is not known."""
    set_ = {
        fact.said.area: fact.said.value
        for fact in configuration.current(ThresholdSet)
        if fact.said.threshold is Threshold.DASH_VISIBLE_HIGH_RISK
    }
    areas = {fact.said.area: fact.said for fact in configuration.current(AreaDefined)}
    return next((set_[each] for each in area_and_around(areas, area) if each in set_), VISIBLE_HIGH_RISK)

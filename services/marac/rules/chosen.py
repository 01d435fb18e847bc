"""What a MARAC has chosen for itself: its own, else that of the area around it, else what is recommended.

Sources: SafeLives, *Marac referral criteria definitions* (14 on the Dash; read 2026-11) and referral form
(2015: three incidents in twelve months); both leave the numbers to each MARAC. SafeLives Marac data (2024):
16 cases are heard at a meeting on average, which stands in where nobody has set how many there is room for.
"""

from dataclasses import dataclass

from chassis.facts import Fact, FactSet
from contracts.content import Content
from contracts.events.configuration import AreaDefined, ThresholdSet
from contracts.events.listing import Escalation, LocalCriterion, MaracSet
from contracts.rules.areas import area_and_around
from contracts.vocabulary import RepeatAnchor, RepeatDefinition, Threshold

VISIBLE_HIGH_RISK = 14
ESCALATION_INCIDENTS = 3
SLOTS = 16
CLOSES_DAYS = 8


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds in an area. ``slots_set``: whether somebody said how many cases there is room for."""

    definition: RepeatDefinition = RepeatDefinition.CURRENT
    anchor: RepeatAnchor = RepeatAnchor.REFERRAL
    dash: int = VISIBLE_HIGH_RISK
    escalation: tuple[Escalation, ...] = (Escalation(least=ESCALATION_INCIDENTS),)
    local: tuple[LocalCriterion, ...] = ()
    slots: int = SLOTS
    slots_set: bool = False
    closes_days: int = CLOSES_DAYS


NOTHING_CHOSEN = Chosen()
"""What stands in where an area has set nothing."""


def chosen(configuration: FactSet, area: str | None) -> Chosen:
    """What holds in an area now."""
    areas = {fact.said.area: fact.said for fact in configuration.current(AreaDefined)}
    around = area_and_around(areas, area)
    sets = {fact.said.area: fact.said for fact in configuration.current(MaracSet)}
    said = next((sets[each] for each in around if each in sets), None)
    numbers = {(f.said.area, f.said.threshold): f.said.value for f in configuration.current(ThresholdSet)}

    def number(threshold: Threshold, recommended: int) -> int:
        return next(
            (numbers[each, threshold] for each in around if (each, threshold) in numbers), recommended
        )

    dash = number(Threshold.DASH_VISIBLE_HIGH_RISK, VISIBLE_HIGH_RISK)
    # As it was set: what a MARAC says of itself takes from 2 to 50, the older threshold any number.
    least = number(Threshold.ESCALATION_INCIDENTS, ESCALATION_INCIDENTS)
    incidents = (Escalation.model_construct(least=least),)
    if said is None:
        return Chosen(dash=dash, escalation=incidents)
    return Chosen(
        definition=said.repeat_definition,
        anchor=said.repeat_anchor,
        dash=dash,
        escalation=tuple(said.escalation) or incidents,
        local=tuple(said.local),
        slots=said.slots or SLOTS,
        slots_set=said.slots is not None,
        closes_days=said.closes_days,
    )


def is_of(said: Content, area: str) -> bool:
    """Whether this sets something for this area itself."""
    return isinstance(said, MaracSet | ThresholdSet) and said.area == area


def history(configuration: FactSet, area: str) -> list[Fact[MaracSet | ThresholdSet]]:
    """All that was ever set for this area itself and stands, the newest first."""
    found: list[Fact[MaracSet | ThresholdSet]] = [
        *configuration.current(MaracSet),
        *configuration.current(ThresholdSet),
    ]
    found = [fact for fact in found if is_of(fact.said, area)]
    return sorted(found, key=lambda fact: fact.order, reverse=True)

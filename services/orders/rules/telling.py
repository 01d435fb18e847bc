"""When an alert about a breach is raised, kept, or stood down.

Source: ``mechanism.md`` section 5. One alert for each occurrence while it holds; what no longer
holds (withdrawn, another victim, another area, more urgent than was told) is stood down, and told
anew under the next generation if the cause still stands. An area that becomes known is another area:
nobody may have been called there. An alert that a named person has answered is theirs: her moving
house, or a risk assessment made since, does not page again about it. ``domain.md`` sections 5 and 14:
nothing ends without a person and a reason, and so where a breach is withdrawn before anybody took its alert
a supervisor is told, and says why it may end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.vocabulary import Urgency
from services.orders.rules.priority import at_least


@dataclass(frozen=True, slots=True)
class Told:
    """One alert that was raised about this cause, and since when somebody has it. Victims are mention ids."""

    generation: int
    urgency: Urgency
    area: str | None
    victims: frozenset[str]
    taken: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is true of the cause now. ``by_grade`` is the urgency that the grade alone gives; ``scene_told``,
    when a weapon or the suspect at the scene was told first, whichever came later, of what is not over."""

    urgency: Urgency
    by_grade: Urgency
    by_scene: bool
    area: str | None
    victims: frozenset[str]
    scene_told: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of another report's alert."""

    urgency: Urgency
    area: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """Another report of the same occurrence, as far as this one can see.

    ``in_view``: it names nobody whom this one does not, so that whatever it knows of the occurrence
    this one knows too. ``ended``: when whoever went to it had done with it.
    """

    root: str
    occurred: datetime
    standing: tuple[Standing, ...]
    in_view: bool
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """When what a report tells of happened, and when it first told here of a weapon, and of the suspect
    being there. None: it does not say so."""

    occurred: datetime
    weapon: datetime | None
    present: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to say now: the generations to stand down, and the one to raise, if any."""

    stand_down: tuple[int, ...]
    raise_: int | None


def decide(
    standing: Sequence[Told],
    stood_down: int,
    wanted: Wanted | None,
    own: tuple[datetime, str],
    others: Sequence[Report],
) -> Decision:
    """What to say of a breach. ``wanted`` is None when nobody need be told (it was withdrawn).

    ``stood_down`` counts the generations stood down before; ``own`` is (occurred, root).
    """
    fallen = tuple(told.generation for told in standing if wanted is None or not holds(told, wanted))
    if wanted is None or len(fallen) < len(standing) or not _ours_to_raise(wanted, own, others):
        return Decision(fallen, None)
    return Decision(fallen, 1 + stood_down + len(fallen))


def of_withdrawal(standing: Sequence[int], stood_down: int, *, unseen: bool) -> Decision:
    """What to say of a breach's withdrawal. ``unseen``: it is withdrawn, and nobody had taken its alert."""
    if not unseen:
        return Decision(tuple(standing), None)
    return Decision((), None if standing else 1 + stood_down)


def scene_told(occurred: datetime, over: datetime | None, scenes: Iterable[Scene]) -> datetime | None:
    """When a weapon or the suspect at the scene of a breach was told first, whichever came later. Of what was
    ``over`` for whoever went there nothing is told any more: what happened since speaks for itself."""
    if over is not None and occurred <= over:
        return None
    of_this = [each for each in scenes if over is None or each.occurred > over]
    weapon = min((each.weapon for each in of_this if each.weapon), default=None)
    present = min((each.present for each in of_this if each.present), default=None)
    return max((each for each in (weapon, present) if each is not None), default=None)


def holds(told: Told, wanted: Wanted) -> bool:
    """Whether what was told is still true enough to stand. What was told of nobody is not told of
    another when it becomes known who she is: by then it has called somebody, and as for an unknown."""
    more_urgent = not at_least(told.urgency, wanted.urgency)
    if told.victims and told.victims != wanted.victims:
        return False
    if told.taken is not None:
        told_since = wanted.scene_told is not None and wanted.scene_told > told.taken
        return not (told_since or (more_urgent and wanted.by_scene))
    return told.area == wanted.area and not more_urgent


def _ours_to_raise(wanted: Wanted, own: tuple[datetime, str], others: Iterable[Report]) -> bool:
    """Whether this report is the one of its occurrence that must speak.

    A report whose alert stands sees the scene of every other, and rises with it; so it speaks for
    this one, unless this one's victim is at more risk than it knew. Where nothing stands yet the
    earliest report speaks, and the others wait for it: reports that come in together page once.
    One of what was over before this happened speaks for nothing here.
    """
    reports = [report for report in others if report.ended is None or own[0] <= report.ended]
    standing = [alert for report in reports for alert in report.standing]
    if standing:
        return not any(_speaks_for(alert, wanted) for alert in standing)
    return not any(report.in_view and (report.occurred, report.root) < own for report in reports)


def _speaks_for(alert: Standing, wanted: Wanted) -> bool:
    return at_least(alert.urgency, wanted.by_grade) and (alert.area is not None or wanted.area is None)

"""Who is on call for an area at a time.

Source: `RotaSet` and `AreaDefined`, which areas own and set themselves; the ladder's posts are
those of domain.md section 5 (2026). An area without a shift is covered by the area that it lies
within. A post that nobody fills is covered by the duty officer of the force, then by anybody else
on the shift: an alert goes to a person wherever one is known. Those who operate Goldthread have a rota as
an area has one (``OPERATORS``): what ails Goldthread itself is theirs, and where none of them is on it, every
force's duty officer's, one after another.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.facts import Fact, FactSet
from contracts.events.configuration import AreaDefined, LadderSet, OnCall, RotaSet
from contracts.rules.areas import OPERATORS, area_and_around
from contracts.vocabulary import AlertRule, AreaKind, Post
from services.notify.rules.channels import can_be_reached
from services.notify.rules.ladder import FIRST_ROUND

ANYBODY = (Post.DUTY_OFFICER, Post.SUPERVISOR, Post.FIRST, Post.SECOND)
"""Whom to fall back upon, in this order, when a post is empty."""


CONFIGURATION = (AreaDefined, RotaSet, LadderSet)
"""What is read of who is called, and when."""


@dataclass(frozen=True, slots=True)
class Rota:
    """Every shift, every area and every ladder that is configured."""

    shifts: tuple[Fact[RotaSet], ...]
    areas: Mapping[str, AreaDefined]
    ladders: tuple[Fact[LadderSet], ...] = ()


def rota_of(configuration: FactSet) -> Rota:
    """The rota that this configuration says."""
    areas = {fact.said.area: fact.said for fact in configuration.current(AreaDefined)}
    return Rota(tuple(configuration.current(RotaSet)), areas, tuple(configuration.current(LadderSet)))


def plain_webhooks(shift: RotaSet) -> list[Post]:
    """The posts whose messages would cross the network unencrypted."""
    entries = [(post, getattr(shift, post)) for post in Post]
    return [post for post, entry in entries if entry and entry.webhook and entry.webhook.scheme != "https"]


def shift_of(rota: Rota, area: str, at: datetime) -> RotaSet | None:
    """The shift of this very area at a time: of several the one that takes precedence."""
    on = [fact for fact in rota.shifts if fact.said.area == area and fact.said.starts <= at < fact.said.ends]
    return max(on, key=precedence).said if on else None


def precedence(shift: Fact[RotaSet]) -> tuple[datetime, datetime, str]:
    """Which of several shifts at once holds, the highest: the one that starts latest; of those that start
    together the one that was recorded last, as who covers a whole shift is set after it."""
    return (shift.said.starts, shift.recorded, shift.root)


def on_call(rota: Rota, area: str | None, post: Post, at: datetime) -> OnCall | None:
    """Who is to be called for a post at a time. None: nobody at all is on the rota."""
    around = area_and_around(rota.areas, area)
    near = [shift for place in around if (shift := shift_of(rota, place, at))]
    force = [shift for place in _forces(rota, around) if (shift := shift_of(rota, place, at))]
    asked: list[OnCall | None] = [getattr(shift, post) for shift in near[:1]]
    duty = [shift.duty_officer for shift in force]
    anybody = [getattr(shift, other) for shift in (*near, *force) for other in ANYBODY]
    in_turn: dict[str, OnCall] = {}
    for entry in (*asked, *duty, *anybody):
        if entry is not None:
            in_turn.setdefault(entry.person, entry)
    people = list(in_turn.values())
    if near or not people:
        return next(iter(people), None)
    # Whose it is is not known: each post is another person, lest one telephone that is off ends the ladder.
    return people[min(list(Post).index(post), len(people) - 1)]


def at_step(
    rota: Rota, area: str | None, rule: AlertRule, step: int, post: Post, at: datetime
) -> OnCall | None:
    """Who is to be called for a post at a step of an alert's ladder. That nobody answers is told to operators
    alone: whoever is on call has been called each time. After the first round the duty officer is the
    force's."""
    if rule is AlertRule.UNANSWERED:
        return operator(rota, post, at)
    if post is Post.DUTY_OFFICER and step >= len(FIRST_ROUND):
        return duty_officer(rota, area, at)
    return on_call(rota, area, post, at)


def duty_officer(rota: Rota, area: str | None, at: datetime) -> OnCall | None:
    """The duty officer of the force that an area lies in, whoever is the area's own; where the force names
    none, whoever is called for that post."""
    around = area_and_around(rota.areas, area)
    forces = [place for place in _forces(rota, around) if place in around]
    shifts = [shift for place in forces if (shift := shift_of(rota, place, at))]
    own = (shift.duty_officer for shift in shifts if shift.duty_officer is not None)
    return next(own, None) or on_call(rota, area, Post.DUTY_OFFICER, at)


def operator(rota: Rota, post: Post, at: datetime) -> OnCall | None:
    """Who of those who operate Goldthread is called for a post: its own, else anybody on their shift. None:
    no operator is on the rota."""
    shift = shift_of(rota, OPERATORS, at)
    posts = (getattr(shift, each) for each in (post, *ANYBODY))
    return next((entry for entry in posts if entry is not None), None) if shift else None


def next_change(rota: Rota, at: datetime) -> datetime | None:
    """When a shift next begins or ends, anywhere: until then the rota answers the same."""
    edges = (edge for fact in rota.shifts for edge in (fact.said.starts, fact.said.ends))
    return min((edge for edge in edges if edge > at), default=None)


def entry_of(rota: Rota, area: str | None, person: str, at: datetime) -> OnCall | None:
    """The entry of somebody who is called for an area, with where their messages go: as they are on now, the
    nearest area's first that has an address; else as they were last, so that an address changed since reaches
    them. What an area says that has nothing to do with this one counts for nothing: nobody draws another's
    alerts to themselves.
    """
    around = area_and_around(rota.areas, area)
    places = list(dict.fromkeys((*around, *_forces(rota, around))))
    begun = [fact for fact in rota.shifts if fact.said.area in places and fact.said.starts <= at]
    on = [fact for fact in begun if at < fact.said.ends]
    nearest = sorted(sorted(on, key=precedence, reverse=True), key=lambda fact: places.index(fact.said.area))
    now = sorted(_entries(nearest, person), key=can_be_reached, reverse=True)
    last = _entries(sorted(begun, key=precedence, reverse=True), person)
    return next(iter((*now, *last)), None)


def people_of(rota: Rota, areas: Collection[str]) -> dict[str, OnCall]:
    """Everybody on a shift of these areas, by id, as the newest shift has them; with the name that any
    has given them."""
    found: dict[str, OnCall] = {}
    for fact in sorted((fact for fact in rota.shifts if fact.said.area in areas), key=precedence):
        for entry in (getattr(fact.said, post) for post in Post):
            if entry is not None:
                before = found.get(entry.person)
                name = entry.name or (before.name if before else None)
                found[entry.person] = entry.model_copy(update={"name": name})
    return found


def _entries(shifts: Iterable[Fact[RotaSet]], person: str) -> Iterator[OnCall]:
    """Every entry of somebody on these shifts, in order."""
    entries = (getattr(fact.said, post) for fact in shifts for post in Post)
    return (entry for entry in entries if entry is not None and entry.person == person)


def _forces(rota: Rota, around: tuple[str, ...]) -> list[str]:
    """The force that the area lies in; every force, in order, where that is not known; and where no
    area is known, or one that nobody defined, then every area that has a rota."""
    forces = sorted(area for area, defined in rota.areas.items() if defined.kind is AreaKind.FORCE)
    own = [area for area in around if area in forces]
    known = any(place in rota.areas for place in around)
    others = set() if known else {fact.said.area for fact in rota.shifts}.difference(forces, [OPERATORS])
    return own or [*forces, *sorted(others)]

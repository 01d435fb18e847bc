"""What is shown of an area's rota: a week of it, its gaps, and who is on it. All of it is of staff.

Everything here is for one caller and asks ``rules/sharing.py`` first; every look is on record.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from chassis.clock import LONDON
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import OnCall, RotaSet
from contracts.rules.areas import OPERATORS, area_and_around
from contracts.vocabulary import Post, StaffRole
from services.notify import calendar
from services.notify.rules import channels, coverage, rota, sharing
from services.notify.rules.coverage import Gap, Stretch
from services.notify.rules.rota import Rota
from services.notify.views import ALERT, AlertRow

WEEK = timedelta(days=7)
SWAPS_AHEAD = timedelta(days=56)
"""How far ahead a shift may be with which one swaps."""
KEPT = timedelta(days=28)
"""How long a shift that is over is in an exported calendar."""


class Shown(BaseModel):
    """Base of what is shown here."""

    model_config = ConfigDict(frozen=True)


class PersonShown(Shown):
    """A member of staff, by the id and the name that the rota has."""

    id: str
    name: str | None
    you: bool
    reached: bool = Field(description="whether the rota has a telephone, a pager or an e-mail of theirs")


class ShiftShown(Shown):
    """A shift, as its newest version says it."""

    root: str
    version: int
    agency: str
    starts: datetime
    ends: datetime
    posts: dict[Post, PersonShown]
    own: bool = Field(description="whether the caller's agency said it, and so may correct it")


class StretchShown(Shown):
    """A part of a day in which one shift holds, or none."""

    starts: datetime
    ends: datetime
    shift: ShiftShown | None
    others: list[ShiftShown] = Field(description="shifts at the same time, on which nobody is called")
    empty: list[Post] = Field(description="the rota's own posts that nobody is on who can be reached")


class DayShown(Shown):
    """A London day of the week."""

    day: date
    stretches: list[StretchShown]


class InsteadShown(Shown):
    """Who is called for such a post from a time on; null: nobody at all."""

    since: datetime
    person: PersonShown | None


class Span(Shown):
    """From when until when; null: until somebody sets a shift."""

    starts: datetime
    ends: datetime | None


class GapShown(Shown):
    """Hours that nobody is on who can be reached, and who is called all the same."""

    cause: str
    shift: ShiftShown | None = Field(description="the shift of these posts; null: there is none")
    posts: list[Post]
    spans: list[Span]
    instead: dict[Post, list[InsteadShown]]
    told: Literal["not-yet", "waiting", "answered"]


class AreaShown(Shown):
    """An area whose rota the caller may read."""

    area: str
    name: str
    gaps: int = Field(description="of the week to come")


class RotaShown(Shown):
    """A week of an area's rota."""

    at: datetime
    fresh_until: datetime | None
    area: str
    name: str
    areas: list[AreaShown]
    around: list[str] = Field(
        description="the areas around it, by name: the nearest covers where it has no shift"
    )
    week: date = Field(description="its Monday")
    days: list[DayShown]
    gaps: list[GapShown] = Field(
        description="those that begin by the end of that week, or in the week to come"
    )
    before: date = Field(description="a day of the week before")
    after: date = Field(description="a day of the week after")
    had_one: bool = Field(description="whether the area ever had a shift of its own; else nothing is a gap")
    may_set: bool
    people: list[PersonShown] = Field(description="everybody who is on a rota here or around")


class Other(Shown):
    """Somebody on another shift to come, with whom one may swap."""

    root: str
    version: int
    post: Post
    starts: datetime
    person: PersonShown

    @property
    def value(self) -> str:
        """By which a form names it."""
        return f"{self.root}:{self.post}"


class ShiftPage(Shown):
    """A shift, and what may be done about it."""

    at: datetime
    fresh_until: datetime | None
    area: str
    name: str
    shift: ShiftShown
    others: list[Other]
    may_set: bool
    people: list[PersonShown]


async def known(runtime: Runtime) -> Rota:
    """Every rota, as it is configured now."""
    return rota.rota_of(await runtime.configuration(*rota.CONFIGURATION))


async def week_of(runtime: Runtime, caller: Caller, area: str | None, day: date | None) -> RotaShown:
    """The week of an area's rota in which a day lies, this one if none is given. Raises Problem (404)
    for an area whose rota is not the caller's to read."""
    now = runtime.clock.now()
    all_of_it = await known(runtime)
    areas = readable(all_of_it, caller)
    area = area if area is not None else next(iter(areas), None)
    if area is None or area not in areas:
        raise not_found()
    monday = monday_of(day or now.astimezone(LONDON).date())
    until = max(midnight(monday + WEEK), now + coverage.AHEAD)
    found = coverage.stretches(all_of_it, area)
    gaps = coverage.to_fill(coverage.gaps(found), now, until - now)
    of = _Of(all_of_it, caller, area)
    shown = RotaShown(
        at=now,
        fresh_until=await runtime.fresh_until(),
        area=area,
        name=name_of(all_of_it, area),
        areas=[
            AreaShown(area=each, name=name_of(all_of_it, each), gaps=_number(all_of_it, each, now))
            for each in areas
        ],
        around=[name_of(all_of_it, each) for each in area_and_around(all_of_it.areas, area)[1:]],
        week=monday,
        before=monday - WEEK,
        after=monday + WEEK,
        days=[of.day(found, monday + timedelta(days=n)) for n in range(7)],
        gaps=[of.gap(gap, now, until, await _told(runtime, gap)) for gap in gaps],
        had_one=bool(found),
        may_set=may_set(all_of_it, caller, area),
        people=of.everybody(),
    )
    facts = {each.id for each in all_of_it.shifts if each.said.area == area}
    await runtime.shown(caller, "notify_rota", area, _apart_from_when(shown), facts)
    return shown


async def shift_of(runtime: Runtime, caller: Caller, root: str) -> ShiftPage:
    """One shift. Raises Problem (404) for one that is not there, or of an area that is not the caller's."""
    now, all_of_it = runtime.clock.now(), await known(runtime)
    fact = next((each for each in all_of_it.shifts if each.root == root), None)
    if fact is None or fact.said.area not in readable(all_of_it, caller):
        raise not_found()
    area = fact.said.area
    of = _Of(all_of_it, caller, area)
    shown = ShiftPage(
        at=now,
        fresh_until=await runtime.fresh_until(),
        area=area,
        name=name_of(all_of_it, area),
        shift=of.shift(fact),
        others=of.others(fact, now),
        may_set=may_set(all_of_it, caller, area),
        people=of.everybody(),
    )
    await runtime.shown(caller, "notify_shift", root, _apart_from_when(shown), {fact.id})
    return shown


async def calendar_of(runtime: Runtime, caller: Caller, area: str | None) -> bytes:
    """An area's rota as an iCalendar, of four weeks ago and later; of no area: the caller's own shifts,
    wherever they are. Raises Problem (404) for an area that is not the caller's to read."""
    all_of_it = await known(runtime)
    if area is not None and area not in readable(all_of_it, caller):
        raise not_found()
    since = runtime.clock.now() - KEPT
    shifts = [
        shift
        for shift in sorted(all_of_it.shifts, key=rota.precedence)
        if shift.said.ends > since and (shift.said.area == area if area else _is_on(shift.said, caller.id))
    ]
    names = {each.area: each.name for each in all_of_it.areas.values()}
    body = calendar.written(shifts, names, None if area else caller.id)
    await runtime.shown(caller, "notify_calendar", area or caller.id, body, {shift.id for shift in shifts})
    return body


def _apart_from_when(shown: RotaShown | ShiftPage) -> bytes:
    """What was shown, the same at each look for as long as it is."""
    return shown.model_dump_json(exclude={"at", "fresh_until"}).encode()


def readable(known: Rota, caller: Caller) -> list[str]:
    """The areas whose rota the caller may read, by name."""
    areas = {*known.areas, *(shift.said.area for shift in known.shifts)}
    if StaffRole.OPERATOR in caller.roles:
        areas.add(OPERATORS)
    own = sharing.areas_of(caller.roles, caller.areas)
    found = (each for each in areas if sharing.may_configure(own, area_and_around(known.areas, each)))
    return sorted(found, key=lambda area: (name_of(known, area), area))


def may_set(known: Rota, caller: Caller, area: str) -> bool:
    """Whether the caller may set an area's rota."""
    around = area_and_around(known.areas, area)
    own = sharing.areas_of(caller.roles, caller.areas)
    return bool(caller.roles & sharing.RIGHTS[sharing.SET_ROTA]) and sharing.may_configure(own, around)


def people_near(known: Rota, caller: Caller, area: str) -> dict[str, OnCall]:
    """Everybody who is on a rota that the caller may read, or that lies around an area."""
    return rota.people_of(known, {*readable(known, caller), *area_and_around(known.areas, area)})


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def midnight(day: date) -> datetime:
    """When a London day begins."""
    return datetime.combine(day, time(), LONDON)


class _Of:
    """An area's rota as one caller is shown it."""

    def __init__(self, known: Rota, caller: Caller, area: str) -> None:
        self._known = known
        self._caller = caller
        self._area = area
        self.people = people_near(known, caller, area)

    def person(self, entry: OnCall) -> PersonShown:
        known = self.people.get(entry.person, entry)
        return PersonShown(
            id=entry.person,
            name=entry.name or known.name,
            you=entry.person == self._caller.id,
            reached=channels.can_be_reached(entry),
        )

    def shift(self, fact: Fact[RotaSet]) -> ShiftShown:
        posts = {post: entry for post in Post if (entry := getattr(fact.said, post)) is not None}
        return ShiftShown(
            root=fact.root,
            version=fact.version,
            agency=fact.agency,
            starts=fact.said.starts,
            ends=fact.said.ends,
            posts={post: self.person(entry) for post, entry in posts.items()},
            own=fact.agency == self._caller.agency,
        )

    def everybody(self) -> list[PersonShown]:
        """Those whom a form offers, by name."""
        people = (self.person(entry) for entry in self.people.values())
        return sorted(people, key=lambda who: (who.name or "", who.id))

    def others(self, fact: Fact[RotaSet], now: datetime) -> list[Other]:
        """Whoever is on another shift of the next weeks, the soonest first."""
        found = [
            Other(
                root=each.root,
                version=each.version,
                post=post,
                starts=each.said.starts,
                person=self.person(entry),
            )
            for each in self._known.shifts
            for post in Post
            if each.said.area == self._area
            and each.root != fact.root
            and now < each.said.ends
            and each.said.starts < now + SWAPS_AHEAD
            and (entry := getattr(each.said, post)) is not None
        ]
        return sorted(found, key=lambda each: (each.starts, each.root, each.post))

    def day(self, found: Iterable[Stretch], day: date) -> DayShown:
        starts, ends = midnight(day), midnight(day + timedelta(days=1))
        within = [each for each in found if each.starts < ends and (each.ends is None or each.ends > starts)]
        return DayShown(
            day=day,
            stretches=[
                StretchShown(
                    starts=max(each.starts, starts),
                    ends=min(each.ends or ends, ends),
                    shift=self.shift(each.holds) if each.holds else None,
                    others=[self.shift(other) for other in each.others],
                    empty=list(each.empty),
                )
                for each in within
            ],
        )

    def gap(
        self, gap: Gap, now: datetime, until: datetime, told: Literal["not-yet", "waiting", "answered"]
    ) -> GapShown:
        starts, ends = max(gap.starts, now), gap.ends or until
        instead = {post: coverage.instead(self._known, self._area, post, starts, ends) for post in gap.posts}
        return GapShown(
            cause=gap.id,
            shift=self.shift(gap.shift) if gap.shift else None,
            posts=list(gap.posts),
            spans=[Span(starts=starts, ends=ends) for starts, ends in gap.spans],
            instead={
                post: [
                    InsteadShown(since=each.since, person=self.person(each.person) if each.person else None)
                    for each in called
                ]
                for post, called in instead.items()
            },
            told=told,
        )


async def _told(runtime: Runtime, gap: Gap) -> Literal["not-yet", "waiting", "answered"]:
    row = cast("AlertRow | None", await runtime.row(ALERT, gap.id))
    if row is None or not row.standing:
        return "not-yet"
    return "answered" if row.acknowledged_by else "waiting"


def name_of(known: Rota, area: str) -> str:
    """What people call an area; its id where nobody defined it."""
    defined = known.areas.get(area)
    return defined.name if defined else area


def _number(known: Rota, area: str, now: datetime) -> int:
    return len(coverage.to_fill(coverage.gaps(coverage.stretches(known, area)), now))


def _is_on(said: RotaSet, person: str) -> bool:
    return any(
        entry is not None and entry.person == person for entry in (getattr(said, post) for post in Post)
    )

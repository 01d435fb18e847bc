"""A rota as an iCalendar (RFC 5545): written, and read with what is wrong of each event.

An event is a shift. Its attendees are the people on it, each ``urn:uuid:`` and the id that the rota
uses, with their post as ``X-GOLDTHREAD-POST``; one without a post is the first on call. Nothing else of
an event is read but its times, and no value of it is ever told back: an event is known by its number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vCalAddress, vRecur
from pydantic import TypeAdapter, ValidationError

from chassis.facts import Fact
from contracts.envelope import Id
from contracts.events.configuration import OnCall, RotaSet
from contracts.vocabulary import Post

POST = "X-GOLDTHREAD-POST"
URN = "urn:uuid:"
AHEAD = timedelta(days=366)
"""How far ahead events that repeat are taken; and no event begins later."""
MOST = 400
"""Shifts of one calendar, and times of one event that repeats: a year of days."""
_EITHER = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
REPEATS_BY = {"DAILY": _EITHER, "WEEKLY": _EITHER | {"BYDAY"}}
"""The parts of a repeat that are read: no rota repeats by the second, nor by the moon."""
_ID: TypeAdapter[str] = TypeAdapter(Id)


class Wrong(Exception):
    """What is wrong with a calendar or an event: the field, and the kind of fault."""

    def __init__(self, where: str, kind: str) -> None:
        super().__init__(kind)
        self.where = where
        self.kind = kind


@dataclass(frozen=True, slots=True)
class EventRead:
    """One event of a calendar: its number from 1, and the shifts that it says, or what is wrong with it.
    With neither, it is over or was called off."""

    number: int
    shifts: tuple[RotaSet, ...] = ()
    wrong: Wrong | None = None


def written(shifts: Iterable[Fact[RotaSet]], names: Mapping[str, str], person: str | None = None) -> bytes:
    """These shifts as a calendar; of one ``person``'s own, under the post in which they are."""
    calendar = Calendar()
    calendar.add("prodid", "-//Goldthread//Rota//EN")
    calendar.add("version", "2.0")
    for shift in shifts:
        said = shift.said
        posts = {post: entry for post in Post if (entry := getattr(said, post)) is not None}
        mine = [post.replace("_", " ") for post, entry in posts.items() if entry.person == person]
        event = Event()
        event.add("uid", f"{shift.root}@goldthread")
        event.add("dtstamp", shift.recorded)
        event.add("sequence", shift.version - 1)
        event.add("dtstart", said.starts.astimezone(UTC))
        event.add("dtend", said.ends.astimezone(UTC))
        on_call = f"On call ({', '.join(mine)})" if mine else "On call"
        event.add("summary", f"{on_call}, {names.get(said.area, said.area)}")
        for post, entry in posts.items():
            attendee = vCalAddress(f"{URN}{entry.person}")
            attendee.params[POST] = post.value
            if entry.name:
                attendee.params["CN"] = entry.name
            event.add("attendee", attendee, encode=False)
        calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body


def read(
    text: str, area: str, people: Mapping[str, OnCall], *, new_people: bool, now: datetime
) -> list[EventRead]:
    """What each event of a calendar says of an area's rota, from now on.

    ``people`` are those who are on a rota already; anybody else is a fault unless ``new_people``.
    Raises Wrong for what is no calendar, has no event, or too many.
    """
    try:
        events = [each for each in Calendar.from_ical(text).walk() if isinstance(each, Event)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise Wrong("calendar", "not-a-calendar") from None
    if not events:
        raise Wrong("calendar", "no-events")
    if len(events) > MOST:
        raise Wrong("calendar", "too-many-events")
    moved = _moved(events)
    found: list[EventRead] = []
    shifts = 0
    for number, event in enumerate(events, 1):
        try:
            found.append(EventRead(number, tuple(_shifts(event, area, people, new_people, now, moved))))
        except Wrong as wrong:
            found.append(EventRead(number, wrong=wrong))
        shifts += len(found[-1].shifts)
        if shifts > MOST:
            raise Wrong("calendar", "too-many-shifts")
    return found


def _shifts(
    event: Event,
    area: str,
    people: Mapping[str, OnCall],
    new_people: bool,
    now: datetime,
    moved: Mapping[str, set[datetime]],
) -> Iterator[RotaSet]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    starts, ends = _time(event, "DTSTART"), _time(event, "DTEND")
    posts = _posts(event, people, new_people)
    taken_out = _times(event, "EXDATE")
    if event.get("RECURRENCE-ID") is None:
        taken_out |= moved.get(str(event.get("UID", "")), set())
    # By the clock on the wall: a night until 8am ends at 8am though the clocks go back in it.
    length = ends.astimezone(starts.tzinfo).replace(tzinfo=None) - starts.replace(tzinfo=None)
    for at in _repeated(event, starts, now):
        until = (at.replace(tzinfo=None) + length).replace(tzinfo=at.tzinfo).astimezone(UTC)
        if at.astimezone(UTC) in taken_out or until <= now:
            continue
        said = {"area": area, "starts": at.astimezone(UTC), "ends": until} | posts
        try:
            yield RotaSet.model_validate(said)
        except ValidationError as error:
            fault = error.errors()[0]
            raise Wrong(
                "dtend" if "ends" in fault["loc"] else "dtstart", fault["type"].replace("_", "-")
            ) from None


def _repeated(event: Event, starts: datetime, now: datetime) -> list[datetime]:
    """The times at which it begins, until a year from now; its own first."""
    if event.get("RDATE") is not None:
        raise Wrong("rdate", "not-taken")
    if event.get("RRULE") is None:
        if starts > now + AHEAD:
            raise Wrong("dtstart", "too-far-ahead")
        return [starts]
    rule: Any = event["RRULE"]
    taken = REPEATS_BY.get(str(rule.get("FREQ", [""])[0])) if isinstance(rule, vRecur) else None
    # Of an interval of none nothing comes of looking on, for ever.
    if taken is None or set(rule) - taken or any(each < 1 for each in rule.get("INTERVAL", [])):
        raise Wrong("rrule", "not-taken")
    try:
        times = rrulestr(rule.to_ical().decode(), dtstart=starts)
        # Those that are over are not kept, but counted: a rule of long ago is bounded too.
        near = [at for at in islice(times, MOST * 10 + 1) if at <= now + AHEAD]
    except (ValueError, TypeError, OverflowError):
        raise Wrong("rrule", "unreadable") from None
    if not near:
        raise Wrong("rrule", "never")
    if len(near) > MOST * 10 or sum(at > now for at in near) > MOST:
        raise Wrong("rrule", "too-often")
    return near


def _posts(event: Event, people: Mapping[str, OnCall], new_people: bool) -> dict[str, Any]:
    given = event.get("ATTENDEE", [])
    posts: dict[str, Any] = {}
    for attendee in given if isinstance(given, list) else [given]:
        code = str(attendee.params.get(POST, Post.FIRST))
        if code not in set(Post):
            raise Wrong("attendee", "unknown-post")
        if code in posts:
            raise Wrong("attendee", "two-on-one-post")
        try:
            person = _ID.validate_python(str(attendee).lower().removeprefix(URN))
        except ValidationError:
            raise Wrong("attendee", "not-an-id-of-the-rota") from None
        if person not in people and not new_people:
            raise Wrong("attendee", "unknown-person")
        try:
            named = OnCall(person=person, name=attendee.params.get("CN"))
        except ValidationError:
            raise Wrong("attendee", "unreadable-name") from None
        posts[code] = people.get(person, named)
    if Post.FIRST not in posts:
        raise Wrong("attendee", "nobody-is-first")
    return posts


def _time(event: Event, name: str) -> datetime:
    """A time with its zone. Of an all-day event nobody knows from which hour; of one without a zone, or
    in one that nobody has heard of, nobody knows when."""
    where = name.lower()
    if any(field == name for field, _ in event.errors):
        raise Wrong(where, "unreadable")
    given = event.get(name)
    if given is None:
        raise Wrong(where, "missing")
    value = getattr(given, "dt", None)
    if isinstance(value, datetime):
        if value.tzinfo is None or value.utcoffset() is None:
            raise Wrong(where, "no-zone-that-is-known")
        return value
    raise Wrong(where, "all-day" if isinstance(value, date) else "unreadable")


def _times(event: Event, name: str) -> set[datetime]:
    given = event.get(name, [])
    lists = given if isinstance(given, list) else [given]
    times = [each.dt for part in lists for each in getattr(part, "dts", [])]
    if any(not isinstance(at, datetime) or at.tzinfo is None for at in times):
        raise Wrong(name.lower(), "no-zone-that-is-known")
    return {at.astimezone(UTC) for at in times}


def _moved(events: Sequence[Event]) -> dict[str, set[datetime]]:
    """Of each event that repeats the times that have an event of their own."""
    found: dict[str, set[datetime]] = {}
    for event in events:
        at = getattr(event.get("RECURRENCE-ID"), "dt", None)
        if isinstance(at, datetime) and at.tzinfo is not None:
            found.setdefault(str(event.get("UID", "")), set()).add(at.astimezone(UTC))
    return found

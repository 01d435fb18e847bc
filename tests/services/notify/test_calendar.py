"""A rota as an iCalendar: what is read of one, and what is wrong with it; and what is written comes back."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from icalendar import Calendar, Event

from chassis.clock import LONDON
from chassis.http.problem import Problem
from contracts.events.configuration import OnCall, RotaSet
from services.notify import calendar, shifts
from services.notify.calendar import EventRead, Wrong
from tests.services.notify.test_rota import person
from tests.support.facts import fact
from tests.support.tables import lines

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
AMIRA, STRANGER = person("amira"), person("stranger")
PEOPLE = {AMIRA: OnCall.model_validate({"person": AMIRA, "webhook": "https://pager.example/amira"})}


def ics(*events: str) -> str:
    body = "".join(f"BEGIN:VEVENT\nUID:{n}\n{event}\nEND:VEVENT\n" for n, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{body}END:VCALENDAR\n".replace("\n", "\r\n")


def read(text: str, new_people: bool = False) -> list[EventRead]:
    return calendar.read(text, "north", PEOPLE, new_people=new_people, now=NOW)


def event(line: dict[str, Any]) -> str:
    attendees = line.get("attendees", [":urn:uuid:{amira}"])
    parts = [
        f"DTSTART{line['starts']}",
        f"DTEND{line['ends']}" if "ends" in line else "",
        line.get("more", ""),
    ]
    parts += [f"ATTENDEE{each.format(amira=AMIRA, stranger=STRANGER)}" for each in attendees]
    return "\n".join(part for part in parts if part)


@lines(__file__, "calendar")
def test_what_an_event_says(line: dict[str, Any]) -> None:
    (found,) = read(ics(event(line)))
    said = [
        [each.astimezone(LONDON).strftime("%a %-d %b %H:%M") for each in (s.starts, s.ends)]
        for s in found.shifts
    ]
    assert said == line.get("shifts", [])
    assert ([found.wrong.where, found.wrong.kind] if found.wrong else None) == line.get("wrong")


EACH_DAY = {"starts": ":20261201T080000Z", "ends": ":20261201T200000Z"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "not-a-calendar"),
        ("Dear all, here is the rota", "not-a-calendar"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "not-a-calendar"),
        ("BEGIN:VCALENDAR\r\n:::\r\nEND:VCALENDAR\r\n", "not-a-calendar"),
        (ics(), "no-events"),
        (ics(*["SUMMARY:x"] * 401), "too-many-events"),
        (
            ics(*[event(EACH_DAY | {"more": f"RRULE:FREQ=DAILY;COUNT={n}"}) for n in (300, 101)]),
            "too-many-shifts",
        ),
    ],
)
def test_what_is_no_calendar_of_a_rota(text: str, kind: str) -> None:
    with pytest.raises(Wrong) as wrong:
        read(text)
    assert (wrong.value.where, wrong.value.kind) == ("calendar", kind)


def test_of_one_that_has_too_many_shifts_no_more_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[datetime] = []
    repeated = calendar._repeated

    def counted(event: Event, starts: datetime, now: datetime) -> list[datetime]:
        looked.append(starts)
        return repeated(event, starts, now)

    monkeypatch.setattr(calendar, "_repeated", counted)
    with pytest.raises(Wrong):
        read(ics(*[event(EACH_DAY | {"more": "RRULE:FREQ=DAILY;COUNT=300"})] * 9))
    assert len(looked) == 2


async def test_what_reads_a_calendar_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def known(_runtime: Any) -> None:
        return None

    def elsewhere(*_: Any, **__: Any) -> None:
        assert threading.current_thread() is not threading.main_thread()
        raise Wrong("calendar", "read-elsewhere")

    monkeypatch.setattr(shifts.planner, "known", known)
    monkeypatch.setattr(shifts.planner, "may_set", lambda *_: True)
    monkeypatch.setattr(shifts.planner, "people_near", lambda *_: PEOPLE)
    monkeypatch.setattr(shifts.calendar, "read", elsewhere)
    asked: Any = SimpleNamespace(clock=SimpleNamespace(now=lambda: NOW))
    with pytest.raises(Problem) as problem:
        await shifts.take_calendar(asked, asked, "north", "", new_people=False, once="once")
    assert [fault.kind for fault in problem.value.faults] == ["read-elsewhere"]


def test_one_time_of_a_repeat_that_was_moved_is_where_it_was_moved_to() -> None:
    nights = {
        "starts": ":20261201T200000Z",
        "ends": ":20261202T080000Z",
        "more": "UID:n\nRRULE:FREQ=DAILY;COUNT=2",
    }
    moved = {
        "starts": ":20261202T210000Z",
        "ends": ":20261203T080000Z",
        "more": "UID:n\nRECURRENCE-ID:20261202T200000Z",
    }
    text = ics(event(nights), event(moved)).replace("UID:0\r\n", "").replace("UID:1\r\n", "")
    assert [[shift.starts.hour for shift in each.shifts] for each in read(text)] == [[20], [21]]


def test_where_somebodys_messages_go_is_as_the_rota_has_it() -> None:
    (found,) = read(ics(event({"starts": ":20261201T080000Z", "ends": ":20261201T200000Z"})))
    assert found.shifts[0].first == PEOPLE[AMIRA]


def test_new_people_are_taken_when_that_is_right_with_the_name_that_the_calendar_has() -> None:
    attendee = ";CN=Sam Stranger:urn:uuid:{stranger}"
    line = {"starts": ":20261201T080000Z", "ends": ":20261201T200000Z", "attendees": [attendee]}
    (found,) = read(ics(event(line)), new_people=True)
    assert found.shifts[0].first == OnCall(person=STRANGER, name="Sam Stranger")


def test_what_is_written_is_read_again_and_names_nobody_but_staff() -> None:
    said = {
        "area": "north",
        "starts": datetime(2026, 12, 1, 8, tzinfo=UTC),
        "ends": datetime(2026, 12, 1, 20, tzinfo=UTC),
        "first": {"person": AMIRA, "name": "Amira Nasser", "webhook": "https://pager.example/amira"},
        "duty_officer": {"person": STRANGER, "name": 'O\'Hara, Kit; "K"'},
    }
    shift = fact(RotaSet.model_validate(said))
    body = calendar.written([shift], {"north": "Northmere North"})
    assert b"pager.example" not in body, "where messages go is nobody's to read"
    (event_,) = Calendar.from_ical(body).walk("VEVENT")
    assert (event_["UID"], event_["SUMMARY"]) == (f"{shift.root}@goldthread", "On call, Northmere North")
    (found,) = read(body.decode(), new_people=True)
    assert [each.person for each in (found.shifts[0].first, found.shifts[0].duty_officer) if each] == [
        AMIRA,
        STRANGER,
    ]
    assert (found.shifts[0].starts, found.shifts[0].ends) == (shift.said.starts, shift.said.ends)
    mine = calendar.written([shift], {}, STRANGER)
    assert b"SUMMARY:On call (duty officer)" in mine

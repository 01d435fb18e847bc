"""The planner's days and times are London's, through both clock changes; what is typed is said or refused."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from pydantic import ValidationError

from chassis.facts import FactSet
from contracts.events.configuration import OnCall
from services.notify import planner
from services.notify.pages import rota as pages
from services.notify.pages.rota import Unsaid
from services.notify.rules import coverage, rota
from tests.services.notify.conftest import caller
from tests.services.notify.test_coverage import shift
from tests.services.notify.test_rota import MONDAY, person

HELEN = caller("helen", "supervisor")


@pytest.mark.parametrize(
    ("day", "time", "instant"),
    [
        ("2026-12-01", "19:00", datetime(2026, 12, 1, 19, tzinfo=UTC)),
        ("2026-07-01", "19:00", datetime(2026, 7, 1, 18, tzinfo=UTC)),
        ("2026-03-29", "00:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29", "01:30", "no-such-time"),
        ("2026-03-29", "02:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-10-25", "00:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25", "01:30", "time-comes-twice"),
        ("2026-10-25", "02:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("2026-12-01", "", "starts"),
        ("", "19:00", "starts"),
        ("2026-02-30", "19:00", "starts"),
        ("0001-01-01", "00:00", "starts"),
        ("9999-12-31", "23:59", "starts"),
        ("2026-12-01", "25:00", "starts"),
    ],
)
def test_a_time_that_somebody_types_is_londons(day: str, time: str, instant: datetime | str) -> None:
    asked = {"starts_day": day, "starts_time": time}
    if isinstance(instant, datetime):
        assert pages._time(asked, "starts") == instant
    else:
        with pytest.raises(Unsaid) as unsaid:
            pages._time(asked, "starts")
        assert unsaid.value.fault == instant


def test_somebody_who_was_chosen_keeps_where_their_messages_go_and_a_stranger_is_refused() -> None:
    known = rota.people_of(rota.rota_of(FactSet([shift([0, 1], first="amira")])), {"north"})
    amira = person("amira")
    assert pages._person({"first": amira}, "first", known) == known[amira]
    assert pages._person({"first": ""}, "first", known) is None
    typed = {"first": "another", "another_id": person("zed").upper(), "another_name": "Zed"}
    new = pages._person(typed, "first", known)
    assert new is not None
    assert (new.person, new.name) == (person("zed"), "Zed")
    with pytest.raises(Unsaid):
        pages._person({"first": person("zed")}, "first", known)


def test_a_telephone_that_is_typed_takes_the_place_of_the_one_that_is_known() -> None:
    before = OnCall(
        person=person("amira"), name="Amira", telephone="07700 900101", email="amira@north.example"
    )
    typed = {"first": "another", "another_id": person("amira"), "another_telephone": "07700 900123"}
    found = pages._person(typed, "first", {before.person: before})
    assert found == before.model_copy(update={"telephone": "07700 900123"})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("telephone", "4"),
        ("telephone", "07700 900123; 07700 900124"),
        ("telephone", "+1 202 555 0100"),
        ("email", "amira"),
        ("email", "amira@north"),
        ("email", "amira@north.example, ben@north.example"),
    ],
)
def test_an_address_that_is_none_is_said_to_be_wrong(field: str, typed: str) -> None:
    asked = {"first": "another", "another_id": person("zed"), f"another_{field}": typed}
    with pytest.raises(ValidationError) as wrong:
        pages._person(asked, "first", {})
    assert pages._fault(wrong.value) == field


@pytest.mark.parametrize(
    ("monday", "hours"),
    [
        (date(2026, 3, 23), [24, 24, 24, 24, 24, 24, 23]),
        (date(2026, 10, 19), [24, 24, 24, 24, 24, 24, 25]),
        (date(2026, 11, 23), [24] * 7),
    ],
)
def test_a_week_has_seven_london_days_and_each_hour_of_it_once(monday: date, hours: list[int]) -> None:
    known = rota.rota_of(
        FactSet([shift([0, 24 * 300], first="amira"), shift([24 * 300, 24 * 400], first="ben")])
    )
    found = coverage.stretches(known, "north")
    days = [planner._Of(known, HELEN, "north").day(found, monday + timedelta(days=n)) for n in range(7)]
    lengths = [
        sum((each.ends.astimezone(UTC) - each.starts.astimezone(UTC) for each in day.stretches), timedelta())
        for day in days
    ]
    assert [length / timedelta(hours=1) for length in lengths] == hours
    edges = [each for day in days for each in day.stretches]
    assert all(one.ends == other.starts for one, other in pairwise(edges))
    assert MONDAY.date() < monday


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 26), date(2026, 11, 29)])
def test_any_day_of_a_week_shows_that_week(day: date) -> None:
    assert planner.monday_of(day) == date(2026, 11, 23)

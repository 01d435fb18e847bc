"""Before which school day who is told, as a table."""

from datetime import date, datetime
from typing import Any

from chassis.clock import LONDON, add_working_days
from contracts.rules.school_day import SchoolDays, next_day, to_tell
from contracts.vocabulary import Setting
from tests.support.tables import lines

SALLOW = SchoolDays(
    (
        (date(2026, 9, 2), date(2026, 10, 23)),
        (date(2026, 11, 2), date(2026, 12, 18)),
        (date(2027, 1, 4), date(2027, 2, 12)),
    ),
    frozenset({date(2026, 9, 2), date(2026, 11, 30)}),
)


def local(said: object) -> datetime:
    """A time as a clock on the wall has it."""
    return datetime.fromisoformat(str(said)).replace(tzinfo=LONDON)


@lines(__file__, "school_day")
def test_who_is_told_by_when(line: dict[str, Any]) -> None:
    days = SALLOW if line["days"] else None
    setting = Setting(line.get("setting", "school"))
    found = to_tell(local(line["at"]), setting, days, add_working_days)
    assert [(each.to.value, each.due) for each in found] == [(to, local(due)) for to, due in line["told"]]


def test_a_day_begins_after_what_happened_however_often_it_is_asked() -> None:
    at = local("2026-11-27 23:00")
    for _ in range(300):
        begins = next_day(at, SALLOW, add_working_days)
        assert begins > at
        at = begins

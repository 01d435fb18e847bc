"""A pair that is referred twice or three times, and heard, over a year or two: agenda, head of its page,
criterion and data return say the same of the same case (``tables/repeat_sequences.yaml``, and what is drawn).
What cannot be told to be no repeat is not known, and never not met."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from sqlalchemy import text

from chassis.archive import Archive
from chassis.clock import Clock
from chassis.facts import Fact, FactSet
from chassis.rows import new_row, write_rows
from chassis.store import open_store
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.listing import MaracSet
from services.marac.casefile import areas_of
from services.marac.conference.counted import COUNTED
from services.marac.conference.criteria import found_of
from services.marac.conference.repeated import as_chosen, at_meeting, pair_heard
from services.marac.conference.rows import ConferenceCase, ConferenceMeeting
from services.marac.conference.tally import Around, tallied
from services.marac.conference.views import CASE, MEETING, PERSON
from services.marac.rules.chosen import Chosen, chosen
from tests.services.marac.caseload import CONFIGURATION, LINKED, incident, referral
from tests.support.facts import IDS, fact, root_of
from tests.support.tables import lines, read
from tests.support.world import World

FIRST, LAST = datetime(2023, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Told:
    """What is told of a pair, and the rows that it comes to."""

    name: str
    line: Mapping[str, Any]
    world: World
    own: Chosen
    cases: Mapping[str, ConferenceCase]
    """By letter."""
    meetings: Mapping[str, ConferenceMeeting]

    def by_case(self) -> dict[str, ConferenceCase]:
        """The rows, by case."""
        return {each.case: each for each in self.cases.values()}

    def at(self, letter: str, at: datetime) -> tuple[bool, str]:
        """Whether the head of a case's page says that it is a repeat, and what the criterion is."""
        heard = pair_heard(self.cases[letter], self.by_case(), self.meetings, at)
        case = as_chosen(self.cases[letter], self.own, heard, at)
        criterion = next(e for e in found_of(case, None, self.own, 0, at) if e.criterion == "repeat")
        return case.repeat is not None, criterion.state

    def on_agenda(self, letter: str, meeting: ConferenceMeeting) -> bool:
        """Whether an agenda says so, the minutes and the chair's page, which ask the same."""
        return at_meeting(self.cases[letter], meeting, self.by_case(), self.meetings, self.own)

    def heard(self) -> list[tuple[str, ConferenceMeeting]]:
        """Each case at each meeting."""
        return [
            (letter, self.meetings[each.meeting])
            for letter, case in self.cases.items()
            for each in case.meetings
        ]


def told_of(name: str, line: Mapping[str, Any]) -> Told:
    """A line of the table, as facts, folded."""

    def at(day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), UTC)

    said = {"area": "north", "repeat_anchor": line.get("anchor", "referral")}
    said["repeat_definition"] = line.get("definition", "current")
    facts: list[Fact[Any]] = [fact(MaracSet.model_validate(said), occurred=FIRST, root=f"{name} chosen")]
    for letter, day in line["referred"].items():
        ticked = ["repeat"] if letter in line.get("says", ()) else ["visible-high-risk"]
        facts.append(referral(f"{name} {letter}", occurred=at(day, 12), criteria=ticked))
    for n, day in enumerate(line["happened"]):
        kind = line["kinds"][n] if "kinds" in line else "assault-with-injury"
        facts.append(incident(f"{name} incident {n}", occurred=at(day, 14), kind=kind))
    for day in sorted({day for days in line["heard"].values() for day in days}):
        called = MeetingCalled(area="north", starts=at(day, 10))
        facts.append(fact(called, agency="police", occurred=FIRST, root=f"{name} {day}"))
    for letter, days in line["heard"].items():
        for day in days:
            case, meeting = root_of(f"{name} {letter}"), root_of(f"{name} {day}")
            listed = CaseListed(case=case, meeting=meeting)
            facts.append(fact(listed, agency="police", occurred=FIRST, root=f"{name} {letter} at {day}"))
    world = World([PERSON, CASE, COUNTED, MEETING], [*CONFIGURATION, *facts], same=LINKED, at=LAST)
    rows = [done.row for done in world.fold().values()]
    return Told(
        name=name,
        line=line,
        world=world,
        own=chosen(FactSet([*CONFIGURATION, *facts]), "north"),
        cases={
            letter: world.row("conference_case", root_of(f"{name} {letter}")) for letter in line["referred"]
        },
        meetings={row.meeting: row for row in rows if isinstance(row, ConferenceMeeting)},
    )


def drawn(seed: int) -> dict[str, Any]:
    """Two or three referrals within some fourteen months, meetings of each or none, and what happened."""
    random = Random(seed)

    def days(least: int, most: int) -> list[date]:
        span = random.sample(range(430), random.randint(least, most))
        return [date(2025, 10, 1) + timedelta(days=each) for each in sorted(span)]

    referred = dict(zip("ABC", days(2, 3), strict=False))
    heard = {
        letter: sorted(
            {day + timedelta(days=random.choice([9, 23, 37, 90, 200])) for _ in range(random.randint(0, 2))}
        )
        for letter, day in referred.items()
    }
    happened = days(0, 3)
    return {
        "anchor": random.choice(["referral", "meeting"]),
        "definition": random.choice(["current", "old"]),
        "referred": referred,
        "heard": heard,
        "happened": happened,
        "kinds": [random.choice(["assault-with-injury", "verbal-abuse"]) for _ in happened],
        "says": [letter for letter in referred if random.random() < 0.1],
    }


@lines(__file__, "repeat_sequences")
def test_at_which_meetings_a_case_is_a_repeat(line: dict[str, Any]) -> None:
    told = told_of("table", line)
    found: dict[str, list[date]] = {}
    for letter, meeting in told.heard():
        if told.on_agenda(letter, meeting):
            found.setdefault(letter, []).append(meeting.starts.date())
    assert {letter: sorted(days) for letter, days in found.items()} == line["repeat"]
    first = {
        letter: min((m.starts for of, m in told.heard() if of == letter), default=LAST)
        for letter in told.cases
    }
    unknown = [letter for letter, at in first.items() if told.at(letter, at - MINUTE)[1] == "not-known"]
    assert unknown == line.get("not_known", [])


@pytest.fixture(scope="module")
def all_told() -> list[Told]:
    table = cast("list[dict[str, Any]]", read(__file__, "repeat_sequences"))
    sequences = [*table, *map(drawn, range(120))]
    return [told_of(f"sequence {n}", line) for n, line in enumerate(sequences)]


def test_the_head_of_a_page_and_its_criterion_say_what_the_agenda_says(all_told: list[Told]) -> None:
    seen = Counter[str]()
    for told in all_told:
        for letter, meeting in told.heard():
            head, criterion = told.at(letter, meeting.starts - MINUTE)
            what = (told.line, letter, meeting.starts)
            if letter in told.line.get("says", ()):
                assert told.on_agenda(letter, meeting), what
                assert criterion != "not-met", what
                continue
            assert told.on_agenda(letter, meeting) is head, what
            assert (criterion == "met") is head, what
            first = min(day for other, day in told.line["referred"].items() if other != letter)
            day = told.line["referred"][letter]
            own = any(of == letter and each.starts < meeting.starts for of, each in told.heard())
            if not head and not own and first < day <= first.replace(year=first.year + 1):
                assert criterion == "not-known", ("somebody is asked", what)
            seen[criterion] += 1
    assert min(seen[each] for each in ("met", "not-met", "not-known")) > 10, seen


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def archive(
    request: pytest.FixtureRequest, tmp_path: Path, all_told: list[Told]
) -> AsyncIterator[Archive]:
    """A store that holds all of them."""
    here = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}" if here else request.getfixturevalue("postgres_url")
    clock = Clock()
    store = open_store(url, "marac", clock)
    await store.prepare([COUNTED.table, MEETING.table])
    rows = [new_row(MEETING, each.meeting, each) for told in all_told for each in told.meetings.values()]
    counted = {
        each: told.world.row("conference_counted", each) for told in all_told for each in told.by_case()
    }
    rows += [new_row(COUNTED, case, row) for case, row in counted.items()]
    async with store.writing() as connection:
        await write_rows(store, connection, rows, {})
    yield Archive("marac", store, IDS, clock, [COUNTED, MEETING])
    await store.close()


async def test_the_data_return_counts_what_the_agendas_say(archive: Archive, all_told: list[Told]) -> None:
    configuration = FactSet(all_told[0].world.facts)
    held = Around(LAST, configuration, {"north": areas_of(configuration)["north"]})
    counted = (await tallied(archive, held, FIRST, LAST, by_meeting=True))["north"]
    for told in all_told:
        agendas = Counter(m.meeting for letter, m in told.heard() if told.on_agenda(letter, m))
        for meeting in told.meetings:
            repeats = counted[meeting]["repeat_cases"]
            assert repeats == agendas[meeting], (told.line, told.meetings[meeting].starts)


async def test_rows_of_the_release_before_are_counted_until_they_are_folded_anew(archive: Archive) -> None:
    """They say when something happened, and no other cases of the pair."""
    configuration = FactSet(CONFIGURATION)
    held = Around(LAST, configuration, {"north": areas_of(configuration)["north"]})

    async def cases() -> int:
        found = (await tallied(archive, held, FIRST, LAST, by_meeting=True))["north"]
        return sum(numbers["cases"] for numbers in found.values())

    before = await cases()
    async with archive.store.writing() as connection:
        older = f"update {COUNTED.table.__tablename__} set moments = '[1, 2, 3]' where again"
        changed = await connection.execute(text(older))
    assert changed.rowcount > 10
    assert await cases() == before

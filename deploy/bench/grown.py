"""A MARAC that has heard many cases: the rows of one case, written again and again with other people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar, cast

from sqlalchemy import select

from chassis.archive import Archive
from chassis.rows import canonical, new_row, write_rows
from chassis.views import Row, View
from contracts.vocabulary import FlagState
from services.marac.conference import rows
from services.marac.conference.actions import ACTION
from services.marac.conference.actions_rows import ActionRow
from services.marac.conference.after import AFTER
from services.marac.conference.after_rows import CaseAfter, FlagLine, barred
from services.marac.conference.at_risk import AT_RISK
from services.marac.conference.children import CHILD
from services.marac.conference.counted import COUNTED, NOT_COUNTED
from services.marac.conference.counted_rows import CountedCase
from services.marac.conference.parts import CameLine
from services.marac.conference.research import INTERESTS, RESEARCH
from services.marac.conference.research_rows import InterestsRow
from services.marac.conference.views import CASE, MEETING, PERSON
from services.marac.rules.agenda import letters

R = TypeVar("R", bound=Row)
ON_ONE, WAIT = 16, 20
"""The cases of a meeting (SafeLives), and how many wait for the next."""
YEAR = timedelta(days=330)
"""Of its meetings; no flag lapses within a month."""


@dataclass(frozen=True, slots=True)
class Grown:
    """The last of its meetings, one of its cases, and its cases that wait."""

    meeting: str
    case: str
    waiting: tuple[str, ...]
    made: tuple[str, str]
    """The case and the meeting that all others are like."""


async def grow(
    archive: Archive,
    case: str,
    meeting: str,
    n: int,
    late: int = 200,
    years_ago: int = 0,
    flaggers: Sequence[str] = ("council", "haven", "police"),
) -> Grown:
    """Write ``n`` cases that the meetings of a year heard, and twenty that wait, all like this one; their
    meetings are like this one, but for that they are closed. Of one case in so many the action, and the flag
    of the first of these agencies, are late."""
    start = years_ago << 24
    heard = [f"{start + number:08x}{case[8:]}" for number in range(n)]
    waiting = tuple(f"{0xF0000000 + number:08x}{case[8:]}" for number in range(WAIT))
    held = await _read(archive, case, meeting, flaggers)
    last = meeting
    for first in range(0, n, ON_ONE):
        number = first // ON_ONE
        last = f"{start + number:08x}{meeting[8:]}"
        starts = archive.clock.now() - timedelta(days=365) * years_ago - YEAR * (1 - first / n)
        starts -= timedelta(hours=1)
        mine = heard[first : first + ON_ONE]
        found = list(_meeting(held, last, starts, mine))
        for each in mine:
            found += _case(held, each, last, starts, late=int(each[:8], 16) % late == 0)
        await _write(archive, found)
    await _write(archive, [one for each in waiting for one in _case(held, each, None, archive.clock.now())])
    return Grown(last, heard[-1], waiting, (case, meeting))


@dataclass(frozen=True, slots=True)
class _Held:
    case: rows.ConferenceCase
    of_case: dict[str, tuple[View, Row]]
    of_people: list[tuple[View, str, Row]]
    meeting: rows.ConferenceMeeting
    action: ActionRow | None
    research: Row | None
    flaggers: Sequence[str]


async def _read(archive: Archive, case: str, meeting: str, flaggers: Sequence[str]) -> _Held:
    row = cast("rows.ConferenceCase", await archive.row(CASE, case))
    of_case = {
        view.name: (view, found)
        for view in (COUNTED, AFTER, INTERESTS)
        if (found := await archive.row(view, case)) is not None
    }
    people = sorted({each.person for each in (row.victim, *row.perpetrators, *row.children) if each})
    of_people = [
        (view, person, found)
        for person in people
        for view in (PERSON, CHILD, AT_RISK)
        if (found := await archive.row(view, person)) is not None
    ]
    action = await archive.rows(ACTION, select(ACTION.table).limit(1))
    return _Held(
        row,
        of_case,
        of_people,
        cast("rows.ConferenceMeeting", await archive.row(MEETING, meeting)),
        cast("ActionRow", action[0]) if action else None,
        await archive.row(RESEARCH, meeting),
        flaggers,
    )


Written = tuple[View, str, Row]


def _meeting(held: _Held, meeting: str, starts: datetime, cases: list[str]) -> Iterator[Written]:
    listed = [rows.ListedCase(case=each, root=f"{each[:8]}{meeting[8:]}") for each in cases]
    came = tuple(CameLine(case=each, generation=1, at=starts) for each in cases)
    said = {"meeting": meeting, "starts": starts, "closed": True, "recorded": tuple(cases), "came": came}
    yield MEETING, meeting, held.meeting.model_copy(update={**said, "cases": listed})
    if held.research is not None:
        yield RESEARCH, meeting, held.research.model_copy(update={"meeting": meeting, "starts": starts})


def _case(
    held: _Held, case: str, meeting: str | None, at: datetime, *, late: bool = False
) -> Iterator[Written]:
    number, own = case[:8], held.case
    people = {each.person for each in (own.victim, *own.perpetrators, *own.children) if each}
    names = {own.case: case} | {person: number + person[8:] for person in people}

    def anew(row: R) -> R:
        body = canonical(row).decode()
        for name, other in names.items():
            body = body.replace(name, other)
        return type(row).model_validate_json(body)

    listed = (
        (rows.Listing(meeting=meeting, root=f"{number}{meeting[8:]}", listed=at, recorded=True),)
        if meeting
        else ()
    )
    update: dict[str, object] = {"letters": letters(case), "meetings": listed, "had_by": meeting}
    update["referred"] = at - timedelta(days=14)
    mine = anew(own).model_copy(update=update)
    yield CASE, case, mine
    for view, row in held.of_case.values():
        yield view, case, anew(row) if view is not COUNTED else _counted(anew(cast("CountedCase", row)), mine)
    if INTERESTS.name not in held.of_case:
        yield INTERESTS, case, InterestsRow(case=case, declared=())
    for view, person, row in held.of_people:
        yield view, names[person], anew(row)
    if meeting is not None:
        yield AFTER, case, _after(mine, at, held.flaggers, late=late)
    if held.action is not None and meeting is not None:
        over = None if late else at + timedelta(days=7)
        said = {"action": number + held.action.action[8:], "meeting": meeting, "agreed": at}
        said |= {"due": at + timedelta(days=14), "over": over}
        said["open_until"] = None if over else at + timedelta(days=14)
        yield ACTION, str(said["action"]), anew(held.action).model_copy(update=said)


def _counted(row: CountedCase, case: rows.ConferenceCase) -> CountedCase:
    """Of cases that are not alike in what is counted: one alleged perpetrator in fifty is young."""
    number, answers = int(case.case[:8], 16), (None, True, False)
    said: dict[str, object] = {
        name: answers[number // 3**n % 3]
        for n, name in enumerate(("minoritised", "lgbt", "disabled", "male"))
    }
    born = date(2011 if number % 50 == 0 else 1980, 1, 1)
    said |= {"born": date(1985, 1, 1), "perpetrators_born": tuple(born for _ in case.perpetrators)}
    slim = case.model_copy(update=NOT_COUNTED | {"children": case.children[: number % 2]})
    return row.model_copy(update={"case": case.case, "slim": slim, **said})


def _after(case: rows.ConferenceCase, met: datetime, flaggers: Sequence[str], *, late: bool) -> CaseAfter:
    lines = tuple(
        FlagLine(
            agency=agency,
            due=met + timedelta(days=1),
            state=None if late and agency == flaggers[0] else FlagState.FLAGGED,
            root=case.case,
            said=met,
        )
        for agency in flaggers
    )
    flagged = [line.agency for line in lines if line.state]
    return CaseAfter(
        case=case.case,
        area=case.area,
        marac=case.marac,
        met=(met,),
        until=met + timedelta(days=365),
        flags=lines,
        flags_due=met + timedelta(days=1) if late else None,
        owing=barred(flaggers[:1]) if late else "",
        flagged=barred(flagged),
        answered=barred(flagged),
    )


async def _write(archive: Archive, found: list[Written]) -> None:
    by = {(view.name, subject): (view, subject, row) for view, subject, row in found}
    new = [new_row(view, subject, row) for view, subject, row in by.values()]
    async with archive.store.writing() as connection:
        await write_rows(archive.store, connection, new, {})

"""A MARAC that has heard many cases: the rows of one case, written again and again with other people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar, cast

from chassis.archive import Archive
from chassis.rows import canonical, new_row, write_rows
from chassis.views import Row, View
from contracts.vocabulary import (
    ActionAnswer,
    Attendance,
    CaseRole,
    FlagState,
    HeardHere,
    MoveKind,
    MoveWarning,
    Paper,
)
from services.marac.conference import rows
from services.marac.conference.actions import ACTION
from services.marac.conference.actions_rows import ActionRow, AnswerLine
from services.marac.conference.after import AFTER
from services.marac.conference.after_rows import (
    CaseAfter,
    ConferenceTransfer,
    FlagLine,
    TransferStep,
    barred,
)
from services.marac.conference.at_risk import AT_RISK
from services.marac.conference.away import is_away
from services.marac.conference.children import CHILD
from services.marac.conference.counted import COUNTED, NOT_COUNTED
from services.marac.conference.counted_rows import CountedCase
from services.marac.conference.held import Held
from services.marac.conference.listing import LISTING
from services.marac.conference.listing_rows import CaseListing, Returned
from services.marac.conference.messages import MESSAGE, MessageRow
from services.marac.conference.parts import CameLine
from services.marac.conference.research import INTERESTS, RESEARCH
from services.marac.conference.research_rows import InterestsRow
from services.marac.conference.sent import SENT
from services.marac.conference.sent_rows import SentPaper, SentRow
from services.marac.conference.sitting import SITTING
from services.marac.conference.sitting_rows import AttendanceLine, HeardCase, HeardVersion, Issue, Sitting
from services.marac.conference.transfer import TRANSFER
from services.marac.conference.views import CASE, MEETING, PERSON
from services.marac.rules.agenda import letters

R = TypeVar("R", bound=Row)
ON_ONE, WAIT = 16, 20
"""The cases of a meeting (SafeLives), and how many wait for the next."""
YEAR = timedelta(days=330)
"""Of its meetings; no flag lapses within a month."""
WEEKS = 52
"""Of so many meetings of a year papers were sent round, and wait to be opened: a MARAC meets once a week or
less, and who attends one is sent no paper of the others of its force."""
SAT = timedelta(minutes=50)
TRANSFERRED, WRITTEN = "-0000-7000-8000-000000000001", "-0000-7000-8000-000000000002"
"""How the ids of transfers and of messages end."""
RETURNED = 0xE0000000
"""From here on are the numbers of cases that were returned."""


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
    meetings are like this one, but for that they are closed and have minutes. Of one case in so many the
    action, and the flag of the first of these agencies, are late; it is on its way to another MARAC, and its
    officer owes an answer. As many more were referred by the second agency, and returned."""
    start = years_ago << 24
    heard = [f"{start + number:08x}{case[8:]}" for number in range(n)]
    waiting = tuple(f"{0xF0000000 + number:08x}{case[8:]}" for number in range(WAIT))
    held = await _read(archive, case, meeting, flaggers)
    last, every = meeting, max(1, n // ON_ONE // WEEKS)
    for first in range(0, n, ON_ONE):
        number = first // ON_ONE
        last = f"{start + number:08x}{meeting[8:]}"
        starts = archive.clock.now() - timedelta(days=365) * years_ago - YEAR * (1 - first / n)
        starts -= timedelta(hours=1)
        mine = heard[first : first + ON_ONE]
        found = [*_meeting(held, last, starts, mine), _sitting(held, last, starts, mine)]
        if number % every == 0:
            found.append(_sent(held, last, starts))
        for each in mine:
            is_late = int(each[:8], 16) % late == 0
            found += _case(held, each, last, starts, late=is_late)
            found += _left(held, each, starts) if is_late else ()
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
    returned: CaseListing
    away: bool
    """Whether its row says that it stays away where it was returned."""
    flaggers: Sequence[str]

    def anew(self, row: R, case: str) -> R:
        """A row of the case, as another case and its people have it."""
        own, body = self.case, canonical(row).decode()
        people = {each.person for each in (own.victim, *own.perpetrators, *own.children) if each}
        for name, other in ({own.case: case} | {each: case[:8] + each[8:] for each in people}).items():
            body = body.replace(name, other)
        return type(row).model_validate_json(body)


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
    action = await archive.rows_by(ACTION, "of_case", [case])
    return _Held(
        row,
        of_case,
        of_people,
        cast("rows.ConferenceMeeting", await archive.row(MEETING, meeting)),
        cast("ActionRow", action[0]) if action else None,
        await archive.row(RESEARCH, meeting),
        *await _returned(archive, row, flaggers[1]),
        flaggers,
    )


async def _returned(archive: Archive, case: rows.ConferenceCase, referrer: str) -> tuple[CaseListing, bool]:
    """That a case was returned, with all in view by which it met a criterion; and whether it stays away."""
    (known,) = await Held(archive).known([case])
    considered = sorted({root for each in known.criteria for root in each.roots})
    of = {"root": case.case, "fact": case.case, "agency": case.agency, "at": case.referred}
    words = {"reason": "It meets none of the criteria.", "advice": "See the victim again."}
    returned = Returned.model_validate(of | words | {"considered": considered, "unread": 0})
    listing = CaseListing(
        case=case.case, referred_by=referrer, referred=case.referred, returned=returned, parties=()
    )
    unlisted = case.model_copy(update={"meetings": ()})
    return listing, is_away(unlisted, known.people, known.chosen, listing)


Written = tuple[View, str, Row]


def _meeting(held: _Held, meeting: str, starts: datetime, cases: list[str]) -> Iterator[Written]:
    listed = [rows.ListedCase(case=each, root=f"{each[:8]}{meeting[8:]}") for each in cases]
    came = tuple(CameLine(case=each, generation=1, at=starts) for each in cases)
    said = {"meeting": meeting, "starts": starts, "closed": True, "recorded": tuple(cases), "came": came}
    yield MEETING, meeting, held.meeting.model_copy(update={**said, "cases": listed})
    if held.research is not None:
        yield RESEARCH, meeting, held.research.model_copy(update={"meeting": meeting, "starts": starts})


def _sitting(held: _Held, meeting: str, starts: datetime, cases: list[str]) -> Written:
    """That each case was heard with the first of the agencies in the room, and that minutes were issued."""
    said = {"meeting": meeting, "opened": starts, "closed": starts + SAT, "statement": True}
    there = AttendanceLine(
        fact=meeting,
        agency=held.flaggers[0],
        who="Ari Vale",
        attended=Attendance.PRESENT,
        chairs=False,
        stands_for=None,
        signed=None,
        recorded=starts,
    )
    versions = {each: _heard(held, f"{each[:8]}{meeting[8:]}", starts) for each in cases}
    heard = tuple(HeardCase(case=each, heard=starts, versions=(said,)) for each, said in versions.items())
    of = {each: said.fact for each, said in versions.items()}
    issued = Issue(number=1, fact=meeting, issued=starts + SAT, cases=of)
    row = Sitting.model_validate(said | {"attendance": (there,), "heard": heard, "issued": (issued,)})
    return SITTING, meeting, row


def _heard(held: _Held, fact: str, at: datetime) -> HeardVersion:
    return HeardVersion(
        fact=fact,
        version=1,
        agency=held.flaggers[-1],
        recorded=at,
        victim=None,
        risks="Contact goes on.",
        needs=None,
        strengths=None,
        decided="New locks.",
        forums=(),
        told_by=None,
        safe_to_tell=True,
        sealed=False,
    )


def _sent(held: _Held, meeting: str, starts: datetime) -> Written:
    """That its agenda and its minutes went to all agencies, and nobody has opened them."""
    to = tuple(held.flaggers)
    papers = [
        SentPaper(paper=paper, number=1, fact=meeting, at=at, due=at + timedelta(days=2), to=to, opened=())
        for paper, at in ((Paper.AGENDA, starts - timedelta(days=12)), (Paper.MINUTES, starts + SAT))
    ]
    row = SentRow(meeting=meeting, area=held.meeting.area, papers=tuple(papers), runs=(), clocks=())
    return SENT, meeting, row


def _transfer(held: _Held, case: str, met: datetime) -> Written:
    own, transfer = held.case, f"{case[:8]}{TRANSFERRED}"
    row = ConferenceTransfer(
        cause=transfer,
        of_case=case,
        from_area=own.marac or own.area or "",
        to_area="",
        outside="Fairmoor MARAC",
        move=MoveKind.PERMANENT,
        heard=HeardHere.HEARD,
        goes_with=(),
        warned=MoveWarning.TO_CHECK,
        state="waits",
        open=True,
        since=met,
        take_by=None,
        chase_by=met + timedelta(days=7),
        steps=(TransferStep(root=transfer, step="sent", agency=held.flaggers[-1], at=met),),
    )
    return TRANSFER, transfer, row


def _message(held: _Held, case: str, met: datetime) -> Written:
    own, message = held.case, f"{case[:8]}{WRITTEN}"
    row = MessageRow(
        cause=message,
        fact=message,
        of_case=case,
        victim=own.victim.mentions[0] if own.victim else None,
        agency=held.flaggers[1],
        to=CaseRole.OFFICER_IN_CASE,
        sent=met,
        text="Contact goes on.",
        answers=None,
        due=met + timedelta(days=2),
        area=own.area,
        clocks=(),
    )
    return MESSAGE, message, row


def _left(held: _Held, case: str, met: datetime) -> Iterator[Written]:
    """What somebody else is to see to: a transfer of the case, a message about it; and another case that was
    returned."""
    yield _transfer(held, case, met)
    yield _message(held, case, met)
    returned = f"{RETURNED + int(case[:8], 16):08x}{case[8:]}"
    yield from _case(held, returned, None, met, away=held.away)
    yield LISTING, returned, held.anew(held.returned, returned)


def _case(
    held: _Held, case: str, meeting: str | None, at: datetime, *, late: bool = False, away: bool = False
) -> Iterator[Written]:
    number, own = case[:8], held.case
    listed = (
        (rows.Listing(meeting=meeting, root=f"{number}{meeting[8:]}", listed=at, recorded=True),)
        if meeting
        else ()
    )
    update: dict[str, object] = {"letters": letters(case), "meetings": listed, "had_by": meeting}
    update["stays_away"] = away
    update["referred"] = at - timedelta(days=14)
    mine = held.anew(own, case).model_copy(update=update)
    yield CASE, case, mine
    for view, row in held.of_case.values():
        yield (
            view,
            case,
            (
                held.anew(row, case)
                if view is not COUNTED
                else _counted(held.anew(cast("CountedCase", row), case), mine)
            ),
        )
    if INTERESTS.name not in held.of_case:
        yield INTERESTS, case, InterestsRow(case=case, declared=())
    for view, person, row in held.of_people:
        yield view, number + person[8:], held.anew(row, case)
    if meeting is not None:
        yield AFTER, case, _after(mine, at, held.flaggers, late=late)
    if held.action is not None and meeting is not None:
        over = None if late else at + timedelta(days=7)
        said = {"action": number + held.action.action[8:], "meeting": meeting, "agreed": at}
        said |= {"due": at + timedelta(days=14), "over": over}
        said["open_until"] = None if over else at + timedelta(days=14)
        said |= _done(held, over) if over else {}
        yield ACTION, str(said["action"]), held.anew(held.action, case).model_copy(update=said)


def _done(held: _Held, at: datetime) -> dict[str, object]:
    """That the agency has done what was agreed: what is over, an answer has ended."""
    done = ActionAnswer.DONE
    answer = AnswerLine(root=held.case.case, agency=held.flaggers[0], at=at, answer=done, text="Done.")
    return {"answer": done, "answers": (answer,)}


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

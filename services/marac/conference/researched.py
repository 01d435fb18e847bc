"""What readers of cases are shown of research: of a meeting, who has answered; of a case, what they said."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined, AreaDefined
from services.marac import casefile, shown_research
from services.marac.conference import rows
from services.marac.conference.compose import area_name
from services.marac.conference.held import Held, visible
from services.marac.conference.queries import all_visible
from services.marac.conference.research import ANSWERS, RESEARCH
from services.marac.conference.research_rows import Answer, AnswersRow, Found, ResearchRow
from services.marac.conference.researching import OPEN, agency_names, cell_of, people_of
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import sharing
from services.marac.rules.agenda import told_apart
from services.marac.rules.research import Research
from services.marac.rules.sitting import speaking_order


async def grid(runtime: Runtime, caller: Caller, meeting: str) -> shown_research.ResearchGrid:
    """The research of a meeting, of those of its cases that stand and that the caller may see. Raises Problem
    (404)."""
    held, at = Held(runtime), runtime.clock.now()
    row = await held.one(RESEARCH, ResearchRow, meeting)
    if row is None or row.withdrawn or not sharing.may_see_meeting(caller.roles, caller.areas, row.areas):
        raise not_found()
    known = await runtime.configuration(AgencyDefined, AreaDefined)
    defined = casefile.agencies_of(known)
    found = await held.many(CASE, rows.ConferenceCase, {ask.case for ask in row.asks}, "case")
    cases = await visible(runtime, caller, found.values())
    order = speaking_order(row.agencies or (), {agency: said.kind for agency, said in defined.items()})
    letters = told_apart(cases)
    lines = [
        shown_research.GridLine(
            case=ask.case,
            letters=letters[ask.case],
            due=ask.due,
            cells=[cell_of(row, ask, agency, at, people_of(cases[ask.case])) for agency in order],
        )
        for ask in row.asks
        if ask.case in cases and not cases[ask.case].withdrawn
    ]
    states = [cell.state for line in lines for cell in line.cells]
    page = shown_research.ResearchGrid(
        at=at,
        meeting=meeting,
        area=row.area,
        area_name=area_name(casefile.areas_of(known), row.area) or row.area,
        starts=row.starts,
        asks=row.agencies is not None,
        order=order,
        agencies=agency_names(defined, order),
        lines=sorted(lines, key=lambda line: (line.due, line.letters)),
        open=sum(state in OPEN for state in states),
        late=states.count(Research.LATE),
    )
    body = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, RESEARCH.name, meeting, body, [each.fact for each in cases.values()])
    return page


async def of_case(
    runtime: Runtime, caller: Caller, case: str, at: datetime | None = None
) -> shown_research.CaseResearch:
    """What agencies answered of a case, and who has not, as it is now or as it was known at a time. Raises
    Problem (404) for whoever may not see the case."""
    return (await of_cases(runtime, caller, [case], at))[case]


async def of_cases(
    runtime: Runtime, caller: Caller, cases: Collection[str], at: datetime | None = None
) -> dict[str, shown_research.CaseResearch]:
    """The same of each of these cases, by case, if all are there for the caller still when all is read.
    Raises Problem (404)."""
    read = await read_of_cases(runtime, caller, cases, at)
    await all_visible(runtime, caller, cases)
    for case, (page, facts) in read.items():
        await runtime.shown(caller, ANSWERS.name, case, page.model_dump_json().encode(), facts)
    return {case: page for case, (page, _) in read.items()}


async def read_of_cases(
    runtime: Runtime, caller: Caller, cases: Collection[str], at: datetime | None = None
) -> dict[str, tuple[shown_research.CaseResearch, list[str]]]:
    """The same, shown to nobody, and the facts in it: raises as ``of_cases`` does."""
    seen = await all_visible(runtime, caller, cases)
    held, now = Held(runtime, at), at or runtime.clock.now()
    defined = casefile.agencies_of(await runtime.configuration(AgencyDefined, at=at))
    said = await held.many(ANSWERS, AnswersRow, cases, "case")
    listed = {case: {each.meeting for each in seen[case].meetings} for case in cases}
    meetings = await held.many(RESEARCH, ResearchRow, set[str]().union(*listed.values()), "meeting")
    people = {each.person for row in seen.values() for each in people_of(row)}
    persons = await held.many(PERSON, rows.ConferencePerson, people, "person")
    return {
        case: _research(
            seen[case],
            said[case].answers if case in said else (),
            {each: row for each, row in meetings.items() if each in listed[case]},
            persons,
            defined,
            now,
        )
        for case in cases
    }


def _research(
    row: rows.ConferenceCase,
    answers: Sequence[Answer],
    meetings: Mapping[str, ResearchRow],
    persons: Mapping[str, rows.ConferencePerson],
    defined: Mapping[str, AgencyDefined],
    at: datetime,
) -> tuple[shown_research.CaseResearch, list[str]]:
    kinds = {agency: each.kind for agency, each in defined.items()}
    order = speaking_order([each.agency for each in answers], kinds, row.agency)
    open_ = {} if row.withdrawn else _unanswered(row, meetings, at)
    page = shown_research.CaseResearch(
        case=row.case,
        answers=[
            _answer(each, row, persons, meetings)
            for each in sorted(answers, key=lambda each: order.index(each.agency))
        ],
        unanswered=[open_[agency] for agency in speaking_order(open_, kinds, row.agency)],
        agencies=agency_names(defined, [*order, *open_]),
    )
    return page, [row.fact, *(each.fact for each in answers)]


def _unanswered(
    case: rows.ConferenceCase, meetings: Mapping[str, ResearchRow], at: datetime
) -> dict[str, shown_research.Unanswered]:
    found: dict[str, shown_research.Unanswered] = {}
    for row in meetings.values():
        for ask in row.asks if not row.withdrawn else ():
            for agency in row.agencies or () if ask.case == case.case else ():
                cell = cell_of(row, ask, agency, at, people_of(case))
                if cell.state in OPEN:
                    found[agency] = shown_research.Unanswered(
                        agency=agency, due=cell.due or ask.due, late=cell.late, again=cell.again
                    )
    return found


def _answer(
    answer: Answer,
    case: rows.ConferenceCase,
    persons: Mapping[str, rows.ConferencePerson],
    meetings: Mapping[str, ResearchRow],
) -> shown_research.AnswerShown:
    meeting = meetings.get(answer.meeting)
    dues = [ask.due for ask in meeting.asks if ask.case == case.case] if meeting else []
    return shown_research.AnswerShown(
        root=answer.root,
        agency=answer.agency,
        said=answer.said,
        late=any(due < answer.first for due in dues),
        after=meeting is not None and answer.first > meeting.starts,
        people=[_found(each, answer.agency, case, persons) for each in answer.people],
        under_way=answer.under_way,
        suggested=answer.suggested,
        sealed=answer.sealed,
    )


def _found(
    found: Found, agency: str, case: rows.ConferenceCase, persons: Mapping[str, rows.ConferencePerson]
) -> shown_research.FoundShown:
    part = next((each for each in people_of(case) if found.person in each.mentions), None)
    known = persons.get(part.person) if part else None
    lines = known.lines if known else []
    return shown_research.FoundShown(
        name=known.identity.name if known else None,
        role=part.role if part else None,
        lines=sum(line.agency == agency and line.said is not None for line in lines),
        **found.model_dump(exclude={"person"}),
    )

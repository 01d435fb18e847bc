"""Level 1: of a meeting, what was sent round: each version of its agenda and minutes, to which agencies, who
opened it; and the clocks by which it is chased."""

from collections.abc import Iterable
from datetime import datetime

from chassis.facts import Fact
from chassis.views import Folded, Row, Saying, Subject, View
from contracts.events.agenda import AgendaPublished
from contracts.events.conference import MeetingCalled
from contracts.events.meeting import MinutesIssued, PaperOpened
from contracts.vocabulary import Paper
from services.marac.conference.own_clocks import CALENDARS, clocks_of, sayings
from services.marac.conference.sent_rows import Opened, SentPaper, SentRow, SentTable
from services.marac.rules.research import LISTED_FOR
from services.marac.rules.sending import RULES, due

Sending = Fact[AgendaPublished] | Fact[MinutesIssued]


def fold_sent(subject: Subject) -> Folded:
    """The row of a meeting of which something was sent, and when a clock of it stops by itself; None for any
    other cause."""
    facts = subject.facts
    contents = [each.content for each in facts.versions(subject.id)]
    called = next((each for each in reversed(contents) if isinstance(each, MeetingCalled)), None)
    agendas = list(enumerate(facts.current(AgendaPublished), 1))
    minutes = [(each.said.number, each) for each in facts.current(MinutesIssued)]
    if called is None or not (agendas or minutes):
        return Folded(None)
    opened = facts.current(PaperOpened)
    papers = [
        *(_paper(Paper.AGENDA, number, each, opened, called.starts) for number, each in agendas),
        *(
            _paper(Paper.MINUTES, number, each, opened, called.starts)
            for number, each in sorted(minutes, key=lambda one: one[0])
        ),
    ]
    ends = {Paper.AGENDA: called.starts} if contents[-1] is not None else {}
    newest = {each.paper: each for each in papers}
    if minutes and contents[-1] is not None:
        ends[Paper.MINUTES] = newest[Paper.MINUTES].at + LISTED_FOR
    runs = tuple(newest[paper] for paper, end in ends.items() if _runs(newest.get(paper), end, subject.at))
    row = SentRow(
        meeting=subject.id,
        area=called.area,
        papers=tuple(papers),
        runs=runs,
        clocks=clocks_of(facts, subject.id, set(RULES.values())),
    )
    return Folded(row, min((ends[each.paper] for each in runs), default=None))


def _runs(paper: SentPaper | None, ends: datetime, at: datetime) -> bool:
    return paper is not None and paper.waits and at < ends


def _paper(
    paper: Paper, number: int, fact: Sending, opened: Iterable[Fact[PaperOpened]], starts: datetime
) -> SentPaper:
    looks = [
        Opened(agency=each.agency, person=each.said.person, name=each.said.name, at=each.occurred)
        for each in opened
        if each.said.of == fact.id
    ]
    return SentPaper(
        paper=paper,
        number=number,
        fact=fact.id,
        at=fact.occurred,
        due=due(paper, fact.occurred, starts, CALENDARS),
        to=tuple(fact.said.to or ()),
        opened=tuple(sorted(looks, key=lambda each: (each.at, each.person))),
    )


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks to start or to stop: one of each paper, until its newest version is due."""
    if not isinstance(row, SentRow):
        return
    wanted = {RULES[each.paper]: (each.due, row.area) for each in row.runs}
    yield from sayings(row.meeting, None, row.clocks, wanted, at)


SENT = View(
    "conference_sent",
    of="cause",
    row=SentRow,
    table=SentTable,
    fold=fold_sent,
    decide=decide,
    begun_by=(AgendaPublished, MinutesIssued),
)

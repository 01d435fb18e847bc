"""The version of an agenda that was published last, and what changed since, for whoever reads it.

A version is a fact that holds ids, grades and which lines were known: no name, no word. So what somebody may
see no more, or what was withdrawn, leaves nothing behind in it that could be shown.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict

from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.views import Folded, Subject, View
from contracts.events.agenda import AgendaPublished
from services.marac import casefile, shown
from services.marac.conference import rows
from services.marac.conference.held import Held, visible
from services.marac.conference.known import CaseKnown
from services.marac.conference.published_rows import PublishedAgenda, PublishedAgendaTable, PublishedCase
from services.marac.conference.views import CASE
from services.marac.rules import agenda as order
from services.marac.rules.publishing import Stood, changes, may_publish
from services.marac.shown_agenda import GoneCase, Publication, Since


def fold_published(subject: Subject) -> Folded:
    """The row of a meeting whose agenda was published. Versions are numbered in the order of their facts."""
    found = [fact for fact in subject.facts.current(AgendaPublished) if fact.said.meeting == subject.id]
    if not found:
        return Folded(None)
    last = found[-1]
    row = PublishedAgenda(
        meeting=subject.id,
        fact=last.id,
        version=len(found),
        at=last.occurred,
        by=last.said.by,
        agency=last.agency,
        cases=tuple(PublishedCase.model_validate(each.model_dump()) for each in last.said.cases),
    )
    return Folded(row)


PUBLISHED = View(
    "conference_published",
    of="cause",
    row=PublishedAgenda,
    table=PublishedAgendaTable,
    fold=fold_published,
    begun_by=(AgendaPublished,),
)


def stood(known: CaseKnown) -> Stood:
    """A case as it stands: which of its lines say something now, by the tail of their fact's id."""
    says = {line.fact[-8:]: line.type for line in known.lines.values() if line.said is not None}
    return Stood(known.case.case, known.case.grade, says)


async def as_published(
    held: Held, caller: Caller, page: shown.Agenda, known: Iterable[CaseKnown]
) -> tuple[shown.Agenda, set[str]]:
    """An agenda with what changed since it was published, of the cases that are on it for this caller; and
    the fact that published it. Of a version nothing is compared but what the caller may see now."""
    archive = held.archive
    row = await held.one(PUBLISHED, PublishedAgenda, page.meeting.meeting)
    of, at = page.meeting, held.at or page.at
    publishable = may_publish(of.starts, at, emergency=of.emergency, closed=of.closed)
    if row is None:
        return page.model_copy(update={"publication": Publication(open=publishable)}), set()
    now = {each.case.case: stood(each) for each in known}
    listed = {line.case for line in page.cases}
    seen = now.keys() | await _may_see(archive, caller, {each.case for each in row.cases} - now.keys())
    before = [Stood(c.case, c.grade, dict.fromkeys(c.lines, "")) for c in row.cases if c.case in seen]
    found = changes(before, [now[line.case] for line in page.cases])
    since = {case: Since(**asdict(change)) for case, change in found.items()}
    agencies = casefile.agencies_of(await held.now.configuration())
    publication = Publication(
        version=row.version,
        at=row.at,
        by=row.by,
        agency_name=agencies[row.agency].name if row.agency in agencies else row.agency,
        gone=[
            GoneCase(case=each.case, letters=order.letters(each.case))
            for each in before
            if each.case not in listed
        ],
        changed=sum(each.anything for each in since.values()),
        open=publishable,
    )
    lines = [_line(line, since[line.case]) for line in page.cases]
    return page.model_copy(update={"publication": publication, "cases": lines}), {row.fact}


def _line(line: shown.AgendaLine, since: Since) -> shown.AgendaLine:
    """A line with what is new since the version was published, of a case that was on it; else, as ever, since
    it was listed."""
    return line.model_copy(update={"since": since} | ({} if since.new else {"new": since.lines}))


async def _may_see(archive: Archive, caller: Caller, cases: Collection[str]) -> set[str]:
    found = await Held(archive).many(CASE, rows.ConferenceCase, sorted(cases), "case")
    return set(await visible(archive, caller, found.values()))

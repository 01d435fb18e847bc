"""Level 1: a meeting while it sits, of what its chair and coordinator record."""

from typing import cast

from chassis.facts import Fact, FactSet
from chassis.views import Folded, Subject, View
from contracts.events.meeting import (
    AttendanceRecorded,
    CaseBegun,
    CaseHeard,
    LeftTheRoom,
    MeetingClosed,
    MeetingOpened,
    MinutesIssued,
)
from contracts.sections import Narrative, NarrativeSection, Sealed
from services.marac.conference import sitting_rows as rows

RECORDED = (MeetingOpened, MeetingClosed, AttendanceRecorded, LeftTheRoom, CaseHeard, MinutesIssued)


def fold_sitting(subject: Subject) -> Folded:
    """The row of a meeting of which something was recorded; None for any other cause."""
    facts = subject.facts
    opened, closed = facts.current(MeetingOpened), facts.current(MeetingClosed)
    row = rows.Sitting(
        meeting=subject.id,
        facts=tuple(fact.id for fact in (*opened[:1], *closed[:1])),
        opened=opened[0].occurred if opened else None,
        closed=closed[0].occurred if closed else None,
        statement=opened[0].said.statement if opened else None,
        attendance=_attendance(facts),
        left=_left(facts),
        began={fact.said.case: fact.occurred for fact in facts.current(CaseBegun)},
        heard=_heard(facts),
        issued=tuple(
            rows.Issue(
                number=fact.said.number,
                fact=fact.id,
                issued=fact.occurred,
                cases={each.case: each.fact for each in fact.said.cases},
            )
            for fact in sorted(facts.current(MinutesIssued), key=lambda fact: fact.said.number)
        ),
    )
    return Folded(row if row != rows.Sitting(meeting=subject.id) else None)


def _attendance(facts: FactSet) -> tuple[rows.AttendanceLine, ...]:
    """Of each agency and name the newest word, in the order of agencies."""
    newest = {
        (fact.said.agency, (fact.said.who or "").casefold()): fact
        for fact in facts.current(AttendanceRecorded)
    }
    return tuple(
        rows.AttendanceLine(fact=fact.id, recorded=fact.recorded, **fact.said.model_dump(exclude={"meeting"}))
        for _, fact in sorted(newest.items())
    )


def _left(facts: FactSet) -> tuple[rows.LeftLine, ...]:
    """Of each case, agency, name and member of staff the newest word, unless it is that they stayed: a name
    that a colleague writes down as well lets nobody back who said themselves that they leave."""
    newest = {
        (fact.said.case, fact.said.agency, fact.said.who.casefold(), fact.said.person or ""): fact
        for fact in facts.current(LeftTheRoom)
    }
    without = {"meeting", "stayed"}
    return tuple(
        rows.LeftLine(fact=fact.id, recorded=fact.recorded, **fact.said.model_dump(exclude=without))
        for _, fact in sorted(newest.items())
        if not fact.said.stayed
    )


def _heard(facts: FactSet) -> tuple[rows.HeardCase, ...]:
    cases: dict[str, rows.HeardCase] = {}
    for fact in facts.current(CaseHeard):
        versions = tuple(version_of(each) for each in versions_of(facts, fact.root))
        cases.setdefault(
            fact.said.case,
            rows.HeardCase(case=fact.said.case, heard=fact.occurred, versions=versions),
        )
    return tuple(cases.values())


def versions_of(facts: FactSet, root: str) -> list[Fact[CaseHeard]]:
    """Every version of what was recorded of a case, the newest last."""
    found = facts.versions(root)
    return [cast("Fact[CaseHeard]", fact) for fact in found if isinstance(fact.content, CaseHeard)]


def version_of(fact: Fact[CaseHeard]) -> rows.HeardVersion:
    """One version of what was recorded of a case."""
    said = fact.said
    return rows.HeardVersion(
        fact=fact.id,
        version=fact.version,
        agency=fact.agency,
        recorded=fact.recorded,
        victim=said.victim,
        risks=_words(said.risks),
        needs=_words(said.needs),
        strengths=_words(said.strengths),
        decided=_words(said.decided),
        forums=tuple(said.forums),
        told_by=said.told_by,
        safe_to_tell=said.safe_to_tell,
        sealed=any(
            isinstance(each, Sealed) for each in (said.risks, said.needs, said.strengths, said.decided)
        ),
    )


def _words(section: NarrativeSection | None) -> str | None:
    return section.text if isinstance(section, Narrative) else None


SITTING = View(
    "conference_sitting",
    of="cause",
    row=rows.Sitting,
    table=rows.SittingTable,
    fold=fold_sitting,
    begun_by=RECORDED,
)

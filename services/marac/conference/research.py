"""Level 1: of a meeting, which agencies are asked and have answered, with the clock of it; of a case, what
they answered, and who has a tie to it."""

from collections.abc import Iterable
from datetime import datetime

from chassis.facts import Fact, FactSet
from chassis.views import Folded, Row, Saying, Subject, View
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.configuration import AreaDefined
from contracts.events.listing import CaseRestricted, Insider
from contracts.events.research import InterestDeclared, ResearchAnswered, Researched, ResearchersSet
from contracts.rules.areas import area_and_around
from contracts.sections import Narrative, NarrativeSection
from contracts.vocabulary import AlertRule, ResearchHeld
from services.marac import casefile
from services.marac.conference.listing import restricted_of
from services.marac.conference.own_clocks import CALENDARS, clocks_of, sayings
from services.marac.conference.research_rows import (
    Answer,
    AnswersRow,
    AnswersTable,
    Ask,
    Declared,
    Found,
    InterestsRow,
    InterestsTable,
    Reply,
    ResearchRow,
    ResearchTable,
)
from services.marac.rules.research import LISTED_FOR, due_by, runs_until
from services.marac.rules.restricting import still_inside

RULE = AlertRule.RESEARCH


def fold_research(subject: Subject) -> Folded:
    """The row of a meeting's research, and when its clock stops by itself; None for a cause that is something
    else."""
    fact = next((fact for fact in subject.facts.of(MeetingCalled) if fact.root == subject.id), None)
    contents = [each.content for each in subject.facts.versions(subject.id)]
    said = next((each for each in reversed(contents) if isinstance(each, MeetingCalled)), None)
    if fact is None or said is None:
        return Folded(None)
    areas = area_and_around(casefile.areas_of(subject.configuration), said.area)
    chosen = set_for(subject.configuration, areas, said.starts)
    # Until somebody says how it is done here attendees declare: a check that nobody set up is not off. Of a
    # meeting that was before, what is said first holds for how it was done.
    later = _nearest(reversed(subject.configuration.current(ResearchersSet)), areas)
    asked = chosen or later or ResearchersSet(area=said.area, agencies=[])
    asks = _asks(subject, said.starts, asked.days_before)
    replies = _replies(subject)
    answered = {(each.case, each.agency) for each in replies}
    agencies = tuple(chosen.agencies) if chosen else None
    open_ = [
        ask.due
        for ask in asks
        for agency in agencies or ()
        if ask.is_for(agency) and (ask.case, agency) not in answered
    ]
    due = runs_until(open_, said.starts, subject.at) if fact.content is not None else None
    row = ResearchRow(
        meeting=subject.id,
        withdrawn=fact.content is None,
        area=said.area,
        areas=tuple(areas),
        starts=said.starts,
        agencies=agencies,
        declares=asked.declares,
        asks=asks,
        replies=replies,
        due=due,
        clocks=clocks_of(subject.facts, subject.id, {RULE}),
        emergency=said.emergency,
    )
    return Folded(row, said.starts + LISTED_FOR if due else None)


def set_for(configuration: FactSet, areas: Iterable[str], starts: datetime) -> ResearchersSet | None:
    """Whom the nearest of these areas asks: the newest that was said before the meeting began."""
    found = (each for each in configuration.current(ResearchersSet) if each.occurred <= starts)
    return _nearest(found, areas)


def _nearest(found: Iterable[Fact[ResearchersSet]], areas: Iterable[str]) -> ResearchersSet | None:
    """Of the nearest of these areas the last of what is found."""
    last = {each.said.area: each.said for each in found}
    return next((last[area] for area in areas if area in last), None)


def _asks(subject: Subject, starts: datetime, days_before: int) -> tuple[Ask, ...]:
    listed: dict[str, Fact[CaseListed]] = {}
    for each in subject.facts.current(CaseListed):
        if each.said.meeting == subject.id:
            listed.setdefault(each.said.case, each)
    return tuple(
        Ask(
            case=case,
            root=fact.root,
            due=due_by(starts, fact.occurred, days_before, CALENDARS),
            inside=_inside(subject, fact),
        )
        for case, fact in sorted(listed.items())
    )


def _inside(subject: Subject, listed: Fact[CaseListed]) -> tuple[str, ...] | None:
    """The agencies that have somebody inside, of a case that is restricted: as the newest words say about it
    and about the other cases of its victim, or as it was when it was listed. None: it is not restricted. A
    listing from before it said which case it was that restricted it counts as restricted by itself: until
    that is lifted nobody else is asked."""
    said = listed.said
    before = {each.case: each.inside for each in said.restricting}
    if said.inside is not None and not before:
        before = {said.case: said.inside}
    words = sorted(
        (
            each
            for each in subject.facts.current(CaseRestricted)
            if said.case in (each.said.case, *each.said.others) and each.order > listed.order
        ),
        key=lambda each: each.order,
    )
    since = [(word.said.case, None if word.said.lifted else inside_of(word.said.to)) for word in words]
    return still_inside(before, since)


def inside_of(to: Iterable[Insider]) -> tuple[str, ...]:
    """The agencies of those whom a case is restricted to, as far as they are known."""
    return tuple(sorted({each.agency for each in to if each.agency}))


def _replies(subject: Subject) -> tuple[Reply, ...]:
    return tuple(
        Reply(
            case=each.said.case,
            agency=each.agency,
            root=each.root,
            first=subject.facts.first_accepted(each.root),
            nothing=all(one.held is ResearchHeld.NOTHING_HELD for one in each.said.people),
            people=tuple(one.person for one in each.said.people),
        )
        for each in subject.facts.current(ResearchAnswered)
        if each.said.meeting == subject.id
    )


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clock to start or to stop: one of each meeting, until the first that is late."""
    if not isinstance(row, ResearchRow):
        return
    wanted = {RULE: (row.due, row.area)} if row.due else {}
    yield from sayings(row.meeting, None, row.clocks, wanted, at)


def fold_answers(subject: Subject) -> Folded:
    """The row of what agencies answered of a case; None where none did."""
    answers = [
        _answer(subject.facts, each)
        for each in subject.facts.current(ResearchAnswered)
        if each.said.case == subject.id
    ]
    answers.sort(key=lambda answer: (answer.said, answer.root), reverse=True)
    return Folded(AnswersRow(case=subject.id, answers=tuple(answers)) if answers else None)


def _answer(facts: FactSet, fact: Fact[ResearchAnswered]) -> Answer:
    said = fact.said
    words = [said.under_way, said.suggested]
    words += [each for one in said.people for each in (one.facts, one.opinions, one.told_by_others)]
    return Answer(
        root=fact.root,
        fact=fact.id,
        version=fact.version,
        agency=fact.agency,
        meeting=said.meeting,
        said=fact.occurred,
        first=facts.first_accepted(fact.root),
        people=tuple(_found(each) for each in said.people),
        under_way=_text(said.under_way),
        suggested=_text(said.suggested),
        sealed=any(each is not None and not isinstance(each, Narrative) for each in words),
    )


def _found(said: Researched) -> Found:
    return Found(
        person=said.person,
        held=said.held,
        records=said.records,
        checked=said.checked,
        complete=said.complete,
        flagged=said.flagged,
        facts=_text(said.facts),
        opinions=_text(said.opinions),
        told_by_others=_text(said.told_by_others),
    )


def _text(words: NarrativeSection | None) -> str | None:
    return words.text if isinstance(words, Narrative) else None


def fold_interests(subject: Subject) -> Folded:
    """The row of for whom a case is there: what is declared of it, and whom it is restricted to. A tie stands
    whatever its person says later: whoever has one does not lift it."""
    found: dict[str, Declared] = {}
    for fact in subject.facts.current(InterestDeclared):
        said = fact.said
        for each in said.cases:
            before = found.get(said.person)
            if each.case == subject.id and not (before and before.tie):
                found[said.person] = Declared(
                    root=fact.root,
                    agency=fact.agency,
                    person=said.person,
                    tie=each.tie,
                    coordinates=said.coordinates,
                )
    declared = tuple(found[person] for person in sorted(found))
    restricted = restricted_of(subject.facts, subject.id)
    to = restricted[0].to if restricted else None
    if not declared and to is None:
        return Folded(None)
    only = None if to is None else tuple(each.person for each in to)
    inside = inside_of(to or ())
    return Folded(InterestsRow(case=subject.id, declared=declared, only=only, agencies=inside))


RESEARCH = View(
    "conference_research",
    of="cause",
    row=ResearchRow,
    table=ResearchTable,
    fold=fold_research,
    decide=decide,
    begun_by=(MeetingCalled,),
    configured_by=(AreaDefined, ResearchersSet),
)
ANSWERS = View(
    "conference_answers",
    of="case",
    row=AnswersRow,
    table=AnswersTable,
    fold=fold_answers,
    begun_by=(ResearchAnswered,),
)
INTERESTS = View(
    "conference_interests",
    of="case",
    row=InterestsRow,
    table=InterestsTable,
    fold=fold_interests,
    begun_by=(InterestDeclared, CaseRestricted),
)

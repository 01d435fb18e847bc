"""The pattern of a breach, out of the rows of its people: what every agency said that a respondent did to
the same victim, and how much they are said to have done to others."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from chassis.archive import Archive
from contracts.events.orders import PatternDecided
from contracts.rules import offences, pattern, pattern_decisions
from contracts.rules.breach_answer import left
from contracts.rules.instruments import FORMS
from contracts.sections import Narrative, Sensitivity
from contracts.vocabulary import Act, Circumstance, Effect
from services.orders.views import ORDERS_PERSON, OrdersBreach, OrdersPerson
from services.orders.views.between import Between, between_sides, reading_of, together
from services.orders.views.evidence import AssessedLine, DecisionLine
from services.orders.views.pattern_shown import (
    CandidateShown,
    DecisionShown,
    ElementShown,
    Evidence,
    EvidenceRecord,
    KindCount,
    OffenceNamed,
    OthersShown,
    PatternShown,
)
from services.orders.views.person import RecordLine

Words = Mapping[str, Mapping[str, str | None]]
"""What stands in a decision beside its codes, by its root."""


async def pattern_of(
    runtime: Archive, row: OrdersBreach, allowed: Collection[Sensitivity], *, officers: bool
) -> PatternShown:
    """The pattern of a breach, for whoever may see these sections of it; and, where they may, which
    ``officers`` decided."""
    rows = [await runtime.row(ORDERS_PERSON, person) for person in (*row.respondents, *row.victims)]
    known = between(row, [each for each in rows if isinstance(each, OrdersPerson)])
    told = {"why"} if Sensitivity.NARRATIVE in allowed else set[str]()
    words = await _words(runtime, known.decisions, told | ({"by"} if officers else set()))
    return shown(row, known, words, runtime.clock.now())


def between(row: OrdersBreach, people: Iterable[OrdersPerson]) -> Between:
    """What the rows of a breach's people say of the two sides."""
    return between_sides(set(row.respondents), set(row.victims), people)


def shown(row: OrdersBreach, known: Between, words: Words, at: datetime) -> PatternShown:
    """The pattern, as a page gives it at a time. ``words`` are why each decision was made, and by whom."""
    read = reading_of(known)
    apart = {word.root for occasion in read.apart for word in occasion}
    evidence = _evidence(known, apart)
    numbers = {record.root: each.n for each in evidence for record in each.records}
    decided = {line.root: line for line in known.decisions}
    made = [line.decided(known.considered) for line in known.decisions]
    candidates = {
        reading.offence: _candidate(
            reading, pattern_decisions.question(reading, made, at), numbers, decided, words
        )
        for reading in read.readings
    }
    named = [each.offence for each in read.named]
    return PatternShown(
        candidates=[candidates[offence] for offence in named],
        not_named=[each for offence, each in candidates.items() if offence not in named],
        evidence=evidence,
        others=_others(known, set(row.victims)),
        other_way=known.other_way,
        without_answer=pattern.left_without_answer(row.answer.left, row.answer.answered),
        readable=bool(row.respondents and row.victims),
        considered=known.considered,
        seen=known.seen,
    )


def _candidate(
    reading: pattern.Reading,
    asked: pattern_decisions.Question,
    numbers: dict[str, int],
    decided: dict[str, DecisionLine],
    words: Words,
) -> CandidateShown:
    last = decided[asked.last.root] if asked.last else None
    return CandidateShown(
        offence=reading.offence,
        elements=[
            ElementShown(
                element=each.element,
                state=each.state,
                occasions=each.occasions,
                evidence=sorted({numbers[root] for root in each.by}),
            )
            for each in reading.elements
        ],
        against=sorted({numbers[root] for root in reading.against}),
        decision=DecisionShown(
            decision=last.decision,
            at=last.at,
            agency=last.agency,
            rank=last.rank,
            **words.get(last.root, {}),
            stands=asked.due is None,
        )
        if last
        else None,
        due=asked.due,
    )


def _evidence(known: Between, apart: Collection[str]) -> list[Evidence]:
    """Everything that was read, in the order of time, each by a number."""
    groups = [[_record(record) for record in group] for group in known.occasions]
    groups += [[_assessment(line)] for line in known.assessed if line.says]
    groups.sort(key=lambda group: (group[0].occurred, group[0].root))
    return [Evidence(n=n, apart=group[0].root in apart, records=group) for n, group in enumerate(groups, 1)]


def _record(line: RecordLine) -> EvidenceRecord:
    return EvidenceRecord(
        root=line.root,
        type=line.type,
        kind=line.kind,
        agency=line.agency,
        occurred=line.occurred,
        precision=line.precision,
        acts=[each for each in Act if each in line.says],
        effects=[each for each in Effect if each in line.says],
        circumstance=next((each for each in Circumstance if each in line.says), None),
        items=[],
    )


def _assessment(line: AssessedLine) -> EvidenceRecord:
    like, form = next((name, each.items) for name, each in FORMS.items() if each.items.keys() & line.says)
    return EvidenceRecord(
        root=line.root,
        type="assessment",
        kind=None,
        agency=line.agency,
        occurred=line.occurred,
        precision="instant",
        acts=[],
        effects=[],
        circumstance=None,
        instrument=line.instrument or like,  # an earlier release's row does not say
        items=line.says,
        factors=[form[item] for item in line.says],
    )


def _others(known: Between, hers: set[str]) -> OthersShown:
    victims = {person for group in known.others for record in group for person in record.victims} - hers
    kinds = Counter((group[0].type, group[0].kind) for group in known.others)
    return OthersShown(
        victims=len(victims),
        kinds=[KindCount(type=type_, kind=kind, n=n) for (type_, kind), n in sorted(kinds.items())],
    )


def without_answer(
    people: Collection[str], rows: Iterable[OrdersPerson], at: datetime
) -> tuple[int, set[str]]:
    """How many breaches by or against these people had no answer in 24 hours, where there are so many that
    their number is named; else 0. And the roots that it comes from. A breach that names a victim alone is in
    the victim's row, with whom it is by as the order tells: of whom an order binds, ``rows`` are the rows of
    those whom it protects too."""
    told = [
        breaches
        for group in together(group for row in rows for group in row.occurrences)
        if (breaches := [each for each in group if each.type == "breach" and _names(each, people)])
    ]
    many = sum(left([record.reported for record in each], at) for each in told)
    return pattern.many_left(many), {record.root for each in told for record in each}


def named_of(person: str, row: OrdersPerson, at: datetime) -> list[OffenceNamed]:
    """The offences that all that this person did to one victim, or one person did to them, may be: never who
    the other is."""
    records = [record for group in row.occurrences for record in group]
    pairs = {(a, v) for record in records for a in record.accused for v in record.victims}
    found = [named for a, v in pairs if person in (a, v) for named in _named(person == a, {a}, {v}, row, at)]
    return sorted(
        found, key=lambda each: (each.by, list(offences.OFFENCES).index(each.offence), each.occasions)
    )


def _place(named: OffenceNamed) -> tuple[bool, int, int, str, bool]:
    """By what it says, and never by whom it is about."""
    offence = list(offences.OFFENCES).index(named.offence)
    return (named.by, offence, named.occasions, named.decision or "", named.stands)


def _named(
    by: bool, theirs: set[str], hers: set[str], row: OrdersPerson, at: datetime
) -> Iterable[OffenceNamed]:
    known = between_sides(theirs, hers, [row])
    made = [line.decided(known.considered) for line in known.decisions]
    for reading in reading_of(known).named:
        asked = pattern_decisions.question(reading, made, at)
        yield OffenceNamed(
            offence=reading.offence,
            by=by,
            occasions=reading.elements[0].occasions,
            decision=asked.last.decision if asked.last else None,
            stands=asked.due is None,
        )


def _names(record: RecordLine, people: Collection[str]) -> bool:
    return any(person in people for person in (*record.accused, *record.victims))


async def _words(runtime: Archive, decisions: Iterable[DecisionLine], told: Collection[str]) -> Words:
    """Of what is ``told``, why each was decided, as far as it can be read, and by whom."""
    found = {}
    for line in decisions:
        for fact in (await runtime.fact(line.root)).current(PatternDecided):
            said = fact.said
            why = said.narrative.text if isinstance(said.narrative, Narrative) else None
            found[line.root] = {key: value for key, value in (("why", why), ("by", said.by)) if key in told}
    return found

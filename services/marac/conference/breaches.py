"""What the breaches of a case leave to do: those without an answer, and what all of it together may be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from chassis.once import MOST_KEPT, Same
from contracts.rules import pattern, pattern_decisions
from contracts.rules.breach_answer import Reported, Step, answered, clock, due, left
from contracts.rules.instruments import answers_of
from services.marac import shown_pattern
from services.marac.conference import alert_rows, rows


def without_answer(case: rows.ConferenceCase, at: datetime) -> list[str]:
    """The first record of each breach to which no answer is known and whose time for one is over."""
    found = []
    for each in case.occurrences:
        told = [(record.root, _reported(record)) for record in each.records if record.type == "breach"]
        records = [record for _, record in told]
        if records and answered(records) is None and due(records, clock(0)) <= at:
            found.append(told[0][0])
    return found


def _reported(record: rows.RecordLine) -> Reported:
    """A record of a breach, as the rules of answering know it: a page has no grace for what is sent late."""
    recorded = _recorded(record)
    steps = tuple(Step(step.step, step.occurred, step.root) for step in record.steps)
    return Reported(record.occurred, recorded, recorded, steps)


def pattern_of(
    case: rows.ConferenceCase,
    assessments: Sequence[rows.Assessment],
    decisions: Mapping[str, Sequence[alert_rows.Decision]],
    at: datetime,
) -> shown_pattern.CasePattern:
    """What each perpetrator of a case is said to have done to its victim, as it may be and as it was decided;
    ``decisions`` by the breach on whose page they were made."""
    theirs = {each.person for each in case.perpetrators}
    told = breaches_by(theirs, (each.records for each in case.occurrences))
    return shown_pattern.CasePattern(
        offences=[
            named
            for person in sorted(theirs if case.victim else ())
            for named in _named(person, case, assessments, decisions, at)
        ],
        without_answer=left_of(told, at),
    )


def breaches_by(
    theirs: set[str], happened: Iterable[Sequence[rows.RecordLine]]
) -> list[list[rows.RecordLine]]:
    """The breaches by these people, each with its records: of each occurrence of which one says so."""
    told = ([record for record in each if record.type == "breach"] for each in happened if _by(theirs, each))
    return [each for each in told if each]


def left_of(breaches: Iterable[Sequence[rows.RecordLine]], at: datetime) -> int:
    """How many of these breaches had no answer in 24 hours, which are over."""
    return sum(left([_reported(record) for record in each], at) for each in breaches)


def undecided(found: shown_pattern.CasePattern, at: datetime) -> list[str]:
    """A fact of each offence that is named and that nobody has decided in its time."""
    return [each.evidence[0] for each in found.offences if each.due and each.due <= at]


def _by(theirs: set[str], records: Iterable[rows.RecordLine], victim: str | None = None) -> bool:
    return any(
        not theirs.isdisjoint(record.perpetrators) and (victim is None or victim in record.victims)
        for record in records
    )


def _named(
    person: str,
    case: rows.ConferenceCase,
    assessments: Sequence[rows.Assessment],
    decisions: Mapping[str, Sequence[alert_rows.Decision]],
    at: datetime,
) -> Iterator[shown_pattern.OffenceNamed]:
    victim = case.victim.person if case.victim else None
    readings, roots = _read(person, victim, Same(case.occurrences), Same(assessments))
    made = {each.root: each for root in roots for each in decisions.get(root, ())}
    decided = [
        pattern_decisions.Decided(each.root, each.offence, each.decision, each.at, frozenset(each.considered))
        for each in made.values()
    ]
    for reading in readings:
        asked = pattern_decisions.question(reading, decided, at)
        yield shown_pattern.OffenceNamed(
            offence=reading.offence,
            by=person,
            evidence=list(reading.elements[0].by),
            decision=_decided(made[asked.last.root]) if asked.last else None,
            due=asked.due,
        )


@lru_cache(maxsize=MOST_KEPT)
def _read(
    person: str,
    victim: str | None,
    occurrences: Same[Sequence[rows.Occurrence]],
    assessments: Same[Sequence[rows.Assessment]],
) -> tuple[Sequence[pattern.Reading], Sequence[str]]:
    """What somebody's conduct to the victim may be, and the records that were read for it."""
    by_them = [each.records for each in occurrences.of if _by({person}, each.records, victim)]
    read = pattern.read(
        [
            [pattern.record(record.root, _recorded(record), record.says) for record in each]
            for each in by_them
        ],
        [_word(each) for each in assessments.of if not each.accused or person in each.accused],
    )
    return read.named, [record.root for each in by_them for record in each]


def _decided(line: alert_rows.Decision) -> shown_pattern.OffenceDecided:
    return shown_pattern.OffenceDecided(
        decision=line.decision, at=line.at, agency=line.agency, rank=line.rank
    )


def _word(line: rows.Assessment) -> pattern.Word:
    says, unknown = pattern.assessment(answers_of(line.answers, line.dash), named=bool(line.accused))
    return pattern.Word(line.root, _recorded(line), says, unknown)


def _recorded(line: rows.RecordLine | rows.Assessment) -> datetime:
    """From when on its times run: a correction gives nobody more."""
    return line.first_recorded or line.recorded

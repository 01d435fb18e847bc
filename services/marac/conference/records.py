"""The records of breaches and incidents that several people's rows have: each once, and which of them are of
one occurrence."""

from collections.abc import Iterable

from contracts.rules.occurrence import Record, occurrences
from services.marac.conference import rows


def each_once(people: Iterable[rows.ConferencePerson]) -> list[rows.RecordLine]:
    """Every record in these rows, as the row has it that knows its order."""
    found: dict[str, rows.RecordLine] = {}
    for record in (record for row in people for record in row.records):
        held = found.get(record.root)
        found[record.root] = _of_both(held, record) if held else record
    return list(found.values())


def _of_both(one: rows.RecordLine, other: rows.RecordLine) -> rows.RecordLine:
    """One record, with the earliest word on when it was first recorded and the steps that either row has:
    whoever a correction adds has none of before."""
    kept = other if one.order is None and other.order is not None else one
    first = min((each.first_recorded for each in (one, other) if each.first_recorded), default=None)
    steps = {step.root: step for step in (*other.steps, *one.steps)}.values()
    in_time = sorted(steps, key=lambda step: (step.occurred, step.root))
    return kept.model_copy(update={"first_recorded": first, "steps": in_time})


def occasions(lines: Iterable[rows.RecordLine]) -> list[list[rows.RecordLine]]:
    """These records in groups, each one occurrence, in the order in which they happened."""
    known = {line.root: line for line in lines}
    groups = occurrences(_as_record(line) for line in known.values())
    return [[known[record.root] for record in group] for group in groups]


def _as_record(line: rows.RecordLine) -> Record:
    return Record(
        root=line.root,
        agency=line.agency,
        occurred=line.occurred,
        precision=line.precision,
        kind=line.kind,
        victims=frozenset(line.victims),
        perpetrators=frozenset(line.perpetrators),
        reference=line.reference if line.type == "incident" else None,
    )

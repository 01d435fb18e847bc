"""What the rows of people say of what the ones did to the others: all that a pattern is read from."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from contracts.rules import pattern
from services.orders.views.evidence import AssessedLine, DecisionLine
from services.orders.views.person import OrdersPerson, RecordLine, with_alerts


@dataclass(frozen=True, slots=True)
class Between:
    """All that is said of the respondents of a breach towards its victims; and the groups of records that
    are about others."""

    occasions: Sequence[Sequence[RecordLine]]
    assessed: Sequence[AssessedLine]
    decisions: Sequence[DecisionLine]
    others: Sequence[Sequence[RecordLine]]
    other_way: int

    @property
    def considered(self) -> list[str]:
        """The facts that a decision about them considers."""
        records = [record.root for group in self.occasions for record in group]
        return sorted([*records, *(line.root for line in self.assessed)])

    @property
    def seen(self) -> str:
        """A mark of all that is said here and was decided: another as soon as any of it changes."""
        records = [record for group in self.occasions for record in group]
        said = sorted((line.root, *sorted(line.says)) for line in records)
        said += sorted((line.root, *sorted(line.says)) for line in self.assessed)
        decided = sorted((line.root, line.decision.value) for line in self.decisions)
        return sha256(repr((said, decided)).encode()).hexdigest()[:24]


def between_sides(theirs: set[str], hers: set[str], people: Iterable[OrdersPerson]) -> Between:
    """What the rows of these people say of what the ones did to the others."""
    rows = list(people)
    once = together(group for each in rows for group in each.occurrences)
    occasions = [group for group in once if _by(group, theirs, hers)]
    roots = {record.root for group in occasions for record in group}
    decisions: dict[str, DecisionLine] = {}
    for each in (each for person in rows for each in person.decisions if each.breach in roots):
        held = decisions.get(each.root, each)  # each side's row knows its own facts
        decisions[each.root] = each.model_copy(update={"unseen": tuple({*held.unseen, *each.unseen})})
    assessed = {
        line.root: line
        for person in rows
        for line in person.assessed
        if hers & set(line.victims) and (theirs & set(line.accused) or not line.accused)
    }
    return Between(
        occasions=occasions,
        assessed=sorted(assessed.values(), key=lambda line: (line.occurred, line.root)),
        decisions=sorted(decisions.values(), key=lambda line: (line.at, line.root)),
        others=[group for group in once if _by(group, theirs, None) and not _by(group, theirs, hers)],
        other_way=sum(_by(group, hers, theirs) for group in once),
    )


def reading_of(known: Between) -> pattern.Pattern:
    """What all of it may be."""
    return pattern.read(
        [[record.word for record in group] for group in known.occasions],
        [line.word for line in known.assessed],
    )


def together(groups: Iterable[Sequence[RecordLine]]) -> list[list[RecordLine]]:
    """The occurrences that several people's rows have, in the order of time: groups with a record in common
    are one, with every record of each."""
    home: dict[str, dict[str, RecordLine]] = {}
    for group in groups:
        one = {record.root: record for record in group}
        known = {id(home[root]): home[root] for root in one if root in home}
        for same in known.values():
            one |= {root: with_alerts(line, one.get(root)) for root, line in same.items()}
        home |= dict.fromkeys(one, one)
    found = {id(one): one for one in home.values()}.values()
    told = [sorted(one.values(), key=lambda line: (line.occurred, line.root)) for one in found]
    return sorted(told, key=lambda group: (group[0].occurred, group[0].root))


def _by(group: Iterable[RecordLine], accused: Collection[str], victims: Collection[str] | None) -> bool:
    """Whether a record says that one of these did it, to one of those; None: to anybody who is known."""
    return any(
        not set(accused).isdisjoint(record.accused)
        and (bool(record.victims) if victims is None else not set(victims).isdisjoint(record.victims))
        for record in group
    )


def carries(root: str, theirs: set[str], hers: set[str], people: Iterable[OrdersPerson]) -> bool:
    """Whether of the breaches by all of the ones against all of the others this is the first: on it, and on
    no other, runs the clock for what an officer is to decide of them all."""
    records = (record for row in people for group in row.occurrences for record in group)
    of_both = (
        (each.occurred, each.root)
        for each in records
        if each.type == "breach" and theirs <= {*each.accused} and hers <= {*each.victims}
    )
    first = min(of_both, default=None)
    return bool(theirs and hers) and first is not None and first[1] == root

"""Which other cases may be of the same people, seen from one case.

Sources: SafeLives, guidance on counter-allegations (read 2026-11): both directions can stand, and who is
the primary victim is a person's to decide. domain.md 1.2: same victim with another perpetrator is a case of
its own. Two cases stay two until a person decides; neither is ever shown in the other (domain.md 14, trap
8). domain.md 8: a child may go missing 20 or 30 times: that this alone is nothing that was done to whoever is
named with the child is Goldthread's own (2026-11)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from contracts.vocabulary import IncidentKind, PartiesAnswer

Both = Literal["same-pair", "other-direction"]
Alike = Literal["same-pair", "other-direction", "same-victim"]
ORDER: tuple[Alike, ...] = ("other-direction", "same-pair", "same-victim")


@dataclass(frozen=True, slots=True)
class Pair:
    """Whom a case is about."""

    case: str
    victim: str | None
    perpetrators: frozenset[str]

    @property
    def parties(self) -> frozenset[str]:
        """Everybody whom it is about."""
        return self.perpetrators | ({self.victim} if self.victim else frozenset())


@dataclass(frozen=True, slots=True)
class Other:
    """Another case, and how it is alike."""

    case: str
    alike: Alike


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided of a case: whom it names as victim, whom as having harmed them, and which of them
    is the primary victim."""

    victim: str
    others: frozenset[str]
    answer: PartiesAnswer


def primary_victim(
    person: str, decisions: Iterable[Decided], accused: Collection[str] = ()
) -> dict[str, bool]:
    """Of each other party to which the newest decision gives an answer, whether this person is the primary
    victim of the two. ``decisions``: the oldest first, of every case, whichever way round it was referred.
    That both are, or that it is not known, answers nothing, and what was decided before holds no more. Of a
    case that names several as having harmed its victim it is about those who accuse them back (``accused``:
    with whom this person is named in both directions): nobody else has turned the roles round."""
    found: dict[str, bool] = {}
    for each in decisions:
        if person not in {each.victim, *each.others}:
            continue
        referred = each.victim == person
        across = each.others - {person} if referred else frozenset({each.victim})
        for other in across if len(each.others) == 1 else across.intersection(accused):
            found.pop(other, None)
            if each.answer in (PartiesAnswer.AS_REFERRED, PartiesAnswer.REVERSED):
                found[other] = referred is (each.answer is PartiesAnswer.AS_REFERRED)
    return found


def others(case: Pair, cases: Iterable[Pair]) -> list[Other]:
    """The other cases that may be of the same people, counter-allegations first."""
    found = [
        Other(each.case, alike)
        for each in cases
        if each.case != case.case and (alike := _alike(case, each)) is not None
    ]
    return sorted(found, key=lambda other: (ORDER.index(other.alike), other.case))


def among(cases: Iterable[Pair]) -> list[tuple[str, str, Both]]:
    """Each two of these cases that are of the same two people, whichever way round. The same victim with
    somebody else is no such two: that is a case of its own."""
    return [
        (one.case, other.case, alike)
        for one, other in combinations(sorted(cases, key=lambda each: each.case), 2)
        if (alike := _alike(one, other)) is not None and alike != "same-victim"
    ]


def _alike(one: Pair, other: Pair) -> Alike | None:
    if one.victim is None or other.victim is None:
        return None
    if one.victim in other.perpetrators and other.victim in one.perpetrators:
        return "other-direction"
    if one.victim != other.victim:
        return None
    return "same-pair" if not one.perpetrators.isdisjoint(other.perpetrators) else "same-victim"


def between(
    victim: str, perpetrators: Collection[str], victims: Collection[str], by: Collection[str], kind: str
) -> bool:
    """Whether a record is of something between a pair: against her, by one of them or by nobody named; or by
    one of them, against nobody named."""
    by_them = not frozenset(perpetrators).isdisjoint(by)
    return (victim in victims if victims else by_them) and (by_them or not by) and is_abuse(kind, by)


def is_abuse(kind: str, by: Collection[str]) -> bool:
    """Whether a record says that something was done to whomever it names as victim: that a child went missing
    says so only where it names who did it."""
    return kind != IncidentKind.MISSING_CHILD or bool(by)

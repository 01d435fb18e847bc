"""Which victim is A, which is B: by what is said of them alone, never by an id.

An id comes from an agency and its record number, and so from where she lives. Were it to decide
between two victims of one moment, their letters would tell of it in all that comes later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Signature = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One fact: all of it that may be said here, its time first, and its victims."""

    signature: Signature
    victims: frozenset[str]


def letters(told: Sequence[Told], relationships: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A, B, C by first appearance in time, then by all else that is said, then by what is said of
    whom they are named with. Those whom nothing tells apart may be either: any choice reads alike."""
    ranks = _refined(dict.fromkeys(relationships, 0), told, relationships)
    while (tied := _first_tied(ranks)) is not None:
        ranks = {victim: 2 * rank - (victim == tied) for victim, rank in ranks.items()}
        ranks = _refined(ranks, told, relationships)
    return {victim: letter(ranks[victim]) for victim in sorted(ranks, key=ranks.__getitem__)}


def letter(at: int) -> str:
    """A to Z, then AA and on."""
    more, last = divmod(at, 26)
    return (letter(more - 1) if more else "") + chr(ord("A") + last)


def _refined(
    ranks: dict[str, int], told: Sequence[Told], relationships: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Ranks that tell apart whatever the facts tell apart, given these (colour refinement)."""
    while True:
        seen: dict[str, list[tuple[Signature, list[int]]]] = {victim: [] for victim in ranks}
        for each in told:
            company = sorted(ranks[victim] for victim in each.victims)
            for victim in each.victims:
                seen[victim].append((each.signature, company))
        keys = {v: (rank, sorted(seen[v]), list(relationships[v])) for v, rank in ranks.items()}
        ordered = sorted(keys.values())
        finer = {victim: ordered.index(key) for victim, key in keys.items()}
        if len(set(finer.values())) == len(set(ranks.values())):
            return finer
        ranks = finer


def _first_tied(ranks: Mapping[str, int]) -> str | None:
    held: dict[int, str] = {}
    tied = []
    for victim in sorted(ranks):
        if ranks[victim] in held:
            tied.append((ranks[victim], held[ranks[victim]]))
        held.setdefault(ranks[victim], victim)
    return min(tied)[1] if tied else None

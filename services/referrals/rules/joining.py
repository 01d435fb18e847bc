"""Whom a machine joins by what is alike: whole groups, as far as nothing speaks against it.

Of those who hang together so, no two may be people who can never be one, contradict each other, or carry a
doubt. Where two do, the link that is wrong is not known. Whoever alone explains it stands apart, and the
others are joined; where nobody does, each link whose two sides disagree about a third; and where that is not
all, everybody."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations

from services.referrals.rules.features import Pair
from services.referrals.rules.graph import Graph

Near = Mapping[int, Collection[int]]
"""Of each part those that it is alike."""


def join(
    graph: Graph, parts: Sequence[list[str]], alike: Iterable[Pair]
) -> tuple[list[list[str]], list[Pair], set[Pair]]:
    """The parts with those joined that are alike; by which pairs; and the pairs that a person must decide
    since what hangs together so could not all be one."""
    at = {mention: place for place, part in enumerate(parts) for mention in part}
    links = sorted(graph.between(parts, alike))
    near: dict[int, set[int]] = {place: set() for place in range(len(parts))}
    for one, other in links:
        near[at[one]].add(at[other])
        near[at[other]].add(at[one])
    groups: list[list[int]] = []
    for places in _hanging(near, near):
        torn = len(places) > 1 and graph.disagree([parts[place] for place in places])
        groups += _torn(graph, parts, near, places) if torn else [places]
    whole = {place: number for number, group in enumerate(groups) for place in group}
    joined = [pair for pair in links if whole[at[pair[0]]] == whole[at[pair[1]]]]
    return (
        [sorted(mention for place in group for mention in parts[place]) for group in groups],
        joined,
        set(links).difference(joined),
    )


def _hanging(near: Near, among: Iterable[int]) -> list[list[int]]:
    left, found = set(among), []
    for start in sorted(left):
        if start not in left:
            continue
        left.remove(start)
        group = [start]
        for place in group:  # grows as it is read
            fresh = left.intersection(near[place])
            left -= fresh
            group += sorted(fresh)
        found.append(sorted(group))
    return found


def _torn(graph: Graph, parts: Sequence[list[str]], near: Near, places: list[int]) -> list[list[int]]:
    barred: dict[int, set[int]] = {place: set() for place in places}
    for one, other in combinations(places, 2):
        if graph.disagree([parts[one], parts[other]]):
            barred[one].add(other)
            barred[other].add(one)

    def whole(group: list[int]) -> bool:
        return all(barred[place].isdisjoint(group) for place in group)

    def rest(place: int) -> list[list[int]]:
        return _hanging(near, set(places) - {place})

    alone = {place for place in places if all(map(whole, rest(place)))}
    if alone:
        return [*([place] for place in sorted(alone)), *_hanging(near, set(places) - alone)]
    agreed = {
        one: {
            other
            for other in near[one]
            if barred[one].isdisjoint({other, *near[other]}) and barred[other].isdisjoint(near[one])
        }
        for one in places
    }
    return [
        each
        for group in _hanging(agreed, places)
        for each in ([group] if whole(group) else [[place] for place in group])
    ]

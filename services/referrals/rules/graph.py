"""By what mentions hang together, and what keeps them apart: what the rule of who is who is worked out on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations, product

from contracts.vocabulary import LinkReason
from services.referrals.rules.contradicting import Particulars, contradictions
from services.referrals.rules.features import Features, Pair, Reason, pair_of

Link = tuple[Reason, int, int]
"""A reason, and two kinds of record that share it: those of one kind are the same in all that can speak
against another, so that kinds are compared and not each two records."""


class Graph:
    """The links: mentions that share a reason, and mentions that a person or their agency decided are the
    same. ``linked`` is to be called once the decisions are settled: before, nothing links by machine."""

    def __init__(self, known: Mapping[str, Features], doubted: Collection[Pair]) -> None:
        self._known = known
        self.shared: dict[Link, list[str]] = {}
        self.by_mention: dict[str, list[Link]] = {mention: [] for mention in known}
        self.decided: dict[str, set[str]] = {mention: set() for mention in known}
        self.never: dict[str, set[str]] = {mention: set() for mention in known}
        self.beside: dict[str, set[str]] = {mention: set() for mention in known}
        self.doubted: dict[str, set[str]] = {mention: set() for mention in known}
        self.by_people = {pair_of(one, other) for one, each in known.items() for other in each.same}
        self.apart = {pair_of(one, other) for one, each in known.items() for other in each.apart}
        self.numbers = {mention: list(features.numbers) for mention, features in known.items()}
        for mention, features in known.items():
            self._both(self.decided, mention, features.same | features.merged)
            self._both(self.never, mention, features.opposed | features.apart)
            self._both(self.beside, mention, features.beside)
        for one, other in doubted:
            self._both(self.doubted, one, {other})

    def _both(self, pairs: dict[str, set[str]], one: str, others: Collection[str]) -> None:
        for other in others:
            if other in self._known and other != one:
                pairs[one].add(other)
                pairs[other].add(one)

    def linked(self, weighed: Iterable[Pair]) -> None:
        """Link by machine whoever shares a reason and contradicts nothing. ``weighed``: pairs of which
        nothing that was found out by comparing them in full speaks against that they are one."""
        kinds: dict[Particulars, int] = {}
        self._kind = {
            mention: kinds.setdefault(each.particulars, len(kinds)) for mention, each in self._known.items()
        }
        self._particulars = list(kinds)
        self._contradictions = cache(self._compared)
        self._against = cache(self._barred)
        self._weighed = {frozenset((self._kind[one], self._kind[other])) for one, other in weighed}
        wholes = [whole for whole in self.components(self._known, by_machine=False) if len(whole) > 1]
        self._whole = {mention: place for place, whole in enumerate(wholes) for mention in whole}
        self._vouched = [
            pair
            for whole in wholes
            for pair in combinations(sorted({self._kind[mention] for mention in whole}), 2)
            if self._contradictions(*pair)
        ]
        holders: dict[Reason, dict[int, list[str]]] = {}
        for mention, each in self._known.items():
            for reason in each.reasons:
                holders.setdefault(reason, {}).setdefault(self._kind[mention], []).append(mention)
        self._near: dict[int, set[int]] = {}
        for reason, by_kind in holders.items():
            for one, other in [*combinations(sorted(by_kind), 2), *((kind, kind) for kind in by_kind)]:
                if not self._against(one, other):
                    self._link((reason, one, other), sorted({*by_kind[one], *by_kind[other]}))

    def _link(self, link: Link, mentions: list[str]) -> None:
        _, one, other = link
        self._near.setdefault(one, set()).add(other)
        self._near.setdefault(other, set()).add(one)
        self.shared[link] = mentions
        for mention in mentions:
            self.by_mention[mention].append(link)

    def _compared(self, one: int, other: int) -> frozenset[str]:
        return contradictions(self._particulars[one], self._particulars[other])

    def _barred(self, one: int, other: int) -> bool:
        """Whether two kinds of record contradict each other, and neither was it found otherwise by comparing
        in full, nor has a person, or an agency of its own records, said of two such that they are one."""
        found = self._contradictions(one, other)
        if not found or frozenset((one, other)) in self._weighed:
            return False
        return not any(
            found <= self._contradictions(first, second)
            and not self._contradictions(one, first)
            and not self._contradictions(other, second)
            for pair in self._vouched
            for first, second in (pair, pair[::-1])
        )

    def components(
        self,
        among: Iterable[str],
        without: Collection[str] = (),
        *,
        by_machine: bool = True,
        but: Collection[Pair] = (),
        cut: Collection[Link] = (),
    ) -> list[list[str]]:
        """Who hangs together among some, when those in ``without`` have no link by machine, nobody has
        decided ``but``, and the links in ``cut`` are none."""
        inside, found, seen = dict.fromkeys(among), [], set[str]()
        for start in inside:
            if start in seen:
                continue
            component, open_ends, links = [], [start], set[Link](cut)
            seen.add(start)
            while open_ends:
                one = open_ends.pop()
                component.append(one)
                reached = {other for other in self.decided[one] if pair_of(one, other) not in but}
                if by_machine and one not in without:
                    for link in self.by_mention[one]:
                        if link not in links:
                            links.add(link)
                            reached.update(other for other in self.shared[link] if other not in without)
                fresh = [other for other in reached if other in inside and other not in seen]
                seen.update(fresh)
                open_ends += fresh
            found.append(sorted(component))
        return found

    def whose(self, one: str, other: str) -> LinkReason:
        """Who said that these two are one: a person who decided it, or their agency of its own records."""
        return LinkReason.DECIDED if pair_of(one, other) in self.by_people else LinkReason.MERGED

    def links(self, group: Collection[str]) -> set[Pair]:
        """The pairs in a group that persons decided are one, or their agency."""
        return {pair_of(one, other) for one in group for other in self.decided[one]}

    def let_go(self, links: Iterable[Pair]) -> None:
        """These are decided no more."""
        for one, other in links:
            self.decided[one].discard(other)
            self.decided[other].discard(one)

    def between(self, groups: Sequence[Sequence[str]], pairs: Iterable[Pair]) -> set[Pair]:
        """The pairs of two groups that are not one already, and may be one."""
        at = {mention: group for group in groups for mention in group}
        return {
            (one, other)
            for one, other in pairs
            if at[one] is not at[other]
            and not any(self.never[mention] & set(at[other]) for mention in at[one])
        }

    def conflicts(self, group: Collection[str]) -> list[Pair]:
        """The pairs in a group that can never be one person."""
        return _inside(self.never, group)

    def contradictory(self, group: Collection[str]) -> list[Pair]:
        """The pairs in a group that can never be one person, or none by machine: whom one fact names on one
        side, and who contradict each other."""
        beside = [
            pair
            for pair in _inside(self.beside, group)
            if self._whole.get(pair[0], "") != self._whole.get(pair[1])
        ]
        by_kind: dict[int, list[str]] = {}
        for mention in group:
            by_kind.setdefault(self._kind[mention], []).append(mention)
        against = [
            pair_of(*pair)
            for one, other in combinations(sorted(by_kind), 2)
            if self._against(one, other)
            for pair in product(by_kind[one], by_kind[other])
        ]
        return sorted({*self.conflicts(group), *beside, *against})

    def contested(self, group: Collection[str]) -> set[Link]:
        """The links by machine in a group that one of its two cannot have, for it hangs by another on
        somebody who contradicts the other."""

        def torn(one: int, other: int) -> bool:
            return any(self._against(third, other) for third in self._near[one])

        links = {link for mention in group for link in self.by_mention[mention]}
        return {link for link in links if torn(link[1], link[2]) or torn(link[2], link[1])}

    def disagree(self, parts: Collection[Collection[str]]) -> bool:
        """Whether some are too much to be joined by what is alike alone: together they hold two numbers of
        one kind, two who contradict each other, or two of different parts about whom there is a doubt."""
        at = {mention: place for place, part in enumerate(parts) for mention in part}
        numbers = {number for mention in at for number in self.numbers[mention]}
        if len(numbers) > len({kind for kind, _ in numbers}) or self.contradictory(at):
            return True
        return any(
            at[one] != at[other] and self._doubtful(one, other) for one, other in _inside(self.doubted, at)
        )

    def _doubtful(self, one: str, other: str) -> bool:
        kinds = self._kind[one], self._kind[other]
        return self._against(*kinds) or not self._contradictions(*kinds)


def _inside(pairs: Mapping[str, set[str]], group: Collection[str]) -> list[Pair]:
    inside = set(group)
    return [(one, other) for one in sorted(group) for other in sorted(pairs[one] & inside) if one < other]

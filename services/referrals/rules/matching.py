"""Which mentions are one person: a pure function of what is known of them now.

First by a shared identifier: an NHS number, a PNC ID or a CRO number, with name or date of birth
agreeing (domain.md 9.4, read 2026-11: a valid number is not yet the right person, and a suspect's PNC
ID typed on a victim's record would put her into his). A number alone links nobody, and a person is
asked. Then by what is alike (``likeness.py``): a name alone, an address or a date of birth links nobody;
twins, flatmates, and parents with the children's surname stay apart. An agency's own *our record A is
now B* links the two. What a person decided stands above what a machine finds.

What is alike joins whole groups, and only where nothing speaks against it: of those who hang together so,
no two may have two numbers of one kind, or be people who can never be one; else a person is asked about
each link.

Those named on different sides of one fact, and those whom a person said are not the same, are never
one. Where persons' decisions and agencies' merges alone would make them one, those are let go that have a
part in it, and asked about: what hangs by numbers stays. Where numbers take part, the link that is wrong is
not known: so whoever alone could explain the conflict stands apart, and a person is asked.

Values are compared, never read: the caller may hand in keyed hashes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations, pairwise

from contracts.vocabulary import PERPETRATOR_ROLES, LinkReason, Role

Pair = tuple[str, str]
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one mention now.

    ``first`` is when the first of the facts that now name it was recorded by its agency (the first
    version of that fact): by it the earliest of a cluster is found, whose home is everybody's. It
    depends neither on the order of arrival nor on any id. ``opposed`` and ``apart`` are the
    mentions that it can never be one with, by a fact and by a person's decision; ``same`` those
    that a person decided it is, ``merged`` those that its agency says it is.
    """

    mention: str
    first: datetime = LATEST
    nhs: str | None = None
    pnc: str | None = None
    cro: str | None = None
    names: frozenset[str] = frozenset()
    born: frozenset[str] = frozenset()
    opposed: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()

    @property
    def reasons(self) -> Iterator[tuple[LinkReason, tuple[str, ...]]]:
        """By what it is linked: all who share one of these are linked."""
        for reason, number in ((LinkReason.PNC_ID, self.pnc), (LinkReason.CRO_NUMBER, self.cro)):
            if number:
                yield from ((reason, (number, "born", born)) for born in self.born)
                yield from ((reason, (number, "name", name)) for name in self.names)
        if self.nhs:
            yield from ((LinkReason.NHS_NUMBER_AND_BIRTH, (self.nhs, born)) for born in self.born)
            yield from ((LinkReason.NHS_NUMBER_AND_NAME, (self.nhs, name)) for name in self.names)

    @property
    def numbers(self) -> Iterator[tuple[str, str]]:
        """Its identifiers with their kinds: whoever shares one and is not linked is asked about."""
        kinds = (("nhs", self.nhs), ("pnc", self.pnc), ("cro", self.cro))
        yield from ((kind, number) for kind, number in kinds if number)


@dataclass(frozen=True, slots=True)
class Clusters:
    """The answer: each mention in one group, the earliest first; why; and what a person must decide, each
    two people once."""

    groups: list[tuple[str, ...]]
    because: list[tuple[LinkReason, Pair]]
    questions: list[Pair]


def sides(role: Role) -> str:
    """The side of a fact on which a role stands. Bystanders stand on none."""
    if role in PERPETRATOR_ROLES:
        return "perpetrator"
    return role if role in (Role.VICTIM, Role.CHILD) else ""


def opposed(one: Role, other: Role) -> bool:
    """Whether two people whom one fact names in these roles can never be one person: victim,
    alleged perpetrator and child are three sides, and each child is somebody of their own."""
    sides_of = (sides(one), sides(other))
    return "" not in sides_of and (sides_of[0] != sides_of[1] or one is Role.CHILD)


def clusters(
    features: Iterable[Features], alike: Collection[Pair] = (), unsure: Collection[Pair] = ()
) -> Clusters:
    """Who is one person with whom. The same for every order of what is given.

    ``alike`` are the pairs that a machine takes for one person by all that they have in common, ``unsure``
    those that it leaves to a person. The features must be closed: whoever shares an identifier or a
    decision with one of them, or is alike, is among them.
    """
    known = {each.mention: each for each in sorted(features, key=lambda each: each.mention)}
    graph = _Graph(known)
    parts: list[list[str]] = []
    questions: set[Pair] = set()
    for component in graph.components(known):
        left = [component]
        if graph.conflicts(component):
            questions |= _let_go(graph, component)
            left = graph.components(component)
        for whole in left:
            settled, asked = _settle(graph, whole)
            parts += settled
            questions |= asked
    parts, joined, asked = _join(graph, parts, alike)
    groups = sorted(_earliest_first(known, part) for part in parts)
    asked |= graph.between(groups, unsure)
    questions |= _disagreeing(known, groups, graph) | asked
    because = sorted({*_because(graph, groups), *((LinkReason.ALIKE, pair) for pair in joined)})
    return Clusters(groups, because, _once(groups, graph, questions))


class _Graph:
    """The links: mentions that share a reason, and mentions that a person decided are the same."""

    def __init__(self, known: Mapping[str, Features]) -> None:
        self.shared: dict[tuple[LinkReason, tuple[str, ...]], list[str]] = {}
        self.by_mention: dict[str, list[tuple[LinkReason, tuple[str, ...]]]] = {}
        self.decided: dict[str, set[str]] = {mention: set() for mention in known}
        self.never: dict[str, set[str]] = {mention: set() for mention in known}
        self.by_people = {_pair(one, other) for one, each in known.items() for other in each.same}
        self.apart = {_pair(one, other) for one, each in known.items() for other in each.apart}
        self.numbers = {mention: list(features.numbers) for mention, features in known.items()}
        for mention, features in known.items():
            self.by_mention[mention] = list(features.reasons)
            for reason in self.by_mention[mention]:
                self.shared.setdefault(reason, []).append(mention)
            self._both(self.decided, mention, features.same | features.merged, known)
            self._both(self.never, mention, features.opposed | features.apart, known)

    @staticmethod
    def _both(
        pairs: dict[str, set[str]], one: str, others: Collection[str], known: Mapping[str, Features]
    ) -> None:
        for other in others:
            if other in known and other != one:
                pairs[one].add(other)
                pairs[other].add(one)

    def components(
        self,
        among: Iterable[str],
        without: Collection[str] = (),
        *,
        by_machine: bool = True,
        but: Collection[Pair] = (),
    ) -> list[list[str]]:
        """Who hangs together among some, when those in ``without`` have no link by machine, and nobody has
        decided ``but``."""
        inside, found, seen = dict.fromkeys(among), [], set[str]()
        for start in inside:
            if start in seen:
                continue
            component, open_ends, reasons = [], [start], set[object]()
            seen.add(start)
            while open_ends:
                one = open_ends.pop()
                component.append(one)
                reached = {other for other in self.decided[one] if _pair(one, other) not in but}
                if by_machine and one not in without:
                    for reason in self.by_mention[one]:
                        if reason not in reasons:
                            reasons.add(reason)
                            reached.update(other for other in self.shared[reason] if other not in without)
                fresh = [other for other in reached if other in inside and other not in seen]
                seen.update(fresh)
                open_ends += fresh
            found.append(sorted(component))
        return found

    def whose(self, one: str, other: str) -> LinkReason:
        """Who said that these two are one: a person who decided it, or their agency of its own records."""
        return LinkReason.DECIDED if _pair(one, other) in self.by_people else LinkReason.MERGED

    def links(self, group: Collection[str]) -> set[Pair]:
        """The pairs in a group that persons decided are one, or their agency."""
        return {_pair(one, other) for one in group for other in self.decided[one]}

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

    def disagree(self, group: Collection[str]) -> bool:
        """Whether a group is too much to be joined by what is alike alone: it holds two who can never be
        one, or two numbers of one kind."""
        numbers = {number for mention in group for number in self.numbers[mention]}
        kinds = {kind for kind, _ in numbers}
        return len(numbers) > len(kinds) or bool(self.conflicts(group))

    def conflicts(self, group: Collection[str]) -> list[Pair]:
        """The pairs in a group that can never be one person."""
        inside = set(group)
        return [
            (one, other) for one in sorted(group) for other in sorted(self.never[one] & inside) if one < other
        ]


def _let_go(graph: _Graph, component: list[str]) -> set[Pair]:
    """Let go of what was decided until the decisions of a component make nobody one who can never be; give
    what to ask of it. First decisions about just two such; then agencies' merges; then persons' answers;
    of these, all that have a part in it."""
    asked: set[Pair] = set()
    for which in (set(graph.conflicts(component)), graph.links(component) - graph.by_people, None):
        for group in graph.components(component, by_machine=False):
            if graph.conflicts(group):
                links = {link for link in graph.links(group) if which is None or link in which}
                links = {link for link in links if _takes_part(graph, group, link)}
                graph.let_go(links)
                asked |= links
    return asked


def _takes_part(graph: _Graph, group: list[str], link: Pair) -> bool:
    """Whether a decision may explain a conflict in a group: not one by which somebody hangs on it whom no
    conflict concerns."""
    parts = graph.components(group, by_machine=False, but=(link,))
    return len(parts) == 1 or sum(len(graph.conflicts(part)) for part in parts) < len(graph.conflicts(group))


def _settle(graph: _Graph, component: list[str]) -> tuple[list[list[str]], set[Pair]]:
    """A component, split where it holds two who can never be one; and what to ask then."""
    if not graph.conflicts(component):
        return [component], set()
    suspects = _suspects(graph, component)
    torn = set(suspects)
    parts: list[list[str]] = []
    for part in graph.components(component, without=suspects):
        if not graph.conflicts(part):
            parts.append(part)
            continue
        parts += graph.components(part, by_machine=False)
        torn.update(part)
    own = {mention: part for part in parts for mention in part}
    return parts, {_question(graph, each, set(component).difference(own[each])) for each in torn}


def _suspects(graph: _Graph, component: list[str]) -> set[str]:
    """Each mention whose standing apart would alone end the conflict; where there is none such,
    everybody in a pair that can never be one."""

    def explains(mention: str) -> bool:
        return not any(graph.conflicts(part) for part in graph.components(component, without={mention}))

    alone = {mention for mention in component if explains(mention)}
    return alone or {mention for pair in graph.conflicts(component) for mention in pair}


def _question(graph: _Graph, suspect: str, others: set[str]) -> Pair:
    mates = {mate for reason in graph.by_mention[suspect] for mate in graph.shared[reason]} & others
    open_mates = sorted(mates - graph.never[suspect])
    other = (open_mates or sorted(graph.never[suspect] & others) or [suspect])[0]
    return _pair(suspect, other)


def _join(
    graph: "_Graph", parts: list[list[str]], alike: Iterable[Pair]
) -> tuple[list[list[str]], list[Pair], set[Pair]]:
    """The parts with those joined that are alike; by which pairs; and the pairs that a person must decide
    since what hangs together so could not all be one."""
    at = {mention: place for place, part in enumerate(parts) for mention in part}
    links = sorted(graph.between(parts, alike))
    top = list(range(len(parts)))

    def root(place: int) -> int:
        while top[place] != place:
            place = top[place]
        return place

    for one, other in links:
        low, high = sorted((root(at[one]), root(at[other])))
        top[high] = low
    together: dict[int, list[int]] = {}
    for place in range(len(parts)):
        together.setdefault(root(place), []).append(place)
    whole: list[list[str]] = []
    torn: set[int] = set()
    for start, places in together.items():
        everybody = sorted(mention for place in places for mention in parts[place])
        if len(places) > 1 and graph.disagree(everybody):
            torn.add(start)
            whole += [parts[place] for place in places]
        else:
            whole.append(everybody)
    asked = {pair for pair in links if root(at[pair[0]]) in torn}
    return whole, [pair for pair in links if pair not in asked], asked


def _pair(one: str, other: str) -> Pair:
    return min(one, other), max(one, other)


def _once(groups: list[tuple[str, ...]], graph: _Graph, questions: set[Pair]) -> list[Pair]:
    """Of each two groups one question: none that a person has answered with *not the same*, nor one that was
    answered with *same* while there is another."""
    at = {mention: place for place, group in enumerate(groups) for mention in group}
    asked: dict[frozenset[int], Pair] = {}
    for pair in sorted(questions - graph.apart, key=lambda pair: (pair in graph.by_people, pair)):
        if at[pair[0]] != at[pair[1]]:
            asked.setdefault(frozenset({at[pair[0]], at[pair[1]]}), pair)
    return sorted(asked.values())


def _disagreeing(known: Mapping[str, Features], groups: list[tuple[str, ...]], graph: _Graph) -> set[Pair]:
    """Groups that share a number and agree neither in name nor in date of birth: a person decides."""
    by_number: dict[tuple[str, str], dict[int, str]] = {}
    for place, group in enumerate(groups):
        for mention in group:
            for number in known[mention].numbers:
                by_number.setdefault(number, {}).setdefault(place, mention)
    asked: set[Pair] = set()
    for holders in by_number.values():
        for one, other in combinations(sorted(holders), 2):
            barred = any(graph.never[mention] & set(groups[other]) for mention in groups[one])
            if not barred:
                asked.add(_pair(holders[one], holders[other]))
    return asked


def _because(graph: _Graph, groups: list[tuple[str, ...]]) -> list[tuple[LinkReason, Pair]]:
    """For each group enough links to hold it together, each pair once, by its first reason."""
    why: dict[Pair, LinkReason] = {}
    for group in groups:
        inside = set(group)
        for one in sorted(group):
            for other in sorted(graph.decided[one] & inside):
                why.setdefault(_pair(one, other), graph.whose(one, other))
            for reason in graph.by_mention[one]:
                for pair in pairwise(mate for mate in graph.shared[reason] if mate in inside):
                    why.setdefault(pair, reason[0])
    return sorted((reason, pair) for pair, reason in why.items())


def _earliest_first(known: Mapping[str, Features], group: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(group, key=lambda mention: (known[mention].first, mention)))

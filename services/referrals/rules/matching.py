"""Which mentions are one person: a pure function of what is known of them now.

First by a shared identifier: an NHS number, a PNC ID or a CRO number, with name or date of birth agreeing and
nothing that is known of the two contradicting it (``contradicting.py``; domain.md 9.4, read 2026-11: a valid
number is not yet the right person, and a suspect's PNC ID typed on a victim's record would put her into his).
A number alone links nobody, nor twins or a father and son: a person is asked. Then by what is alike
(``likeness.py``, ``joining.py``): a name alone, an address or a date of birth links nobody; twins, flatmates,
and parents with the children's surname stay apart. An agency's own *our record A is now B* links the two.
What a person decided stands above what a machine finds.

Nobody becomes one by way of a third: of those whom a machine makes one, no two contradict each other or are
named by one fact on one side, unless a person has said of two such that they are one.

Those named on different sides of one fact, and those whom a person said are not the same, are never
one. Where persons' decisions and agencies' merges alone would make them one, those are let go that have a
part in it, and asked about: what hangs by numbers stays. Where numbers take part, the link that is wrong is
not known: so whoever alone could explain the conflict stands apart, and a person is asked.

Values are compared, never read: the caller may hand in keyed hashes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from contracts.vocabulary import PERPETRATOR_ROLES, LinkReason, Role
from services.referrals.rules.features import Features, Pair, pair_of
from services.referrals.rules.graph import Graph
from services.referrals.rules.joining import join


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


def beside(one: Role, other: Role) -> bool:
    """Whether one fact that names two in these roles names them on one side, as two suspects: two people too,
    but whoever recorded it may have entered one of them twice. Of bystanders it says nothing."""
    return sides(one) == sides(other) != "" and not opposed(one, other)


def clusters(
    features: Iterable[Features],
    alike: Collection[Pair] = (),
    unsure: Collection[Pair] = (),
    doubted: Collection[Pair] = (),
) -> Clusters:
    """Who is one person with whom. The same for every order of what is given.

    ``alike`` are the pairs that a machine takes for one person by all that they have in common, ``unsure``
    those that it leaves to a person, ``doubted`` those that it leaves to a person since something speaks
    against them: so it does against all that is alike by which these two would become one. The features must
    be closed: whoever shares an identifier or a decision with one of them, or is alike, is among them."""
    known = {each.mention: each for each in sorted(features, key=lambda each: each.mention)}
    graph = Graph(known, doubted)
    questions: set[Pair] = set()
    for decided in graph.components(known, by_machine=False):
        questions |= _let_go(graph, decided)
    graph.linked([*alike, *unsure])
    parts: list[list[str]] = []
    for component in graph.components(known):
        settled, asked = _settle(graph, component)
        parts += settled
        questions |= asked
    parts, joined, asked = join(graph, parts, alike)
    groups = sorted(_earliest_first(known, part) for part in parts)
    asked |= graph.between(groups, [*unsure, *doubted])
    questions |= _disagreeing(known, groups, graph) | asked
    because = sorted({*_because(graph, groups), *((LinkReason.ALIKE, pair) for pair in joined)})
    return Clusters(groups, because, _once(groups, graph, questions))


def _let_go(graph: Graph, component: list[str]) -> set[Pair]:
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


def _takes_part(graph: Graph, group: list[str], link: Pair) -> bool:
    """Whether a decision may explain a conflict in a group: not one by which somebody hangs on it whom no
    conflict concerns."""
    parts = graph.components(group, by_machine=False, but=(link,))
    return len(parts) == 1 or sum(len(graph.conflicts(part)) for part in parts) < len(graph.conflicts(group))


def _settle(graph: Graph, component: list[str]) -> tuple[list[list[str]], set[Pair]]:
    """A component, split where it holds two who cannot be one by machine; and what to ask then, beside who
    shares a number."""
    if not graph.contradictory(component):
        return [component], set()
    torn = _suspects(graph, component)
    if not torn:
        parts = graph.components(component, cut=graph.contested(component))
        if not any(map(graph.contradictory, parts)):
            return parts, set()
        torn = {mention for pair in graph.contradictory(component) for mention in pair}
    parts = []
    for part in graph.components(component, without=frozenset(torn)):
        if not graph.contradictory(part):
            parts.append(part)
            continue
        parts += graph.components(part, by_machine=False)
        torn.update(part)
    own = {mention: part for part in parts for mention in part}
    return parts, {_question(graph, each, set(component).difference(own[each])) for each in torn}


def _suspects(graph: Graph, component: list[str]) -> set[str]:
    """Each mention whose standing apart would alone end the conflict."""

    def explains(mention: str) -> bool:
        return not any(map(graph.contradictory, graph.components(component, without={mention})))

    return {mention for mention in component if explains(mention)}


def _question(graph: Graph, suspect: str, others: set[str]) -> Pair:
    mates = {mate for link in graph.by_mention[suspect] for mate in graph.shared[link]} & others
    open_mates = sorted(mates - graph.never[suspect])
    other = (open_mates or sorted(graph.never[suspect] & others) or [suspect])[0]
    return pair_of(suspect, other)


def _once(groups: list[tuple[str, ...]], graph: Graph, questions: set[Pair]) -> list[Pair]:
    """Of each two groups one question: none that a person has answered with *not the same*, nor one that was
    answered with *same* while there is another."""
    at = {mention: place for place, group in enumerate(groups) for mention in group}
    asked: dict[frozenset[int], Pair] = {}
    for pair in sorted(questions - graph.apart, key=lambda pair: (pair in graph.by_people, pair)):
        if at[pair[0]] != at[pair[1]]:
            asked.setdefault(frozenset({at[pair[0]], at[pair[1]]}), pair)
    return sorted(asked.values())


def _disagreeing(known: Mapping[str, Features], groups: list[tuple[str, ...]], graph: Graph) -> set[Pair]:
    """Groups that share a number and are not one: a person decides."""
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
                asked.add(pair_of(holders[one], holders[other]))
    return asked


def _because(graph: Graph, groups: list[tuple[str, ...]]) -> list[tuple[LinkReason, Pair]]:
    """For each group enough links to hold it together, each pair once, by its first reason."""
    why: dict[Pair, LinkReason] = {}
    for group in groups:
        inside = set(group)
        for one in sorted(group):
            for other in sorted(graph.decided[one] & inside):
                why.setdefault(pair_of(one, other), graph.whose(one, other))
            for link in graph.by_mention[one]:
                for pair in pairwise(mate for mate in graph.shared[link] if mate in inside):
                    why.setdefault(pair, link[0][0])
    return sorted((reason, pair) for pair, reason in why.items())


def _earliest_first(known: Mapping[str, Features], group: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(group, key=lambda mention: (known[mention].first, mention)))

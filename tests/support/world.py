"""One service's views over a set of facts in memory: folds and deciders as the engine runs them,
without a store. What it gives is what a rebuild gives."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.facts import Fact, FactSet
from chassis.rows import canonical
from chassis.views import LEVEL, PREFIX, Folded, Person, Row, Subject, SubjectKind, View, configuration_of
from contracts.content import Content
from tests.support.facts import NOON, homes, said

KINDS = {"k": "case", "o": "cause", "a": "area"}


class World:
    """Facts, who is who, and what one service's views make of them.

    ``same`` are groups of mentions that are one person.
    """

    def __init__(
        self,
        views: Sequence[View],
        facts: Iterable[Fact[Any]] = (),
        *,
        same: Iterable[Iterable[str]] = (),
        at: datetime = NOON,
    ) -> None:
        self.views = views
        self.facts: list[Fact[Any]] = list(facts)
        self.same = [tuple(group) for group in same]
        self.at = at

    def add(self, *facts: Fact[Any]) -> None:
        """More facts."""
        self.facts += facts

    def homes(self) -> dict[str, str]:
        """Which person each mention is."""
        return homes(self.facts, self.same)

    def fold(self) -> dict[tuple[str, str], Folded]:
        """What each view gives for each of its subjects: level 0, then level 1 over its rows."""
        everyone = self.homes()
        filed = self._filed(everyone)
        folded: dict[tuple[str, str], Folded] = {}
        for level in (0, 1):
            rows = _rows(folded)
            for (kind, id_), facts in filed.items():
                for view in self.views:
                    if view.level == level and view.of == kind:
                        folded[view.name, id_] = view.fold(self._subject(view.of, id_, facts, everyone, rows))
        return folded

    def subject(self, kind: SubjectKind, id_: str) -> Subject:
        """What a fold of this subject is given."""
        everyone = self.homes()
        rows = _rows(self.fold()) if LEVEL[kind] else {}
        return self._subject(kind, id_, self._filed(everyone).get((kind, id_), []), everyone, rows)

    def row(self, view: str, subject: str) -> Any:
        """A subject's row now, or None."""
        folded = self.fold().get((view, subject))
        return folded.row if folded else None

    def bytes(self) -> dict[tuple[str, str], bytes]:
        """Every row's canonical bytes."""
        return {key: canonical(done.row) for key, done in self.fold().items() if done.row is not None}

    def settle(self, rounds: int = 12) -> int:
        """Fold and decide until nothing new is said; give how many facts that added.

        Raises AssertionError if the deciders never come to rest.
        """
        before = len(self.facts)
        for _ in range(rounds):
            known = {fact.id for fact in self.facts}
            new = {fact.id: fact for fact in self._said() if fact.id not in known}
            if not new:
                return len(self.facts) - before
            self.facts += new.values()
        raise AssertionError("the deciders do not come to rest")

    def _said(self) -> list[Fact[Content]]:
        folded = self.fold()
        return [
            said(saying)
            for view in self.views
            if view.decide is not None
            for (name, _), done in folded.items()
            if name == view.name
            for saying in view.decide(done.row, self.at)
        ]

    def _filed(self, everyone: Mapping[str, str]) -> dict[tuple[str, str], list[Fact[Any]]]:
        filed: dict[tuple[str, str], list[Fact[Any]]] = {}
        for fact in self.facts:
            subjects = set()
            for key in fact.envelope.keys.split():
                kind, id_ = key.split(":", 1)
                subjects.add(("person", everyone[id_]) if kind == "m" else (KINDS.get(kind, kind), id_))
            for subject in subjects:
                filed.setdefault(subject, []).append(fact)
        return dict(sorted(filed.items()))

    def _subject(
        self,
        kind: SubjectKind,
        id_: str,
        facts: list[Fact[Any]],
        everyone: Mapping[str, str],
        rows: Mapping[str, Mapping[str, Row]],
    ) -> Subject:
        named = {k[2:] for fact in facts for k in fact.envelope.keys.split() if k.startswith("m:")}
        own = {mention: everyone[mention] for mention in sorted(named)}
        people = {m: Person(person, rows.get(person, {})) for m, person in own.items()} if LEVEL[kind] else {}
        types = configuration_of(self.views).get(PREFIX[kind], frozenset())
        configured = FactSet(fact for fact in self.facts if fact.envelope.type in types)
        return Subject(id_, FactSet(facts), configured, self.at, people, own)


def _rows(folded: Mapping[tuple[str, str], Folded]) -> dict[str, dict[str, Row]]:
    rows: dict[str, dict[str, Row]] = {}
    for (view, subject), done in folded.items():
        if done.row is not None:
            rows.setdefault(subject, {})[view] = done.row
    return rows

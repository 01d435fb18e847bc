"""Facts as a service reads them: the envelope, its payload, and sets of them in their one order."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from hashlib import blake2b
from typing import Any, Generic, TypeVar, cast

from chassis.once import Memo, once
from contracts.content import Content
from contracts.envelope import Change, Envelope
from contracts.registry import EVENTS, read_content, read_envelope

C = TypeVar("C", bound=Content, covariant=True)
M = TypeVar("M", bound=Content)


@dataclass(frozen=True, slots=True)
class Fact(Generic[C]):
    """One version of one fact. ``content`` is None when withdrawn or of a type not known here."""

    envelope: Envelope
    content: C | None = field(compare=False)
    memo: Memo = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The id of this version."""
        return self.envelope.id

    @property
    def root(self) -> str:
        """The id of its first version: what it is a version of."""
        return self.envelope.root

    @property
    def version(self) -> int:
        """1 for the original; a correction or withdrawal is the next."""
        return self.envelope.version

    @property
    def agency(self) -> str:
        """Who said it."""
        return self.envelope.agency

    @property
    def occurred(self) -> datetime:
        """When it happened in the world."""
        return self.envelope.time

    @property
    def recorded(self) -> datetime:
        """When it went into the agency's own system."""
        return self.envelope.recordedat

    @property
    def accepted(self) -> datetime:
        """When Goldthread took it: the axis of *as it was known*."""
        return self.envelope.acceptedat

    @property
    def withdrawn(self) -> bool:
        """Whether this version takes the fact back."""
        return self.envelope.change is Change.WITHDRAWAL

    @property
    def said(self) -> C:
        """The payload of a fact that has one. Raises ValueError for one that has none."""
        if self.content is None:
            raise ValueError("this version says nothing")
        return self.content

    @property
    def order(self) -> tuple[datetime, str, int]:
        """Where it stands in a fold: by (occurred, root, version)."""
        return once(self, _order)

    @property
    def mentions(self) -> frozenset[str]:
        """The mentions under which it is filed."""
        return once(self, _mentions)


def _order(fact: Fact[Content]) -> tuple[datetime, str, int]:
    return (fact.occurred, fact.root, fact.version)


def _mentions(fact: Fact[Content]) -> frozenset[str]:
    return frozenset(key[2:] for key in fact.envelope.keys.split() if key.startswith("m:"))


def read_fact(body: bytes) -> Fact[Content]:
    """The fact in an event's bytes. Raises contracts.registry.Unreadable."""
    envelope = read_envelope(body)
    return Fact(envelope, read_content(envelope))


def _says_one_of(fact: Fact[Content], models: tuple[type[Content], ...]) -> bool:
    kind: Any = type(fact.content)
    return _is_one_of(kind, models)


@cache
def _is_one_of(kind: Hashable, models: tuple[type[Content], ...]) -> bool:
    return isinstance(kind, type) and issubclass(
        kind, models
    )  # asked of every fact of every fold, and slow for pydantic's classes


def digest_of(lines: Iterable[str]) -> bytes:
    """One digest of these lines, in this order."""
    made = blake2b(digest_size=32)
    for line in lines:
        made.update(f"{line}\n".encode())
    return made.digest()


class FactSet:
    """A set of facts in the order of a fold. Equal sets give equal folds, however they came."""

    def __init__(self, facts: Iterable[Fact[Content]] = ()) -> None:
        by_id = {fact.id: fact for fact in facts}
        self._facts = tuple(sorted(by_id.values(), key=_order))
        self._current: dict[tuple[type[Content], ...], list[Fact[Content]]] = {}

    def __iter__(self) -> Iterator[Fact[Content]]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    @cached_property
    def digest(self) -> bytes:
        """Which versions these are: of one id and time of acceptance a fact never changes."""
        return digest_of(f"{fact.id} {fact.accepted.isoformat()}" for fact in self._facts)

    @cached_property
    def _by_root(self) -> dict[str, list[Fact[Content]]]:
        roots: dict[str, list[Fact[Content]]] = {}
        for fact in self._facts:
            roots.setdefault(fact.root, []).append(fact)
        for versions in (found for found in roots.values() if len(found) > 1):
            versions.sort(key=lambda fact: (fact.version, fact.accepted, fact.id))
        return roots

    @cached_property
    def _latest(self) -> tuple[Fact[Content], ...]:
        if len(self._by_root) == len(self._facts):
            return self._facts
        return tuple(sorted((versions[-1] for versions in self._by_root.values()), key=lambda f: f.order))

    def versions(self, root: str) -> list[Fact[Content]]:
        """Every version of a fact that is here, the first said first."""
        return list(self._by_root.get(root, ()))

    def spoken(self, root: str) -> list[tuple[Envelope, Content | None]]:
        """Every version of a fact that is here as rules read it, the first said first."""
        return [(fact.envelope, fact.content) for fact in self._by_root.get(root, ())]

    def first_recorded(self, root: str) -> datetime:
        """When its agency first wrote a fact down: a correction is no new fact. Raises ValueError for one
        of which nothing is here."""
        return min(fact.recorded for fact in self._by_root.get(root, ()))

    def recorded_since(self, fact: Fact[M], what: Callable[[M], object]) -> datetime:
        """When its agency began to write down what a fact says in one respect: a correction that says the
        same of it is no new word, and one that says it anew is."""
        since = fact.recorded
        for each in reversed(self._by_root.get(fact.root, ())):
            if each.version < fact.version:
                if each.content is None or what(cast("M", each.content)) != what(fact.said):
                    break
                since = each.recorded
        return since

    def first_accepted(self, root: str) -> datetime:
        """When Goldthread first took a fact. Raises ValueError for one of which nothing is here."""
        return min(fact.accepted for fact in self._by_root.get(root, ()))

    def latest(self) -> tuple[Fact[Content], ...]:
        """The highest version of each fact, withdrawals among them."""
        return self._latest

    def current(self, *models: type[M]) -> list[Fact[M]]:
        """The highest version of each fact of these kinds that still stands."""
        found = self._current.get(models)
        if found is None:
            found = [fact for fact in self._latest if _says_one_of(fact, models)]
            self._current[models] = found
        return cast("list[Fact[M]]", list(found))

    def taken_back(
        self, *models: type[M], where: Callable[[Fact[M]], bool] = lambda _: True
    ) -> list[Fact[M]]:
        """What was said last of each fact of these kinds that was so, and is so no more: by one that was
        withdrawn, or corrected since."""
        found: list[Fact[M]] = []
        for fact in self._latest:
            versions = self._by_root[fact.root] if EVENTS.get(fact.envelope.type) in models else []
            said = (cast("Fact[M]", each) for each in reversed(versions) if each.content is not None)
            last = next(filter(where, said), None) if len(versions) > 1 else None
            found += [last] if last is not None and last is not fact else []
        return found

    def said_until(self, fact: Fact[Content]) -> datetime | None:
        """When the version after this one was taken. None of the newest."""
        return next((each.accepted for each in self.versions(fact.root) if each.version > fact.version), None)

    def of(self, model: type[M]) -> list[Fact[M]]:
        """The highest version of each fact of this kind, withdrawn ones among them."""
        return [cast("Fact[M]", fact) for fact in self._latest if EVENTS.get(fact.envelope.type) is model]

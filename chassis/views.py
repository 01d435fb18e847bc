"""What a service declares of its views: which subjects, by which fold, into which rows.

A view is a pure function of a set of facts. The fold is given its facts, the configuration and a
time, and nothing else; it reads no clock and does no I/O. What a service says by itself is said
by the view's decider, never by the fold.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.facts import FactSet
from chassis.once import Memo
from contracts.content import Content

SubjectKind = Literal["person", "area", "case", "cause"]

LEVEL: Mapping[SubjectKind, int] = {"person": 0, "area": 0, "case": 1, "cause": 1}
"""Level 1 reads the rows of level 0; no fold reads a row of its own level or higher."""

PREFIX: Mapping[SubjectKind, str] = {"person": "p", "area": "a", "case": "k", "cause": "o"}
"""The first letter of a subject's id in the store, by its kind."""


class Row(BaseModel):
    """What a fold gives for one subject. Its canonical bytes are what *the same bytes* means."""

    model_config = ConfigDict(frozen=True)


class ViewTable(SQLModel):
    """Base of every view's table: the row's bytes, their hash, and what queries sort by.

    A subclass adds the columns that queries need, each named as the field of the row it copies; a
    time is an ``Instant``, so that both stores agree.
    """

    subject: str = Field(primary_key=True)
    hash: str
    body: str = Field(sa_type=Text)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a level-1 fold may read them: id, and their row in each level-0 view."""

    id: str
    rows: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Subject:
    """All that a fold is given."""

    id: str
    """The subject without its kind: a person's id, a case's, a cause's, an area's."""
    facts: FactSet
    configuration: FactSet
    at: datetime
    people: Mapping[str, Person] = field(default_factory=dict)
    """At level 1: the person behind each mention id that the subject's own facts name."""
    homes: Mapping[str, str] = field(default_factory=dict)
    """At level 0: the mention ids that are this person today, and at level 1 of everybody named:
    mention id to person id."""
    memo: Memo = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Folded:
    """A fold's result: the row (None: nothing to show) and when it will next change by itself."""

    row: Row | None
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """What a decider says. Its id comes from (event type, rule, root, generation, rung): said once,
    whatever is replayed."""

    rule: str
    root: str
    generation: int
    content: Content
    occurred: datetime
    rung: int = 0


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class View:
    """One view of one kind of subject.

    ``decide`` runs after the fold of one subject, under its lock, on its row alone (None when the
    subject has no row). ``decide_broken`` runs instead when the fold raised, on the subject's
    facts: it fails towards telling somebody.

    At level 1 a view says which facts begin its subjects (``begun_by``): of a case or cause that has
    none of them it has no row, and it is not folded. ``reads_people``: the fold reads the rows of
    the persons whom the subject's facts name, and so follows them. ``configured_by``: the kinds of
    configuration that the fold reads; a new fact of one of them folds every subject of the view anew.
    """

    name: str
    of: SubjectKind
    row: type[Row]
    table: type[ViewTable]
    fold: Callable[[Subject], Folded]
    decide: Callable[[Any, datetime], Iterable[Saying]] | None = None
    decide_broken: Callable[[Subject], Iterable[Saying]] | None = None
    begun_by: tuple[type[Content], ...] = ()
    reads_people: bool = False
    configured_by: tuple[type[Content], ...] = ()

    @property
    def level(self) -> int:
        """0 for persons and areas, 1 for cases and causes."""
        return LEVEL[self.of]


def readers_of(views: Iterable[View]) -> dict[str, set[str]]:
    """The kinds of subject, by prefix, that read the rows of their people, each with the types of fact that
    begin one."""
    found: dict[str, set[str]] = {}
    for view in views:
        if view.reads_people:
            found.setdefault(PREFIX[view.of], set()).update(model.type for model in view.begun_by)
    return found


def configuration_of(views: Iterable[View]) -> dict[str, frozenset[str]]:
    """The types of configuration that the folds of each kind of subject are given, by its prefix."""
    found: dict[str, frozenset[str]] = {}
    for view in views:
        types = {model.type for model in view.configured_by}
        found[PREFIX[view.of]] = found.get(PREFIX[view.of], frozenset()) | types
    return found

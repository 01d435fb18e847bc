"""What a service knew at a time: the questions of its archive, answered as they would have been then."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select

from chassis.archive import Archive
from chassis.clock import Clock
from chassis.facts import FactSet
from chassis.parking import Incomplete
from chassis.views import Row, View
from contracts.content import Content


class Then(Archive):
    """An archive as of a time. Of one person, case or cause: it lists nothing. Who may look is a question to
    the archive of now. What could not be read is that of now, for nobody knows of when it is."""

    def __init__(self, archive: Archive, at: datetime) -> None:
        super().__init__(archive.name, archive.store, archive.ids, _Stopped(at), archive.views)
        self._archive = archive
        self._at = at

    async def row(self, view: View, subject: str) -> Row | None:
        """A subject's row of then. Raises Refused (409) as ``Archive.as_of``."""
        return await self._archive.as_of(view, subject, self._at)

    async def rows(self, view: View, statement: Select[Any] | CompoundSelect[Any]) -> list[Row]:
        """Raises TypeError: no list is given of another time."""
        raise TypeError(view.name)

    async def rows_by(
        self, view: View, column: str, values: Collection[str], kind: type[Row] | None = None
    ) -> list[Row]:
        """The rows of then of these subjects, whole. Raises TypeError for another column: no list is
        given."""
        if column != "subject":
            raise TypeError(view.name)
        return list((await self._archive.rows_as_of(view, values, self._at)).values())

    async def facts(self, keys: Sequence[str]) -> FactSet:
        """Those that had been accepted by then."""
        return self._by_then(await super().facts(keys))

    async def filed(self, keys: Collection[str]) -> dict[str, FactSet]:
        """Those that had been accepted by then."""
        return {key: self._by_then(facts) for key, facts in (await super().filed(keys)).items()}

    async def fact(self, root: str) -> FactSet:
        """The versions that had been accepted by then."""
        return self._by_then(await super().fact(root))

    async def configuration(
        self, kind: type[Content], *kinds: type[Content], at: datetime | None = None
    ) -> FactSet:
        """As it had been accepted by then."""
        return await super().configuration(kind, *kinds, at=at or self._at)

    async def person_of(self, mention: str) -> str:
        """The person whom a mention was then."""
        return (await self.places([mention]))[mention]

    async def places(self, mentions: Collection[str]) -> dict[str, str]:
        """Which person each of these mentions was then."""
        return await self._known.places(sorted(mentions), self._at)

    async def broken(self, prefix: str, subject: str) -> datetime | None:
        """None: what cannot be folded of then is refused."""
        return None

    async def out_of_date(self, subjects: Collection[str]) -> set[str]:
        """None: all of then is folded as it is asked for."""
        return set()

    async def held_until(self) -> datetime | None:
        """Then."""
        return self._at

    async def fresh_until(self) -> datetime | None:
        """Then."""
        return self._at

    async def incomplete(self, subjects: Collection[str]) -> Incomplete:
        """That of now."""
        return await self._archive.incomplete(subjects)

    def _by_then(self, facts: FactSet) -> FactSet:
        return FactSet(fact for fact in facts if fact.accepted <= self._at)


class _Stopped(Clock):
    """A clock at which it is always then."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def now(self) -> datetime:
        """Then."""
        return self._at


def as_of(archive: Archive, at: datetime | None) -> Archive:
    """An archive as it is now, or as of a time."""
    return archive if at is None else Then(archive, at)

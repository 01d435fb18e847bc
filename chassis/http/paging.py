"""Lists page by page, by the keys of the last line read: nothing is skipped or counted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from chassis.http.problem import Fault, Problem
from chassis.http.sealed import Broken, Seal

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next`` is the cursor of the page after it, None at the end."""

    items: list[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is asked for: the lines after these sort keys (None: from the start), at most so many."""

    after: tuple[Any, ...] | None
    limit: int
    _seal: Seal

    def cut(self, found: Sequence[T], keys: Callable[[T], tuple[Any, ...]]) -> tuple[list[T], str | None]:
        """Of ``limit + 1`` lines found, those of this page, and the cursor of the next if there is one.

        ``keys`` gives a line's sort keys: JSON values, as the query compares them.
        """
        shown = list(found[: self.limit])
        more = len(found) > self.limit
        return shown, self._seal.close(list(keys(shown[-1]))) if more else None


def paging(listing: str) -> Any:
    """The page that a request asks for, of this list: ``page: Annotated[Paging, paging("orders")]``.

    A cursor of another list, or of nobody's making, is a problem (400).
    """

    def asked(
        request: Request,
        after: Annotated[str | None, Query(max_length=2000, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Paging:
        secret = request.app.state.runtime.settings.secret.get_secret_value()
        seal = Seal(secret, f"cursor:{listing}")
        try:
            keys = tuple(seal.open(after)) if after else None
        except Broken:
            raise Problem(
                400, "cursor.unknown", "The cursor is not of this list.", [Fault("query.after", "cursor")]
            ) from None
        return Paging(keys, limit, seal)

    return Depends(asked)

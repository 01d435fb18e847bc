"""What is worked out once: of a fact or a subject, kept with it for as long as it is; and of rows."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

Memo = dict[Callable[..., Any], Any]


class Remembering(Protocol):
    """Whoever has a memo. What is worked out of it must depend on it alone, and never be changed."""

    @property
    def memo(self) -> Memo: ...  # noqa: D102


R = TypeVar("R", bound=Remembering)
T = TypeVar("T")

MOST_KEPT = 128
"""How much that was worked out of rows one function keeps: of some agendas, what each case is asked."""


def once(of: R, work: Callable[[R], T]) -> T:
    """What ``work`` gives of this one: folds of several views, and of later times, ask for the same."""
    try:
        found: T = of.memo[work]
    except KeyError:
        found = of.memo[work] = work(of)
    return found


class Same(Generic[T]):
    """A row, or a part of one, as an argument of what an ``lru_cache`` keeps: it is equal to itself alone.

    Rows are read once, and nobody may change one (``reading.row_of``): while the same is asked of the same
    row, the same is the answer, and a fact that arrives makes another row. Whatever else an answer depends
    on, a time or whoever looks, is an argument beside it, or comes after. A row that is copied for a look, to
    leave something out of it, is another: of it all is worked out anew. So it is of one that was read again,
    since other looks read more rows than are kept.
    """

    __slots__ = ("of",)

    def __init__(self, of: T) -> None:
        self.of = of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.of is other.of

    def __hash__(self) -> int:
        return id(self.of)

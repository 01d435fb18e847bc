"""What is worked out of a fact or a subject once, and kept with it for as long as it is."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Memo = dict[Callable[..., Any], Any]


class Remembering(Protocol):
    """Whoever has a memo. What is worked out of it must depend on it alone, and never be changed."""

    @property
    def memo(self) -> Memo: ...  # noqa: D102


R = TypeVar("R", bound=Remembering)
T = TypeVar("T")


def once(of: R, work: Callable[[R], T]) -> T:
    """What ``work`` gives of this one: folds of several views, and of later times, ask for the same."""
    try:
        found: T = of.memo[work]
    except KeyError:
        found = of.memo[work] = work(of)
    return found

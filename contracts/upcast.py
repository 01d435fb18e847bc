"""Facts are never rewritten: an old schema is read through a pure function to the newest."""

from collections.abc import Callable
from typing import Any

Upcast = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]

UPCASTS: dict[str, Upcast] = {}
"""Old event type to the function that gives the next type and its payload."""


def upcast(kind: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The payload in the newest schema of its event, with that schema's type."""
    while kind in UPCASTS:
        kind, data = UPCASTS[kind](data)
    return kind, data

"""What a contract of today has against the last release's: facts that were written by it must be read for
ever, and who reads by it must go on understanding what is written now.

``released.json`` is the last release, whole. ``python -m contracts.compatibility`` compares; with a version
behind, it makes today's the last release, where nothing stands against it.

Allowed: a new event, an optional field, a longer text, a code more in a list (an older reader parks what has
it, and reads it when it is upgraded). All else is a new version of the event: see ``contracts/README.md``.
"""

import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from contracts.generate import FOLDER, schema
from contracts.registry import EVENTS

RELEASED = FOLDER / "released.json"

Schema = Mapping[str, Any]
Fault = tuple[str, str]
"""The place of a break in an event, and how it breaks."""

_LIKE = ("type", "format", "pattern")
_AT_LEAST = ("minLength", "minItems", "minimum", "exclusiveMinimum")
_AT_MOST = ("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum")
_WITHIN = {"items": "[]", "additionalProperties": "{}", "propertyNames": "{key}", "then": "", "else": ""}
"""What a schema holds within it, beside fields, and how its place is told."""


def contracts() -> dict[str, dict[str, Any]]:
    """Every event of today, by its type: its topic, and the schema that its readers go by."""
    return {kind: {"topic": model.topic, "schema": schema(model)} for kind, model in EVENTS.items()}


def breaks(before: Mapping[str, Schema], after: Mapping[str, Schema]) -> list[str]:
    """What breaks those who hold to the contracts before: the event, the place, and how."""
    found: list[str] = []
    for kind, was in before.items():
        now = after.get(kind)
        if now is None:
            found.append(f"{kind}: is gone")
            continue
        if now["topic"] != was["topic"]:
            found.append(f"{kind}: is on another topic")
        faults = Comparison(was["schema"], now["schema"]).faults()
        found += [f"{kind}: {place or 'the event'} {fault}" for place, fault in faults]
    return found


class Comparison:
    """Two JSON Schemas of one event, compared part by part."""

    def __init__(self, before: Schema, after: Schema) -> None:
        self._before = before
        self._after = after
        self._under_way: set[tuple[str, str]] = set()

    def faults(self) -> list[Fault]:
        """Places and what is amiss there, each once."""
        return list(dict.fromkeys(self._parts(self._before, self._after, "")))

    def _parts(self, was: Schema, now: Schema, at: str) -> Iterator[Fault]:
        refs = (str(was.get("$ref")), str(now.get("$ref")))
        if "$ref" in was and refs in self._under_way:
            return  # a part that holds itself
        self._under_way.add(refs)
        if "default" in was and was["default"] != now.get("default", ...):
            yield at, "has another default: what left it out means something else"
        some, others = _branches(self._before, was), _branches(self._after, now)
        if len(some) == len(others) == 1:
            yield from self._one(some[0], others[0], at)
        else:
            for each in some:
                yield from min((list(self._one(each, other, at)) for other in others), key=len)
            if Counter(map(_kind, others)) - Counter(map(_kind, some)):
                yield at, "may be what it was not before"
        self._under_way.discard(refs)

    def _one(self, was: Schema, now: Schema, at: str) -> Iterator[Fault]:
        yield from ((at, f"has another {name}") for name in _LIKE if was.get(name) != now.get(name))
        yield from ((at, f"is narrower by its {name}") for name in _narrower(was, now))
        yield from ((at, fault) for fault in _codes_lost(was, now))
        if now.get("additionalProperties") is False and was.get("additionalProperties") is not False:
            yield at, "is closed to what it does not know"
        yield from self._fields(was, now, at)
        for name, step in _WITHIN.items():
            if isinstance(was.get(name), dict) and isinstance(now.get(name), dict):
                yield from self._parts(was[name], now[name], at + step)

    def _fields(self, was: Schema, now: Schema, at: str) -> Iterator[Fault]:
        needed, needs = set(was.get("required", ())), set(now.get("required", ()))
        fields = now.get("properties", {})
        yield from ((f"{at}.{name}", "is required") for name in sorted(needs - needed))
        yield from ((f"{at}.{name}", "is required no more") for name in sorted(needed - needs))
        for name, field in was.get("properties", {}).items():
            if name in fields:
                yield from self._parts(field, fields[name], f"{at}.{name}")
            else:
                yield f"{at}.{name}", "is gone"


def _branches(root: Schema, part: Schema) -> list[Schema]:
    """What a part may be, with every reference followed."""
    if "$ref" in part:
        return _branches(root, root["$defs"][part["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in part:
        return [found for each in part["anyOf"] for found in _branches(root, each)]
    return [part]


def _kind(part: Schema) -> tuple[Any, Any]:
    return part.get("type"), part.get("format")


def _narrower(was: Schema, now: Schema) -> list[str]:
    """The bounds that leave out what was within them."""
    low = [name for name in _AT_LEAST if name in now and now[name] > was.get(name, -math.inf)]
    return low + [name for name in _AT_MOST if name in now and now[name] < was.get(name, math.inf)]


def _codes_lost(was: Schema, now: Schema) -> list[str]:
    """What a list of codes no longer has."""
    codes, left = _codes(was), _codes(now)
    if left is None:
        return []
    if codes is None:
        return ["was open, and is a closed list"]
    return [f"has lost the code {code}" for code in sorted(codes - left)]


def _codes(part: Schema) -> set[str] | None:
    listed = part.get("enum", [part["const"]] if "const" in part else None)
    return None if listed is None else {str(code) for code in listed}


def released() -> dict[str, Any]:
    """The last release: its version, and its contracts."""
    last: dict[str, Any] = orjson.loads(RELEASED.read_bytes())
    return last


def main(version: str | None) -> int:
    """Print what breaks the last release. With a version, and where nothing does, today's is the last one."""
    found = breaks(released()["contracts"], contracts()) if RELEASED.exists() else []
    sys.stdout.writelines(f"{line}\n" for line in found)
    if version and not found:
        said = {"version": version, "contracts": contracts()}
        RELEASED.write_bytes(orjson.dumps(said, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))

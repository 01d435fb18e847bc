"""Contracts cannot be unsaid: today's break nothing of the last release, every planted break is seen, and
every example that ever was published is read still."""

from collections.abc import Callable
from copy import deepcopy
from enum import StrEnum
from typing import Any, ClassVar, Literal

import orjson
import pytest
from pydantic import Field

from contracts import compatibility
from contracts.compatibility import breaks, contracts, main, released
from contracts.content import Content
from contracts.generate import FOLDER, PUBLISHED, files, schema
from contracts.registry import read_content, read_envelope
from contracts.sections import NarrativeSection, Part

EVER = sorted((FOLDER / PUBLISHED).glob("*.json"))


def test_todays_contracts_break_nothing_of_the_last_release() -> None:
    """If this fails, the change is a new version of the event: see contracts/README.md."""
    assert breaks(released()["contracts"], contracts()) == []


@pytest.mark.parametrize("file", EVER, ids=lambda file: file.stem)
def test_every_example_ever_published_still_parses(file: Any) -> None:
    assert read_content(read_envelope(file.read_bytes())) is not None


def test_todays_examples_are_among_them() -> None:
    wanted = {path for path in files() if path.parent == PUBLISHED}
    assert wanted <= {file.relative_to(FOLDER) for file in EVER}


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(Part):
    deep: str
    more: int | None = None


class Seen(Content):
    """The event that the changes below are made to."""

    type: ClassVar[str] = "uk.goldthread.test.seen.v1"
    topic: ClassVar[str] = "incidents"
    needed: str = Field(max_length=10, min_length=2, pattern="^[a-z]+$")
    optional: str | None = None
    colour: Colour
    free: str
    flag: bool = False
    fixed: Literal["one"] = "one"
    inner: Inner
    inners: list[Inner] = Field(default_factory=list, max_length=4)
    by_colour: dict[Colour, int] = Field(default_factory=dict)
    narrative: NarrativeSection | None = None


def of(**changed: Any) -> dict[str, Any]:
    """The contract of ``Seen`` with other fields: None takes one away."""
    fields = {
        name: (field.annotation, field) for name, field in Seen.model_fields.items() if name not in changed
    }
    fields |= {name: field for name, field in changed.items() if field is not None}
    namespace = {name: field for name, (_, field) in fields.items()}
    annotations = {name: annotation for name, (annotation, _) in fields.items()}
    namespace |= {"__annotations__": annotations, "__module__": __name__, "__doc__": Seen.__doc__}
    model = type("Seen", (Content,), namespace | {"type": Seen.type, "topic": Seen.topic})
    return {Seen.type: {"topic": Seen.topic, "schema": schema(model)}}


class Closed(StrEnum):
    ONE = "one"


class Fewer(StrEnum):
    RED = "red"


class More(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class Shallower(Part):
    more: int | None = None


class Deeper(Inner):
    deeper: str


class Wider(Inner):
    """As ``Inner``, with a field that may be left out."""

    wider: str | None = None


BREAKS = {
    "removed": ({"optional": None}, ".optional is gone"),
    "renamed": ({"optional": None, "other_name": (str | None, None)}, ".optional is gone"),
    "retyped": ({"free": (int, ...)}, ".free has another type"),
    "retyped to a list": ({"free": (list[str], ...)}, ".free has another type"),
    "made required": ({"optional": (str, ...)}, ".optional is required"),
    "new and required": ({"extra": (str, ...)}, ".extra is required"),
    "required no more": ({"free": (str | None, None)}, ".free is required no more"),
    "closed to a list": ({"free": (Closed, ...)}, ".free was open, and is a closed list"),
    "a code taken away": ({"colour": (Fewer, ...)}, ".colour has lost the code blue"),
    "a key taken away": ({"by_colour": (dict[Fewer, int], Field(default_factory=dict))}, "the code blue"),
    "another constant": ({"fixed": (Literal["two"], "two")}, ".fixed has lost the code one"),
    "shorter": ({"needed": (str, Field(max_length=9, min_length=2, pattern="^[a-z]+$"))}, "its maxLength"),
    "longer at least": (
        {"needed": (str, Field(max_length=10, min_length=3, pattern="^[a-z]+$"))},
        "its minLength",
    ),
    "bounded": ({"free": (str, Field(max_length=9))}, ".free is narrower by its maxLength"),
    "another pattern": ({"needed": (str, Field(max_length=10, min_length=2))}, ".needed has another pattern"),
    "another default": ({"flag": (bool, True)}, ".flag has another default"),
    "removed within": ({"inner": (Shallower, ...)}, ".inner.deep is gone"),
    "required within a list": (
        {"inners": (list[Deeper], Field(default_factory=list, max_length=4))},
        ".inners[].deeper is required",
    ),
    "fewer in a list": ({"inners": (list[Inner], Field(default_factory=list, max_length=3))}, "its maxItems"),
    "never none": ({"optional": (str, "")}, ".optional has another default"),
    "perhaps none": ({"flag": (bool | None, False)}, ".flag may be what it was not before"),
    "sealed no more": ({"narrative": (Inner | None, None)}, ".narrative"),
}


@pytest.mark.parametrize("planted", BREAKS)
def test_a_planted_break_is_seen(planted: str) -> None:
    changed, told = BREAKS[planted]
    assert any(told in line for line in breaks(of(), of(**changed))), breaks(of(), of(**changed))


ALLOWED = {
    "nothing": {},
    "an optional field": {"extra": (str | None, None)},
    "a longer text": {"needed": (str, Field(max_length=20, min_length=1, pattern="^[a-z]+$"))},
    "a code more": {"colour": (More, ...), "by_colour": (dict[More, int], Field(default_factory=dict))},
    "an optional field within": {"inner": (Wider, ...)},
    "an optional field within a list": {"inners": (list[Wider], Field(default_factory=list, max_length=9))},
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_breaks_nothing(name: str) -> None:
    assert breaks(of(), of(**ALLOWED[name])) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda now: now.pop("uk.goldthread.breach.reported.v1"), "breach.reported.v1: is gone"),
        (
            lambda now: now["uk.goldthread.breach.reported.v1"].update(topic="orders"),
            "breach.reported.v1: is on another topic",
        ),
        (
            lambda now: now["uk.goldthread.order.made.v1"]["schema"]["properties"].pop("agency"),
            "order.made.v1: .agency is gone",
        ),
        (
            lambda now: now["uk.goldthread.order.made.v1"]["schema"].update(additionalProperties=False),
            "order.made.v1: the event is closed",
        ),
        (
            lambda now: _identity(now)["properties"].pop("nhs_number"),
            "referral.made.v1: .data.people[].identity.nhs_number is gone",
        ),
    ],
)
def test_a_break_of_a_real_contract_is_seen(change: Callable[[Any], object], told: str) -> None:
    now = deepcopy(contracts())
    change(now)
    assert any(told in line for line in breaks(contracts(), now))


def _identity(now: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = now["uk.goldthread.referral.made.v1"]["schema"]["$defs"]["Identity"]
    return found


def test_a_new_event_breaks_nothing() -> None:
    assert breaks({}, contracts()) == []


def test_a_release_is_kept_unless_it_breaks_the_last(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compatibility, "RELEASED", tmp_path / "released.json")
    assert main("1.0.0") == 0
    assert orjson.loads((tmp_path / "released.json").read_bytes())["version"] == "1.0.0"
    kept = released()
    monkeypatch.setattr(compatibility, "contracts", dict)
    assert main("2.0.0") == 1
    assert "is gone" in capsys.readouterr().out
    assert released() == kept

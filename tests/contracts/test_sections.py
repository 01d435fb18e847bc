"""Sections: each plain or sealed; closed when posted, open when read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import orjson
import pytest
from pydantic import BaseModel, ValidationError

from contracts import sections
from contracts.content import Content
from contracts.examples import EXAMPLES
from contracts.mentions import Mention
from contracts.registry import EVENTS, read_content, read_envelope
from contracts.sections import Part, Sealed, Sensitivity
from contracts.submission import Submission

SEALED = {"alg": "A256GCM", "kid": "2026-03/identity", "sealed": "3q2-7w"}

HEADER: dict[str, Any] = {
    "occurred": "2026-03-01",
    "recorded": datetime(2026, 3, 1, tzinfo=UTC),
    "basis": "public-task",
    "purpose": "safeguarding",
}


def classified() -> list[type[Part]]:
    """Every section that has a sensitivity."""
    return [
        model
        for model in vars(sections).values()
        if isinstance(model, type) and issubclass(model, Part) and hasattr(model, "sensitivity")
    ]


def fields_of_sections(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """The fields of a model, and of what is in it, whose type is a section."""
    for name, field in model.model_fields.items():
        members = [part for part in _members(field.annotation) if issubclass(part, BaseModel)]
        if any(member in classified() for member in members):
            yield name, members
        else:
            for member in members:
                yield from fields_of_sections(member)


def _members(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _members(argument)


def test_each_class_of_sensitivity_is_one_section() -> None:
    assert sorted(section.sensitivity for section in classified()) == sorted(Sensitivity)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_every_section_of_every_event_may_stand_sealed(kind: str) -> None:
    for name, members in fields_of_sections(EVENTS[kind]):
        assert Sealed in members, f"{name} cannot be sealed"


@pytest.mark.parametrize("name", ["identity", "location", "contact", "health"])
def test_a_sealed_section_is_read_as_sealed(name: str) -> None:
    event = orjson.loads(orjson.dumps(EXAMPLES["uk.goldthread.referral.made.v1"].model_dump(mode="json")))
    for person in event["data"]["people"]:
        person[name] = SEALED
    event["data"] |= {"narrative": SEALED, "routing": SEALED}
    content = read_content(read_envelope(orjson.dumps(event)))
    assert content is not None
    assert all(isinstance(getattr(mention, name), Sealed) for mention in content.named)
    assert isinstance(content.narrative, Sealed)  # type: ignore[attr-defined]
    assert isinstance(content.routing, Sealed)  # type: ignore[attr-defined]
    assert content.keys(event["root"]) == set(event["keys"].split())


def test_a_location_is_in_no_other_section() -> None:
    """Whoever may know who she is may not by that alone know where."""
    telling = {"address", "postcode", "uprn", "school"}
    for section in classified():
        if section.sensitivity is not Sensitivity.LOCATION:  # type: ignore[attr-defined]
            assert not telling & _every_field(section)


def _every_field(model: type[BaseModel]) -> set[str]:
    return {
        name
        for own, field in model.model_fields.items()
        for name in {
            own,
            *(n for m in _members(field.annotation) if issubclass(m, BaseModel) for n in _every_field(m)),
        }
    }


def _with_extra(value: object) -> object:
    """The same with a field in every object that no model of today has."""
    if isinstance(value, dict):
        return {name: _with_extra(item) for name, item in value.items()} | {"from_a_later_release": 1}
    return [_with_extra(item) for item in value] if isinstance(value, list) else value


def _without_answers(data: dict[str, Any]) -> dict[str, Any]:
    """The Dash's answers have items as names, so that a further name is a further item."""
    return {name: value for name, value in data.items() if name != "dash"}


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_a_reader_ignores_what_it_does_not_know(kind: str) -> None:
    data = _without_answers(EXAMPLES[kind].data)
    event = EXAMPLES[kind].model_copy(update={"data": _with_extra(data)})
    plain = EXAMPLES[kind].model_copy(update={"data": data})
    assert read_content(event) == read_content(plain) is not None


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_a_partner_is_told_of_what_nobody_knows(kind: str) -> None:
    model: type[Content] = EVENTS[kind]
    data = EXAMPLES[kind].data
    posted = Submission[model].model_validate({**HEADER, "content": data})  # type: ignore[valid-type]
    assert posted.content == model.model_validate(data)
    with pytest.raises(ValidationError) as refusal:
        Submission[model].model_validate({**HEADER, "content": data | {"speed": 1}})  # type: ignore[valid-type]
    assert [(error["loc"], error["type"]) for error in refusal.value.errors()] == [
        (("content", "speed"), "extra_forbidden")
    ]
    with pytest.raises(ValidationError, match="speed"):
        Submission[model].model_validate({**HEADER, "content": data, "speed": 1})  # type: ignore[valid-type]


def test_a_mention_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="shoe_size"):
        Mention.model_validate({"role": "victim", "shoe_size": 40})

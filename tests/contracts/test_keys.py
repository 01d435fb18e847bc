"""A fact is filed under everybody whom it names: by the envelope alone, with nobody left out."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, get_args, get_origin

import pytest
from pydantic import BaseModel, Field

from contracts.content import Content, Filed, MentionId, Said
from contracts.envelope import Id
from contracts.examples import EXAMPLES
from contracts.mentions import Mention
from contracts.registry import EVENTS
from contracts.sections import Part
from contracts.vocabulary import Role

REACHED = "reached"


def unfiled(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> Iterator[str]:
    """Where a payload could hold a mention that ``Content.keys`` would not find.

    Found are those in a field, or in a list in a field, of the payload or of a part in it.
    """
    for name, field in model.model_fields.items():
        filed = any(isinstance(mark, Filed) for mark in field.metadata)
        if "mention" in name and model is not Mention and not filed and not _in_lists_filed(field.annotation):
            yield f"{model.__name__}.{name}: an id of a mention that is not filed"
        for part, how in _parts(field.annotation, REACHED):
            if how is not REACHED and (part is Mention or list(_all_mentions(part))):
                yield f"{model.__name__}.{name}: in a {how}"
            elif part is not Mention and part not in seen:
                yield from unfiled(part, seen | {model})


def _in_lists_filed(annotation: Any) -> bool:
    return any(
        any(isinstance(mark, Filed) for mark in getattr(item, "__metadata__", ()))
        for item in get_args(annotation)
    )


def _parts(annotation: Any, how: str) -> Iterator[tuple[type[BaseModel], str]]:
    """The models in a type, and whether they are reached, or in what they are hidden."""
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, how
    elif origin is list and how is REACHED:
        for argument in get_args(annotation):
            inner = "list in a list" if get_origin(argument) is list else how
            yield from _parts(argument, inner)
    elif origin in (dict, tuple, set, frozenset):
        for argument in get_args(annotation):
            yield from _parts(argument, origin.__name__)
    else:
        for argument in get_args(annotation):
            yield from _parts(argument, how)


def _all_mentions(model: type[BaseModel]) -> Iterator[str]:
    for field in model.model_fields.values():
        for part, _ in _parts(field.annotation, REACHED):
            if part is Mention:
                yield model.__name__
            else:
                yield from _all_mentions(part)


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_no_payload_can_hide_a_mention(kind: str) -> None:
    assert list(unfiled(EVENTS[kind])) == []


class Seen(Part):
    who: Mention


class HidesInADict(Content):
    type: ClassVar[str] = "uk.goldthread.test.hides.v1"
    topic: ClassVar[str] = "incidents"
    by_place: dict[str, Mention] = Field(default_factory=dict)


class HidesDeep(Said):
    type: ClassVar[str] = "uk.goldthread.test.hides.v1"
    topic: ClassVar[str] = "incidents"
    pairs: list[tuple[Seen, Seen]] = Field(default_factory=list)


class HidesInLists(Said):
    type: ClassVar[str] = "uk.goldthread.test.hides.v1"
    topic: ClassVar[str] = "incidents"
    rows: list[list[Mention]] = Field(default_factory=list)


class HidesAnId(Content):
    type: ClassVar[str] = "uk.goldthread.test.hides.v1"
    topic: ClassVar[str] = "incidents"
    other_mention: Id | None = None


class HidesNothing(Said):
    type: ClassVar[str] = "uk.goldthread.test.open.v1"
    topic: ClassVar[str] = "incidents"
    seen: list[Seen] = Field(default_factory=list)
    driver: Mention | None = None
    other_mention: MentionId | None = None
    mentions: list[MentionId] = Field(default_factory=list)
    strict: Annotated[list[Seen], Field(max_length=2)] = Field(default_factory=list)


@pytest.mark.parametrize(
    ("model", "where"),
    [
        (HidesInADict, "HidesInADict.by_place: in a dict"),
        (HidesDeep, "HidesDeep.pairs: in a tuple"),
        (HidesInLists, "HidesInLists.rows: in a list in a list"),
        (HidesAnId, "HidesAnId.other_mention: an id of a mention that is not filed"),
    ],
)
def test_a_planted_one_is_found(model: type[Content], where: str) -> None:
    assert where in set(unfiled(model))


def test_what_is_not_hidden_is_filed() -> None:
    assert list(unfiled(HidesNothing)) == []
    ids = [f"{n}0000000-0000-8000-8000-000000000000" for n in range(6)]
    people = [Mention(mention=id, role=Role.OTHER) for id in ids[:4]]
    said = HidesNothing(
        people=people[:1],
        seen=[Seen(who=people[1])],
        driver=people[2],
        strict=[Seen(who=people[3])],
        other_mention=ids[4],
        mentions=[ids[5]],
    )
    assert said.keys("root") == {f"m:{id}" for id in ids}


def test_an_optional_id_is_filed_as_any_other() -> None:
    """Its mark lies within the union, not on the field."""
    order = EXAMPLES["uk.goldthread.order.made.v1"].root
    assert f"o:{order}" in EXAMPLES["uk.goldthread.order.served.v1"].keys.split()


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_an_examples_keys_cover_its_payload(kind: str) -> None:
    """By its bytes, whatever the models say: every id under a name that speaks of a mention."""
    event = EXAMPLES[kind]
    keys = set(event.keys.split())
    assert {f"m:{id}" for id in _mention_ids(event.data)} <= keys
    assert {f"{letter}:{event.root}" for letter in EVENTS[kind].begins} <= keys


def _mention_ids(data: object, name: str = "") -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _mention_ids(value, key)
    elif isinstance(data, list):
        for item in data:
            yield from _mention_ids(item, name)
    elif isinstance(data, str) and name in {"mention", "mentions", "about"}:
        yield data

"""Mentions: how a payload names a person whom no two agencies number alike."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field

from contracts.envelope import Id
from contracts.sections import (
    ContactSection,
    HealthSection,
    IdentitySection,
    LocationSection,
    Part,
)
from contracts.vocabulary import Relationship, Role


class Mention(Part):
    """One person, as one record of one agency speaks of them.

    ``mention`` is given by Goldthread, never by the sender: opaque, from agency, system and
    record number (so that a second post about the same record is the same mention). ``role`` is
    an assertion of the agency, never a property of the person.
    """

    mention: Annotated[Id | None, Field(json_schema_extra={"readOnly": True})] = None
    role: Role
    relationship: Relationship | None = Field(default=None, description="to the victim")
    identity: IdentitySection | None = None
    location: LocationSection | None = None
    contact: ContactSection | None = None
    health: HealthSection | None = None

    @property
    def key(self) -> str:
        """The key under which facts that name this mention are filed."""
        return f"m:{self.mention}"


@cache
def mention_fields(model: type[BaseModel]) -> list[str]:
    """The fields of a model that hold mentions, themselves or within a part."""
    return [name for name, field in model.model_fields.items() if _holds_mentions(field.annotation)]


def _holds_mentions(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation is Mention or bool(mention_fields(annotation))
    return any(_holds_mentions(inner) for inner in get_args(annotation))


def mentions_in(part: BaseModel) -> Iterator[Mention]:
    """Every mention anywhere in a payload, in the order of its fields."""
    return (mention for _, mention in mentions_at(part))


def mentions_at(part: BaseModel) -> Iterator[tuple[str, Mention]]:
    """Every mention anywhere in a payload with its dotted place, in the order of its fields."""
    for name in mention_fields(type(part)):
        value = getattr(part, name)
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for at, item in items:
            where = name if at is None else f"{name}.{at}"
            if isinstance(item, Mention):
                yield where, item
            elif isinstance(item, BaseModel):
                yield from ((f"{where}.{inner}", mention) for inner, mention in mentions_at(item))

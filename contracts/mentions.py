"""Mentions: how a payload names a person whom no two agencies number alike."""

from collections.abc import Iterator
from typing import Annotated

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


def mentions_in(part: BaseModel) -> Iterator[Mention]:
    """Every mention anywhere in a payload, in the order of its fields."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mention):
                yield item
            elif isinstance(item, BaseModel):
                yield from mentions_in(item)

"""The base of every payload: which event it is, which topic carries it, what it is filed under."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from contracts.envelope import Id
from contracts.mentions import Mention, mentions_in
from contracts.sections import NarrativeSection, Part, RoutingSection


class Filed:
    """Marks a field whose value is an id that the fact is filed under, with the kind of its key."""

    def __init__(self, kind: Literal["m", "k", "o", "p", "a"]) -> None:
        self.kind = kind


CaseId = Annotated[Id, Filed("k")]
ThingId = Annotated[Id, Filed("o")]
PersonId = Annotated[Id, Filed("p")]
MentionId = Annotated[Id, Filed("m")]
AreaId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,47}$")]
FiledAreaId = Annotated[AreaId, Filed("a")]


class Content(Part):
    """What one event says. A subclass is one event type.

    ``begins`` names the kinds of key that a fact of this type opens with its own root: ``o`` for
    a thing with a life of its own, ``k`` for a case.
    """

    type: ClassVar[str]
    topic: ClassVar[str]
    begins: ClassVar[tuple[Literal["k", "o"], ...]] = ()
    urgent: ClassVar[bool] = False
    given: ClassVar[tuple[str, ...]] = ()
    """Fields that Goldthread fills in when it takes the fact: refused when a partner sends them."""

    @property
    def named(self) -> list[Mention]:
        """Everybody whom this payload names, in its own order."""
        return list(mentions_in(self))

    def keys(self, root: str) -> set[str]:
        """Every key that this payload is filed under, of a fact with this root."""
        return {
            *(f"{kind}:{root}" for kind in self.begins),
            *(mention.key for mention in self.named if mention.mention),
            *_filed_in(self),
        }


class Said(Content):
    """What an agency says of people: the base of the facts that partners post."""

    people: list[Mention] = Field(default_factory=list, max_length=40)
    routing: RoutingSection | None = None
    narrative: NarrativeSection | None = None

    def in_role(self, *roles: str) -> list[Mention]:
        """Those whom this payload names in any of these roles."""
        return [mention for mention in self.people if mention.role in roles]


def _filed_in(part: BaseModel) -> Iterator[str]:
    for name, field in type(part).model_fields.items():
        value: Any = getattr(part, name)
        kinds = [mark.kind for mark in field.metadata if isinstance(mark, Filed)]
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, BaseModel) and not isinstance(item, Mention):
                yield from _filed_in(item)
            elif item is not None:
                yield from (f"{kind}:{item}" for kind in kinds)

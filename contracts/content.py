"""The base of every payload: which event it is, which topic carries it, what it is filed under."""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, Field

from contracts.envelope import Id
from contracts.mentions import Mention, mentions_in
from contracts.sections import Line, NarrativeSection, Part, RoutingSection


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
    joint: ClassVar[bool] = False
    """Whether several agencies say it together, as a conference does: then any of them that may say it
    corrects it, or withdraws it."""
    given: ClassVar[tuple[str, ...]] = ()
    """Fields that Goldthread fills in when it takes the fact: refused when a partner sends them."""
    past: ClassVar[tuple[str, ...]] = ()
    """Fields that tell when something happened: refused when that has not come."""

    @cached_property
    def named(self) -> list[Mention]:
        """Everybody whom this payload names, in its own order: looked for once."""
        return list(mentions_in(self))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with changes, which may name others."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("named", None)
        return copied

    def as_sent(self) -> dict[str, Any]:
        """What its sender said, without what Goldthread filled in."""
        return self.model_dump(exclude=set(self.given))

    def keys(self, root: str) -> set[str]:
        """Every key that this payload is filed under, of a fact with this root."""
        return {
            *(f"{kind}:{root}" for kind in self.begins),
            *(mention.key for mention in self.named if mention.mention),
            *_filed_in(self),
        }


class Choice(Content):
    """What an area chooses for itself, and who set it: the base of what a person sets."""

    given = ("person", "name")
    area: FiledAreaId
    person: Id | None = Field(
        default=None,
        json_schema_extra={"readOnly": True},
        description="who set it, as `GET /notify/v1/me` names them; none: it is not recorded",
    )
    name: Line | None = Field(
        default=None,
        json_schema_extra={"readOnly": True},
        description="as staff are called when they sign in",
    )

    def unsigned(self) -> Self:
        """What was chosen, without who chose it."""
        return self.model_copy(update=dict.fromkeys(self.given))


class Said(Content):
    """What an agency says of people: the base of the facts that partners post."""

    clicked: ClassVar[bool] = False
    """Whether its staff may say it by a click on our pages: then it is no sign that their system is heard."""
    people: list[Mention] = Field(default_factory=list, max_length=40)
    routing: RoutingSection | None = None
    narrative: NarrativeSection | None = None

    @property
    def named_on_a_page(self) -> str | None:
        """The opaque mention by which staff name the one victim, as a page gives it: then ``people`` names
        nobody. None: ``people`` says whom this is about."""
        found: str | None = getattr(self, "victim", None)
        return found

    def seen_on_a_page(self, mention: Mention) -> str | None:
        """The opaque mention of somebody in ``people`` of whom staff say something in a section, as a page
        gives it. None: Goldthread makes it of the sender's own record."""
        return None

    def in_role(self, *roles: str) -> list[Mention]:
        """Those whom this payload names in any of these roles."""
        return [mention for mention in self.people if mention.role in roles]


def _filed_in(part: BaseModel) -> Iterator[str]:
    for name, kinds in _filed_fields(type(part)):
        value: Any = getattr(part, name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, BaseModel):
                yield from _filed_in(item)
            elif item is not None:
                yield from (f"{kind}:{item}" for kind in kinds)


@cache
def _filed_fields(model: type[BaseModel]) -> list[tuple[str, frozenset[str]]]:
    """The fields of a model that hold ids to file it under, themselves or within a part: each with the
    kinds of key that its value is."""
    found: list[tuple[str, frozenset[str]]] = []
    for name, field in model.model_fields.items():
        inner = list(_within(Annotated[field.annotation, *field.metadata, None]))
        kinds = frozenset(each.kind for each in inner if isinstance(each, Filed))
        if kinds or any(_filed_fields(each) for each in inner if not isinstance(each, Filed)):
            found.append((name, kinds))
    return found


def _within(annotation: Any) -> Iterator[Filed | type[BaseModel]]:
    """The marks and the parts in a type: of ``MentionId`` as of ``MentionId | None`` and
    ``list[MentionId]``, whose marks are not the field's own but lie within its type."""
    for inner in get_args(annotation):
        is_part = isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not Mention
        if is_part or isinstance(inner, Filed):
            yield inner
        yield from _within(inner)

"""Who is who: where mentions are at home, and what people decided."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import Content, MentionId, PersonId, Said, ThingId
from contracts.envelope import Id
from contracts.sections import Part, Sealed, Text
from contracts.vocabulary import IdentityAnswer, LinkReason


class Move(Part):
    """One mention leaves one person for another."""

    mention: MentionId
    origin: Annotated[PersonId, Field(alias="from", serialization_alias="from")]
    to: PersonId


class Because(Part):
    """Why a link stands: the kind of identifier that two mentions share, never its value."""

    reason: LinkReason
    mentions: list[MentionId] = Field(max_length=2)


class Parted(Part):
    """Two mentions that were one person, and are two now. A person who fell into several is told in a chain:
    the second mention of one is the first of another."""

    mentions: list[MentionId] = Field(min_length=2, max_length=2)
    parts: list[list[Id]] = Field(
        default_factory=list,
        max_length=2,
        description="all mentions that went with either, those in mentions too; none: nobody said. It is not "
        "filed under these",
    )


class IdentityAssigned(Content):
    """One decision of the matcher: all its moves are taken together. The highest ``seq`` holds. Where it
    parted whom it had held for one person, it has a life of its own: somebody may have seen the mixture."""

    type: ClassVar[str] = "uk.goldthread.identity.assigned.v1"
    topic: ClassVar[str] = "identity"
    begins = ("o",)
    seq: StrictInt = Field(ge=1)
    moves: list[Move]
    because: list[Because] = Field(default_factory=list)
    parted: list[Parted] = Field(
        default_factory=list, description="who were one person until now, by one mention of each part"
    )
    decisions_seen: list[str] = Field(default_factory=list)


class MixtureAnswered(Content):
    """What was done about a link that was undone: whoever was shown the mixture was told, and it was decided
    whether the Information Commissioner must be."""

    type: ClassVar[str] = "uk.goldthread.identity.mixture-answered.v1"
    topic: ClassVar[str] = "identity"
    link: ThingId
    reported: StrictBool = Field(description="to the Information Commissioner")
    reason: Text


class RecordsMerged(Said):
    """An agency has merged two records of its own: the first of ``people`` is now the second. Each gives its
    record's number; a role says nothing here."""

    type: ClassVar[str] = "uk.goldthread.identity.records-merged.v1"
    topic: ClassVar[str] = "identity"

    @model_validator(mode="after")
    def _two_records(self) -> "RecordsMerged":
        told = [each.identity for each in self.people]
        if len(told) != 2 or not all(each and (isinstance(each, Sealed) or each.record) for each in told):
            raise PydanticCustomError("two_records", "two records of one agency, each with its number")
        return self


class IdentityAsked(Content):
    """A person is asked whether two mentions are one person, or is asked no more: somebody decided, or what
    made it doubtful is corrected. ``question`` is made of the two; the highest ``generation`` holds."""

    type: ClassVar[str] = "uk.goldthread.identity.asked.v1"
    topic: ClassVar[str] = "identity"
    question: ThingId
    generation: StrictInt = Field(ge=1)
    mentions: list[MentionId] = Field(min_length=2, max_length=2)
    waits: StrictBool


class IdentityDecided(Content):
    """What a person decided of two mentions. It is an input to the matcher, never an assignment."""

    type: ClassVar[str] = "uk.goldthread.identity.decided.v1"
    topic: ClassVar[str] = "identity"
    mentions: list[MentionId] = Field(min_length=2, max_length=2)
    answer: IdentityAnswer
    reason: Text

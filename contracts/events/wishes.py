"""Her own words, who may be told what, and her protected characteristics."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from contracts.events.contact import AboutHer
from contracts.sections import EqualitySection, Line, NarrativeSection, Part, Text
from contracts.vocabulary import (
    AgencyKind,
    ConsentAnswer,
    ConsentSubject,
    LawfulBasis,
    OverrideGround,
    SaidBy,
)


class WishesHeard(AboutHer):
    """What she thinks and wants, in her own words (``narrative``), as whoever heard it wrote it down."""

    type: ClassVar[str] = "uk.goldthread.care.wishes-heard.v1"
    topic: ClassVar[str] = "care"
    narrative: NarrativeSection
    said_by: SaidBy
    heard_by: Line | None = Field(
        default=None, description="who heard it, by their agency's own number or post, never a name"
    )


class Override(Part):
    """Why it is told against her word: by which basis, on what ground, and why it is necessary."""

    basis: LawfulBasis
    ground: OverrideGround
    reason: Text
    by: Line | None = Field(
        default=None, description="who decided it, by their agency's own number or post, never a name"
    )


class ConsentSaid(AboutHer):
    """Whether these kinds of agency may be told of her, as somebody said it. It is not what Goldthread shares
    by: it says what she wants, and on what footing it is told all the same."""

    type: ClassVar[str] = "uk.goldthread.care.consent-said.v1"
    topic: ClassVar[str] = "care"
    recipients: Annotated[list[AgencyKind], Field(min_length=1, max_length=len(AgencyKind))]
    answer: ConsentAnswer
    of: list[ConsentSubject] = Field(
        default_factory=list,
        max_length=len(ConsentSubject),
        description="of what alone the answer is; none named: of all. It says nothing of the rest",
    )
    said_by: SaidBy = SaidBy.VICTIM
    speaker_named: StrictBool | None = Field(
        default=None,
        description="given by Goldthread: whether its sender said by whom it was said. Where it did not, or "
        "nobody knows, a yes is nobody's, and a no counts as hers",
    )
    heard_by: Line | None = Field(
        default=None, description="who heard it, by their agency's own number or post, never a name"
    )
    override: Override | None = None

    @model_validator(mode="after")
    def _why(self) -> "ConsentSaid":
        if (self.answer is ConsentAnswer.OVERRIDDEN) != (self.override is not None):
            raise PydanticCustomError("override_misplaced", "an override says by which basis and why")
        if self.override and self.override.basis is LawfulBasis.CONSENT:
            raise PydanticCustomError("basis_is_consent", "against her word consent is no basis")
        return self

    @property
    def speaker(self) -> SaidBy | None:
        """Whose word it is; None: nobody has said so, and what stands in ``said_by`` may be left out."""
        return None if self.said_by is SaidBy.VICTIM and not self.speaker_named else self.said_by


class CharacteristicsSaid(AboutHer):
    """Her protected characteristics, as far as they were asked."""

    type: ClassVar[str] = "uk.goldthread.care.characteristics-said.v1"
    topic: ClassVar[str] = "care"
    equality: EqualitySection

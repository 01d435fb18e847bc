"""What was done, as breaches and incidents tell it alike."""

from pydantic import Field

from contracts.content import Said
from contracts.vocabulary import Act, Circumstance, Effect


class Conduct(Said):
    """The base of what says that something was done. What is left out is not known: it is never *no*."""

    acts: list[Act] = Field(default_factory=list, max_length=17, description="what was done, beside the kind")
    effects: list[Effect] = Field(
        default_factory=list, max_length=4, description="what it did to the victim; none given: not known"
    )
    circumstance: Circumstance | None = Field(default=None, description="how a contact came about")

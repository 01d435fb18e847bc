"""What a victim chose not to tell the police, and what opened it."""

from typing import ClassVar

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from contracts.content import Said, ThingId
from contracts.events.people import victim_of
from contracts.mentions import Mention
from contracts.sections import Identity, Sealed, Text, WithheldSection
from contracts.vocabulary import OpeningBasis


def _is_numbered(victim: Mention | None) -> bool:
    identity = victim.identity if victim else None
    return isinstance(identity, Sealed) or (isinstance(identity, Identity) and identity.record is not None)


class _OfOneVictim(Said):
    @model_validator(mode="after")
    def _one_victim(self) -> "_OfOneVictim":
        if not _is_numbered(victim_of(self)):
            raise PydanticCustomError("one_victim", "about one victim, by the number of a record")
        return self


class WithheldFromPolice(_OfOneVictim):
    """What a victim chose not to tell the police: its own section, on a topic that no service of the police's
    views reads. Whoever reports her by the same record says the rest apart."""

    type: ClassVar[str] = "uk.goldthread.support.withheld-from-police.v1"
    topic: ClassVar[str] = "support"
    begins = ("o",)
    clicked = True
    withheld: WithheldSection


class WithheldOpened(_OfOneVictim):
    """Of what she chose not to tell the police, what is told to all who work on her case: in ``narrative``,
    so much as the basis needs; by which basis, and why. What was withheld stays where it is."""

    type: ClassVar[str] = "uk.goldthread.care.withheld-opened.v1"
    topic: ClassVar[str] = "care"
    clicked = True
    opens: ThingId
    basis: OpeningBasis
    reason: Text

    @model_validator(mode="after")
    def _says_something(self) -> "WithheldOpened":
        if self.narrative is None:
            raise PydanticCustomError("narrative_missing", "what is opened stands in the narrative")
        return self

"""That a court will hear something between a victim and whoever is accused."""

from datetime import date
from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import MentionId, Said
from contracts.mentions import Mention
from contracts.times import Day
from contracts.vocabulary import PERPETRATOR_ROLES, HearingKind, HearingToldBy, Role

PARTIES = frozenset({Role.VICTIM, Role.CHILD, *PERPETRATOR_ROLES})


class HearingListed(Said):
    """A hearing of a court is listed: when is when the agency was told of it, ``day`` is the hearing's own. A
    new date is a correction; the next hearing of the same case is a fact of its own. It names no place: a
    court near the victim tells where they live. Name the alleged perpetrator where they are known. Staff name
    the victim by ``victim``, as a page gives it, and by no record."""

    type: ClassVar[str] = "uk.goldthread.care.hearing-listed.v1"
    topic: ClassVar[str] = "care"
    clicked = True
    victim: MentionId | None = None
    hearing: HearingKind
    day: Day
    last_day: Day | None = Field(default=None, description="where it is listed for several days")
    told_by: HearingToldBy | None = Field(default=None, description="none given: not known")

    @field_validator("last_day")
    @classmethod
    def _after_it_begins(cls, last_day: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("day")
        if last_day is not None and begins is not None and last_day < begins:
            raise PydanticCustomError("ends_before_it_starts", "a hearing's last day is not before its first")
        return last_day

    @model_validator(mode="after")
    def _of_the_parties(self) -> "HearingListed":
        if len(self.in_role(Role.VICTIM)) != 1:
            raise PydanticCustomError("one_victim", "it is about one victim")
        if any(each.role not in PARTIES for each in self.people):
            raise PydanticCustomError("others_named", "it names the parties and children, and nobody else")
        if self.victim and self.in_role(Role.VICTIM)[0].identity is not None:
            raise PydanticCustomError("named_twice", "the victim is named by a page, or by a record")
        return self

    def seen_on_a_page(self, mention: Mention) -> str | None:
        """The victim, where staff name them as a page gives it."""
        return self.victim if mention.role is Role.VICTIM else None

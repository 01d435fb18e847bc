"""How a victim may be reached, that a way has failed, and that nobody is to try any more. On a topic of its
own: whoever goes to her needs it, and nothing else that is said of her care."""

from typing import ClassVar

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from contracts.content import MentionId, Said
from contracts.mentions import Mention
from contracts.vocabulary import ContactFailure, ContactMethod, Role


class AboutHer(Said):
    """What is said of one victim. It names no alleged perpetrator, so that none of it is filed under one."""

    @model_validator(mode="after")
    def _nobody_else(self) -> "AboutHer":
        if len(self.in_role(Role.VICTIM)) != 1:
            raise PydanticCustomError("one_victim", "it is about one victim")
        if any(each.role not in (Role.VICTIM, Role.CHILD) for each in self.people):
            raise PydanticCustomError("others_named", "it names the victim, and children, and nobody else")
        return self


class SafeContactSaid(AboutHer):
    """How she may safely be reached, by any agency that knows: in her ``contact`` section, nowhere else. To
    verify it is to say it again. Staff name her by ``victim``, as a page gives it, and by no record."""

    type: ClassVar[str] = "uk.goldthread.contact.said.v1"
    topic: ClassVar[str] = "contact"
    clicked = True
    victim: MentionId | None = None

    @model_validator(mode="after")
    def _says_how(self) -> "SafeContactSaid":
        if self.in_role(Role.VICTIM)[0].contact is None:
            raise PydanticCustomError("contact_missing", "the victim's contact section says how")
        if self.victim and self.in_role(Role.VICTIM)[0].identity is not None:
            raise PydanticCustomError("named_twice", "she is named by a page, or by a record")
        return self

    def seen_on_a_page(self, mention: Mention) -> str | None:
        """The victim, where staff name her as a page gives it."""
        return self.victim if mention.role is Role.VICTIM else None


class ContactFailed(AboutHer):
    """A way that was thought safe is not. No other takes its place until one has been verified since."""

    type: ClassVar[str] = "uk.goldthread.contact.failed.v1"
    topic: ClassVar[str] = "contact"
    urgent = True
    method: ContactMethod
    failure: ContactFailure


class DeathRecorded(AboutHer):
    """The victim has died: when is when it happened. Nobody is asked to reach them any more. It closes
    nothing: a review of the death needs the case, and children stay at risk."""

    type: ClassVar[str] = "uk.goldthread.contact.death-recorded.v1"
    topic: ClassVar[str] = "contact"
    urgent = True

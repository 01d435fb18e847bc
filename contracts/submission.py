"""What a partner posts: when and on what footing it says something, and what it says."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AwareDatetime, Field, StrictInt

from contracts.content import Content
from contracts.envelope import Assertion, Regime
from contracts.rules.identifiers import NumberFault
from contracts.sections import Part
from contracts.times import Day, Moment
from contracts.vocabulary import LawfulBasis, Purpose

T = TypeVar("T", bound=Content)

IDEMPOTENCY_KEY = r"^[\x21-\x7e]{1,255}$"
"""A sender's own name of a post: visible ASCII characters."""


class Header(Part):
    """When it happened, when the agency recorded it, and on what footing it is shared.

    ``occurred`` may be a date alone where no time of day is known.
    """

    occurred: Moment | Day
    recorded: Moment
    assertion: Assertion = Assertion.FACT
    regime: Regime = Regime.UK_GDPR
    basis: LawfulBasis = Field(examples=[LawfulBasis.PUBLIC_TASK], description="the lawful basis")
    purpose: Purpose = Field(examples=[Purpose.SAFEGUARDING])


class Submission(Header, Generic[T]):
    """One fact as a partner's system posts it."""

    content: T


class BulkLine(Submission[T], Generic[T]):
    """One line of an upload: a submission, with what a single post says by its headers and its path."""

    idempotency_key: Annotated[
        str, Field(pattern=IDEMPOTENCY_KEY, description="the same in every upload of this line")
    ]
    type: str = Field(description="the event type, of which `content` is the content")


class NotLinked(Part):
    """A number of a person that is kept as it was sent, and by which nobody is linked: its place in the body,
    and why it can be nobody's. Never the number."""

    where: str
    kind: NumberFault


class Receipt(Part):
    """The answer to a fact that is saved: its id, the root and version that it is, and when; and which
    numbers in it link nobody."""

    id: str
    root: str
    version: StrictInt
    accepted: AwareDatetime
    status: Literal["accepted", "repeated"] = "accepted"
    not_linked_by: list[NotLinked] = Field(
        default_factory=list, description="numbers that can be nobody's: correct the fact to link by them"
    )

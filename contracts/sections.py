"""What is said about a person, in sections by sensitivity, each plain or sealed.

A section is a model of its own, so that a service can hold the classes that it needs and no
other. From the first schema each may stand sealed (``{alg, kid, sealed}``) in its place, so that
sealing changes no contract. A location is never in an identity section.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from contracts import written
from contracts.times import Day, Moment
from contracts.vocabulary import Answering, Characteristic, ContactMethod, Sex, Weekday, WhyNotAsked
from contracts.vocabulary.characteristics import code_of

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
SchoolNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
"""The unique reference number of a school (Get Information about Schools)."""
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day, as in 09:30."""


class Part(BaseModel):
    """Base of everything inside a payload: closed to unknown fields when a partner posts,
    open when a later version is read (the reader passes ``extra="ignore"``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sealed(Part):
    """A section as nobody without its key can read it."""

    alg: Line
    kid: Line
    sealed: Annotated[str, StringConstraints(min_length=1, max_length=65536)]


class Sensitivity(StrEnum):
    """The classes of section. Who may read which is in each service's ``rules/sharing.py``."""

    IDENTITY = "identity"
    LOCATION = "location"
    ROUTING = "routing"
    CONTACT = "contact"
    HEALTH = "health"
    NARRATIVE = "narrative"
    SUPPORT = "support"
    WITHHELD = "withheld"
    EQUALITY = "equality"


class Record(Part):
    """The agency's own record: which system, what kind of record, its number there."""

    system: Line
    type: Line
    number: Line


class Name(Part):
    """A name as the agency holds it."""

    family: Line | None = None
    given: Line | None = None


class Identity(Part):
    """Who a person is. Dates of birth may be several when the agency is unsure."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.IDENTITY
    record: Record | None = None
    name: Name | None = None
    aliases: list[Name] = Field(default_factory=list, max_length=20)
    born: list[Day] = Field(default_factory=list, max_length=5)
    sex: Sex | None = None
    nhs_number: (
        Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$"), BeforeValidator(written.nhs_number)] | None
    ) = None
    pnc_id: (
        Annotated[
            str, StringConstraints(pattern=r"^[0-9]{4}/[0-9]{7}[A-Z]$"), BeforeValidator(written.pnc_id)
        ]
        | None
    ) = None
    cro_number: (
        Annotated[
            str,
            StringConstraints(pattern=r"^([0-9]{1,6}/[0-9]{2}|SF[0-9]{2}/[0-9]{1,6})[A-Z]$"),
            BeforeValidator(written.cro_number),
        ]
        | None
    ) = None
    sensitive: StrictBool | None = Field(
        default=None, description="the record is flagged (the S-flag of the NHS): who holds it may be at risk"
    )


class Location(Part):
    """Where a person is to be found. The most dangerous section of all."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.LOCATION
    address: list[Line] = Field(default_factory=list, max_length=6)
    postcode: Line | None = None
    uprn: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")] | None = None
    school: Line | None = None
    school_number: SchoolNumber | None = Field(
        default=None, description="the school's unique reference number, by which its calendar is found"
    )


class SafeHours(Part):
    """Hours in which a way is safe, by the clock in London: on these days, every day where none is named."""

    days: list[Weekday] = Field(default_factory=list, max_length=7)
    starts: ClockTime
    ends: ClockTime

    @model_validator(mode="after")
    def _ends_later(self) -> "SafeHours":
        if self.ends <= self.starts:
            raise PydanticCustomError("ends_before_start", "hours end after they start, on one day")
        return self


class Contact(Part):
    """How she may safely be contacted. What is not here is unsafe."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.CONTACT
    method: ContactMethod
    number: Line | None = Field(default=None, description="number, address, or through whom")
    times: Line | None = Field(default=None, description="when it is safe, in words")
    hours: Annotated[list[SafeHours], Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="when it is safe"
    )
    code_word: Line | None = None
    may_answer: Line | None = Field(default=None, description="who else may answer or be spoken to")
    if_another_answers: Text | None = Field(default=None, description="what to say if somebody else answers")
    unsafe: Text | None = None
    no_uniform: StrictBool = False
    uniform_safe: StrictBool | None = Field(
        default=None, description="whether somebody in uniform may come; none given: not known"
    )
    verified: Moment | None = None
    verified_by: Line | None = Field(
        default=None, description="who verified it, by their agency's own number, never a name"
    )
    expires: Day | None = None


class Health(Part):
    """What a health agency says of a person."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.HEALTH
    pregnant: StrictBool | None = None
    injuries: Text | None = None
    treatment: Text | None = None
    general_practice: Line | None = None


class Narrative(Part):
    """What was said in words."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.NARRATIVE
    text: Text


class Routing(Part):
    """The area alone, read to find who is on call and which conference hears it."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.ROUTING
    area: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,47}$")]


class EqualityAnswer(Part):
    """One characteristic: a code of its list, *asked, not given*, or *not asked, because*. One that is left
    out is missing, and asked for."""

    characteristic: Characteristic
    answer: Answering
    value: Line | None = Field(default=None, description="of the list of this characteristic")
    scheme: Line | None = Field(default=None, description="which list and version, where it is not ours")
    because: WhyNotAsked | None = None

    @model_validator(mode="after")
    def _whole(self) -> "EqualityAnswer":
        if (self.answer is Answering.VALUE) != (self.value is not None):
            raise PydanticCustomError("value_misplaced", "a value is given where the answer is one")
        if (self.answer is Answering.NOT_ASKED) != (self.because is not None):
            raise PydanticCustomError("because_misplaced", "why is given where nobody asked")
        if self.value is not None and code_of(self.characteristic, self.value, self.scheme) is None:
            raise PydanticCustomError("not_in_code_list", "a code of the list of this characteristic")
        return self


class Equality(Part):
    """What she answered about her protected characteristics."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.EQUALITY
    answers: Annotated[list[EqualityAnswer], Field(min_length=1, max_length=len(Characteristic))]

    @model_validator(mode="after")
    def _each_once(self) -> "Equality":
        if len({each.characteristic for each in self.answers}) < len(self.answers):
            raise PydanticCustomError("answered_twice", "each characteristic is answered once")
        return self


class Immigration(Part):
    """Immigration status: for support alone; reaches no enforcement body by any path."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.SUPPORT
    status: Text
    no_recourse_to_public_funds: StrictBool | None = None


class Withheld(Part):
    """What a victim chose not to tell the police: for support alone, unless a lawful basis opens it."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.WITHHELD
    text: Text


IdentitySection = Identity | Sealed
LocationSection = Location | Sealed
ContactSection = Contact | Sealed
HealthSection = Health | Sealed
NarrativeSection = Narrative | Sealed
RoutingSection = Routing | Sealed
ImmigrationSection = Immigration | Sealed
WithheldSection = Withheld | Sealed
EqualitySection = Equality | Sealed

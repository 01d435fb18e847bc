"""Who somebody is in a fact, to whom, and who is who."""

from enum import StrEnum


class Role(StrEnum):
    """The part that an agency says a person has in what it reports: an assertion with an author, never a
    property of the person (DPA 2018 s38; language of the College of Policing: *alleged* until convicted)."""

    VICTIM = "victim"
    PERPETRATOR = "perpetrator"
    SUSPECT = "suspect"
    RESPONDENT = "respondent"
    CHILD = "child"
    WITNESS = "witness"
    OTHER = "other"


PERPETRATOR_ROLES = (Role.PERPETRATOR, Role.SUSPECT, Role.RESPONDENT)
"""The roles that put a mention on the side of the alleged perpetrator."""


class Relationship(StrEnum):
    """To the victim: *personally connected* (Domestic Abuse Act 2021 s2), and wider, for violence against
    women and girls is: a stalker may be a stranger."""

    SPOUSE = "spouse"
    EX_SPOUSE = "ex-spouse"
    PARTNER = "partner"
    EX_PARTNER = "ex-partner"
    PARENT = "parent"
    CHILD = "child"
    STEP_CHILD = "step-child"
    SIBLING = "sibling"
    OTHER_RELATIVE = "other-relative"
    ACQUAINTANCE = "acquaintance"
    STRANGER = "stranger"
    NOT_KNOWN = "not-known"


class Sex(StrEnum):
    """As recorded by the agency; ``NOT_STATED`` where nobody asked."""

    FEMALE = "female"
    MALE = "male"
    NOT_STATED = "not-stated"


class IdentityAnswer(StrEnum):
    """What a person decided of two records."""

    SAME = "same"
    NOT_SAME = "not-same"
    CANNOT_TELL = "cannot-tell"


class LinkReason(StrEnum):
    """Why two mentions are one person: the kind of what they share, never its value. A valid check digit is
    not the right person, so each number needs a name or a date of birth beside it."""

    NHS_NUMBER_AND_BIRTH = "nhs-number-and-birth"
    NHS_NUMBER_AND_NAME = "nhs-number-and-name"
    PNC_ID = "pnc-id"
    CRO_NUMBER = "cro-number"
    DECIDED = "decided"
    MERGED = "merged"
    """Its agency says that the one record is now the other."""
    ALIKE = "alike"
    """By all that the two have in common, weighed (``services/referrals/rules/likeness.py``)."""

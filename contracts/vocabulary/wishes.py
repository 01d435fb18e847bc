"""What she wants, who may be told what, and on what footing it is told against her word."""

from enum import StrEnum


class SaidBy(StrEnum):
    """Whose words they are (our own list). A friend's or a child's word is not hers."""

    VICTIM = "victim"
    ADVOCATE = "advocate"
    PARENT = "parent"
    OTHER = "other"


class ConsentAnswer(StrEnum):
    """What was answered; ``OVERRIDDEN``: an agency tells all the same, and says by which basis and why."""

    GIVEN = "given"
    REFUSED = "refused"
    OVERRIDDEN = "overridden"


class ConsentSubject(StrEnum):
    """Of what an answer is, where it is not of all: the parts of a referral (SafeLives referral form, read
    2026-11) and the sections that stand in one. Who she is is none: nothing is told without it."""

    CONTACT = "contact"
    LOCATION = "location"
    HEALTH = "health"
    CHILDREN = "children"
    RISK = "risk"
    NARRATIVE = "narrative"
    WISHES = "wishes"
    EQUALITY = "equality"


class OverrideGround(StrEnum):
    """What makes it necessary to tell against her word (SafeLives referral form; MARAC sharing protocols,
    read 2026-11; Data Protection Act 2018 Sch 1 para 18)."""

    HIGH_RISK = "high-risk"
    CHILD_AT_RISK = "child-at-risk"
    ADULT_AT_RISK = "adult-at-risk"
    SERIOUS_CRIME = "serious-crime"
    COURT_ORDER = "court-order"


class ConsentState(StrEnum):
    """What holds of telling one kind of agency (``services.marac.rules.consent``)."""

    GIVEN = "given"
    REFUSED = "refused"
    OVERRIDDEN = "overridden"
    NOT_ASKED = "not-asked"

"""How a case comes to be heard: what each MARAC chooses, and what persons decide of a referral."""

from enum import StrEnum


class RepeatDefinition(StrEnum):
    """The two published definitions of a repeat (SafeLives, read 2026-11): any abuse, or, until about
    2018-19, what would be criminal if reported."""

    CURRENT = "current"
    OLD = "old"


class RepeatAnchor(StrEnum):
    """From when the twelve months of a repeat run: the last referral (SafeLives), or the last meeting
    (Kingston, Sussex)."""

    REFERRAL = "referral"
    MEETING = "meeting"


class EscalationUnit(StrEnum):
    """What is counted for potential escalation: incidents (SafeLives referral form, 2015), or crimes alone
    (Kingston)."""

    INCIDENTS = "incidents"
    CRIMES = "crimes"


class PartiesAnswer(StrEnum):
    """What a person decided of two who accuse each other (SafeLives guidance on counter-allegations): who is
    the primary victim of the case. NOT_KNOWN is an answer, and never *as referred*."""

    AS_REFERRED = "as-referred"
    REVERSED = "reversed"
    BOTH = "both"
    NOT_KNOWN = "not-known"

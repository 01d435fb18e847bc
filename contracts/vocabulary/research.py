"""What an agency found of a person whom a MARAC hears of (SafeLives research form; our own codes)."""

from enum import StrEnum


class ResearchHeld(StrEnum):
    """*Nothing held* is an answer. *Not checked* is none, and neither says that there is no risk."""

    KNOWN = "known"
    NOTHING_HELD = "nothing-held"
    NOT_CHECKED = "not-checked"

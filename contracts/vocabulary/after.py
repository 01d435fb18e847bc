"""What follows a meeting: flags on agencies' own files, and a case that goes to another MARAC."""

from enum import StrEnum


class FlagState(StrEnum):
    """What an agency says of the flag on its own file (SafeLives: flag and tag for 12 months). NO_FILE is an
    answer too: there is nothing to flag."""

    FLAGGED = "flagged"
    NO_FILE = "no-file"
    REMOVED = "removed"


class MoveKind(StrEnum):
    """For how long a victim moves to another area (``domain.md`` 1.9). NOT_KNOWN is treated as for good."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    NOT_KNOWN = "not-known"


class HeardHere(StrEnum):
    """How far a case had come where it is sent from: the published flow of a transfer asks both
    (SafeLives, Marac-to-Marac process)."""

    HEARD = "heard"
    LISTED = "listed"
    NOT_YET = "not-yet"


class TransferItem(StrEnum):
    """What goes with a case to another MARAC. No item is an address: the area alone is told."""

    MINUTES = "minutes"
    ACTIONS = "actions"
    RESEARCH = "research"
    RISK = "risk"
    SAFETY_PLAN = "safety-plan"
    IDVA_HANDOVER = "idva-handover"


class MoveWarning(StrEnum):
    """What is known of whether the alleged perpetrator lives where a victim moves to. None of these is
    *safe*: TO_CHECK says that a person must hold known addresses against the area."""

    THERE = "there"
    NOT_KNOWN = "not-known"
    TO_CHECK = "to-check"

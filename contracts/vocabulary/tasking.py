"""What a MATAC decides of whoever is put forward to it; how MAPPA manages somebody; why somebody looks for
a person."""

from enum import StrEnum


class CandidateDecision(StrEnum):
    """Whether a MATAC takes somebody up."""

    TAKEN_UP = "taken-up"
    NOT_TAKEN_UP = "not-taken-up"


class NotTakenUp(StrEnum):
    """Why a MATAC does not take somebody up (ours, 2026-11, to be agreed with each force)."""

    MANAGED_ELSEWHERE = "managed-elsewhere"
    """By MAPPA, integrated offender management or another MATAC."""
    LESS_HARM = "less-harm"
    """Others do more harm than there is room for."""
    ROLE_IN_DOUBT = "role-in-doubt"
    """Whoever is named may be the victim."""
    NOT_WITHIN_REACH = "not-within-reach"
    """In custody, abroad, or dead."""
    OTHER = "other"


class Mappa(StrEnum):
    """At which level somebody is managed under multi-agency public protection arrangements (Criminal Justice
    Act 2003 s325 to s327B; levels: domain.md 2.5, 2026-11). What nobody has said is not *not managed*."""

    LEVEL_1 = "level-1"
    """By one agency."""
    LEVEL_2 = "level-2"
    """By several agencies, which meet."""
    LEVEL_3 = "level-3"
    """By their senior staff."""
    NOT_MANAGED = "not-managed"


class SearchReason(StrEnum):
    """Why somebody looks for a person (ours, 2026-11; that a reason is asked: domain.md 10.5, *purpose*)."""

    OWN_CASE = "own-case"
    """Work on a case that the searcher has."""
    ASKED_BY_AGENCY = "asked-by-agency"
    """A partner agency rang, or wrote, about this person."""
    BEFORE_REFERRAL = "before-referral"
    """To see whether a referral would be a second one."""
    SAFETY_NOW = "safety-now"
    """Somebody may be in danger now."""
    OTHER = "other"
    """In words."""

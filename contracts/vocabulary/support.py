"""What support a victim is offered, how far each referral has come, and who is in a case."""

from enum import StrEnum


class SupportKind(StrEnum):
    """Kinds of support (HMICFRS, 2021: IDVAs, ISVAs, stalking advocates, young people's advisers; the
    Victims' Code, right 4: a service that supports victims)."""

    IDVA = "idva"
    ISVA = "isva"
    STALKING_ADVOCATE = "stalking-advocate"
    YOUNG_PEOPLES_ADVISER = "young-peoples-adviser"
    VICTIM_SUPPORT = "victim-support"
    REFUGE = "refuge"
    OTHER = "other"


class SupportStep(StrEnum):
    """A step of a referral to support. To offer, to hear a refusal and to make the referral is anybody's;
    the others are the service's own."""

    OFFERED = "offered"
    REFUSED = "refused"
    MADE = "made"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TRIED = "tried"
    """The service tried to reach her, by her safe way, and did not."""
    ENGAGED = "engaged"
    """First contact."""
    ENDED = "ended"


class SupportReason(StrEnum):
    """Why support was refused by the victim, declined by the service, or ended (Goldthread's own list)."""

    NOT_WANTED = "not-wanted"
    NOT_NOW = "not-now"
    NOT_SAFE = "not-safe"
    ALREADY_SUPPORTED = "already-supported"
    FULL = "full"
    NOT_OF_THE_AREA = "not-of-the-area"
    NOT_ELIGIBLE = "not-eligible"
    CONFLICT_OF_INTEREST = "conflict-of-interest"
    COMPLETED = "completed"
    LOST_CONTACT = "lost-contact"
    MOVED = "moved"
    OTHER = "other"


class CaseRole(StrEnum):
    """The part that somebody of an agency has in a victim's case."""

    IDVA = "idva"
    ISVA = "isva"
    STALKING_ADVOCATE = "stalking-advocate"
    YOUNG_PEOPLES_ADVISER = "young-peoples-adviser"
    OFFICER_IN_CASE = "officer-in-case"
    SOCIAL_WORKER = "social-worker"
    HEALTH_WORKER = "health-worker"
    HOUSING_OFFICER = "housing-officer"
    PROBATION_OFFICER = "probation-officer"
    OTHER = "other"

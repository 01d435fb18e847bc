"""How she may be reached, and what is known of a way: safe, or not."""

from enum import StrEnum


class ContactMethod(StrEnum):
    """How she may be contacted (safe contact on the SafeLives referral form, 2015). ``NONE_KNOWN`` means:
    do not."""

    MOBILE = "mobile"
    TEXT = "text"
    LANDLINE = "landline"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"
    THROUGH_SERVICE = "through-service"
    THROUGH_PERSON = "through-person"
    IN_PERSON = "in-person"
    NONE_KNOWN = "none-known"


class Weekday(StrEnum):
    """A day of the week, as the hours in which a way is safe name it."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class ContactFailure(StrEnum):
    """Why a way is safe no more (our own list, after the ICO's reprimands of 2022 and 2023: letters to a
    shared address, a voicemail on his telephone). That nobody answered at a safe time is no failure."""

    SOMEBODY_ELSE_ANSWERED = "somebody-else-answered"
    SEEN_BY_ANOTHER = "seen-by-another"
    VICTIM_SAYS_UNSAFE = "victim-says-unsafe"
    NOT_HERS = "not-hers"
    RETURNED = "returned"


class WayState(StrEnum):
    """Whether she may be contacted at an instant (``contracts.rules.safe_contact``)."""

    SAFE = "safe"
    AT_TIMES = "at-times"
    """Its times are in words: whoever uses it compares them."""
    NOT_NOW = "not-now"
    VERIFY_FIRST = "verify-first"
    UNKNOWN = "unknown"
    DIED = "died"
    """An agency has recorded that she died: nobody is asked to reach her."""


class ContactQuestion(StrEnum):
    """What a way to reach her leaves to ask, before it is safe."""

    NUMBER = "number"
    TIMES = "times"
    VERIFIED = "verified"
    EXPIRES = "expires"
    UNIFORM = "uniform"
    IF_ANOTHER_ANSWERS = "if-another-answers"


class Uniform(StrEnum):
    """Whether somebody in uniform may come to her. ``UNKNOWN`` is not ``SAFE``."""

    NO = "no"
    UNKNOWN = "unknown"
    SAFE = "safe"

"""Who is told, how, and what came of it."""

from enum import StrEnum


class AlertRule(StrEnum):
    """The rules by which Goldthread tells somebody: a breach; that a breach has had no answer in its time;
    that a service of its own could not read a record, or could not make a page anew; or that hours of an
    area's rota are to come for which nobody is on it."""

    BREACH = "breach"
    NO_ANSWER = "no-answer"
    UNREAD = "unread"
    ROTA_GAP = "rota-gap"


class ParkedReason(StrEnum):
    """Why a record that could not be read is tried again or counts no more."""

    MENDED = "mended"
    SENT_AGAIN = "sent-again"
    OF_NO_USE = "of-no-use"
    OTHER = "other"


class Urgency(StrEnum):
    """How soon somebody must answer a breach: high risk at once, medium in an hour, any other in a day, the
    inspectorate's own limit (HMICFRS, 2021: response within 24 hours of the report)."""

    NOW = "now"
    HOUR = "hour"
    DAY = "day"


class Channel(StrEnum):
    """How staff are reached. Goldthread messages staff only."""

    LIVE_PAGE = "live-page"
    WEBHOOK = "webhook"


class DeliveryResult(StrEnum):
    """What came of one try of one message."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    FAILED = "failed"


class PassReason(StrEnum):
    """Why the person called did not take it. A conflict of interest is no fault of theirs."""

    CANNOT_TAKE = "cannot-take"
    NOT_ON_DUTY = "not-on-duty"
    CONFLICT_OF_INTEREST = "conflict-of-interest"

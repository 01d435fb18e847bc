"""Who is told, how, and what came of it."""

from enum import StrEnum


class AlertRule(StrEnum):
    """The rules by which Goldthread tells somebody: a breach; that a service of its own could not read a
    record, or could not make a page anew; that hours of an area's rota are to come for which nobody is on it;
    that alerts do not get out, or none by one of the ways to send; that everybody was called for alerts of an
    area and nobody has answered; that nobody can tell an order's deadlines;
    that nobody says what was done about one that was taken; that a breach was withdrawn before anybody took
    its alert; and each other clock of ``contracts.rules.clocks`` that ran out."""

    BREACH = "breach"
    NO_ANSWER = "no-answer"
    UNREAD = "unread"
    ROTA_GAP = "rota-gap"
    ALERT_PATH = "alert-path"
    CHANNEL = "channel"
    UNANSWERED = "unanswered"
    NO_CLOCKS = "no-clocks"
    UNRESOLVED = "unresolved"
    HEARING = "hearing"
    PRODUCTION = "production"
    RETURN_DATE = "return-date"
    CIRCULATION = "circulation"
    CONFIRMATION = "confirmation"
    PATTERN = "pattern"
    NOTIFY_DAPO = "notify-dapo"
    NOTIFY_SPO = "notify-spo"
    BAIL_3 = "bail-3"
    BAIL_6 = "bail-6"
    BAIL_9 = "bail-9"
    ENDS_14 = "ends-14"
    ENDS_7 = "ends-7"
    ENDS_2 = "ends-2"
    BAIL_ENDED = "bail-ended"
    MIXTURE = "mixture"
    WHO_IS_WHO = "who-is-who"
    MARAC_ACTION = "marac-action"
    RISK_REVIEW = "risk-review"
    PLAN_INADEQUATE = "plan-inadequate"
    PLAN_REVIEW = "plan-review"
    VICTIM_CONTRACT = "victim-contract"
    TELL_ARREST = "tell-arrest"
    TELL_INTERVIEW = "tell-interview"
    TELL_BAIL = "tell-bail"
    TELL_CHARGE = "tell-charge"
    TELL_RELEASE = "tell-release"
    TELL_COURT = "tell-court"
    TELL_ROUTINE = "tell-routine"
    TELL_MARAC = "tell-marac"
    SUPPORT_REFERRAL = "support-referral"
    SUPPORT_UNANSWERED = "support-unanswered"
    IDVA_ASKED = "idva-asked"
    FIRST_CONTACT = "first-contact"
    NO_CONTACT = "no-contact"
    CANDIDATE = "candidate"
    RE_OFFER = "re-offer"
    SCHOOL_TOLD = "school-told"
    SCHOOL_ACKNOWLEDGED = "school-acknowledged"
    RETURN_INTERVIEW = "return-interview"
    FLAGS_OWED = "flags-owed"
    REFER_AGAIN = "refer-again"
    TRANSFER_TO_TAKE = "transfer-to-take"
    TRANSFER_TO_CHASE = "transfer-to-chase"
    MESSAGE_TO_OFFICER = "message-to-officer"
    MESSAGE_TO_IDVA = "message-to-idva"
    RESEARCH = "research"
    EMERGENCY_MARAC = "emergency-marac"
    AGENDA_TO_OPEN = "agenda-to-open"
    MINUTES_TO_OPEN = "minutes-to-open"
    BREACH_WITHDRAWN = "breach-withdrawn"


class StandDown(StrEnum):
    """Why an alert about a breach no longer holds (Goldthread's own, 2026-11)."""

    WITHDRAWN = "withdrawn"
    """Whoever reported the breach took the report back."""
    CHANGED = "changed"
    """Another victim, area or urgency is known, or another record tells of it: it is told as it is now."""
    ANSWERED = "answered"
    """A step of its answer is told."""
    LEFT = "left"
    """Whoever took it told nothing: it is told anew."""


class AlertEnd(StrEnum):
    """Why nobody need answer an alert any more, as whoever was called for it and has not answered is told
    (Goldthread's own, 2026-11)."""

    TAKEN = "taken"
    """Another person took it."""
    STOOD_DOWN = "stood-down"
    """What it told no longer holds."""


class ClockOwner(StrEnum):
    """Whose a deadline is: who must do what stops its clock."""

    RESPONSE = "response"
    TOOK_ALERT = "took-alert"
    """Whoever took the alert."""
    CUSTODY = "custody"
    ORDERS_TEAM = "orders-team"
    OFFICER_IN_CASE = "officer-in-case"
    OFFENDER_MANAGER = "offender-manager"
    DATA_PROTECTION = "data-protection"
    ACTION_OWNER = "action-owner"
    """The agency that a MARAC's action is for to do."""
    RISK_OWNER = "risk-owner"
    """Whoever assessed the risk last; where nobody has, whoever told of what asks for it."""
    PLAN_OWNER = "plan-owner"
    """Whoever made the safety plan; where there is none, the police."""
    MATAC = "matac"
    """The coordinator of the MATAC whose police told of the offender."""
    TELLS_VICTIM = "tells-victim"
    """Whoever the victim contract names; without one, the police."""
    REFERRER = "referrer"
    """Whoever told of what a victim is owed support for."""
    SUPPORT_SERVICE = "support-service"
    """The service that was asked; of an IDVA the one that serves the area."""
    POLICE_SAFEGUARDING = "police-safeguarding"
    """The police's team for safeguarding, which tells schools."""
    CHILDRENS_SERVICES = "childrens-services"
    RESEARCHER = "researcher"
    """Each agency that the MARAC asks what it holds."""
    SENT_TO = "sent-to"
    """Each agency that an agenda or minutes were sent to."""
    CASE_AGENCIES = "case-agencies"
    """Each agency of a case that has not answered yet."""
    MARAC_COORDINATOR = "marac-coordinator"
    RECEIVING_MARAC = "receiving-marac"
    """The coordinator of the MARAC that a case was sent to."""


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


class Post(StrEnum):
    """A post on the rota, as the rota names it."""

    FIRST = "first"
    SECOND = "second"
    SUPERVISOR = "supervisor"
    DUTY_OFFICER = "duty_officer"


class AlertKind(StrEnum):
    """The kinds of alert for which an area may set whom to call and when: a breach; a clock that ran out, or
    a breach that was withdrawn unseen; hours of the rota that nobody is on."""

    BREACH = "breach"
    CLOCK = "clock"
    ROTA_GAP = "rota-gap"


class Channel(StrEnum):
    """How staff are reached. Goldthread messages staff only."""

    LIVE_PAGE = "live-page"
    WEBHOOK = "webhook"
    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"


class DeliveryResult(StrEnum):
    """What came of one try of one message: the receiver has it; it will not be taken; it was not taken this
    time; a provider took it, and tells later what came of it."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    FAILED = "failed"
    SENT = "sent"


class PassReason(StrEnum):
    """Why the person called did not take it. A conflict of interest is no fault of theirs."""

    CANNOT_TAKE = "cannot-take"
    NOT_ON_DUTY = "not-on-duty"
    CONFLICT_OF_INTEREST = "conflict-of-interest"


class AlertOutcome(StrEnum):
    """What was done about an alert by whoever took it: what it asks for; somebody was found who does it; it
    was looked into, and nothing was to be done; it could not be done, which leaves it undone."""

    DEALT_WITH = "dealt-with"
    ARRANGED = "arranged"
    NOTHING_TO_DO = "nothing-to-do"
    NOT_POSSIBLE = "not-possible"

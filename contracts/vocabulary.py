"""The code lists: one for every service, each with its source. No service has lists of its own.

A code is what stands in a payload; the words that a person reads come by message id from the
catalogue of texts. ``UNKNOWN`` is a value of its own wherever it occurs, never the same as no.
"""

from enum import StrEnum


class AgencyKind(StrEnum):
    """Kinds of agency at a MARAC (SafeLives minutes checklist 2014)."""

    POLICE = "police"
    COUNCIL = "council"
    HOUSING = "housing"
    HEALTH = "health"
    IDVA_SERVICE = "idva-service"
    PROBATION = "probation"
    EDUCATION = "education"
    CHILDRENS_SERVICES = "childrens-services"
    VOLUNTARY = "voluntary"
    GOLDTHREAD = "goldthread"


class AreaKind(StrEnum):
    """What an area is the area of."""

    FORCE = "force"
    DISTRICT = "district"
    MARAC = "marac"
    MATAC = "matac"


class Role(StrEnum):
    """The part that an agency says a person has in what it reports (an assertion, DPA 2018 s38)."""

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
    """To the victim (Domestic Abuse Act 2021 s2, and wider: a stalker may be a stranger)."""

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
    """As recorded by the agency."""

    FEMALE = "female"
    MALE = "male"
    NOT_STATED = "not-stated"


class ContactMethod(StrEnum):
    """How she may be contacted. ``NONE_KNOWN`` means: do not."""

    MOBILE = "mobile"
    TEXT = "text"
    LANDLINE = "landline"
    EMAIL = "email"
    THROUGH_SERVICE = "through-service"
    IN_PERSON = "in-person"
    NONE_KNOWN = "none-known"


class Grade(StrEnum):
    """Risk grades. UNKNOWN is never standard: it sorts after HIGH and before MEDIUM."""

    HIGH = "high"
    UNKNOWN = "unknown"
    MEDIUM = "medium"
    STANDARD = "standard"


class Instrument(StrEnum):
    """Risk instruments; items of two instruments are never merged by their number."""

    SAFELIVES_DASH_24 = "safelives-dash-24"
    POLICE_DASH_27 = "police-dash-27"
    YP_DASH = "yp-dash"
    DARA = "dara"
    S_DASH = "s-dash"
    OTHER = "other"


class DashAnswer(StrEnum):
    """SafeLives Dash: four answers. DON'T KNOW and NOT ASKED are never NO."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont-know"
    NOT_ASKED = "not-asked"


class DashItem(StrEnum):
    """The 24 items of the SafeLives Dash by short labels of our own (SafeLives Dash 2015)."""

    D01 = "D01"
    D02 = "D02"
    D03 = "D03"
    D04 = "D04"
    D05 = "D05"
    D06 = "D06"
    D07 = "D07"
    D08 = "D08"
    D09 = "D09"
    D10 = "D10"
    D11 = "D11"
    D12 = "D12"
    D13 = "D13"
    D14 = "D14"
    D15 = "D15"
    D16 = "D16"
    D17 = "D17"
    D18 = "D18"
    D19 = "D19"
    D20 = "D20"
    D21 = "D21"
    D22 = "D22"
    D23 = "D23"
    D24 = "D24"


DASH_ITEMS = tuple(DashItem)


class ReferralCriterion(StrEnum):
    """SafeLives MARAC referral criteria, and the local ones in common use."""

    VISIBLE_HIGH_RISK = "visible-high-risk"
    PROFESSIONAL_JUDGEMENT = "professional-judgement"
    POTENTIAL_ESCALATION = "potential-escalation"
    REPEAT = "repeat"
    HBA_FM = "hba-fm"
    MARAC_TRANSFER = "marac-transfer"
    LOCAL = "local"


class IncidentKind(StrEnum):
    """What happened, in the words of recorded crime and beyond it (Home Office counting rules)."""

    VERBAL_ABUSE = "verbal-abuse"
    COMMON_ASSAULT = "common-assault"
    ASSAULT_WITH_INJURY = "assault-with-injury"
    GRIEVOUS_BODILY_HARM = "grievous-bodily-harm"
    NON_FATAL_STRANGULATION = "non-fatal-strangulation"
    SEXUAL_ASSAULT = "sexual-assault"
    RAPE = "rape"
    THREATS_TO_KILL = "threats-to-kill"
    HARASSMENT = "harassment"
    STALKING = "stalking"
    CONTROLLING_OR_COERCIVE = "controlling-or-coercive"
    CRIMINAL_DAMAGE = "criminal-damage"
    BURGLARY = "burglary"
    MALICIOUS_COMMUNICATIONS = "malicious-communications"
    ECONOMIC_ABUSE = "economic-abuse"
    MISSING_CHILD = "missing-child"
    OTHER = "other"


class LegalStatus(StrEnum):
    """How far the law has come with an incident: suspects are not convicted persons."""

    ALLEGED = "alleged"
    ARRESTED = "arrested"
    CHARGED = "charged"
    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    NO_FURTHER_ACTION = "no-further-action"


class OrderType(StrEnum):
    """Protective orders, notices and bail (``domain.md`` 4.1 lists law and sources)."""

    DVPN = "dvpn"
    DVPO = "dvpo"
    DAPN = "dapn"
    DAPO = "dapo"
    SPO = "spo"
    INTERIM_SPO = "interim-spo"
    NON_MOLESTATION = "non-molestation"
    OCCUPATION = "occupation"
    RESTRAINING = "restraining"
    FMPO = "fmpo"
    FGMPO = "fgmpo"
    SHPO = "shpo"
    POLICE_BAIL = "police-bail"
    COURT_BAIL = "court-bail"


class OrderStage(StrEnum):
    """How far an order has come."""

    APPLIED = "applied"
    INTERIM = "interim"
    MADE = "made"
    REFUSED = "refused"
    DISCHARGED = "discharged"


class ProhibitionKind(StrEnum):
    """What a respondent must not do."""

    NO_CONTACT = "no-contact"
    NO_VIOLENCE = "no-violence"
    NOT_TO_ATTEND = "not-to-attend"
    NOT_TO_APPROACH = "not-to-approach"
    NO_ONLINE_CONTACT = "no-online-contact"
    NOT_TO_DAMAGE = "not-to-damage"
    OTHER = "other"


class RequirementKind(StrEnum):
    """What a respondent must do."""

    PROGRAMME = "programme"
    TREATMENT = "treatment"
    TAG = "tag"
    NOTIFY_ADDRESS = "notify-address"
    SURRENDER_DEVICE = "surrender-device"
    SIGN_ON = "sign-on"
    RESIDE = "reside"
    OTHER = "other"


class ServiceMethod(StrEnum):
    """How an order came to the respondent."""

    PERSONAL = "personal"
    IN_COURT = "in-court"
    POST = "post"
    SUBSTITUTED = "substituted"
    TOLD_BY_POLICE = "told-by-police"


class BreachKind(StrEnum):
    """What the respondent did against an order."""

    CONTACT = "contact"
    ATTENDED = "attended"
    ASSAULT = "assault"
    THREAT = "threat"
    DAMAGE = "damage"
    ONLINE = "online"
    REQUIREMENT_MISSED = "requirement-missed"
    NOTIFICATION_MISSED = "notification-missed"
    OTHER = "other"


class HousingKind(StrEnum):
    """What a housing service holds."""

    TENANCY = "tenancy"
    HOMELESS_APPLICATION = "homeless-application"
    TARGET_HARDENING = "target-hardening"
    ANTISOCIAL_BEHAVIOUR = "antisocial-behaviour"
    ARREARS = "arrears"


class IdentityAnswer(StrEnum):
    """What a person decided of two records."""

    SAME = "same"
    NOT_SAME = "not-same"
    CANNOT_TELL = "cannot-tell"


class LinkReason(StrEnum):
    """Why two mentions are one person, by the kind of what they share, never its value."""

    NHS_NUMBER_AND_BIRTH = "nhs-number-and-birth"
    NHS_NUMBER_AND_NAME = "nhs-number-and-name"
    PNC_ID = "pnc-id"
    DECIDED = "decided"


class AlertRule(StrEnum):
    """The rules by which Goldthread tells somebody at once."""

    BREACH = "breach"


class Urgency(StrEnum):
    """How soon somebody must answer (``domain.md`` section 5)."""

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
    """Why the person called did not take it."""

    CANNOT_TAKE = "cannot-take"
    NOT_ON_DUTY = "not-on-duty"
    CONFLICT_OF_INTEREST = "conflict-of-interest"


class Threshold(StrEnum):
    """The numbers that a MARAC or MATAC chooses for itself."""

    DASH_VISIBLE_HIGH_RISK = "dash-visible-high-risk"
    ESCALATION_INCIDENTS = "escalation-incidents"
    SCORE_LOOK_BACK_DAYS = "score-look-back-days"


class StaffRole(StrEnum):
    """What a caller may be: a partner's system, or a member of staff. From the token's claims."""

    REPORTER = "reporter"
    SUPPORT_REPORTER = "support-reporter"
    MARAC_CHAIR = "marac-chair"
    MARAC_COORDINATOR = "marac-coordinator"
    IDVA = "idva"
    MATAC_COORDINATOR = "matac-coordinator"
    ON_CALL = "on-call"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    AREA_ADMIN = "area-admin"

"""The code lists: one for every service, each with its source. No service has lists of its own.

A code stands in a payload; its words come by message id. ``UNKNOWN`` is a value of its own, never no.
Sources as read on 23 November 2026; section numbers are to be checked before anything is decided by them.
"""

from enum import StrEnum


class AgencyKind(StrEnum):
    """Kinds of agency that a MARAC counts on (SafeLives minutes checklist, 2014, shortened)."""

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


class LawfulBasis(StrEnum):
    """UK GDPR Art 6(1); Data (Use and Access) Act 2025 (*recognised*); DPA 2018 s35 (law enforcement)."""

    CONSENT = "consent"
    LEGAL_OBLIGATION = "legal-obligation"
    VITAL_INTERESTS = "vital-interests"
    PUBLIC_TASK = "public-task"
    LEGITIMATE_INTERESTS = "legitimate-interests"
    RECOGNISED_LEGITIMATE_INTEREST = "recognised-legitimate-interest"
    LAW_ENFORCEMENT = "law-enforcement"


class Purpose(StrEnum):
    """What something is shared for (our own list)."""

    SAFEGUARDING = "safeguarding"
    LAW_ENFORCEMENT = "law-enforcement"
    SUPPORT = "support"
    HEALTH_CARE = "health-care"


class AreaKind(StrEnum):
    """What an area is the area of. A MARAC's are sets of districts; its force is one of 43 (ONS, 2024)."""

    FORCE = "force"
    DISTRICT = "district"
    MARAC = "marac"
    MATAC = "matac"


class Role(StrEnum):
    """The part that an agency says a person has in what it reports: an assertion with an author, never a
    property of the person (DPA 2018 s38; language of the College of Policing: *alleged* until convicted)."""

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
    """To the victim: *personally connected* (Domestic Abuse Act 2021 s2), and wider, for violence against
    women and girls is: a stalker may be a stranger."""

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
    """As recorded by the agency; ``NOT_STATED`` where nobody asked."""

    FEMALE = "female"
    MALE = "male"
    NOT_STATED = "not-stated"


class ContactMethod(StrEnum):
    """How she may be contacted (safe contact on the SafeLives referral form, 2015). ``NONE_KNOWN`` means:
    do not."""

    MOBILE = "mobile"
    TEXT = "text"
    LANDLINE = "landline"
    EMAIL = "email"
    THROUGH_SERVICE = "through-service"
    IN_PERSON = "in-person"
    NONE_KNOWN = "none-known"


class Grade(StrEnum):
    """Risk grades of police tools and of the bands used outside the police. UNKNOWN
    is never standard: it stands after HIGH and before MEDIUM, and wherever it matters it counts as high."""

    HIGH = "high"
    UNKNOWN = "unknown"
    MEDIUM = "medium"
    STANDARD = "standard"


class Instrument(StrEnum):
    """Risk instruments: SafeLives Dash (24 items, 2015), police DASH (27, ACPO/CAADA 2009), its version for
    young people, DARA (College of Policing), S-DASH. Their items are never merged by number."""

    SAFELIVES_DASH_24 = "safelives-dash-24"
    POLICE_DASH_27 = "police-dash-27"
    YP_DASH = "yp-dash"
    DARA = "dara"
    S_DASH = "s-dash"
    OTHER = "other"


class DashAnswer(StrEnum):
    """SafeLives Dash (2015): four answers. DON'T KNOW and NOT ASKED are never NO."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont-know"
    NOT_ASKED = "not-asked"


class DashItem(StrEnum):
    """The 24 items of the SafeLives Dash (2015), with short labels of our own. Check their order against
    the licensed form before use."""

    D01 = "D01"  # current incident caused injury
    D02 = "D02"  # very frightened
    D03 = "D03"  # what is feared
    D04 = "D04"  # isolated from family and friends
    D05 = "D05"  # depression or suicidal thoughts
    D06 = "D06"  # separated, or tried to, in the past year
    D07 = "D07"  # conflict over child contact
    D08 = "D08"  # constant texts, calls, following, stalking
    D09 = "D09"  # pregnant, or a baby under 18 months
    D10 = "D10"  # happening more often
    D11 = "D11"  # getting worse
    D12 = "D12"  # controls everything, excessive jealousy
    D13 = "D13"  # weapon or object used to hurt
    D14 = "D14"  # threats to kill, believed
    D15 = "D15"  # tried to strangle, choke, suffocate or drown
    D16 = "D16"  # sexual harm or degradation
    D17 = "D17"  # others threaten too
    D18 = "D18"  # has hurt others
    D19 = "D19"  # cruelty to animals
    D20 = "D20"  # money problems or dependence
    D21 = "D21"  # perpetrator's drugs, alcohol or mental health
    D22 = "D22"  # perpetrator's threat or attempt at suicide
    D23 = "D23"  # broke bail, injunction or contact terms
    D24 = "D24"  # police trouble or criminal history


DASH_ITEMS = tuple(DashItem)
"""All 24, in their order."""


class ReferralCriterion(StrEnum):
    """SafeLives MARAC referral criteria (form of 2015), of which a case can meet several, and local ones."""

    VISIBLE_HIGH_RISK = "visible-high-risk"
    PROFESSIONAL_JUDGEMENT = "professional-judgement"
    POTENTIAL_ESCALATION = "potential-escalation"
    REPEAT = "repeat"
    HBA_FM = "hba-fm"
    MARAC_TRANSFER = "marac-transfer"
    LOCAL = "local"


class IncidentKind(StrEnum):
    """What happened, in the words of recorded crime and beyond it (Home Office counting rules; the rules
    change each April, these names do not)."""

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
    """How far the law has come with an incident: a suspect is not a convicted person."""

    ALLEGED = "alleged"
    ARRESTED = "arrested"
    CHARGED = "charged"
    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    NO_FURTHER_ACTION = "no-further-action"


class OrderType(StrEnum):
    """Protective orders, notices and bail: CSA 2010 s24-28, DA Act 2021 s22-56, SPA 2019, FLA 1996 s33-42
    and Part 4A, Sentencing Act 2020 s343 and s360, FGM Act 2003 Sch 2, Bail Act 1976, PACE 1984 Part 4."""

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
    """How far an order has come. Only MADE and INTERIM bind anybody."""

    APPLIED = "applied"
    INTERIM = "interim"
    MADE = "made"
    REFUSED = "refused"
    DISCHARGED = "discharged"


class ProhibitionKind(StrEnum):
    """What a respondent must not do (the heads of DA Act 2021 s23 and s35, and of FLA 1996 s42)."""

    NO_CONTACT = "no-contact"
    NO_VIOLENCE = "no-violence"
    NOT_TO_ATTEND = "not-to-attend"
    NOT_TO_APPROACH = "not-to-approach"
    NO_ONLINE_CONTACT = "no-online-contact"
    NOT_TO_DAMAGE = "not-to-damage"
    OTHER = "other"


class RequirementKind(StrEnum):
    """What a respondent must do (DA Act 2021 s36; SPA 2019 s2; bail conditions)."""

    PROGRAMME = "programme"
    TREATMENT = "treatment"
    TAG = "tag"
    NOTIFY_ADDRESS = "notify-address"
    SURRENDER_DEVICE = "surrender-device"
    SIGN_ON = "sign-on"
    RESIDE = "reside"
    OTHER = "other"


class ServiceMethod(StrEnum):
    """How an order came to the respondent (FPR Part 10). Being told by the police is knowledge, not service
    (FLA 1996 s42A: a without-notice order binds from when the respondent knows of it)."""

    PERSONAL = "personal"
    IN_COURT = "in-court"
    POST = "post"
    SUBSTITUTED = "substituted"
    TOLD_BY_POLICE = "told-by-police"


class BreachKind(StrEnum):
    """What the respondent did against an order: a list of our own, for none is published."""

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
    """What a housing service holds (SafeLives research form for housing)."""

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
    """Why two mentions are one person: the kind of what they share, never its value. A valid check digit is
    not the right person, so each number needs a name or a date of birth beside it."""

    NHS_NUMBER_AND_BIRTH = "nhs-number-and-birth"
    NHS_NUMBER_AND_NAME = "nhs-number-and-name"
    PNC_ID = "pnc-id"
    DECIDED = "decided"


class AlertRule(StrEnum):
    """The rules by which Goldthread tells somebody at once: a breach; or that a service of its own could
    not read a record, or could not make a page anew."""

    BREACH = "breach"
    UNREAD = "unread"


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


class Threshold(StrEnum):
    """The numbers that a MARAC or MATAC chooses for itself (SafeLives recommends 14 on the Dash, and 3
    incidents in 12 months)."""

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

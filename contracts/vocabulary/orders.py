"""Protective orders, notices and bail, and their breaches."""

from enum import StrEnum


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


class Applicant(StrEnum):
    """Who applied for an order, or gave a notice or bail (``domain.md`` 4.1). The police are the chief
    officer of police, whoever acts for them."""

    POLICE = "police"
    CUSTODY_OFFICER = "custody-officer"
    NATIONAL_CRIME_AGENCY = "national-crime-agency"
    PROSECUTOR = "prosecutor"
    VICTIM = "victim"
    OWNER = "owner"
    LOCAL_AUTHORITY = "local-authority"
    THIRD_PARTY = "third-party"
    WITH_LEAVE = "with-leave"
    COURT_ITSELF = "court-itself"


class BailEnd(StrEnum):
    """Why bail ended: after the last two nothing keeps the respondent away (``domain.md`` 4.6)."""

    CHARGED = "charged"
    RELEASED_UNDER_INVESTIGATION = "released-under-investigation"
    NO_FURTHER_ACTION = "no-further-action"


class ProhibitionKind(StrEnum):
    """What a respondent must not do (the heads of DA Act 2021 s23 and s35, and of FLA 1996 s42; of a sexual
    harm prevention order, ``domain.md`` 4.1, read in November 2026)."""

    NO_CONTACT = "no-contact"
    NO_VIOLENCE = "no-violence"
    NOT_TO_ATTEND = "not-to-attend"
    NOT_TO_APPROACH = "not-to-approach"
    NO_ONLINE_CONTACT = "no-online-contact"
    NOT_TO_DAMAGE = "not-to-damage"
    NOT_TO_TRAVEL_ABROAD = "not-to-travel-abroad"
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


class BreachSaidBy(StrEnum):
    """Whose word a breach is, whoever reports it (our own list). Left out: not known, and never hers."""

    VICTIM = "victim"
    WITNESS = "witness"
    OFFICER = "officer"
    OTHER = "other"


class PoliceRank(StrEnum):
    """Ranks of the police, the lowest first (Police Act 1996; Metropolitan ranks by their equal)."""

    CONSTABLE = "constable"
    SERGEANT = "sergeant"
    INSPECTOR = "inspector"
    CHIEF_INSPECTOR = "chief-inspector"
    SUPERINTENDENT = "superintendent"
    CHIEF_SUPERINTENDENT = "chief-superintendent"
    ASSISTANT_CHIEF_CONSTABLE = "assistant-chief-constable"
    DEPUTY_CHIEF_CONSTABLE = "deputy-chief-constable"
    CHIEF_CONSTABLE = "chief-constable"


class NothingRequired(StrEnum):
    """Why an order that can require something requires nothing (``domain.md`` 4.4: a required reason; the
    codes are Goldthread's own). That nobody asked the court is no reason, and has no code."""

    COURT_REFUSED = "court-refused"
    NONE_AVAILABLE = "none-available"
    NOT_SUITABLE = "not-suitable"
    ANOTHER_ORDER = "another-order"


class OccupationSection(StrEnum):
    """Under which section of the Family Law Act 1996 an occupation order was made: how long it may last
    hangs on it."""

    S33 = "s33"
    S35 = "s35"
    S36 = "s36"
    S37 = "s37"
    S38 = "s38"


class OrderQuestion(StrEnum):
    """What whoever told of an order is asked, by what the law says of its type or an order needs to protect
    (HMICFRS, 2021: 17 of 25 stalking protection orders without a positive requirement)."""

    AUTHORISER_MISSING = "authoriser-missing"
    RANK_TOO_LOW = "rank-too-low"
    NEEDS_COURT = "needs-court"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    LONGER_AT_A_TIME = "longer-at-a-time"
    END_MISSING = "end-missing"
    SECTION_MISSING = "section-missing"
    PART_END_MISSING = "part-end-missing"
    RETURN_DATE_MISSING = "return-date-missing"
    ADDRESS_KNOWN = "address-known"
    POWER_OF_ARREST = "power-of-arrest"
    NO_PROHIBITIONS = "no-prohibitions"
    NO_REQUIREMENTS = "no-requirements"
    REQUIREMENT_NOT_ALLOWED = "requirement-not-allowed"
    SUPERVISOR_MISSING = "supervisor-missing"
    RANK_NEEDLESSLY_HIGH = "rank-needlessly-high"
    INTERIM_NOT_KNOWN = "interim-not-known"
    VARIATION_NOT_KNOWN = "variation-not-known"
    EXTENSION_NOT_KNOWN = "extension-not-known"
    VARIED_AFTER_DISCHARGE = "varied-after-discharge"
    APPLICANT_NOT_KNOWN = "applicant-not-known"
    APPEAL_NOT_KNOWN = "appeal-not-known"
    APPEAL_BEFORE_MADE = "appeal-before-made"
    NOT_IN_PILOT = "not-in-pilot"
    PILOT_INSTEAD = "pilot-instead"


class BreachStep(StrEnum):
    """A step of the police's answer to a breach: the inspectorate's own audit questions (HMICFRS 2021), by
    the names of ``domain.md`` section 5 (a design note, 2026-10); and what became of whoever was held for it,
    each a time to assess the risk again (College of Policing, APP, *victim safety*; read 2026-11)."""

    TRIAGED = "triaged"
    DEPLOYED = "deployed"
    SUSPECT_OUTSTANDING = "suspect-outstanding"
    ARRESTED = "arrested"
    INTERVIEWED = "interviewed"
    CHARGED = "charged"
    AT_COURT = "at-court"
    SENTENCED = "sentenced"
    ACQUITTED = "acquitted"
    RELEASED = "released"  # by the police, a court or a prison; that bail was given is an order of its own
    NO_FURTHER_ACTION = "no-further-action"
    NO_BREACH_FOUND = "no-breach-found"
    CLOSED = "closed"


class TeamKind(StrEnum):
    """Teams to whom an order is circulated (``domain.md`` 4.7, a design note, 2026-10): the first three are
    the force's own, the others of another agency; a school where it is lawful."""

    RESPONSE = "response"
    NEIGHBOURHOOD = "neighbourhood"
    CONTROL_ROOM = "control-room"
    NEIGHBOURING_FORCE = "neighbouring-force"
    PRISON = "prison"
    PROBATION = "probation"
    COUNCIL = "council"
    SCHOOL = "school"


class NationalSystem(StrEnum):
    """National systems into which the police enter an order: Police National Computer, and Database."""

    PNC = "pnc"
    PND = "pnd"


class OutcomeType(StrEnum):
    """Home Office crime outcome types (Crime outcomes technical annex, 2024), by their numbers."""

    CHARGED = "1"
    CHARGED_ALTERNATE = "1a"
    YOUTH_CAUTION = "2"
    YOUTH_CAUTION_ALTERNATE = "2a"
    ADULT_CAUTION = "3"
    ADULT_CAUTION_ALTERNATE = "3a"
    TAKEN_INTO_CONSIDERATION = "4"
    OFFENDER_DIED = "5"
    PENALTY_NOTICE = "6"
    CANNABIS_WARNING = "7"
    COMMUNITY_RESOLUTION = "8"
    NOT_IN_PUBLIC_INTEREST_CPS = "9"
    NOT_IN_PUBLIC_INTEREST_POLICE = "10"
    SUSPECT_UNDER_AGE = "11"
    SUSPECT_TOO_ILL = "12"
    WITNESS_DEAD_OR_TOO_ILL = "13"
    NO_SUSPECT_VICTIM_DECLINES = "14"
    EVIDENTIAL_DIFFICULTIES = "15"
    VICTIM_DOES_NOT_SUPPORT = "16"
    TIME_LIMIT_EXPIRED = "17"
    NO_SUSPECT = "18"
    FRAUD_FILTERED = "19"
    OTHER_BODY = "20"
    NOT_IN_PUBLIC_INTEREST_FURTHER = "21"
    DIVERSIONARY = "22"

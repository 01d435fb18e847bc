"""Who takes part, where, by which right, and as what."""

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


class ReferringService(StrEnum):
    """A service that SafeLives' data return counts by itself, and no kind of agency tells apart
    (``domain.md`` 1.12)."""

    PRIMARY_CARE = "primary-care"
    SECONDARY_CARE = "secondary-care"
    MENTAL_HEALTH = "mental-health"
    SUBSTANCE_MISUSE = "substance-misuse"
    ADULT_SOCIAL_CARE = "adult-social-care"
    MASH = "mash"


class AreaKind(StrEnum):
    """What an area is the area of. A MARAC's are sets of districts; its force is one of 43 (ONS, 2024)."""

    FORCE = "force"
    DISTRICT = "district"
    MARAC = "marac"
    MATAC = "matac"


class StaffRole(StrEnum):
    """What a caller may be: a partner's system, or a member of staff. From the token's claims."""

    REPORTER = "reporter"
    REFERRER = "referrer"
    KEY_ADULT = "key-adult"
    SUPPORT_REPORTER = "support-reporter"
    MARAC_CHAIR = "marac-chair"
    MARAC_COORDINATOR = "marac-coordinator"
    MARAC_REPRESENTATIVE = "marac-representative"
    IDVA = "idva"
    OFFICER_IN_CASE = "officer-in-case"
    MATAC_COORDINATOR = "matac-coordinator"
    ON_CALL = "on-call"
    SUPERVISOR = "supervisor"
    CONTROL_ROOM = "control-room"
    NEIGHBOURHOOD = "neighbourhood"
    ORDER_CONTACT = "order-contact"
    OPERATOR = "operator"
    AREA_ADMIN = "area-admin"


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

"""The code lists: one for every service, each with its source. No service has lists of its own.

A code stands in a payload; its words come by message id. ``UNKNOWN`` is a value of its own, never no.
Sources as read on 23 November 2026; section numbers are to be checked before anything is decided by them.
"""

from contracts.vocabulary.agencies import AgencyKind, AreaKind, LawfulBasis, Purpose, StaffRole
from contracts.vocabulary.alerts import (
    AlertRule,
    Channel,
    ClockOwner,
    DeliveryResult,
    ParkedReason,
    PassReason,
    Urgency,
)
from contracts.vocabulary.orders import (
    BreachKind,
    BreachStep,
    OrderQuestion,
    OrderStage,
    OrderType,
    OutcomeType,
    PoliceRank,
    ProhibitionKind,
    RequirementKind,
    ServiceMethod,
)
from contracts.vocabulary.people import (
    PERPETRATOR_ROLES,
    ContactMethod,
    IdentityAnswer,
    LinkReason,
    Relationship,
    Role,
    Sex,
)
from contracts.vocabulary.risk import (
    DASH_ITEMS,
    DashAnswer,
    DashItem,
    Grade,
    HousingKind,
    IncidentKind,
    Instrument,
    LegalStatus,
    ReferralCriterion,
    Threshold,
)

__all__ = [
    "DASH_ITEMS",
    "PERPETRATOR_ROLES",
    "AgencyKind",
    "AlertRule",
    "AreaKind",
    "BreachKind",
    "BreachStep",
    "Channel",
    "ClockOwner",
    "ContactMethod",
    "DashAnswer",
    "DashItem",
    "DeliveryResult",
    "Grade",
    "HousingKind",
    "IdentityAnswer",
    "IncidentKind",
    "Instrument",
    "LawfulBasis",
    "LegalStatus",
    "LinkReason",
    "OrderQuestion",
    "OrderStage",
    "OrderType",
    "OutcomeType",
    "ParkedReason",
    "PassReason",
    "PoliceRank",
    "ProhibitionKind",
    "Purpose",
    "ReferralCriterion",
    "Relationship",
    "RequirementKind",
    "Role",
    "ServiceMethod",
    "Sex",
    "StaffRole",
    "Threshold",
    "Urgency",
]

"""What a victim is owed: a safety plan, and to be told."""

from enum import StrEnum


class PlanHeading(StrEnum):
    """PLANBI, by which the police reason a risk-management plan: proportionality, legality, accountability,
    necessity, best information at the time (College of Policing, APP; HMICFRS 2021, lines 1412-1416)."""

    PROPORTIONALITY = "proportionality"
    LEGALITY = "legality"
    ACCOUNTABILITY = "accountability"
    NECESSITY = "necessity"
    INFORMATION = "information"


class ActionState(StrEnum):
    """How far an action has come. *Not needed*: circumstances changed, which is not *not done*."""

    PLANNED = "planned"
    DONE = "done"
    NOT_DONE = "not-done"
    NOT_NEEDED = "not-needed"


class PlanChildren(StrEnum):
    """What a plan answers about children. NOT_KNOWN is no answer, and never *none*."""

    PLANNED_FOR = "planned-for"
    NO_CHILDREN = "no-children"
    NOT_KNOWN = "not-known"


class PlanFault(StrEnum):
    """Why a safety plan is not adequate (``contracts.rules.plan_adequacy``)."""

    SAYS_NOTHING = "says-nothing"
    HEADING_MISSING = "heading-missing"
    NO_ACTIONS = "no-actions"
    ACTION_NO_OWNER = "action-no-owner"
    ACTION_NO_DUE = "action-no-due"
    ACTIONS_BELOW_GRADE = "actions-below-grade"
    BELOW_GRADE = "below-grade"
    NO_OWNER = "no-owner"
    NO_REVIEW_DATE = "no-review-date"
    NO_CONTACT = "no-contact"
    CHILDREN_UNANSWERED = "children-unanswered"
    CHILDREN_FORGOTTEN = "children-forgotten"
    ORDER_NOT_MENTIONED = "order-not-mentioned"
    RELEASE_NOT_PLANNED = "release-not-planned"
    NOT_BEYOND_COURT = "not-beyond-court"


class PlanChange(StrEnum):
    """What opens a review of a plan beside what opens one of the risk (``ReviewTrigger``)."""

    GRADE_RAISED = "grade-raised"
    GRADE_LOWERED = "grade-lowered"
    REVIEW_DATE = "review-date"


class PlanReviewResult(StrEnum):
    """What a review of a plan came to. *To be changed* leaves the review owed until the plan is."""

    STANDS = "stands"
    TO_BE_CHANGED = "to-be-changed"


class UpdateKind(StrEnum):
    """What a victim is to be told of (Code of Practice for Victims of Crime, 2020, rights 6, 8 and 9;
    ``domain.md`` section 6). ROUTINE: how often her contract says. MARAC: what a meeting came to (1.5)."""

    ARREST = "arrest"
    INTERVIEW = "interview"
    BAIL = "bail"
    CHARGE = "charge"
    RELEASE = "release"
    COURT = "court"
    ROUTINE = "routine"
    MARAC = "marac"


class ToldResult(StrEnum):
    """What came of telling her. TRIED is never counted as told. UNSAFE and DECLINED are reasons that the
    Code lets stand: no safe way is known, or she does not want to hear of it (``domain.md`` section 6)."""

    TOLD = "told"
    TRIED = "tried"
    UNSAFE = "unsafe"
    DECLINED = "declined"


class Teller(StrEnum):
    """Who tells her, by the victim contract: the officer or an advocate (HMICFRS 2021, lines 2456-2474)."""

    OFFICER = "officer"
    IDVA = "idva"
    ISVA = "isva"
    WITNESS_CARE = "witness-care"
    OTHER_ADVOCATE = "other-advocate"


class EnhancedReason(StrEnum):
    """Why a victim has enhanced rights, or has not (Code of Practice for Victims of Crime, 2020). NOT_KNOWN
    counts as enhanced."""

    DOMESTIC_ABUSE = "domestic-abuse"
    MOST_SERIOUS = "most-serious"
    PERSISTENTLY_TARGETED = "persistently-targeted"
    HIGH_RISK = "high-risk"
    UNDER_18 = "under-18"
    ASSESSED = "assessed"
    NOT_KNOWN = "not-known"
    ASSESSED_NOT = "assessed-not"

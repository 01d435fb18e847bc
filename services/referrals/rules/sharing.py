"""Who may post what to this service, and who may read what is kept for support alone.

Source: design.md section 7 (2026): deny by default. Immigration status is for support only and
reaches no enforcement body by any path (domain.md 10; NPCC guidance on migrant victims, read 2026-11).
"""

from collections.abc import Collection, Mapping

from contracts.vocabulary import AgencyKind, StaffRole

REFER = "referral:make"
ASSESS = "risk:report"
REPORT_INCIDENT = "incident:report"
DESCRIBE_CARE = "care:report"
NOTE_IMMIGRATION = "immigration:note"
DECIDE_IDENTITY = "identity:decide"

SYSTEMS = frozenset({StaffRole.REPORTER})

RIGHTS: Mapping[str, frozenset[str]] = {
    REFER: SYSTEMS,
    ASSESS: SYSTEMS,
    REPORT_INCIDENT: SYSTEMS,
    DESCRIBE_CARE: SYSTEMS,
    NOTE_IMMIGRATION: frozenset({StaffRole.SUPPORT_REPORTER}),
    DECIDE_IDENTITY: frozenset({StaffRole.MARAC_COORDINATOR, StaffRole.OPERATOR}),
}
"""Right to the roles that have it. Whoever is in no list may not."""

SUPPORTS = frozenset({AgencyKind.IDVA_SERVICE, AgencyKind.VOLUNTARY})
"""The kinds of agency that support victims and enforce nothing."""


def may_read_support(roles: Collection[str], kind: AgencyKind | None) -> bool:
    """Whether a caller may read what is kept for support alone: an IDVA of a support service.

    An agency whose kind is not known is no support service.
    """
    return StaffRole.IDVA in roles and kind in SUPPORTS

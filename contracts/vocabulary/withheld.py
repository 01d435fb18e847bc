"""By which right what a victim chose not to tell the police may be told all the same."""

from enum import StrEnum


class OpeningBasis(StrEnum):
    """Lawful bases that open it (UK GDPR Art 6(1)(a), (c), (d); Data (Use and Access) Act 2025, *recognised*:
    safeguarding vulnerable individuals; read 2026-11). A public task, a legitimate interest or the purposes
    of the police are none: by these her choice would mean nothing."""

    CONSENT = "consent"
    LEGAL_OBLIGATION = "legal-obligation"
    VITAL_INTERESTS = "vital-interests"
    RECOGNISED_LEGITIMATE_INTEREST = "recognised-legitimate-interest"

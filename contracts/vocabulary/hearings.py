"""Hearings of courts, as far as they bear on a victim's risk."""

from enum import StrEnum


class HearingKind(StrEnum):
    """What a court is to hear: the kinds that change a victim's risk in different ways (College of Policing,
    APP on domestic abuse, *victim safety*: the run-up to a trial, a sentence, family proceedings, above all
    child contact; read 2026-11). The list is our own."""

    CRIMINAL_TRIAL = "criminal-trial"
    SENTENCE = "sentence"
    OTHER_CRIMINAL = "other-criminal"
    FAMILY_CHILD_CONTACT = "family-child-contact"
    OTHER_FAMILY = "other-family"
    CIVIL_ORDER = "civil-order"


class HearingToldBy(StrEnum):
    """Who told the agency of a hearing: a list of our own. None given: not known."""

    COURT = "court"
    POLICE = "police"
    WITNESS_CARE = "witness-care"
    SOLICITOR = "solicitor"
    CAFCASS = "cafcass"
    VICTIM = "victim"
    OTHER = "other"

"""A MARAC while it sits: who was there, for which service, and where a case is taken on to."""

from enum import StrEnum


class Attendance(StrEnum):
    """How somebody attended (SafeLives minutes checklist, 2014)."""

    PRESENT = "present"
    DEPUTY = "deputy"
    OBSERVER = "observer"
    APOLOGIES_WITH_INFORMATION = "apologies-with-information"
    APOLOGIES_WITHOUT = "apologies-without"
    ABSENT = "absent"


class CoreService(StrEnum):
    """The services whose attendance a MARAC is measured by. Published lists count eight, and differ in
    whether adult social care is one of them: here it is named, so nobody is left out (SafeLives, 2014)."""

    POLICE = "police"
    IDVA = "idva"
    HOUSING = "housing"
    CHILDRENS_SERVICES = "childrens-services"
    PROBATION = "probation"
    PRIMARY_HEALTH = "primary-health"
    MENTAL_HEALTH = "mental-health"
    SUBSTANCE_MISUSE = "substance-misuse"
    ADULT_SOCIAL_CARE = "adult-social-care"


class Paper(StrEnum):
    """What a MARAC sends round (SafeLives: an agenda before it, minutes after it; ``domain.md`` 1.5)."""

    AGENDA = "agenda"
    MINUTES = "minutes"


class Forum(StrEnum):
    """Another forum that a case is referred to (SafeLives Scotland MARAC toolkit, 2019; Care Act 2014
    s42)."""

    MAPPA = "mappa"
    MATAC = "matac"
    CHILD_PROTECTION = "child-protection"
    ADULT_SAFEGUARDING = "adult-safeguarding"
    MASH = "mash"
    ANOTHER_MARAC = "another-marac"
    OTHER = "other"


class SittingStep(StrEnum):
    """What a chair or coordinator says of the whole meeting."""

    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"

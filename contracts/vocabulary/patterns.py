"""What was done, what it did to her, and the offences that many acts together may be."""

from enum import StrEnum


class Act(StrEnum):
    """What was done, beside the kind of a breach or incident: the examples of stalking (Protection from
    Harassment Act 1997 s2A(3)) and of controlling or coercive behaviour (statutory guidance to Serious Crime
    Act 2015 s76, 2023); intimidating a witness (Criminal Justice and Public Order Act 1994 s51), and sharing
    intimate images or threatening to (Sexual Offences Act 2003 s66B): both from memory, to be checked."""

    FOLLOWED = "followed"
    CONTACTED = "contacted"
    PUBLISHED = "published"
    MONITORED_ONLINE = "monitored-online"
    LOITERED = "loitered"
    INTERFERED_WITH_PROPERTY = "interfered-with-property"
    WATCHED = "watched"
    ISOLATED = "isolated"
    CONTROLLED_MONEY = "controlled-money"
    CONTROLLED_DAILY_LIFE = "controlled-daily-life"
    DEGRADED = "degraded"
    THREATENED = "threatened"
    VIOLENT = "violent"
    STRANGLED = "strangled"
    THREATENED_TO_KILL = "threatened-to-kill"
    INTIMIDATED_WITNESS = "intimidated-witness"
    DISCLOSED_IMAGES = "disclosed-images"


class Effect(StrEnum):
    """What it did to whom it was done to (PHA 1997 s2, s4, s4A; SCA 2015 s76(4)). ``NO_EFFECT`` is said,
    never taken from silence."""

    ALARM_OR_DISTRESS = "alarm-or-distress"
    FEAR_OF_VIOLENCE = "fear-of-violence"
    DAILY_LIFE = "daily-life"
    NO_EFFECT = "no-effect"


class Circumstance(StrEnum):
    """How a contact came about: a list of our own (2026-11). Arranged: through solicitors, a court or a
    service, such as the handover of a child."""

    ARRANGED = "arranged"
    BY_MISTAKE = "by-mistake"
    UNWANTED = "unwanted"


class Offence(StrEnum):
    """Offences that a person is asked to consider (``domain.md`` section 5, 2026-10): PHA 1997 s2, s2A, s4A
    and s4; SCA 2015 s76 and s75A; Offences against the Person Act 1861 s16. Those of its last line, beside
    threats to kill, with the law of each: ``contracts.rules.offences``."""

    HARASSMENT = "harassment"
    STALKING = "stalking"
    SERIOUS_STALKING = "serious-stalking"
    FEAR_OF_VIOLENCE = "fear-of-violence"
    CONTROLLING_OR_COERCIVE = "controlling-or-coercive"
    STRANGULATION = "strangulation"
    THREATS_TO_KILL = "threats-to-kill"
    GRIEVOUS_BODILY_HARM = "grievous-bodily-harm"
    ACTUAL_BODILY_HARM = "actual-bodily-harm"
    WITNESS_INTIMIDATION = "witness-intimidation"
    DISCLOSING_IMAGES = "disclosing-images"
    MALICIOUS_COMMUNICATIONS = "malicious-communications"
    CRIMINAL_DAMAGE = "criminal-damage"


class OffenceElement(StrEnum):
    """What must be there for an offence, as far as facts can say."""

    COURSE_OF_CONDUCT = "course-of-conduct"
    ACTS_OF_STALKING = "acts-of-stalking"
    ALARM_OR_DISTRESS = "alarm-or-distress"
    FEAR_TWICE = "fear-twice"
    SERIOUS_EFFECT = "serious-effect"
    REPEATED_CONTROL = "repeated-control"
    PERSONALLY_CONNECTED = "personally-connected"
    STRANGLED = "strangled"
    THREATENED_TO_KILL = "threatened-to-kill"
    GRIEVOUS_HARM = "grievous-harm"
    INJURED = "injured"
    INTIMIDATED_WITNESS = "intimidated-witness"
    INVESTIGATION_OR_PROCEEDINGS = "investigation-or-proceedings"
    DISCLOSED_IMAGES = "disclosed-images"
    MALICIOUS_MESSAGE = "malicious-message"
    DAMAGED_PROPERTY = "damaged-property"


class PatternDecision(StrEnum):
    """What an officer decided of an offence that was named to them."""

    RECORDED = "recorded"
    NOT_YET = "not-yet"
    NOT_RECORDED = "not-recorded"

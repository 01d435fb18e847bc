"""How great the risk is, and what was done to her."""

from enum import StrEnum


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
    RELEASED_UNDER_INVESTIGATION = "released-under-investigation"  # bail is an order of its own
    CHARGED = "charged"
    RELEASED_BY_COURT = "released-by-court"  # before a sentence; bail is an order of its own
    CONVICTED = "convicted"
    SENTENCED = "sentenced"
    RELEASED = "released"  # from prison, after a sentence
    ACQUITTED = "acquitted"
    NO_FURTHER_ACTION = "no-further-action"


class HousingKind(StrEnum):
    """What a housing service holds (SafeLives research form for housing)."""

    TENANCY = "tenancy"
    HOMELESS_APPLICATION = "homeless-application"
    TARGET_HARDENING = "target-hardening"
    ANTISOCIAL_BEHAVIOUR = "antisocial-behaviour"
    ARREARS = "arrears"


class Threshold(StrEnum):
    """The numbers that a MARAC or MATAC chooses for itself (SafeLives recommends 14 on the Dash, and 3
    incidents in 12 months)."""

    DASH_VISIBLE_HIGH_RISK = "dash-visible-high-risk"
    ESCALATION_INCIDENTS = "escalation-incidents"
    SCORE_LOOK_BACK_DAYS = "score-look-back-days"

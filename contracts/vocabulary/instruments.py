"""What the instruments of risk ask, how an item is answered, by whom it is known, and what opens a review."""

from enum import StrEnum


class RiskAnswer(StrEnum):
    """How an item of an instrument is answered: YES or NO, or, as DARA asks, how often. DON'T KNOW and
    NOT ASKED are never NO, nor is an item that is left out."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont-know"
    NOT_ASKED = "not-asked"
    NEVER = "never"
    OCCASIONALLY = "occasionally"
    OFTEN = "often"
    ALL_THE_TIME = "all-the-time"


class AnswerSource(StrEnum):
    """Where an answer is from (SafeLives Dash, 2015: *source of information*)."""

    VICTIM = "victim"
    PROFESSIONAL = "professional"
    RECORDS = "records"


class RiskFactor(StrEnum):
    """What an item asks about. The forms word and number it each in their own way: items of two forms are
    never merged or counted together because they share a factor."""

    INJURY = "injury"
    FRIGHTENED = "frightened"
    FEARS_MORE = "fears-more"
    ISOLATED = "isolated"
    LOW_OR_SUICIDAL = "low-or-suicidal"
    SEPARATED = "separated"
    CHILD_CONTACT = "child-contact"
    STALKED = "stalked"
    PREGNANT_OR_BABY = "pregnant-or-baby"
    OTHERS_IN_HOME = "others-in-home"
    CHILDREN_HURT = "children-hurt"
    CHILDREN_THREATENED = "children-threatened"
    MORE_OFTEN = "more-often"
    WORSE = "worse"
    CONTROLLED = "controlled"
    WEAPON = "weapon"
    THREATS_TO_KILL = "threats-to-kill"
    STRANGLED = "strangled"
    SEXUAL = "sexual"
    OTHERS_THREATEN = "others-threaten"
    HURT_OTHERS = "hurt-others"
    ANIMALS = "animals"
    MONEY = "money"
    DRINK_DRUGS_HEALTH = "drink-drugs-health"
    THEIR_SUICIDE = "their-suicide"
    BROKE_TERMS = "broke-terms"
    POLICE_TROUBLE = "police-trouble"
    HUMILIATED = "humiliated"
    MONITORED = "monitored"
    THREATENED = "threatened"
    HURT = "hurt"
    HISTORY = "history"
    PROPERTY = "property"
    VISITS = "visits"
    LOITERS = "loiters"
    THIRD_PARTIES = "third-parties"
    VIOLENT_NOW = "violent-now"
    HELPERS = "helpers"
    VIOLENT_BEFORE = "violent-before"


class RiskTheme(StrEnum):
    """What several factors are about."""

    ESCALATION = "escalation"
    CHILDREN = "children"
    STALKING = "stalking"
    STRANGULATION = "strangulation"
    CONTROL = "control"
    VIOLENCE = "violence"


class RiskQuestion(StrEnum):
    """What an assessment leaves to ask. It is taken all the same."""

    NO_GRADE = "no-grade"
    NO_ANSWERS = "no-answers"
    ITEMS_MISSING = "items-missing"
    ITEMS_UNKNOWN = "items-unknown"
    NO_VICTIM = "no-victim"
    NO_PERPETRATOR = "no-perpetrator"
    NO_REASON = "no-reason"


class ReviewTrigger(StrEnum):
    """What opens a re-assessment (College of Policing, APP on domestic abuse, *victim safety*; and changes
    that the Dash itself asks about)."""

    BREACH = "breach"
    GRAVE_INCIDENT = "grave-incident"
    ESCALATION = "escalation"
    STALKING_NAMED = "stalking-named"
    SEPARATION = "separation"
    PREGNANCY = "pregnancy"
    NEW_CHILD = "new-child"
    NEW_RELATIONSHIP = "new-relationship"
    RELEASED = "released"
    CHARGED = "charged"
    AT_COURT = "at-court"
    SENTENCED = "sentenced"
    NO_FURTHER_ACTION = "no-further-action"
    BAIL_VARIED = "bail-varied"
    BAIL_ENDED = "bail-ended"
    ORDER_MADE = "order-made"
    ORDER_ENDED = "order-ended"
    RUN_UP_TO_TRIAL = "run-up-to-trial"
    FAMILY_PROCEEDINGS = "family-proceedings"
    HEARING_HELD = "hearing-held"

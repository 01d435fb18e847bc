"""The instruments by which risk is assessed: their items, and by which published rule each is graded.

Source: ``domain.md`` 1.3 and 2.6; SafeLives Dash (forms of 2009 and 2015) and its version for young people;
ACPO/CAADA DASH 2009 with its questions on stalking (S-DASH); College of Policing, DARA (2022), which was not
at hand: its items here are the subjects that it is known to ask about, in an order of our own. The order of
the others is general knowledge. **Check every list against the licensed form before a force relies on it.**
The words are our own. YES, or any frequency but NEVER, means that the line holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from contracts.events.people import Answered, Dash, ReferralMade, RiskAssessed
from contracts.vocabulary import (
    DASH_ITEMS,
    AnswerSource,
    DashAnswer,
    Instrument,
    RiskAnswer,
    RiskFactor,
    RiskTheme,
)

F, T = RiskFactor, RiskTheme

FACTORS: Mapping[RiskFactor, tuple[str, frozenset[RiskTheme]]] = {
    F.INJURY: ("the current incident caused injury", frozenset({T.VIOLENCE})),
    F.FRIGHTENED: ("the victim is very frightened", frozenset()),
    F.FEARS_MORE: ("further harm is feared", frozenset()),
    F.ISOLATED: ("kept from family, friends or services", frozenset({T.CONTROL})),
    F.LOW_OR_SUICIDAL: ("the victim is depressed or suicidal", frozenset()),
    F.SEPARATED: ("separated, or tried to, in the past year", frozenset({T.ESCALATION})),
    F.CHILD_CONTACT: ("conflict over contact with children", frozenset({T.CHILDREN})),
    F.STALKED: ("constant calls, messages, following or stalking", frozenset({T.STALKING})),
    F.PREGNANT_OR_BABY: ("pregnant, or a baby of under 18 months", frozenset({T.CHILDREN})),
    F.OTHERS_IN_HOME: ("step-children or other dependants in the home", frozenset({T.CHILDREN})),
    F.CHILDREN_HURT: ("has hurt the children or dependants", frozenset({T.CHILDREN, T.VIOLENCE})),
    F.CHILDREN_THREATENED: ("has threatened the children or dependants", frozenset({T.CHILDREN})),
    F.MORE_OFTEN: ("it happens more often", frozenset({T.ESCALATION})),
    F.WORSE: ("it is getting worse", frozenset({T.ESCALATION})),
    F.CONTROLLED: ("controls what the victim does; extreme jealousy", frozenset({T.CONTROL})),
    F.WEAPON: ("has used a weapon or an object to hurt", frozenset({T.VIOLENCE})),
    F.THREATS_TO_KILL: ("has threatened to kill, and was believed", frozenset({T.ESCALATION})),
    F.STRANGLED: (
        "has tried to strangle, choke, suffocate or drown",
        frozenset({T.STRANGULATION, T.VIOLENCE}),
    ),
    F.SEXUAL: ("sexual harm or degradation", frozenset({T.VIOLENCE})),
    F.OTHERS_THREATEN: ("others threaten too: family, community, group", frozenset()),
    F.HURT_OTHERS: ("has hurt somebody else", frozenset({T.VIOLENCE})),
    F.ANIMALS: ("cruel to animals", frozenset()),
    F.MONEY: ("money is short, or the victim depends on theirs", frozenset({T.CONTROL})),
    F.DRINK_DRUGS_HEALTH: ("trouble with drink, drugs or mental health", frozenset()),
    F.THEIR_SUICIDE: ("has threatened or attempted suicide", frozenset({T.ESCALATION})),
    F.BROKE_TERMS: ("has broken bail, an order or terms of contact", frozenset({T.STALKING})),
    F.POLICE_TROUBLE: ("in trouble with the police, or a criminal history", frozenset()),
    F.HUMILIATED: ("puts the victim down or humiliates them", frozenset({T.CONTROL})),
    F.MONITORED: ("checks or tracks where the victim is and whom they speak to", frozenset({T.CONTROL})),
    F.THREATENED: ("has threatened to hurt the victim", frozenset({T.VIOLENCE})),
    F.HURT: ("has hurt the victim", frozenset({T.VIOLENCE})),
    F.HISTORY: ("has harassed or abused before, this victim or another", frozenset({T.STALKING})),
    F.PROPERTY: ("has damaged the victim's property", frozenset({T.STALKING})),
    F.VISITS: ("turns up more than three times a week", frozenset({T.STALKING})),
    F.LOITERS: ("loiters near home, work or elsewhere", frozenset({T.STALKING})),
    F.THIRD_PARTIES: ("has harassed others since it began", frozenset({T.STALKING})),
    F.VIOLENT_NOW: ("violent to somebody in what happens now", frozenset({T.STALKING, T.VIOLENCE})),
    F.HELPERS: ("has others help, knowing or not", frozenset({T.STALKING})),
    F.VIOLENT_BEFORE: ("has been violent before", frozenset({T.VIOLENCE})),
}
"""What each factor is in words, and what it is about."""

YES_NO = frozenset({RiskAnswer.YES, RiskAnswer.NO, RiskAnswer.DONT_KNOW, RiskAnswer.NOT_ASKED})
HOW_OFTEN = frozenset(RiskAnswer)
OPEN = frozenset({RiskAnswer.DONT_KNOW, RiskAnswer.NOT_ASKED})
"""Answers by which nothing is known."""
DENIES = frozenset({RiskAnswer.NO, RiskAnswer.NEVER})
HOLDS = frozenset(RiskAnswer) - OPEN - DENIES
"""Answers by which the line of an item holds."""


@dataclass(frozen=True, slots=True)
class Form:
    """One instrument in its published versions. ``counts``: how the answers that hold are counted. *bands*:
    at the area's threshold it is high, below it goes by bands; *floor*: at the threshold it is high, else it
    is as the assessor says; None: they are never counted, and it is as the assessor says."""

    name: str
    versions: frozenset[str]
    items: Mapping[str, RiskFactor]
    """By the id of the item, in the order of the form."""
    answers: frozenset[RiskAnswer]
    counts: Literal["bands", "floor"] | None
    rule: str
    source: str


def _numbered(letter: str, factors: Iterable[RiskFactor]) -> dict[str, RiskFactor]:
    return {f"{letter}{number:02}": factor for number, factor in enumerate(factors, 1)}


_TO_CONTACT = (F.INJURY, F.FRIGHTENED, F.FEARS_MORE, F.ISOLATED, F.LOW_OR_SUICIDAL, F.SEPARATED)
_SHARED = (*_TO_CONTACT, F.CHILD_CONTACT, F.STALKED, F.PREGNANT_OR_BABY)
_REST = (
    *(F.MORE_OFTEN, F.WORSE, F.CONTROLLED, F.WEAPON, F.THREATS_TO_KILL, F.STRANGLED, F.SEXUAL),
    *(F.OTHERS_THREATEN, F.HURT_OTHERS, F.ANIMALS, F.MONEY, F.DRINK_DRUGS_HEALTH, F.THEIR_SUICIDE),
    *(F.BROKE_TERMS, F.POLICE_TROUBLE),
)
_OF_DARA = (
    *(F.FRIGHTENED, F.HUMILIATED, F.CONTROLLED, F.ISOLATED, F.MONITORED, F.MONEY, F.THREATENED, F.HURT),
    *(F.WEAPON, F.STRANGLED, F.SEXUAL, F.THREATS_TO_KILL, F.THEIR_SUICIDE, F.STALKED, F.CHILDREN_THREATENED),
    *(F.SEPARATED, F.MORE_OFTEN, F.WORSE),
)
_OF_STALKING = (
    *(F.FRIGHTENED, F.HISTORY, F.PROPERTY, F.VISITS, F.LOITERS, F.THREATENED, F.THIRD_PARTIES),
    *(F.VIOLENT_NOW, F.HELPERS, F.DRINK_DRUGS_HEALTH, F.VIOLENT_BEFORE),
)

FORMS: Mapping[Instrument, Form] = {
    Instrument.SAFELIVES_DASH_24: Form(
        "SafeLives Dash",
        frozenset({"2009", "2015"}),
        _numbered("D", (*_SHARED, *_REST)),
        YES_NO,
        "bands",
        "14 or more YES are visible high risk, or as many as the area says; below, 10 are"
        " medium, a local band, a floor; where what is open could still lift it into either, unknown. The"
        " assessor's grade may raise",
        "SafeLives, MARAC referral criteria; bands: Plymouth, Norfolk (domain.md 1.2)",
    ),
    Instrument.POLICE_DASH_27: Form(
        "police DASH",
        frozenset({"2009"}),
        _numbered("P", (*_SHARED, F.OTHERS_IN_HOME, F.CHILDREN_HURT, F.CHILDREN_THREATENED, *_REST)),
        YES_NO,
        None,
        "the officer grades it: answers are weighed and never counted. No grade given is unknown",
        "ACPO/CAADA DASH 2009 (domain.md 1.3)",
    ),
    Instrument.YP_DASH: Form(
        "Dash for young people",
        frozenset({"2013", "2015"}),
        _numbered("Y", (*_SHARED, *_REST)),
        YES_NO,
        "floor",
        "14 or more YES are visible high risk; where what is open could still make it so, unknown; below, as"
        " the assessor says, for no band below is published",
        "SafeLives, checklist and guidance for young people, typically 13 to 17 (domain.md 1.3)",
    ),
    Instrument.DARA: Form(
        "DARA",
        frozenset({"2022"}),
        _numbered("A", _OF_DARA),
        HOW_OFTEN,
        None,
        "the officer grades it and says why: how often things happen is weighed and never counted. No grade"
        " given is unknown",
        "College of Policing, DARA, November 2022 (domain.md 2.6)",
    ),
    Instrument.S_DASH: Form(
        "S-DASH",
        frozenset({"2009"}),
        _numbered("S", _OF_STALKING),
        YES_NO,
        None,
        "a screening beside a risk assessment: whoever does it says the grade. No grade given is unknown",
        "S-DASH 2009, Sheridan and Roberts for ACPO (domain.md 2.6)",
    ),
}
"""By instrument. Of any other instrument the grade alone is known."""


def form_of(instrument: Instrument | None) -> Form | None:
    """The form of an instrument; None where it has none here."""
    return FORMS.get(instrument) if instrument else None


def answers_of(answers: Iterable[Answered], dash: Dash | None) -> dict[str, RiskAnswer]:
    """What is answered, by item, whichever way it was sent."""
    found = {each.item: each.answer for each in answers}
    if found or dash is None:
        return found
    return {str(item): RiskAnswer(answer) for item, answer in dash.answers.items()}


def dash_of(said: ReferralMade | RiskAssessed) -> Dash | None:
    """The SafeLives Dash of an assessment, or that for young people, which asks the same in the same order,
    whichever way it was sent: what it leaves out was not asked. None: there is none."""
    if said.dash or said.instrument not in (Instrument.SAFELIVES_DASH_24, Instrument.YP_DASH):
        return said.dash
    answers = answers_of(said.answers, None)
    if not answers or said.instrument_version is None:
        return None
    items = zip(DASH_ITEMS, FORMS[said.instrument].items, strict=True)
    return Dash(
        instrument=said.instrument,
        instrument_version=said.instrument_version,
        answers={item: DashAnswer(answers.get(own, RiskAnswer.NOT_ASKED)) for item, own in items},
    )


def assessed_in(said: ReferralMade) -> RiskAssessed | None:
    """The assessment that came with a referral by its items. None: there is none."""
    if not said.answers or said.instrument is None or said.instrument_version is None:
        return None
    return RiskAssessed(
        instrument=said.instrument,
        instrument_version=said.instrument_version,
        answers=said.answers,
        grade=said.grade,
    )


def sources_of(answers: Iterable[Answered], dash: Dash | None) -> dict[str, AnswerSource]:
    """Where each answer is from, as far as that is known, whichever way it was sent."""
    found = {each.item: each.source for each in answers if each.source}
    sources = dash.sources if dash and dash.sources else {}
    return found or {str(item): source for item, source in sources.items()}


def comments_of(answers: Iterable[Answered], dash: Dash | None) -> dict[str, str]:
    """What is said of an item in free words, whichever way it was sent."""
    found = {each.item: each.comment for each in answers if each.comment}
    comments = dash.comments if dash and dash.comments else {}
    return found or {str(item): comment for item, comment in comments.items()}

"""What a person's facts say of a pattern, beside the records of what happened: assessments, and what
officers decided. The row holds no words of either."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.facts import Fact, FactSet
from contracts.events.orders import PatternDecided
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.rules import pattern, pattern_decisions
from contracts.rules.instruments import answers_of
from contracts.vocabulary import PERPETRATOR_ROLES, Instrument, Offence, PatternDecision, PoliceRank, Role
from services.orders.rules import considering
from services.orders.rules.considering import Told


class Line(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class AssessedLine(Line):
    """An assessment of a victim: the items of its instrument that speak of a pattern, and those left open."""

    root: str
    agency: str
    occurred: AwareDatetime
    recorded: AwareDatetime
    victims: list[str]
    accused: list[str]
    says: list[str]
    unknown: list[str]
    instrument: Instrument | None = None

    @property
    def word(self) -> pattern.Word:
        """As the rule of patterns knows it."""
        return pattern.Word(self.root, self.recorded, frozenset(self.says), frozenset(self.unknown))


class DecisionLine(Line):
    """What an officer decided of an offence on a breach's page; ``root`` is of the fact that says so, and
    ``unseen`` are the facts about the two sides that they did not have before them."""

    root: str
    breach: str
    agency: str
    at: AwareDatetime
    offence: Offence
    decision: PatternDecision
    rank: PoliceRank
    unseen: tuple[str, ...] = ()

    def decided(self, known: Iterable[str]) -> pattern_decisions.Decided:
        """As the rule of patterns knows it: of all that is ``known`` by now it considered the rest."""
        considered = frozenset(known).difference(self.unseen)
        return pattern_decisions.Decided(self.root, self.offence, self.decision, self.at, considered)


def assessed_in(facts: FactSet, person: str, homes: Mapping[str, str]) -> list[AssessedLine]:
    """The assessments that name this person, on either side."""
    made: list[Fact[ReferralMade | RiskAssessed]] = [
        *facts.current(ReferralMade),
        *facts.current(RiskAssessed),
    ]
    lines = [_assessed(fact, facts, homes) for fact in sorted(made, key=lambda fact: fact.order)]
    return [line for line in lines if person in (*line.victims, *line.accused)]


def _assessed(
    fact: Fact[ReferralMade | RiskAssessed], facts: FactSet, homes: Mapping[str, str]
) -> AssessedLine:
    accused = _persons(fact.said.in_role(*PERPETRATOR_ROLES), homes)
    dash = fact.said.dash
    says, unknown = pattern.assessment(answers_of(fact.said.answers, dash), named=bool(accused))
    return AssessedLine(
        root=fact.root,
        agency=fact.agency,
        occurred=fact.occurred,
        recorded=facts.first_recorded(fact.root),
        victims=_persons(fact.said.in_role(Role.VICTIM), homes),
        accused=accused,
        says=sorted(says),
        unknown=sorted(unknown),
        instrument=fact.said.instrument or (dash.instrument if dash else None),
    )


def decisions_in(facts: FactSet, groups: Sequence[Sequence[Told]]) -> list[DecisionLine]:
    """What was decided of patterns, in the order of time, where these are known."""
    made = facts.current(PatternDecided)
    unseen = considering.unseen([_made(fact) for fact in made], groups) if made else {}
    return [
        DecisionLine(
            root=fact.root,
            breach=fact.said.breach,
            agency=fact.agency,
            at=fact.occurred,
            offence=fact.said.offence,
            decision=fact.said.decision,
            rank=fact.said.rank,
            unseen=tuple(unseen[fact.root]),
        )
        for fact in made
    ]


def _made(fact: Fact[PatternDecided]) -> considering.Made:
    said = fact.said
    return considering.Made(fact.root, said.breach, said.offence, fact.occurred, frozenset(said.considered))


def _persons(mentions: Iterable[Mention], homes: Mapping[str, str]) -> list[str]:
    return sorted({homes[m.mention] for m in mentions if m.mention is not None and m.mention in homes})

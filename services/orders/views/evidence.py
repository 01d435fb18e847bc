"""What a person's facts say of a pattern, beside the records of what happened: assessments, and what
officers decided. The row holds no words of either."""

from collections.abc import Iterable, Mapping

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.facts import Fact, FactSet
from contracts.events.orders import PatternDecided
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.rules import pattern
from contracts.rules.instruments import dash_of
from contracts.vocabulary import PERPETRATOR_ROLES, Offence, PatternDecision, PoliceRank, Role


class Line(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class AssessedLine(Line):
    """A Dash about a victim: the items that speak of a pattern, answered YES, and those left open."""

    root: str
    agency: str
    occurred: AwareDatetime
    recorded: AwareDatetime
    victims: list[str]
    accused: list[str]
    says: list[str]
    unknown: list[str]

    @property
    def word(self) -> pattern.Word:
        """As the rule of patterns knows it."""
        return pattern.Word(self.root, self.recorded, frozenset(self.says), frozenset(self.unknown))


class DecisionLine(Line):
    """What an officer decided of an offence on a breach's page; ``root`` is of the fact that says so."""

    root: str
    breach: str
    agency: str
    at: AwareDatetime
    offence: Offence
    decision: PatternDecision
    rank: PoliceRank
    considered: list[str]

    @property
    def decided(self) -> pattern.Decided:
        """As the rule of patterns knows it."""
        return pattern.Decided(self.root, self.offence, self.decision, self.at, frozenset(self.considered))


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
    says, unknown = pattern.assessment(dash_of(fact.said), named=bool(accused))
    return AssessedLine(
        root=fact.root,
        agency=fact.agency,
        occurred=fact.occurred,
        recorded=facts.first_recorded(fact.root),
        victims=_persons(fact.said.in_role(Role.VICTIM), homes),
        accused=accused,
        says=sorted(says),
        unknown=sorted(unknown),
    )


def decisions_in(facts: FactSet) -> list[DecisionLine]:
    """What was decided of patterns, in the order of time."""
    return [
        DecisionLine(
            root=fact.root,
            breach=fact.said.breach,
            agency=fact.agency,
            at=fact.occurred,
            offence=fact.said.offence,
            decision=fact.said.decision,
            rank=fact.said.rank,
            considered=fact.said.considered,
        )
        for fact in facts.current(PatternDecided)
    ]


def _persons(mentions: Iterable[Mention], homes: Mapping[str, str]) -> list[str]:
    return sorted({homes[m.mention] for m in mentions if m.mention is not None and m.mention in homes})

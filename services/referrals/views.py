"""The rows of this service: what is known now of each mention, for the matcher alone."""

import unicodedata
from collections.abc import Iterator
from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.facts import Fact
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.content import Said
from contracts.events.identity import IdentityDecided
from contracts.mentions import Mention
from contracts.sections import Identity
from contracts.vocabulary import IdentityAnswer
from services.referrals.rules.identifiers import nhs_number, pnc_id
from services.referrals.rules.matching import opposed


class MentionRow(BaseModel):
    """What is known of one mention now: by the agency's own standing facts, and by decisions.

    Of each identifier the newest that the agency recorded holds, so that a number corrected in one
    fact is not kept alive by older facts about the same record. Names and dates of birth are all
    that stand.
    """

    model_config = ConfigDict(frozen=True)

    mention: str
    first: AwareDatetime | None = None
    nhs: str | None = None
    pnc: str | None = None
    names: list[str] = []
    born: list[date] = []
    opposed: list[str] = []
    same: list[str] = []
    apart: list[str] = []
    decisions: list[str] = []
    """Every version of every decision about it that has been seen, by id."""


class IdentityRow(Row):
    """The mentions that are this person today."""

    mentions: list[MentionRow]


class IdentityTable(ViewTable, table=True):
    """No column but the row: the matcher looks up by keyed hashes of its own."""

    __tablename__ = "referrals_identity"


def fold_identity(subject: Subject) -> Folded:
    """What is known of each mention that is at home with this person, named by standing facts or not."""
    mine = sorted(mention for mention, person in subject.homes.items() if person == subject.id)
    facts: dict[str, list[tuple[Fact[Said], Mention]]] = {mention: [] for mention in mine}
    for fact in subject.facts.current(Said):
        for named in fact.said.named:
            if named.mention in facts:
                facts[named.mention].append((fact, named))
    rows = [_mention_row(subject, mention, facts[mention]) for mention in mine]
    return Folded(IdentityRow(mentions=rows) if rows else None)


def _mention_row(subject: Subject, mention: str, named: list[tuple[Fact[Said], Mention]]) -> MentionRow:
    newest_last = sorted(named, key=lambda each: (each[0].recorded, each[0].root))
    identities = [each.identity for _, each in newest_last if isinstance(each.identity, Identity)]
    numbers = [nhs_number(identity.nhs_number) for identity in identities if identity.nhs_number]
    police = [pnc_id(identity.pnc_id, subject.at.year) for identity in identities if identity.pnc_id]
    answers = _answers(subject, mention)
    recorded = (subject.facts.versions(fact.root)[0].recorded for fact, _ in named)
    return MentionRow(
        mention=mention,
        first=min(recorded, default=None),
        nhs=next((number for number in reversed(numbers) if number), None),
        pnc=next((number for number in reversed(police) if number), None),
        names=sorted({key for identity in identities for key in _names(identity)}),
        born=sorted({day for identity in identities for day in identity.born}),
        opposed=sorted({other for fact, each in named for other in _opposed(fact.said, each)}),
        same=sorted(other for other, answer in answers.items() if answer is IdentityAnswer.SAME),
        apart=sorted(other for other, answer in answers.items() if answer is IdentityAnswer.NOT_SAME),
        decisions=sorted(
            fact.id
            for fact in subject.facts
            if fact.envelope.type == IdentityDecided.type and f"m:{mention}" in fact.envelope.keys.split()
        ),
    )


def _answers(subject: Subject, mention: str) -> dict[str, IdentityAnswer]:
    """For each other mention, what was decided last of the two."""
    decided = [fact for fact in subject.facts.current(IdentityDecided) if mention in fact.said.mentions]
    decided.sort(key=lambda fact: (fact.recorded, fact.root))
    return {other: fact.said.answer for fact in decided for other in fact.said.mentions if other != mention}


def _opposed(said: Said, mine: Mention) -> Iterator[str]:
    for other in said.named:
        if other.mention and other.mention != mine.mention and opposed(mine.role, other.role):
            yield other.mention


def _names(identity: Identity) -> Iterator[str]:
    """Family and given name together: a surname alone is shared by mother and child."""
    for name in (identity.name, *identity.aliases):
        if name is not None and name.family and name.given:
            yield f"{_letters(name.family)}|{_letters(name.given)}"


def _letters(name: str) -> str:
    """A name as it is compared: its letters alone, without accents and case."""
    return "".join(
        character for character in unicodedata.normalize("NFKD", name).casefold() if character.isalpha()
    )


IDENTITY = View(
    name="referrals_identity", of="person", row=IdentityRow, table=IdentityTable, fold=fold_identity
)

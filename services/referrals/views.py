"""The rows of this service: what is known now of each mention, for the matcher alone."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import partial
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis import names
from chassis.facts import Fact, FactSet
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.content import Said
from contracts.events.identity import IdentityDecided, RecordsMerged
from contracts.mentions import Mention
from contracts.rules.flagged import flagged
from contracts.rules.identifiers import cro_number, nhs_number, pnc_id
from contracts.sections import Identity
from contracts.vocabulary import IdentityAnswer, Role, Sex
from services.referrals.rules.likeness import Known
from services.referrals.rules.matching import beside, opposed


class MentionRow(BaseModel):
    """What is known of one mention now: by the agency's own standing facts, and by decisions.

    Of each identifier the one holds that the agency began to record last, so that a number corrected in one
    fact is not kept alive by older facts about the same record, nor by a correction of something else in
    them. Names and dates of birth are all that stand, the newest first; names as ``names.key`` keeps them.
    """

    model_config = ConfigDict(frozen=True)

    mention: str
    first: AwareDatetime | None = None
    nhs: str | None = None
    pnc: str | None = None
    cro: str | None = None
    sex: Sex | None = None
    sensitive: bool = False
    names: list[str] = []
    born: list[date] = []
    opposed: list[str] = []
    beside: list[str] = []
    """Whom one fact names on its side."""
    same: list[str] = []
    apart: list[str] = []
    merged: list[str] = []
    """The records that its agency says are one with it now."""
    decisions: list[str] = []
    """Every version of every decision about it that has been seen, by id."""

    @property
    def known(self) -> Known:
        """What is compared of it."""
        return Known(
            self.mention,
            tuple(self.names),
            tuple(self.born),
            self.sex,
            self.nhs,
            self.pnc,
            self.cro,
            self.sensitive,
        )


class IdentityRow(Row):
    """The mentions that are this person today."""

    mentions: list[MentionRow]
    flagged: bool | None = None
    """Whether any record of theirs is flagged as sensitive. None: nobody has said either."""


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
    said = flagged(each.identity for mention in mine for _, each in facts[mention])
    return Folded(IdentityRow(mentions=rows, flagged=said) if rows else None)


def _mention_row(subject: Subject, mention: str, named: list[tuple[Fact[Said], Mention]]) -> MentionRow:
    newest_first = sorted(named, key=lambda each: (each[0].recorded, each[0].root), reverse=True)
    identities = [each.identity for _, each in newest_first if isinstance(each.identity, Identity)]
    answers = _answers(subject, mention)
    recorded = (subject.facts.versions(fact.root)[0].recorded for fact, _ in named)
    newest = partial(_newest, subject.facts, mention, [fact for fact, _ in named])
    return MentionRow(
        mention=mention,
        first=min(recorded, default=None),
        nhs=newest(lambda each: nhs_number(each.nhs_number) if each.nhs_number else None),
        pnc=newest(lambda each: pnc_id(each.pnc_id, subject.at.year) if each.pnc_id else None),
        cro=newest(lambda each: cro_number(each.cro_number) if each.cro_number else None),
        sex=newest(lambda each: each.sex),
        sensitive=any(each.sensitive for each in identities),
        names=list(dict.fromkeys(key for identity in identities for key in _names(identity))),
        born=list(dict.fromkeys(day for identity in identities for day in identity.born)),
        opposed=_others(named, opposed),
        beside=_others(named, beside),
        same=sorted(other for other, answer in answers.items() if answer is IdentityAnswer.SAME),
        apart=sorted(other for other, answer in answers.items() if answer is IdentityAnswer.NOT_SAME),
        merged=sorted(
            other.mention
            for fact, each in named
            if isinstance(fact.said, RecordsMerged)
            for other in fact.said.named
            if other.mention and other.mention != each.mention
        ),
        decisions=sorted(
            fact.id
            for fact in subject.facts
            if fact.envelope.type == IdentityDecided.type and f"m:{mention}" in fact.envelope.keys.split()
        ),
    )


V = TypeVar("V")


def _newest(
    facts: FactSet, mention: str, named: Iterable[Fact[Said]], of: Callable[[Identity], V | None]
) -> V | None:
    """What the facts that name a mention began to say last of one thing about it."""

    def said(content: Said) -> list[V]:
        mine = (each.identity for each in content.named if each.mention == mention)
        return [value for each in mine if isinstance(each, Identity) and (value := of(each))]

    told = [
        (facts.recorded_since(fact, said), fact.root, values) for fact in named if (values := said(fact.said))
    ]
    return max(told, key=lambda each: each[:2])[2][0] if told else None


def _answers(subject: Subject, mention: str) -> dict[str, IdentityAnswer]:
    """For each other mention, what was decided last of the two."""
    decided = decisions(subject.facts, [mention])
    return {other: fact.said.answer for fact in decided for other in fact.said.mentions if other != mention}


def decisions(facts: FactSet, about: Collection[str]) -> list[Fact[IdentityDecided]]:
    """The standing decisions about all of these mentions, the newest last: one whose reason is corrected is
    no newer for it."""
    decided = [fact for fact in facts.current(IdentityDecided) if set(about) <= set(fact.said.mentions)]
    made = {fact.id: facts.recorded_since(fact, _what_was_decided) for fact in decided}
    return sorted(decided, key=lambda fact: (made[fact.id], fact.root))


def _what_was_decided(said: IdentityDecided) -> object:
    return said.answer, set(said.mentions)


def _others(named: list[tuple[Fact[Said], Mention]], as_: Callable[[Role, Role], bool]) -> list[str]:
    """Whom the facts name with it in roles that are so to each other. Those of merged records say nothing."""
    return sorted(
        {
            other.mention
            for fact, mine in named
            if not isinstance(fact.said, RecordsMerged)
            for other in fact.said.named
            if other.mention and other.mention != mine.mention and as_(mine.role, other.role)
        }
    )


def at_odds(mine: Collection[MentionRow], theirs: Collection[MentionRow]) -> bool:
    """Whether a fact names two people on different sides: they can never be one."""
    others = {row.mention for row in theirs}
    return any(not others.isdisjoint(row.opposed) for row in mine)


def _names(identity: Identity) -> Iterator[str]:
    for name in (identity.name, *identity.aliases):
        kept = names.key(name.family, name.given) if name else None
        if kept:
            yield kept


IDENTITY = View(
    name="referrals_identity", of="person", row=IdentityRow, table=IdentityTable, fold=fold_identity
)

"""Level 0: of whoever is in a case as its victim or a child, what a partner might be told; and of whoever is
in none, what was corrected or withdrawn: whoever was told of it while they were one with somebody in a case
is told that, too."""

from collections.abc import Iterator

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.facts import Fact
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.content import Content, Said
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.people import ReferralMade
from contracts.mentions import Mention
from contracts.rules.safe_contact import AT_AN_ADDRESS
from contracts.sections import Contact, Health, Routing
from contracts.vocabulary import AlertRule, Role
from services.referrals.rules.feeding import HERS, TOLD, Version


class Part(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class CaseLine(Part):
    """A case that named them: where it was last routed to. ``over``: withdrawn, or it names them no more."""

    case: str
    area: str | None
    over: bool


class VersionLine(Part):
    """One version of a fact: when it was taken, for which purpose, where it was routed to, whom it names."""

    id: str
    version: int
    accepted: AwareDatetime
    purpose: str
    area: str | None = None
    victims: tuple[str, ...]
    children: tuple[str, ...]
    placed: tuple[str, ...] = ()
    """Whose location or practice it says, by mention; empty: of somebody of no record."""

    @property
    def named(self) -> Version:
        """What decides of it."""
        return Version(self.version, self.victims, self.children)


class FactLine(Part):
    """A fact that names them in some version: who says it, and all its versions that are here."""

    root: str
    agency: str
    type: str
    versions: tuple[VersionLine, ...]

    @property
    def newest(self) -> VersionLine:
        """The highest that is here."""
        return self.versions[-1]

    @property
    def mentions(self) -> set[str]:
        """Everybody whom it names on the side of a victim, or of whom it says where they are."""
        named = (mention for each in self.versions for mention in (*each.named.hers, *each.placed))
        return set(filter(None, named))


class AskLine(Part):
    """That an IDVA is asked for and has not answered: by which clock, about whom, of which area."""

    id: str
    mention: str
    accepted: AwareDatetime
    area: str | None


class FedRow(Row):
    """One person: their cases, the facts about them, and where an IDVA is asked for them."""

    person: str
    cases: tuple[CaseLine, ...]
    facts: tuple[FactLine, ...]
    asks: tuple[AskLine, ...] = ()

    @property
    def named_in(self) -> frozenset[str]:
        """The cases that name them."""
        return frozenset(case.case for case in self.cases)

    @property
    def mentions(self) -> set[str]:
        """Everybody whom these facts name on the side of a victim, or for whom an IDVA is asked."""
        named = {mention for fact in self.facts for mention in fact.mentions}
        return named | {ask.mention for ask in self.asks}


class FedTable(ViewTable, table=True):
    """Rows of ``referrals_fed``."""

    __tablename__ = "referrals_fed"


def fold_fed(subject: Subject) -> Folded:
    """Of whoever no case names, nothing but what has a second version, and that an IDVA is asked."""
    cases = tuple(sorted(_cases(subject), key=lambda case: case.case))
    roots = {fact.root for fact in subject.facts if fact.envelope.type in TOLD and _hers(subject, fact)}
    known = (subject.facts.versions(root) for root in sorted(roots))
    facts = tuple(_line(versions) for versions in known if cases or len(versions) > 1)
    asks = tuple(_asks(subject))
    if not cases and not facts and not asks:
        return Folded(None)
    return Folded(FedRow(person=subject.id, cases=cases, facts=facts, asks=asks))


def _asks(subject: Subject) -> Iterator[AskLine]:
    over = {_clock(fact.said) for fact in subject.facts.current(ClockStopped)}
    for fact in subject.facts.current(ClockStarted):
        if fact.said.rule is AlertRule.IDVA_ASKED and _clock(fact.said) not in over:
            yield AskLine(id=fact.id, mention=fact.said.cause, accepted=fact.accepted, area=_area(fact))


def _clock(said: ClockStarted | ClockStopped) -> tuple[AlertRule, str, int]:
    return said.rule, said.cause, said.generation


def _cases(subject: Subject) -> Iterator[CaseLine]:
    for last in subject.facts.of(ReferralMade):
        versions = subject.facts.versions(last.root)
        said = [fact for fact in versions if fact.content is not None]
        if not any(_hers(subject, fact) for fact in said):
            continue
        yield CaseLine(
            case=last.root,
            area=_area(said[-1]),
            over=last.withdrawn or not _hers(subject, said[-1]),
        )


def _line(versions: list[Fact[Content]]) -> FactLine:
    first = versions[0]
    lines = tuple(
        VersionLine(
            id=fact.id,
            version=fact.version,
            accepted=fact.accepted,
            purpose=fact.envelope.purpose,
            area=_area(fact),
            victims=_in_role(fact, Role.VICTIM),
            children=_in_role(fact, Role.CHILD),
            placed=tuple(each.mention or "" for each in _named(fact) if _says_where(each)),
        )
        for fact in versions
    )
    return FactLine(root=first.root, agency=first.agency, type=first.envelope.type, versions=lines)


def _area(fact: Fact[Content]) -> str | None:
    routing = fact.content.routing if isinstance(fact.content, Said | ClockStarted) else None
    return routing.area if isinstance(routing, Routing) else None


def _in_role(fact: Fact[Content], role: Role) -> tuple[str, ...]:
    return tuple(each.mention for each in _named(fact) if each.role is role and each.mention)


def _says_where(mention: Mention) -> bool:
    health, contact = mention.health, mention.contact
    return (
        mention.location is not None
        or (isinstance(health, Health) and bool(health.general_practice))
        or (isinstance(contact, Contact) and contact.method in AT_AN_ADDRESS)
    )


def _hers(subject: Subject, fact: Fact[Content]) -> bool:
    return any(
        each.role in HERS and each.mention and subject.homes.get(each.mention) == subject.id
        for each in _named(fact)
    )


def _named(fact: Fact[Content]) -> list[Mention]:
    return fact.content.people if isinstance(fact.content, Said) else []


FED = View(name="referrals_fed", of="person", row=FedRow, table=FedTable, fold=fold_fed)

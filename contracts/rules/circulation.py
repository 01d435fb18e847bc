"""Who has been sent an order as it now stands, who has confirmed it, and since when that is late.

Source: ``domain.md`` 4.7 (a design note, 2026-10): an order binds from its making whether or not anybody was
told of it; it counts as circulated once the local teams and PNC have it, and 24 hours are the default, to be
agreed with each force. HMICFRS (2021): 16 of 25 stalking protection orders were not circulated. That a
variation is circulated anew, and that whoever was sent an order confirms it within the same time, is
Goldthread's own.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.content import Content
from contracts.envelope import Envelope
from contracts.events.orders import OrderAcknowledged, OrderCirculated, OrderMade
from contracts.vocabulary import AgencyKind, NationalSystem, TeamKind

WITHIN = timedelta(hours=24)
"""How long an order may take to be circulated, and a team to confirm that it has it."""
LOCAL = (TeamKind.RESPONSE, TeamKind.NEIGHBOURHOOD)
"""Teams of the force's own without whom an order is not circulated: the local briefing."""
SYSTEMS = (NationalSystem.PNC,)
"""National systems without which an order is not circulated."""
OWN = frozenset({*LOCAL, TeamKind.CONTROL_ROOM})
"""Teams of the force's own: every other is of an agency that must be named."""
OF_KINDS: Mapping[TeamKind, frozenset[AgencyKind]] = {
    **dict.fromkeys((*OWN, TeamKind.NEIGHBOURING_FORCE), frozenset({AgencyKind.POLICE})),
    TeamKind.PROBATION: frozenset({AgencyKind.PROBATION}),
    TeamKind.COUNCIL: frozenset({AgencyKind.COUNCIL, AgencyKind.HOUSING, AgencyKind.CHILDRENS_SERVICES}),
    TeamKind.SCHOOL: frozenset({AgencyKind.EDUCATION}),
}
"""Of which kinds of agency a team can be. Of a prison, for which there is no kind, nobody can tell."""
LAWFUL_IF_SAID = frozenset({TeamKind.SCHOOL})
"""Teams of whom it must be said why it is lawful to tell them."""
TERMS = {
    "order",
    "stage",
    "without_notice",
    "starts",
    "ends",
    "until_further_order",
    "adjourned_to",
    "power_of_arrest",
    "prohibitions",
    "requirements",
}
"""What an order says that a team acts by, beside whom it binds and protects."""

Versioned = tuple[Envelope, Content | None]
H = TypeVar("H", bound=Hashable)
Told = dict[H, list[tuple[int, datetime]]]
"""Which version was told of, when, of each team or system."""


class TeamLine(BaseModel):
    """A team that was sent the order, or must be. ``version`` is the newest that it was sent, at ``sent``;
    ``read`` the newest that one of its people confirmed, at ``confirmed``. ``agency`` is None for a team of
    the force's own that was never sent it."""

    model_config = ConfigDict(frozen=True)

    team: TeamKind
    agency: str | None = None
    version: int | None = None
    sent: AwareDatetime | None = None
    read: int | None = None
    confirmed: AwareDatetime | None = None


class SystemLine(BaseModel):
    """A national system, the newest version of the order that was entered into it, and when."""

    model_config = ConfigDict(frozen=True)

    system: NationalSystem
    version: int | None = None
    entered: AwareDatetime | None = None


class Circulation(BaseModel):
    """All that is told of the circulation of an order. ``version`` is the one from which on its terms are as
    they are now, which its agency recorded at ``since``: whoever has an older one has not got it."""

    model_config = ConfigDict(frozen=True)

    version: int
    since: AwareDatetime
    teams: tuple[TeamLine, ...]
    systems: tuple[SystemLine, ...]

    @property
    def missing(self) -> list[TeamKind | NationalSystem]:
        """Who must have the order as it now stands and has not: whoever needs it, and whoever had an
        earlier version."""
        teams = [line.team for line in self.teams if not self.has(line)]
        return [*teams, *(line.system for line in self.systems if not self.has(line))]

    @property
    def holders(self) -> list[TeamLine]:
        """The teams that have the order as it now stands."""
        return [line for line in self.teams if self.has(line)]

    @property
    def unconfirmed(self) -> list[TeamLine]:
        """The teams that were sent it as it now stands, and of which nobody has confirmed it."""
        return [line for line in self.holders if not self.read_by(line)]

    def unnamed(self) -> "Circulation":
        """The same without the agencies: which school or force was told says where somebody lives."""
        lines = (line.model_copy(update={"agency": None}) for line in self.teams)
        return self.model_copy(update={"teams": tuple(lines)})

    def has(self, line: TeamLine | SystemLine) -> bool:
        """Whether this team or system was sent the order as it now stands, or has read it so."""
        sent = line.version is not None and line.version >= self.version
        return sent or (isinstance(line, TeamLine) and self.read_by(line))

    def read_by(self, line: TeamLine) -> bool:
        """Whether somebody of this team has confirmed the order as it now stands."""
        return line.read is not None and line.read >= self.version

    def uncirculated_since(self, at: datetime) -> datetime | None:
        """Since when its circulation is late. None: it is circulated, or its time is not over."""
        due = self.since + WITHIN
        return due if self.missing and due <= at else None

    def late(self, at: datetime) -> list[TeamLine]:
        """The teams whose time to confirm it is over."""
        return [line for line in self.unconfirmed if line.sent is None or line.sent + WITHIN <= at]


def circulation(order: Iterable[Versioned], said: Iterable[Versioned]) -> Circulation:
    """What is told of the circulation of an order, by all its versions that are known, the first said first,
    of which one says something, and by what stands of the facts about it. Raises ValueError for an order of
    which none does."""
    terms, known = _terms_since(order), list(said)
    sent: Told[tuple[TeamKind, str]] = {}
    read: Told[tuple[TeamKind, str]] = {}
    entered: Told[NationalSystem] = {system: [] for system in SYSTEMS}
    for envelope, content in known:
        if isinstance(content, OrderCirculated):
            when = (content.version, envelope.time)
            for team in content.teams:
                sent.setdefault((team.kind, team.agency or envelope.agency), []).append(when)
            for system in content.systems:
                entered.setdefault(system, []).append(when)
        elif isinstance(content, OrderAcknowledged):
            read.setdefault((content.team, envelope.agency), []).append((content.version, envelope.time))
    lines = [TeamLine(team=kind) for kind in LOCAL if all(kind is not team for team, _ in sent)]
    for (kind, agency), told in sent.items():
        version, at = _first(told, terms.version)
        newest, confirmed = _first(read.get((kind, agency), []), terms.version)
        line = TeamLine(team=kind, agency=agency, version=version, sent=at, read=newest, confirmed=confirmed)
        lines.append(line)
    systems = []
    for system in sorted(entered, key=list(NationalSystem).index):
        version, at = _first(entered[system], terms.version)
        systems.append(SystemLine(system=system, version=version, entered=at))
    lines.sort(key=lambda line: (list(TeamKind).index(line.team), line.agency or ""))
    return Circulation(
        version=terms.version, since=terms.recordedat, teams=tuple(lines), systems=tuple(systems)
    )


def fault(said: OrderCirculated, force: str) -> tuple[str, str] | None:
    """The place and the kind of what is wrong with what this force says of a circulation. None: nothing."""
    if said.people:
        return ("content.people", "people-given")
    if not said.teams and not said.systems:
        return ("content.teams", "missing")
    for place, team in enumerate(said.teams):
        if team.kind in OWN and team.agency not in (None, force):
            return (f"content.teams.{place}.agency", "own-team")
        if team.kind not in OWN and team.agency is None:
            return (f"content.teams.{place}.agency", "agency-missing")
        if team.kind in LAWFUL_IF_SAID and said.narrative is None:
            return ("content.narrative", "reason-missing")
    return None


def fits(team: TeamKind, kind: AgencyKind | None) -> bool | None:
    """Whether an agency of this kind has such a team: a school has no control room. None: that cannot be
    told. A circulation that says so is a fact all the same, and a question to whoever circulates."""
    kinds = OF_KINDS.get(team)
    return None if kinds is None or kind is None else kind in kinds


def _terms_since(order: Iterable[Versioned]) -> Envelope:
    """The version from which on the terms are as they are now; what was withdrawn meanwhile is told anew."""
    found, before = None, None
    for envelope, said in order:
        terms = _terms(said) if isinstance(said, OrderMade) else None
        if terms is not None and terms != before:
            found = envelope
        before = terms
    if found is None:
        raise ValueError("no version of this order says anything")
    return found


def _terms(said: OrderMade) -> object:
    return said.model_dump(include=TERMS), sorted((each.role, each.mention or "") for each in said.people)


def _first(told: Collection[tuple[int, datetime]], least: int) -> tuple[int | None, datetime | None]:
    """The newest version that was told, and when the first was that is not older than ``least``."""
    holds = [each for each in told if each[0] >= least] or told
    return max((version for version, _ in holds), default=None), min((at for _, at in holds), default=None)

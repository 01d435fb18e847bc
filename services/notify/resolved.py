"""What was done about an alert, as its row has it; and the clock that asks for it while nobody says so."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.views import Saying
from contracts.envelope import Id
from contracts.events.alerts import AlertResolved
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.rules.clocks import Running, moves
from contracts.rules.standing_answer import Standing, standing_word
from contracts.sections import Narrative, Routing
from contracts.vocabulary import AlertOutcome, AlertRule

RULE = AlertRule.UNRESOLVED


class Resolved(BaseModel):
    """What was done about an alert, as the newest word has it. The words themselves stand in the fact."""

    model_config = ConfigDict(frozen=True)

    root: str
    version: int
    agency: str
    person: str | None
    outcome: AlertOutcome
    at: datetime
    """When it was done; ``said`` when that was first recorded."""
    said: datetime


class ClockLine(BaseModel):
    """The clock of this cause that was started last."""

    model_config = ConfigDict(frozen=True)

    generation: int
    due: datetime
    area: str | None
    stopped: bool


class Unresolved(BaseModel):
    """By when somebody must say what was done about the alerts of a cause, None for not at all; and the clock
    that was started last for it."""

    model_config = ConfigDict(frozen=True)

    due: datetime | None = None
    area: str | None = None
    clock: ClockLine | None = None


class Told(Protocol):
    """What ``words_of`` reads of an alert's row."""

    @property
    def resolved(self) -> Resolved | None: ...  # noqa: D102


NO_WORDS: Mapping[str, str] = {}


class ResolvedShown(BaseModel):
    """What was done about an alert, as one who may see the alert is shown it."""

    model_config = ConfigDict(frozen=True)

    root: Id = Field(description="of the fact: by it its agency corrects it, or takes it back")
    version: int
    outcome: AlertOutcome
    at: datetime
    words: str | None = Field(default=None, description="what was done; null: not read here, or not theirs")
    you: bool = Field(description="whether the caller said so")
    own: bool = Field(description="whether the caller's agency did, and may take it back")


def resolved_shown(known: Resolved | None, caller: Caller, words: Mapping[str, str]) -> ResolvedShown | None:
    """What was done, as this caller is shown it, with the words of each fact that they may read."""
    if known is None:
        return None
    return ResolvedShown(
        root=known.root,
        version=known.version,
        outcome=known.outcome,
        at=known.at,
        words=words.get(known.root),
        you=known.person == caller.id,
        own=known.agency == caller.agency,
    )


async def words_of(archive: Archive, alerts: Iterable[Told]) -> dict[str, str]:
    """What these alerts' facts say in words was done."""
    roots = [alert.resolved.root for alert in alerts if alert.resolved]
    facts = [fact for root in roots for fact in (await archive.fact(root)).current(AlertResolved)]
    said = [(fact.root, fact.said.narrative) for fact in facts]
    return {root: narrative.text for root, narrative in said if isinstance(narrative, Narrative)}


def resolved_of(words: Sequence[Fact[AlertResolved]], facts: FactSet, stands: Standing) -> Resolved | None:
    """Of all that was said to be done about one alert, what holds. Other words for it later are no new word:
    it was said when its first version was."""
    return standing_word((_resolved(fact, facts.first_recorded(fact.root)) for fact in words), stands)


def unresolved(facts: FactSet, owed: Iterable[tuple[datetime, str | None]]) -> Unresolved:
    """What is owed of these alerts about a cause, each by when and in which area: the first of them."""
    due, area = min(owed, key=lambda each: (each[0], each[1] or ""), default=(None, None))
    started = [fact.said for fact in facts.current(ClockStarted) if fact.said.rule is RULE]
    stopped = {fact.said.generation for fact in facts.current(ClockStopped) if fact.said.rule is RULE}
    last = max(started, key=lambda said: said.generation, default=None)
    line = None
    if last is not None:
        where = last.routing.area if isinstance(last.routing, Routing) else None
        over = last.generation in stopped
        line = ClockLine(generation=last.generation, due=last.due, area=where, stopped=over)
    return Unresolved(due=due, area=area, clock=line)


def sayings(cause: str, known: Unresolved, at: datetime) -> Iterable[Saying]:
    """The clock to stop and the one to start, each said once."""
    line = known.clock
    running = [Running(RULE, line.generation, line.due, line.area)] if line and not line.stopped else []
    wanted = {RULE: known.due} if known.due else {}
    now = moves(running, [RULE] if line else [], wanted, known.area, at)
    for clock in now.stop:
        over = ClockStopped(rule=RULE, cause=cause, generation=clock.generation)
        yield Saying(RULE, cause, clock.generation, over, at)
    if now.start and known.due:
        n = 1 + (line.generation if line else 0)
        routing = Routing(area=known.area) if known.area else None
        started = ClockStarted(rule=RULE, cause=cause, generation=n, due=known.due, routing=routing)
        yield Saying(RULE, cause, n, started, at)


def _resolved(fact: Fact[AlertResolved], said: datetime) -> Resolved:
    return Resolved(
        root=fact.root,
        version=fact.version,
        agency=fact.agency,
        person=fact.said.person,
        outcome=fact.said.outcome,
        at=fact.occurred,
        said=said,
    )

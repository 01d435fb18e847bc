"""How each agency's feed does: its newest fact, and the rhythm that is learned from those before."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, get_args
from weakref import WeakKeyDictionary

import structlog
from pydantic import BaseModel, Field

from chassis.archive import STATEMENTS, Archive
from chassis.watermark import earliest, writers_for
from contracts.events.configuration import AgencyDefined
from contracts.rules import feeds
from contracts.rules.feeds import Silence, Spell
from contracts.topics import TOPICS, read_by
from contracts.vocabulary import AgencyKind

if TYPE_CHECKING:
    from chassis.runtime import Runtime

LEARN_SECONDS = 60
"""How often rhythms are learned anew. It reads four weeks of an index, so no page waits for it."""

LEARNED_FOR = timedelta(hours=1)
"""How long what was learned is good, by the services' clock: a page that finds it older learns by itself."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Silent:
    """An agency that is silent, as pages name it."""

    name: str
    kind: AgencyKind
    since: datetime


@dataclass(frozen=True, slots=True)
class Learned:
    """The longest usual silence of each agency, as it was learned at a time."""

    at: datetime
    usual: Mapping[str, timedelta | None]


class Heard(BaseModel):
    """How far the feed of one agency has come. ``by``: the services that it spoke to in the 28 days before it
    was heard last; ``come_to``: before when all that it said to these is in what this service shows (of one
    that was never heard: to any). ``heard``: when its newest statement about people was accepted, of those
    that this service reads. None: not known, or never."""

    agency: str
    name: str
    kind: AgencyKind
    by: list[str]
    come_to: datetime | None
    heard: datetime | None
    silent_after_seconds: int | None = Field(description="how long it may say nothing before it is silent")
    rhythm: Literal["set", "learned", "not-known"]
    state: feeds.State


class HowFar(BaseModel):
    """How far the services have come that this one reads, and each agency by them, the worst first.
    ``known_at``: as it was known then, and nothing later."""

    at: datetime
    known_at: datetime | None
    fresh_until: datetime | None
    services: dict[str, datetime | None]
    hears: bool = Field(description="whether agencies speak to this service, or only other services do")
    agencies: list[Heard]


_learned: WeakKeyDictionary[Archive, Learned] = WeakKeyDictionary()


async def keep_learning(runtime: "Runtime") -> None:
    """Learn every agency's rhythm, again and again, for ever; and keep which are silent, for every page of
    the service to say."""
    while True:
        try:
            now = runtime.clock.now()
            defined = (await runtime.configuration(AgencyDefined)).current(AgencyDefined)
            agencies = {fact.said.agency: fact.said for fact in defined}
            newest = await runtime.newest_of(agencies, now)
            _learned[runtime] = Learned(now, await _learn(runtime, newest))
            runtime.silences = [
                Silent(agencies[each.agency].name, agencies[each.agency].kind, each.since)
                for each in await silent(runtime, agencies, None)
                if each.kind in feeds.CORE
            ]
        except Exception as error:  # noqa: BLE001 - the store is away: it is asked again
            log.warning("feeds.not-learned", reason=type(error).__name__)
        await asyncio.sleep(LEARN_SECONDS)


async def silent(
    archive: Archive, agencies: Mapping[str, AgencyDefined], at: datetime | None
) -> tuple[Silence, ...]:
    """The agencies that were silent for longer than usual at a time (None: now), longest first. What is
    usual is what was set for an agency, or what is learned."""
    newest, usual = await _rhythms(archive, agencies, at)
    told = [(each, agencies[each].kind.value, last, usual[each]) for each, last in newest.items()]
    return feeds.silences(told, at or archive.clock.now())


async def heard(archive: Archive, at: datetime | None) -> HowFar:
    """How far each agency's feed has come; or had, as it was known at a time: then all that was accepted
    before it is here, or it is not told. Raises Refused (409) as ``Archive.require_known``."""
    if at is not None:
        await archive.require_known(at)
    now = archive.clock.now()
    writers = sorted(writers_for(archive.name))
    come_to = dict.fromkeys(writers, at) if at else await archive.folding.of_each()
    fresh = earliest(archive.name, come_to)
    defined = (await archive.configuration(AgencyDefined, at=at)).current(AgencyDefined)
    speak = {fact.said.agency: fact.said for fact in defined if fact.said.kind is not AgencyKind.GOLDTHREAD}
    hears = _hears(archive.name)
    agencies = speak if hears else {}
    newest, usual = await _rhythms(archive, agencies, at)
    types = await archive.types_of({each: (last - feeds.LEARNED_FROM, last) for each, last in newest.items()})
    lines = []
    for agency, said in agencies.items():
        by = {service for type_ in types.get(agency, ()) for service in TOPICS[STATEMENTS[type_]].writers}
        here = _least(come_to.get(each) for each in by) if by else fresh
        lines.append(_line(said, sorted(by), here, newest.get(agency), usual[agency], at or now))
    lines.sort(key=lambda line: (get_args(feeds.State).index(line.state), line.name, line.agency))
    return HowFar(
        at=now,
        known_at=at,
        fresh_until=fresh,
        services={each: come_to.get(each) for each in writers},
        hears=hears,
        agencies=lines,
    )


def _line(
    said: AgencyDefined,
    by: list[str],
    come_to: datetime | None,
    last: datetime | None,
    longest: timedelta | None,
    at: datetime,
) -> Heard:
    return Heard(
        agency=said.agency,
        name=said.name,
        kind=said.kind,
        by=by,
        come_to=come_to,
        heard=last,
        silent_after_seconds=None if longest is None else int(longest.total_seconds()),
        rhythm="not-known" if longest is None else "set" if _set_for(said) else "learned",
        state=feeds.state(last, longest, come_to, at),
    )


def _hears(service: str) -> bool:
    """Whether any statement of an agency is read by a service: notify reads what the others say."""
    return not {topic.name for topic in read_by(service)}.isdisjoint(STATEMENTS.values())


async def _rhythms(
    archive: Archive, agencies: Mapping[str, AgencyDefined], at: datetime | None
) -> tuple[dict[str, datetime], dict[str, timedelta | None]]:
    """The newest fact of each agency at a time (None: now), and its longest usual silence: what was set, or
    what is learned."""
    now = archive.clock.now()
    newest = await archive.newest_of(agencies, at or now)
    known = _learned.get(archive)
    if at is not None or known is None or not known.at <= now < known.at + LEARNED_FOR:
        known = Learned(now, await _learn(archive, newest))
        if at is None:
            _learned[archive] = known
    return newest, {each: _set_for(said) or known.usual.get(each) for each, said in agencies.items()}


def _least(times: Iterable[datetime | None]) -> datetime | None:
    """The earliest; None where one of them is not known."""
    found = list(times)
    return None if None in found else min(filter(None, found))


def _set_for(agency: AgencyDefined) -> timedelta | None:
    hours = agency.silent_after_hours
    return None if hours is None else timedelta(hours=hours)


async def _learn(archive: Archive, newest: Mapping[str, datetime]) -> dict[str, timedelta | None]:
    spans = {agency: (last - feeds.LEARNED_FROM, last) for agency, last in newest.items()}
    hours = await archive.hours_of(spans)
    return {each: feeds.longest_usual([Spell(*hour) for hour in hours.get(each, ())]) for each in newest}

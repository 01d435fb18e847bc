"""How each agency's feed does: its newest fact, and the rhythm that is learned from those before."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import structlog

from chassis.archive import Archive
from contracts.events.configuration import AgencyDefined
from contracts.rules import feeds
from contracts.rules.feeds import Silence, Spell
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
    now = archive.clock.now()
    newest = await archive.newest_of(agencies, at or now)
    known = _learned.get(archive)
    if at is not None or known is None or not known.at <= now < known.at + LEARNED_FOR:
        known = Learned(now, await _learn(archive, newest))
        if at is None:
            _learned[archive] = known
    told = [
        (each, agencies[each].kind.value, last, _set_for(agencies[each]) or known.usual.get(each))
        for each, last in newest.items()
    ]
    return feeds.silences(told, at or now)


def _set_for(agency: AgencyDefined) -> timedelta | None:
    hours = agency.silent_after_hours
    return None if hours is None else timedelta(hours=hours)


async def _learn(archive: Archive, newest: Mapping[str, datetime]) -> dict[str, timedelta | None]:
    spans = {agency: (last - feeds.LEARNED_FROM, last) for agency, last in newest.items()}
    hours = await archive.hours_of(spans)
    return {each: feeds.longest_usual([Spell(*hour) for hour in hours.get(each, ())]) for each in newest}

"""How each agency's feed does: its newest fact, and the rhythm that is learned from those before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined
from services.marac.rules import feeds
from services.marac.rules.feeds import Silence, Spell

LEARNED_FOR = timedelta(minutes=5)
"""How long a rhythm that was learned is good: it changes over days, and learning reads an index."""


@dataclass(frozen=True, slots=True)
class Learned:
    """The longest usual silence of each agency, as it was learned at a time."""

    at: datetime
    usual: Mapping[str, timedelta | None]


_learned: WeakKeyDictionary[Runtime, Learned] = WeakKeyDictionary()


async def silent(
    runtime: Runtime, agencies: Mapping[str, AgencyDefined], at: datetime | None
) -> tuple[Silence, ...]:
    """The agencies that were silent for longer than usual at a time (None: now), longest first."""
    now = runtime.clock.now()
    newest = await runtime.newest_of(agencies, at or now)
    known = _learned.get(runtime) if at is None else None
    stale = known is None or not known.at <= now < known.at + LEARNED_FOR
    if known is None or stale or not newest.keys() <= known.usual.keys():
        known = Learned(now, await _learn(runtime, newest))
        if at is None:
            _learned[runtime] = known
    told = [
        (agency, agencies[agency].kind.value, last, known.usual[agency]) for agency, last in newest.items()
    ]
    return feeds.silences(told, at or now)


async def _learn(runtime: Runtime, newest: Mapping[str, datetime]) -> dict[str, timedelta | None]:
    spans = {agency: (last - feeds.LEARNED_FROM, last) for agency, last in newest.items()}
    hours = await runtime.hours_of(spans)
    return {
        agency: feeds.longest_usual([Spell(*hour) for hour in hours.get(agency, ())]) for agency in newest
    }

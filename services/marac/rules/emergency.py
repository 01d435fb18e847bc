"""Of an emergency meeting: from when on somebody is told, anew for what, and until when.

Source: features.md C6 (every MARAC's protocol has an emergency meeting, called in minutes); what is told
anew, and for how long, is Goldthread's own (2026-11-27).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

JOIN_LATE = timedelta(hours=1)
"""For so long after it began whoever hears of it can still join. One that is called for now has begun at
once, and is told all the same."""

APART = timedelta(seconds=1)
"""How far apart two callings are at least, whatever an agency's system says of when it wrote them down."""


@dataclass(frozen=True, slots=True)
class Calling:
    """What one version of a meeting said, and when it was written down."""

    recorded: datetime
    starts: datetime
    area: str
    emergency: bool


def called_at(versions: Iterable[Calling]) -> datetime | None:
    """When it was last said what people must be told anew, of the versions in their order: that there is an
    emergency meeting, that it begins earlier than was said before, or that it is another area's. One that
    begins later calls nobody again. None: it is no emergency."""
    before: Calling | None = None
    told: datetime | None = None
    for each in versions:
        if not each.emergency:
            before, told = None, None
            continue
        if before is None or told is None:
            told = each.recorded
        elif each.starts < before.starts or each.area != before.area:
            told = max(each.recorded, told + APART)
        before = each
    return told


def over_at(starts: datetime) -> datetime:
    """From when on nobody is told any more of a meeting that begins then."""
    return starts + JOIN_LATE

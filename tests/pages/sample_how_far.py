"""How far agencies have come: one in each state, and at notify none."""

from datetime import datetime
from typing import Any

from chassis.feeds import Heard, HowFar
from contracts.topics import SERVICES
from contracts.vocabulary import AgencyKind
from tests.pages.sample_rows import FRESH, NOW, ago

AGENCIES = [
    Heard(
        agency="northmere-hospital",
        name="Northmere Hospital",
        kind=AgencyKind.HEALTH,
        by=["referrals"],
        come_to=FRESH,
        heard=ago(hours=20),
        silent_after_seconds=12 * 3600,
        rhythm="set",
        state="silent",
    ),
    Heard(
        agency="eastvale-gp",
        name="Eastvale Surgery",
        kind=AgencyKind.HEALTH,
        by=[],
        come_to=ago(minutes=20),
        heard=None,
        silent_after_seconds=None,
        rhythm="not-known",
        state="never-heard",
    ),
    Heard(
        agency="northmere-council",
        name="Northmere Council",
        kind=AgencyKind.COUNCIL,
        by=["orders", "referrals"],
        come_to=None,
        heard=ago(days=1),
        silent_after_seconds=6 * 24 * 3600 + 4 * 3600,
        rhythm="learned",
        state="unknown",
    ),
    Heard(
        agency="northmere-police",
        name="Northmere Police",
        kind=AgencyKind.POLICE,
        by=["orders"],
        come_to=ago(minutes=20),
        heard=ago(minutes=22),
        silent_after_seconds=12 * 3600,
        rhythm="learned",
        state="in-rhythm",
    ),
]


async def heard(archive: Any, at: datetime | None) -> HowFar:
    """The page of a service. Notify has no agencies, and cannot tell how fresh it is."""
    hears = archive.service.name != "notify"
    services = dict.fromkeys(sorted(SERVICES), at or FRESH) | ({} if at else {"orders": ago(minutes=20)})
    lines = [each.model_copy(update={"come_to": at}) if at else each for each in AGENCIES]
    return HowFar(
        at=NOW,
        known_at=at,
        fresh_until=(at or ago(minutes=20)) if hears else None,
        services=services if hears else dict.fromkeys(SERVICES),
        hears=hears,
        agencies=lines if hears else [],
    )

"""Services that a test does without: they say that they have accepted nothing, and never will."""

from datetime import UTC, datetime

from chassis.ids import new_id
from chassis.log import Log, Record
from contracts.topics import SERVICES, WATERMARKS
from contracts.watermark import Ends, Watermark

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


async def nothing_from_others(log: Log, *here: str) -> None:
    """The watermarks of every service but these."""
    said = [
        Watermark(id=new_id(), source=f"/{service}", time=FOR_EVER, data=Ends(ends={}))
        for service in SERVICES
        if service not in here
    ]
    await log.append([Record(WATERMARKS, each.service, each.model_dump_json().encode()) for each in said])

"""Services that a test does without: they say that they have accepted nothing, and never will."""

from datetime import UTC, datetime

from chassis.ids import new_id
from chassis.log import Log, Record
from contracts.topics import SERVICES, WATERMARKS
from contracts.watermark import Ends, Watermark

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def of_others(*here: str, until: datetime = FOR_EVER) -> list[bytes]:
    """The watermarks of every service but these: nothing of theirs was accepted before then."""
    others = [service for service in SERVICES if service not in here]
    said = [Watermark(id=new_id(), source=f"/{each}", time=until, data=Ends(ends={})) for each in others]
    return [each.model_dump_json().encode() for each in said]


async def nothing_from_others(log: Log, *here: str) -> None:
    """Put on the log that no service but these has anything to say."""
    await log.append([Record(WATERMARKS, str(n), body) for n, body in enumerate(of_others(*here))])

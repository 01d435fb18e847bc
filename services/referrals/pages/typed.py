"""What somebody typed into a form, as what it means."""

from datetime import datetime, time

from chassis.clock import LONDON


def moment(day: str, at: str, now: datetime) -> datetime:
    """The time that was typed; now where none was. Raises ValueError for what is no time, or to come."""
    if not (day or at):
        return now
    said = datetime.combine(datetime.fromisoformat(day).date(), time.fromisoformat(at), LONDON)
    if said > now:
        raise ValueError("to come")
    return said

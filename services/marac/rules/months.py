"""By which times somebody who looks at the perpetrator's side is told of what came to be known: whole months.

Source: domain.md 14, traps 3 and 9. The day on which something was said, or on which a meeting heard a case,
tells of the victim, and a page that could be asked for at any time would tell it by being asked twice. That
it is a month is Goldthread's own (2026-11), as on the rest of that page.
"""

from datetime import datetime

from contracts.rules.occurrence import LONDON


def begun(at: datetime) -> datetime:
    """When the month of this time began, in London."""
    return at.astimezone(LONDON).replace(day=1, hour=0, minute=0, second=0, microsecond=0)

"""For how long a draft of the referral page is kept.

Source: UK GDPR Art 5(1)(e), storage limitation; SafeLives (2015): high risk is referred at once, so what
nobody has gone on with for two weeks is no referral that is being made. (Ours, 2026-11.)
"""

from datetime import datetime, timedelta

KEPT = timedelta(days=14)
"""After it was written on last."""
WARNED = timedelta(days=4)
"""For how long before it is deleted its writer is warned, wherever it is listed."""


def ends(touched: datetime) -> datetime:
    """When a draft that was written on last at this time is deleted."""
    return touched + KEPT


def ends_soon(touched: datetime, now: datetime) -> bool:
    """Whether its writer is to be warned."""
    return now >= ends(touched) - WARNED

"""A second, on the machine that there is. Goldthread promises some things within a second; a machine that is
four times slower does nothing within it. So whoever waits for such a thing waits for a second, or, where
that is longer, for so many times what one fact needs here, at this moment, to come from its post to its page.
Decision 0065."""

import time
from datetime import datetime
from itertools import count
from statistics import median

from tests.scenarios import caseload
from tests.scenarios.goldthread import Goldthread
from tests.support.waiting import until

RATIO = 10
"""On the machine by which the second was promised a fact was on its page after a tenth of one."""
POSTS = 5
_numbers = count(7001)


async def a_second(goldthread: Goldthread, at: datetime) -> float:
    """How many seconds to wait for what is to be there within one. ``at``: a time that is past there."""
    return max(1.0, RATIO * median([await _a_fact(goldthread, at) for _ in range(POSTS)]))


async def _a_fact(goldthread: Goldthread, at: datetime) -> float:
    """The seconds from the post of a referral of people whom nobody knows until its case is there."""
    chair = await goldthread.person("rowan-ellis")
    number = str(next(_numbers))
    body = caseload.of_two(caseload.referral(at), "harbour-cms", number, "victim", "perpetrator")
    began = time.monotonic()
    root = (await goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", body))["root"]

    async def there() -> bool:
        return (await chair.get(f"/marac/v1/cases/{root}")).status_code == 200

    await until(there, "the case of a referral")
    return time.monotonic() - began

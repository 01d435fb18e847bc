"""What a report of service must say to be of use.

An order's status is read in the respondent's facts (``views/person.py``): service that names nobody
would be kept and change nothing, and a report without a time cannot say whether the respondent
knew of the order when it was breached (Family Law Act 1996 s42A).
"""

from contracts.events.orders import OrderServed
from contracts.vocabulary import PERPETRATOR_ROLES


def fault(said: OrderServed) -> tuple[str, str] | None:
    """The place and the kind of what is missing. None: nothing is."""
    if not said.in_role(*PERPETRATOR_ROLES):
        return ("content.people", "respondent-missing")
    if said.served is None and said.respondent_aware is None:
        return ("content.served", "missing")
    return None

"""What a report of a breach must say to be of use.

An order is found by its id, or among the orders of the people whom the breach names (ours, 2026-11):
references are the courts' and the forces' own, two orders may bear one, and a wrong match names a
wrong victim. So a breach that gives a reference and nobody would be kept and reach no case.
"""

from contracts.events.orders import BreachReported


def fault(said: BreachReported) -> tuple[str, str] | None:
    """The place and the kind of what is missing. None: nothing is."""
    if not said.people and said.order is None:
        return ("content.people", "person-missing")
    return None

"""Who leads a victim's support now, of all that agencies say.

Source: HMICFRS (2021): victims had many workers and did not know whom to ask; one named lead for each
(``features.md`` B15, read 2026-11). That the newest word of an agency is all that it says, and that none is
closed by another agency's, is Goldthread's own (2026-11): two who lead are shown, and asked about.
"""

from collections.abc import Iterable
from typing import TypeVar

from contracts.events.people import LeadNamed

K = TypeVar("K")


def leading(told: Iterable[tuple[str, LeadNamed, K]]) -> list[K]:
    """Of what agencies said, each with whatever it came by, in the order in which it was said: the newest of
    each agency, unless it says that they lead no more."""
    newest: dict[str, tuple[LeadNamed, K]] = {}
    for agency, said, of in told:
        newest.pop(agency, None)
        newest[agency] = said, of
    return [of for said, of in newest.values() if said.until is None]

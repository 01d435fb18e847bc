"""Whether somebody without a record number, whom a correction names at the place of somebody, is another.

Sources: decision 0009: such a person is known by the place alone; domain.md 14.6 (read 2026-12): one person's
record never goes into another's, least of all into that of whoever abuses them. That a name may be corrected,
or a date of birth, and not both at once, is Goldthread's own (2026-12).
"""

from collections.abc import Iterator

from contracts.mentions import Mention
from contracts.sections import Identity
from contracts.vocabulary import PERPETRATOR_ROLES, Role

HARMED = (Role.VICTIM, Role.CHILD)


def became_another(before: Mention, now: Mention) -> str | None:
    """The field by which it is somebody else: ``role`` where one of the two is accused and the other a victim
    or a child, ``identity`` where names and dates of birth are told both times and both differ. None: it may
    be the same person, of whom a nickname or no name was told before."""
    for one, other in ((before.role, now.role), (now.role, before.role)):
        if one in HARMED and other in PERPETRATOR_ROLES:
            return "role"
    one_is, other_is = before.identity, now.identity
    if not isinstance(one_is, Identity) or not isinstance(other_is, Identity):
        return None
    names, others = set(_names(one_is)), set(_names(other_is))
    if not names or not others or not names.isdisjoint(others):
        return None
    dated = one_is.born and other_is.born
    return "identity" if dated and set(one_is.born).isdisjoint(other_is.born) else None


def _names(identity: Identity) -> Iterator[frozenset[str]]:
    """Each name as its words, in any order: family and given name may have been swapped."""
    for name in (identity.name, *identity.aliases):
        words = f"{name.family or ''} {name.given or ''}".casefold().split() if name else []
        if words:
            yield frozenset(words)

"""Whether somebody's record is flagged as sensitive (the S-flag of the NHS), of all that agencies say.

Source: ``domain.md`` 9.5 (read 2026-11): of a person whose record is flagged the address, telephone and
practice are withheld, because whoever holds it may be at risk; what another agency holds is never told again.
That the flag of one record holds for the whole person, and that nobody's word is no *no*, is Goldthread's own
(2026-11).
"""

from collections.abc import Iterable

from contracts.sections import Identity, IdentitySection, Sealed


def flagged(identities: Iterable[IdentitySection | None]) -> bool | None:
    """Whether any of the identity sections that stand says so. None: nobody has said either, or a section
    stands sealed, and may."""
    found = list(identities)
    said = {each.sensitive for each in found if isinstance(each, Identity)}
    if True in said:
        return True
    return False if False in said and not any(isinstance(each, Sealed) for each in found) else None

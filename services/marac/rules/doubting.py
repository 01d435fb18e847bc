"""Who is told that it is in doubt who somebody of a case is: whoever may know of the other record too.

Source: ``domain.md`` 14, traps 6, 8 and 9 (what one may not see does not exist; a record that may be somebody
else's tells that there is one), and S5: the police may not learn of whoever chose not to tell them; read
2026-11-28. As to who may see who a victim of no case is, it is what ``referrals`` asks (design.md 7).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from contracts.vocabulary import AgencyKind, StaffRole
from services.marac.rules.sharing import may_place_cases

SUPPORTS_OR_PLACES = frozenset({StaffRole.IDVA, StaffRole.MARAC_COORDINATOR})


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """A record of which it is in doubt whose it is, as the services that enforce and convene know it."""

    told: frozenset[str] = frozenset()
    """The agencies that told of it. None: what is known of it is for support alone."""
    reach: frozenset[str] = frozenset()
    """Where it is routed to, with the areas around."""
    cases: Sequence[frozenset[str]] = ()
    """The cases of whoever it is of, and of each victim whom it is about."""


def may_know_of(
    roles: Collection[str],
    areas: Collection[str],
    agency: str,
    kind: AgencyKind | None,
    record: OtherRecord,
    seen: Collection[str],
) -> bool:
    """Whether a caller of an agency of this kind (None: nobody has said) may know that there is a record.
    ``seen``: the cases that are there for them. Of whoever is in cases it is for who sees all of these: one
    that is restricted to others, or to whose parties the caller has a tie, is not there. Of whoever is in
    none it is told in its area alone, and there to agencies that told of it, and to whoever supports or
    places victims and is not of the police. Unknown is kept."""
    cases = frozenset().union(*record.cases)
    if not record.told or not cases <= set(seen):
        return False
    if record.cases and all(record.cases):
        return True
    here = not record.reach.isdisjoint(areas) if record.reach else may_place_cases(roles)
    supports = kind not in (None, AgencyKind.POLICE) and not SUPPORTS_OR_PLACES.isdisjoint(roles)
    return here and (agency in record.told or supports)

"""Who may keep, read and open what a victim chose not to tell the police.

Source: HMICFRS (2021), on IDVAs in hospitals: many of those whom they met had chosen not to report to the
police; design.md 3 (2026): a section and a topic of its own. Deny by default: a role alone is not enough, for
an IDVA may work for a police force, whose records are open to it. (Ours, 2026-11.)
"""

from collections.abc import Collection

from contracts.mentions import Mention
from contracts.vocabulary import AgencyKind, StaffRole

SUPPORT = frozenset({AgencyKind.IDVA_SERVICE, AgencyKind.HEALTH, AgencyKind.VOLUNTARY})
"""Kinds of agency that support victims, and enforce nothing."""


def may_keep(kind: AgencyKind | None) -> bool:
    """Whether somebody of an agency of this kind may write it down here: whoever it is kept from may not. Of
    an agency of no known kind (None) nobody may: it may be police."""
    return kind not in (None, AgencyKind.POLICE)


def may_read(
    roles: Collection[str],
    kind: AgencyKind | None,
    areas: Collection[str],
    reach: Collection[str],
    *,
    own: bool,
) -> bool:
    """Whether a caller of an agency of this kind may read what an agency kept (``own``: theirs), given the
    areas that the facts about the victim route to. None: nobody has said what kind of agency it is."""
    if StaffRole.IDVA not in roles or not may_keep(kind):
        return False
    return own or (kind in SUPPORT and not set(areas).isdisjoint(reach))


def is_hers(victim: str | None, records: Collection[str]) -> bool:
    """Whether what is kept was told by whoever these records are of: its victim was, and nobody else whom it
    may name. Where she and he each have a case, what she told is no part of his."""
    return victim in records


def is_of_her_alone(people: Collection[Mention]) -> bool:
    """Whether it names nobody but her: whoever else stands in it, it is filed under their records too."""
    return len(people) == 1

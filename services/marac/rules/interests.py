"""Who is shown a case before and after they declare whether they have a tie to its parties.

Source: SafeLives' order of a meeting (conflicts of interest come first; ``domain.md`` 1.7), traps 8
and 9 of ``domain.md`` 14 (the check comes *before* anything is released; a case that one may not see does not
exist); read 2026-11-27. Who goes on working before they declared, and whom a case is there for that stands on
no agenda (2026-11-30), is Goldthread's own.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from contracts.vocabulary import CaseRole, StaffRole
from services.marac.rules import sharing
from services.marac.rules.pairs import Pair


class Sight(StrEnum):
    """What of a case somebody who may see cases of its area is shown."""

    ALL = "all"
    NAMES = "names"
    """Its letters and its parties' names, to declare by: as if it were not there anywhere else."""
    NOTHING = "nothing"


def sight(*, tie: bool | None, asked: bool, works: bool) -> Sight:
    """What somebody is shown of a case. ``tie``: what they declared of it, a tie before anything else that
    they ever declared; None: nothing yet. ``asked``: whether it stands at a meeting that they may see, and
    whose MARAC has declaring here. ``works``: whether they work on it before any meeting: they coordinate it,
    or the victim is their client."""
    if tie:
        return Sight.NOTHING
    if tie is None and asked and not works:
        return Sight.NAMES
    return Sight.ALL


def opens_unlisted(
    roles: Collection[str],
    agency: str,
    person: str,
    hers: Iterable[sharing.InCase],
    involved: Collection[str | None],
) -> bool:
    """Whether a case that stands on no agenda is there for somebody who may see cases of its area. For a
    chair and a coordinator it is; for whoever is an IDVA alone, where their service is in the case of its
    victim (``hers``), or is ``involved``: it referred the case, or was asked to take the victim on. Until a
    meeting hears it nobody is asked for a tie. None: which service was asked is not known, and it is
    nobody's."""
    if sharing.RIGHTS[sharing.READ_CASE].intersection(roles) != {StaffRole.IDVA}:
        return True
    return agency in involved or sharing.writes_as(roles, agency, person, hers) is CaseRole.IDVA


def has_tie(case: str, tied: Collection[str], pairs: Mapping[str, Pair]) -> bool:
    """Whether somebody who declared a tie to the cases of ``tied`` has one to a case: to any of them, and to
    any that shares a party with one of them, the ones to come too. A tie is to people: a new referral of the
    same pair, or of the other direction, would else undo it. ``pairs``: whom each case is about."""
    own = pairs[case].parties if case in pairs else frozenset()
    return any(each == case or (each in pairs and not own.isdisjoint(pairs[each].parties)) for each in tied)

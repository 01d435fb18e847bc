"""Of a victim's row: which way to reach her is safe, who may be told, what nobody asked. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache

from chassis.once import MOST_KEPT, Same
from contracts.rules.safe_contact import SafeWay, failed_by, safe_way, without_address
from contracts.rules.safe_contact import Word as Said
from contracts.sections import Contact
from contracts.vocabulary import AgencyKind, Characteristic, Grade
from services.marac.conference import rows, victim_rows
from services.marac.conference.victim import AT_A_MARAC
from services.marac.rules.consent import Standing, Word, standing

SEEN_BY_ALL = {"no_uniform", "uniform_safe", "verified", "expires"}
"""What of a way, beside by what it goes, is shown to whoever sees the case."""


def standing_of(
    case: rows.ConferenceCase, hers: victim_rows.Hers, heard: Collection[AgencyKind]
) -> list[Standing]:
    """Whether each kind of agency that takes part, or was spoken of, may be told of her. What she said at one
    time of all is said before what she said of a part: it is the rest."""
    return list(_standing(Same(hers.consents), frozenset(heard), case.grade))


@lru_cache(maxsize=MOST_KEPT)
def _standing(
    consents: Same[Sequence[victim_rows.Consent]], heard: frozenset[AgencyKind], grade: Grade
) -> tuple[Standing, ...]:
    words = [
        Word(each.root, each.occurred, each.recipients, each.answer, each.said_by, each.ground, each.of)
        for each in sorted(consents.of, key=lambda each: (each.occurred, bool(each.of)))
    ]
    of = [kind for kind in AT_A_MARAC if kind in heard or any(kind in word.recipients for word in words)]
    return tuple(standing(words, of, grade))


def not_answered(hers: victim_rows.Hers) -> list[Characteristic]:
    """The characteristics of which nobody has an answer, be it that it was not asked, and why."""
    known = {each.characteristic for line in hers.characteristics for each in line.answers}
    return [each for each in Characteristic if each not in known]


def contact_shown(line: rows.ContactLine, *, contacts: bool, locations: bool) -> rows.ContactLine:
    """How an agency says that she may be reached, for a caller: number, names, times and words are for those
    who may reach her, an address for those of them who may see where she is. What is unsafe often names
    another number, and whose it is."""
    if contacts:
        return line if locations else line.model_copy(update={"contact": without_address(line.contact)})
    bare = Contact(method=line.contact.method, **line.contact.model_dump(include=SEEN_BY_ALL))
    return line.model_copy(update={"contact": bare})


def way_of(victim: rows.ConferencePerson | None, at: datetime) -> SafeWay:
    """Which way to reach the victim is safe at a time."""
    if victim is None:
        return safe_way((), (), at)
    words = [Said(line.agency, line.occurred, line.contact) for line in victim.contacts]
    failed = [failed_by(each.occurred, each.precision, each.recorded) for each in victim.hers.failed]
    died = victim.hers.died
    return safe_way(words, failed, at, died.agency if died else None)


def way_then(victim: rows.ConferencePerson | None, at: datetime) -> SafeWay:
    """Which way was safe at a time that is over, by what was said and had happened by then."""
    if victim is None:
        return way_of(None, at)
    hers, by = victim.hers, [each for each in victim.contacts if each.occurred <= at]
    past = {
        "failed": tuple(each for each in hers.failed if each.occurred <= at),
        "died": hers.died if hers.died and hers.died.occurred <= at else None,
    }
    return way_of(victim.model_copy(update={"contacts": by, "hers": hers.model_copy(update=past)}), at)

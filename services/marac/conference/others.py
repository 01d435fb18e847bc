"""Which lines of a person of a case are about another victim than its own, or of the other party's case."""

from collections.abc import Collection, Iterator

from contracts.vocabulary import PERPETRATOR_ROLES, Role
from services.marac.conference import rows


def about_others(row: rows.ConferencePerson, own: Collection[str], hers: Collection[str]) -> set[str]:
    """The roots of lines of somebody, not the victim, that are about victims not of the case.

    ``own`` are the people of the case, ``hers`` the roots of the lines about its victim. Of a stub that
    is none of hers nobody can tell whom it was about, and so it is one of these.
    """
    return {
        line.root
        for line, victims in _by_victims(row)
        if line.root not in hers and (line.said is None or (victims and victims.isdisjoint(own)))
    }


def not_as_victim(row: rows.ConferencePerson, own: Collection[str]) -> set[str]:
    """The roots of lines of the victim of a case that are about another victim, not of the case: what
    she is said to have done, or seen."""
    return {
        line.root
        for line, victims in _by_victims(row)
        if Role.VICTIM not in line.roles and victims and victims.isdisjoint(own)
    }


def of_other_party(row: rows.ConferencePerson, victim: str, perpetrators: Collection[str]) -> set[str]:
    """The roots of what belongs to the other party's own case, where each accuses the other: the referral the
    other way round, and what is said of that party as victim, naming nobody who did it (domain.md 14, trap 8:
    neither party's case is ever seen in the other's). What is said to have happened between the two stays."""
    turned = {link.case for link in row.cases if link.victim in perpetrators and victim in link.perpetrators}
    if not turned or row.person == victim:
        return turned
    return turned | {
        line.root
        for line in row.lines
        if line.roles == (Role.VICTIM,) and not any(each.role in PERPETRATOR_ROLES for each in line.others)
    }


def without(row: rows.ConferencePerson, roots: Collection[str]) -> rows.ConferencePerson:
    """A person's row without what these facts say."""
    if not roots:
        return row
    return row.model_copy(
        update={
            name: [each for each in getattr(row, name) if each.root not in roots]
            for name in ("lines", "assessments", "contacts", "health", "leads", "locations")
        }
    )


def _by_victims(row: rows.ConferencePerson) -> Iterator[tuple[rows.Line, set[str]]]:
    """Each line with its victims, but for the person themselves. A breach is about whom its order
    protects, where it names no victim, and so is an order's service."""
    known: dict[str, set[str]] = {record.root: set(record.victims) for record in row.records}
    for order in row.orders:
        for service in order.services:
            known.setdefault(service.root, set()).update(order.protected)
    for line in row.lines:
        named = {other.person for other in line.others if other.role is Role.VICTIM}
        yield line, named or known.get(line.root, set())

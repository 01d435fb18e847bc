"""Which lines of a person of a case are about another victim than its own. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from contracts.vocabulary import Role
from services.marac.conference import rows


def about_others(row: rows.ConferencePerson, own: Collection[str], hers: Iterable[rows.Line]) -> set[str]:
    """The roots of lines of somebody, not the victim, that are about victims not of the case.

    ``own`` are the people of the case, ``hers`` the lines about its victim. Of a stub that is none of hers
    nobody can tell whom it was about, and so it is one of these. What was corrected to be about somebody else
    is theirs from then on, and a stub of hers makes it hers no more.
    """
    says = {line.root: line.said is not None for line in hers}
    found = set[str]()
    for line, victims in by_victims(row):
        is_hers = line.root in says if line.said is None else says.get(line.root, False)
        if not is_hers and (line.said is None or (victims and victims.isdisjoint(own))):
            found.add(line.root)
    return found


def not_as_victim(row: rows.ConferencePerson, own: Collection[str]) -> set[str]:
    """The roots of lines of the victim of a case that are about another victim, not of the case: what
    she is said to have done, or seen."""
    return {
        line.root
        for line, victims in by_victims(row)
        if Role.VICTIM not in line.roles and victims and victims.isdisjoint(own)
    }


def apart_of(case: rows.ConferenceCase, people: Mapping[str, rows.ConferencePerson]) -> dict[str, set[str]]:
    """Of each person of a case the roots of the lines that are about another victim than its own."""
    own, victim = people_of(case), case.victim.person if case.victim else ""
    seen = not_as_victim(people[victim], own) if victim in people else set()
    hers = [line for line in people[victim].lines if line.root not in seen] if victim in people else []
    return {
        person: seen if person == victim else about_others(people[person], own, hers)
        for person in own & people.keys()
    }


def people_of(case: rows.ConferenceCase) -> set[str]:
    """The persons whose rows a case's page needs."""
    victim = {case.victim.person} if case.victim else set()
    return victim | {each.person for each in (*case.perpetrators, *case.children)}


def by_victims(row: rows.ConferencePerson) -> Iterator[tuple[rows.Line, set[str]]]:
    """Each line with its victims, but for the person themselves. A breach is about whom its order
    protects, where it names no victim, and so is an order's service."""
    known: dict[str, set[str]] = {record.root: set(record.victims) for record in row.records}
    for order in row.orders:
        for service in order.services:
            known.setdefault(service.root, set()).update(order.protected)
    for line in row.lines:
        named = {other.person for other in line.others if other.role is Role.VICTIM}
        yield line, named or known.get(line.root, set())

"""Which lines of a person of a case are about another victim than hers."""

from collections.abc import Collection

from contracts.vocabulary import Role
from services.marac.conference import rows


def about_others(row: rows.ConferencePerson, own: Collection[str], hers: Collection[str]) -> set[str]:
    """The roots of lines of somebody, not the victim, that are about victims not of the case.

    ``own`` are the people of the case, ``hers`` the roots of its victim's lines. A breach is about whom
    its order protects, where it names no victim, and so is an order's service; of a stub that is none
    of hers nobody can tell whom it was about, and so it is one of these.
    """
    victims: dict[str, set[str]] = {record.root: set(record.victims) for record in row.records}
    for order in row.orders:
        for service in order.services:
            victims.setdefault(service.root, set()).update(order.protected)
    found = set()
    for line in row.lines:
        named = {other.person for other in line.others if other.role is Role.VICTIM}
        of = named or victims.get(line.root, set())
        if line.root not in hers and (line.said is None or (of and of.isdisjoint(own))):
            found.add(line.root)
    return found

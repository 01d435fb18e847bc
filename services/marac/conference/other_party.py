"""What of a person's row belongs to the other party's own case, where each of two accuses the other: neither
party's case is ever seen in the other's (``domain.md`` 14, traps 3 and 8). Pure."""

from collections.abc import Collection, Mapping

from pydantic import JsonValue

from contracts.vocabulary import Role
from services.marac.conference import rows
from services.marac.conference.others import by_victims, people_of

HAPPENED = ("incident.", "breach.", "order.", "child.missing-", "child.return-")
"""The kinds of facts of what happened: between the two each case has them, and of a child who was missing."""
WORDS_OF_ORDERS = ("prohibitions", "requirements")
"""What an order forbids or asks, in words, names places: for those who may see locations alone."""


def own_rows(
    case: rows.ConferenceCase, people: Mapping[str, rows.ConferencePerson]
) -> dict[str, rows.ConferencePerson]:
    """The people of a case, as far as they are its own."""
    found = {person: people[person] for person in people_of(case) if person in people}
    if case.victim is None or case.victim.person not in found:
        return found
    by = {each.person for each in case.perpetrators}
    other = by.intersection(found[case.victim.person].disputed)
    if not other:
        return found
    return {person: without(row, case.victim.person, other) for person, row in found.items()}


def told_as_victim(row: rows.ConferencePerson, victim: str, other: Collection[str]) -> set[str]:
    """The roots of what is said of the other party as victim; and, where there is one, of a child without
    saying in whose household. ``other``: those whom the victim of the case is said to have harmed too."""
    if not other:
        return set()
    found = set()
    for line, named in by_victims(row):
        victims = named | ({row.person} if Role.VICTIM in line.roles else set())
        alone = not victims and Role.CHILD in line.roles
        if victim not in victims and (alone or not victims.isdisjoint(other)):
            found.add(line.root)
    return found


def of_other_party(row: rows.ConferencePerson, victim: str, other: Collection[str]) -> set[str]:
    """The roots of lines that are no part of the case. What is said to have happened between both stays."""
    theirs = told_as_victim(row, victim, other)
    return {
        line.root
        for line in row.lines
        if line.root in theirs and not (line.type.startswith(HAPPENED) and _between(row, line, victim))
    }


def _between(row: rows.ConferencePerson, line: rows.Line, victim: str) -> bool:
    """Whether a fact names the victim of the case, or no victim at all."""
    named = {row.person, *(each.person for each in line.others)}
    roles = {*line.roles, *(each.role for each in line.others)}
    return victim in named or Role.VICTIM not in roles


def without(row: rows.ConferencePerson, victim: str, other: Collection[str]) -> rows.ConferencePerson:
    """A person's row without what belongs to the other party's case: of that party no place, no way of
    contact, nothing of health and no lead, whoever said it; of a child only what is said with the victim; of
    an order that protects that party, not the words of its terms."""
    theirs, gone = told_as_victim(row, victim, other), of_other_party(row, victim, other)
    if row.person in other:
        bare = {line.root for line in row.lines}
    else:
        bare = gone if row.person == victim else theirs
    if not (theirs or bare):
        return row
    lines = [line_without_places(line) if line.root in theirs else line for line in row.lines]
    parts = dict.fromkeys(("contacts", "health", "leads", "locations"), bare)
    kept = {
        name: [each for each in getattr(row, name) if each.root not in roots]
        for name, roots in ({"assessments": gone, "taken_back": gone} | parts).items()
    }
    return row.model_copy(update=kept | {"lines": [line for line in lines if line.root not in gone]})


def line_without_places(line: rows.Line) -> rows.Line:
    """A line, of an order's terms the kinds alone."""
    if line.said is None:
        return line
    earlier = tuple(without_places(version) for version in line.earlier)
    return line.model_copy(update={"said": without_places(line.said), "earlier": earlier})


def without_places(said: rows.Version) -> rows.Version:
    """What a version says, of an order's terms the kinds alone."""
    bare: dict[str, JsonValue] = {
        name: [{"kind": each["kind"]} for each in value if isinstance(each, dict)]
        for name, value in said.details.items()
        if name in WORDS_OF_ORDERS and isinstance(value, list)
    }
    return said.model_copy(update={"details": said.details | bare})

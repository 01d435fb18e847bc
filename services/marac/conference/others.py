"""Whom facts name beside a person, and which lines of a person of a case are about another victim than its
own. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from chassis.once import MOST_KEPT, Same
from chassis.views import Subject
from contracts.content import Said
from contracts.mentions import Mention
from contracts.sections import Identity
from contracts.vocabulary import Role
from services.marac import casefile
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


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of the people of a case, by person: the ``lines`` of the case, the roots of those that are
    ``apart``, about another victim than its own, and of the others, their ``own``. ``all`` are the lines of
    the case by root: as it is hers, where it names the victim; a stub only where it is one to all."""

    lines: Mapping[str, Sequence[rows.Line]]
    apart: Mapping[str, Set[str]]
    own: Mapping[str, Set[str]]
    all: Mapping[str, rows.Line]


def told_of(case: rows.ConferenceCase, people: Mapping[str, rows.ConferencePerson]) -> Told:
    """What is told of the people of a case."""
    own = people_of(case)
    theirs = tuple(Same(people[person]) for person in sorted(own & people.keys()))
    return _told(case.victim.person if case.victim else None, frozenset(own), theirs)


@lru_cache(maxsize=MOST_KEPT)
def _told(victim: str | None, own: frozenset[str], theirs: tuple[Same[rows.ConferencePerson], ...]) -> Told:
    people = {each.of.person: each.of for each in theirs}
    her = people.get(victim or "")
    seen = not_as_victim(her, own) if her else set()
    hers = [line for line in her.lines if line.root not in seen] if her else []
    apart = {
        person: seen if person == victim else about_others(row, own, hers) for person, row in people.items()
    }
    by_root = {line.root: line for line in hers}
    lines = {
        person: hers
        if person == victim
        else [_as_hers(line, by_root.get(line.root)) for line in row.lines if line.root not in apart[person]]
        for person, row in people.items()
    }
    found = [line for person in sorted(lines, key=lambda each: each == victim) for line in lines[person]]
    by_said = sorted(found, key=lambda line: line.said is not None)
    here = {person: frozenset(line.root for line in of) for person, of in lines.items()}
    return Told(lines, apart, here, {line.root: line for line in by_said})


def _as_hers(line: rows.Line, hers: rows.Line | None) -> rows.Line:
    """A line of somebody else than the victim, of its earlier versions those alone that named her too: any
    other may have been about another."""
    named = {each.version for each in (hers.earlier if hers else ())}
    earlier = tuple(each for each in line.earlier if each.version in named)
    return line if earlier == line.earlier else line.model_copy(update={"earlier": earlier})


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


def others_in(told: casefile.Told, subject: Subject) -> Iterator[rows.Other]:
    """Whom a fact names beside this person."""
    for mention in told.about:
        home = subject.homes.get(mention.mention or "")
        if mention.mention and home and home != subject.id:
            child = mention.identity if mention.role is Role.CHILD else None
            yield rows.Other(
                mention=mention.mention,
                person=home,
                role=mention.role,
                relationship=mention.relationship,
                born=tuple(child.born) if isinstance(child, Identity) else (),
                named=_named(told.fact.root, mention, subject) if mention.role is Role.CHILD else None,
            )


def _named(root: str, mention: Mention, subject: Subject) -> datetime | None:
    """When a fact was first recorded that names them so."""
    for version in subject.facts.versions(root):
        if isinstance(version.content, Said):
            for each in version.content.people:
                if (each.mention, each.role) == (mention.mention, mention.role):
                    return version.recorded
    return None

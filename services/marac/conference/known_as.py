"""Level 0: by which names and numbers a person is found, and in which cases."""

from collections.abc import Iterable, Iterator

from chassis import names
from chassis.once import once
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.events.people import ReferralMade
from contracts.rules.occurrence import normal
from contracts.sections import Identity, Name
from services.marac import casefile


class KnownAs(Row):
    """How a person is known. ``words``: every word of a name in plain letters, every long form of a given
    name after ``~``, and every record number and reference after ``#``, each between bars."""

    person: str
    words: str
    cases: tuple[str, ...]


class KnownAsTable(ViewTable, table=True):
    """Rows of ``conference_known_as``: those of whoever is in a case, short, and read through by each
    search."""

    __tablename__ = "marac_conference_known_as"
    words: str


def fold_known_as(subject: Subject) -> Folded:
    """The row of a person; None for one who is in no case: nobody may look for them."""
    told = once(subject, casefile.told_of)
    cases = [each.fact.root for each in told if isinstance(each.fact.said, ReferralMade) and each.own]
    if not cases:
        return Folded(None)
    identities = [m.identity for each in told for m in each.own if isinstance(m.identity, Identity)]
    found = {word for identity in identities for word in _of(identity)}
    # Of what somebody did to another victim no number leads to this case.
    hers = {getattr(each.fact.said, "reference", None) for each in told if subject.id in each.victims}
    found |= {f"#{normal(number)}" for number in hers if number}
    words = "".join(f"|{word}|" for word in sorted(found))
    return Folded(KnownAs(person=subject.id, words=words, cases=tuple(reversed(cases))))


def _of(identity: Identity) -> Iterator[str]:
    for name in (identity.name, *identity.aliases):
        if name is not None:
            yield from _of_name(name)
    record = identity.record.number if identity.record else None
    for number in (record, identity.nhs_number, identity.pnc_id, identity.cro_number):
        if number is not None:
            yield f"#{normal(number)}"


def _of_name(name: Name) -> Iterable[str]:
    given = names.words(name.given or "")
    yield from (*names.words(name.family or ""), *given)
    yield from (f"~{form}" for word in given for form in names.forms(word))


def sought(name: str, number: str) -> list[list[str]]:
    """What to look for: of each word of a name, or of a number, the entries of ``words`` of which one must be
    there. Empty where nothing can be looked for."""
    found = [[word, *(f"~{form}" for form in sorted(names.forms(word)))] for word in names.words(name)]
    return found + ([[f"#{normal(number)}"]] if normal(number) else [])


KNOWN_AS = View("conference_known_as", of="person", row=KnownAs, table=KnownAsTable, fold=fold_known_as)

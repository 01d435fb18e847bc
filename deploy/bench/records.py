"""Labelled records of invented people, to measure who is linked: whose each is, by what went wrong in it.
Seeded: the same seed gives the same records."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle
from random import Random

from chassis import names
from contracts.rules.identifiers import nhs_check_digit
from contracts.vocabulary import Sex
from deploy.demo.names import FAMILIES, MEN, WOMEN
from services.referrals.rules.likeness import Known

COMMON = ("Smith", "Jones", "Khan", "Patel", "Davies", "Evans")
"""Family names that a third of all have: namesakes happen."""
FORMS = {"Elizabeth": "Liz", "Katherine": "Kate", "William": "Bill", "Mohammed": "Muhammad", "James": "Jim"}
Pair = tuple[Known, Known, bool]
"""Two records, and whether they are of one person."""


class People:
    """Draws people, and records of them."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311  the same each time
        self._numbers = cycle(range(999_000_000, 1_000_000_000))  # of a million, some share one
        self._mentions = iter(range(10**9))

    def person(self) -> Known:
        """Somebody: a full name, a date of birth, a sex, an NHS number."""
        chance = self.chance
        sex = chance.choice((Sex.FEMALE, Sex.MALE))
        given = chance.choice(WOMEN if sex is Sex.FEMALE else MEN)
        if chance.random() < 0.2:
            given = chance.choice(sorted(FORMS))
        family = chance.choice(COMMON if chance.random() < 0.33 else FAMILIES)
        born = date(1945, 1, 1) + timedelta(days=chance.randrange(25_000))
        return self.record(Known("", (kept(family, given),), (born,), sex, self._nhs()))

    def record(self, known: Known) -> Known:
        """Another record of the same."""
        return replace(known, mention=f"m{next(self._mentions):09}")

    def without(self, known: Known) -> Known:
        """Another record of the same, which has no number."""
        return self.record(replace(known, nhs=None))

    def family_of(self, known: Known) -> str:
        """The family name that a record has."""
        return known.names[0].split("|")[0]

    def misspelt(self, known: Known) -> Known:
        """One letter of the name is left out, doubled or another."""
        name = known.names[0]
        at = self.chance.choice([place for place, letter in enumerate(name) if letter.isalpha()])
        put = self.chance.choice(("", name[at] * 2, self.chance.choice("aeinrst")))
        return self.without(replace(known, names=(name[:at] + put + name[at + 1 :],)))

    def _nhs(self) -> str:
        while (check := nhs_check_digit(nine := str(next(self._numbers)))) is None:
            pass
        return f"{nine}{check}"


def kept(family: str, given: str) -> str:
    """A full name as it is kept."""
    name = names.key(family, given)
    assert name is not None
    return name


def _renamed(known: Known, family: str | None = None, given: str | None = None) -> Known:
    had_family, had_given = known.names[0].split("|")
    return replace(known, names=(kept(family or had_family, given or had_given),))


def _short(people: People) -> tuple[Known, Known]:
    given = people.chance.choice(sorted(FORMS))
    known = _renamed(people.person(), given=given)
    return people.without(known), people.without(_renamed(known, given=FORMS[given]))


def _swapped_date(people: People) -> tuple[Known, Known]:
    known = people.person()
    day = date(1950 + people.chance.randrange(50), people.chance.randint(1, 6), people.chance.randint(7, 12))
    known = replace(known, born=(day,))
    return people.without(known), people.without(
        replace(known, born=(day.replace(month=day.day, day=day.month),))
    )


def _digit(people: People) -> tuple[Known, Known]:
    known = people.person()
    (day,) = known.born
    off = -1 if day.day % 10 > 1 else 1 if day.day < 30 else -10
    other = day + timedelta(days=off)
    return people.without(known), people.without(replace(known, born=(other,)))


def _with(people: People, change: Callable[[Known], Known]) -> tuple[Known, Known]:
    known = people.person()
    return people.without(known), people.without(change(known))


def _swapped(known: Known) -> Known:
    family, given = known.names[0].split("|")
    return replace(known, names=(f"{given}|{family}",))


def _same(people: People) -> tuple[Known, Known]:
    known = people.person()
    return people.record(known), people.record(known)


def _father(people: People) -> tuple[Known, Known]:
    known = people.person()
    born = known.born[0] + timedelta(days=365 * people.chance.randint(18, 40))
    return people.record(known), people.record(replace(known, born=(born,)))


def _namesakes(people: People) -> tuple[Known, Known]:
    known = _renamed(people.person(), "Smith", "James")
    return people.without(known), people.without(known)


def _twin(people: People) -> tuple[Known, Known]:
    known = people.person()
    others = [given for given in WOMEN if given.lower() != known.names[0].split("|")[1]]
    return people.record(known), people.record(_renamed(known, given=people.chance.choice(others)))


def _without(people: People, both: tuple[Known, Known]) -> tuple[Known, Known]:
    one, other = both
    return people.without(one), people.without(other)


def _of_family(people: People) -> tuple[Known, Known]:
    known, other = people.person(), people.person()
    return people.without(known), people.without(_renamed(other, family=people.family_of(known)))


def _number_of_another(people: People) -> tuple[Known, Known]:
    known, other = people.person(), people.person()
    return people.record(known), people.record(replace(other, nhs=known.nhs))


ONE_PERSON: Mapping[str, Callable[[People], tuple[Known, Known]]] = {
    "the same, with one number": _same,
    "the same, without a number": lambda people: _with(people, lambda known: known),
    "a letter of the name is another": lambda people: _with(people, people.misspelt),
    "a short form": _short,
    "names swapped": lambda people: _with(people, _swapped),
    "day and month swapped": _swapped_date,
    "a digit of the date is another": _digit,
    "another family name": lambda people: _with(people, lambda known: _renamed(known, family="Trewhella")),
    "no date of birth": lambda people: _with(people, lambda known: replace(known, born=())),
}
TWO_PEOPLE: Mapping[str, Callable[[People], tuple[Known, Known]]] = {
    "strangers": lambda people: (people.person(), people.person()),
    "namesakes": lambda people: (
        _renamed(people.person(), "Smith", "James"),
        _renamed(people.person(), "Smith", "James"),
    ),
    "namesakes born on one day": _namesakes,
    "twins": lambda people: _without(people, _twin(people)),
    "twins, with one number": _twin,
    "father and son of one name": lambda people: _without(people, _father(people)),
    "father and son of one name, with one number": _father,
    "of one family, at one address": _of_family,
    "a number mistyped into another's": _number_of_another,
}


def pairs(kind: str, many: int, seed: int) -> Iterator[Pair]:
    """So many pairs of a kind."""
    people = People(seed)
    same = kind in ONE_PERSON
    draw = ONE_PERSON[kind] if same else TWO_PEOPLE[kind]
    for _ in range(many):
        yield (*draw(people), same)


def population(many: int, errors: float, seed: int) -> list[tuple[Known, int]]:
    """Records of so many people, one to four each, with the person's number: every second has an NHS number,
    and in this share of them something went wrong."""
    people = People(seed)
    chance = people.chance
    wrong: list[Callable[[Known], Known]] = [people.misspelt, _swapped, lambda known: replace(known, born=())]
    found: list[tuple[Known, int]] = []
    for number in range(many):
        known = people.person()
        for _ in range(chance.randint(1, 4)):
            record = people.record(known) if chance.random() < 0.5 else people.without(known)
            if chance.random() < errors:
                record = replace(chance.choice(wrong)(record), mention=record.mention)
            found.append((record, number))
    return found

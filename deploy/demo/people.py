"""The invented people: who they are, and how each agency's record names them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from contracts.rules.identifiers import nhs_check_digit, pnc_letter
from deploy.demo import names

SYSTEMS = {
    "northmere-police": ("records", "nominal"),
    "northmere-hospital": ("patient-administration", "patient"),
    "eastvale-gp": ("clinical", "patient"),
    "castlegate-housing": ("tenancy", "person"),
    "northmere-council": ("social-care", "person"),
    "harbour-idva": ("case-management", "client"),
}
"""Each agency's system, and what it calls a person's record."""

HEALTH = ("northmere-hospital", "eastvale-gp")


@dataclass(slots=True)
class Person:
    """Somebody invented."""

    key: str
    given: str
    family: str
    sex: str
    born: date
    area: str
    nhs: str
    pnc: str | None
    phone: str
    address: list[str]
    postcode: str
    contact: dict[str, Any] | None = None
    alias: str | None = None
    children: list["Person"] = field(default_factory=list)
    school: str | None = None

    def mention(self, role: str, agency: str, **more: Any) -> dict[str, Any]:
        """This person as a record of an agency names them, with the identifiers that it holds."""
        said: dict[str, Any] = {"role": role, "identity": self.identity(agency)}
        shows_location = role in ("victim", "child") or agency in ("northmere-police", "northmere-council")
        if shows_location:
            said["location"] = self.location(role)
        return said | {name: value for name, value in more.items() if value is not None}

    def identity(self, agency: str) -> dict[str, Any]:
        """Who this is, as an agency's own record says it."""
        system, kind = SYSTEMS[agency]
        number = (int(self.key) * 7919 + 1_237 * list(SYSTEMS).index(agency)) % 100_000
        said: dict[str, Any] = {
            "record": {"system": system, "type": kind, "number": f"{agency[:1].upper()}{number:05}"},
            "name": {"family": self.family, "given": self.given},
            "born": [self.born.isoformat()],
            "sex": self.sex,
        }
        if self.alias and agency == "northmere-police":
            said["aliases"] = [{"family": self.family, "given": self.alias}]
        if agency in HEALTH or self.pnc is None or agency == "northmere-police":
            said["nhs_number"] = self.nhs
        if self.pnc and agency not in HEALTH:
            said["pnc_id"] = self.pnc
        return said

    def location(self, role: str) -> dict[str, Any]:
        """Where this is."""
        said: dict[str, Any] = {"address": self.address, "postcode": self.postcode}
        if role != "child" or not self.school:
            return said
        return said | {"school": self.school, "school_number": names.SCHOOL_NUMBERS[self.school]}


class People:
    """Draws people, each number once."""

    def __init__(self, chance: Random, today: date) -> None:
        self._chance = chance
        self._today = today
        self._count = 0
        self._nhs = 0
        self._pnc = 0
        self._named: set[tuple[str, str]] = set()

    def adult(self, sex: str, area: str, *, offends: bool = False) -> Person:
        """A man or a woman from 19 to 58."""
        born = self._today - timedelta(days=self._chance.randint(19 * 366, 58 * 365))
        given, family = self._name(names.WOMEN if sex == "female" else names.MEN)
        person = self._person(given, family, sex, born, area)
        if offends:
            person.pnc = self._pnc_id(born)
            person.alias = self._chance.choice(names.MEN) if self._chance.random() < 0.25 else None
        return person

    def children_of(self, mother: Person) -> list[Person]:
        """None to three children, 1.24 on average (SafeLives data, 2024); born before the year began."""
        many = self._chance.choices((0, 1, 2, 3), (33, 28, 22, 17))[0]
        found = []
        for _ in range(many):
            born = self._today - timedelta(days=self._chance.randint(380, 16 * 365))
            child = self._person(
                self._chance.choice(names.CHILDREN), mother.family, "not-stated", born, mother.area
            )
            child.address, child.postcode = mother.address, mother.postcode
            at_school = (self._today - born).days > 4.5 * 365 and self._chance.random() < 0.8
            child.school = self._chance.choice(names.SCHOOLS[mother.area]) if at_school else None
            found.append(child)
        return found

    def _name(self, given: list[str]) -> tuple[str, str]:
        while True:
            name = self._chance.choice(given), self._chance.choice(names.FAMILIES)
            if name not in self._named:
                self._named.add(name)
                return name

    def _person(self, given: str, family: str, sex: str, born: date, area: str) -> Person:
        self._count += 1
        town, district = self._chance.choice(names.TOWNS[area])
        street = f"{self._chance.randint(1, 140)} {self._chance.choice(names.STREETS)}"
        inward = f"{self._chance.randint(1, 9)}{''.join(self._chance.choices('ABDEFGHJLNPQRSTUWXYZ', k=2))}"
        return Person(
            key=f"{20_000 + self._count * 37}",
            given=given,
            family=family,
            sex=sex,
            born=born,
            area=area,
            nhs=self.nhs_number(),
            pnc=None,
            phone=f"07700 900{self._count % 1000:03}",
            address=[street, town],
            postcode=f"{district} {inward}",
        )

    def nhs_number(self) -> str:
        """The next valid number of the range that is never issued."""
        while True:
            self._nhs += self._chance.randint(3, 90)
            nine = f"999{self._nhs:06}"
            check = nhs_check_digit(nine)
            if check is not None:
                return f"{nine}{check}"

    def _pnc_id(self, born: date) -> str:
        self._pnc += self._chance.randint(11, 400)
        year = str(min(born.year + self._chance.randint(17, 30), self._today.year))
        serial = f"{self._pnc:07}"
        return f"{year}/{serial}{pnc_letter(year, serial)}"

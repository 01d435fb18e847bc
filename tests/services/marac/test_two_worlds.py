"""Nothing that tells where a victim lives comes into a perpetrator's row, by word or by inference.

Each example is told twice: in one world she lives in the north, in the other in the south. Other
agencies report then, under other record numbers, with other addresses and areas; all else is alike.
"""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.facts import Fact
from contracts.content import Said
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.orders import BreachReported, OrderMade
from contracts.events.people import HouseholdDescribed, IncidentReported, ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.sections import Identity, Location, Name, Narrative, Record
from contracts.vocabulary import AgencyKind, AreaKind, Relationship, Role
from services.marac.conference.at_risk import AT_RISK
from services.marac.tasking.candidates import CANDIDATE
from services.marac.tasking.views import PERPETRATOR
from tests.support.facts import IDS, NOON, area, fact
from tests.support.world import World

PLACES = ("north", "south")
KINDS = (AgencyKind.POLICE, AgencyKind.HOUSING, AgencyKind.HEALTH)
VICTIMS = ("ann", "cat", "eve")
PERPETRATORS = ("ben", "dan")
PERSONS = (*VICTIMS, *PERPETRATORS, "kit")

CONFIGURATION: list[Fact[Any]] = [
    *(fact(AreaDefined(area=p, name=p, kind=AreaKind.MARAC), root=f"area {p}") for p in PLACES),
    *(
        fact(AgencyDefined(agency=f"{p}-{k.value}", name=f"{p} {k.value}", kind=k), root=f"{p} {k.value}")
        for p in PLACES
        for k in KINDS
    ),
]


class Told:
    """One world: where each victim lives."""

    def __init__(self, home: str) -> None:
        self.home = home

    def mention(self, name: str, role: Role, agency: str) -> Mention:
        """A person in this agency's records; of a victim or child, with where she is."""
        record = Record(system="records", type="person", number=f"{agency}-{name}")
        hers = name not in PERPETRATORS
        location = Location(address=[f"1 {self.home}-marker street"], school=f"{self.home}-marker school")
        return Mention(
            role=role,
            relationship=None if hers else Relationship.EX_PARTNER,
            identity=Identity(record=record, name=Name(family=name.title())),
            location=location if hers else None,
        )

    def fact(self, what: "What") -> Fact[Any]:
        """What happened, as the agency of that kind in this world reports it."""
        agency = f"{self.home}-{what.kind.value}"
        victims = [self.mention(name, Role.VICTIM, agency) for name in what.victims]
        suspect = Role.RESPONDENT if what.says in ("breach", "order") else Role.PERPETRATOR
        against = [self.mention(what.perpetrator, suspect, agency)]
        common: dict[str, Any] = {
            "people": [*victims, *against],
            "routing": area(self.home),
            "narrative": Narrative(text=f"At {self.home}-marker street."),
        }
        occurred = NOON - timedelta(hours=what.hours_ago)
        given: dict[str, Any]
        kind: type[Said]
        match what.says:
            case "incident":
                kind, given = IncidentReported, {"kind": what.act, "reference": f"{self.home} 1"}
            case "breach":
                kind, given = BreachReported, {"kind": "assault"}
            case "order":
                terms = [{"kind": "not-to-attend", "text": f"Not to go to {self.home}-marker street"}]
                given = {"order": "non-molestation", "court": f"{self.home} court", "made": occurred}
                kind, given = OrderMade, given | {"prohibitions": terms}
            case "managed":
                given = {"people": against, "instrument": "other", "instrument_version": "1"}
                kind, given = RiskAssessed, given | {"mappa": "level-2"}
            case "household":
                child = self.mention("kit", Role.CHILD, agency)
                kind, given = HouseholdDescribed, {"people": [*common["people"], child]}
            case _:
                kind, given = ReferralMade, {"people": [victims[0], *against]}
        said = kind(**common | given)
        return fact(said, agency=agency, occurred=occurred, root=f"{self.home} {what}")

    def rows(self, happened: "list[What]") -> dict[str, bytes]:
        """The bytes of every row of a perpetrator, by name and view."""
        facts = [*CONFIGURATION, *(self.fact(what) for what in happened)]
        agencies = [f"{self.home}-{kind.value}" for kind in KINDS]
        mentions = {
            name: [IDS.mention(agency, "records", "person", f"{agency}-{name}") for agency in agencies]
            for name in PERSONS
        }
        hers = World([AT_RISK], facts, same=mentions.values())
        hers.settle()  # by her row the others are put forward
        told = World([PERPETRATOR, CANDIDATE], hers.facts, same=mentions.values())
        persons = {IDS.person(ids[0]): name for name, ids in mentions.items()}
        return {f"{persons[person]} {view}": body for (view, person), body in told.bytes().items()}


class What:
    """Something that happened, without a word on where she lives."""

    def __init__(
        self, says: str, kind: AgencyKind, victims: list[str], perpetrator: str, hours: int, act: str
    ) -> None:
        self.says = says
        self.kind = kind
        self.victims = victims
        self.perpetrator = perpetrator
        self.hours_ago = hours
        self.act = act

    def __repr__(self) -> str:
        return f"{self.says} {self.kind.value} {self.victims} {self.perpetrator} {self.hours_ago} {self.act}"


WHATS = st.builds(
    What,
    st.sampled_from(["incident", "incident", "breach", "order", "managed", "household", "referral"]),
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(VICTIMS), min_size=1, max_size=2, unique=True),
    st.sampled_from(PERPETRATORS),
    st.sampled_from([1, 2, 30, 700, 720, 9000]),
    st.sampled_from(["assault-with-injury", "stalking", "verbal-abuse"]),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(WHATS, min_size=1, max_size=10, unique_by=repr))
def test_two_worlds_that_differ_in_where_she_lives_give_the_same_bytes(happened: list[What]) -> None:
    north, south = (Told(place).rows(happened) for place in PLACES)
    assert north, "somebody is named as perpetrator"
    assert {each.split()[0] for each in north} <= set(PERPETRATORS)
    assert north == south


@settings(deadline=None, max_examples=50)
@given(st.lists(WHATS, min_size=1, max_size=10, unique_by=repr))
def test_no_marker_of_hers_comes_into_a_perpetrators_row(happened: list[What]) -> None:
    for body in Told("north").rows(happened).values():
        for marker in (b"marker", b"north", b"court", *(name.title().encode() for name in (*VICTIMS, "kit"))):
            assert marker not in body
        for hour in (b"T11:", b"T10:", b"2026-03-0"):
            assert hour not in body, "no hour and no day"
        hers = [
            IDS.person(IDS.mention(f"north-{k.value}", "records", "person", f"north-{k.value}-{n}"))
            for k in KINDS
            for n in VICTIMS
        ]
        assert not any(person.encode() in body for person in hers)

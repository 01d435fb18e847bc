"""Facts of one invented case and those around it, for tests of marac's folds and pages.

Ann is harmed by Ben; Cat by Ben too; Kit is Ann's child. Police, council, hospital and the IDVA
service (haven) each have their own records.
"""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chassis.facts import Fact
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertRaised
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.listing import PartiesDecided
from contracts.events.orders import BreachReported, OrderMade, OrderServed
from contracts.events.people import (
    Dash,
    Graded,
    HouseholdDescribed,
    IncidentReported,
    LeadNamed,
    ReferralMade,
    RiskAssessed,
)
from contracts.mentions import Mention
from contracts.sections import Contact, Identity, Location, Name, Narrative
from contracts.vocabulary import (
    AgencyKind,
    AlertRule,
    AreaKind,
    ContactMethod,
    DashAnswer,
    DashItem,
    Grade,
    Instrument,
    PartiesAnswer,
    Role,
    Urgency,
)
from services.marac.service import SERVICE
from tests.support.facts import IDS, NOON, area, corrected, fact, mention_of, root_of, someone, withdrawn
from tests.support.world import World

AGENCIES = ("police", "council", "hospital", "haven")
PEOPLE = ("ann", "ben", "cat", "kit")
LINKED = tuple(tuple(mention_of(agency, name) for agency in AGENCIES) for name in PEOPLE)
"""Who is who, once the matcher has found that the agencies' records are of the same people."""

STREET = "14 Marker Street"
SCHOOL = "Marker Primary"

WHO = {
    "ann": Identity(name=Name(family="Doe", given="Ann"), born=[date(1991, 3, 2)]),
    "ben": Identity(name=Name(family="Smith", given="Ben"), born=[date(1988, 7, 9)]),
    "cat": Identity(name=Name(family="Rai", given="Cat"), born=[date(1999, 1, 5)]),
    "kit": Identity(name=Name(family="Doe", given="Kit"), born=[date(2018, 5, 1)]),
}


def mention(name: str, role: Role, **sections: Any) -> Mention:
    """One of them, as an agency names them."""
    return someone(role, name, identity=WHO[name], **sections)


def ann(**sections: Any) -> Mention:
    return mention("ann", Role.VICTIM, **sections)


def cat() -> Mention:
    return mention("cat", Role.VICTIM)


def kit(**sections: Any) -> Mention:
    return mention("kit", Role.CHILD, **sections)


def ben(role: Role = Role.PERPETRATOR, **sections: Any) -> Mention:
    return mention("ben", role, relationship="ex-partner", **sections)


def person(name: str) -> str:
    """Who somebody is, once linked."""
    return IDS.person(mention_of("police", name))


def dash(yes: int, not_asked: int = 0) -> Dash:
    """A Dash with so many YES, so many NOT ASKED, else NO."""
    answers = [DashAnswer.YES] * yes + [DashAnswer.NOT_ASKED] * not_asked
    answers += [DashAnswer.NO] * (24 - len(answers))
    return Dash(answers=dict(zip(DashItem, answers, strict=True)))


def graded(grade: Grade) -> Graded:
    return Graded(grade=grade, yes=17, unanswered=0, rule="test", because="grade.visible-high-risk")


def referral(name: str = "case", grade: Grade | None = Grade.HIGH, **values: Any) -> Fact[ReferralMade]:
    given: dict[str, Any] = {
        "criteria": ["visible-high-risk"],
        "dash": dash(17),
        "graded": graded(grade) if grade else None,
        "people": [ann(contact=Contact(method=ContactMethod.TEXT, number="07700 900123")), ben()],
        "routing": area("north"),
    }
    occurred = values.pop("occurred", NOON - timedelta(days=20))
    by = {"agency": values.pop("agency", "haven"), "accepted": values.pop("accepted", None)}
    return fact(ReferralMade(**given | values), occurred=occurred, root=name, **by)


def parties_decided(answer: PartiesAnswer, day: int) -> Fact[PartiesDecided]:
    """What a MARAC answered, some days from now, of Ann's case, in which Ben is the perpetrator."""
    said = PartiesDecided(
        case=root_of("case"),
        decision=answer,
        reason=Narrative(text="Seen so."),
        victim=mention_of("police", "ann"),
        other_parties=[mention_of("police", "ben")],
    )
    return fact(said, agency="council", occurred=NOON + timedelta(days=day))


def order(name: str = "order", **values: Any) -> Fact[OrderMade]:
    made = NOON - timedelta(days=30)
    given: dict[str, Any] = {
        "order": "non-molestation",
        "made": made,
        "until_further_order": True,
        "prohibitions": [{"kind": "not-to-attend", "text": f"Not to go to {STREET}"}],
        "people": [ben(Role.RESPONDENT), ann()],
    }
    return fact(OrderMade(**given | values), agency="police", occurred=made, root=name)


def service(of: str = "order", **values: Any) -> Fact[OrderServed]:
    served = NOON - timedelta(days=29)
    given: dict[str, Any] = {"method": "personal", "served": served, "people": [ben(Role.RESPONDENT)]}
    said = OrderServed(order=root_of(of), **given | values)
    return fact(said, agency="police", occurred=served, root=f"service of {of}")


def breach(
    name: str = "breach",
    agency: str = "council",
    occurred: datetime | date = NOON - timedelta(days=1),
    **values: Any,
) -> Fact[BreachReported]:
    given: dict[str, Any] = {"kind": "assault", "people": [ann(), ben(Role.RESPONDENT)]}
    return fact(BreachReported(**given | values), agency=agency, occurred=occurred, root=name)


def breach_of(made: Fact[OrderMade], **values: Any) -> Fact[BreachReported]:
    """A report by the council that gives the order's id, and nobody."""
    said = BreachReported(**{"kind": "assault", "order": made.root} | values)
    at = NOON - timedelta(days=1)
    return fact(said, agency="council", occurred=at, root="breach", things=[made])


def incident(
    name: str = "incident",
    agency: str = "police",
    occurred: datetime | date = NOON - timedelta(days=40),
    **values: Any,
) -> Fact[IncidentReported]:
    given: dict[str, Any] = {
        "kind": "assault-with-injury",
        "people": [ann(), ben(Role.SUSPECT)],
        "narrative": Narrative(text="Door kicked in."),
    }
    return fact(IncidentReported(**given | values), agency=agency, occurred=occurred, root=name)


def risk(name: str = "risk", grade: Grade | None = Grade.HIGH, **values: Any) -> Fact[RiskAssessed]:
    given: dict[str, Any] = {
        "instrument": Instrument.SAFELIVES_DASH_24,
        "instrument_version": "2015",
        "graded": graded(grade) if grade else None,
        "people": [ann(), ben()],
    }
    occurred = values.pop("occurred", NOON - timedelta(days=2))
    return fact(RiskAssessed(**given | values), agency="police", occurred=occurred, root=name)


def household(name: str = "household", **values: Any) -> Fact[HouseholdDescribed]:
    given: dict[str, Any] = {
        "people": [ann(location=Location(address=[STREET])), kit(location=Location(school=SCHOOL))]
    }
    occurred = NOON - timedelta(days=10)
    return fact(HouseholdDescribed(**given | values), agency="council", occurred=occurred, root=name)


def lead(name: str = "lead") -> Fact[LeadNamed]:
    said = LeadNamed(service="Haven IDVA service", since=NOON - timedelta(days=19), people=[ann()])
    return fact(said, agency="haven", occurred=NOON - timedelta(days=19), root=name)


def meeting(name: str = "meeting", where: str = "north", **values: Any) -> Fact[MeetingCalled]:
    said = MeetingCalled(area=where, starts=NOON + timedelta(days=7), **values)
    return fact(said, agency="police", root=name)


def listing(case: str = "case", at: str = "meeting") -> Fact[CaseListed]:
    said = CaseListed(case=root_of(case), meeting=root_of(at))
    return fact(said, agency="police", occurred=NOON - timedelta(days=5), root=f"{case} at {at}")


def alert(
    cause: str = "breach", generation: int = 1, rule: AlertRule = AlertRule.BREACH
) -> Fact[AlertRaised]:
    said = AlertRaised(rule=rule, cause=root_of(cause), generation=generation, urgency=Urgency.NOW)
    return fact(said, agency="goldthread", root=f"alert {cause} {generation}")


def call(cause: str = "breach", rung: int = 0) -> Fact[AlertCalled]:
    said = AlertCalled(
        rule=AlertRule.BREACH,
        cause=root_of(cause),
        generation=1,
        rung=rung,
        due=NOON,
        person=IDS.staff("test", f"on call {rung}"),
        area="north",
        channels=[],
    )
    return fact(said, agency="goldthread", root=f"call {cause} {rung}")


def answer(cause: str = "breach") -> Fact[AlertAcknowledged]:
    who = IDS.staff("test", "on call 0")
    said = AlertAcknowledged(rule=AlertRule.BREACH, cause=root_of(cause), generation=1, person=who)
    return fact(said, agency="police", occurred=NOON + timedelta(minutes=2), root=f"answer {cause}")


CONFIGURATION: tuple[Fact[Any], ...] = (
    *(
        fact(AreaDefined(area=code, name=code.title(), kind=kind, within=within), root=f"area {code}")
        for code, kind, within in (
            ("castleshire", AreaKind.FORCE, None),
            ("north", AreaKind.MARAC, "castleshire"),
            ("south", AreaKind.MARAC, "castleshire"),
            ("hill", AreaKind.DISTRICT, "north"),
            ("tasking", AreaKind.MATAC, "castleshire"),
        )
    ),
    *(
        fact(AgencyDefined(agency=code, name=f"The {code}", kind=kind), root=f"agency {code}")
        for code, kind in (
            ("police", AgencyKind.POLICE),
            ("council", AgencyKind.HOUSING),
            ("hospital", AgencyKind.HEALTH),
            ("haven", AgencyKind.IDVA_SERVICE),
        )
    ),
)


def world(*facts: Fact[Any], at: datetime = NOON) -> World:
    """These facts with the configuration, everybody linked."""
    return World(SERVICE.views, [*CONFIGURATION, *facts], same=LINKED, at=at)


# ---- anything that may happen -----------------------------------------------------------------

_SIDES = st.sampled_from(
    [
        [ann(), ben()],
        [ben()],
        [ann()],
        [cat(), ben()],
        [ann(), cat(), ben()],
        [ann(), kit(), ben(Role.SUSPECT)],
        [mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)],
    ]
)


@st.composite
def events(draw: st.DrawFn) -> Fact[Any]:
    """One fact that may come in."""
    number = draw(st.integers(0, 2))
    at = NOON - timedelta(days=draw(st.sampled_from([0, 3, 28, 100, 400, 800])), hours=number)
    people = draw(_SIDES)
    agency = draw(st.sampled_from(AGENCIES))
    match draw(st.sampled_from(["breach", "incident", "incident", "order", "service", "risk", "referral"])):
        case "breach":
            return breach(f"breach {number}", agency, at, people=people)
        case "incident":
            kind = draw(st.sampled_from(["assault-with-injury", "rape", "stalking", "verbal-abuse"]))
            return incident(f"incident {number}", agency, at, people=people, kind=kind)
        case "order":
            ends = draw(st.none() | st.just(NOON + timedelta(days=1)))
            bound = draw(st.sampled_from([[ben(Role.RESPONDENT), ann()], [ben(Role.RESPONDENT)]]))
            return order(f"order {number}", ends=ends, people=bound)
        case "service":
            return service(f"order {number}", served=draw(st.sampled_from([NOON, NOON + timedelta(days=2)])))
        case "risk":
            return risk(f"risk {number}", draw(st.none() | st.sampled_from(Grade)), occurred=at)
    return referral(f"case {number}", occurred=at, routing=draw(st.sampled_from([None, area("hill")])))


@st.composite
def histories(draw: st.DrawFn) -> list[Fact[Any]]:
    """Facts as they may come to stand: some corrected, some withdrawn, some withdrawn and said again."""
    history: list[Fact[Any]] = [meeting(), listing("case 0"), alert("breach 0")]
    for new in draw(st.lists(events(), min_size=1, max_size=8)):
        last = next((f for f in reversed(history) if f.root == new.root), None)
        history.append(new if last is None else _next_version(last, new, draw(st.booleans())))
    return history


def _next_version(last: Fact[Any], new: Fact[Any], takes_back: bool) -> Fact[Any]:
    if takes_back and not last.withdrawn:
        return withdrawn(last)
    bare = [m.model_copy(update={"mention": None}) for m in new.said.people]
    content = new.said.model_copy(update={"people": bare})
    return corrected(last, content, occurred=new.occurred)

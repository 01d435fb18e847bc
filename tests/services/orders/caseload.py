"""Facts of one invented pair and those around them, for tests of folds and deciders.

Ann is harmed by Ben; Cat by Ben too. Police, council and hospital each have their own records.
"""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chassis.facts import Fact
from contracts.content import Content
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertPassedOn, AlertRaised
from contracts.events.orders import BreachProgressed, BreachReported, OrderMade, OrderServed
from contracts.events.people import Graded, IncidentReported, RiskAssessed
from contracts.mentions import Mention
from contracts.vocabulary import AlertRule, BreachStep, Grade, Instrument, PassReason, Role
from services.orders.service import SERVICE
from tests.support.facts import IDS, NOON, area, corrected, fact, mention_of, root_of, someone, withdrawn
from tests.support.world import World

AGENCIES = ("police", "council", "hospital")
PEOPLE = ("ann", "ben", "cat")
LINKED = tuple(tuple(mention_of(agency, name) for agency in AGENCIES) for name in PEOPLE)
"""Who is who, once the matcher has found that the agencies' records are of the same people."""


def ann() -> Mention:
    return someone(Role.VICTIM, "ann")


def cat() -> Mention:
    return someone(Role.VICTIM, "cat")


def ben() -> Mention:
    return someone(Role.RESPONDENT, "ben")


def person(name: str) -> str:
    """Who somebody is, once linked."""
    return IDS.person(mention_of("police", name))


def order(name: str = "order", **values: Any) -> Fact[OrderMade]:
    given: dict[str, Any] = {
        "order": "non-molestation",
        "made": NOON - timedelta(days=30),
        "until_further_order": True,
        "people": [ben(), ann()],
    }
    return fact(OrderMade(**given | values), agency="police", occurred=NOON - timedelta(days=30), root=name)


def service(of: str | None = "order", **values: Any) -> Fact[OrderServed]:
    given: dict[str, Any] = {"method": "personal", "served": NOON - timedelta(days=29), "people": [ben()]}
    said = OrderServed(order=root_of(of) if of else None, **given | values)
    return fact(said, agency="police", occurred=NOON - timedelta(days=29), root=f"service of {of}")


def breach(
    name: str = "breach", agency: str = "council", occurred: datetime = NOON, **values: Any
) -> Fact[BreachReported]:
    given: dict[str, Any] = {"kind": "assault", "people": [ann(), ben()]}
    return fact(BreachReported(**given | values), agency=agency, occurred=occurred, root=name)


def breach_of(
    made: Fact[OrderMade], name: str = "breach", occurred: datetime = NOON, **values: Any
) -> Fact[BreachReported]:
    """A report by the police that gives the order's id: and nobody, unless ``people`` are given."""
    said = BreachReported(**{"kind": "assault", "order": made.root} | values)
    return fact(said, agency="police", occurred=occurred, root=name, things=[made])


def step(taken: str, hours: float, of: Fact[BreachReported], **values: Any) -> Fact[BreachProgressed]:
    """A step of the answer to a breach, so many hours after noon."""
    said = BreachProgressed.model_validate({"breach": of.root, "step": taken} | values)
    at = NOON + timedelta(hours=hours)
    return fact(said, agency="police", occurred=at, root=f"{taken} {hours} {of.root}", things=[of])


def incident(name: str = "incident", agency: str = "hospital", **values: Any) -> Fact[IncidentReported]:
    given: dict[str, Any] = {"kind": "assault-with-injury", "people": [ann(), ben()]}
    return fact(IncidentReported(**given | values), agency=agency, root=name)


def risk(
    grade: Grade | None,
    name: str = "risk",
    where: str | None = "north",
    occurred: datetime = NOON - timedelta(days=2),
    **values: Any,
) -> Fact[RiskAssessed]:
    """An assessment of Ann by the police; graded None: nobody graded it."""
    graded = Graded(grade=grade, rule="test", because="test") if grade else None
    given: dict[str, Any] = {
        "instrument": Instrument.SAFELIVES_DASH_24,
        "instrument_version": "2015",
        "graded": graded,
        "people": [ann(), someone(Role.PERPETRATOR, "ben")],
        "routing": area(where) if where else None,
    }
    return fact(RiskAssessed(**given | values), agency="police", occurred=occurred, root=name)


def call(cause: str = "breach", person: str | None = "on call", rung: int = 0) -> Fact[AlertCalled]:
    """Somebody on call was called, or nobody was on the rota."""
    said = AlertCalled(
        rule=AlertRule.BREACH,
        cause=root_of(cause),
        generation=1,
        rung=rung,
        due=NOON,
        person=IDS.staff("test", person) if person else None,
        channels=[],
    )
    return fact(said, agency="goldthread", root=f"call {cause} {rung}")


def answer(cause: str, generation: int = 1) -> Fact[AlertAcknowledged]:
    said = AlertAcknowledged(
        cause=root_of(cause),
        rule=AlertRule.BREACH,
        generation=generation,
        person=IDS.staff("test", "on call"),
    )
    return fact(said, agency="goldthread", root=f"answer to {cause} {generation}")


def given_back(cause: str, generation: int = 1) -> Fact[AlertPassedOn]:
    """Whoever had answered gives it back."""
    said = AlertPassedOn(**answer(cause, generation).said.model_dump(), rung=0, reason=PassReason.CANNOT_TAKE)
    return fact(said, agency="goldthread", root=f"{generation} of {cause} given back")


def world(*facts: Fact[Any], linked: bool = True) -> World:
    return World(SERVICE.views, facts, same=LINKED if linked else ())


def raised(
    of: World, cause: str = "breach", rule: AlertRule = AlertRule.BREACH
) -> list[tuple[int, str, str | None]]:
    """The alerts that a rule raised about a cause: generation, urgency, area."""
    said = [fact.content for fact in of.facts if isinstance(fact.content, AlertRaised)]
    found = [each for each in said if (each.cause, each.rule) == (root_of(cause), rule)]
    return sorted((a.generation, a.urgency.value, a.routing.area if a.routing else None) for a in found)


# ---- anything that may happen ---------------------------------------------------------------

_AREAS = st.sampled_from([None, "north", "south"])
_SIDES = st.sampled_from([[ann(), ben()], [ben()], [ann()], [cat(), ben()], [ann(), cat(), ben()]])


@st.composite
def events(draw: st.DrawFn) -> Fact[Any]:
    """One fact that may come in."""
    number = draw(st.integers(0, 2))
    at = NOON - timedelta(minutes=draw(st.sampled_from([0, 30, 90, 300])))
    where = draw(_AREAS)
    kinds = ["breach", "breach", "breach", "step", "step", "risk", "order", "service", "incident"]
    match draw(st.sampled_from(kinds)):
        case "step":
            of = breach(f"breach {number}", AGENCIES[number], people=draw(_SIDES))
            taken = BreachProgressed(breach=of.root, step=draw(st.sampled_from(BreachStep)))
            root = f"step {number} {draw(st.integers(0, 1))}"
            return fact(taken, agency="police", occurred=at, root=root, things=[of])
        case "risk":
            victim = draw(st.sampled_from([ann(), cat()]))
            people = [victim, someone(Role.PERPETRATOR, "ben")]
            return risk(draw(st.none() | st.sampled_from(Grade)), f"risk {number}", where, at, people=people)
        case "order":
            ends = draw(st.none() | st.just(NOON - timedelta(minutes=60)) | st.just(NOON + timedelta(days=1)))
            return order(f"order {number}", people=draw(_SIDES.filter(lambda s: s != [ann()])), ends=ends)
        case "service":
            return service(f"order {number}", served=draw(st.sampled_from([NOON, NOON + timedelta(days=2)])))
        case "incident":
            return incident(f"incident {number}", draw(st.sampled_from(AGENCIES)), people=draw(_SIDES))
    return breach(
        f"breach {number}",
        AGENCIES[number],
        at,
        people=draw(_SIDES),
        kind=draw(st.sampled_from(["assault", "contact"])),
        order=draw(st.none() | st.just(root_of("order 0"))),
        weapon=draw(st.none() | st.booleans()),
        routing=area(where) if where else None,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Fact[Any]]:
    """Facts as they may come to stand: some corrected, some withdrawn, some withdrawn and said again."""
    history: list[Fact[Any]] = []
    for new in draw(st.lists(events(), min_size=1, max_size=8)):
        last = next((f for f in reversed(history) if f.root == new.root), None)
        history.append(new if last is None else _next_version(last, new, draw(st.booleans())))
    return history


def _next_version(last: Fact[Any], new: Fact[Any], takes_back: bool) -> Fact[Any]:
    if takes_back and not last.withdrawn:
        return withdrawn(last)
    content: Content = new.said
    bare = [m.model_copy(update={"mention": None}) for m in new.said.people]
    return corrected(last, content.model_copy(update={"people": bare}), occurred=new.occurred)

"""Whether the case that somebody is on bail for is said to be over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from chassis.clock import court_deadline
from chassis.facts import Fact, FactSet
from contracts.content import Said
from contracts.events.orders import BreachProgressed, BreachReported, OrderMade, OrderServed
from contracts.events.people import IncidentReported
from contracts.mentions import Mention
from contracts.rules.bail_case import cases, with_case
from contracts.rules.order_match import KnownOrder
from contracts.rules.order_status import order_terms, status
from contracts.vocabulary import Role
from tests.support.facts import NOON, fact, mention_of, root_of, someone
from tests.support.tables import lines

AGENCY = "castlegate-police"
PEOPLE = {mention_of(AGENCY, who): who for who in ("him", "her", "another")}
NOW = NOON + timedelta(days=10)


def named(line: dict[str, Any]) -> list[Mention]:
    sides = ((Role.SUSPECT, line.get("suspect", "him")), (Role.VICTIM, line.get("victim", "her")))
    return [someone(role, who) for role, who in sides if who]


def bail_of(line: dict[str, Any]) -> KnownOrder:
    people = [someone(Role.RESPONDENT, "him"), *(each for each in named(line) if each.role is Role.VICTIM)]
    values = {"order": "police-bail", "until_further_order": True, "made": NOON} | line
    made = OrderMade(people=people, **{name: value for name, value in values.items() if name != "victim"})
    served = OrderServed(reference="B1", method="in-court", served=NOON)
    terms, past = order_terms([(fact(made).envelope, made)], [served], court_deadline)
    protected = [PEOPLE[each.mention or ""] for each in fact(made).said.in_role(Role.VICTIM)]
    return KnownOrder(
        root=root_of("bail"),
        reference=None,
        made=made.made,
        terms=terms,
        past=past,
        respondents=["him"],
        protected=protected,
        protected_mentions=[],
    )


def told_of(name: str, line: dict[str, Any]) -> Iterator[Fact[Said]]:
    steps = {said: at for said, at in line.items() if said not in ("breach", "incident", "suspect", "victim")}
    if "breach" in line:
        breach = BreachReported(kind="contact", people=named(line))
        yield fact(breach, root=name, occurred=line["breach"])
        for step, at in steps.items():
            said = BreachProgressed(breach=root_of(name), step=step, people=named(line))
            yield fact(said, root=f"{name} {step}", occurred=at)
        return
    for version, (how_far, at) in enumerate(steps.items(), 1):
        incident = IncidentReported(kind="common-assault", status=how_far, people=named(line))
        yield fact(incident, root=name, version=version, occurred=line["incident"], recorded=at)


@lines(__file__, "bail_case")
def test_whether_bail_holds(line: dict[str, Any]) -> None:
    facts = FactSet([each for n, told in enumerate(line["told"]) for each in told_of(f"told {n}", told)])
    told = cases([each.root for each in facts.current(Said)], facts.spoken, PEOPLE)
    found = status(with_case(bail_of(line["bail"]), told), NOW)
    assert {name: getattr(found, name) for name in line["is"]} == line["is"]


def test_what_was_done_before_the_case_was_over_was_a_breach() -> None:
    line = {"breach": NOON - timedelta(hours=3), "no-further-action": NOON + timedelta(days=7)}
    facts = FactSet(told_of("told", line))
    told = cases([each.root for each in facts.current(Said)], facts.spoken, PEOPLE)
    bail = bail_of({})
    known = bail.model_copy(update={"terms": with_case(bail, told)})
    assert known.status_at(NOON + timedelta(days=6)).enforceable
    assert not known.status_at(NOON + timedelta(days=8)).enforceable

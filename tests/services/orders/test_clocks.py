"""The clocks about orders and breaches: which run, as a table; what is said of them, whatever happens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.facts import Fact
from chassis.views import Person
from contracts.events.alerts import AlertAcknowledged, AlertPassedOn
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.orders import BreachProgressed, OrderMade
from contracts.rules.breach_answer import Reported, Step, asking, told_once
from contracts.rules.occurrence import LONDON
from contracts.rules.order_life import LIVES, Interim
from contracts.rules.order_match import KnownOrder, decided
from contracts.rules.order_status import adjourned_to, said_terms
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, BreachStep, OrderStage, OrderType, PassReason
from services.orders.rules.clocks import PRODUCED, Order, of_breach, of_order
from services.orders.views import ORDERS_BREACH, ORDERS_CLOCKS
from services.orders.views.clocks import CALENDARS
from services.orders.views.order_line import OrderLine
from tests.services.orders.caseload import (
    ann,
    ben,
    breach,
    cat,
    histories,
    order,
    person,
    risk,
    service,
    step,
    world,
)
from tests.support.facts import IDS, NOON, corrected, fact, root_of, withdrawn
from tests.support.tables import lines, read
from tests.support.world import World

TIMES = ("made", "ends", "notified", "details_changed", "arrested")
DVPN = {"order": "dvpn", "made": NOON, "until_further_order": False}


def day(n: float) -> datetime:
    return NOON + timedelta(days=n)


def told(said: dict[str, Any]) -> OrderMade:
    """An order of the table."""
    given = {
        key: value for key, value in said.items() if key not in ("against", "protects", "served", "case_over")
    }
    given |= {"made": said.get("made", 0)}
    given |= {key: day(given[key]) for key in TIMES if key in given}
    if "return_date" in given:
        given["return_date"] = day(given["return_date"]).date()
    return OrderMade.model_validate({**given, "people": [ben()]})


def known(said: dict[str, Any], root: str, served: float | None, discharged: float | None) -> KnownOrder:
    made = told(said)
    terms = said_terms(made, [], CALENDARS.court_hours, None if discharged is None else day(discharged))
    if served is not None:
        terms = terms.model_copy(update={"served": day(served)})
    if "case_over" in said:
        terms = terms.model_copy(update={"case_over": day(said["case_over"])})
    protects = said.get("protects", "her")
    return KnownOrder(
        root=root,
        reference=said.get("reference"),
        made=made.made,
        terms=terms,
        applicant=made.applicant,
        respondents=[said.get("against", "him")],
        protected=[] if protects == "nobody" else [protects],
        protected_mentions=[],
    )


@lines(__file__, "clocks")
def test_which_clocks_run_about_an_order(line: dict[str, Any]) -> None:
    said = line["order"]
    own = known(said, "own", line.get("served"), line.get("discharged"))
    others = [
        known(other, f"{n}", other.get("served", other.get("made", 0)), None)
        for n, other in enumerate(line.get("others", []))
    ]
    adjourned = day(line["adjourned"]) if "adjourned" in line else None
    own = own.model_copy(update={"terms": decided(own, others)})
    found = of_order(Order(told(said), own, [own, *others], adjourned=adjourned), day(line["at"]), CALENDARS)
    days = {rule.value: (due.astimezone(LONDON).date() - NOON.date()).days for rule, due in found.items()}
    assert days == line["clocks"]


def test_every_type_of_order_has_a_line_and_so_has_the_interim_of_each_that_can_be() -> None:
    said = [told(line["order"]) for line in read(__file__, "clocks")]
    assert {each.order for each in said} == {*OrderType}
    interim = {each.order for each in said if each.stage is OrderStage.INTERIM}
    assert interim == {each for each, life in LIVES.items() if life.interim is Interim.MAY}


@pytest.mark.parametrize(
    ("ends", "adjourned"),
    [
        ([28], None),
        ([None], None),
        ([None, 6], 6),
        ([2, 6], 6),
        ([28, 28], None),
        ([28, 6], None),
        ([6, None], None),
    ],
)
def test_a_court_adjourned_only_where_a_correction_gave_a_later_end(
    ends: list[int | None], adjourned: int | None
) -> None:
    said = [told({"order": "dvpn", **({"ends": each} if each else {})}) for each in ends]
    versions = [(fact(each).envelope, each) for each in said]
    assert adjourned_to(versions) == (day(adjourned) if adjourned else None)
    later = said[-1].model_copy(update={"adjourned_to": day(9)})
    assert adjourned_to([*versions, (versions[-1][0], later)]) == day(9), "as it says"


@pytest.mark.parametrize(
    ("taken", "runs"),
    [
        ([], False),
        ([("arrested", 1)], True),
        ([("arrested", 1), ("interviewed", 3)], True),
        ([("arrested", 1), ("triaged", 3)], True),
        ([("arrested", 1), ("charged", 3)], False),
        ([("arrested", 1), ("at-court", 20)], False),
        ([("arrested", 1), ("released", 5)], False),
        ([("arrested", 1), ("acquitted", 20)], False),
        ([("arrested", 1), ("sentenced", 20)], False),
        ([("arrested", 1), ("suspect-outstanding", 5)], False),
        ([("at-court", 1), ("arrested", 5)], True),
        ([("arrested", 1), ("at-court", 20), ("arrested", 40)], True),
        ([("arrested", 1), ("charged", 1)], False),
        ([("charged", 1), ("arrested", 1)], False),
        ([("arrested", 1), ("suspect-outstanding", 1)], True),
    ],
    ids=lambda value: "-".join(name for name, _ in value) or "nothing" if isinstance(value, list) else None,
)
def test_whoever_is_arrested_is_before_a_court_in_24_hours(taken: list[tuple[str, int]], runs: bool) -> None:
    steps = [Step(BreachStep(name), NOON + timedelta(hours=at), f"{n}") for n, (name, at) in enumerate(taken)]
    found = of_breach(steps, steps, None, (), CALENDARS)
    arrested = max((each.at for each in steps if each.step is BreachStep.ARRESTED), default=NOON)
    assert found == ({AlertRule.PRODUCTION: arrested + timedelta(hours=24)} if runs else {})


@pytest.mark.parametrize(
    ("taken", "due"),
    [
        ([("arrested", 1), ("arrested", 2)], 25),
        ([("arrested", 2), ("interviewed", 3), ("arrested", 1)], 25),
        ([("arrested", 1), ("arrested", 24), ("arrested", 30)], 54),
        ([("arrested", 1), ("released", 3), ("arrested", 5)], 29),
        ([("arrested", 1), ("arrested", 5), ("released", 3)], 29),
        ([("arrested", 1), ("arrested", 2), ("released", 3)], None),
    ],
)
def test_an_arrest_that_is_told_twice_gives_nobody_more_time(
    taken: list[tuple[str, int]], due: int | None
) -> None:
    steps = [Step(BreachStep(name), NOON + timedelta(hours=at), f"{n}") for n, (name, at) in enumerate(taken)]
    found = of_breach(steps, steps, None, (), CALENDARS)
    assert found == ({AlertRule.PRODUCTION: NOON + timedelta(hours=due)} if due else {})


@lines(__file__, "one_arrest")
def test_one_arrest_that_several_records_tell_of_is_judged_once(line: dict[str, Any]) -> None:
    midnight = NOON - timedelta(hours=12)

    def steps(of: str) -> list[Step]:
        told = [(name, at) for each in line[of] for name, at in each.items()]
        hours = [0 if at == "day" else at for _, at in told]
        return [
            Step(BreachStep(name), midnight + timedelta(hours=hour), f"{of} {n}", day=at == "day")
            for n, ((name, at), hour) in enumerate(zip(told, hours, strict=True))
        ]

    def hour(at: datetime | None) -> float | None:
        return (at - midnight) / timedelta(hours=1) if at else None

    told = [name for name in ("one", "two", "three") if name in line]
    for names in permutations(told):
        records = [steps(of) for of in names]
        own, *others = told_once(records)
        found = of_breach(own, [*own, *chain.from_iterable(others)], None, [OrderType.DVPO], CALENDARS)
        assert hour(found.get(AlertRule.PRODUCTION)) == line["due"][told.index(names[0])], names[0]
        reported = [
            Reported(midnight, midnight, midnight + timedelta(days=2), tuple(each)) for each in records
        ]
        asked = asking(reported, timedelta(hours=24), timedelta(hours=2))
        assert hour(asked and asked.at) == line["asked"]


@pytest.mark.parametrize("of", OrderType)
def test_it_is_so_for_orders_whose_breach_is_no_crime(of: OrderType) -> None:
    """Of a DAPO it is a crime or contempt, as of a non-molestation order: the arrest is under PACE."""
    arrested = [Step(BreachStep.ARRESTED, NOON, "arrest")]
    found = of_breach(arrested, arrested, None, [of], CALENDARS)
    produced = {"dvpn", "dvpo", "dapn", "occupation", "court-bail"}
    assert (AlertRule.PRODUCTION in found) == (of in produced)


def test_it_is_so_where_such_an_order_stands_beside_the_one_that_was_broken() -> None:
    """Somebody arrested for the breach of both is before a court by the time of the stricter."""
    arrested = [Step(BreachStep.ARRESTED, datetime(2026, 4, 5, 18, tzinfo=UTC), "arrest")]
    for beside, due in ((OrderType.DVPO, 7), (OrderType.OCCUPATION, 6)):
        found = of_breach(arrested, arrested, None, [OrderType.NON_MOLESTATION, beside], CALENDARS)
        assert found == {AlertRule.PRODUCTION: datetime(2026, 4, due, 23, tzinfo=UTC)}


@pytest.mark.parametrize("of", [*sorted(PRODUCED), None])
def test_a_bank_holiday_counts_where_the_statute_leaves_out_no_more_than_good_friday(
    of: OrderType | None,
) -> None:
    """Arrested on Easter Sunday, which does not count; of an order that nobody knows, the earlier time."""
    arrested = [Step(BreachStep.ARRESTED, datetime(2026, 4, 5, 18, tzinfo=UTC), "arrest")]
    monday_counts = of in (OrderType.OCCUPATION, OrderType.COURT_BAIL, None)
    due = datetime(2026, 4, 6 if monday_counts else 7, 23, tzinfo=UTC)
    found = of_breach(arrested, arrested, None, [of] if of else (), CALENDARS)
    assert found == {AlertRule.PRODUCTION: due}


# ---- what is said ------------------------------------------------------------------------------


def notice(**values: Any) -> Fact[OrderMade]:
    return order("notice", **DVPN | values)


def of_ben(known: World) -> OrderLine:
    """The notice, as the row of whom it binds has it."""
    lines: list[OrderLine] = known.row("orders_person", person("ben")).orders
    return next(line for line in lines if line.root == root_of("notice"))


def clocks(of: World, cause: str = "notice", rule: str = "hearing") -> list[tuple[int, datetime, str | None]]:
    """The clocks of a rule about a cause that were started and not stopped: generation, due, area."""
    said = [fact.content for fact in of.facts]
    over = {(c.cause, c.rule, c.generation) for c in said if isinstance(c, ClockStopped)}
    return sorted(
        (c.generation, c.due, c.routing.area if isinstance(c.routing, Routing) else None)
        for c in said
        if isinstance(c, ClockStarted)
        and (c.cause, c.rule) == (root_of(cause), rule)
        and (c.cause, c.rule, c.generation) not in over
    )


def settled(*facts: Fact[Any], at: datetime = NOON) -> World:
    made = world(*facts)
    made.at = at
    made.settle()
    return made


def test_service_starts_the_clock_where_she_is_and_its_correction_moves_it() -> None:
    served = service("notice", served=NOON)
    made = settled(notice(), served, risk(None, where="north"))
    assert clocks(made) == [(1, day(2), "north")]
    said = served.said.model_copy(update={"served": NOON + timedelta(hours=3), "people": [ben()]})
    moved = corrected(served, said)
    made.add(moved)
    made.settle()
    assert clocks(made) == [(2, day(2) + timedelta(hours=3), "north")]
    made.add(withdrawn(moved))
    made.settle()
    assert clocks(made) == []


@pytest.mark.parametrize(
    ("stage", "made_at", "over"),
    [
        ("refused", 20, True),
        ("made", 20, True),
        ("applied", 20, False),
        ("refused", -30, False),
        ("refused", -2, False),
    ],
)
def test_a_notice_binds_until_a_court_has_decided_what_it_was_given_for(
    stage: str, made_at: float, over: bool
) -> None:
    """And no longer, though its 48 hours are not over: nobody is arrested for breaking it."""
    between = order(
        "dvpo", order="dvpo", stage=stage, made=NOON + timedelta(hours=made_at), until_further_order=False
    )
    known = settled(notice(), service("notice", served=NOON), between)
    for hours, binds in ((19, True), (21, not over)):
        known.at = NOON + timedelta(hours=hours)
        held = of_ben(known).status
        assert held is not None
        assert held.in_force == binds, hours
        assert held.reason == ("order.until-hearing" if binds else "order.decided")


@pytest.mark.parametrize(("applicant", "over"), [("police", True), ("victim", False), (None, False)])
def test_a_refused_dapo_ends_a_notice_where_the_police_applied_for_it(
    applicant: str | None, over: bool
) -> None:
    said = {"order": "dapo", "stage": "refused", "applicant": applicant, "until_further_order": False}
    refused = order("dapo", made=NOON + timedelta(hours=20), **said)
    known = settled(notice(order="dapn"), service("notice", served=NOON), refused)
    known.at = NOON + timedelta(hours=21)
    held = of_ben(known).status
    assert held is not None
    assert held.in_force is not over


@pytest.mark.parametrize(
    ("stage", "served", "over", "calls"),
    [
        ("refused", False, True, True),
        ("made", False, True, True),
        ("made", True, True, False),
        ("applied", False, False, False),
    ],
)
def test_an_interim_stalking_protection_order_ends_when_its_application_is_decided(
    stage: str, served: bool, over: bool, calls: bool
) -> None:
    """Whatever it was made until; and where nothing enforceable takes its place, somebody is told."""
    until = {"until_further_order": True, "without_notice": False}
    interim = order("interim", order="interim-spo", stage="interim", **until)
    full = order("full", order="spo", stage=stage, made=NOON + timedelta(hours=20), **until)
    facts = [interim, service("interim", served=NOON), full]
    if served:
        facts.append(service("full", served=NOON + timedelta(hours=20), people=[ben()]))
    known = settled(*facts)
    for hours, binds in ((19, True), (21, not over)):
        known.at = NOON + timedelta(hours=hours)
        known.settle()
        lines = known.row("orders_person", person("ben")).orders
        (held,) = [each.status for each in lines if each.root == root_of("interim")]
        assert held.in_force == binds, hours
        assert (held.reason == "order.decided") is not binds
    wanted = known.row("orders_clocks", root_of("interim")).clocks.wanted
    assert (AlertRule.ENDS_2 in wanted) is calls


@pytest.mark.parametrize("stage", ["made", "refused"])
def test_what_was_applied_for_is_decided_when_its_correction_says(stage: str) -> None:
    applied = order("dvpo", order="dvpo", stage="applied", made=NOON + timedelta(hours=2))
    ruled = applied.said.model_copy(update={"stage": OrderStage(stage), "people": [ben(), ann()]})
    then = corrected(applied, ruled, occurred=NOON + timedelta(hours=26))
    known = settled(notice(), service("notice", served=NOON), applied, then)
    (held,) = [
        each for each in known.row("orders_person", person("ben")).orders if each.root == root_of("notice")
    ]
    assert held.status_at(NOON + timedelta(hours=10)).in_force
    assert held.status_at(NOON + timedelta(hours=27)).reason == "order.decided"


def test_what_was_refused_to_another_ends_no_notice_that_names_nobody() -> None:
    cats = order(
        "dvpo", order="dvpo", stage="refused", made=NOON + timedelta(hours=20), people=[ben(), cat()]
    )
    known = settled(notice(people=[ben()]), service("notice", served=NOON), cats)
    known.at = NOON + timedelta(hours=21)
    (held,) = [
        each for each in known.row("orders_person", person("ben")).orders if each.root == root_of("notice")
    ]
    assert held.status.in_force


def test_a_withdrawn_notice_has_no_clock() -> None:
    first = notice()
    made = settled(first, service("notice", served=NOON))
    made.add(withdrawn(first))
    made.settle()
    assert clocks(made) == []


def test_service_told_by_its_reference_alone_starts_it_too() -> None:
    by_reference = service(None, served=NOON, reference="NM 1")
    made = settled(notice(reference="nm1"), by_reference)
    assert clocks(made) == [(1, day(2), None)]


def test_where_she_is_becomes_known_and_the_clock_is_moved_there() -> None:
    made = settled(notice(), service("notice", served=NOON))
    made.add(risk(None, where="south"))
    made.settle()
    assert clocks(made) == [(2, day(2), "south")]


@pytest.mark.parametrize("gives_back", [False, True])
def test_she_moves_and_whoever_has_it_keeps_it_unless_they_gave_it_back(gives_back: bool) -> None:
    made = settled(notice(), service("notice", served=NOON), risk(None, where="north"))
    answer: dict[str, Any] = {"cause": root_of("notice"), "rule": "hearing", "generation": 1}
    answer |= {"person": IDS.staff("test", "supervisor")}
    made.add(fact(AlertAcknowledged(**answer), agency="goldthread", occurred=day(2), root="taken"))
    if gives_back:
        back = AlertPassedOn(**answer, rung=0, reason=PassReason.CANNOT_TAKE)
        made.add(fact(back, agency="goldthread", occurred=day(2.1), root="back"))
    made.at = day(3)
    made.settle()
    assert clocks(made) == [(1, day(2), "north")]
    made.add(risk(None, "moved", where="south", occurred=day(2.5)))
    made.settle()
    assert clocks(made) == ([(2, day(2), "south")] if gives_back else [(1, day(2), "north")])


def test_a_service_that_is_told_again_after_weeks_starts_its_clock_again() -> None:
    served = service("notice", served=NOON)
    made = settled(notice(), served)
    made.at = day(1)
    gone = withdrawn(served)
    made.add(gone)
    made.settle()
    assert clocks(made) == []
    made.at = day(20)
    again = service("notice", served=NOON)
    made.add(replace(again, envelope=again.envelope.model_copy(update={"root": root_of("again")})))
    made.settle()
    assert clocks(made) == [(2, day(2), None)]


def test_the_look_ahead_goes_on_by_itself_and_says_when() -> None:
    made = settled(order("notice", order="dvpo", made=NOON, ends=day(20), until_further_order=False))
    assert made.fold()["orders_clocks", root_of("notice")].changes_at == day(6)
    for at, running in ((6, ["ends-14", "ends-7"]), (13, ["ends-7", "ends-2"]), (19, ["ends-2"])):
        made.at = day(at)
        made.settle()
        assert [rule for rule in ("ends-14", "ends-7", "ends-2") if clocks(made, rule=rule)] == running


def test_bail_that_ended_is_missed_until_other_bail_begins() -> None:
    bail = {"made": NOON, "until_further_order": False}
    begins = day(20) + timedelta(minutes=5)
    court = bail | {"order": "court-bail", "starts": begins, "ends": day(90)}
    made = settled(order("notice", order="police-bail", ends=day(20), **bail), order("court", **court))
    made.at = day(20)
    made.settle()
    assert clocks(made, rule="bail-ended") == [(1, day(20), None)]
    assert made.fold()["orders_clocks", root_of("notice")].changes_at == begins
    made.at = begins
    made.settle()
    assert clocks(made, rule="bail-ended") == []


def test_a_breach_has_the_clock_of_its_answer_and_of_who_was_arrested() -> None:
    seen = breach()
    made = settled(order(order="dvpo"), service(), risk(None), seen)
    assert clocks(made, "breach", "no-answer") == [(1, day(1), "north")]
    made.add(step("arrested", 3, seen))
    made.settle()
    came_of_it = NOON + timedelta(hours=75)
    assert clocks(made, "breach", "no-answer") == [(2, came_of_it, "north")]
    assert clocks(made, "breach", "production") == [(1, NOON + timedelta(hours=27), "north")]
    made.add(step("charged", 6, seen))
    made.add(step("at-court", 20, seen))
    made.settle()
    assert clocks(made, "breach", "no-answer") == []
    assert clocks(made, "breach", "production") == []


def test_an_arrest_that_another_record_tells_of_by_its_day_is_late_no_sooner_and_ends_with_it() -> None:
    ours, theirs = breach(), breach("theirs", "hospital")
    said = BreachProgressed.model_validate({"breach": theirs.root, "step": "arrested"})
    by_day = fact(said, agency="police", occurred=NOON.date(), root="by day", things=[theirs])
    made = settled(
        order(order="dvpo"), service(), risk(None), ours, theirs, step("arrested", 8, ours), by_day
    )
    for each in ("breach", "theirs"):
        assert [due for _, due, _ in clocks(made, each, "production")] == [NOON + timedelta(hours=32)]
    charged = BreachProgressed.model_validate({"breach": theirs.root, "step": "charged"})
    made.add(fact(charged, agency="police", occurred=NOON.date(), root="charged", things=[theirs]))
    made.settle()
    for each in ("breach", "theirs"):
        assert clocks(made, each, "production") == clocks(made, each, "no-answer") == []


def test_whoever_takes_back_their_report_stops_no_clock_of_whoever_is_in_a_cell() -> None:
    seen = breach()
    made = settled(order(order="dvpo"), service(), risk(None), seen, step("arrested", 3, seen))
    held = [(1, NOON + timedelta(hours=27), "north")]
    made.add(withdrawn(seen))
    made.settle()
    made.settle()
    assert clocks(made, "breach", "production") == held, "it is the same one still"
    made.add(step("released", 9, seen))
    made.settle()
    assert clocks(made, "breach", "production") == []


def test_an_arrest_that_is_told_after_the_report_was_taken_back_has_its_clock() -> None:
    """In whatever order the two come; and a supervisor sees what nobody had been told of."""
    seen = breach()
    arrest = step("arrested", 3, seen)
    before = settled(order(order="dvpo"), service(), risk(None), seen, withdrawn(seen))
    before.add(arrest)
    before.settle()
    at_once = settled(order(order="dvpo"), service(), risk(None), seen, arrest, withdrawn(seen))
    nobody = settled(seen, arrest)
    nobody.add(withdrawn(seen))
    nobody.settle()
    for each in (nobody, settled(seen, arrest, withdrawn(seen))):
        assert [due for _, due, _ in clocks(each, "breach", "production")] == [NOON + timedelta(hours=27)]
        assert clocks(each, "breach", "no-answer") == []
    for made in (before, at_once):
        assert clocks(made, "breach", "production") == [(1, NOON + timedelta(hours=27), "north")]
        assert made.row("orders_breach", root_of("breach")).withdrawal.standing == (1,)


def test_whoever_breaks_an_order_whose_breach_is_a_plain_crime_is_held_by_another_clock() -> None:
    seen = breach()
    made = settled(order(), service(), risk(None), seen, step("arrested", 3, seen))
    assert clocks(made, "breach", "production") == []


def test_the_records_of_a_year_start_no_clock() -> None:
    seen = breach()
    arrest = step("arrested", 3, seen)
    late = Fact(arrest.envelope.model_copy(update={"acceptedat": day(40)}), arrest.content)
    made = settled(notice(), service("notice", served=NOON), seen, late, at=day(40))
    assert clocks(made) == []
    assert clocks(made, "breach", "no-answer") == [], "nor is anybody asked"


def test_while_somebodys_row_is_not_made_nothing_is_stopped() -> None:
    """As after a restore, when an order is folded before the people whom it names."""
    made = settled(notice(), service("notice", served=NOON), breach())
    for view, cause in ((ORDERS_CLOCKS, "notice"), (ORDERS_BREACH, "breach")):
        subject = made.subject("cause", root_of(cause))
        people = {mention: Person(person.id, {}) for mention, person in subject.people.items()}
        row = view.fold(replace(subject, people=people)).row
        assert row.clocks.running
        assert [each for each in view.decide(row, NOON) if _of_clock(each.content)] == []


DAYS = st.lists(st.integers(-10, 60), min_size=1, max_size=4).map(sorted)


@settings(max_examples=60)
@given(histories(), DAYS)
def test_whatever_happens_what_runs_is_what_should_and_nothing_is_said_twice(
    history: list[Fact[Any]], looks: list[int]
) -> None:
    """Orders, breaches and assessments, corrected and withdrawn, looked at as time goes on."""
    made = world()
    for n, at in enumerate(looks):
        made.at = day(at)
        made.add(*history[n :: len(looks)])
        made.settle()
    folded = made.fold()
    for (view, _), done in folded.items():
        if done.row is None or view not in ("orders_clocks", "orders_breach"):
            continue
        known = done.row.clocks
        assert known.wanted is not None
        runs = {line.rule: line.due for line in known.running}
        assert len(runs) == len(known.running)
        late_news = {rule for rule, due in known.wanted.items() if rule not in runs}
        assert all(known.wanted[rule] + timedelta(days=7) <= made.at for rule in late_news)
        assert runs == {rule: due for rule, due in known.wanted.items() if rule not in late_news}
    said = [(c.type, c.cause, c.rule, c.generation) for c in (f.content for f in made.facts) if _of_clock(c)]
    assert len(said) == len(set(said))


def _of_clock(content: Any) -> bool:
    return isinstance(content, ClockStarted | ClockStopped)

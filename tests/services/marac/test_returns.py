"""SafeLives' data return: what is counted, as tables (``tables/returns.yaml``), and that it adds up
whichever way it is cut; which numbers are hidden (``tables/hiding.yaml``), and that no other number tells
them."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events.listing import MaracSet
from contracts.events.measures import CapacitySet
from contracts.events.people import HouseholdDescribed, IncidentReported
from contracts.sections import Identity
from contracts.vocabulary import AgencyKind, IncidentKind, ReferringService, RepeatAnchor, Role
from services.marac.rules import returns
from services.marac.rules.completeness import small
from services.marac.rules.hiding import hidden
from services.marac.rules.returns import COLUMNS, REFERRED_BY, Discussed, Source, count
from tests.services.marac.caseload import ann, ben, referral, world
from tests.services.marac.test_children import aged
from tests.support.facts import fact, root_of, someone
from tests.support.tables import lines, read

TABLES = cast("Mapping[str, list[dict[str, Any]]]", read(__file__, "returns"))
MEETING = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


def table(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("line", [pytest.param(line, id=line["case"]) for line in TABLES[name]])


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9, 30), UTC)


@table("repeat")
def test_what_is_a_repeat(line: dict[str, Any]) -> None:
    found = returns.is_repeat(
        MEETING,
        line.get("criteria", ["visible-high-risk"]),
        heard=map(_morning, line.get("heard", [])),
        events=map(_morning, line.get("events", [])),
    )
    assert found is line["repeat"]


@table("of_a_day")
@pytest.mark.parametrize("anchor", RepeatAnchor)
def test_a_repeat_by_what_only_the_day_is_known_of(line: dict[str, Any], anchor: RepeatAnchor) -> None:
    met = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
    chosen = MaracSet(area="north", repeat_anchor=anchor)
    said = IncidentReported(kind=IncidentKind.STALKING, people=[ann(), ben(Role.SUSPECT)])
    told = world(
        fact(chosen, agency="police", root="chosen", occurred=met - timedelta(days=90)),
        referral(occurred=met - timedelta(days=12)),
        fact(said, agency="police", occurred=line["day"], recorded=line["recorded"], root="incident"),
        at=met + timedelta(days=30),
    )
    events = told.row("conference_counted", root_of("case")).events
    assert returns.is_repeat(met + timedelta(days=31), (), heard=[met], events=events) is line["repeat"]


@table("answers")
def test_what_is_counted_of_an_answer(line: dict[str, Any]) -> None:
    said = line["answers"]
    found = (returns.minoritised(said), returns.lgbt(said), returns.disabled(said))
    assert found == (line["minoritised"], line["lgbt"], line["disabled"])


@table("ages")
def test_how_old_somebody_is(line: dict[str, Any]) -> None:
    assert returns.age_on(line["born"], line["day"]) == line["age"]


@table("births")
def test_by_which_date_of_birth_somebody_is_counted(line: dict[str, Any]) -> None:
    people = [aged("ann", Role.VICTIM, *line["victim"]), aged("ben", Role.PERPETRATOR, *line["accused"])]
    row = world(referral(people=people)).row("conference_counted", root_of("case"))
    assert [row.born, *row.perpetrators_born] == line["counted"]


@table("children")
def test_who_is_counted_as_a_child(line: dict[str, Any]) -> None:
    assert returns.not_grown(line["ages"]) == line["children"]


@table("children_born")
def test_by_which_date_of_birth_a_child_is_counted(line: dict[str, Any]) -> None:
    people, facts = [ann(), ben()], []
    if "referred" in line:
        people.append(someone(Role.CHILD, "nia", identity=Identity(born=line["referred"])))
    if "told" in line:
        child = someone(Role.CHILD, "nia", identity=Identity(born=line["told"]))
        facts.append(fact(HouseholdDescribed(people=[ann(), child]), agency="haven", root="household"))
    row = world(referral(people=people), *facts).row("conference_counted", root_of("case"))
    assert [child.born for child in row.slim.children] == line["counted"]


@table("quarters")
def test_which_quarters_are_the_last_twelve_months(line: dict[str, Any]) -> None:
    assert [each.starts for each in returns.last_four(line["at"])] == line["quarters"]


def test_every_kind_of_agency_has_a_column() -> None:
    assert set(returns.SOURCES) == set(AgencyKind)
    assert {*returns.SOURCES.values(), *returns.SERVICES.values(), Source.UNKNOWN} == set(Source)


@table("sources")
def test_in_which_column_a_referral_is_counted(line: dict[str, Any]) -> None:
    of_agency, of_referral = (
        ReferringService(line[who]) if line.get(who) else None for who in ("agency", "referral")
    )
    assert returns.source_of(line["kind"], of_agency, of_referral) == line["column"]


@table("told")
def test_none_of_a_service_is_told_where_that_is_known_alone(line: dict[str, Any]) -> None:
    numbers = dict.fromkeys(COLUMNS, 0)
    numbers |= {f"referred_by_{source}": cases for source, cases in line["referred"].items()}
    unknown = {name for name, number in returns.told(numbers).items() if number is None}
    assert unknown == {f"referred_by_{source}" for source in line["not_known"]}


def test_shares_and_rates() -> None:
    assert (returns.percent(1, 3), returns.percent(0, 0)) == (33.3, None)
    assert (returns.per_10_000(454, 78_000), returns.per_10_000(454, None)) == (58.2, None)


@table("capacities")
def test_which_capacity_held_on_a_day(line: dict[str, Any]) -> None:
    told = [
        fact(CapacitySet(area="north", idva_capacity_fte=idvas, as_at=day)) for day, idvas in line["told"]
    ]
    found = returns.capacity_on(line["day"], told)
    assert (found.said.idva_capacity_fte if found else None) == line["idvas"]


cases = st.builds(
    Discussed,
    source=st.sampled_from(Source),
    repeat=st.booleans(),
    children=st.integers(0, 6),
    minoritised=st.sampled_from([None, True, False]),
    lgbt=st.sampled_from([None, True, False]),
    disabled=st.sampled_from([None, True, False]),
    male=st.sampled_from([None, True, False]),
    age=st.none() | st.integers(16, 90),
    young_perpetrators=st.integers(0, 2),
)


@given(st.lists(st.lists(cases, max_size=12), max_size=8))
def test_totals_are_the_sum_of_their_parts(meetings: list[list[Discussed]]) -> None:
    whole = count(Counter(one for meeting in meetings for one in meeting))
    parts = [count(Counter(meeting)) for meeting in meetings]
    assert whole == {name: sum(part[name] for part in parts) for name in COLUMNS}
    assert whole["cases"] == sum(whole[name] for name in REFERRED_BY)
    unknown = whole["referred_by_kind_of_agency_not_known"]
    assert whole["cases"] == whole["referred_by_police"] + whole["partner_agency_referrals"] + unknown
    for part, of in (
        ("repeat_cases", "cases"),
        ("black_asian_racially_minoritised", "ethnicity_answered"),
        ("disability", "disability_answered"),
        ("victims_aged_16_to_17", "age_known"),
    ):
        assert 0 <= whole[part] <= whole[of] <= whole["cases"]


@lines(__file__, "hiding")
def test_which_numbers_are_hidden(line: dict[str, Any]) -> None:
    empty = dict.fromkeys(COLUMNS, 0)
    everybody = [name for name in COLUMNS if name.endswith(("_answered", "_known"))]
    told = dict.fromkeys(["cases", *everybody], line["cases"])
    told |= {"referred_by_kind_of_agency_not_known": [0] * 4} | line["numbers"]
    quarters = [empty | {name: each[n] for name, each in told.items()} for n in range(4)]
    found = hidden(quarters)
    for names, expected in zip(found, (line["quarters"], line["year"]), strict=True):
        assert sorted(names) == (sorted(COLUMNS) if expected == "all" else expected)


quarter = st.lists(
    st.builds(
        Discussed,
        source=st.sampled_from([Source.POLICE, Source.POLICE, Source.HOUSING, Source.IDVA, Source.UNKNOWN]),
        repeat=st.booleans(),
        children=st.just(1),
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(st.lists(quarter, min_size=4, max_size=4))
def test_no_hidden_number_of_referrals_is_told_by_those_that_are_shown(year: list[list[Discussed]]) -> None:
    """For each small number of one kind of agency there is another set of numbers that shows the same: one
    more here and one fewer there, with every sum that is shown as it was."""
    quarters = [count(Counter(each)) for each in year]
    in_quarters, in_year = hidden(quarters)
    if "cases" in in_quarters:
        assert in_quarters == set(COLUMNS)
        return
    whole = {name: sum(each[name] for each in quarters) for name in COLUMNS}
    for name in REFERRED_BY:
        for n, each in enumerate(quarters):
            if small(each[name]):
                assert name in in_quarters
                assert _another(name, n, quarters, in_quarters, in_year), (name, n, quarters)
        if small(whole[name]):
            assert name in in_year
            assert [other for other in REFERRED_BY if other in in_year and other != name and whole[other]]
    for one, two in (("repeat_cases", "cases"), ("partner_agency_referrals", "cases")):
        if any(small(each[one]) or small(each[two] - each[one]) for each in quarters):
            assert one in in_quarters


def _another(
    name: str,
    n: int,
    quarters: list[dict[str, int]],
    in_quarters: frozenset[str],
    in_year: frozenset[str],
) -> bool:
    """Whether one of this quarter's may be another hidden agency's, and the other way round in another
    quarter; where both years are hidden this quarter is enough."""
    for other in REFERRED_BY:
        if other not in in_quarters or other == name:
            continue
        if {name, other} <= in_year:
            return True
        for m, each in enumerate(quarters):
            if m != n and (each[other] or (quarters[n][other] and each[name])):
                return True
    return False

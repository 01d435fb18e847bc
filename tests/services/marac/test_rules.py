"""The rules of marac, by tables that a practitioner can read."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.configuration import AreaDefined
from contracts.rules.cover import Cover
from contracts.rules.order_status import OrderTerms
from contracts.rules.safe_contact import Word, safe_way
from contracts.sections import Contact
from contracts.vocabulary import (
    AgencyKind,
    AlertRule,
    AreaKind,
    CaseRole,
    DashAnswer,
    Grade,
    LegalStatus,
    PartiesAnswer,
    RiskAnswer,
)
from services.marac.rules import agenda, areas, missing, pairs, repeat, risk_changes, score, sharing
from services.marac.rules.consent import Standing
from tests.support.facts import IDS, NOON
from tests.support.tables import lines

TODAY = date(2026, 3, 3)


@lines(__file__, "score")
def test_score(line: dict[str, Any]) -> None:
    events = [
        score.Event(
            ordinal=at,
            occurrence=each.get("occurrence", at),
            day=TODAY - timedelta(days=each["ago"]),
            type=each.get("type", "incident"),
            kind=each["kind"],
            status=LegalStatus(each["status"]) if "status" in each else None,
            victims=frozenset(each.get("victims", ["A"])),
        )
        for at, each in enumerate(line["records"], 1)
    ]
    found = score.score(events, TODAY, disputed=line.get("disputed", False))
    assert found.not_scored == line.get("not scored")
    assert [part.points for part in found.parts] == line.get("points", [])
    assert found.tenths == (round(line["score"] * 10) if "score" in line else None)


def test_a_score_changes_on_the_day_on_which_it_says_so() -> None:
    event = score.Event(1, 1, TODAY, "incident", "rape", None, frozenset({"A"}))
    seen: list[tuple[int | None, int]] = []
    day: date | None = TODAY
    while day is not None:
        now = score.score([event], day)
        seen.append((now.tenths, (day - TODAY).days))
        if now.changes is not None:
            assert score.score([event], now.changes - timedelta(days=1)).tenths == now.tenths
        day = now.changes
    assert seen == [(64, 0), (60, 29), (56, 91), (52, 181), (48, 366), (None, 731)]


EVENTS = st.builds(
    lambda ago, kind, status, victim: (TODAY - timedelta(days=ago), kind, status, victim),
    st.integers(-40, 800),
    st.sampled_from(["rape", "stalking", "common-assault"]),
    st.sampled_from([None, LegalStatus.ACQUITTED]),
    st.sampled_from(["A", "B"]),
)


@given(st.lists(EVENTS, max_size=4), st.sampled_from([365, 730]), st.booleans())
def test_a_score_stays_as_it_is_until_the_day_on_which_it_says_that_it_changes(
    said: list[tuple[date, str, LegalStatus | None, str]], look_back: int, disputed: bool
) -> None:
    events = [
        score.Event(at, at, day, "incident", kind, status, frozenset({victim}))
        for at, (day, kind, status, victim) in enumerate(said, 1)
    ]
    now = score.score(events, TODAY, disputed=disputed, look_back=look_back)
    until = now.changes or TODAY + timedelta(days=2_000)
    assert until > TODAY
    for days in range(1, (until - TODAY).days):
        then = score.score(events, TODAY + timedelta(days=days), disputed=disputed, look_back=look_back)
        assert (then.tenths, then.parts, then.counted) == (now.tenths, now.parts, now.counted)


def _cover(n: int, said: dict[str, Any]) -> Cover:
    """An order of the table, each made a day before the one above it, and served then."""
    made = NOON - timedelta(days=30 + n)
    terms: dict[str, Any] = {"order": "non-molestation", "stage": "made", "without_notice": False}
    terms |= {"power_of_arrest": None, "starts": made, "ends": None, "until_further_order": False}
    terms |= {"served": made, "aware": None} | {k: v for k, v in said.items() if k in OrderTerms.model_fields}
    return Cover(
        root=said["root"],
        reference=said.get("reference"),
        made=said.get("made", made),
        terms=OrderTerms.model_validate(terms),
        respondents=frozenset(said.get("respondents", ["him"])),
        protected=frozenset(said.get("protected", ["her"])),
    )


def _word(n: int, method: str, by: str | None = None, **more: Any) -> Word:
    """Verified today, by a number and at any hour, unless it says otherwise."""
    whole = {"number": "07700 900142", "verified": NOON, "hours": [{"starts": "00:00", "ends": "23:59"}]}
    return Word(by or str(n), NOON, Contact.model_validate({"method": method} | whole | more))


@lines(__file__, "missing")
def test_missing(line: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "at": NOON,
        "grade_known": True,
        "area_known": True,
        "disputed": False,
        "leads": ["Haven"],
        "contacts": [{"method": "text"}],
        "kinds": ["police", "idva-service", "housing", "health", "childrens-services"],
        "heard": ["police", "idva-service", "housing", "health"],
    }
    said = whole | {name: value for name, value in line.items() if name not in ("case", "gaps")}
    said |= {name: frozenset(said[name]) for name in ("kinds", "heard", "leads")}
    said["answers"] = [DashAnswer(each) for each in said.get("answers", [])]
    said["reviews"] = [SimpleNamespace(**each) for each in said.get("reviews", [])]
    said["support"] = [
        missing.SupportOwed(AlertRule(each["rule"]), "haven", NOON, each.get("late", False))
        for each in said.get("support", [])
    ]
    said["orders"] = [missing.OrderSeen("order", "police", **each) for each in said.get("orders", [])]
    said["covers"] = [_cover(n, each) for n, each in enumerate(said.get("covers", []))]
    said["way"] = safe_way(
        [_word(n, **each) for n, each in enumerate(said.pop("contacts"))], [], NOON, said.pop("died", None)
    )
    said["consents"] = [Standing(AgencyKind.HOUSING, *each) for each in said.get("consents", [])]
    assert [gap.code for gap in missing.gaps(missing.CaseSeen(**said))] == line["gaps"]


@lines(__file__, "risk_changes")
def test_what_changed_between_two_assessments(line: dict[str, Any]) -> None:
    form = ("safelives-dash-24", "2015")
    then, now = (
        risk_changes.Assessed(
            form if line.get("same", True) or n else ("police-dash-27", "2009"),
            {item: RiskAnswer(answer) for item, answer in line[when].items()},
        )
        for n, when in enumerate(("then", "now"))
    )
    found = risk_changes.changes(now, then)
    assert found.compared == (line["changed"] is not None)
    said = {name: list(items) for name, items in asdict(found).items() if name != "compared" and items}
    assert said == (line["changed"] or {})


@lines(__file__, "repeat")
def test_repeat(line: dict[str, Any]) -> None:
    def noon(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    event = repeat.Event("event", noon(line["at"]), line["kind"], line.get("crime"))
    earlier = noon(line["earlier"]) if "earlier" in line else None
    for definition in ("current", "old"):
        found, _ = repeat.repeats(noon(date(2025, 3, 4)), [event], definition, earlier)
        assert bool(found) == line[definition], definition


def test_twelve_months_from_a_leap_day_end_with_february() -> None:
    assert repeat.months_after(datetime(2024, 2, 29, 9, tzinfo=UTC), 12).date() == date(2025, 2, 28)


@lines(__file__, "sharing")
def test_sharing(line: dict[str, Any]) -> None:
    case_areas = line.get("of", ["hill", "north", "castleshire"])
    marac = line.get("marac", "north")
    assert sharing.may_see_case([line["role"]], line["areas"], case_areas, marac) == line["see"]
    if line["see"]:
        client = line.get("client", False)
        assert sharing.may_see_locations([line["role"]], client=client) == line["locations"]
        assert sharing.may_see_contact([line["role"]], client=client) == line["locations"]
        assert not sharing.may_see_locations([line["role"]], client=client, paper=True)
    assert sharing.may_see_cohort([line["role"]]) == line.get("cohort", False)
    assert sharing.cohort_of([line["role"]], "police") == ("police" if line.get("cohort") else None)


@lines(__file__, "other_party")
def test_whom_the_idva_of_the_other_party_is(line: dict[str, Any]) -> None:
    def in_case(named: dict[str, list[str | None]]) -> list[sharing.InCase]:
        part = CaseRole(line.get("part", "idva"))
        return [sharing.InCase(part, agency, each) for agency, all_ in named.items() for each in all_]

    role, hers, theirs = line.get("role", "idva"), in_case(line["hers"]), in_case(line["his"])
    found = sharing.supports_other_party([role], "haven", "carys", hers, theirs)
    assert found == line["gone"]


def test_the_agenda_hears_the_gravest_first_and_families_before_others() -> None:
    cases = {
        "standard": (Grade.STANDARD, 3, NOON),
        "medium": (Grade.MEDIUM, 0, NOON),
        "unknown": (Grade.UNKNOWN, 0, NOON),
        "high, no children": (Grade.HIGH, 0, NOON - timedelta(days=9)),
        "high, children": (Grade.HIGH, 1, NOON),
        "high, children, longer ago": (Grade.HIGH, 2, NOON - timedelta(days=3)),
    }
    heard = sorted(cases, key=lambda name: agenda.place(*cases[name], name))
    assert heard == [
        "high, children, longer ago",
        "high, children",
        "high, no children",
        "unknown",
        "medium",
        "standard",
    ]


class TestLetters:
    def test_they_are_short_and_always_the_same(self) -> None:
        one = IDS.blind("case", "1")
        assert agenda.letters(one) == agenda.letters(one)
        assert len(agenda.letters(one)) == 3
        assert agenda.letters(one, 5).startswith(agenda.letters(one))

    @given(st.uuids())
    def test_nothing_in_them_is_read_as_something_else(self, case: Any) -> None:
        assert not set(agenda.letters(str(case), 6)) & set("0O1IL5S8BUVZ") - {"L"}

    @given(st.lists(st.uuids().map(str), max_size=40, unique=True))
    def test_no_two_cases_of_one_agenda_have_the_same(self, cases: list[str]) -> None:
        found = agenda.told_apart(cases)
        assert len(set(found.values())) == len(cases)
        assert all(letters.startswith(agenda.letters(case)) for case, letters in found.items())

    def test_cases_whose_letters_collide_are_told_apart(self) -> None:
        by_letters: dict[str, list[str]] = {}
        for number in range(400):
            case = IDS.blind("case", str(number))
            by_letters.setdefault(agenda.letters(case), []).append(case)
        alike = next(cases for cases in by_letters.values() if len(cases) > 1)
        assert len({agenda.letters(case) for case in alike}) == 1
        assert len(set(agenda.told_apart(alike).values())) == len(alike)


def test_a_district_is_heard_by_the_marac_around_it() -> None:
    known = {
        code: AreaDefined(area=code, name=code, kind=kind, within=within)
        for code, kind, within in (
            ("castleshire", AreaKind.FORCE, None),
            ("north", AreaKind.MARAC, "castleshire"),
            ("hill", AreaKind.DISTRICT, "north"),
            ("shore", AreaKind.DISTRICT, "castleshire"),
            ("quay", AreaKind.DISTRICT, "nowhere"),
        )
    }
    assert (areas.marac_of(known, "hill"), areas.marac_of(known, "north")) == ("north", "north")
    unknown = {"no area": None, "not defined": "nowhere", "within none": "shore", "within none known": "quay"}
    assert {why: areas.marac_of(known, area) for why, area in unknown.items()} == dict.fromkeys(unknown)


AS, TURNED, BOTH, UNKNOWN = PartiesAnswer


@pytest.mark.parametrize(
    ("what", "decisions", "accused", "found"),
    [
        ("as referred", [("ann", {"ben"}, AS)], {"ben"}, {"ben": True}),
        ("the other way round", [("ann", {"ben"}, TURNED)], {"ben"}, {"ben": False}),
        ("of the case that the other referred", [("ben", {"ann"}, TURNED)], {"ben"}, {"ben": True}),
        ("both are", [("ann", {"ben"}, BOTH)], {"ben"}, {}),
        ("the newest holds", [("ann", {"ben"}, TURNED), ("ben", {"ann"}, TURNED)], {"ben"}, {"ben": True}),
        ("it is not known any more", [("ann", {"ben"}, AS), ("ben", {"ann"}, UNKNOWN)], {"ben"}, {}),
        ("of several those who accuse back", [("ann", {"ben", "dan"}, TURNED)], {"ben"}, {"ben": False}),
        ("of several nobody does", [("ann", {"ben", "dan"}, TURNED)], set(), {}),
        ("one who was referred and has said nothing yet", [("ann", {"ben"}, TURNED)], set(), {"ben": False}),
        ("of other people", [("cat", {"dan"}, AS)], set(), {}),
    ],
)
def test_who_was_found_to_be_the_primary_victim(
    what: str,
    decisions: list[tuple[str, set[str], PartiesAnswer]],
    accused: set[str],
    found: dict[str, bool],
) -> None:
    said = [pairs.Decided(victim, frozenset(others), answer) for victim, others, answer in decisions]
    assert pairs.primary_victim("ann", said, accused) == found, what
    turned = {each: not victim for each, victim in found.items()}
    if "ben" in turned:
        assert pairs.primary_victim("ben", said, {"ann"} if accused else ()) == {"ann": turned["ben"]}, what
    assert "ann" not in pairs.primary_victim("dan", said), "whom nobody said that she harmed"

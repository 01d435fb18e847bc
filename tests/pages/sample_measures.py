"""A chair's overview of three MARACs: one with everything, one of few cases, one that has just begun."""

from datetime import timedelta
from typing import Any

from services.marac import shown_measures
from services.marac.rules.hiding import WHOLE, hidden
from services.marac.rules.returns import COLUMNS, last_four, percent, quarter_of
from services.marac.shown_agenda import GoneCase, Publication, Since
from services.marac.shown_measures import MaracLine
from tests.pages.sample_rows import FRESH, MEETING, NOW, ago

UNCHANGED: dict[str, Any] = {"new": False, "moved": None, "grade_before": None, "lines": 0}
SINCE = (
    Since(**UNCHANGED | {"lines": 4, "moved": "earlier", "grade_before": "medium"}, orders=1, breaches=2),
    Since(**UNCHANGED | {"new": True}, orders=0, breaches=0),
    Since(**UNCHANGED | {"moved": "later"}, orders=0, breaches=0),
)
"""What changed of the first three cases of the agenda."""

PUBLICATION = Publication(
    version=2,
    at=ago(days=3),
    by="Priya Nair",
    agency_name="Northmere Police",
    gone=[GoneCase(case="none", letters="T9C"), GoneCase(case="none", letters="W3D")],
    changed=3,
    open=True,
)


def numbers() -> shown_measures.Numbers:
    """What one of them is set against: how many live there, and nobody told how many work there."""
    north = overview().maracs[0]
    return shown_measures.Numbers(
        at=NOW, area=north.area, area_name=north.name, population=north.population, capacity=None
    )


def overview() -> shown_measures.Overview:
    """The page, of a chair of six."""
    return shown_measures.Overview(
        at=NOW,
        fresh_until=FRESH,
        quarters=[each.starts for each in last_four(NOW)],
        this_quarter_from=quarter_of(NOW).after.starts,
        maracs=[
            _line("northmere-north", "Northmere North", [52, 48, 61, 57], waiting=6, unanswered=2),
            _line("northmere-east", "Northmere East", [9, 3, 12, 8], waiting=0, unanswered=0),
            _line("northmere-south", "Northmere South", [0, 0, 0, 0], waiting=1, unanswered=0),
            _line("northmere-west", "Northmere West", [22, 31, 28, 40], waiting=12, unanswered=0),
            _line("northmere-coast", "Northmere Coast and Islands", [7, 6, 9, 8], waiting=0, unanswered=1),
            _line("northmere-city", "Northmere City", [140, 133, 151, 148], waiting=31, unanswered=4),
        ],
    )


def _line(area: str, name: str, cases: list[int], *, waiting: int, unanswered: int) -> MaracLine:
    quarters = [_numbers(each) for each in cases]
    year = {each: sum(numbers[each] for numbers in quarters) for each in COLUMNS}
    in_quarters, in_year = hidden(quarters)
    by: dict[str, Any] = {
        "agency_name": "Northmere Council",
        "person": "9d0c",
        "name": "Sunita Rao",
        "at": ago(days=90),
    }
    return MaracLine(
        area=area,
        name=name,
        next=shown_measures.NextMeeting(
            meeting=MEETING, starts=NOW + timedelta(hours=1), emergency=waiting == 0, cases=16
        )
        if sum(cases)
        else None,
        waiting=waiting,
        unanswered=unanswered,
        actions_late=3 * unanswered,
        actions_told=unanswered,
        silent=[shown_measures.Silent(name="Castlegate Housing", kind="housing", since=ago(days=4))]
        if unanswered
        else [],
        population=shown_measures.Population(
            adult_women=41_300, as_at=ago(days=500).date(), source="Invented mid-year estimates", **by
        )
        if sum(cases)
        else None,
        capacity=shown_measures.Capacity(
            idva_capacity_fte=round(sum(cases) / 80, 1),
            coordinator_capacity_fte=None if waiting else 0,
            as_at=ago(days=100).date(),
            **by,
        )
        if sum(cases)
        else None,
        per_10_000=None if "cases" in in_year or not sum(cases) else 52.8,
        measures=[
            shown_measures.Measure(
                name=each,
                quarters=[None if each in in_quarters else numbers[each] for numbers in quarters],
                year=None if each in in_year else year[each],
                percent=None
                if each in in_year or WHOLE.get(each) in (None, *in_year)
                else percent(year[each], year[WHOLE[each]]),
            )
            for each in COLUMNS
        ],
    )


def _numbers(cases: int) -> dict[str, int]:
    """A quarter of so many cases: two thirds by the police, a third repeats, most with an answer."""
    police, housing = cases * 2 // 3, cases // 8
    return dict.fromkeys(COLUMNS, 0) | {
        "cases": cases,
        "repeat_cases": cases // 3,
        "children": cases * 5 // 4,
        "partner_agency_referrals": cases - police,
        "referred_by_police": police,
        "referred_by_housing": housing,
        "referred_by_idva": cases - police - housing,
        "ethnicity_answered": cases * 4 // 5,
        "black_asian_racially_minoritised": cases // 6,
        "disability_answered": cases // 2,
        "disability": cases // 8,
        "sex_answered": cases,
        "male_victims": cases // 16,
        "age_known": cases,
    }

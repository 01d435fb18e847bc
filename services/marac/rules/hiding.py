"""Which numbers of a MARAC's measures are hidden, so that none that is small is found: not by looking, and
not by subtraction of what is shown, across a quarter or down a year.

Sources: West Wales assessment 2017 (*fewer than 5*; domain.md 1.12, 14); the Government Statistical Service's
guidance on secondary suppression (general knowledge). What follows from two numbers hides both: of 20 cases
17 repeats tell that 3 are none.
"""

from collections.abc import Mapping, Sequence

from services.marac.rules.completeness import small
from services.marac.rules.returns import COLUMNS, REFERRED_BY

Numbers = Mapping[str, int]

WHOLE = {
    "repeat_cases": "cases",
    "partner_agency_referrals": "cases",
    **dict.fromkeys(REFERRED_BY, "cases"),
    "black_asian_racially_minoritised": "ethnicity_answered",
    "ethnicity_answered": "cases",
    "lgbt": "orientation_or_gender_identity_answered",
    "orientation_or_gender_identity_answered": "cases",
    "disability": "disability_answered",
    "disability_answered": "cases",
    "male_victims": "sex_answered",
    "sex_answered": "cases",
    "victims_aged_16_to_17": "age_known",
    "age_known": "cases",
}
"""Of what each number is a part: what is left of it is told with it."""

TOGETHER = frozenset(
    {"referred_by_police", "partner_agency_referrals", "referred_by_kind_of_agency_not_known"}
)
"""The three that make the cases: any two of them tell the third."""


def hidden(quarters: Sequence[Numbers]) -> tuple[frozenset[str], frozenset[str]]:
    """Which numbers are hidden in every quarter, and which in the year that these quarters are.

    A number that is small in one quarter is hidden in all, for the year and the others would tell it. Where
    one agency's referrals are hidden so is at least one other's, for the cases would tell it.
    """
    year = {name: sum(each[name] for each in quarters) for name in COLUMNS}
    in_year = _with_others({name for name in COLUMNS if _tells(name, year)}, year)
    in_quarters = in_year | {name for name in COLUMNS if any(_tells(name, each) for each in quarters)}
    return frozenset(_with_others(in_quarters, year)), frozenset(in_year)


def _tells(name: str, numbers: Numbers) -> bool:
    left = numbers[WHOLE[name]] - numbers[name] if name in WHOLE else 0
    return small(numbers["cases"]) or small(numbers[name]) or small(left)


def _with_others(names: set[str], year: Numbers) -> set[str]:
    """These, and what would tell them: all of the three that make the cases; and where one kind of agency
    alone is hidden of those that referred any, the next that referred the fewest."""
    found = names | TOGETHER if names & TOGETHER else set(names)
    any_of = sorted((name for name in REFERRED_BY if year[name]), key=lambda name: (year[name], name))
    if len(found.intersection(any_of)) == 1:
        found |= set([name for name in any_of if name not in found][:1])
    return found | TOGETHER if found & TOGETHER else found

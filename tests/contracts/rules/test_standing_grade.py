"""Which grade stands, as a table."""

import pytest

from contracts.rules.standing_grade import standing_grade
from contracts.vocabulary import Grade

HIGH, MEDIUM, STANDARD, UNKNOWN = Grade.HIGH, Grade.MEDIUM, Grade.STANDARD, Grade.UNKNOWN


@pytest.mark.parametrize(
    ("assessed", "stands"),
    [
        ([], UNKNOWN),
        ([STANDARD], STANDARD),
        ([STANDARD, MEDIUM, HIGH], HIGH),
        ([HIGH, STANDARD], HIGH),
        ([HIGH, UNKNOWN], HIGH),
        ([MEDIUM, STANDARD], MEDIUM),
        ([MEDIUM, UNKNOWN], UNKNOWN),
        ([UNKNOWN, STANDARD], STANDARD),
        ([MEDIUM, UNKNOWN, STANDARD], MEDIUM),
        ([MEDIUM, UNKNOWN, STANDARD, UNKNOWN], UNKNOWN),
        ([STANDARD, UNKNOWN, STANDARD], STANDARD),
        ([STANDARD, UNKNOWN, MEDIUM], MEDIUM),
        ([MEDIUM, UNKNOWN, HIGH], HIGH),
        ([HIGH, UNKNOWN, STANDARD], HIGH),
    ],
    ids=lambda value: value if isinstance(value, str) else " then ".join(value) or "never assessed",
)
def test_one_assessor_alone_lowers_nothing(assessed: list[Grade], stands: Grade) -> None:
    assert standing_grade(assessed) is stands

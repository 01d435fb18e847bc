"""Which grade stands, as a table."""

from typing import Any

import pytest

from contracts.rules.standing_grade import Assessed, held_up, lowered_from, standing_grade, stands
from contracts.vocabulary import Grade
from tests.support.tables import lines

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


@pytest.mark.parametrize(
    ("versions", "lowered"),
    [
        ([HIGH], None),
        ([HIGH, HIGH], None),
        ([STANDARD, HIGH], None),
        ([UNKNOWN, STANDARD], None),
        ([HIGH, STANDARD], HIGH),
        ([HIGH, UNKNOWN], HIGH),
        ([MEDIUM, HIGH, STANDARD], HIGH),
        ([HIGH, STANDARD, HIGH], None),
    ],
    ids=lambda value: value if isinstance(value, str) else " then ".join(value or ["not lowered"]),
)
def test_what_a_correction_has_lowered_an_assessment_from(
    versions: list[Grade], lowered: Grade | None
) -> None:
    assert lowered_from(versions) == lowered


@lines(__file__, "standing_grade")
def test_what_two_persons_signed(line: dict[str, Any]) -> None:
    assessed = [
        Assessed(
            root=f"{place}",
            agency=each["by"],
            accused=frozenset(each.get("of", ["ben"])),
            grade=Grade(each["grade"]),
            signed=each.get("signed", False),
            withdrawn=each.get("withdrawn", False),
        )
        for place, each in enumerate(line["assessed"])
    ]
    assert stands(assessed) is Grade(line["stands"])
    assert [int(each.root) for each in held_up(assessed)] == line.get("by", [])

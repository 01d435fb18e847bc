"""Which grade stands, as a table."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.events.people import Dash, ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.rules.standing_grade import Assessed, held_up, lowered_from, screens, stands, unnamed
from contracts.vocabulary import DASH_ITEMS, DashAnswer, Grade, Instrument, Role
from tests.support.facts import NOON, mention_of, root_of, someone
from tests.support.tables import lines

HER = someone(Role.VICTIM, "ann")
CARL = someone(Role.SUSPECT, "carl").model_copy(update={"mention": mention_of("police", "carl")})
DASH = Dash(answers=dict.fromkeys(DASH_ITEMS, DashAnswer.NO))
OF_DASH: dict[str, Any] = {"instrument": Instrument.SAFELIVES_DASH_24, "instrument_version": "2015"}
HIGH, MEDIUM, STANDARD, UNKNOWN = Grade.HIGH, Grade.MEDIUM, Grade.STANDARD, Grade.UNKNOWN


def hour(of: float) -> datetime:
    return NOON + timedelta(hours=of)


@pytest.mark.parametrize(
    ("grades", "grade"),
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
def test_one_assessor_alone_lowers_nothing(grades: list[Grade], grade: Grade) -> None:
    by = ("idva", frozenset({"ben"}))
    made = [Assessed(str(n), *by, each, signed=False, at=hour(n)) for n, each in enumerate(grades)]
    assert stands(made) is grade


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
            at=hour(each.get("at", place)),
            withdrawn=hour(each["withdrawn"]) if "withdrawn" in each else None,
            screens=each.get("screens", False),
            referral=each.get("referral", False),
            unnamed=each.get("unnamed", False),
        )
        for place, each in enumerate(line["assessed"])
    ]
    assert stands(assessed) is Grade(line["stands"])
    assert [int(each.root) for each in held_up(assessed)] == line.get("by", [])


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        (RiskAssessed(people=[HER], instrument=Instrument.S_DASH, instrument_version="2009"), True),
        (RiskAssessed(people=[HER], dash=DASH, **OF_DASH), False),
        (ReferralMade(people=[HER], instrument=Instrument.S_DASH), True),
        (ReferralMade(people=[HER], instrument=Instrument.S_DASH, dash=DASH), False),
        (ReferralMade(people=[HER]), False),
    ],
    ids=["S-DASH", "Dash", "a referral with an S-DASH", "a referral with both", "a referral alone"],
)
def test_what_is_a_screening_alone(said: ReferralMade | RiskAssessed, alone: bool) -> None:
    assert screens(said) is alone


@pytest.mark.parametrize(
    ("is_carl", "told", "nobody"),
    [
        (False, [CARL], True),
        (True, [CARL], False),
        (True, [Mention(mention=mention_of("police", "carl"), role=Role.SUSPECT)], True),
        (True, [], True),
    ],
    ids=["not linked", "linked", "linked to another of whom nothing is known", "he is not told of"],
)
def test_an_accused_whom_goldthread_added_is_nobody_until_somebody_links_them(
    is_carl: bool, told: list[Mention], nobody: bool
) -> None:
    added = Mention(mention=root_of("added"), role=Role.PERPETRATOR)
    homes = {root_of("added"): "carl" if is_carl else "added", mention_of("police", "carl"): "carl"}
    said = ReferralMade(people=[HER, added])
    assert unnamed(said, [HER, added, *told], homes) is nobody
    assert unnamed(said), "what was withdrawn names nobody, whoever was linked since"
    assert not unnamed(ReferralMade(people=[HER, CARL]))

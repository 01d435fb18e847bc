"""Who may be told of her, as a table: ``tables/consent.yaml``."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.events.wishes import ConsentSaid
from contracts.vocabulary import AgencyKind, ConsentAnswer, Grade, OverrideGround, SaidBy
from services.marac.rules.consent import Word, standing
from tests.support.tables import lines


def word(at: int, said: dict[str, Any]) -> Word:
    ground = said.get("ground")
    return Word(
        root=f"word-{at}",
        at=datetime(2026, 3, said["day"], tzinfo=UTC),
        recipients=[AgencyKind(kind) for kind in said.get("to", ["housing"])],
        answer=ConsentAnswer(said["answer"]),
        said_by=SaidBy(by) if (by := said.get("said_by", "victim")) else None,
        ground=OverrideGround(ground) if ground else None,
    )


@lines(__file__, "consent")
def test_who_may_be_told(line: dict[str, Any]) -> None:
    words = [word(at, said) for at, said in enumerate(line["words"])]
    [found] = standing(words, [AgencyKind.HOUSING], Grade(line.get("grade", "high")))
    assert (found.state, found.question) == (line["is"], line.get("question"))
    assert bool(found.roots) == (found.question != "not-asked"), "it says what it rests on"


@pytest.mark.parametrize(
    ("said", "speaker"),
    [
        ({}, None),
        ({"said_by": "victim"}, None),
        ({"said_by": "victim", "speaker_named": False}, None),
        ({"said_by": "victim", "speaker_named": True}, "victim"),
        ({"said_by": "advocate"}, "advocate"),
        ({"said_by": "other", "speaker_named": True}, "other"),
    ],
)
def test_who_spoke_is_known_where_somebody_said_so(said: dict[str, Any], speaker: str | None) -> None:
    """A fact of before it was kept whether the speaker was named says no more than one that left it out."""
    given = {"people": [{"role": "victim"}], "recipients": ["housing"], "answer": "given"}
    assert ConsentSaid.model_validate(given | said).speaker == speaker

"""Who may be told of her, as a table: ``tables/consent.yaml``."""

from datetime import UTC, datetime
from typing import Any

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
        said_by=SaidBy(said.get("said_by", "victim")),
        ground=OverrideGround(ground) if ground else None,
    )


@lines(__file__, "consent")
def test_who_may_be_told(line: dict[str, Any]) -> None:
    words = [word(at, said) for at, said in enumerate(line["words"])]
    [found] = standing(words, [AgencyKind.HOUSING], Grade(line.get("grade", "high")))
    assert (found.state, found.question) == (line["is"], line.get("question"))
    assert bool(found.roots) == (found.state != "not-asked"), "it says what it rests on"

"""That it is in doubt who somebody of a case is: what the matcher asks about them, by the newest word."""

from typing import Any

from chassis.facts import Fact
from contracts.events.identity import IdentityAsked
from services.marac.conference import rows
from services.marac.service import SERVICE
from tests.services.marac.caseload import LINKED, ben, incident, person, referral
from tests.support.facts import fact, mention_of, root_of
from tests.support.world import World

OURS, THEIRS = mention_of("police", "ben"), mention_of("hospital", "another")


def asked(generation: int, *, waits: bool, question: str = "question") -> Fact[IdentityAsked]:
    """What the matcher says of Ben and a record of the hospital's."""
    said = {"question": root_of(question), "generation": generation, "mentions": [OURS, THEIRS]}
    content = IdentityAsked.model_validate(said | {"waits": waits})
    return fact(content, agency="goldthread", root=f"{question} {generation}")


def doubts(*facts: Fact[Any]) -> tuple[rows.Doubt, ...]:
    made = World(SERVICE.views, [referral(), incident(people=[ben()]), *facts], same=LINKED)
    row: rows.ConferencePerson = made.row("conference_person", person("ben"))
    return row.doubts


def test_who_is_asked_about_is_in_doubt_until_somebody_has_decided() -> None:
    doubt = rows.Doubt(one=OURS, other=THEIRS)
    assert doubts() == ()
    assert doubts(asked(1, waits=True)) == (doubt,)
    assert doubts(asked(1, waits=True), asked(2, waits=False)) == ()
    assert doubts(asked(2, waits=False), asked(1, waits=True), asked(3, waits=True)) == (doubt,)

"""What is known of a mention, folded from what agencies say."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from chassis.facts import FactSet
from contracts.events.identity import IdentityDecided, RecordsMerged
from contracts.events.people import HealthContacted
from contracts.sections import Identity, Narrative
from contracts.vocabulary import IdentityAnswer, Role, Sex
from services.referrals.views import IDENTITY, MentionRow, decisions
from tests.support.facts import IDS, NOON, corrected, fact, mention_of, someone
from tests.support.world import World

WRONG, RIGHT, OTHER = "9990000018", "9990000026", "9990000034"


def known(of: World, mention: str) -> MentionRow:
    (found,) = of.row(IDENTITY.name, IDS.person(mention)).mentions
    assert isinstance(found, MentionRow)
    return found


@pytest.mark.parametrize("roles", [(Role.CHILD, Role.CHILD), (Role.VICTIM, Role.PERPETRATOR)], ids=str)
def test_a_role_says_nothing_where_an_agency_merges_its_records(roles: tuple[Role, Role]) -> None:
    people = [someone(role, number) for role, number in zip(roles, "12", strict=True)]
    made = World([IDENTITY], [fact(RecordsMerged(people=people), agency="school")])
    for one, other in permutations(mention_of("school", number) for number in "12"):
        assert known(made, one).merged == [other]
        assert known(made, one).opposed == []


def contact(nhs: str, sex: Sex | None = None, **said: Any) -> HealthContacted:
    """A contact with a health service of one of the hospital's records."""
    her = someone(Role.VICTIM, "H1", identity=Identity(nhs_number=nhs, sex=sex))
    return HealthContacted(service="Clinic", people=[her], **said)


def test_a_correction_of_something_else_brings_no_number_back() -> None:
    """The number of an old fact was wrong, and a newer fact has the right one; then the old one's words are
    put right, and the number in it, which a correction repeats, stays as it is."""
    day = timedelta(days=1)
    old = fact(contact(WRONG, Sex.MALE), agency="hospital", root="old", recorded=NOON)
    new = fact(contact(RIGHT, Sex.FEMALE), agency="hospital", root="new", recorded=NOON + day)
    words = Narrative(text="She came by herself.")
    mended = corrected(old, contact(WRONG, Sex.MALE, narrative=words), recorded=NOON + 2 * day)
    made = World([IDENTITY], [old, new, mended])
    row = known(made, mention_of("hospital", "H1"))
    assert (row.nhs, row.sex) == (RIGHT, Sex.FEMALE)
    made.add(corrected(mended, contact(OTHER, Sex.MALE), recorded=NOON + 3 * day))
    assert known(made, mention_of("hospital", "H1")).nhs == OTHER, "what was corrected in it is the newest"
    back = [*made.facts, corrected(made.facts[-1], contact(WRONG, Sex.MALE), recorded=NOON + 4 * day)]
    assert known(World([IDENTITY], back), mention_of("hospital", "H1")).nhs == WRONG, "said anew, it is new"


def test_a_decision_whose_reason_is_corrected_is_no_newer_for_it() -> None:
    day = timedelta(days=1)
    pair = [mention_of("hospital", "H1"), mention_of("practice", "P1")]

    def decided(answer: IdentityAnswer, reason: str) -> IdentityDecided:
        return IdentityDecided(mentions=pair, answer=answer, reason=reason)

    one = fact(decided(IdentityAnswer.SAME, "Alike."), agency="council", root="one", recorded=NOON)
    two = fact(
        decided(IdentityAnswer.NOT_SAME, "Met both."), agency="council", root="two", recorded=NOON + day
    )
    worded = corrected(one, decided(IdentityAnswer.SAME, "They look alike."), recorded=NOON + 2 * day)
    made = World([IDENTITY], [one, two, worded])
    assert (known(made, pair[0]).same, known(made, pair[0]).apart) == ([], [pair[1]])
    assert [each.root for each in decisions(FactSet(made.facts), pair)] == [one.root, two.root]
    cannot = corrected(worded, decided(IdentityAnswer.CANNOT_TELL, "Unsure."), recorded=NOON + 3 * day)
    again = corrected(cannot, decided(IdentityAnswer.SAME, "Sure."), recorded=NOON + 4 * day)
    assert known(World([IDENTITY], [*made.facts, cannot, again]), pair[0]).same == [pair[1]]

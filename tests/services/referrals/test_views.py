"""What is known of a mention, folded from what agencies say."""

from itertools import permutations

import pytest

from contracts.events.identity import RecordsMerged
from contracts.vocabulary import Role
from services.referrals.views import IDENTITY, MentionRow
from tests.support.facts import IDS, fact, mention_of, someone
from tests.support.world import World


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

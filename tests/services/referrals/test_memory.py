"""The matcher's memory: what it works out change by change is what it would work out from nothing."""

from datetime import timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.referrals.memory import Memory
from services.referrals.rules.matching import Features, clusters
from tests.services.referrals.test_matching import NAMES, START, some_features


def places_of(features: list[Features]) -> dict[str, str]:
    """Where each mention is at home, worked out from nothing."""
    return {mention: f"home of {group[0]}" for group in clusters(features).groups for mention in group}


def take(memory: Memory, features: Features) -> set[str]:
    """One change, as the matcher takes it; give whom it looked at again."""
    mention = features.mention
    concerned = memory.learn(features, [], memory.place.get(mention, f"home of {mention}"))
    affected = memory.affected(concerned)
    for moved, home in places_of([memory.features[each] for each in affected]).items():
        memory.put(moved, home)
    return affected


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(some_features(), some_features())
def test_change_by_change_comes_to_the_same_as_from_nothing(
    first: list[Features], then: list[Features]
) -> None:
    memory = Memory()
    for features in [*first, *then]:
        take(memory, features)
    assert memory.place == places_of(list(memory.features.values()))


@given(st.integers(2, len(NAMES)))
def test_who_shares_nothing_is_not_looked_at_again(many: int) -> None:
    memory = Memory()
    for number, name in enumerate(NAMES[:many]):
        assert take(memory, Features(name, START + timedelta(days=number), pnc=f"own-{name}")) == {name}

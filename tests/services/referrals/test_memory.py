"""The matcher's memory: what it works out change by change is what it would work out from nothing."""

from datetime import timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.referrals.memory import Memory, features_of
from services.referrals.rules.features import Features, Pair
from services.referrals.rules.likeness import NO_DATE, Answer
from services.referrals.rules.matching import clusters
from services.referrals.views import MentionRow
from tests.services.referrals.scene import IDS
from tests.services.referrals.test_matching import NAMES, START, some_features
from tests.support.facts import mention_of

ANSWERS = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from(Answer),
    max_size=6,
)


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


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(some_features(), ANSWERS, ANSWERS)
def test_weighed_one_after_another_comes_to_the_same_as_at_once(
    features: list[Features], first: dict[Pair, Answer], then: dict[Pair, Answer]
) -> None:
    memory = Memory()
    for each in features:
        take(memory, each)
    for answers in (first, then):
        concerned = memory.weigh(NAMES, answers)
        affected = memory.affected(concerned)
        found = clusters((memory.features[each] for each in affected), *memory.pairs(affected))
        for group in found.groups:
            for mention in group:
                memory.put(mention, f"home of {group[0]}")
    weighed = (
        [p for p, each in then.items() if each is what and set(p) <= memory.features.keys()]
        for what in (Answer.SAME, Answer.ASK, Answer.DOUBT)
    )
    whole = clusters(memory.features.values(), *weighed)
    assert memory.place == {m: f"home of {group[0]}" for group in whole.groups for m in group}


def test_a_date_that_stands_for_none_is_no_birth_beside_a_number() -> None:
    rows = [MentionRow(mention=name, nhs="9990000018", born=[NO_DATE]) for name in "ab"]
    found = clusters(features_of(row, IDS) for row in rows)
    assert found.groups == [("a",), ("b",)]
    assert found.questions == [("a", "b")]


@given(st.integers(2, len(NAMES)))
def test_who_shares_nothing_is_not_looked_at_again(many: int) -> None:
    memory = Memory()
    for number, name in enumerate(NAMES[:many]):
        assert take(memory, Features(name, START + timedelta(days=number), pnc=f"own-{name}")) == {name}


def test_all_that_went_with_each_part_is_told() -> None:
    a, b, c, d, e = sorted(mention_of("police", name) for name in "abcde")
    memory = Memory()
    for name in (a, b, c, d, e):
        memory.learn(Features(name), [], "elsewhere" if name == e else "one person")
    (told,) = memory.parted([(b, a), (c, e), (d,)]).values()
    assert [(each.mentions, each.parts) for each in told] == [([b, c], [[a, b], [c]]), ([c, d], [[c], [d]])]

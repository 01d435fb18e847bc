"""Who is one person with whom: what must hold whatever arrives, and the traps by name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import LinkReason, Role
from services.referrals.rules.contradicting import contradictions
from services.referrals.rules.features import Features, Pair
from services.referrals.rules.matching import clusters, opposed

CASES = yaml.safe_load(Path(__file__).with_name("matching.yaml").read_text())
START = datetime(2026, 3, 1, tzinfo=UTC)
HIM: dict[str, Any] = {"pnc": "p", "born": {"1988-11-20"}}
NAMES = [f"mention-{number:02}" for number in range(9)]


def person(mention: str, day: int = 0, **known: Any) -> Features:
    """A mention first recorded on this day."""
    sets: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, set) else value for name, value in known.items()
    }
    spelt = sets.get("names", frozenset())
    for place, words in enumerate(("families", "givens")):
        sets[words] = frozenset(name.split("|")[place] for name in spelt)
    return replace(Features(mention, START + timedelta(days=day)), **sets)


def groups(*features: Features) -> list[set[str]]:
    return [set(group) for group in clusters(features).groups if len(group) > 1]


def test_a_shared_nhs_number_with_date_of_birth_links() -> None:
    ann = person("a", nhs="n", born={"b"}, names={"short|ann"})
    married = person("b", nhs="n", born={"b"}, names={"long|ann"})
    found = clusters([ann, married])
    assert found.groups == [("a", "b")]
    assert found.because == [(LinkReason.NHS_NUMBER_AND_BIRTH, ("a", "b"))]


def test_a_shared_nhs_number_with_name_links() -> None:
    found = clusters([person("a", nhs="n", names={"x|y"}), person("b", nhs="n", names={"x|y"}, born={"c"})])
    assert found.because == [(LinkReason.NHS_NUMBER_AND_NAME, ("a", "b"))]


def test_a_shared_nhs_number_alone_links_nobody_and_asks() -> None:
    found = clusters([person("a", nhs="n", born={"1"}), person("b", nhs="n", born={"2"})])
    assert found.groups == [("a",), ("b",)]
    assert found.questions == [("a", "b")]


@pytest.mark.parametrize("number", ["nhs", "pnc", "cro"])
@pytest.mark.parametrize(
    ("one", "other", "one_person"),
    [
        ({"born": {"1988-11-20"}}, {"born": {"1988-11-20"}, "names": {"drake|callum"}}, True),
        ({"names": {"drake|callum"}}, {"names": {"drake|callum"}, "born": {"1988-11-20"}}, True),
        ({"names": {"drake|callum"}}, {"born": {"1988-11-20"}}, False),
        ({"names": {"drake|callum"}, "born": {"1"}}, {"names": {"drake|callum"}, "born": {"2"}}, False),
        ({"names": {"drake|callum"}, "born": {"1"}}, {"names": {"marsh|ann"}, "born": {"1"}}, False),
        ({"names": {"drake|callum"}, "sex": "male"}, {"names": {"drake|callum"}, "sex": "female"}, False),
    ],
)
def test_a_number_links_where_name_or_birth_agrees_and_nothing_contradicts_else_a_person_is_asked(
    number: str, one: dict[str, Any], other: dict[str, Any], one_person: bool
) -> None:
    found = clusters([person("a", **one, **{number: "n"}), person("b", **other, **{number: "n"})])
    assert found.groups == ([("a", "b")] if one_person else [("a",), ("b",)])
    assert found.questions == ([] if one_person else [("a", "b")])


def test_a_number_beside_which_nothing_is_known_links_nobody() -> None:
    found = clusters([person("a", pnc="p", names={"drake|callum"}), person("b", pnc="p")])
    assert found.groups == [("a",), ("b",)]
    assert found.questions == [("a", "b")]


def test_twins_without_a_shared_number_stay_apart() -> None:
    twin: dict[str, Any] = {"born": {"2015-04-02"}, "names": {"marsh|robin", "marsh|kit"}}
    found = clusters([person("a", **twin), person("b", **twin)])
    assert found.groups == [("a",), ("b",)]
    assert found.questions == []


def test_twins_entered_under_one_number_stay_apart_if_one_fact_names_both() -> None:
    twin: dict[str, Any] = {"born": {"2015-04-02"}, "names": {"marsh|robin"}, "nhs": "n"}
    assert groups(person("a", opposed={"b"}, **twin), person("b", opposed={"a"}, **twin)) == []


def test_the_home_is_that_of_the_earliest_recorded() -> None:
    later, earlier = person("a", day=9, **HIM), person("b", day=2, **HIM)
    assert clusters([later, earlier]).groups == [("b", "a")]


def test_a_link_falls_with_its_reason() -> None:
    hospital = person("a", nhs="n", born={"b"})
    practice = person("b", nhs="n", born={"b"})
    assert groups(hospital, practice) == [{"a", "b"}]
    assert groups(replace(hospital, nhs="other"), practice) == []


def test_not_the_same_is_heeded_and_who_else_it_concerns_is_asked_about() -> None:
    two = [person("a", apart={"b"}, **HIM), person("b", apart={"a"}, **HIM)]
    assert groups(*two) == []
    third = clusters([*two, person("c", **HIM)])
    assert third.groups == [("a",), ("b",), ("c",)], "nobody knows whose record the third is"
    assert ("a", "c") in third.questions
    assert ("b", "c") in third.questions


def test_not_the_same_leaves_the_others_together() -> None:
    found = groups(
        person("a", apart={"b"}, **HIM), person("b", **HIM), person("c", **HIM), person("d", **HIM)
    )
    assert found == [{"c", "d"}]


def test_the_same_needs_no_number() -> None:
    found = clusters([person("a", same={"b"}), person("b")])
    assert found.groups == [("a", "b")]
    assert found.because == [(LinkReason.DECIDED, ("a", "b"))]


def test_the_same_does_not_unite_the_two_sides_of_a_fact() -> None:
    found = clusters([person("a", same={"b"}, opposed={"b"}), person("b", same={"a"}, opposed={"a"})])
    assert found.groups == [("a",), ("b",)]
    assert found.questions == [("a", "b")]


def test_her_number_on_his_record_gives_him_none_of_her_records() -> None:
    her: dict[str, Any] = {"nhs": "hers", "born": {"b"}}
    found = groups(
        person("v1", opposed={"x"}, **her), person("v2", **her), person("x", opposed={"v1"}, **her)
    )
    assert found == []


def test_a_record_that_joins_both_sides_stands_apart_and_they_stay_whole() -> None:
    her: dict[str, Any] = {"nhs": "hers", "born": {"b"}}
    him: dict[str, Any] = {"pnc": "his", "born": {"his"}}
    found = clusters(
        [
            person("v1", opposed={"p1"}, **her),
            person("v2", opposed={"p2"}, **her),
            person("p1", **him),
            person("p2", **him),
            person("wrong", nhs="hers", pnc="his", born={"b", "his"}),
        ]
    )
    assert [set(group) for group in found.groups] == [{"p1", "p2"}, {"v1", "v2"}, {"wrong"}]
    assert any("wrong" in question for question in found.questions)


def test_both_directions_of_accusation_can_stand() -> None:
    """A counter-allegation names the same two in the other roles: no conflict, and nobody is torn."""
    ann: dict[str, Any] = {"nhs": "ann", "born": {"1"}}
    bob: dict[str, Any] = {"pnc": "bob", "born": {"2"}}
    found = groups(
        person("a1", opposed={"b1"}, **ann),
        person("b1", **bob),
        person("a2", opposed={"b2"}, **ann),
        person("b2", **bob),
    )
    assert found == [{"a1", "a2"}, {"b1", "b2"}]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (Role.VICTIM, Role.PERPETRATOR, True),
        (Role.SUSPECT, Role.VICTIM, True),
        (Role.RESPONDENT, Role.CHILD, True),
        (Role.VICTIM, Role.CHILD, True),
        (Role.CHILD, Role.CHILD, True),
        (Role.SUSPECT, Role.RESPONDENT, False),
        (Role.VICTIM, Role.VICTIM, False),
        (Role.VICTIM, Role.WITNESS, False),
        (Role.OTHER, Role.PERPETRATOR, False),
    ],
)
def test_the_sides_of_a_fact(one: Role, other: Role, apart: bool) -> None:
    assert opposed(one, other) is apart
    assert opposed(other, one) is apart


few = st.sampled_from(["1", "2", "3"])
NOBODY = frozenset[str]()
pairs = st.sets(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] < pair[1])
)
others = st.frozensets(st.sampled_from(NAMES), max_size=2)


@st.composite
def some_features(draw: st.DrawFn) -> list[Features]:
    """Up to nine mentions that share a few numbers, oppose and are decided upon at random."""
    return [
        Features(
            name,
            START + timedelta(days=draw(st.integers(0, 3))),
            nhs=draw(few | st.none()),
            pnc=draw(few | st.none() | st.none()),
            names=draw(st.frozensets(few, max_size=2)),
            born=draw(st.frozensets(few, max_size=1)),
            givens=draw(st.frozensets(few, max_size=1)),
            opposed=draw(others | st.just(NOBODY)),
            beside=draw(st.frozensets(st.sampled_from(NAMES), max_size=1) | st.just(NOBODY)),
            same=draw(st.frozensets(st.sampled_from(NAMES), max_size=1)),
            apart=draw(st.frozensets(st.sampled_from(NAMES), max_size=1)),
            merged=draw(st.frozensets(st.sampled_from(NAMES), max_size=1)),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    ]


@given(some_features(), st.randoms())
def test_the_order_of_arrival_changes_nothing(features: list[Features], chance: Random) -> None:
    shuffled = list(features)
    chance.shuffle(shuffled)
    assert clusters(shuffled) == clusters(features)


@given(some_features())
def test_nobody_is_one_with_whom_they_can_never_be_one_with(features: list[Features]) -> None:
    found = clusters(features)
    group_of = {mention: group for group in found.groups for mention in group}
    assert sorted(group_of) == sorted(each.mention for each in features)
    for each in features:
        assert not (each.opposed | each.apart) - {each.mention} & set(group_of[each.mention])


@given(some_features())
def test_each_question_is_about_two_people(features: list[Features]) -> None:
    found = clusters(features)
    at = {mention: group for group in found.groups for mention in group}
    assert all(at[one] != at[other] for one, other in found.questions)


@given(some_features())
def test_a_link_has_its_reason_now(features: list[Features]) -> None:
    """Whoever is together hangs together by the reasons that are given, and no reason is made up."""
    known = {each.mention: each for each in features}
    found = clusters(features)
    reached = {mention: mention for mention in known}

    def top(mention: str) -> str:
        return mention if reached[mention] == mention else top(reached[mention])

    for reason, (one, other) in found.because:
        if reason is LinkReason.DECIDED:
            assert other in known[one].same or one in known[other].same
        elif reason is LinkReason.MERGED:
            assert other in known[one].merged or one in known[other].merged
        else:
            shared = set(known[one].reasons) & set(known[other].reasons)
            assert reason in {why for why, _ in shared}
        reached[top(one)] = top(other)
    for group in found.groups:
        assert len({top(mention) for mention in group}) == 1


@given(some_features())
def test_whoever_shares_a_number_without_a_conflict_is_together(features: list[Features]) -> None:
    """Where nobody is contradicted: all by one name, none of a known birth, and no number but that: two who
    were said to be others, of two other numbers, would contradict each other."""
    named = frozenset({"x|y"})
    calm = [replace(each, opposed=NOBODY, beside=NOBODY, apart=NOBODY, names=named) for each in features]
    peaceful = [replace(each, born=NOBODY, pnc=None, nhs=each.nhs and "1") for each in calm]
    found = clusters(peaceful)
    group_of = {mention: group for group in found.groups for mention in group}
    for one, other in combinations(peaceful, 2):
        if set(one.reasons) & set(other.reasons):
            assert group_of[one.mention] == group_of[other.mention]


@given(some_features(), pairs, pairs, pairs)
def test_nobody_is_one_by_machine_with_whom_something_speaks_against(
    features: list[Features], alike: set[Pair], unsure: set[Pair], doubted: set[Pair]
) -> None:
    """Neither by a number, nor by what is alike, nor by way of a third."""
    undecided = [replace(each, same=NOBODY, merged=NOBODY) for each in features]
    known = {each.mention: each for each in undecided}
    here = [pair for pair in sorted(alike | unsure | doubted) if set(pair) <= known.keys()]
    weighed = [
        [pair for pair in here if pair in each] for each in (alike, unsure - alike, doubted - alike - unsure)
    ]
    kinds = {mention: each.particulars for mention, each in known.items()}
    found_out = [{kinds[one], kinds[other]} for one, other in weighed[0] + weighed[1]]
    by_number = clusters(undecided, unsure=weighed[0] + weighed[1]).groups
    at = {mention: group for group in by_number for mention in group}
    for group in clusters(undecided, *weighed).groups:
        for one, other in combinations(sorted(group), 2):
            assert other not in known[one].beside
            assert one not in known[other].beside
            against = contradictions(kinds[one], kinds[other])
            assert not against or {kinds[one], kinds[other]} in found_out
            doubt = (one, other) in weighed[2] and (
                not against or {kinds[one], kinds[other]} not in found_out
            )
            assert not doubt or at[one] == at[other], "a doubt is heeded by what is alike, not by a number"


def test_who_is_alike_is_one_person_and_of_whom_a_person_is_unsure_is_asked() -> None:
    found = clusters([person("a"), person("b"), person("c")], alike=[("a", "b")], unsure=[("b", "c")])
    assert found.groups == [("a", "b"), ("c",)]
    assert found.because == [(LinkReason.ALIKE, ("a", "b"))]
    assert found.questions == [("b", "c")]


@pytest.mark.parametrize(
    "against",
    [
        [person("a", opposed={"b"}), person("b"), person("c")],
        [person("a", apart={"b"}), person("b"), person("c")],
        [person("a", nhs="1"), person("b", nhs="2"), person("c")],
        [person("a", cro="1"), person("b", cro="2"), person("c")],
    ],
    ids=["two sides of a fact", "a person's decision", "two NHS numbers", "two CRO numbers"],
)
def test_a_third_record_that_is_like_two_others_joins_no_two_that_cannot_be_one(
    against: list[Features],
) -> None:
    found = clusters(against, alike=[("a", "c"), ("b", "c")])
    assert found.groups == [("a",), ("b",), ("c",)]
    assert found.questions == [("a", "c"), ("b", "c")]


def test_nobody_is_asked_about_two_that_can_never_be_one() -> None:
    found = clusters([person("a", opposed={"b"}), person("b")], unsure=[("a", "b")])
    assert found.questions == []


def test_an_agency_may_say_that_its_one_record_is_now_another() -> None:
    found = clusters([person("a", merged={"b"}), person("b", merged={"a"})])
    assert found.groups == [("a", "b")]
    assert found.because == [(LinkReason.MERGED, ("a", "b"))]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_what_contradicts_itself_tears_off_nothing_that_hangs_by_numbers(case: dict[str, Any]) -> None:
    found = clusters(
        person(
            mention,
            born={"one date"},
            **{kind: each if kind == "nhs" else set(each) for kind, each in known.items()},
        )
        for mention, known in case["records"].items()
    )
    together = [sorted(group) for group in found.groups if len(group) > 1]
    assert sorted(together) == case["together"]
    assert found.questions == [tuple(pair) for pair in case.get("asked", [])]


@given(some_features(), pairs, pairs, st.randoms())
def test_what_is_alike_changes_nothing_by_its_order_and_joins_no_conflict(
    features: list[Features],
    alike: set[tuple[str, str]],
    unsure: set[tuple[str, str]],
    chance: Random,
) -> None:
    there = {each.mention for each in features}
    both = [[pair for pair in each if set(pair) <= there] for each in (alike, unsure)]
    found = clusters(features, *both)
    for each in (features, *both):
        chance.shuffle(each)  # type: ignore[arg-type]
    assert clusters(features, *both) == found
    # Of a pair that was compared in full a number that differs does not speak against one that is shared.
    without = clusters(features, unsure=both[0] + both[1])
    known = {each.mention: each for each in features}
    for group in found.groups:
        parts = [part for part in without.groups if set(part) <= set(group)]
        assert {mention for part in parts for mention in part} == set(group), "whole groups are joined"
        if len(parts) > 1:
            for kind in ("nhs", "pnc", "cro"):
                assert len({getattr(known[m], kind) for m in group} - {None}) <= 1
            assert not any((known[m].opposed | known[m].apart) - {m} & set(group) for m in group)

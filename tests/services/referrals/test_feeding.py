"""What a partner is told, as a table; and what must hold of every feed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from contracts import sections
from contracts.examples import EXAMPLES
from contracts.registry import EVENTS
from contracts.sections import Sensitivity
from contracts.vocabulary import AgencyKind
from services.referrals.rules.feeding import (
    SECTION_FIELDS,
    SECTIONS,
    TOLD,
    Reach,
    Version,
    due,
    is_asked,
    may_be_told,
    reach,
    redacted,
)
from services.referrals.rules.feeding import sections as sections_of

TABLE: Mapping[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("feeding.yaml").read_text()
)
REACH = {
    "a": Reach(begins=True, follows=True),
    "b": Reach(),
    "w": Reach(follows=True),
    "s": Reach(stopped=True),
}
PEOPLE = REACH | {letter.upper(): each for letter, each in REACH.items()}


def of(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("line", [pytest.param(each, id=each["case"]) for each in TABLE[table]])


def version(number: int, named: str) -> Version:
    victims, children = (tuple(filter(test, named)) for test in (str.isupper, str.islower))
    return Version(number, victims, children)


@of("told")
def test_what_goes_to_whom(line: Mapping[str, Any]) -> None:
    kind = AgencyKind(line["kind"]) if line["kind"] else None
    told = may_be_told(kind, line.get("own", False), line["type"], line["purpose"])
    assert told is line["told"]


@of("asked")
def test_who_hears_that_an_idva_is_asked(line: Mapping[str, Any]) -> None:
    kind = AgencyKind(line["kind"]) if line["kind"] else None
    assert is_asked(kind, ["north"], line["around"]) is line["asked"]


@of("sections")
def test_which_sections(line: Mapping[str, Any]) -> None:
    found = sections_of(AgencyKind(line["kind"]), ["north"], line["around"], line.get("flagged", []))
    assert sorted(found) == line["shown"]


@of("reach")
def test_of_whom(line: Mapping[str, Any]) -> None:
    found = reach(["north"], line.get("without", []), line["cases"], line.get("over", []))
    assert found == Reach(*(line.get(name, False) for name in ("begins", "follows", "stopped")))


@of("due")
def test_what_comes_next(line: Mapping[str, Any]) -> None:
    versions = [version(number, named) for number, named in line["versions"].items()]
    found = due(versions, line["told"], PEOPLE)
    assert [str(v.version) if whole else f"({v.version})" for v, whole in found] == line["comes"]


@given(
    st.lists(st.lists(st.sampled_from("ABWSabws"), max_size=2, unique=True), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_whatever_comes_when_a_feed_has_every_version_once_and_in_order(
    named: list[list[str]], chance: Any
) -> None:
    """Versions come here in any order, and who may know changes meanwhile."""
    versions = [version(number, "".join(each)) for number, each in enumerate(named, 1)]
    coming, told = list(versions), list[int]()
    here: list[Version] = []
    chance.shuffle(coming)
    for each in coming:
        here = sorted([*here, each], key=lambda v: v.version)
        people = {name: chance.choice(list(REACH.values())) for name in "ABWSabws"}
        told += [v.version for v, _ in due(here, len(told), people)]
    assert told == list(range(1, len(told) + 1))


def fields_of(model: type[BaseModel], seen: set[type]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        found[name] = field.annotation
        for inner in parts_in(field.annotation):
            if inner not in seen:
                found |= fields_of(inner, seen | {inner})
    return found


def parts_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [inner for each in getattr(annotation, "__args__", ()) for inner in parts_in(each)]


@pytest.mark.parametrize("type_", sorted(TOLD))
def test_a_section_stands_under_its_own_name_and_nothing_else_does(type_: str) -> None:
    """By those names a feed leaves them out."""
    for name, annotation in fields_of(EVENTS[type_], set()).items():
        held = {part.sensitivity for part in parts_in(annotation) if hasattr(part, "sensitivity")}
        assert held == ({name} if name in SECTION_FIELDS else set()), name
    assert sections.Immigration.sensitivity is Sensitivity.SUPPORT


@pytest.mark.parametrize("kind", SECTIONS)
@pytest.mark.parametrize("type_", sorted(TOLD))
def test_nobody_has_a_section_that_is_not_theirs(type_: str, kind: AgencyKind) -> None:
    def names(value: Any) -> set[str]:
        if isinstance(value, list):
            return {name for each in value for name in names(each)}
        return {*value, *names(list(value.values()))} if isinstance(value, dict) else set()

    data = EXAMPLES[type_].data
    shown = names(redacted(data, SECTIONS[kind]))
    assert shown & SECTION_FIELDS == names(data) & SECTIONS[kind]
    assert Sensitivity.SUPPORT not in SECTIONS[kind]


def test_a_practice_and_a_marac_of_before_go_with_the_location() -> None:
    health = {"pregnant": True, "general_practice": "Sallow Lane Surgery"}
    with_place = {Sensitivity.HEALTH, Sensitivity.LOCATION}
    assert redacted({"health": health}, with_place) == {"health": health}
    assert redacted({"health": health}, {Sensitivity.HEALTH}) == {"health": {"pregnant": True}}
    before = {"other_marac": "Farshire Coast MARAC"}
    assert (redacted(before, {Sensitivity.LOCATION}), redacted(before, {Sensitivity.IDENTITY})) == (
        before,
        {},
    )


@pytest.mark.parametrize(
    ("method", "where"),
    [("visit", True), ("letter", True), ("in-person", True), ("mobile", False), ("through-person", False)],
)
def test_the_address_of_a_way_to_reach_her_goes_with_the_location(method: str, where: bool) -> None:
    way = {"contact": {"method": method, "number": "The Old Forge", "code_word": "bluebell"}}
    with_place = {Sensitivity.CONTACT, Sensitivity.LOCATION}
    bare = {"contact": {name: value for name, value in way["contact"].items() if name != "number"}}
    assert redacted(way, with_place) == way
    assert redacted(way, {Sensitivity.CONTACT}) == (bare if where else way)


def test_of_a_witness_there_is_no_more_than_that_there_is_one() -> None:
    witness = {"role": "witness", "mention": "m", "identity": {"name": {"family": "Marsh"}}}
    assert redacted({"people": [witness]}, set(Sensitivity)) == {"people": [{"role": "witness"}]}


@pytest.mark.parametrize("section", [Sensitivity.LOCATION, Sensitivity.CONTACT])
def test_where_she_lives_and_how_to_reach_her_go_to_those_alone_who_support_her(section: Sensitivity) -> None:
    assert {kind for kind, has in SECTIONS.items() if section in has} == {AgencyKind.IDVA_SERVICE}


def test_what_is_said_of_an_item_goes_where_the_narrative_goes() -> None:
    said = {"answers": [{"item": "A01", "answer": "often", "comment": "At her mother's."}]}
    said |= {"dash": {"comments": {"D01": "At her mother's."}}}
    assert "mother" not in str(redacted(said, {Sensitivity.IDENTITY}))
    assert str(redacted(said, {Sensitivity.NARRATIVE})).count("mother") == 2

"""S7: of 83 breaches in the report's proportions, in how many is the pattern seen that is there, and in how
many one that is not. Precision and recall over several seeds; and that the bound can be missed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chassis.facts import Fact
from contracts.registry import EVENTS
from contracts.rules import pattern
from services.orders import patterns
from services.orders.service import SERVICE
from tests.support import breach_files
from tests.support.breach_files import File, Told
from tests.support.facts import IDS, NOON, fact
from tests.support.world import World

SEEDS = range(5)
PRECISION, RECALL = 0.93, 0.9
"""What must be reached over all seeds together."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many patterns are there, how many files were named, and how many of these rightly."""

    there: int
    named: int
    rightly: int

    @property
    def precision(self) -> float:
        return self.rightly / self.named if self.named else 1.0

    @property
    def recall(self) -> float:
        return self.rightly / self.there


def as_fact(told: Told) -> Fact[Any]:
    said = EVENTS[told.type].model_validate(told.content)
    return fact(said, agency=told.agency, occurred=told.occurred)


def named(file: File) -> bool:
    """Whether the page of the file's breach names an offence to be considered."""
    facts = {id(told): as_fact(told) for told in file.told}
    world = World(SERVICE.views, facts.values(), same=same(file))
    row = world.row("orders_breach", facts[id(file.breach)].root)
    people = [world.row("orders_person", person) for person in (*row.respondents, *row.victims)]
    shown = patterns.shown(row, patterns.between(row, people), {}, NOON)
    return bool(shown.candidates)


def same(file: File) -> list[list[str]]:
    """Who is who: a number that several agencies know is one person."""
    found: dict[str, list[str]] = {}
    for told in file.told:
        for each in told.content["people"]:
            record = each["identity"]["record"]
            mention = IDS.mention(told.agency, record["system"], record["type"], record["number"])
            found.setdefault(each["identity"]["nhs_number"], []).append(mention)
    return list(found.values())


def counted(seed: int) -> Counted:
    files, truth = breach_files.files(seed, NOON)
    assert (len(files), sum(truth.values())) == (83, 52)
    said = {file.number for file in files if named(file)}
    return Counted(52, len(said), sum(truth[number] for number in said))


def together(seeds: range) -> Counted:
    each = [counted(seed) for seed in seeds]
    for seed, one in zip(seeds, each, strict=True):
        print(f"seed {seed}: precision {one.precision:.3f}, recall {one.recall:.3f}")
    return Counted(sum(e.there for e in each), sum(e.named for e in each), sum(e.rightly for e in each))


def test_the_patterns_are_seen_and_ordinary_contact_is_not_named() -> None:
    found = together(SEEDS)
    print(f"together: precision {found.precision:.3f}, recall {found.recall:.3f}")
    assert found.precision >= PRECISION
    assert found.recall >= RECALL


def _each_record_by_itself(occasions: Any, assessed: Any) -> pattern.Pattern:
    return _READ([[word] for occasion in occasions for word in occasion], assessed)


_READ = pattern.read


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("read", _each_record_by_itself),
        ("_apart", lambda occasions: []),
        ("HARASSING", None),
    ],
    ids=["records counted as occurrences", "ordinary contact counted", "each breach by itself"],
)
def test_a_rule_that_is_worse_misses_the_bound(
    name: str, other: Callable[..., Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if other is None:
        monkeypatch.setattr(patterns, "between", _this_breach_alone)
    else:
        monkeypatch.setattr(pattern, name, other)
    found = together(range(1))
    assert found.precision < PRECISION or found.recall < RECALL


_BETWEEN = patterns.between


def _this_breach_alone(row: Any, people: Any) -> patterns.Between:
    whole = _BETWEEN(row, people)
    own = [group for group in whole.occasions if row.cause in {record.root for record in group}]
    return patterns.Between(own, (), whole.decisions, whole.others, whole.other_way)

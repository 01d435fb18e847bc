"""Which records make one occurrence."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules import occurrence
from contracts.rules.occurrence import WINDOW, Record, occurrences
from tests.support.facts import NOON
from tests.support.tables import lines

DAY = datetime(2026, 3, 3, tzinfo=UTC)


def record(root: str, values: dict[str, Any]) -> Record:
    at = values["at"]
    clock = time() if at == "day" else time.fromisoformat(at)
    victim = values.get("victim", "ann")
    return Record(
        root=root,
        agency=values.get("agency", root),
        occurred=datetime.combine(DAY, clock, tzinfo=UTC),
        precision="day" if at == "day" else "instant",
        kind=values["kind"],
        victims=frozenset() if victim == "nobody" else frozenset({victim}),
        perpetrators=frozenset({values.get("perpetrator", "ben")}),
        reference=values.get("reference"),
    )


@lines(__file__, "occurrence")
def test_records_of_one_occurrence(line: dict[str, Any]) -> None:
    records = [record(root, values) for root, values in line["records"].items()]
    together = [[each.root for each in group] for group in occurrences(records)]
    assert sorted(map(sorted, together)) == sorted(map(sorted, line["together"]))


RECORDS = st.lists(
    st.builds(
        Record,
        root=st.uuids(version=4).map(str),
        agency=st.sampled_from(["police", "council", "hospital"]),
        occurred=st.integers(0, 48).map(lambda halves: DAY + timedelta(minutes=30 * halves)),
        precision=st.sampled_from(["instant", "day"]),
        kind=st.sampled_from(["assault", "common-assault", "contact", "other"]),
        victims=st.frozensets(st.sampled_from(["ann", "cat"]), max_size=2),
        perpetrators=st.frozensets(st.sampled_from(["ben", "dan"]), max_size=2),
        reference=st.sampled_from([None, "CG1", "CG2"]),
    ),
    max_size=8,
    unique_by=lambda each: each.root,
)


@given(RECORDS, st.randoms())
def test_any_order_of_arrival_gives_the_same_occurrences(records: list[Record], chance: Any) -> None:
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert occurrences(shuffled) == occurrences(records)


@given(RECORDS)
def test_every_record_is_in_one_occurrence_and_none_joins_without_a_reason(records: list[Record]) -> None:
    groups = occurrences(records)
    assert sorted(each.root for group in groups for each in group) == sorted(each.root for each in records)
    for group in groups:
        unnumbered = [each for each in group if each.reference is None]
        assert len({each.agency for each in unnumbered}) == len(unnumbered), "one agency, two things"
        instants = [each.occurred for each in unnumbered if each.precision == "instant"]
        assert not instants or max(instants) - min(instants) <= WINDOW


@given(RECORDS, st.lists(st.integers(-30, 30), min_size=8, max_size=8))
def test_where_it_looks_changes_nothing(records: list[Record], hours: list[int]) -> None:
    """As if every group lay near and bore the number."""
    spread = [
        replace(each, occurred=each.occurred + timedelta(hours=by))
        for each, by in zip(records, hours, strict=False)
    ]
    found = occurrences(spread)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(occurrence, "defaultdict", OneForAll)
        assert occurrences(spread) == found


def test_thousands_of_one_agency_on_one_day_are_not_held_against_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of a phone that called all night: the work grows with their number, not with its square."""
    one = Record("0", "a", NOON, "instant", "contact", frozenset({"v"}), frozenset({"p"}))
    monkeypatch.setattr(occurrence, "_may_join", lambda *_: pytest.fail("two of one agency were compared"))
    calls = [replace(one, root=str(n), occurred=NOON + timedelta(seconds=n)) for n in range(3_000)]
    assert len(occurrences(calls)) == 3_000


class OneForAll(dict[Any, Any]):
    """One value under every key."""

    def __init__(self, make: Any) -> None:
        super().__init__()
        self._value = make()

    def __getitem__(self, _: Any) -> Any:
        return self._value

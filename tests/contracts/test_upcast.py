"""A fact is never rewritten: one that an old release wrote is read as the newest schema has it."""

from typing import Any

import pytest

from contracts.envelope import Envelope
from contracts.events.people import IncidentReported
from contracts.registry import Unreadable, read_content, read_envelope
from contracts.upcast import UPCASTS, upcast
from contracts.vocabulary import IncidentKind, Role
from tests.support.facts import fact, someone

OLDEST, OLDER = (f"uk.goldthread.incident.seen.v{version}" for version in (1, 2))
NEWEST = IncidentReported.type


def _renamed(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return OLDER, {name: value for name, value in data.items() if name != "who"} | {"people": data["who"]}


def _recoded(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return NEWEST, data | {"kind": {"H": "harassment"}[data["kind"]]}


@pytest.fixture
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two releases ago the people had another name, and a release ago the kinds other codes."""
    monkeypatch.setitem(UPCASTS, OLDEST, _renamed)
    monkeypatch.setitem(UPCASTS, OLDER, _recoded)


def _told(kind: str, data: dict[str, Any]) -> Envelope:
    newest = fact(IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, "1")])).envelope
    written = newest.model_copy(update={"type": kind, "data": data})
    return read_envelope(written.model_dump_json(by_alias=True).encode())


@pytest.mark.usefixtures("two_steps")
@pytest.mark.parametrize(("kind", "people"), [(OLDEST, "who"), (OLDER, "people")])
def test_what_older_releases_wrote_is_read_as_of_today(kind: str, people: str) -> None:
    victim = someone(Role.VICTIM, "1")
    data = {"kind": "H", people: [victim.model_dump(mode="json", by_alias=True)]}
    told = _told(kind, data)
    assert read_content(told) == IncidentReported(kind=IncidentKind.HARASSMENT, people=[victim])
    assert (told.type, told.data) == (kind, data), "as it was written it stays"


@pytest.mark.usefixtures("two_steps")
def test_what_does_not_fit_after_its_steps_is_told_as_any_other() -> None:
    with pytest.raises(Unreadable, match="people"):
        read_content(_told(OLDEST, {"kind": "H", "who": "somebody"}))


def test_what_is_new_already_is_left_as_it_is() -> None:
    assert upcast(NEWEST, {"kind": "harassment"}) == (NEWEST, {"kind": "harassment"})

"""Who has an order as it now stands, who confirmed it, and since when that is late: as tables."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.facts import Fact
from contracts.events.orders import OrderAcknowledged, OrderCirculated, OrderMade
from contracts.rules.circulation import Versioned, circulation, fault, fits
from contracts.vocabulary import AgencyKind, NationalSystem, Role, TeamKind
from tests.support.facts import IDS, NOON, corrected, fact, root_of, someone, withdrawn
from tests.support.tables import lines

FORCE = "northmere-police"
SYSTEMS = set(map(str, NationalSystem))


def after(hours: float) -> Any:
    return NOON + timedelta(hours=hours)


def made(**values: Any) -> OrderMade:
    people = [someone(Role.RESPONDENT, "N-1"), someone(Role.VICTIM, "N-2")]
    return OrderMade(people=people, **{"order": "spo", "made": NOON, "ends": after(24 * 730)} | values)


def versions(line: dict[str, Any]) -> list[Fact[OrderMade]]:
    """The order as it was made, and each of its corrections."""
    found = [fact(made(), agency=FORCE, root="order")]
    ends = [800, 730] if line.get("back") else [800, 900]
    for at, days in zip(line.get("varied", []), ends, strict=False):
        found.append(corrected(found[-1], made(ends=after(24 * days)), occurred=after(at)))
    if "adjourned" in line:
        longer = made(order="dvpn", ends=None, adjourned_to=after(24 * 14))
        found = [fact(made(order="dvpn", ends=None), agency=FORCE, root="order")]
        found.append(corrected(found[0], longer, occurred=after(line["adjourned"])))
    if "mended" in line:
        found.append(corrected(found[-1], made(court="Northmere"), occurred=after(line["mended"])))
    return found


def sent(at: float, to: list[str], version: int = 1) -> Fact[OrderCirculated]:
    places = [each.partition("@") for each in to if each not in SYSTEMS]
    teams = [{"kind": kind, "agency": agency or None} for kind, _, agency in places]
    systems = [each for each in to if each in SYSTEMS]
    said = {"order": root_of("order"), "version": version, "teams": teams, "systems": systems}
    return fact(OrderCirculated.model_validate(said), agency=FORCE, occurred=after(at))


def read(at: float, by: str, version: int = 1) -> Fact[OrderAcknowledged]:
    kind, _, agency = by.partition("@")
    person = IDS.staff("test", by)
    said = {"order": root_of("order"), "version": version, "team": kind, "person": person}
    return fact(OrderAcknowledged.model_validate(said), agency=agency or FORCE, occurred=after(at))


def pairs(facts: list[Fact[Any]]) -> list[Versioned]:
    return [(each.envelope, each.content) for each in facts]


@lines(__file__, "circulation")
def test_who_has_it_and_who_confirmed_it(line: dict[str, Any]) -> None:
    said = [sent(**each) for each in line.get("sent", [])] + [read(**each) for each in line.get("read", [])]
    known = circulation(pairs(versions(line)), pairs(said))
    now = after(line.get("now", 48))
    assert known.missing == line.get("missing", [])
    assert [each.team for each in known.unconfirmed] == line.get("unconfirmed", [])
    assert [each.team for each in known.late(now)] == line.get("unread", [])
    assert known.uncirculated_since(now) == (after(line["late"]) if "late" in line else None)
    assert circulation(pairs(versions(line)), pairs(said[::-1])) == known, "in whatever order they come"


def test_what_was_withdrawn_and_told_again_is_circulated_again() -> None:
    first = fact(made(), agency=FORCE, root="order")
    gone = withdrawn(first)
    again = corrected(gone, made(), occurred=after(5))
    said = pairs([sent(1, ["response", "neighbourhood", "pnc"])])
    assert circulation(pairs([first, gone]), said).missing == []
    assert circulation(pairs([first, gone, again]), said).missing == ["response", "neighbourhood", "pnc"]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, ("content.teams", "missing")),
        ({"systems": ["pnc"], "people": [{"role": "child"}]}, ("content.people", "people-given")),
        ({"systems": ["pnc"]}, None),
        ({"teams": [{"kind": "response"}]}, None),
        ({"teams": [{"kind": "response", "agency": FORCE}]}, None),
        (
            {"teams": [{"kind": "response", "agency": "southvale-police"}]},
            ("content.teams.0.agency", "own-team"),
        ),
        ({"teams": [{"kind": "response"}, {"kind": "prison"}]}, ("content.teams.1.agency", "agency-missing")),
        ({"teams": [{"kind": "council", "agency": "northmere-council"}]}, None),
        ({"teams": [{"kind": "school", "agency": "alder-lane"}]}, ("content.narrative", "reason-missing")),
        (
            {
                "teams": [{"kind": "school", "agency": "alder-lane"}],
                "narrative": {"text": "The order names it."},
            },
            None,
        ),
    ],
    ids=[
        "nobody",
        "names people",
        "PNC",
        "own team",
        "own by name",
        "not own",
        "whose prison",
        "council",
        "school",
        "lawful",
    ],
)
def test_what_a_circulation_must_say(said: dict[str, Any], wrong: tuple[str, str] | None) -> None:
    content = OrderCirculated.model_validate({"order": root_of("order"), "version": 1, **said})
    assert fault(content, FORCE) == wrong


@pytest.mark.parametrize(
    ("team", "kind", "fit"),
    [
        ("control-room", "police", True),
        ("control-room", "education", False),
        ("neighbouring-force", "education", False),
        ("school", "education", True),
        ("council", "housing", True),
        ("probation", "council", False),
        ("prison", "police", None),
        ("school", None, None),
    ],
)
def test_whether_an_agency_of_a_kind_has_such_a_team(team: str, kind: str | None, fit: bool | None) -> None:
    assert fits(TeamKind(team), AgencyKind(kind) if kind else None) is fit

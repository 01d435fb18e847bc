"""Who is on call, as the person who plans the rota would ask it."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.facts import Fact, FactSet
from contracts.content import Content
from contracts.events.configuration import AreaDefined, OnCall, RotaSet
from contracts.vocabulary import AreaKind, Post
from services.notify.rules import rota
from tests.services.notify import world
from tests.support.facts import IDS, fact, withdrawn

MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
FIRST, SECOND, SUPERVISOR, DUTY = Post


def person(name: str) -> str:
    return IDS.staff("https://sign-in.example", name)


def entry(name: str) -> OnCall:
    return OnCall(person=person(name), telephone="07700 900123")


def hours(number: float) -> datetime:
    return MONDAY + timedelta(hours=number)


def defined(area: str, within: str | None = None, kind: AreaKind = AreaKind.DISTRICT) -> Fact[AreaDefined]:
    return fact(AreaDefined(area=area, name=area, kind=kind, within=within))


def shift(area: str, starts: float, ends: float, root: str | None = None, **posts: str) -> Fact[RotaSet]:
    on = {post: entry(name) for post, name in posts.items()}
    said = RotaSet.model_validate({"area": area, "starts": hours(starts), "ends": hours(ends), **on})
    return fact(said, root=root)


NORTH_DAY = {"first": "amira", "second": "ben", "supervisor": "cath", "duty_officer": "dev"}

CONFIGURED: list[Fact[Content]] = [
    defined("force", kind=AreaKind.FORCE),
    defined("north", "force"),
    defined("north-quay", "north"),
    defined("south", "force"),
    defined("island", None),
    shift("force", 0, 168, first="fay", duty_officer="gus"),
    shift("north", 0, 12, **NORTH_DAY),
    shift("north", 12, 24, first="eve"),
]


def on_call(area: str | None, post: Post, at: float, *more: Fact[Content]) -> str | None:
    known = rota.rota_of(FactSet([*CONFIGURED, *more]))
    found = rota.on_call(known, area, post, hours(at))
    return found.person if found else None


@pytest.mark.parametrize(
    ("what", "area", "post", "at", "who"),
    [
        ("its own first", "north", FIRST, 3, "amira"),
        ("its own duty officer", "north", DUTY, 3, "dev"),
        ("a shift begins at its start", "north", FIRST, 0, "amira"),
        ("and is over at its end: the next has it", "north", FIRST, 12, "eve"),
        ("nobody second at night: the force's duty officer", "north", SECOND, 13, "gus"),
        ("nor a duty officer", "north", DUTY, 13, "gus"),
        ("an area without a shift: the one it lies within", "north-quay", SECOND, 3, "ben"),
        ("that one's shift is over too: the force", "north-quay", FIRST, 30, "fay"),
        ("an area that nobody covers: the force", "south", FIRST, 3, "fay"),
        ("the force has no supervisor: its duty officer", "south", SUPERVISOR, 3, "gus"),
        ("an area in no force: the one force that there is", "island", FIRST, 3, "gus"),
        ("an area that nobody defined", "atlantis", FIRST, 3, "gus"),
        ("no agency said where", None, FIRST, 3, "gus"),
        ("then another: an area's own duty officer", None, SECOND, 3, "dev"),
        ("and another, as long as there is anybody", None, DUTY, 3, "cath"),
        ("before anybody was on", "north", FIRST, -1, None),
        ("after everybody went home", None, DUTY, 169, None),
    ],
)
def test_who_is_called(what: str, area: str | None, post: Post, at: float, who: str | None) -> None:
    assert on_call(area, post, at) == (person(who) if who else None), what


def test_of_two_shifts_at_once_the_one_that_starts_later_holds() -> None:
    swap = shift("north", 2, 6, first="hal")
    assert on_call("north", FIRST, 1, swap) == person("amira")
    assert on_call("north", FIRST, 3, swap) == person("hal")
    assert on_call("north", FIRST, 7, swap) == person("amira")


def test_of_two_shifts_that_start_together_the_highest_root_holds() -> None:
    low = shift("north", 1, 6, root="00000000-0000-8000-8000-000000000001", first="ida")
    high = shift("north", 1, 6, root="ffffffff-0000-8000-8000-000000000001", first="jo")
    assert on_call("north", FIRST, 2, low, high) == on_call("north", FIRST, 2, high, low) == person("jo")


def test_of_two_shifts_that_start_together_the_one_recorded_last_holds() -> None:
    """Who covers a whole shift is set after it; which has the higher root is chance."""
    for low, high in (("first", "second"), ("second", "first")):
        early = shift("north", 1, 6, root=low, first="ida")
        said = shift("north", 1, 6, first="jo").said
        late = fact(said, root=high, occurred=early.recorded + timedelta(hours=1))
        assert on_call("north", FIRST, 2, early, late) == person("jo")


def test_a_shift_that_was_taken_back_calls_nobody() -> None:
    swap = shift("north", 2, 6, first="hal")
    assert on_call("north", FIRST, 3, swap, withdrawn(swap)) == person("amira")


def test_somebody_on_the_shift_is_called_rather_than_nobody() -> None:
    alone = FactSet([defined("force", kind=AreaKind.FORCE), shift("force", 0, 9, first="kit")])
    for post in Post:
        found = rota.on_call(rota.rota_of(alone), "force", post, hours(1))
        assert found == entry("kit")


def test_where_no_area_is_known_whoever_is_on_call_anywhere_is_called() -> None:
    later = shift("north", 168, 180, first="amira", duty_officer="dev")
    assert on_call(None, FIRST, 169, later) == person("dev")
    assert on_call("south", FIRST, 169, later) is None


def test_the_rota_says_when_it_next_changes() -> None:
    known = rota.rota_of(FactSet(CONFIGURED))
    assert rota.next_change(known, hours(3)) == hours(12)
    assert rota.next_change(known, hours(12)) == hours(24)
    assert rota.next_change(known, hours(200)) is None


def with_address(area: str, starts: float, ends: float, *paths: str | None) -> Fact[RotaSet]:
    """A shift with one person on so many of its posts, each with its own pager; None: by name alone."""
    said = {"area": area, "starts": hours(starts), "ends": hours(ends)}
    at = [{"person": person("amira"), "webhook": path and f"https://pager.example/{path}"} for path in paths]
    return fact(RotaSet.model_validate({**said, **dict(zip(Post, at, strict=False))}))


SHIFTS = [
    with_address("north", -6, -5, None, "north, second"),
    with_address("north", -4, -3, None),
    with_address("force", -4, -3, None, None, None, "force, duty officer"),
    with_address("north", -2, -1, None),
    with_address("north", 0, 1, "north, over"),
    with_address("north", 5, 8, "north"),
    with_address("north", 9, 10, "north, to come"),
    with_address("force", 6, 12, "force"),
    with_address("south", 6, 12, "south"),
]


@pytest.mark.parametrize(
    ("what", "area", "at", "path"),
    [
        ("as they are on now for the area", "north", 7, "north"),
        ("else for one around it", "north", 8.5, "force"),
        ("else as they were last", "north", 3, "north, over"),
        ("after the last shift of all", "north", 20, "north, to come"),
        ("first by name alone: as they are on second", "north", -5.5, "north, second"),
        ("by name alone in the area: as one around it says", "north", -3.5, "force, duty officer"),
        ("by name alone on every post: not where they were reached before", "north", -1.5, None),
        ("never as an area says that has nothing to do with it", "island-of-north", 7, "north"),
        ("where no area is known: as a force says", None, 7, "force"),
    ],
)
def test_where_a_persons_messages_go(what: str, area: str | None, at: float, path: str | None) -> None:
    areas = [defined("force", kind=AreaKind.FORCE), defined("north", "force"), defined("south", "force")]
    known = rota.rota_of(FactSet([*areas, defined("island-of-north", "north"), *SHIFTS]))
    found = rota.entry_of(known, area, person("amira"), hours(at))
    assert found is not None
    where = path and f"https://pager.example/{path}".replace(" ", "%20")
    assert (found.webhook and str(found.webhook)) == where, what
    assert rota.entry_of(known, area, person("nobody"), hours(at)) is None


def test_where_no_force_has_a_rota_an_area_that_nobody_defined_is_as_unknown_as_none() -> None:
    known = rota.rota_of(FactSet(world.rota()))
    for area in ("atlantis", None):
        found = rota.on_call(known, area, FIRST, world.RAISED)
        assert found is not None
        assert found.person == world.staff("dev"), area

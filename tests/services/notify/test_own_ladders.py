"""Whom an area has called about each kind of alert, and when: within bounds, by its administrator alone."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.facts import Fact
from chassis.runtime import Runtime
from contracts.events.alerts import AlertCalled
from contracts.events.configuration import LadderSet
from contracts.vocabulary import AlertKind, AlertRule, Post, Urgency
from services.notify.rules.ladder import FIRST_ROUND, LADDERS, Told, next_step, published, rungs_of
from services.notify.rules.own_ladders import BOUNDS, RULE_OF, SENTENCES, Fault, faults, kind_of, ladder_of
from tests.services.notify.conftest import ADMIN, caller, configure, raise_alert
from tests.services.notify.test_configuring import SOUTH, Client, client_of
from tests.services.notify.world import CAUSE, RAISED, World, rota
from tests.support.facts import fact, withdrawn
from tests.support.waiting import until

Start = Callable[[], Awaitable[Runtime]]
NOW, HOUR, DAY = Urgency
FIRST, SECOND, SUPERVISOR, DUTY = Post
USUAL = (FIRST, SECOND, SUPERVISOR, DUTY)


def ladder(
    waits: tuple[int, ...],
    posts: tuple[Post, ...] = USUAL,
    urgency: Urgency = NOW,
    area: str = "north",
    kind: AlertKind = AlertKind.BREACH,
) -> LadderSet:
    steps = [{"post": post, "wait_minutes": wait} for post, wait in zip(posts, waits, strict=True)]
    return LadderSet.model_validate({"area": area, "kind": kind, "urgency": urgency, "steps": steps})


@pytest.mark.parametrize(
    ("what", "urgency", "waits", "posts", "where", "wrong"),
    [
        ("as published", NOW, (5, 10, 15, 15), USUAL, "", None),
        ("sooner", NOW, (2, 2, 2, 2), USUAL, "", None),
        ("as late as may be", NOW, (10, 15, 20, 30), USUAL, "", None),
        ("the duty officer second", NOW, (5, 5, 5, 15), (FIRST, DUTY, FIRST, SUPERVISOR), "", None),
        ("a minute is no time", NOW, (1, 10, 15, 15), USUAL, "0.wait_minutes", Fault.TOO_FAST),
        ("nobody else for 15", NOW, (15, 9, 9, 15), USUAL, "0.wait_minutes", Fault.SECOND_TOO_LATE),
        ("the fourth too late", NOW, (10, 15, 21, 30), USUAL, "2.wait_minutes", Fault.ROUND_TOO_SLOW),
        ("again too late", NOW, (5, 10, 15, 31), USUAL, "3.wait_minutes", Fault.AGAIN_TOO_LATE),
        ("one post twice on end", NOW, (5, 5, 5, 5), (FIRST, FIRST, SECOND, DUTY), "1.post", Fault.SAME_POST),
        ("no duty officer", NOW, (5, 5, 5, 5), (FIRST, SECOND) * 2, "", Fault.NO_DUTY_OFFICER),
        ("within the hour, in an hour", HOUR, (20, 20, 20, 20), USUAL, "", None),
        ("not in more", HOUR, (20, 20, 21, 20), USUAL, "2.wait_minutes", Fault.ROUND_TOO_SLOW),
        ("within the day, in 24 hours", DAY, (480, 480, 480, 60), USUAL, "", None),
        ("not in more", DAY, (480, 480, 481, 60), USUAL, "2.wait_minutes", Fault.ROUND_TOO_SLOW),
    ],
)
def test_what_a_force_may_set(
    what: str,
    urgency: Urgency,
    waits: tuple[int, ...],
    posts: tuple[Post, ...],
    where: str,
    wrong: Fault | None,
) -> None:
    wanted = [] if wrong is None else [(f"steps.{where}".rstrip("."), wrong)]
    assert faults(ladder(waits, posts, urgency)) == wanted, what


def test_what_is_published_may_be_set_and_each_fault_has_its_sentence() -> None:
    for urgency, usual in LADDERS.items():
        for kind, rule in RULE_OF.items():
            times = [*usual.after, usual.after[-1] + usual.again]
            waits = tuple(int((b - a).total_seconds() // 60) for a, b in pairwise(times))
            assert faults(ladder(waits, published(urgency, rule).posts, urgency, kind=kind)) == []
    assert SENTENCES.keys() == set(Fault)


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (AlertRule.BREACH, AlertKind.BREACH),
        (AlertRule.NO_ANSWER, AlertKind.CLOCK),
        (AlertRule.BAIL_ENDED, AlertKind.CLOCK),
        (AlertRule.BREACH_WITHDRAWN, AlertKind.CLOCK),
        (AlertRule.ROTA_GAP, AlertKind.ROTA_GAP),
        (AlertRule.UNREAD, None),
        (AlertRule.UNANSWERED, None),
    ],
)
def test_which_ladder_an_alert_is_of(rule: AlertRule, kind: AlertKind | None) -> None:
    assert kind_of(rule) is kind


def set_at(minutes: float, said: LadderSet) -> Fact[Any]:
    return fact(said, recorded=RAISED + timedelta(minutes=minutes))


OWN = set_at(0, ladder((3, 3, 3, 3)))
LATER = set_at(9, ladder((4, 4, 4, 4)))
FORCE = set_at(5, ladder((6, 6, 6, 6), area="force"))
FORCES_GAP = set_at(5, ladder((6, 6, 6, 6), area="force", kind=AlertKind.ROTA_GAP))


@pytest.mark.parametrize(
    ("what", "said", "second_after"),
    [
        ("none is set: the published one", [], 5),
        ("the area's own", [OWN], 3),
        ("the one that was recorded last", [LATER, OWN], 4),
        ("the force's, where the area has none", [FORCE], 6),
        ("the area's before the force's", [FORCE, OWN], 3),
        ("none of another kind", [FORCES_GAP], 5),
    ],
)
def test_which_ladder_holds(what: str, said: list[Fact[Any]], second_after: int) -> None:
    found = ladder_of(said, ("north", "force"), NOW, AlertRule.BREACH)
    assert found.after[1] == timedelta(minutes=second_after), what


@given(
    st.sampled_from(Urgency),
    st.lists(st.integers(1, 1440), min_size=4, max_size=4),
    st.lists(st.sampled_from(Post), min_size=4, max_size=4),
)
def test_whatever_may_be_set_calls_the_duty_officer_in_time_and_never_ends(
    urgency: Urgency, waits: list[int], posts: list[Post]
) -> None:
    said = ladder(tuple(waits), tuple(posts), urgency)
    if faults(said):
        return
    own = ladder_of([set_at(0, said)], ("north",), urgency, AlertRule.BREACH)
    last, called = None, []
    for step in range(8):
        due = next_step(own, RAISED, last, RAISED if last is None else _after(own, last))
        assert due.step == step
        called += [(due.due, rung.post) for rung in rungs_of(due.step, own.posts)]
        last = Told(due.step, called=due.due, tried=due.due)
    first = {post: min(at for at, each in called if each is post) for _, post in called}
    assert first[DUTY] - RAISED <= timedelta(minutes=BOUNDS[urgency].fourth)
    assert len({post for _, post in called}) == len(FIRST_ROUND), "each post is called sooner or later"


def _after(own: Any, last: Told) -> datetime:
    return next_step(own, RAISED, last, last.called).due


def test_an_alert_climbs_by_the_ladder_that_its_area_set_and_goes_on_when_that_is_changed() -> None:
    own = set_at(-60, ladder((2, 3, 5, 10), (SUPERVISOR, FIRST, DUTY, SECOND)))
    world = World(configuration=[*rota(), own])
    world.raise_alert()
    for _ in range(4):
        world.try_all()
        world.wait(60)
    assert world.called == [(0, "cath"), (2, "amira")]
    world.configuration = [*rota(), withdrawn(own)]
    for _ in range(40):
        world.try_all()
        world.wait(60)
    assert world.called[2:4] == [(12, "cath"), (27, "dev")], "the published one, from the third step on"
    posts = [call.post for call in world.row.calls]
    assert posts[:4] == [SUPERVISOR, FIRST, SUPERVISOR, DUTY], "as they were called then"


STEPS = [{"post": post, "wait_minutes": wait} for post, wait in zip(USUAL, (3, 3, 3, 5), strict=True)]
LADDER: dict[str, Any] = {"area": "north", "kind": "breach", "urgency": "now", "steps": STEPS}


async def test_an_administrator_sets_the_ladder_of_their_area(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await start()
    await configure(runtime, first="amira", duty_officer="dev")
    supervisor = caller("cath", "supervisor")
    async with client_of(runtime) as http:
        client = Client(http, monkeypatch)
        for stranger in (SOUTH, supervisor):
            assert (await client.say(stranger, "ladders", **LADDER)).status_code == 404
        slow = [{**step, "wait_minutes": 15} for step in STEPS]
        refused = await client.say(ADMIN, "ladders", **{**LADDER, "steps": slow})
        wrong = [{"where": "body.content.steps.0.wait_minutes", "kind": "ladder-second-too-late"}]
        assert (refused.status_code, refused.json()["faults"]) == (422, wrong)
        assert (await client.say(ADMIN, "ladders", **LADDER)).status_code == 201
        shown = (await client.ask(supervisor, "GET", "/ladders?area=north")).json()
        by_kind = {(each["kind"], each["urgency"]): each for each in shown["ladders"]}
        mine = by_kind["breach", "now"]
        assert [step["after_minutes"] for step in mine["steps"]] == [0, 3, 6, 9]
        assert (mine["set"]["agency"], mine["set"]["area"]) == ("northmere-police", "north")
        assert by_kind["breach", "hour"]["set"] is None
        assert (shown["may_set"], len(by_kind)) == (False, 9)
        assert (await client.ask(SOUTH, "GET", "/ladders?area=north")).status_code == 404
    await raise_alert(runtime)

    async def called() -> AlertCalled | None:
        found = (await runtime.facts([f"o:{CAUSE}"])).current(AlertCalled)
        return found[0].said if found else None

    assert (await until(called, "a call")).post is FIRST


async def test_the_page_sets_it_says_what_is_wrong_and_takes_it_back(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await start()
    await configure(runtime, first="amira", duty_officer="dev")
    typed = {f"post_{n}": step["post"] for n, step in enumerate(STEPS)}
    typed |= {f"wait_{n}": str(step["wait_minutes"]) for n, step in enumerate(STEPS)}
    typed |= {"area": "north", "kind": "breach", "urgency": "now"}
    page = "http://127.0.0.1:8400/notify/rota/ladders"
    async with client_of(runtime) as http:
        client = Client(http, monkeypatch)
        once = iter(f"00000000-0000-4000-8000-00000000000{n}" for n in range(9))

        async def press(where: str = "", **changes: str) -> Any:
            data = {**typed, **changes, "once": next(once)}
            origin = {"Origin": "http://127.0.0.1:8400", "Accept": "text/html"}
            return await client.ask(ADMIN, "POST", f"{page}{where}", data=data, headers=origin)

        wrong = await press(wait_0="x")
        assert (wrong.status_code, "whole number of minutes" in wrong.text) == (422, True)
        assert 'value="x"' in wrong.text, "what was typed stays"
        slow = await press(wait_0="15")
        assert (slow.status_code, "somebody else must be called sooner" in slow.text) == (422, True)
        assert (await press()).status_code == 303
        assert (await press(wait_3="6")).status_code == 303
        (own,) = (await runtime.configuration(LadderSet)).current(LadderSet)
        assert (own.version, own.said.steps[3].wait_minutes) == (2, 6)
        assert (await press(f"/{own.root}/withdraw", version="2")).status_code == 303
        assert (await runtime.configuration(LadderSet)).current(LadderSet) == []

"""What was done about an alert that was taken: who says so, by when, and who hears of it if nobody does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from chassis.accept import Refused, own_header
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import Problem
from chassis.runtime import Runtime
from chassis.views import Saying
from contracts.events.alerts import AlertPassedOn, AlertRaised, AlertResolved
from contracts.rules.standing_answer import Standing, standing_word
from contracts.sections import Narrative
from contracts.vocabulary import AlertOutcome, AlertRule, PassReason, Urgency
from services.notify import actions, queries
from services.notify.queries import AlertShown
from services.notify.resolved import Resolved
from services.notify.rules import resolving
from tests.services.notify.conftest import Start, caller, configure
from tests.services.notify.test_answering import client_of, signed_in  # noqa: F401 - a fixture
from tests.services.notify.test_clocks import HOUR, Night
from tests.services.notify.test_together import raised
from tests.services.notify.world import CAUSE, RAISED, staff
from tests.support.facts import fact, root_of, withdrawn
from tests.support.waiting import until

ENDS, HEARING, BREACH, UNRESOLVED = (
    AlertRule.ENDS_14,
    AlertRule.HEARING,
    AlertRule.BREACH,
    AlertRule.UNRESOLVED,
)
NO_CLOCKS = AlertRule.NO_CLOCKS
DONE, NOTHING, NOT_POSSIBLE = (
    AlertOutcome.DEALT_WITH,
    AlertOutcome.NOTHING_TO_DO,
    AlertOutcome.NOT_POSSIBLE,
)
NOW, AN_HOUR, A_DAY = Urgency
TAKEN = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)


def word(outcome: AlertOutcome, hours: float, root: str = "a") -> Resolved:
    at = TAKEN + timedelta(hours=hours)
    return Resolved(root=root, version=1, agency="police", person=None, outcome=outcome, at=at, said=at)


@pytest.mark.parametrize(
    ("what", "rule", "urgency", "taken", "said", "hours"),
    [
        ("nobody has it: the ladder calls", HEARING, NOW, False, None, None),
        ("at once: two hours to go there", HEARING, NOW, True, None, 2),
        ("within the hour: a shift", HEARING, AN_HOUR, True, None, 8),
        ("within the day: a day", ENDS, A_DAY, True, None, 24),
        ("it is done", HEARING, NOW, True, word(DONE, 1), None),
        ("somebody was found who does it", HEARING, NOW, True, word(AlertOutcome.ARRANGED, 1), None),
        ("nothing was to be done", HEARING, NOW, True, word(NOTHING, 1), None),
        ("it could not be done: at once", HEARING, A_DAY, True, word(NOT_POSSIBLE, 1), 1),
        ("nor does saying so put off what asks already", HEARING, NOW, True, word(NOT_POSSIBLE, 3), 2),
        ("of a breach its steps say it", BREACH, NOW, True, None, None),
        ("and its answer is asked for by the rule of answers", AlertRule.NO_ANSWER, NOW, True, None, None),
        ("who asks is not asked", UNRESOLVED, AN_HOUR, True, None, None),
        ("a meeting's own record says it", AlertRule.EMERGENCY_MARAC, NOW, True, None, None),
        ("every page tells of the alert path", AlertRule.ALERT_PATH, NOW, True, None, None),
        ("a gap in the rota, as any other", AlertRule.ROTA_GAP, A_DAY, True, None, 24),
    ],
)
def test_by_when_what_was_done_must_be_said(
    what: str, rule: AlertRule, urgency: Urgency, taken: bool, said: Resolved | None, hours: float | None
) -> None:
    due = resolving.due(rule, urgency, TAKEN if taken else None, said)
    assert due == (None if hours is None else TAKEN + timedelta(hours=hours)), what


@pytest.mark.parametrize(
    ("what", "words", "given_back", "holds"),
    [
        ("nothing was said", [], None, None),
        ("the newest of two", [word(NOT_POSSIBLE, 1), word(DONE, 2, "b")], None, "b"),
        ("in whatever order they come", [word(DONE, 2, "b"), word(NOT_POSSIBLE, 1)], None, "b"),
        ("before it was given back: nothing of who has it next", [word(DONE, 1)], 2, None),
        ("since it was given back", [word(DONE, 1), word(NOTHING, 3, "b")], 2, "b"),
    ],
)
def test_which_word_holds(
    what: str, words: list[Resolved], given_back: float | None, holds: str | None
) -> None:
    at = None if given_back is None else TAKEN + timedelta(hours=given_back)
    found = standing_word(words, Standing(given_back=at))
    assert (found.root if found else None) == holds, what


def test_of_a_breach_it_is_a_step_and_whoever_does_something_takes_the_alert_first() -> None:
    refused = {
        (rule, taken): resolving.no_resolving(rule, taken)
        for rule in (BREACH, HEARING)
        for taken in (True, False)
    }
    assert refused == {
        (BREACH, True): "alert-by-steps",
        (BREACH, False): "alert-by-steps",
        (HEARING, True): None,
        (HEARING, False): "alert-not-taken",
    }


# ---- folded, as time goes on ---------------------------------------------------------------------


def done(night: Night, rule: AlertRule = HEARING, outcome: AlertOutcome = DONE) -> Fact[AlertResolved]:
    """Somebody says what was done."""
    said = AlertResolved(
        rule=rule,
        cause=CAUSE,
        generation=1,
        outcome=outcome,
        narrative=Narrative(text="Rang the court."),
        person=staff("cath"),
    )
    word = fact(said, agency="police", occurred=night.now)
    night.facts.append(word)
    night.settle()
    return word


def late() -> Night:
    """A hearing whose time is over, told at 2:47am on the third day, and taken there and then."""
    night = Night()
    night.start(HEARING, 48)
    night.wait(48)
    night.take(HEARING)
    return night


def owed(night: Night) -> list[float]:
    """When the clocks run out that ask what was done, in hours after the alert was raised."""
    clocks = [clock for clock in night.row.clocks if clock.rule is UNRESOLVED]
    return [(clock.due - RAISED) / HOUR - 48 for clock in clocks]


def test_nobody_says_what_was_done_and_the_supervisor_is_called_once() -> None:
    night = late()
    assert owed(night) == [2]
    night.wait(1.9)
    assert night.alerts() == [("hearing", 1)]
    night.wait(0.2)
    assert night.alerts() == [("hearing", 1), ("unresolved", 1)]
    assert night.called()[-1] == (staff("cath"), "unresolved")
    night.take(UNRESOLVED)
    night.wait(500)
    assert night.alerts() == [("hearing", 1), ("unresolved", 1)], "and nobody is asked about that"


def test_what_was_said_in_time_calls_nobody_and_said_late_stands_down_what_was_told() -> None:
    for hours, told in ((1, []), (3, [("unresolved", 1)])):
        night = late()
        night.wait(hours)
        assert night.alerts() == [("hearing", 1), *told]
        done(night)
        assert night.alerts() == [("hearing", 1)]
        assert owed(night) == []
        night.wait(500)
        assert night.alerts() == [("hearing", 1)]


def test_what_could_not_be_done_is_told_at_once_and_ends_when_it_is_done() -> None:
    night = late()
    night.wait(0.5)
    done(night, outcome=NOT_POSSIBLE)
    assert night.alerts() == [("hearing", 1), ("unresolved", 2)], "its clock ran out when that was said"
    night.wait(1)
    done(night)
    assert night.alerts() == [("hearing", 1)]


def test_a_word_that_is_taken_back_is_none_and_the_first_time_runs_again() -> None:
    night = late()
    night.wait(1)
    said = done(night)
    assert owed(night) == []
    night.facts.append(withdrawn(said))
    night.settle()
    assert owed(night) == [2]
    night.wait(1.5)
    assert night.alerts() == [("hearing", 1), ("unresolved", 2)]


def test_who_takes_it_after_it_was_given_back_is_asked_anew() -> None:
    night = late()
    done(night)
    night.wait(1)
    back = {"rule": HEARING, "cause": CAUSE, "generation": 1, "rung": 0, "person": staff("cath")}
    night.hear(AlertPassedOn.model_validate(back | {"reason": PassReason.CANNOT_TAKE}))
    assert owed(night) == [], "nobody has it: the ladder calls"
    night.wait(1)
    night.take(HEARING)
    assert owed(night) == [4]


def test_an_alert_that_is_stood_down_asks_nothing() -> None:
    night = late()
    night.wait(3)
    assert ("unresolved", 1) in night.alerts()
    night.stop(HEARING)
    assert night.alerts() == []


def test_of_two_alerts_about_one_cause_the_first_to_be_late_is_asked_for_and_then_the_other() -> None:
    night = Night()
    night.start(HEARING, 48)
    night.start(ENDS, 48)
    night.wait(48)
    night.take(HEARING)
    night.take(ENDS)
    assert owed(night) == [2]
    done(night, HEARING)
    assert owed(night) == [24]
    done(night, ENDS)
    assert owed(night) == []


def test_of_a_breach_that_was_taken_nothing_is_asked_here() -> None:
    night = Night()
    night.hear(AlertRaised(rule=BREACH, cause=CAUSE, generation=1, urgency=NOW))
    night.take(BREACH)
    night.wait(500)
    assert night.alerts() == [("breach", 1)]


# ---- on the service at work ----------------------------------------------------------------------

AMIRA, CATH = caller("amira", "on-call"), caller("cath", "supervisor")
SOL, OLU = caller("sol", "on-call", areas=("south",)), caller("olu", "operator", areas=())


async def taken(start: Start) -> Runtime:
    """An alert about an order, which Amira took."""
    runtime = await start()
    await configure(runtime, None, first="amira", supervisor="cath")
    await raised(runtime, NO_CLOCKS, CAUSE)
    await raised(runtime, BREACH, root_of("a breach"))

    async def there() -> int:
        return len(await queries.waiting(runtime, AMIRA)) == 2

    await until(there, "both wait")
    for rule, cause in ((NO_CLOCKS, CAUSE), (BREACH, root_of("a breach"))):
        await actions.acknowledge(runtime, AMIRA, cause, (rule, 1))
    return runtime


def post(**changes: Any) -> dict[str, Any]:
    alert = {"cause": CAUSE, "rule": "no-clocks", "generation": 1}
    said = {"outcome": "dealt-with", "narrative": {"text": "The court was rung."}}
    header = {"basis": "public-task", "purpose": "safeguarding"}
    at = {"occurred": "2026-03-03T04:00:00Z", "recorded": "2026-03-03T04:00:00Z"}
    return {**header, **at, "content": {**alert, **said, **changes}}


async def shown(runtime: Runtime, who: Caller = AMIRA) -> AlertShown:
    found = await queries.alert(runtime, who, CAUSE)
    assert found is not None
    return found


async def test_it_is_said_once_corrected_and_taken_back_over_http(
    start: Start, request: pytest.FixtureRequest
) -> None:
    sign_in: Callable[[Caller], None] = request.getfixturevalue("signed_in")
    runtime = await taken(start)
    assert (await shown(runtime)).say_by is not None
    async with client_of(runtime) as client:
        sign_in(AMIRA)
        key = {"Idempotency-Key": "one"}
        now = runtime.clock.now().isoformat()
        body = post() | {"occurred": now, "recorded": now}
        first = await client.post("/resolutions", json=body, headers=key)
        again = await client.post("/resolutions", json=body, headers=key)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["root"] == again.json()["root"]
        found = await shown(runtime)
        assert found.resolved is not None
        assert (found.resolved.outcome, found.resolved.words) == ("dealt-with", "The court was rung.")
        assert (found.say_by, found.resolved.you, found.resolved.own) == (None, True, True)

        place = f"/facts/{first.json()['root']}"
        put = body | {"content": post(outcome="nothing-to-do")["content"]}
        corrected = await client.put(place, json=put, headers={"If-Match": '"1"'})
        assert corrected.status_code == 200
        told = (await shown(runtime, CATH)).resolved
        assert told is not None
        assert (told.outcome, told.you, told.version) == ("nothing-to-do", False, 2)
        assert (await client.delete(place, headers={"If-Match": '"1"'})).status_code == 412
        assert (await client.delete(place, headers={"If-Match": '"2"'})).status_code == 200
        found = await shown(runtime)
        assert (found.resolved, found.say_by is None) == (None, False)


async def test_who_may_not_take_it_says_nothing_of_it_and_reads_no_words(
    start: Start, request: pytest.FixtureRequest
) -> None:
    sign_in: Callable[[Caller], None] = request.getfixturevalue("signed_in")
    runtime = await taken(start)

    async def answer(client: httpx.AsyncClient, **changes: Any) -> tuple[int, str]:
        now = runtime.clock.now().isoformat()
        body = post(**changes) | {"occurred": now, "recorded": now}
        got = await client.post("/resolutions", json=body)
        return got.status_code, got.json().get("code", "")

    async with client_of(runtime) as client:
        for who in (SOL, OLU):
            sign_in(who)
            assert await answer(client) == (404, "not-found")
        sign_in(AMIRA)
        assert await answer(client, cause=root_of("no such alert")) == (404, "not-found")
        assert await answer(client, generation=2) == (409, "alert-not-taken")
        assert await answer(client, rule="breach", cause=root_of("a breach")) == (422, "alert-by-steps")
        assert await answer(client, person=staff("ben")) == (422, "given-by-goldthread")
        assert await answer(client, narrative={"text": " "}) == (422, "request.invalid")
        assert (await answer(client))[0] == 201
        sign_in(OLU)
        assert (await client.get(f"/alerts/{CAUSE}")).status_code == 404


async def test_a_line_of_many_is_taken_or_refused_as_one_post_of_it_would_be(
    start: Start, request: pytest.FixtureRequest
) -> None:
    sign_in: Callable[[Caller], None] = request.getfixturevalue("signed_in")
    runtime = await taken(start)
    at = {name: runtime.clock.now().isoformat() for name in ("occurred", "recorded")}
    lines = (
        post(),
        post(generation=2),
        post(cause=root_of("no such alert")),
        post(rule="breach", cause=root_of("a breach")),
    )
    body = b"".join(
        orjson.dumps(line | at | {"type": AlertResolved.type, "idempotency_key": f"line-{number}"}) + b"\n"
        for number, line in enumerate(lines)
    )

    async def each(client: httpx.AsyncClient) -> list[tuple[int, str | None]]:
        got = await client.post("/bulk", content=body, headers={"Content-Type": "application/x-ndjson"})
        results = [orjson.loads(line) for line in got.content.splitlines()]
        return [(result["status"], result.get("code")) for result in results]

    async with client_of(runtime) as client:
        sign_in(SOL)
        assert await each(client) == [(404, "not-found")] * 4, "another team's, whichever it is"
        assert (await shown(runtime)).resolved is None
        sign_in(AMIRA)
        assert await each(client) == [
            (201, None),
            (409, "alert-not-taken"),
            (404, "not-found"),
            (422, "alert-by-steps"),
        ]


async def test_a_colleague_may_say_it_and_only_their_own_agency_takes_it_back(start: Start) -> None:
    runtime = await taken(start)
    said = AlertResolved(
        cause=CAUSE, rule=NO_CLOCKS, generation=1, outcome=DONE, narrative=Narrative(text="Rung.")
    )
    header = own_header(runtime.clock.now())
    stored = await runtime.take(header, said, caller=CATH, right="alert:answer")
    found = await shown(runtime)
    assert found.resolved is not None
    assert (found.resolved.you, found.resolved.own) == (False, True)
    other = Caller(
        staff("eve"), AMIRA.issuer, "eve", "council", frozenset({"on-call"}), frozenset({"north"}), "eve"
    )
    with pytest.raises(Refused) as refused:
        await actions.unresolve(runtime, other, CAUSE, stored.root, 1, "once")
    assert refused.value.status == 404
    with pytest.raises(Problem):
        await actions.unresolve(runtime, AMIRA, root_of("a breach"), stored.root, 1, "once")
    await actions.unresolve(runtime, AMIRA, CAUSE, stored.root, 1, "once")
    assert (await shown(runtime)).resolved is None
    await actions.unresolve(runtime, AMIRA, CAUSE, stored.root, 1, "once")  # the button was pressed twice
    assert (await shown(runtime)).resolved is None


async def test_who_gave_it_back_takes_it_again_before_they_say_what_was_done(start: Start) -> None:
    runtime = await taken(start)
    await actions.pass_on(runtime, AMIRA, CAUSE, PassReason.CANNOT_TAKE, seen=(NO_CLOCKS, 1))
    said = AlertResolved(
        cause=CAUSE, rule=NO_CLOCKS, generation=1, outcome=DONE, narrative=Narrative(text="Rung.")
    )
    with pytest.raises(Refused) as refused:
        await actions.resolve(runtime, AMIRA, said, "once")
    assert (refused.value.status, refused.value.fault) == (409, "alert-not-taken")


async def test_other_words_for_what_was_done_are_no_new_word(start: Start) -> None:
    runtime = await taken(start)

    async def say(outcome: AlertOutcome) -> str:
        said = AlertResolved(
            cause=CAUSE, rule=NO_CLOCKS, generation=1, outcome=outcome, narrative=Narrative(text="Rung.")
        )
        header = own_header(runtime.clock.now())
        return (await runtime.take(header, said, caller=CATH, right="alert:answer")).root

    first = await say(NOT_POSSIBLE)
    await say(DONE)
    said = AlertResolved(
        cause=CAUSE, rule=NO_CLOCKS, generation=1, outcome=NOT_POSSIBLE, narrative=Narrative(text="I rang.")
    )
    header = own_header(runtime.clock.now())
    await runtime.revise(first, 1, header, said, caller=CATH, right="alert:answer")
    found = await shown(runtime)
    assert found.resolved is not None
    assert (found.resolved.outcome, found.say_by) == (DONE, None)


async def test_whoever_may_take_an_alert_of_no_known_area_does_not_read_what_another_found(
    start: Start, request: pytest.FixtureRequest
) -> None:
    sign_in: Callable[[Caller], None] = request.getfixturevalue("signed_in")
    runtime = await start()
    await configure(runtime, None, first="amira", supervisor="cath")
    said = AlertRaised(rule=NO_CLOCKS, cause=CAUSE, generation=1, urgency=AN_HOUR)
    await runtime.say([Saying(NO_CLOCKS, CAUSE, 1, said, runtime.clock.now())])
    await actions.acknowledge(runtime, AMIRA, CAUSE, (NO_CLOCKS, 1))
    done = AlertResolved(
        cause=CAUSE, rule=NO_CLOCKS, generation=1, outcome=DONE, narrative=Narrative(text="At her sister's.")
    )
    await actions.resolve(runtime, AMIRA, done, "once")
    own, theirs = (await shown(runtime, AMIRA)).resolved, (await shown(runtime, SOL)).resolved
    assert own is not None
    assert theirs is not None, "both may take it"
    assert (own.words, theirs.words) == ("At her sister's.", None)
    async with client_of(runtime) as client:
        fact, upon = f"/facts/{own.root}", {"If-Match": '"1"'}
        sign_in(SOL)
        assert (await client.get(fact)).status_code == 404
        assert (await client.delete(fact, headers=upon)).status_code == 404
        sign_in(AMIRA)
        assert (await client.get(fact)).status_code == 200

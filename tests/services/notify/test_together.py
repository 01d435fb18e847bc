"""Of several alerts about one cause each is seen and taken by itself; of the same people they are a group."""

from collections.abc import Awaitable, Callable

from chassis.runtime import Runtime
from chassis.views import Saying
from contracts.events.alerts import AlertRaised
from contracts.vocabulary import AlertRule, Urgency
from services.notify import actions, queries
from services.notify.queries import AlertShown
from tests.services.notify.conftest import caller, configure
from tests.services.notify.world import CAUSE
from tests.support.facts import area, root_of
from tests.support.waiting import until

Start = Callable[[], Awaitable[Runtime]]
AMIRA, BEN = caller("amira", "on-call"), caller("ben", "on-call")
HER, HIM, ANOTHER = (root_of(name) for name in ("her", "him", "another"))


async def raised(runtime: Runtime, rule: AlertRule, cause: str, *about: str) -> None:
    said = AlertRaised(
        rule=rule,
        cause=cause,
        generation=1,
        urgency=Urgency.NOW if rule is AlertRule.BREACH else Urgency.HOUR,
        routing=area("north"),
        about=sorted(about),
    )
    await runtime.say([Saying(rule, cause, 1, said, runtime.clock.now())])


async def waiting(runtime: Runtime, causes: int, others: int = 0) -> list[AlertShown]:
    async def there() -> list[AlertShown]:
        found = (await queries.alerts(runtime, AMIRA)).waiting
        shown = sum(len(each.others) for each in found)
        return found if (len(found), shown) == (causes, others) else []

    return await until(there, f"{causes} causes, and {others} alerts behind others")


async def test_each_alert_about_one_cause_is_seen_and_taken_by_itself(start: Start) -> None:
    runtime = await start()
    await configure(runtime, None, first="amira", second="ben")
    await raised(runtime, AlertRule.BREACH, CAUSE, HER, HIM)
    await raised(runtime, AlertRule.NO_ANSWER, CAUSE, HER, HIM)
    (shown,) = await waiting(runtime, 1, 1)
    (behind,) = shown.others
    assert (shown.rule, behind.rule) == ("breach", "no-answer")
    assert (behind.state, behind.may_answer, behind.next_due is not None) == ("unanswered", True, True)
    assert behind.calls, "it calls in its own right"

    taken = await actions.acknowledge(runtime, BEN, CAUSE, (AlertRule.NO_ANSWER, 1))
    assert (taken.rule, taken.state, taken.answered_by) == ("no-answer", "answered", "you")

    async def both() -> AlertShown | None:
        (shown,) = (await queries.alerts(runtime, AMIRA)).waiting
        return shown if shown.others[0].state == "answered" else None

    shown = await until(both, "it is answered on the list")
    assert (shown.rule, shown.state, shown.others[0].answered_by) == ("breach", "unanswered", "another")
    taken = await actions.acknowledge(runtime, AMIRA, CAUSE, (AlertRule.BREACH, 1))
    assert (taken.rule, taken.state) == ("breach", "answered")


async def test_alerts_about_the_same_people_have_one_group(start: Start) -> None:
    runtime = await start()
    await configure(runtime, None, first="amira")
    first, second, alone = CAUSE, root_of("a second breach"), root_of("of another")
    await raised(runtime, AlertRule.BREACH, first, HER, HIM)
    await raised(runtime, AlertRule.BREACH, second, HIM, HER, root_of("a child"))
    await raised(runtime, AlertRule.BREACH, alone, ANOTHER, HIM)
    groups = {each.cause: each.group for each in await waiting(runtime, 3)}
    assert groups == {first: first, second: first, alone: alone}

"""Of what a provider refuses: whether the number is wrong, or the channel, and who is told of that."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.runtime import Runtime
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.vocabulary import AlertRule, Channel, DeliveryResult, Urgency
from deploy import sandbox
from services.notify import broken_channels, queries
from services.notify.rules import telling
from services.notify.rules.provider_errors import Error, fault_of
from tests.services.notify.conftest import OPERATOR, Start, configure, raise_alert
from tests.services.notify.outside import Outside, served
from tests.services.notify.world import CAUSE
from tests.support.tables import lines
from tests.support.waiting import until


@lines(__file__, "provider_errors")
def test_what_an_error_of_a_provider_is_about(line: dict[str, Any]) -> None:
    assert fault_of(line["status"], [Error(*each) for each in line["errors"]]) == line["fault"]


async def about_texts(runtime: Runtime) -> tuple[int, int]:
    """How often somebody was told that no text goes out, and that they do again."""
    facts = await runtime.facts([f"o:{broken_channels.cause_of(runtime.ids, Channel.SMS)}"])
    return len(facts.current(AlertRaised)), len(facts.current(AlertStoodDown))


async def test_a_channel_that_is_set_up_wrongly_is_told_of_and_no_number_is_blamed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "WAITS", (timedelta(seconds=0.1),))
    monkeypatch.setitem(sandbox.TEMPLATES, "sms", "Dear ((name)), Goldthread alert ((alert)): ((link))")
    async with served(Outside()) as outside:
        runtime = await start(outside.settings)
        outside.open(runtime)
        await configure(runtime, addresses={"amira": {"telephone": "07700 900123"}}, first="amira")
        await raise_alert(runtime)

        async def shown() -> queries.AlertShown | None:
            alerts = await queries.waiting(runtime, OPERATOR)
            return next((each for each in alerts if each.rule is AlertRule.CHANNEL), None)

        alert = await until(shown)
        assert (alert.channel, alert.about, alert.urgency) == (Channel.SMS, "goldthread", Urgency.HOUR)
        assert await about_texts(runtime) == (1, 0), "once, however often it is tried"
        row = await queries.current(runtime, CAUSE)
        assert row is not None
        (text,) = [each for each in row.calls[0].messages if each.channel is Channel.SMS]
        assert (text.result, text.told_at) == (DeliveryResult.FAILED, None), "the number may be right"
        monkeypatch.setitem(sandbox.TEMPLATES, "sms", "Goldthread alert ((alert)): ((link))")

        async def mended() -> bool:
            return await about_texts(runtime) == (1, 1)

        await until(mended)

"""What an order leaves to ask of its force, and what was answered: told to whoever is shown all of it."""

from typing import Any

from chassis.accept import own_header
from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.configuration import AreaDefined
from contracts.events.orders import OrderMade, OrderQuestionAnswered
from contracts.rules.occurrence import LONDON
from contracts.rules.order_answers import BY_CORRECTION, answered
from contracts.rules.order_questions import questions
from contracts.rules.order_status import held_before
from contracts.rules.regimes import OF_2010, OF_THE_PILOT, dapo_from, regime
from contracts.sections import Narrative, Routing
from services.orders.rules import sharing
from services.orders.views.order_shown import AnswerToQuestion


async def asked_of(
    archive: Archive, made: Fact[OrderMade], versions: FactSet
) -> tuple[dict[str, Any], set[str]]:
    """What is asked of an order and is not answered, what was answered, and what could be made there then;
    and the facts that answer."""
    said, told = made.said, [(each.envelope, each.content) for each in versions.versions(made.root)]
    area = said.routing.area if isinstance(said.routing, Routing) else None
    areas = (await archive.configuration(AreaDefined)).current(AreaDefined)
    since = dapo_from({each.said.area: each.said for each in areas}, area)
    there = regime(area, since, said.made.astimezone(LONDON).date())
    asked = questions(said, held_before(told), there)
    known = [
        (fact.envelope, fact.said)
        for fact in (await archive.facts([f"o:{made.root}"])).current(OrderQuestionAnswered)
        if fact.said.order == made.root
    ]
    found = answered(asked, told, known)
    shown: dict[str, Any] = {
        "questions": [each for each in asked if each not in found],
        "by_correction": [each for each in asked if each in BY_CORRECTION],
        "answers": [
            AnswerToQuestion(
                question=question,
                words=answer.narrative.text if isinstance(answer.narrative, Narrative) else None,
                agency=envelope.agency,
                at=envelope.time,
            )
            for question, (envelope, answer) in found.items()
        ],
    }
    if said.order in OF_2010 | OF_THE_PILOT:
        shown |= {"regime": there, "dapo_from": since}
    return shown, {envelope.id for envelope, _ in found.values()}


async def answer(runtime: Runtime, caller: Caller, said: OrderQuestionAnswered, key: str) -> None:
    """Record what somebody answers now, on the page of an order of their force. Raises Problem (404), and
    Refused as ``actions.admit`` does."""
    header, right = own_header(runtime.clock.now()), sharing.ORDER_ANSWER
    taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))

"""What providers tell of the messages that they were given: GOV.UK Notify's receipts, a voice call's course.

They come when they come: twice, or before we noted that the message was sent. Each is a fact of its own,
said once, and found by the call's id. Of a call that there is not nothing is kept, and the answer is 404:
GOV.UK Notify repeats a receipt that was answered with 500 or 429, and no other. So it is not asked to,
and whoever set the callback's address to the wrong deployment sees that it is wrong.
"""

import hmac
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Header, Response, status
from pydantic import BaseModel, ConfigDict, StringConstraints

from chassis.accept import Refused
from chassis.http.auth import open_to_all
from chassis.http.context import the_runtime
from chassis.http.problem import Problem
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.alerts import AlertCalled, AlertOver
from contracts.vocabulary import Channel, DeliveryResult
from services.notify import link
from services.notify.calls import reported
from services.notify.carriers import voice
from services.notify.pages import PAGES
from services.notify.queries import missing

router = APIRouter(prefix="/notify", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Code = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00\ufffd]*$")]
BY_TOKEN = open_to_all("GOV.UK Notify, by the bearer token that was agreed with it")
BY_CALL = open_to_all("the provider of voice calls, by the signed address of one call")

OF_NOTIFY = {
    "delivered": DeliveryResult.DELIVERED,
    "permanent-failure": DeliveryResult.REFUSED,
    "temporary-failure": DeliveryResult.FAILED,
    "technical-failure": DeliveryResult.FAILED,
}
"""Its final states, as its documentation has them (2026). Any other is not the end of a message."""
OF_VOICE = {
    "completed": DeliveryResult.DELIVERED,
    "busy": DeliveryResult.FAILED,
    "no-answer": DeliveryResult.FAILED,
    "canceled": DeliveryResult.FAILED,
    "failed": DeliveryResult.REFUSED,
}
"""The ends of a voice call, by Twilio's names (2026). Any other state: the provider has it."""


class Receipt(BaseModel):
    """A receipt of GOV.UK Notify, as far as we read it: whom it was to is none of it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    reference: Code | None = None
    status: Code
    notification_type: Literal["sms", "email"]


@router.post("/receipts", status_code=status.HTTP_204_NO_CONTENT, dependencies=[BY_TOKEN])
async def take_receipt(
    receipt: Receipt, runtime: TheRuntime, authorization: Annotated[str, Header()] = ""
) -> None:
    """What became of a text or an e-mail. 401 without the token; 404 for a reference that is none of ours."""
    token = runtime.settings.govuk_notify_callback_token.get_secret_value()
    if not token or not hmac.compare_digest(f"Bearer {token}".encode(), authorization.encode()):
        raise Problem(401, "token.invalid", "This is for GOV.UK Notify alone.")
    if result := OF_NOTIFY.get(receipt.status):
        await told(runtime, receipt.reference or "", Channel(receipt.notification_type), result)


@router.post(
    "/voice/{call}/{signature}/status", status_code=status.HTTP_204_NO_CONTENT, dependencies=[BY_CALL]
)
async def take_course(
    call: Id, signature: Id, runtime: TheRuntime, state: Annotated[Code, Form(alias="CallStatus")]
) -> None:
    """That the provider dials, and how the voice call ended."""
    voice.check(runtime.ids, call, signature)
    await told(runtime, call, Channel.VOICE, OF_VOICE.get(state, DeliveryResult.SENT))


@router.post("/voice/{call}/{signature}", dependencies=[BY_CALL])
async def take_key(
    call: Id, signature: Id, runtime: TheRuntime, digits: Annotated[Code, Form(alias="Digits")] = ""
) -> Response:
    """Whoever answered pressed a key: the one takes the alert, and the provider says whose it is then."""
    voice.check(runtime.ids, call, signature)
    says = "voice.other-key"
    if digits == voice.TAKE:
        says = await _taken(runtime, call)
    text = PAGES.texts(says, number=runtime.settings.fallback_number).unescape()
    return Response(voice.spoken(text), media_type="text/xml")


async def told(runtime: Runtime, call: str, channel: Channel, result: DeliveryResult) -> None:
    """Note what a provider tells of a call's message, or of one that tells of an end, once. Raises Problem
    (404) for a message that there is not; Refused (503) while the store is read back, when nobody can
    tell."""
    if not runtime.caught_up.is_set():
        raise Refused("catching-up", status=503)
    facts = await runtime.fact(call)
    causes = [fact.said.cause for fact in facts.current(AlertCalled)]
    causes += [fact.said.cause for fact in facts.current(AlertOver)]
    if not causes:
        raise missing(runtime)
    await runtime.say([reported(causes[0], call, channel, result, runtime.clock.now())])


async def _taken(runtime: Runtime, call: str) -> str:
    try:
        taken = await link.take(runtime, call)
    except Problem as problem:
        if problem.status != 409:
            raise
        return "voice.not-taken"
    return "voice.taken" if taken.yours else "voice.theirs"

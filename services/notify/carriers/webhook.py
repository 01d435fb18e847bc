"""A partner's own pager: a signed POST, again and again until it is taken."""

import hashlib
import hmac

import httpx
import orjson
from pydantic import HttpUrl

from chassis.clock import Clock
from chassis.pages.texts import Texts
from chassis.webhook import post, signature
from contracts.events.configuration import OnCall
from contracts.vocabulary import DeliveryResult
from services.notify.carriers import Message, Outcome

_MACHINE = Clock()  # receivers check a signature's age by the world's time, whatever demo's clock says


def signing_key(secret: str, url: str) -> bytes:
    """The key of one endpoint: who knows it can check our messages to it, and forge none to others. An
    address has one key in all its spellings."""
    address = str(HttpUrl(url)).encode()
    return hmac.new(secret.encode(), b"goldthread webhook\n" + address, hashlib.sha256).digest()


def body_of(message: Message, ring: str, texts: Texts) -> bytes:
    """What a webhook is told: where to open the alert, where to take it without a sign-in, by when, and whom
    to ring where neither goes; and whether they may have been told before.

    The last four are the names that GoAlert's generic API reads (its documentation, 2026-11). There each call
    is an alert of its own, so that a call of a later step pages anew while the one before is open, and a
    repeat of one does not. Its team reads the details: ``take_url`` is for one person, and not in them.
    """
    says = {"number": message.number(texts), "try": message.step + 1}
    urgency = texts.label("urgency", message.urgency)
    said = {
        "alert": message.alert,
        "cause": message.cause,
        "try": message.attempt,
        "urgency": message.urgency,
        "open_url": message.open_url,
        "take_url": message.take_url,
        "waiting": message.waiting,
        "may_be_a_repeat": message.may_repeat,
        "acknowledge_by": message.acknowledge_by,
        "ring": ring,
        "summary": texts("webhook.summary", **says, urgency=urgency).unescape(),
        "details": texts("webhook.details", link=message.open_url, ring=ring).unescape(),
        "dedup": message.call,
        "action": "trigger",
    }
    return orjson.dumps(said)


class Webhook:
    """The endpoints on the rota."""

    def __init__(self, client: httpx.AsyncClient, secret: str, ring: str, texts: Texts) -> None:
        self._client = client
        self._secret = secret
        self._ring = ring
        self._texts = texts

    def place(self, to: OnCall) -> str | None:
        """Its address: a slow one keeps its own messages waiting alone."""
        return str(to.webhook) if to.webhook else None

    async def send(self, message: Message, to: OnCall) -> Outcome:
        """Any 2xx means that they have it."""
        return await self.post(str(to.webhook), message.call, body_of(message, self._ring, self._texts))

    async def post(self, url: str, call: str, body: bytes) -> Outcome:
        """Make one try of the message of a call, whatever it tells."""
        headers = {
            "Content-Type": "application/json",
            "Goldthread-Message": call,
            "Goldthread-Signature": signature(signing_key(self._secret, url), body, _MACHINE.now()),
        }
        status = await post(self._client, url, body, headers)
        if status is None:
            return Outcome(DeliveryResult.FAILED)
        if 200 <= status < 300:
            return Outcome(DeliveryResult.DELIVERED, status)
        refused = 400 <= status < 500 and status not in (408, 429)
        return Outcome(DeliveryResult.REFUSED if refused else DeliveryResult.FAILED, status)

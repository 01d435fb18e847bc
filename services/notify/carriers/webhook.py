"""A partner's own pager: a signed POST, again and again until it is taken."""

import asyncio
import hashlib
import hmac
from datetime import datetime

import httpx
import orjson
from pydantic import HttpUrl

from chassis.clock import Clock
from contracts.events.configuration import OnCall
from contracts.vocabulary import DeliveryResult
from services.notify.carriers import Message, Outcome

NETWORK_SECONDS = 3.0
"""How long a webhook may take to connect, to take the message, and to answer: each."""
TRY_SECONDS = 5.0
"""How long one try may last in all, however slowly the answer drips; shorter than a claim."""

_MACHINE = Clock()  # receivers check a signature's age by the world's time, whatever demo's clock says


def signing_key(secret: str, url: str) -> bytes:
    """The key of one endpoint: who knows it can check our messages to it, and forge none to others. An
    address has one key in all its spellings."""
    address = str(HttpUrl(url)).encode()
    return hmac.new(secret.encode(), b"goldthread webhook\n" + address, hashlib.sha256).digest()


def signature(key: bytes, body: bytes, at: datetime) -> str:
    """The value of ``Goldthread-Signature``: ``t=<unix seconds>,v1=<HMAC-SHA-256 of t.body in hex>``."""
    stamp = str(int(at.timestamp()))
    mac = hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mac}"


def body_of(message: Message) -> bytes:
    """What a webhook is told: where to open the alert, where to take it without a sign-in, and by when."""
    said = {
        "alert": message.alert,
        "cause": message.cause,
        "try": message.attempt,
        "urgency": message.urgency,
        "open_url": message.open_url,
        "take_url": message.take_url,
        "waiting": message.waiting,
        "acknowledge_by": message.acknowledge_by,
    }
    return orjson.dumps(said)


class Webhook:
    """The endpoints on the rota."""

    def __init__(self, client: httpx.AsyncClient, secret: str) -> None:
        self._client = client
        self._secret = secret

    def place(self, to: OnCall) -> str | None:
        """Its address: a slow one keeps its own messages waiting alone."""
        return str(to.webhook) if to.webhook else None

    async def send(self, message: Message, to: OnCall) -> Outcome:
        """Any 2xx means that they have it."""
        return await self.post(str(to.webhook), message.call, body_of(message))

    async def post(self, url: str, call: str, body: bytes) -> Outcome:
        """Make one try of the message of a call, whatever it tells."""
        headers = {
            "Content-Type": "application/json",
            "Goldthread-Message": call,
            "Goldthread-Signature": signature(signing_key(self._secret, url), body, _MACHINE.now()),
        }
        try:
            async with asyncio.timeout(TRY_SECONDS):
                answer = await self._client.post(url, content=body, headers=headers, timeout=NETWORK_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return Outcome(DeliveryResult.FAILED)
        if answer.is_success:
            return Outcome(DeliveryResult.DELIVERED, answer.status_code)
        refused = answer.is_client_error and answer.status_code not in (408, 429)
        return Outcome(DeliveryResult.REFUSED if refused else DeliveryResult.FAILED, answer.status_code)

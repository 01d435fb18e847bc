"""A signed POST to an address that an authorised person set: no redirect is followed, no answer is read."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

import httpx

NETWORK_SECONDS = 3.0
"""How long a webhook may take to connect, to take the message, and to answer: each."""
TRY_SECONDS = 5.0
"""How long one try may last in all, however slowly the answer drips."""


def signature(key: bytes, body: bytes, at: datetime, *older: bytes) -> str:
    """The value of ``Goldthread-Signature``: ``t=<unix seconds>,v1=<HMAC-SHA-256 of t.body in hex>``, with a
    further ``v1`` for each older key that may still be in use."""
    stamp = str(int(at.timestamp()))
    signed = stamp.encode() + b"." + body
    macs = (hmac.new(each, signed, hashlib.sha256).hexdigest() for each in (key, *older))
    return ",".join([f"t={stamp}", *(f"v1={mac}" for mac in macs)])


async def post(client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]) -> int | None:
    """Make one try: the status of the answer. None: there was none in time. It raises nothing for what a
    network does."""
    try:
        async with (
            asyncio.timeout(TRY_SECONDS),
            client.stream(
                "POST", url, content=body, headers=headers, timeout=NETWORK_SECONDS, follow_redirects=False
            ) as answer,
        ):
            return answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        return None

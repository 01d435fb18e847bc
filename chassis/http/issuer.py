"""The identity provider, as a service sees it: its discovery document, its keys, its tokens.

Tokens are between machines, so they run by the machine's time, never by the services' own clock.
"""

import asyncio
import time
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from chassis.http.problem import Problem
from chassis.logging import fault_of, logger
from chassis.settings import Settings

ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
"""Signatures by a private key alone: with a shared secret among them, a public key could forge."""
LEEWAY = 10
"""Seconds by which two machines' times may differ."""
_KEYS_LIVE = 600.0
_KEYS_REST = 15.0
_FAULT_REST = 1.0


class Foreign(Exception):
    """A token that is not of our issuer, not for us, run out, or not a token."""


class Issuer:
    """One OpenID provider. Its keys are read when first needed, again every ten minutes, and at a key
    id that nobody knows, but then not more often than every 15 seconds.

    ``transport`` is how it is reached where that is not the network (in the same process).
    """

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = settings.trusted_issuer
        self.transport = transport
        self._jwks_url = settings.jwks_url
        self._client = httpx.AsyncClient(transport=transport, timeout=5.0)
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._read_at = -_KEYS_LIVE
        self._failed_at = -_FAULT_REST
        self._reading = asyncio.Lock()

    async def close(self) -> None:
        """Let go of its connections."""
        await self._client.aclose()

    async def metadata(self) -> dict[str, Any]:
        """Its discovery document. Raises Problem (503) when it cannot be had or speaks for another."""
        if self._metadata is None:
            found = await self._get(f"{self.url}/.well-known/openid-configuration")
            if found.get("issuer") != self.url:
                raise _unreachable()
            self._metadata = found
        return self._metadata

    async def claims(self, token: str, audience: str) -> dict[str, Any]:
        """What a token says that this provider signed, for this audience, and that holds now.

        Raises Foreign; Problem (503) when the provider's keys cannot be had.
        """
        try:
            try:
                read = jwt.decode(token, await self._keys_not_older_than(_KEYS_LIVE), ALGORITHMS)
            except InvalidKeyIdError:
                read = jwt.decode(token, await self._keys_not_older_than(_KEYS_REST), ALGORITHMS)
            registry = jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": self.url},
                aud={"essential": True, "value": audience},
                sub={"essential": True},
                exp={"essential": True},
            )
            registry.validate(read.claims)
        except (JoseError, ValueError) as error:
            raise Foreign(type(error).__name__) from None
        return read.claims

    async def _keys_not_older_than(self, seconds: float) -> KeySet:
        async with self._reading:
            if self._keys is None or self._read_at < time.monotonic() - seconds:
                await self._read_keys()
            assert self._keys is not None
            return self._keys

    async def _read_keys(self) -> None:
        if self._keys is None and time.monotonic() - self._failed_at < _FAULT_REST:
            raise _unreachable()  # whoever waited for the try that just failed does not try again
        try:
            url = self._jwks_url or (await self.metadata())["jwks_uri"]
            found = await self._get(url)
            listed = [key for key in found["keys"] if key.get("kty") != "oct"]
            self._keys = KeySet.import_key_set({"keys": listed})
        except (Problem, JoseError, KeyError, TypeError, ValueError) as error:
            logger().warning("issuer.keys", **fault_of(error))
            self._failed_at = time.monotonic()
            if self._keys is None:
                raise _unreachable() from None
        self._read_at = time.monotonic()

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = await self._client.get(url)
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            logger().warning("issuer.unreachable", **fault_of(error))
            raise _unreachable() from None
        if not isinstance(found, dict):
            raise _unreachable()
        return found


def _unreachable() -> Problem:
    detail = "The identity provider cannot be reached. Try again."
    return Problem(503, "issuer.unreachable", detail, headers={"Retry-After": "5"})

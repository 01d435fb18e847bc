"""Opaque ids: an HMAC with the deployment's secret, cut to a UUID.

Without the secret a seven-digit record number came back from a plain hash in five seconds; with
it, an id says nothing and cannot be guessed. The recipes are fixed: they cannot change once
facts exist (``docs/decisions/0001``).
"""

import base64
import hmac
import secrets
import time
from uuid import UUID


class Ids:
    """The recipes of every derived id of one deployment."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 16:
            raise ValueError("the deployment's secret has at least 16 characters")
        self._secret = secret.encode()

    def fact(self, sender: str, idempotency_key: str) -> str:
        """The id of what a sender posted under an idempotency key."""
        return self._derive("fact", sender, idempotency_key)

    def mention(self, agency: str, system: str, record_type: str, number: str) -> str:
        """The mention of an agency's record: the same for every post about that record."""
        return self._derive("mention", agency, system, record_type, number)

    def unnumbered_mention(self, root: str, place: int) -> str:
        """The mention of somebody without a record number: by the fact and the place in it."""
        return self._derive("mention-in", root, str(place))

    def person(self, mention: str) -> str:
        """The home person of a mention."""
        return self._derive("person", mention)

    def said(self, event_type: str, rule: str, root: str, generation: int, rung: int) -> str:
        """The id of what a service says by itself: the same whenever the same cause is met."""
        return self._derive("said", event_type, rule, root, str(generation), str(rung))

    def staff(self, issuer: str, subject: str) -> str:
        """A member of staff or a system, by an id that outlives a change of identity provider."""
        return self._derive("staff", issuer, subject)

    def shown(
        self,
        person: str,
        view: str,
        subject: str,
        content: str,
        part: int,
        *,
        ahead: bool = False,
        asked: str | None = None,
    ) -> str:
        """A part of the audit line of one content shown to one viewer, or held ready for them, by the record
        that they asked by: each once."""
        held = ("ahead",) if ahead else ()
        by = ("asked", asked) if asked else ()
        return self._derive("shown", person, view, subject, content, str(part), *held, *by)

    def taken(self, fact: str) -> str:
        """The audit line of a fact that was accepted."""
        return self._derive("taken", fact)

    def blind(self, kind: str, value: str) -> str:
        """A keyed hash by which equal identifiers are found without being kept."""
        return self._derive("blind", kind, value)

    def code(self, kind: str, value: str) -> str:
        """Sixteen letters and digits (80 bits), in fours, that a person writes down and types. Without the
        deployment's secret nobody can tell them."""
        digest = hmac.digest(self._secret, self._derive("code", kind, value).encode(), "sha256")
        letters = base64.b32encode(digest).decode()
        return "-".join(letters[at : at + 4] for at in range(0, 16, 4))

    def _derive(self, *parts: str) -> str:
        encoded = [part.encode() for part in parts]
        message = b"".join(len(part).to_bytes(4) + part for part in encoded)
        digest = bytearray(hmac.digest(self._secret, message, "sha256")[:16])
        digest[6] = 0x80 | digest[6] & 0x0F  # version 8: made by a recipe of our own
        digest[8] = 0x80 | digest[8] & 0x3F
        text = digest.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_id() -> str:
    """A fresh UUIDv7: sorted by the time of its making, otherwise random."""
    milliseconds = time.time_ns() // 1_000_000
    value = bytearray(milliseconds.to_bytes(6) + secrets.token_bytes(10))
    value[6] = 0x70 | value[6] & 0x0F
    value[8] = 0x80 | value[8] & 0x3F
    return str(UUID(bytes=bytes(value)))

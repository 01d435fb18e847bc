"""Small things that we hand out and want back unread and unchanged: cursors, states, codes.

A seal is encrypted and authenticated with a key of its own purpose, made from the deployment's
secret: a cursor holds the value that a list was sorted by, which may be a name, and stands in a URL.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Any, NamedTuple

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from chassis.clock import Clock

ROUNDS = 200_000
"""Of PBKDF2, for what opens by a code of :meth:`chassis.ids.Ids.code`, which nobody guesses anyhow."""


class ByCode(NamedTuple):
    """JSON that opens by a code alone: the JWE, and the salt of its key."""

    sealed: str
    salt: str


def close_by_code(value: Any, code: str) -> ByCode:
    """The value, sealed anew for whoever has the code; ``pages/static/copy.js`` opens it. It takes a while,
    so do it in a thread."""
    salt = secrets.token_bytes(16)
    key = hashlib.pbkdf2_hmac("sha256", code.replace("-", "").encode(), salt, ROUNDS)
    opens = OctKey.import_key({"kty": "oct", "k": base64.urlsafe_b64encode(key).decode().rstrip("=")})
    sealed = jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, orjson.dumps(value), opens)
    return ByCode(sealed, base64.b64encode(salt).decode())


class Broken(ValueError):
    """Not a seal of ours, or of another purpose, or run out."""


class Seal:
    """Seals JSON values for one purpose."""

    def __init__(self, secret: str, purpose: str) -> None:
        key = hmac.new(secret.encode(), f"seal:{purpose}".encode(), hashlib.sha256).digest()
        self._key = OctKey.import_key({"kty": "oct", "k": base64.urlsafe_b64encode(key).decode().rstrip("=")})

    def close(self, value: Any, seconds: int | None = None) -> str:
        """The value, sealed for URLs and cookies; for so many seconds where they are given."""
        until = self._now() + seconds if seconds else None
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, orjson.dumps([until, value]), self._key)

    @staticmethod
    def _now() -> int:
        return int(Clock().now().timestamp())  # the machine's time, whatever the services' clock says

    def open(self, sealed: str) -> Any:
        """The value. Raises Broken."""
        try:
            plain = jwe.decrypt_compact(sealed, self._key, algorithms=["dir", "A256GCM"]).plaintext
            until, value = orjson.loads(plain or b"")
        except (JoseError, ValueError, TypeError):
            raise Broken("not sealed here") from None
        if until is not None and until < self._now():
            raise Broken("run out")
        return value

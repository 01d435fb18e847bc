"""The built-in provider's key and the tokens that it signs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from chassis.clock import Clock


class Signer:
    """Signs tokens with a key that lives in the data folder, so that a restart signs nobody out."""

    def __init__(self, issuer: str, folder: Path) -> None:
        self._issuer = issuer
        self._key = _key_in(folder)

    def jwks(self) -> dict[str, Any]:
        """The public key, as the keys' address shows it."""
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "RS256"}]}

    def sign(self, claims: Mapping[str, Any], audience: str, seconds: int, typ: str = "JWT") -> str:
        """A token of these claims for an audience, for so long by the machine's time."""
        now = int(Clock().now().timestamp())
        issued = {"iss": self._issuer, "aud": audience, "iat": now, "exp": now + seconds}
        header = {"alg": "RS256", "kid": self._key.kid, "typ": typ}
        return jwt.encode(header, {**claims, **issued}, self._key)


def _key_in(folder: Path) -> RSAKey:
    path = folder / "identity-key.json"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = RSAKey.generate_key(2048, auto_kid=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(orjson.dumps(made.as_dict(private=True)))
        try:
            os.link(fresh, path)  # whoever is first wins: two processes sign with one key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    (key,) = KeySet.import_key_set({"keys": [orjson.loads(path.read_bytes())]})
    if not isinstance(key, RSAKey):
        raise TypeError("the provider's key is an RSA key")
    return key

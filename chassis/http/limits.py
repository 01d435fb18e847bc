"""What is refused before anything looks into it: too large, not UTF-8, not plain JSON.

An upload of many lines is read line by line by its route, which asks the same of each (``bulk.py``).

JSON has corners where two readers disagree: a name given twice, NaN, integers beyond 64 bits, half
of a surrogate pair, a NUL. A fact must read alike for everybody, so those are refused at the door.
"""

import json
import math
import re
from email.message import Message as Headers
from typing import Any, NoReturn

import orjson
from starlette.datastructures import Headers as RequestHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problem import Problem, as_response

MAX_BODY = 1024 * 1024
"""Bytes of one request's body, or of one line of an upload."""
MAX_HEARD = 16 * 1024 * 1024
"""Bytes of a body that are read, and beyond ``MAX_BODY`` thrown away: a connection that is closed upon
a sender who still speaks takes the answer down with it."""
MAX_DEPTH = 32
"""How deep arrays and objects may lie in each other."""

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*+\\u0000")
_MAX_INTEGER = 2**63 - 1


class Limits:
    """Reads the body of each request, up to the limit, checks it, and hands it on whole; but what is
    sent to a path of ``lines`` (a pattern) as it comes."""

    def __init__(self, app: ASGIApp, lines: str = "(?!)") -> None:
        self._app = app
        self._lines = re.compile(lines)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or connection."""
        if scope["type"] != "http" or self._lines.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = RequestHeaders(scope=scope)
        try:
            body = await _read(headers, receive)
            if body:
                if headers.get("content-encoding", "identity") != "identity":
                    raise Problem(415, "body.encoded", "The body is to be sent as it is, in no encoding.")
                _check(body, is_json=_is_json(headers.get("content-type", "")), path=scope["path"])
        except Problem as problem:
            await as_response(problem)(scope, receive, send)
            return
        if body is not None:  # None: the caller went away
            await self._app(scope, _replayed(body, receive), send)


async def _read(headers: RequestHeaders, receive: Receive) -> bytes | None:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_HEARD:
        raise too_large()
    body, size, more = bytearray(), 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_HEARD:
            raise too_large()
        if size <= MAX_BODY:
            body += part
        more = message.get("more_body", False)
    if size > MAX_BODY:
        raise too_large()
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _check(body: bytes, *, is_json: bool, path: str) -> None:
    if is_json:
        check_json(body)
    elif "/v1/" in path:  # a page's form is no JSON
        detail = "The body is to be JSON, and to say so: Content-Type: application/json."
        raise Problem(415, "body.not-declared-json", detail, headers={"Accept": "application/json"})


def _is_json(content_type: str) -> bool:
    header = Headers()
    header["content-type"] = content_type or "application/octet-stream"
    kind = header.get_content_subtype()
    return header.get_content_maintype() == "application" and (kind == "json" or kind.endswith("+json"))


def check_json(body: bytes) -> Any:
    """What this body says. Raises Problem (400) unless every reader of JSON reads it alike."""
    if b"\0" in body:
        raise _refused("body.nul", "The body holds a NUL.")
    _check_tokens(body)
    try:
        json.loads(
            body.decode(),
            object_pairs_hook=_each_once,
            parse_int=_bounded,
            parse_float=_finite,
            parse_constant=_not_json,
        )
        return orjson.loads(body)  # the stricter one: it refuses half of a surrogate pair
    except ValueError:
        _not_json()


def _check_tokens(body: bytes) -> None:
    depth = 0
    for found in _TOKEN.finditer(body):
        token = found.group()
        if token in (b"[", b"{"):
            depth += 1
        elif token in (b"]", b"}"):
            depth -= 1
        elif rb"\u0000" in token and _ESCAPED_NUL.search(token):
            raise _refused("body.nul", "The body holds a NUL.")
        if depth > MAX_DEPTH:
            raise _refused("body.too-deep", f"The body is deeper than {MAX_DEPTH} levels.")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise _refused("body.name-twice", "The body gives a name twice in one object.")
    return read


def _bounded(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > _MAX_INTEGER:
        _out_of_range()
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        _out_of_range()
    return value


def _not_json(_constant: str = "") -> NoReturn:
    raise _refused("body.not-json", "The body is not JSON in UTF-8.") from None


def _out_of_range() -> NoReturn:
    raise _refused("body.number-out-of-range", "The body holds a number beyond 64 bits.")


def _refused(code: str, detail: str) -> Problem:
    return Problem(400, code, detail)


def too_large() -> Problem:
    """What is larger than the limit."""
    detail = f"The body is larger than {MAX_BODY} bytes."
    return Problem(413, "body.too-large", detail, headers={"Connection": "close"})

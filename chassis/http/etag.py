"""Headers by which a writer says what it means: which version it corrects, and which try this is."""

import re
from typing import Annotated

from fastapi import Depends, Header

from chassis.http.problem import Fault, Problem
from contracts.submission import IDEMPOTENCY_KEY

_STRONG = re.compile(r'"([1-9][0-9]{0,8})"')
_NOTHING_YET = '"0"'


def etag(version: int) -> str:
    """The entity tag of a version of a fact."""
    return f'"{version}"'


async def if_match(
    if_match: Annotated[str | None, Header(description="Required: the `ETag` of the version at hand")] = None,
) -> int:
    """The version that a correction or withdrawal is made upon.

    428 without it, and for ``*``: whoever corrects says what they saw. A weak tag matches nothing
    (RFC 9110 section 13.1.1), so it is 412; what is no tag of ours is 400.
    """
    return _version((if_match or "").strip())


async def upon(
    if_match: Annotated[
        str | None, Header(description='Required: the `ETag` of what stands; `"0"` where nothing does yet')
    ] = None,
) -> int:
    """As ``if_match``, of what is set as a whole: 0 is the version of what nobody has set yet."""
    given = (if_match or "").strip()
    return 0 if given == _NOTHING_YET else _version(given)


async def idempotency_key(
    idempotency_key: Annotated[
        str | None, Header(pattern=IDEMPOTENCY_KEY, description="The same at every try of one post")
    ] = None,
) -> str | None:
    """The sender's own name of this post, 1 to 255 visible ASCII characters; None where there is none."""
    return idempotency_key


IfMatch = Annotated[int, Depends(if_match)]
Upon = Annotated[int, Depends(upon)]
IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]


def _version(given: str) -> int:
    if found := _STRONG.fullmatch(given):
        return int(found[1])
    if given in ("", "*"):
        raise _refused(428, "if-match.needed", "Name the version at hand in If-Match.", "missing")
    if given.startswith("W/"):
        raise _refused(412, "if-match.weak", "A weak tag matches no version.", "weak")
    raise _refused(400, "if-match.invalid", "If-Match holds one version's tag.", "etag")


def _refused(status: int, code: str, detail: str, kind: str) -> Problem:
    return Problem(status, code, detail, [Fault("header.if-match", kind)])

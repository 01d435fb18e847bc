"""The lines of a body, as they come: of NDJSON each a line, of CSV a row, which may go over several.

Of a line that is too long no more is held than shows that, and no line is given that the sender did not
end: a connection that is cut has said nothing of the line at hand.
"""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from starlette.requests import ClientDisconnect

from chassis.http.limits import MAX_BODY
from chassis.http.problem import Problem

GROUP = 50
"""Lines that are taken together: what is urgent comes between two groups."""
_EMPTY_ROW = b' \t\r\n,"'


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``number`` counts every line of the body, blank ones too; ``end`` is the byte after it;
    ``ended`` says whether it had its line's end, or the body was over; ``blank`` that it says nothing, as a
    row of empty cells."""

    number: int
    body: bytes
    end: int
    ended: bool
    blank: bool


async def lines_of(body: AsyncIterable[bytes], *, quoted: bool, after: int = 0) -> AsyncIterator[Line]:
    """The lines of a body, numbered on from ``after``. ``quoted``: a line's end between two quotes is a
    part of the line."""
    number, end, inside = after, 0, 0
    empty = _EMPTY_ROW if quoted else None
    held = bytearray()
    try:
        async for part in body:
            *whole, rest = part.split(b"\n")
            for piece in whole:
                held += piece[: MAX_BODY + 1 - len(held)]
                end += len(piece) + 1
                inside ^= quoted and piece.count(b'"') & 1
                if inside:
                    held += b"\n"[: MAX_BODY + 1 - len(held)]
                    continue
                number += 1
                yield Line(number, bytes(held), end, ended=True, blank=not held.strip(empty))
                held.clear()
            held += rest[: MAX_BODY + 1 - len(held)]
            end += len(rest)
            inside ^= quoted and rest.count(b'"') & 1
    except ClientDisconnect:
        return
    if held:
        yield Line(number + 1, bytes(held), end, ended=False, blank=not held.strip(empty))


async def groups_of(lines: AsyncIterable[Line]) -> AsyncIterator[list[Line]]:
    """The lines, some at a time."""
    group: list[Line] = []
    async for line in lines:
        group.append(line)
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group


@asynccontextmanager
async def heard(body: AsyncIterable[bytes]) -> AsyncIterator[None]:
    """Whoever is refused meanwhile is heard to the end: who still speaks would not read the answer."""
    try:
        yield
    except Problem:
        with suppress(ClientDisconnect):
            async for _ in body:
                pass
        raise

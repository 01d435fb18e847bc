"""Many facts in one request: NDJSON, each line taken as a single post is, with a result of its own.

A line is what a single post's body is, with its type and its idempotency key beside it. Lines are
read as they come and taken some at a time, as fast as what comes after keeps up. A long file goes up
in parts of a thousand lines, each answered at its end (decision 0023 says why not before): whoever
sends sees how far it has come, and may send any part again, which repeats nothing.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field, StrictInt, ValidationError
from starlette.requests import ClientDisconnect, Request

from chassis.accept import Refused
from chassis.http.auth import SAY_SEVERAL, Caller, right
from chassis.http.context import the_runtime
from chassis.http.limits import MAX_BODY, check_json, too_large
from chassis.http.problem import Fault, FaultBody, Problem, faults_of, invalid, known_names, refusal
from chassis.logging import fault_of, logger
from chassis.runtime import Runtime
from contracts.content import Content
from contracts.sections import Part
from contracts.submission import BulkLine, Receipt

NDJSON = "application/x-ndjson"
LINES = 1_000
"""Lines of one request: it is answered before a proxy gives it up."""
GROUP = 50
"""Lines that are taken together: what is urgent comes between two groups."""


class LineResult(Part):
    """What became of one line: ``status`` as a single post would have had it, 201 or 200 with the
    receipt, else the code and the faults of the problem."""

    line: StrictInt = Field(description="its number in the request, from 1")
    status: StrictInt
    receipt: Receipt | None = None
    code: str | None = None
    faults: list[FaultBody] = Field(default_factory=list)


class Results(JSONResponse):
    """Each result in a line of its own."""

    media_type = NDJSON

    def render(self, content: Sequence[LineResult]) -> bytes:
        """The bytes of the answer."""
        return b"".join(result.model_dump_json(exclude_none=True).encode() + b"\n" for result in content)


def bulk_path(service: str) -> str:
    """Where a service takes uploads."""
    return f"/{service}/v1/bulk"


def bulk_router(service: str, accepts: Mapping[type[Content], str]) -> APIRouter:
    """The route of one service's uploads."""
    routes = APIRouter(tags=["facts"])

    @routes.post(
        bulk_path(service),
        response_class=Results,
        response_model=LineResult,
        response_description="A result for each line that is not blank, in their order",
        openapi_extra=_document(accepts),
    )
    async def bulk(
        request: Request,
        runtime: Annotated[Runtime, Depends(the_runtime)],
        caller: Annotated[Caller, right(SAY_SEVERAL)],
    ) -> Results:
        """Up to 1,000 facts, one in each line, each taken or refused by itself. What has no result, or
        one of 413 or 5xx, is not taken: send it again."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != NDJSON:
            raise Problem(415, "content-type.unknown", f"An upload is {NDJSON}.")
        return Results(await _Upload(runtime, caller, known_names(request.app)).results(request.stream()))

    return routes


class _Upload:
    """What one caller uploads to one service."""

    def __init__(self, runtime: Runtime, caller: Caller, names: frozenset[str]) -> None:
        self._runtime = runtime
        self._caller = caller
        self._names = names
        service = runtime.service
        self._kinds = {
            kind.type: (kind, needed)
            for kind, needed in service.accepts.items()
            if caller.roles & service.rights[needed]
        }

    async def results(self, body: AsyncIterable[bytes]) -> list[LineResult]:
        """The results of its lines, taken when it is this upload's turn."""
        found: list[LineResult] = []
        over = False
        async for group in groups_of(body):
            if over:
                continue  # heard to its end: whoever still speaks would not read the answer
            if over := group[-1][0] > LINES:
                too_many = Problem(413, "body.too-many-lines", f"A request takes {LINES} lines.")
                found.append(refused(group[0][0], too_many))
            else:
                async with self._runtime.in_turn():
                    found += await asyncio.gather(*(self._result(*line) for line in group))
        return found

    async def _result(self, number: int, line: bytes) -> LineResult:
        try:
            receipt = await self._take(line)
        except Problem as problem:
            return refused(number, problem)
        except Refused as error:
            return refused(number, refusal(error))
        except Exception as error:  # noqa: BLE001 - as for a single post: it is logged, and one line's
            logger(self._runtime.name).error("line.failed", **fault_of(error))
            return refused(number, Problem(500, "internal", ""))
        return LineResult(line=number, status=201 if receipt.status == "accepted" else 200, receipt=receipt)

    async def _take(self, line: bytes) -> Receipt:
        if len(line) > MAX_BODY:
            raise too_large()
        said = check_json(line)
        kind, needed = self._kind(said)
        try:
            submission = BulkLine[kind].model_validate(said)  # type: ignore[valid-type]
        except ValidationError as error:
            located = [fault | {"loc": ("body", *fault["loc"])} for fault in error.errors()]
            raise invalid(faults_of(located, self._names)) from None
        taken = await self._runtime.take(
            submission,
            submission.content,
            caller=self._caller,
            right=needed,
            idempotency_key=submission.idempotency_key,
        )
        return taken.receipt

    def _kind(self, said: Any) -> tuple[type[Content], str]:
        """The type of a line and the right that it takes. One that the caller may not post is as one
        that there is not."""
        name = said.get("type") if isinstance(said, dict) else None
        found = self._kinds.get(name) if isinstance(name, str) else None
        if found is None:
            raise invalid([Fault("body.type", "not-taken-here")])
        return found


def refused(number: int, problem: Problem) -> LineResult:
    """The result of a line that was not taken."""
    faults = [FaultBody(where=_WHERE.get(each.where, each.where), kind=each.kind) for each in problem.faults]
    return LineResult(line=number, status=problem.status, code=problem.code, faults=faults)


_WHERE = {"header.idempotency-key": "body.idempotency_key"}
"""Where a line holds what is a header's in a single post."""


async def groups_of(body: AsyncIterable[bytes]) -> AsyncIterator[list[tuple[int, bytes]]]:
    """The lines of a body that are not blank, with their numbers, some at a time."""
    group: list[tuple[int, bytes]] = []
    number = 0
    async for line in lines_of(body):
        number += 1
        if line.strip():
            group.append((number, line))
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group


async def lines_of(body: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The lines of a body, as they come. Of one that is too long no more is kept than shows that."""
    held = bytearray()
    with suppress(ClientDisconnect):  # what came whole is taken; the rest is sent again
        async for part in body:
            first, *others = part.split(b"\n")
            held += first[: MAX_BODY + 1 - len(held)]
            for other in others:
                yield bytes(held)
                held = bytearray(other[: MAX_BODY + 1])
    if held:
        yield bytes(held)


def _document(accepts: Mapping[type[Content], str]) -> dict[str, Any]:
    """What the OpenAPI document says of the body: the schema of a line."""
    schema = BulkLine[Any].model_json_schema(ref_template="#/components/schemas/{model}")
    del schema["$defs"]  # every service's document has them: a correction has the same header
    schema["title"] = "BulkLine"
    schema["properties"]["type"]["enum"] = sorted(kind.type for kind in accepts)
    schema["properties"]["content"] = {
        "type": "object",
        "title": "Content",
        "description": "as in the single post of this type",
    }
    return {"requestBody": {"required": True, "content": {NDJSON: {"schema": schema}}}}

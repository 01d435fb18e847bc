"""Many facts in one request, as NDJSON or CSV: each line taken as a single post is, with a result of its own.

A line is what a single post's body is, with its type and its idempotency key beside it; of CSV its columns
say so (``contracts.columns``). Lines are read as they come and taken some at a time, as fast as what comes
after keeps up. A request takes a thousand, and is answered at its end (decision 0023 says why not before);
a longer file goes up as an upload, part by part (``uploads.py``).
"""

import asyncio
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from email.message import Message
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field, StrictInt, ValidationError
from starlette.requests import Request

from chassis.accept import Refused
from chassis.http.auth import SAY_SEVERAL, Caller, right
from chassis.http.context import the_runtime
from chassis.http.limits import MAX_BODY, check_json, too_large
from chassis.http.lines import Line, groups_of, heard, lines_of
from chassis.http.problem import Fault, FaultBody, Problem, faults_of, invalid, known_names, refusal
from chassis.http.tabular import Table
from chassis.logging import fault_of, logger
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from contracts.columns import Said
from contracts.content import Content
from contracts.sections import Part
from contracts.submission import BulkLine, Receipt

NDJSON = "application/x-ndjson"
CSV = "text/csv"
Format = Literal["application/x-ndjson", "text/csv"]
LINES = 1_000
"""Lines of one request: it is answered before a proxy gives it up."""


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
    """Where a service takes many facts in one request."""
    return f"/{service}/v1/bulk"


def bulk_router(service: str, accepts: Mapping[type[Content], str]) -> APIRouter:
    """The route of one service's facts by the thousand."""
    routes = APIRouter(tags=["facts"])

    @routes.post(
        bulk_path(service),
        response_class=Results,
        response_model=LineResult,
        response_description="A result for each line that is not blank, in their order",
        openapi_extra=body_of_lines(accepts),
    )
    async def bulk(
        request: Request,
        runtime: Annotated[Runtime, Depends(the_runtime)],
        caller: Annotated[Caller, right(SAY_SEVERAL)],
    ) -> Results:
        """Up to 1,000 facts, one in each line or row, each taken or refused by itself. What has no result,
        or one of 413 or 5xx, is not taken: send it again."""
        body = request.stream()
        async with heard(body):
            taker = Taker(runtime, caller, known_names(request.app))
            return Results(await _results(taker, format_of(request), body))

    return routes


def format_of(request: Request) -> Format:
    """What a request says that its lines are. Raises Problem (415)."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    if str(header.get_param("charset", "utf-8")).lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(415, "content-type.charset", "Lines are in UTF-8.")
    named = header.get_content_type()
    if named == CSV:
        return "text/csv"
    if named == NDJSON:
        return "application/x-ndjson"
    raise Problem(415, "content-type.unknown", f"An upload is {NDJSON} or {CSV}.")


async def _results(taker: "Taker", said_as: Format, body: AsyncIterable[bytes]) -> list[LineResult]:
    """The results of a body's lines, taken when it is this caller's turn. Raises Problem for a table
    without a header that is known."""
    lines = lines_of(body, quoted=said_as == CSV)
    table: Table | None = None
    if said_as == CSV:
        headed = await header_of(taker, lines)
        if headed is None:
            raise Problem(422, "header.missing", "The file is empty: its first row names the columns.")
        table, _ = headed
    found: list[LineResult] = []
    over, count = False, 0
    async for group in groups_of(lines):
        if over:
            continue  # heard to its end: whoever still speaks would not read the answer
        count += len(group)
        if over := count > LINES:
            too_many = Problem(413, "body.too-many-lines", f"A request takes {LINES} lines.")
            found.append(refused(group[0].number, too_many))
        else:
            found += await taker.results(group, table)
    return found


async def header_of(taker: "Taker", lines: AsyncIterable[Line]) -> tuple[Table, Line] | None:
    """The table whose first row comes next, and that row; None where all is blank. Raises Problem."""
    async for line in lines:
        if not line.blank:
            return Table.headed(line.body, taker.kinds.values()), line
    return None


class Taker:
    """What one caller says to one service, line by line."""

    def __init__(self, runtime: Runtime, caller: Caller, names: frozenset[str]) -> None:
        self._runtime = runtime
        self._caller = caller
        self._names = names
        service = runtime.service
        self._rights = {
            kind: needed for kind, needed in service.accepts.items() if caller.roles & service.rights[needed]
        }
        self.kinds = {kind.type: kind for kind in self._rights}
        """What this caller may post."""

    async def results(self, group: Iterable[Line], table: Table | None) -> list[LineResult]:
        """What became of those lines that are not blank, taken together when it is their turn: of a table,
        or of NDJSON."""
        said = [line for line in group if not line.blank]
        if not said:
            return []
        async with self._runtime.in_turn():
            found = await asyncio.gather(*(self._result(line.number, line.body, table) for line in said))
        reached(Step.LINES_TAKEN)
        return found

    async def _result(self, number: int, line: bytes, table: Table | None) -> LineResult:
        try:
            receipt = await self._take(_read(line) if table is None else table.read(line, self.kinds))
        except Problem as problem:
            return refused(number, problem)
        except Refused as error:
            return refused(number, refusal(error))
        except Exception as error:  # noqa: BLE001 - as for a single post: it is logged, and one line's
            logger(self._runtime.name).error("line.failed", **fault_of(error))
            return refused(number, Problem(500, "internal", ""))
        return LineResult(line=number, status=201 if receipt.status == "accepted" else 200, receipt=receipt)

    async def _take(self, row: Said) -> Receipt:
        kind = self._kind(row.line)
        try:
            submission = BulkLine[kind].model_validate(row.line)  # type: ignore[valid-type]
            taken = await self._runtime.take(
                submission,
                submission.content,
                caller=self._caller,
                right=self._rights[kind],
                idempotency_key=submission.idempotency_key,
            )
        except ValidationError as error:
            located = [fault | {"loc": ("body", *fault["loc"])} for fault in error.errors()]
            raise _in_row(invalid(faults_of(located, self._names)), row) from None
        except Refused as error:
            raise _in_row(refusal(error), row) from None
        receipt = taken.receipt
        if not receipt.not_linked_by:
            return receipt
        unused = [each.model_copy(update={"where": row.column(each.where)}) for each in receipt.not_linked_by]
        return receipt.model_copy(update={"not_linked_by": unused})

    def _kind(self, said: Any) -> type[Content]:
        """The type of a line. One that the caller may not post is as one that there is not."""
        name = said.get("type") if isinstance(said, dict) else None
        found = self.kinds.get(name) if isinstance(name, str) else None
        if found is None:
            raise invalid([Fault("body.type", "not-taken-here")])
        return found


def _read(line: bytes) -> Said:
    if len(line) > MAX_BODY:
        raise too_large()
    return Said(check_json(line), {})


def _in_row(problem: Problem, row: Said) -> Problem:
    """The problem with its faults where the row has them: a list of a table may have holes."""
    faults = [Fault(row.column(fault.where), fault.kind) for fault in problem.faults]
    return Problem(problem.status, problem.code, problem.detail, faults)


def refused(number: int, problem: Problem) -> LineResult:
    """The result of a line that was not taken."""
    faults = [FaultBody(where=_WHERE.get(each.where, each.where), kind=each.kind) for each in problem.faults]
    return LineResult(line=number, status=problem.status, code=problem.code, faults=faults)


_WHERE = {"header.idempotency-key": "body.idempotency_key"}
"""Where a line holds what is a header's in a single post."""


def body_of_lines(accepts: Mapping[type[Content], str]) -> dict[str, Any]:
    """What the OpenAPI document says of a body of lines: the schema of a line, and of a table."""
    schema = BulkLine[Any].model_json_schema(ref_template="#/components/schemas/{model}")
    del schema["$defs"]  # every service's document has them: a correction has the same header
    schema["title"] = "BulkLine"
    schema["properties"]["type"]["enum"] = sorted(kind.type for kind in accepts)
    schema["properties"]["content"] = {
        "type": "object",
        "title": "Content",
        "description": "as in the single post of this type",
    }
    table = {"type": "string", "description": "a table with a header; see contracts/tables"}
    content = {NDJSON: {"schema": schema}, CSV: {"schema": table}}
    return {"requestBody": {"required": True, "content": content}}

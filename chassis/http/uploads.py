"""A long file, part by part: begun, sent on from where it was, looked at, and what became of each line read
again later.

A part is taken as ``POST .../bulk`` takes its body. It may end anywhere: what it holds of a line that does
not end in it is sent again with the next, from the ``offset`` of the answer.
"""

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import AwareDatetime, Field, StrictInt
from starlette.requests import Request

from chassis import uploads
from chassis.http.auth import SAY_SEVERAL, Caller, right
from chassis.http.bulk import CSV, LINES, Format, LineResult, Taker, body_of_lines, header_of
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.lines import Line, groups_of, heard, lines_of
from chassis.http.problem import Fault, Problem, known_names, not_found
from chassis.http.tabular import Table
from chassis.ids import new_id
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from chassis.uploads import Told
from contracts.content import Content
from contracts.envelope import Id
from contracts.sections import Part

LARGEST = 2**40
"""Bytes of one file: more is no file of facts."""

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Mine = Annotated[Caller, right(SAY_SEVERAL)]
Offset = Annotated[int, Path(ge=0, le=LARGEST, description="the `offset` of the answer before; 0 at first")]


class Asked(Part):
    """A file that is to be uploaded: what its lines are, and its bytes."""

    format: Format
    size: StrictInt = Field(ge=1, le=LARGEST, description="of the file, in bytes")


class Progress(Part):
    """How far an upload has come: ``offset`` is the byte that the next part begins with. It is done when
    that is its ``size``."""

    id: Id
    format: Format
    size: StrictInt
    offset: StrictInt
    done: bool
    lines: StrictInt = Field(description="that were read, a header and blank ones among them")
    taken: StrictInt
    refused: StrictInt
    began: AwareDatetime


def uploads_path(service: str) -> str:
    """Where a service takes long files."""
    return f"/{service}/v1/uploads"


def _told_of() -> APIRouter:
    routes = APIRouter()

    @routes.get("/{upload}")
    async def look(upload: Id, runtime: TheRuntime, caller: Mine) -> Progress:
        """How far an upload of the caller's has come."""
        return _progress(await _own(runtime, caller, upload))

    @routes.get("/{upload}/results")
    async def results(
        upload: Id,
        runtime: TheRuntime,
        caller: Mine,
        after: Annotated[int, Query(ge=0, le=LARGEST, description="the number of the last line read")] = 0,
    ) -> list[LineResult]:
        """What became of each line that was sent, as many as a part has: on from the last line read."""
        found = await _own(runtime, caller, upload)
        lines = await uploads.told(runtime.store, found, after, LINES)
        return [LineResult.model_validate_json(line) for line in lines]

    return routes


def uploads_router(service: str, accepts: Mapping[type[Content], str]) -> APIRouter:
    """The routes of one service's uploads."""
    routes = APIRouter(prefix=uploads_path(service), tags=["facts"])
    routes.include_router(_told_of())

    @routes.post("", status_code=status.HTTP_201_CREATED)
    async def begin(
        asked: Asked, runtime: TheRuntime, caller: Mine, response: Response, key: IdempotencyKey
    ) -> Progress:
        """Begin an upload. The same key is the same upload again, as far as it has come."""
        id_ = new_id() if key is None else runtime.id_of(caller, f"upload {key}")
        upload = await uploads.begin(runtime.store, id_, caller.id, asked.format, asked.size)
        if (upload.format, upload.size) != (asked.format, asked.size):
            fault = Fault("header.idempotency-key", "same-key-other-content")
            raise Problem(409, "same-key-other-content", "This key is another file's.", [fault])
        response.headers["Location"] = f"{uploads_path(service)}/{id_}"
        return _progress(upload)

    @routes.put("/{upload}/parts/{offset}", openapi_extra=body_of_lines(accepts))
    async def send(
        upload: Id, offset: Offset, request: Request, runtime: TheRuntime, caller: Mine
    ) -> Progress:
        """Send the file on from this byte: its next 1,000 lines are taken, or what comes of them. The rest,
        and a line that does not end here, is sent with the next part."""
        body = request.stream()
        async with heard(body):
            found = await _own(runtime, caller, upload)
            if offset != found.at:
                raise _elsewhere()
            taker = Taker(runtime, caller, known_names(request.app))
            return _progress(await _sent(runtime, taker, found, body))

    return routes


async def _own(runtime: Runtime, caller: Caller, upload: str) -> uploads.Upload:
    """An upload of the caller's own: its lines have the names that this caller gave them. Raises Problem."""
    found = await uploads.find(runtime.store, upload, caller.id)
    if found is None:
        raise not_found()
    return found


def _elsewhere() -> Problem:
    fault = Fault("path.offset", "not-the-offset")
    return Problem(409, "upload.elsewhere", "The upload goes on from its `offset`: look it up.", [fault])


async def _sent(
    runtime: Runtime, taker: Taker, upload: uploads.Upload, body: AsyncIterable[bytes]
) -> uploads.Upload:
    """The upload after a part. Raises Problem when it has not come on, or elsewhere meanwhile."""
    start, count = upload.at, 0
    lines = _whole(lines_of(body, quoted=upload.format == CSV, after=upload.lines), upload)

    async def move(last: Line, told: Sequence[Told]) -> uploads.Upload:
        header = ",".join(table.columns) if table else ""
        moved = await uploads.move(runtime.store, upload, start + last.end, last.number, header, told)
        if moved is None:
            raise _elsewhere()
        reached(Step.UPLOAD_MOVED)
        return moved

    table = Table(upload.header.split(",")) if upload.header else None
    if upload.format == CSV and table is None:
        if (headed := await header_of(taker, lines)) is None:
            raise _no_line()
        table, first = headed
        upload = await move(first, [])
    async for group in groups_of(lines):
        if count < LINES:
            count += len(group)
            results = await taker.results(group, table)
            upload = await move(group[-1], [_told(result) for result in results])
    if upload.at == start:
        raise _no_line()
    return upload


def _no_line() -> Problem:
    detail = "This part holds no whole line: send more of it, or close the quote that is open in it."
    return Problem(422, "upload.no-line", detail)


async def _whole(lines: AsyncIterable[Line], upload: uploads.Upload) -> AsyncIterator[Line]:
    """The lines that end in this part, or with the file. Raises Problem for what is beyond the file."""
    async for line in lines:
        end = upload.at + line.end
        if end > upload.size:
            raise Problem(422, "upload.too-long", "The file is longer than it was said to be.")
        if line.ended or end == upload.size:
            yield line


def _told(result: LineResult) -> Told:
    """What is kept of a result. Raises Problem (503) for one that is none: the part is sent again. One that
    failed here (500) is told like any other, so that it holds up no line after it."""
    if result.status == 503:
        raise Problem(503, "not-ready", "Not ready yet. Send this part again.", headers={"Retry-After": "1"})
    return Told(result.line, result.status < 300, result.model_dump_json(exclude_none=True))


def _progress(upload: uploads.Upload) -> Progress:
    said = {name: value for name, value in asdict(upload).items() if name not in ("caller", "header", "at")}
    return Progress.model_validate(said | {"offset": upload.at, "done": upload.at == upload.size})

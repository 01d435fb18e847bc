"""An agency's own facts, alike in every service: look at one, correct it, withdraw it.

A correction carries the whole content; a withdrawal is an empty version. Both name the version at
hand in ``If-Match``, so that nobody overwrites what they have not seen.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from chassis.accept import Refused, Taken
from chassis.http.auth import OWN_FACTS, Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey, IfMatch, etag
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.content import Content
from contracts.envelope import Change, Id
from contracts.registry import EVENTS
from contracts.sections import Part
from contracts.submission import Header, Receipt

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Mine = Annotated[Caller, right(OWN_FACTS)]


class Revision(Header):
    """A correction: the header and the whole content, of the type that the fact has."""

    content: dict[str, Any]


class Version(BaseModel):
    """One version of a fact, as its own agency sent it."""

    id: str
    version: int
    change: Change
    type: str
    occurred: str
    recorded: str
    accepted: str
    content: dict[str, Any]


class History(Part):
    """Every version of a fact, the newest last."""

    root: str
    versions: list[Version]


def receipt(response: Response, service: str, taken: Taken) -> Receipt:
    """The answer to what is saved: 201 with its place and tag; 200 for a repeat, as the first time."""
    response.headers["Location"] = f"/{service}/v1/facts/{taken.root}"
    response.headers["ETag"] = etag(taken.version)
    if taken.repeated:
        response.status_code = 200
    return taken.receipt


def document_repeats(app: FastAPI) -> None:
    """The document of a service says that the repeat of what is posted under a key is answered with 200."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        document = written()
        for operation in (each for path in document["paths"].values() for each in path.values()):
            under_a_key = any(each["name"] == "idempotency-key" for each in operation.get("parameters", ()))
            if under_a_key and (first := operation["responses"].get("201")):
                again = {"description": "The same again under the same key: as it was answered first"}
                operation["responses"].setdefault("200", first | again)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI has it extended


def facts_router(service: str) -> APIRouter:
    """The routes of one service's facts."""
    routes = APIRouter(prefix=f"/{service}/v1/facts", tags=["facts"])

    @routes.get("/{root}")
    async def look(root: Id, runtime: TheRuntime, caller: Mine, response: Response) -> History:
        """Every version of a fact of the caller's own agency. 404, too, for one that is not theirs to see."""
        history = await _own(runtime, caller, root)
        response.headers["ETag"] = etag(history.versions[-1].version)
        return history

    @routes.put("/{root}")
    async def correct(
        root: Id,
        revision: Revision,
        runtime: TheRuntime,
        caller: Mine,
        response: Response,
        at_hand: IfMatch,
        key: IdempotencyKey,
    ) -> Receipt:
        """Correct a fact of the caller's own agency, with its whole content."""
        kind, needed = await _revisable(runtime, caller, root)
        content = _content(kind, revision)
        taken = await runtime.revise(
            root, at_hand, revision, content, caller=caller, right=needed, idempotency_key=key
        )
        return receipt(response, service, taken)

    @routes.delete("/{root}")
    async def withdraw(
        root: Id, runtime: TheRuntime, caller: Mine, response: Response, at_hand: IfMatch, key: IdempotencyKey
    ) -> Receipt:
        """Withdraw a fact of the caller's own agency. It stays on record as withdrawn."""
        _, needed = await _revisable(runtime, caller, root)
        taken = await runtime.revise(
            root, at_hand, None, None, caller=caller, right=needed, idempotency_key=key
        )
        return receipt(response, service, taken)

    return routes


async def _kind(runtime: Runtime, caller: Caller, root: str) -> tuple[type[Content], str]:
    """The type of a fact and the right that revising it takes. 404 unless it is the caller's; 503 while
    the store is being read back from the log, and does not have it yet."""
    versions = (await runtime.fact(root)).versions(root)
    if not versions and not runtime.knows_all:
        raise Refused("catching-up", status=503)
    if not versions or versions[0].agency != caller.agency:
        raise not_found()
    kind = EVENTS.get(versions[0].envelope.type)
    needed = runtime.service.accepts.get(kind) if kind is not None else None
    if kind is None or needed is None or not caller.roles & runtime.service.rights[needed]:
        raise not_found()
    return kind, needed


async def _revisable(runtime: Runtime, caller: Caller, root: str) -> tuple[type[Content], str]:
    """As ``_kind``, for who may correct and withdraw it: an agency's people have areas of their own, and what
    they may not read they do not change."""
    known = await _kind(runtime, caller, root)
    versions = (await runtime.fact(root)).versions(root)
    newest = next((fact for fact in reversed(versions) if fact.content is not None), None)
    if runtime.service.readable is not None and newest is not None:
        await runtime.service.readable(runtime, caller, newest)
    if runtime.service.revisable is not None and newest is not None and newest.content is not None:
        await runtime.service.revisable(runtime, caller, newest.content)
    return known


def _content(kind: type[Content], revision: Revision) -> Content:
    try:
        return kind.model_validate(revision.content)
    except ValidationError as error:
        faults = [fault | {"loc": ("body", "content", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from None


async def _own(runtime: Runtime, caller: Caller, root: str) -> History:
    await _kind(runtime, caller, root)
    versions = (await runtime.fact(root)).versions(root)
    for fact in versions:
        if runtime.service.readable is not None and fact.content is not None:
            await runtime.service.readable(runtime, caller, fact)
    history = History(
        root=root,
        versions=[
            Version(
                id=fact.id,
                version=fact.version,
                change=fact.envelope.change,
                type=fact.envelope.type,
                occurred=fact.occurred.isoformat(),
                recorded=fact.recorded.isoformat(),
                accepted=fact.accepted.isoformat(),
                content=fact.envelope.data,
            )
            for fact in versions
        ],
    )
    body = history.model_dump_json().encode()
    await runtime.shown(caller, "own-fact", root, body, [each.id for each in history.versions])
    return history

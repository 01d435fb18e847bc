"""What is wrong, as RFC 9457 problem+json: the place and the kind of fault, never the value.

Every answer of 400 and above comes from here. Even a field's name is repeated only when it is one
of ours: an unknown name was typed by somebody, and may be anything.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis.accept import Refused
from contracts import sections

_CODE = re.compile(r"[a-z0-9_]{1,60}")
_WRAPPER = re.compile(r"-(Input|Output)$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a request: ``where`` as a dotted path (``body.content.kind``), ``kind`` a code."""

    where: str
    kind: str


class Problem(Exception):
    """An answer that is no success. ``code`` is stable and means one thing; ``detail`` is a sentence
    for people, of our own words alone: it never quotes what was sent."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


class FaultBody(BaseModel):
    """One fault, as it stands in a problem's body."""

    where: str = Field(examples=["body.content.kind"])
    kind: str = Field(examples=["missing"])


class ProblemBody(BaseModel):
    """The body of every problem (RFC 9457), with our ``code`` and the faults of the request."""

    type: str = Field(examples=["urn:goldthread:problem:request.invalid"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["request.invalid"])
    faults: list[FaultBody] = Field(default_factory=list)


ProblemPage = Callable[[Request, Problem], Response | Awaitable[Response]]
"""How a service with pages shows a problem to a person. Set it as ``app.state.problem_page``."""


def _schema() -> dict[str, Any]:
    schema = ProblemBody.model_json_schema()
    schema["properties"]["faults"]["items"] = schema.pop("$defs")["FaultBody"]  # a reference would dangle
    return schema


OPENAPI_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {"application/problem+json": {"schema": _schema()}},
    }
    for status, description in (("4XX", "What is wrong with the request"), ("503", "Not ready: try again"))
}


def not_found() -> Problem:
    """The one answer for what does not exist and for what the caller may not see: none can tell."""
    return Problem(404, "not-found", "There is nothing here that you can see.")


def as_response(problem: Problem) -> Response:
    """The problem as problem+json."""
    body = ProblemBody(
        type=f"urn:goldthread:problem:{problem.code}",
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail,
        code=problem.code,
        faults=[FaultBody(where=fault.where, kind=fault.kind) for fault in problem.faults],
    )
    return JSONResponse(
        body.model_dump(),
        status_code=problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, for a page: it says that it takes HTML."""
    return "text/html" in request.headers.get("accept", "") and "/v1/" not in request.url.path


async def answer(request: Request, problem: Problem) -> Response:
    """The problem as the caller can read it: a page for a browser, problem+json for all else."""
    if not wants_page(request):
        return as_response(problem)
    page: ProblemPage | None = getattr(request.app.state, "problem_page", None)
    if page is None:
        return _plain_page(problem)
    shown = page(request, problem)
    return shown if isinstance(shown, Response) else await shown


def _plain_page(problem: Problem) -> Response:
    title = escape(HTTPStatus(problem.status).phrase)
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} - Goldthread</title>'
        f"</head><body><main><h1>{title}</h1><p>{escape(problem.detail)}</p></main></body></html>",
        status_code=problem.status,
        headers=problem.headers,
    )


def names_of(document: object) -> frozenset[str]:
    """Every field, parameter and schema that an OpenAPI document names: what may be said back."""
    found: set[str] = set()
    pending = [document]
    while pending:
        match pending.pop():
            case dict() as part:
                for key in ("properties", "schemas"):
                    if isinstance(inner := part.get(key), dict):
                        found.update(_WRAPPER.sub("", name) for name in inner)
                found.update(_keys_of(part.get("propertyNames"), document))
                if "in" in part and isinstance(name := part.get("name"), str):
                    found.update((name, name.lower()))
                pending.extend(part.values())
            case list() as items:
                pending.extend(items)
    return frozenset(found)


def _keys_of(names: object, document: object) -> list[str]:
    """The keys that an object of named answers may have: codes of ours, by reference or in place."""
    if not isinstance(names, dict) or not isinstance(document, dict):
        return []
    schemas = document.get("components", {}).get("schemas", {})
    named = schemas.get(str(names.get("$ref", "")).rsplit("/", 1)[-1], names)
    return [key for key in named.get("enum", ()) if isinstance(key, str)]


def faults_of(errors: Iterable[Any], known: frozenset[str]) -> list[Fault]:
    """Validation errors as faults, each once, with nothing in them that the sender made up."""
    found = {}
    for place, said in _of_the_nearest([(tuple(error["loc"]), error["type"]) for error in errors]):
        where = ".".join(_said_back(part, known) for part in place)
        kind = _SPOKEN.get(said, said) if _CODE.fullmatch(said) else "invalid"
        found[where, kind] = Fault(where, kind)
    return list(found.values())


_BRANCHES = frozenset(
    name for name, part in vars(sections).items() if isinstance(part, type) and issubclass(part, BaseModel)
)
"""How pydantic names one of the things that a section may be, open or sealed: by its model."""
Located = tuple[tuple[int | str, ...], str]


def _is_branch(part: int | str) -> bool:
    return isinstance(part, str) and (part in _BRANCHES or part.startswith("function-"))


def _of_the_nearest(errors: Iterable[Located]) -> list[Located]:
    """Of a value that may be one of several things, open or sealed, a time or a day, the faults of the one
    that it comes nearest to: nobody means the other."""
    found: list[Located] = []
    several: dict[tuple[int | str, ...], dict[int | str, list[Located]]] = {}
    for place, kind in errors:
        at = next((at for at, part in enumerate(place) if _is_branch(part)), None)
        if at is None:
            found.append((place, kind))
        else:
            of = several.setdefault(place[:at], {}).setdefault(place[at], [])
            of.append((place[:at] + place[at + 1 :], kind))
    for branches in several.values():
        nearest: list[Located] = min(branches.values(), key=len)
        found += _of_the_nearest(nearest)
    return found


_SPOKEN = dict.fromkeys(
    ("datetime_from_date_parsing", "datetime_parsing", "date_from_datetime_parsing", "date_parsing"),
    "not_iso_8601",
)
"""What the library says of a text that is no time, in our own word."""
_PLACES = frozenset({"body", "query", "path", "header", "cookie", "[key]"})


def _said_back(part: object, known: frozenset[str]) -> str:
    if isinstance(part, int):
        return str(part)
    return str(part) if part in known or part in _PLACES else "*"


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return await answer(request, error)


def known_names(app: FastAPI) -> frozenset[str]:
    """What this application's own document names."""
    if not hasattr(app.state, "names"):
        app.state.names = names_of(app.openapi())
    return cast("frozenset[str]", app.state.names)


def invalid(faults: Sequence[Fault]) -> Problem:
    """What does not fit its schema."""
    return Problem(422, "request.invalid", "The request does not fit the schema: see the faults.", faults)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await answer(request, invalid(faults_of(error.errors(), known_names(request.app))))


_NAMED = {
    "occurred": "body.occurred",
    "recorded": "body.recorded",
    "at": "query.at",
    "Idempotency-Key": "header.idempotency-key",
    "If-Match": "header.if-match",
}
"""Where a request holds what the mechanism names without knowing of requests. What is not here, and
does not say ``body`` itself, is a part of the content."""


def refusal(error: Refused) -> Problem:
    """What the mechanism refused, as a problem."""
    if error.status == 404:
        return not_found()
    named = error.where if error.where.startswith("body.") else f"body.content.{error.where}"
    faults = [Fault(_NAMED.get(error.where, named), error.fault)] if error.where else []
    if error.status == 503:
        return Problem(503, error.fault, "Not ready yet. Try again.", faults, {"Retry-After": "1"})
    detail = "What was sent cannot be taken: see the code and the faults."
    return Problem(error.status, error.fault, detail, faults)


async def _on_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return await answer(request, refusal(error))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await answer(request, not_found())
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    problem = Problem(error.status_code, code, "The request cannot be answered.", headers=error.headers)
    return await answer(request, problem)


def add_handlers(app: FastAPI) -> None:
    """Make every fault of this application a problem. What nobody foresaw is caught by
    ``chassis.http.app``, outside of everything."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http_exception)

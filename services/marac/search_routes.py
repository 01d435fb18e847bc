"""HTTP of looking for a person: by POST alone, so that no name stands in an address, a log or a history."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.sections import Line, Text
from contracts.vocabulary import SearchReason
from services.marac.conference import search
from services.marac.pages import PAGES
from services.marac.pages.words import Words
from services.marac.rules import sharing

router = APIRouter(prefix="/marac/v1", tags=["cases"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Searcher = Annotated[Caller, right(sharing.SEARCH)]


class Why(BaseModel):
    """Why somebody looks. ``text`` says more of the reason, and must where it is another."""

    model_config = ConfigDict(extra="forbid")

    reason: SearchReason
    text: Text | None = None

    @model_validator(mode="after")
    def _said(self) -> Self:
        if self.reason is SearchReason.OTHER and not self.text:
            raise PydanticCustomError("reason_missing", "another reason is said in words")
        return self


class Sought(Why):
    """Whom somebody looks for, and why: a name, a record number or reference, or both."""

    name: Line | None = None
    number: Line | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.name and not self.number:
            raise PydanticCustomError("nothing_sought", "a name or a number is needed")
        return self


@router.post("/search")
async def find(said: Sought, runtime: TheRuntime, caller: Searcher) -> search.SearchPage:
    """The cases, of those that the caller may see, of whoever bears a name or a number. The reason is kept
    with who asked; what was typed is not."""
    return await _find(runtime, caller, said)


@pages.get("/search")
async def form(request: Request, caller: Searcher) -> HTMLResponse:
    """The form, empty."""
    return _show(request, caller, dict.fromkeys(Sought.model_fields, ""), None)


@pages.post("/search")
async def find_by_page(
    request: Request,
    runtime: TheRuntime,
    caller: Searcher,
    name: Annotated[str, Form()] = "",
    number: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """What was found, under the form as it was filled in."""
    typed = {"name": name, "number": number, "reason": reason, "text": text}
    try:
        said = Sought.model_validate({field: value.strip() or None for field, value in typed.items()})
    except ValidationError as error:
        fault = error.errors()[0]
        where = {"nothing_sought": "name", "reason_missing": "text"}.get(fault["type"])
        return _show(request, caller, typed, None, where or str(fault["loc"][0]))
    return _show(request, caller, typed, await _find(runtime, caller, said))


async def _find(runtime: Runtime, caller: Caller, said: Sought) -> search.SearchPage:
    return await search.search(runtime, caller, said.name or "", said.number or "", said.reason, said.text)


def _show(
    request: Request,
    caller: Caller,
    typed: dict[str, str],
    page: search.SearchPage | None,
    fault: str = "",
) -> HTMLResponse:
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    more = {"typed": typed, "fault": fault, "reasons": tuple(SearchReason)}
    return PAGES.show("search.html", look, 422 if fault else 200, page=page, words=words, **more)

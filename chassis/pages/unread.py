"""The operator's page of what could not be read or folded, alike in every service.

The form of each record leads here; what is decided is on record as who decided it and why.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Query, Request
from pydantic import StringConstraints, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.http import parked
from chassis.http.auth import OWN_RIGHTS, Caller
from chassis.http.parked import AT_ONCE, Decision, Offset, Operator, Partition, Subject, TheRuntime, Topic
from chassis.pages.frame import TEMPLATES, Item, Pages
from chassis.parking import DECIDE, LONGEST, Parked
from chassis.runtime import Runtime
from contracts.topics import SERVICES
from contracts.vocabulary import ParkedReason

MOST = 50
"""How many records have a form on one page: the oldest. The others are counted."""

Chosen = Annotated[str, StringConstraints(max_length=40), Form()]
Reason = Annotated[str, StringConstraints(max_length=LONGEST), Form()]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), Form()]


class Alike(NamedTuple):
    """How many records are decided together, how many of them have no form on the page, and since when the
    last of them is parked."""

    records: int
    unseen: int
    until: datetime


def unread_pages(service: str) -> APIRouter:
    """The page of one service, under its prefix, which leads to those of the others."""
    pages = Pages(
        service,
        TEMPLATES,
        navigation=[Item(f"unread.of-{each}", f"/{each}/parked", OWN_RIGHTS[DECIDE]) for each in SERVICES],
    )
    routes = APIRouter(include_in_schema=False)
    _add_look(routes, pages)
    _add_deeds(routes, pages, f"/{service}/parked")
    return routes


async def _show(
    pages: Pages,
    request: Request,
    runtime: Runtime,
    caller: Caller,
    *,
    fault: str = "",
    done: str = "",
    decided: tuple[int, int] = (0, 0),
) -> HTMLResponse:
    shown = await parked.unread(runtime)
    undecided = shown.undecided
    records = undecided[:MOST]
    return pages.show(
        "unread.html",
        pages.look(request, caller),
        status=422 if fault else 200,
        unread=shown,
        records=records,
        alike=_alike(undecided, records),
        further=len(undecided) - len(records),
        discarded=len(shown.parked) - len(undecided),
        reasons=list(ParkedReason),
        fault=fault or None,
        done=done or None,
        decided=decided,
    )


def _alike(undecided: Sequence[Parked], records: Sequence[Parked]) -> dict[tuple[str, str], Alike]:
    """What is decided together, by topic and reason, of the records that have a form on the page."""
    same = defaultdict[tuple[str, str], list[Parked]](list)
    for each in undecided:
        same[each.topic, each.reason].append(each)
    seen = Counter((each.topic, each.reason) for each in records)
    together = {of: same[of][:AT_ONCE] for of in seen}
    return {of: Alike(len(all_), len(all_) - seen[of], all_[-1].since) for of, all_ in together.items()}


def _add_look(routes: APIRouter, pages: Pages) -> None:
    @routes.get("/parked")
    async def look(
        request: Request,
        runtime: TheRuntime,
        caller: Operator,
        done: Annotated[str, Query(pattern="^(read|still-unreadable|discarded|marked|alike)?$")] = "",
        n: Annotated[int, Query(ge=0, le=AT_ONCE)] = 0,
        left: Annotated[int, Query(ge=0, le=AT_ONCE)] = 0,
    ) -> HTMLResponse:
        """What could not be read, since when, why, and whose pages it touches."""
        return await _show(pages, request, runtime, caller, done=done, decided=(n, left))


def _add_deeds(routes: APIRouter, pages: Pages, address: str) -> None:
    @routes.post("/parked/{topic}/{partition}/{offset}")
    async def decide(
        request: Request,
        topic: Topic,
        partition: Partition,
        offset: Offset,
        runtime: TheRuntime,
        caller: Operator,
        decision: Chosen = "",
        reason: Chosen = "",
        narrative: Words = "",
        alike: Chosen = "",
        alike_reason: Reason = "",
    ) -> Response:
        """What is decided of one record, or of those like it that stood on the page."""
        said = {"decision": decision, "reason": reason, "narrative": narrative or None}
        said |= {"alike_until": alike or None, "alike_reason": alike_reason or None}
        try:
            decided = Decision.model_validate(said)
        except ValidationError:
            return await _show(pages, request, runtime, caller, fault=f"{topic}-{partition}-{offset}")
        came = await parked.decide(runtime, caller, topic, partition, offset, decided)
        done = f"alike&n={came.records}&left={came.left}" if alike else came.outcome
        return RedirectResponse(f"{address}?done={done}", 303)

    @routes.post("/parked/folded/{subject}")
    async def fold(subject: Subject, runtime: TheRuntime, caller: Operator) -> Response:
        """Fold a broken subject again."""
        await runtime.fold_again(subject)
        await runtime.folded([subject])
        return RedirectResponse(f"{address}?done=marked", 303)

"""The referral page for those with no system: one thing a page, saved at each; no fact until it is sent.

No address, title or log line of it holds anything that was typed.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.problem import not_found
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.configuration import AreaDefined
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import AreaKind
from services.referrals import drafts, referred
from services.referrals.drafts import Draft, Page
from services.referrals.pages import PAGES
from services.referrals.rules import asking, drafting, referring, sharing
from services.referrals.withheld import may_ask

HOME = "/referrals/refer"

router = APIRouter(prefix=HOME, include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Referrer = Annotated[Caller, right(sharing.REFER)]
Seen = Annotated[int, Form(ge=0)]


@router.get("")
async def home(request: Request, runtime: TheRuntime, caller: Referrer, gone: bool = False) -> HTMLResponse:
    """What a referral is, and the caller's drafts."""
    mine = await drafts.mine(runtime, caller)
    look = PAGES.look(request, caller)
    known: dict[str, Any] = {
        "drafts": mine,
        "once": new_id(),
        "gone": gone,
        "rules": drafting,
        "pages": await _pages(runtime, caller, {}),
        "left": {
            draft.id: [
                page for page in await _pages(runtime, caller, draft.answers) if page not in draft.pages
            ]
            for draft in mine
        },
    }
    return PAGES.show("refer.html", look, **known)


@router.post("")
async def begin(runtime: TheRuntime, caller: Referrer, once: Annotated[Id, Form()]) -> RedirectResponse:
    """Begin a draft; pressed twice, one."""
    await drafts.begin(runtime, caller, once)
    return RedirectResponse(f"{HOME}/{once}/{next(iter(asking.PAGES))}", 303)


@router.get("/{draft}/sent")
async def sent(request: Request, draft: Id, runtime: TheRuntime, caller: Referrer) -> Response:
    """That it was sent, under which reference, and what happens next."""
    fact = await referred.sent(runtime, caller, draft)
    if fact is None:
        return _gone()
    may_read = not caller.roles.isdisjoint(sharing.RIGHTS[sharing.READ_WITHHELD])
    return PAGES.show("refer_sent.html", PAGES.look(request, caller), referral=fact, may_read=may_read)


@router.get("/{draft}/check")
async def check(request: Request, draft: Id, runtime: TheRuntime, caller: Referrer) -> Response:
    """All answers, before they are sent."""
    found = await drafts.read(runtime, caller, draft)
    return _gone() if found is None else await _check(request, runtime, caller, found)


@router.post("/{draft}/send")
async def send(request: Request, draft: Id, runtime: TheRuntime, caller: Referrer, seen: Seen) -> Response:
    """Send it, if it is as the caller has just seen it. Pressed twice, it is sent once; what was written on
    it since it was sent is told to be in no referral."""
    done = RedirectResponse(f"{HOME}/{draft}/sent", 303)
    before = await referred.sent(runtime, caller, draft)
    found = await drafts.read(runtime, caller, draft)
    if found is None:
        return _gone() if before is None else done
    if before is not None:
        if found.touched != before.occurred:
            return await _check(request, runtime, caller, found, "sent")
        await drafts.discard(runtime, caller, found)  # a process died between the two
        return done
    if found.seen != seen:
        return await _check(request, runtime, caller, found, "changed")
    if asking.lacks_form(found.answers, referring.day_of_draft(found.touched)):
        return RedirectResponse(f"{HOME}/{draft}/form", 303)
    try:
        await referred.send(runtime, caller, found)
    except Refused as refused:
        if refused.status not in (409, 412, 503):
            raise
        fault = "busy" if refused.status == 503 else "changed"  # another window sent it at once
        return await _check(request, runtime, caller, found, fault)
    return done


@router.post("/{draft}/discard")
async def discard(draft: Id, runtime: TheRuntime, caller: Referrer, seen: Seen) -> RedirectResponse:
    """Delete a draft."""
    if (found := await drafts.read(runtime, caller, draft)) is not None:
        await drafts.discard(runtime, caller, found)
    return RedirectResponse(HOME, 303)


@router.get("/{draft}/{page}")
async def ask(request: Request, draft: Id, page: str, runtime: TheRuntime, caller: Referrer) -> Response:
    """One page of questions, with what was said there."""
    found = await drafts.read(runtime, caller, draft)
    await _check_page(runtime, caller, page, found)
    if found is None:
        return _gone()
    kept = found.pages.get(page, Page(0, {}))
    return await _ask(request, runtime, caller, found, page, kept.n, kept.said)


@router.post("/{draft}/{page}")
async def answer(
    request: Request, draft: Id, page: str, runtime: TheRuntime, caller: Referrer, seen: Seen
) -> Response:
    """Keep what was typed, and go on; or say what is wrong, with all that was typed still there. Nothing is
    kept once it was sent: nobody would send it."""
    found = await drafts.read(runtime, caller, draft)
    await _check_page(runtime, caller, page, found)
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    said = asking.typed(page, form)
    if await referred.sent(runtime, caller, draft) is not None:
        was = found or Draft(draft, runtime.clock.now())
        return await _ask(request, runtime, caller, was, page, seen, said, late=True)
    if found is None:
        return _gone()
    if not said and page == "form" and "later" in form:
        return RedirectResponse(HOME, 303)
    today = runtime.clock.now().astimezone(LONDON).date()
    if faults := asking.faults(page, said, today):
        return await _ask(request, runtime, caller, found, page, seen, said, faults=faults)
    kept = await drafts.save(runtime, caller, draft, page, seen, said)
    if kept is None:
        return _gone()
    if isinstance(kept, Page):
        return await _ask(request, runtime, caller, found, page, kept.n, said, theirs=kept.said)
    if "later" in form:
        return RedirectResponse(HOME, 303)
    if "more" in form:
        return RedirectResponse(f"{HOME}/{draft}/{page}#more", 303)
    following = asking.next_page(page, kept.answers, await _pages(runtime, caller, kept.answers))
    return RedirectResponse(f"{HOME}/{draft}/{following}", 303)


async def _pages(runtime: Runtime, caller: Caller, answers: asking.Answers) -> tuple[str, ...]:
    """The pages that a caller is asked, by what was answered."""
    may_keep = await may_ask(runtime, caller)
    return tuple(page for page in asking.pages_of(answers) if page != "withheld" or may_keep)


async def _check_page(runtime: Runtime, caller: Caller, page: str, draft: Draft | None) -> None:
    if page not in await _pages(runtime, caller, draft.answers if draft else {}):
        raise not_found()


def _gone() -> RedirectResponse:
    return RedirectResponse(f"{HOME}?gone=1", 303)


async def _areas(runtime: Runtime) -> dict[str, str]:
    """The areas that a MARAC hears, by name."""
    defined = (await runtime.configuration(AreaDefined)).current(AreaDefined)
    marac = {fact.said.area: fact.said.name for fact in defined if fact.said.kind is AreaKind.MARAC}
    return dict(sorted(marac.items(), key=lambda each: each[1]))


async def _ask(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    draft: Draft,
    page: str,
    seen: int,
    said: Mapping[str, str],
    faults: Sequence[asking.Fault] = (),
    theirs: Mapping[str, str] | None = None,
    late: bool = False,
) -> HTMLResponse:
    pages = await _pages(runtime, caller, draft.answers)
    place = pages.index(page)
    shown: dict[str, Any] = {
        "draft": draft,
        "page": page,
        "fields": asking.shown(page, said),
        "seen": seen,
        "said": said,
        "faults": dict(faults),
        "theirs": theirs,
        "late": late,
        "areas": await _areas(runtime),
        "day_of": asking.day_of,
        "form": asking.dash_form(draft.answers, referring.day_of_draft(draft.touched)),
        "step": (place + 1, len(pages)),
        "back": f"{HOME}/{draft.id}/{pages[place - 1]}" if place else HOME,
    }
    status = 422 if faults else 409 if late or theirs is not None else 200
    return PAGES.show("refer_ask.html", PAGES.look(request, caller), status, **shown)


async def _check(
    request: Request, runtime: Runtime, caller: Caller, draft: Draft, fault: str = ""
) -> HTMLResponse:
    pages = await _pages(runtime, caller, draft.answers)
    before = await referred.before(runtime, caller, draft)
    if before:
        facts = [fact.id for fact in before]
        await runtime.shown(caller, "referred-before", draft.id, "".join(facts).encode(), facts)
    shown: dict[str, Any] = {
        "draft": draft,
        "pages": {page: asking.shown(page, draft.answers.get(page, {})) for page in pages},
        "unknown": sum(len(asking.open_fields(page, draft.answers.get(page, {}))) for page in pages),
        "counts": {page: asking.counted(page, draft.answers.get(page, {})) for page in pages},
        "before": before,
        "areas": await _areas(runtime),
        "day_of": asking.day_of,
        "form": asking.dash_form(draft.answers, referring.day_of_draft(draft.touched)),
        "fault": fault,
    }
    status = {"": 200, "busy": 503}.get(fault, 409)
    return PAGES.show("refer_check.html", PAGES.look(request, caller), status, **shown)

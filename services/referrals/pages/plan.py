"""The page on which a victim's safety plan is written: decode, ask ``plans``, show. What is not adequate is
saved too, and said with its reason."""

from datetime import date
from itertools import zip_longest
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.owed import PlanMade
from contracts.vocabulary import ActionState, Grade, PlanChildren, PlanHeading
from services.referrals import plans
from services.referrals.pages.typed import form_page, tried
from services.referrals.rules import sharing

router = APIRouter(prefix="/victims/{mention}/plan", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Planner = Annotated[Caller, right(sharing.WRITE_PLAN)]
WORDS = ("owner", "contact", "release", "court", "for_children")
OF_AN_ACTION = ("what", "action_grade", "action_owner", "due", "state")
EMPTY_ROWS = 3
"""For more actions: after each time that it is saved there are as many again."""
FAULTS = {"headings", "actions", "review_on", "orders", "changed", "busy", *WORDS}
"""What can be wrong with the form, as the last part of a message id."""


class TypedPlan(BaseModel):
    """The form as somebody typed it. Of the lists, what stands at one place is of one action; of ``orders``
    each line is a reference."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    once: Id
    root: str = ""
    version: str = ""
    grade: str = Grade.UNKNOWN
    proportionality: str = ""
    legality: str = ""
    accountability: str = ""
    necessity: str = ""
    information: str = ""
    what: list[str] = []
    action_grade: list[str] = []
    action_owner: list[str] = []
    due: list[str] = []
    state: list[str] = []
    owner: str = ""
    review_on: str = ""
    children: str = PlanChildren.NOT_KNOWN
    for_children: str = ""
    contact: str = ""
    release: str = ""
    court: str = ""
    orders: str = ""

    def rows(self) -> list[dict[str, str]]:
        """The actions that say anything, as they were typed."""
        rows = zip_longest(*(getattr(self, name) for name in OF_AN_ACTION), fillvalue="")
        found = [dict(zip(OF_AN_ACTION, row, strict=True)) for row in rows]
        return [row for row in found if row["what"] or row["action_owner"] or row["due"]]

    def plan(self, mention: str, before: PlanMade | None) -> PlanMade:
        """What was said of whoever a page names; orders that are named by their id stay. Raises
        ValidationError."""
        said: dict[str, Any] = {name: getattr(self, name) for name in (*WORDS, "grade", "children")}
        named = [each.model_dump() for each in before.orders if each.order] if before else []
        lines = [line.strip() for line in self.orders.splitlines() if line.strip()]
        said |= {"orders": named + [{"reference": line} for line in lines]}
        said |= {"headings": {heading: getattr(self, heading) for heading in PlanHeading}}
        said |= {"review_on": self.review_on or None, "actions": [_action(row) for row in self.rows()]}
        return PlanMade.model_validate(said | {"victim": mention})


def _action(row: dict[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {"what": row["what"], "owner": row["action_owner"], "due": row["due"] or None}
    return said | {
        "grade": row["action_grade"] or Grade.UNKNOWN,
        "state": row["state"] or ActionState.PLANNED,
    }


@router.get("")
async def open_plan(request: Request, mention: Id, runtime: TheRuntime, caller: Planner) -> HTMLResponse:
    """The plans of a victim, and the form of the caller's agency's own."""
    return await _show(request, mention, runtime, caller)


@router.post("")
async def save(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Planner,
    typed: Annotated[TypedPlan, Form()],
) -> Response:
    """Make the plan of the caller's agency, or correct it whole."""
    own = (await plans.open_plan(runtime, caller, mention)).own
    upon = (typed.root, typed.version)

    async def work() -> None:
        said = typed.plan(mention, own.plan if own else None)
        await plans.save(runtime, caller, mention, said, upon, f"{typed.once}-plan")

    if fault := await tried(work, FAULTS):
        return await _show(request, mention, runtime, caller, typed, fault)
    return RedirectResponse(f"/referrals/victims/{mention}/plan", 303)


def _typed(own: plans.OwnPlan | None) -> TypedPlan:
    """The form before anybody typed: the plan of the caller's agency as it stands."""
    if own is None:
        return TypedPlan(once=new_id())
    plan = own.plan
    return TypedPlan(
        once=new_id(),
        grade=plan.grade,
        **{heading: getattr(plan.headings, heading) for heading in PlanHeading},
        what=[each.what for each in plan.actions],
        action_grade=[each.grade for each in plan.actions],
        action_owner=[each.owner for each in plan.actions],
        due=[_day(each.due) for each in plan.actions],
        state=[each.state for each in plan.actions],
        review_on=_day(plan.review_on),
        children=plan.children,
        orders="\n".join(each.reference for each in plan.orders if each.reference and not each.order),
        **{name: getattr(plan, name) for name in WORDS},
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


async def _show(
    request: Request,
    mention: str,
    runtime: Runtime,
    caller: Caller,
    typed: TypedPlan | None = None,
    fault: str = "",
) -> HTMLResponse:
    shown = await plans.open_plan(runtime, caller, mention)
    form = (typed or _typed(shown.own)).model_copy(update={"once": new_id()})
    blank = dict.fromkeys(OF_AN_ACTION, "")
    return await form_page(
        "plan.html",
        request,
        mention,
        runtime,
        caller,
        fault,
        page=shown.victim,
        own=shown.own,
        typed=form,
        rows=[*form.rows(), *[blank] * EMPTY_ROWS],
        codes={"grade": Grade, "action-state": ActionState},
        headings=PlanHeading,
        answers=PlanChildren,
    )

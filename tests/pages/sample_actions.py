"""Invented actions of a MARAC for pages: in every state, vague and specific, of a long name and sealed."""

from datetime import timedelta
from typing import Any

from chassis.http.auth import Caller
from contracts.events.support import Worker
from contracts.vocabulary import ActionAnswer, ActionFor, ActionRisk, StaffRole
from services.marac.conference.action_plan import ActionPage, Actions
from services.marac.rules.actions import NotSpecific
from services.marac.shown_actions import ActionLine, AnswerShown
from tests.pages.sample_rows import CASE, FRESH, LONG, NOW, ago, new

ACTION = new()
HOUSING, SCHOOL = ("castlegate-housing", "Castlegate Housing"), ("hollin-bank-school", "Hollin Bank School")


def _line(of: tuple[str, str], text: str | None, hours: float, **more: Any) -> ActionLine:
    given: dict[str, Any] = {
        "action": new(),
        "version": 1,
        "letters": "K7Q",
        "case": CASE,
        "worker": None,
        "agreed": ago(days=14),
        "target": ActionFor.VICTIM,
        "risk": None,
        "safe_to_tell": None,
        "answer": None,
        "open": True,
        "late": hours < 0,
        "told_to_chair": hours < -168,
        "carried": 0,
        "not_specific": (),
        "withdrawn": False,
        "answers": (),
        "may_answer": True,
    }
    due = NOW + timedelta(hours=hours)
    return ActionLine(owner=of[0], owner_name=of[1], text=text, due=due, **(given | more))


def _said(answer: ActionAnswer, text: str | None, days: int) -> AnswerShown:
    return AnswerShown(agency=HOUSING[0], agency_name=HOUSING[1], at=ago(days=days), answer=answer, text=text)


def lines() -> list[ActionLine]:
    """Late and carried; accepted and late; vague; sealed; done; not done by its agency; replaced."""
    marsh = Worker(name="Ivo Marsh", telephone="01632 960188")
    risk, accepted = ActionRisk.HOME_NOT_SAFE, _said(ActionAnswer.ACCEPTED, None, 10)
    over: dict[str, Any] = {"open": False, "late": False, "may_answer": True}
    return [
        _line(
            HOUSING, "Change both locks at the back door.", -200, action=ACTION, carried=2, worker=marsh
        ).model_copy(update={"risk": risk, "answers": (accepted,), "answer": ActionAnswer.ACCEPTED}),
        _line(SCHOOL, f"{LONG} " * 6, -2, safe_to_tell=False, target=ActionFor.CHILD),
        _line(HOUSING, "Monitor", 90, not_specific=(NotSpecific.WORDS, NotSpecific.TOO_SHORT)),
        _line(SCHOOL, None, 40, letters="M2D", safe_to_tell=True, victim_died=True),
        _line(HOUSING, "Offer a move.", -50, answer=ActionAnswer.DONE, **over).model_copy(
            update={"answers": (_said(ActionAnswer.DONE, "Moved on Friday.", 3),)}
        ),
        _line(HOUSING, "Fit a camera.", -50, answer=ActionAnswer.NOT_DONE, **over).model_copy(
            update={"answers": (_said(ActionAnswer.NOT_DONE, "No engineer was free.", 1),)}
        ),
    ]


REOPENED = _said(ActionAnswer.ACCEPTED, "The locks are still the old ones.", 2).model_copy(
    update={"reopens": True}
)


def actions(caller: Caller) -> Actions:
    """Open ones: the caller's agency's, without the case; and those of their areas for who sees them."""
    open_ = [line for line in lines() if line.open]
    bare = [line.model_copy(update={"case": None}) for line in open_ if line.owner == HOUSING[0]]
    reads = caller.roles & {StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR}
    areas = open_ if reads else None
    opened = bare[0].model_copy(update={"answers": (REOPENED, *bare[0].answers)})
    over = [line.model_copy(update={"case": None}) for line in lines() if not line.open]
    yours = [opened, *bare[1:]]
    return Actions(
        at=NOW, fresh_until=FRESH, agency=HOUSING[1], yours=yours, over=over, areas=areas, more=False
    )


async def of_caller(_: Any, caller: Caller) -> Actions:
    """As the query answers."""
    return actions(caller)


async def one(_: Any, caller: Caller, which: str) -> ActionPage:
    """The first of them, whichever is asked for."""
    line = lines()[0].model_copy(update={"action": which})
    return ActionPage(
        at=NOW, fresh_until=FRESH, action=line, may_supersede=StaffRole.MARAC_CHAIR in caller.roles
    )

"""A victim's safety plan as whoever works for her writes it on her page: their agency's own, made or
corrected whole. It is saved whatever it says; the page shows every reason why it is not adequate."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from chassis.accept import Refused, own_header
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.owed import PlanMade
from contracts.rules.owed_parts import Owed
from services.referrals import owed
from services.referrals.rules import sharing

KEPT = ("victim", "routing", "narrative")
"""What a correction on the page does not touch, beside whom the plan names."""


class OwnPlan(BaseModel):
    """The newest plan of the caller's agency, as it stands."""

    model_config = ConfigDict(frozen=True)

    root: Id
    version: int
    plan: PlanMade


class PlanPage(BaseModel):
    """What is owed to a victim, every plan among it, and the one of the caller's agency."""

    model_config = ConfigDict(frozen=True)

    victim: owed.VictimPage
    own: OwnPlan | None


async def open_plan(runtime: Runtime, caller: Caller, mention: str) -> PlanPage:
    """The plans of whoever a mention is today; the look is on record. Raises Problem (404) for who is not the
    caller's to see."""
    victim = await owed.open_victim(runtime, caller, mention)
    own = await _own(runtime, caller, victim.owed)
    found = OwnPlan(root=own.root, version=own.version, plan=own.said) if own else None
    return PlanPage(victim=victim, own=found)


async def save(
    runtime: Runtime, caller: Caller, mention: str, said: PlanMade, upon: tuple[str, str], key: str
) -> None:
    """Make the plan of the caller's agency, or correct it whole, which was root and version ``upon`` when it
    was looked at, both empty for none; one that says the same already is left. Raises Problem (404), Refused
    (412) where somebody has changed it since, and as ``Runtime.take`` and ``Runtime.revise`` do."""
    hers = (await owed.open_victim(runtime, caller, mention)).owed
    own = await _own(runtime, caller, hers)
    if own is not None and _says(own.said) == _says(said):
        return
    if upon != ((own.root, str(own.version)) if own else ("", "")):
        raise Refused("changed-since", status=412)
    header, right = own_header(runtime.clock.now()), sharing.PLAN
    if own is None:
        said = said.model_copy(update={"victim": hers.mention})
        taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
    else:
        people = [each.model_copy(update={"mention": None}) for each in own.said.people]
        said = said.model_copy(update={name: getattr(own.said, name) for name in KEPT} | {"people": people})
        taken = await runtime.revise(
            own.root, own.version, header, said, caller=caller, right=right, idempotency_key=key
        )
    await runtime.folded(said.keys(taken.root) | {f"m:{hers.mention}"})


def _says(plan: PlanMade) -> dict[str, Any]:
    return plan.model_dump(exclude={*KEPT, "people"})


async def _own(runtime: Runtime, caller: Caller, found: Owed) -> Fact[PlanMade] | None:
    root = next((each.root for each in found.plans if each.agency == caller.agency), None)
    return next(iter((await runtime.fact(root)).current(PlanMade)), None) if root else None

"""Whether a step closes a breach of which nobody knows how great the risk is."""

from chassis.archive import Archive
from chassis.http.auth import Caller
from contracts.events.contact import DeathRecorded
from contracts.events.orders import BreachProgressed
from contracts.rules.breach_answer import CLOSES, HISTORY, why_not_closed
from contracts.vocabulary import Role, StaffRole
from services.orders.views import ORDERS_BREACH, OrdersBreach


async def fault_of(
    archive: Archive, caller: Caller, said: BreachProgressed, root: str
) -> tuple[str, str] | None:
    """The place and kind of why a step may not close its breach yet. None: it may, or closes none. What a
    force's system tells of a breach that is history has been closed; and so has what was taken as closed, and
    is put right."""
    row = await archive.row(ORDERS_BREACH, said.breach)
    if said.step not in CLOSES or not isinstance(row, OrdersBreach):
        return None
    history = archive.clock.now() - row.occurred > HISTORY
    before = [fact.content for fact in (await archive.fact(root)).versions(root)]
    last = before[-1] if before else None
    closed = isinstance(last, BreachProgressed) and last.step in CLOSES and last.breach == said.breach
    if closed or (history and StaffRole.REPORTER in caller.roles):
        return None
    filed = await archive.facts([f"m:{mention}" for mention in row.victim_mentions])
    dead = {each.mention for fact in filed.current(DeathRecorded) for each in fact.said.in_role(Role.VICTIM)}
    assessable = bool(row.victims) and dead.isdisjoint(row.victim_mentions)
    return why_not_closed(said.step, row.grade, assessable=assessable)

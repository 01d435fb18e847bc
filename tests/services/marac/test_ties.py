"""For whom a case is there by what is declared of it, whom it is restricted to and whom a service supports:
as each store finds it, beside a plain dictionary."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chassis.archive import Archive
from chassis.clock import Clock
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.rows import new_row, write_rows
from chassis.store import Postgres, Sqlite, Store
from contracts.events.listing import CaseRestricted
from contracts.events.research import InterestDeclared
from contracts.events.support import RoleTaken, Worker
from contracts.sections import Narrative
from contracts.vocabulary import CaseRole, Role
from services.marac.conference.ties import shut_out_of, tied, ties
from services.marac.service import SERVICE
from tests.services.marac.caseload import ann, ben, cat, mention, referral, world
from tests.services.marac.conftest import CALLERS, caller
from tests.support.facts import IDS, NOON, fact, root_of, someone

CASES = {
    "ann": [ann(), ben()],
    "turned": [ben(Role.VICTIM), mention("ann", Role.PERPETRATOR)],
    "ann and dan": [ann(), someone(Role.PERPETRATOR, "dan")],
    "cat": [cat(), someone(Role.PERPETRATOR, "eve")],
    "cat and fay": [cat(), someone(Role.PERPETRATOR, "fay")],
    "gil": [someone(Role.VICTIM, "gil"), someone(Role.PERPETRATOR, "hal")],
}
"""Of Ann and Ben in both directions, of Ann and Dan; two of Cat, one of which is restricted; and Gil's."""
NEVER = "a case that is not known"
BENS = caller("idva-bens", "haven", "idva", "north")
ANNS = caller("idva-anns", "haven", "idva", "north")
"""Of one service: named for Ben as a victim, and for Ann."""

SAID: dict[str, tuple[Caller, dict[str, bool | None]]] = {
    "nobody said anything": (CALLERS["coordinator"], {}),
    "a tie is to people": (
        CALLERS["coordinator-too"],
        {"ann": True, "turned": True, "ann and dan": True, "cat": True, "cat and fay": True},
    ),
    "none is to this case alone": (CALLERS["chair-too"], {"gil": False, "cat": True, "cat and fay": True}),
    "a case of a victim is restricted": (CALLERS["chair"], {"cat": True, "cat and fay": True}),
    "the other party's IDVA": (BENS, {"ann": True, "cat": True, "cat and fay": True}),
    "of both, whoever is named for her": (ANNS, {"turned": True, "cat": True, "cat and fay": True}),
    "the system of a service of both": (
        CALLERS["system-haven"],
        {"ann": True, "turned": True, "cat": True, "cat and fay": True},
    ),
    "another's system": (CALLERS["system"], {"cat": True, "cat and fay": True}),
}
"""Of each reader what differs from: nothing was declared."""


def declared(who: str, case: str, *, tie: bool) -> Fact[Any]:
    said = {"person": CALLERS[who].id, "cases": [{"case": root_of(case), "tie": tie}]}
    return fact(InterestDeclared.model_validate(said), agency=CALLERS[who].agency, root=f"{who} {case}")


def named(who: Caller, victim: Any) -> Fact[Any]:
    worker = Worker(name="Carys Bevan", person=who.id)
    taken = RoleTaken(people=[victim], part=CaseRole.IDVA, worker=worker)
    return fact(taken, agency=who.agency, root=f"of {who.subject}")


def restricted(case: str, *who: str) -> Fact[Any]:
    to = [{"person": CALLERS[each].id, "name": each} for each in who]
    said = {"case": root_of(case), "to": to, "reason": Narrative(text="Kin.").model_dump()}
    return fact(CaseRestricted.model_validate(said), agency="police", root=f"restricted {case}")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def archive(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Archive]:
    """All rows of these cases, as they are folded."""
    if request.param == "sqlite":
        store: Store = Sqlite(tmp_path / "store.sqlite", Clock())
    else:
        store = Postgres(request.getfixturevalue("postgres_url"), "marac", Clock())
    await store.prepare([view.table for view in SERVICE.views])
    told = world(
        *(referral(case, people=people) for case, people in CASES.items()),
        declared("coordinator-too", "ann", tie=True),
        declared("chair-too", "gil", tie=False),
        restricted("cat", "coordinator", "idva"),
        named(BENS, ben(Role.VICTIM)),
        named(ANNS, ann()),
        at=NOON,
    ).fold()
    views = {view.name: view for view in SERVICE.views}
    rows = [new_row(views[name], id_, each.row) for (name, id_), each in told.items() if each.row]
    async with store.writing() as connection:
        await write_rows(store, connection, rows, {})
    yield Archive("marac", store, IDS, Clock(), SERVICE.views)
    await store.close()


async def test_for_whom_a_case_is_there_is_told_by_columns_as_by_all_that_was_said(archive: Archive) -> None:
    asked = {root_of(case): case for case in (*CASES, NEVER)}
    for what, (who, differs) in SAID.items():
        wanted = dict.fromkeys(asked.values()) | differs
        found = await ties(archive, who, asked)
        assert {asked[case]: tie for case, tie in found.items()} == wanted, what
        gone = {case for case, tie in wanted.items() if tie}
        assert {asked[case] for case in await tied(archive, who, asked)} == gone, what
        for case, tie in found.items():
            assert await ties(archive, who, [case]) == {case: tie}, (what, asked[case])
        assert await ties(archive, who, []) == {}


async def test_what_restricts_a_case_is_found_by_those_that_are_asked_of_alone(archive: Archive) -> None:
    of_her = {root_of("cat"), root_of("cat and fay")}
    for case in (*of_her, root_of("gil")):
        assert await shut_out_of(archive, CALLERS["chair"], [case]) == of_her & {case}
        assert await shut_out_of(archive, CALLERS["coordinator"], [case]) == set()

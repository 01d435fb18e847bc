"""A case whose area is corrected after it was listed: on two agendas for a while, never on none."""

from datetime import timedelta
from typing import Any

from chassis.accept import own_header
from tests.services.marac import caseload
from tests.services.marac.caseload import ann, ben
from tests.services.marac.conftest import Marac, bare, caller, prepared
from tests.support.facts import area
from tests.support.waiting import until


async def test_it_stays_where_it_is_listed_and_waits_where_it_is_now(marac: Marac) -> None:
    made = await prepared(marac)
    starts = (marac.runtime.clock.now() + timedelta(days=9)).isoformat()
    called = await marac.post("coordinator-elsewhere", "meetings", {"area": "south", "starts": starts})
    south = called.json()["root"]

    async def agenda(who: str, meeting: str) -> tuple[list[str], list[str]]:
        page: dict[str, Any] = (await marac.get(who, f"meetings/{meeting}/agenda")).json()
        cases, waiting = ([line["case"] for line in page[part]] for part in ("cases", "waiting"))
        return cases, waiting

    assert await agenda("chair-elsewhere", south) == ([], [])
    said = bare(caseload.referral(people=[ann(), ben()], routing=area("south")).said)
    header = own_header(marac.runtime.clock.now() - timedelta(days=20))
    haven = caller("haven", "haven", "reporter")
    await marac.runtime.revise(made.case, 1, header, said, caller=haven, right="test")

    async def waits() -> bool:
        return await agenda("chair-elsewhere", south) == ([], [made.case])

    await until(waits)
    assert await agenda("chair", made.meeting) == ([made.case], []), "listed in the north, as before"
    assert (await marac.get("chair", f"cases/{made.case}")).status_code == 200
    lines = (await marac.get("chair", "meetings")).json()["to_come"]
    assert [(line["meeting"], line["cases"]) for line in lines] == [(made.meeting, 1)]
    listed = await marac.post("coordinator-elsewhere", f"meetings/{south}/cases", {"case": made.case})
    assert listed.status_code == 201

    async def heard() -> bool:
        return await agenda("chair-elsewhere", south) == ([made.case], [])

    await until(heard)

"""Cases whose MARAC nobody knows: on no agenda, and in front of every coordinator until one has them."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.events.configuration import AreaDefined
from contracts.vocabulary import AreaKind
from tests.services.marac import caseload
from tests.services.marac.caseload import ben, cat
from tests.services.marac.conftest import Marac, caller, prepared
from tests.support.facts import area
from tests.support.waiting import until

COORDINATORS = ("coordinator", "coordinator-elsewhere")


async def lost(marac: Marac, who: str) -> list[str]:
    """The cases that somebody's page of meetings says are on no agenda."""
    lines = (await marac.get(who, "meetings")).json()["area_not_known"]
    return [line["case"] for line in lines]


async def refer(marac: Marac, where: str | None) -> str:
    """A referral of Cat, in the area that somebody typed; its case."""
    said = caseload.referral(people=[cat(), ben()], routing=area(where) if where else None).said
    case = await marac.say("haven", said, 3)

    async def folded() -> bool:
        return bool(await marac.page("coordinator", case))

    await until(folded)
    return case


@pytest.mark.parametrize("where", [None, "nroth", "castleshire"], ids=["none", "not defined", "no MARAC"])
async def test_a_case_without_a_marac_is_in_front_of_every_coordinator(marac: Marac, where: str) -> None:
    made = await prepared(marac)
    assert [await lost(marac, who) for who in COORDINATORS] == [[], []]
    case = await refer(marac, where)
    for who in COORDINATORS:
        assert await lost(marac, who) == [case]
        assert "area-unknown" in [gap["code"] for gap in (await marac.page(who, case))["missing"]]
    for who in ("chair", "idva"):
        assert (await marac.get(who, "meetings")).json()["area_not_known"] is None
        assert (await marac.get(who, f"cases/{case}")).status_code == 404
    agenda: dict[str, Any] = (await marac.get("coordinator", f"meetings/{made.meeting}/agenda")).json()
    assert [line["case"] for line in agenda["waiting"]] == []


async def test_it_is_heard_where_a_coordinator_lists_it(marac: Marac) -> None:
    made = await prepared(marac)
    case = await refer(marac, None)
    listed = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": case})
    assert listed.status_code == 201

    async def found() -> bool:
        return await lost(marac, "coordinator-elsewhere") == []

    await until(found)
    agenda = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
    assert {line["case"] for line in agenda["cases"]} == {made.case, case}
    assert (await marac.get("chair", f"cases/{case}")).status_code == 200
    assert (await marac.get("chair-elsewhere", f"cases/{case}")).status_code == 404


async def test_it_leaves_the_list_when_its_area_is_defined(marac: Marac) -> None:
    made = await prepared(marac)
    case = await refer(marac, "quay")
    assert await lost(marac, "coordinator") == [case]
    await marac.say("council", AreaDefined(area="quay", name="Quay", kind=AreaKind.DISTRICT, within="north"))

    async def waits() -> bool:
        agenda = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
        return [line["case"] for line in agenda["waiting"]] == [case]

    await until(waits)
    assert [await lost(marac, who) for who in COORDINATORS] == [[], []]


async def test_a_meeting_that_is_called_off_leaves_its_cases_waiting(marac: Marac) -> None:
    made = await prepared(marac)
    case = await refer(marac, None)
    starts = (marac.runtime.clock.now() + timedelta(days=9)).isoformat()
    other = (await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})).json()["root"]
    for each in (case, made.case):
        await marac.post("coordinator", f"meetings/{other}/cases", {"case": each})
    police = caller("coordinator", "police", "marac-coordinator", "north")
    await marac.runtime.revise(other, 1, None, None, caller=police, right="meeting:call")

    async def lost_again() -> bool:
        return await lost(marac, "coordinator-elsewhere") == [case]

    await until(lost_again)
    agenda = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
    assert [line["case"] for line in agenda["cases"]] == [made.case], "still listed at the other"

"""Whoever is kept from a case is kept from what this service knows of everybody in it: how the victim is
reached, her plan, her support, what she chose not to tell the police."""

import httpx

from contracts.events.listing import CaseRestricted
from contracts.events.research import InterestDeclared
from tests.services.referrals.scene import AGENCIES, CALLERS, Referrals, mention, named
from tests.services.referrals.test_owed import PLAN
from tests.support.waiting import until

HER = mention("police", "1")
LIST = "/referrals/v1/support"


async def get(referrals: Referrals, path: str) -> httpx.Response:
    return await referrals.http.get(path, headers={"Authorization": "Bearer idva"})


async def test_a_restriction_and_a_tie_take_the_victim_along(referrals: Referrals) -> None:
    await referrals.configure(*AGENCIES)
    assert (await referrals.post("police", "safety-plans", PLAN)).status_code == 201
    people = [named("victim", "1"), named("perpetrator", "2")]
    referral = {"people": people, "routing": {"area": "north"}}
    case = (await referrals.post("police", "marac-referrals", referral)).json()["root"]
    paths = [
        f"/referrals/victims/{HER}",
        *(f"/referrals/victims/{HER}/{page}" for page in ("contact", "plan")),
    ]
    paths += [f"/referrals/support/{HER}", f"{LIST}/{HER}", f"/referrals/withheld/{case}"]

    async def seen() -> tuple[set[int], int]:
        return {(await get(referrals, path)).status_code for path in paths}, await listed()

    async def listed() -> int:
        return len((await get(referrals, LIST)).json()["victims"])

    async def known() -> bool:
        return await seen() == ({200}, 1)

    await until(known, "she is owed support, and has a plan")
    reason = {"text": "A cousin works here."}
    for inside, there in (("idva", ({200}, 1)), ("chair", ({404}, 0))):
        to = [{"person": CALLERS[inside].id, "name": "Somebody inside"}]
        await referrals.configure(CaseRestricted.model_validate({"case": case, "to": to, "reason": reason}))
        assert await seen() == there, inside
    said = {"victim": HER, "people": [{"role": "victim", "contact": {"method": "text"}}]}
    assert (await referrals.post("idva", "safe-contacts", said)).status_code == 404
    lifted = {"case": case, "lifted": True, "reason": reason}
    await referrals.configure(CaseRestricted.model_validate(lifted))
    assert await seen() == ({200}, 1)
    tie = {"person": CALLERS["idva"].id, "cases": [{"case": case, "tie": True}]}
    await referrals.configure(InterestDeclared.model_validate(tie))
    assert await seen() == ({404}, 0)

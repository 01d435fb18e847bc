"""An agency's own word, by its id: of her areas and of nobody else's; what one said oneself is one's own."""

from tests.services.referrals.scene import Referrals, named

ANN = [named("victim", "1"), named("perpetrator", "2")]


def correction() -> dict[str, object]:
    said = {"people": ANN, "criteria": ["visible-high-risk"], "routing": {"area": "south"}}
    at = {"occurred": "2026-11-01T09:00:00Z", "recorded": "2026-11-01T09:00:00Z"}
    return {**at, "basis": "public-task", "purpose": "safeguarding", "content": said}


async def test_what_a_colleague_said_of_another_area_is_not_there(referrals: Referrals) -> None:
    async def read(who: str, root: str) -> int:
        headers = {"Authorization": f"Bearer {who}"}
        return (await referrals.http.get(f"/referrals/v1/facts/{root}", headers=headers)).status_code

    async def refer(who: str, **more: object) -> str:
        said = {"people": ANN, "criteria": ["visible-high-risk"], **more}
        taken = await referrals.post(who, "marac-referrals", said)
        assert taken.status_code == 201, taken.text
        return str(taken.json()["root"])

    north = await refer("haven", routing={"area": "north"})
    south = await refer("idva", routing={"area": "south"})
    assert [await read(who, north) for who in ("idva", "haven")] == [200, 200]
    assert [await read(who, north) for who in ("idva-south", "haven-south")] == [404, 404]
    for who, method in (("idva-south", "DELETE"), ("haven-south", "DELETE"), ("haven-south", "PUT")):
        headers = {"Authorization": f"Bearer {who}", "If-Match": '"1"'}
        fact = f"/referrals/v1/facts/{north}"
        changed = await referrals.http.request(method, fact, headers=headers, json=correction())
        assert changed.status_code == 404, "what they may not read they do not take back or overwrite"
    assert await read("idva", south) == 200, "wherever she lives, it is what they said themselves"
    assert [await read(who, south) for who in ("haven", "idva-south")] == [404, 200]
    people = [named("victim", "7"), named("perpetrator", "8")]
    unknown = await refer("haven", people=people)
    assert await read("idva-south", unknown) == 200, "of no known area it is the whole agency's"
    assert await read("hospital", north) == 404, "and another agency's never"

"""People as agencies really post them: with no name, no truth in a number, the same number for two. What
cannot be is refused by place and kind; what is merely odd is taken, and asked about."""

import asyncio
from datetime import timedelta

from tests.services.referrals.scene import ANN, Referrals, health, mention, named
from tests.services.referrals.test_alike import ANNS, HA, PA, asked, say, until_asked, until_weighed


async def test_a_person_with_no_name_is_taken_and_is_nobody_else(referrals: Referrals) -> None:
    """With a date of birth, and with nothing at all."""
    await say(referrals, "hospital", "H1", born=ANNS["born"])
    await say(referrals, "practice", "P1", **ANNS)
    for who in ("hospital", "practice"):
        bare = await referrals.post(who, "health-contacts", {"service": "A", "people": [{"role": "victim"}]})
        assert (bare.status_code, bare.json()["not_linked_by"]) == (201, []), bare.text
    await until_weighed(referrals)
    await referrals.until_apart(HA, PA)
    assert await asked(referrals) == set()


async def test_two_people_of_one_nhs_number_are_asked_about(referrals: Referrals) -> None:
    await say(referrals, "hospital", "H1", nhs_number=ANN, **ANNS)
    other = {"name": {"family": "Sedge", "given": "Nan"}, "born": ["1964-01-30"]}
    await say(referrals, "practice", "P1", nhs_number=ANN, **other)
    await until_asked(referrals, HA, PA)
    await referrals.until_apart(HA, PA)


async def test_a_birth_that_has_not_come_is_refused_by_place_and_kind(referrals: Referrals) -> None:
    born = (referrals.runtime.clock.now() + timedelta(days=40)).date().isoformat()
    people = [named("victim", "H1", name=ANNS["name"], born=[born])]
    refused = await referrals.post("hospital", "health-contacts", {"service": "Clinic", "people": people})
    assert refused.status_code == 422
    assert born not in refused.text
    fault = {"where": "body.content.people.0.identity.born.0", "kind": "time-in-the-future"}
    assert refused.json()["faults"] == [fault], refused.text


async def test_one_record_number_posted_for_two_people_is_asked_about(referrals: Referrals) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "hospital", "H1", name={"family": "Sedge", "given": "Nan"}, born=["1964-01-30"])
    await say(referrals, "practice", "P1", **ANNS)
    await until_asked(referrals, HA, PA)
    await referrals.until_apart(HA, PA)
    shown = f"/referrals/v1/identity-questions/{mention(*HA)}/{mention(*PA)}"
    answer = await referrals.http.get(shown, headers={"Authorization": "Bearer operator"})
    sides = {side["mention"]: side for side in (answer.json()["one"], answer.json()["other"])}
    assert [name["given"] for name in sides[mention(*HA)]["names"]] == ["Nan", "Ann"], "both are seen"


async def test_to_part_what_never_was_linked_is_taken_and_holds(referrals: Referrals) -> None:
    decided = {"mentions": [mention(*HA), mention(*PA)], "answer": "not-same", "reason": "Met both."}
    assert (await referrals.post("operator", "identity-decisions", decided)).status_code == 201
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "practice", "P1", **ANNS)
    await until_weighed(referrals)
    await referrals.until_apart(HA, PA)
    answer = await referrals.http.get(
        "/referrals/v1/identity-questions", headers={"Authorization": "Bearer operator"}
    )
    assert (answer.json()["undone"], answer.json()["asked"]) == ([], []), "nothing was undone"


async def test_a_merge_of_the_two_sides_of_a_referral_joins_nobody_and_is_asked_about(
    referrals: Referrals,
) -> None:
    """Their own agency says that they are one record: it is taken, as what that agency says."""
    both = [named("victim", "1", **ANNS), named("perpetrator", "2", **ANNS)]
    assert (await referrals.post("haven", "marac-referrals", {"people": both})).status_code == 201
    merged = {"people": [named("other", "1"), named("other", "2")]}
    assert (await referrals.post("haven", "merged-records", merged)).status_code == 201
    await until_asked(referrals, ("haven", "1"), ("haven", "2"))
    await until_weighed(referrals)
    await referrals.until_apart(("haven", "1"), ("haven", "2"))


async def test_two_posts_at_one_instant_that_share_a_number_become_one(referrals: Referrals) -> None:
    posts = [
        referrals.post(who, "health-contacts", health(number, ANN))
        for who, number in (HA, PA)
        for _ in range(3)
    ]
    assert {answer.status_code for answer in await asyncio.gather(*posts)} == {201}
    await referrals.until_one(HA, PA)


async def test_records_are_merged_by_their_own_agency_and_in_pairs(referrals: Referrals) -> None:
    for people in ([named("other", "H1")], [named("other", "H1"), {"role": "other"}]):
        refused = await referrals.post("hospital", "merged-records", {"people": people})
        assert refused.status_code == 422, people
    await say(referrals, "practice", "H1", **ANNS)
    merged = {"people": [named("other", "H1"), named("other", "H2")]}
    assert (await referrals.post("hospital", "merged-records", merged)).status_code == 201
    await referrals.until_one(HA, ("hospital", "H2"))
    await referrals.until_apart(("practice", "H1"))

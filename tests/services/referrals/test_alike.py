"""Who is one person by all that is alike, and who must not become one: the matcher with Splink at work."""

from typing import Any

import pytest
from sqlalchemy import text

from contracts.events.identity import IdentityAssigned
from tests.services.referrals.scene import ANN, OTHER, Referrals, mention, named
from tests.support.waiting import until

ANNS: dict[str, Any] = {"name": {"family": "Marsh", "given": "Ann"}, "born": ["1991-03-02"]}
HOME = {"location": {"address": ["1 Mill Lane"], "postcode": "ZZ99 3AA"}}
"""Where everybody here lives who is said alone: it is never a reason to link, or to ask."""


async def say(referrals: Referrals, who: str, number: str, **identity: Any) -> None:
    content = {"service": "Clinic", "people": [named("victim", number, **identity) | HOME]}
    taken = await referrals.post(who, "health-contacts", content)
    assert taken.status_code == 201, taken.text


async def asked(referrals: Referrals) -> set[frozenset[str]]:
    async with referrals.runtime.store.reading() as connection:
        rows = (await connection.execute(text("select one, other from referrals_question"))).all()
    return {frozenset(row) for row in rows}


def pair(*records: tuple[str, str]) -> frozenset[str]:
    return frozenset(mention(*record) for record in records)


async def until_asked(referrals: Referrals, *records: tuple[str, str]) -> None:
    async def is_asked() -> bool:
        return pair(*records) in await asked(referrals)

    await until(is_asked, what="a person is asked")


async def until_weighed(referrals: Referrals) -> None:
    """Wait until two other records that are alike beyond doubt have been found to be one: whatever was
    said before them has been weighed by then."""
    for who in ("hospital", "practice"):
        await say(referrals, who, "weighed", name={"family": "Quill", "given": "Io"}, born=["1970-05-06"])
    await referrals.until_one(("hospital", "weighed"), ("practice", "weighed"))


HA, PA = ("hospital", "H1"), ("practice", "P1")


async def test_the_same_name_and_birth_are_one_person_until_one_is_corrected(referrals: Referrals) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    content = {"service": "Clinic", "people": [named("victim", "P1", **ANNS)]}
    taken = await referrals.post("practice", "health-contacts", content)
    await referrals.until_one(HA, PA)
    mended = {"service": "Clinic", "people": [named("victim", "P1", **ANNS | {"born": ["1977-08-09"]})]}
    assert (await referrals.correct("practice", taken, mended)).status_code == 200
    await referrals.until_apart(HA, PA)


@pytest.mark.parametrize(
    "other",
    [
        {"name": {"family": "Marsh", "given": "Anne"}},
        {"name": {"family": "Ann", "given": "Marsh"}},
        {"born": ["1991-02-03"]},
        {"sensitive": True},
        {"sex": "male"},
    ],
    ids=["a letter", "swapped names", "day and month swapped", "flagged as sensitive", "another sex"],
)
async def test_what_is_nearly_the_same_is_asked_about(referrals: Referrals, other: dict[str, Any]) -> None:
    await say(referrals, "hospital", "H1", **ANNS | {"sex": "female"})
    await say(referrals, "practice", "P1", **ANNS | other)
    await until_asked(referrals, HA, PA)
    await referrals.until_apart(HA, PA)


@pytest.mark.parametrize(
    "other",
    [
        {"name": {"family": "Marsh", "given": "Robin"}},
        {"born": ["1958-11-20"]},
        {"name": {"family": "Marsh", "given": "Robin"}, "born": ["1989-06-01"]},
    ],
    ids=["twin", "parent of one name", "another of the family"],
)
async def test_who_is_somebody_else_is_not_asked_about(referrals: Referrals, other: dict[str, Any]) -> None:
    """Though all of them live at one address."""
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "practice", "P1", **ANNS | other)
    await until_weighed(referrals)
    await referrals.until_apart(HA, PA)
    assert await asked(referrals) == set()


async def test_two_numbers_of_one_kind_are_asked_about(referrals: Referrals) -> None:
    """Also through a third record that has neither."""
    await say(referrals, "hospital", "H1", **ANNS, nhs_number=ANN)
    await say(referrals, "practice", "P1", **ANNS, nhs_number=OTHER)
    await say(referrals, "police", "3", **ANNS)
    await until_asked(referrals, HA, ("police", "3"))
    await until_asked(referrals, PA, ("police", "3"))
    await referrals.until_apart(HA, PA, ("police", "3"))


async def test_a_victim_and_her_alleged_perpetrator_are_never_one(referrals: Referrals) -> None:
    """Though they share name, birth, sex and address, and a third record is like both."""
    where = {"location": {"address": ["1 Mill Lane"]}}
    both = [named("victim", "1", **ANNS) | where, named("perpetrator", "2", **ANNS) | where]
    assert (await referrals.post("haven", "marac-referrals", {"people": both})).status_code == 201
    await say(referrals, "hospital", "H1", **ANNS)
    await until_asked(referrals, ("haven", "1"), HA)
    await referrals.until_apart(("haven", "1"), ("haven", "2"), HA)


async def test_two_suspects_of_one_incident_are_two_until_a_person_says_otherwise(
    referrals: Referrals,
) -> None:
    two = [named("suspect", number, **ANNS, nhs_number=ANN) for number in ("1", "2")]
    incident = {"kind": "harassment", "people": [*two, named("victim", "3")]}
    assert (await referrals.post("police", "incidents", incident)).status_code == 201
    await until_asked(referrals, ("police", "1"), ("police", "2"))
    await until_weighed(referrals)
    await referrals.until_apart(("police", "1"), ("police", "2"))
    both = [mention("police", "1"), mention("police", "2")]
    decided = {"mentions": both, "answer": "same", "reason": "Entered twice."}
    assert (await referrals.post("operator", "identity-decisions", decided)).status_code == 201
    await referrals.until_one(("police", "1"), ("police", "2"))


async def test_a_persons_answer_holds_against_the_score_and_ends_the_question(referrals: Referrals) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "practice", "P1", **ANNS | {"born": ["1991-02-03"]})
    await until_asked(referrals, HA, PA)
    decided = {"mentions": [mention(*HA), mention(*PA)], "answer": "not-same", "reason": "Met both."}
    assert (await referrals.post("operator", "identity-decisions", decided)).status_code == 201

    async def ended() -> bool:
        return await asked(referrals) == set()

    await until(ended, what="nobody is asked any more")
    await say(referrals, "practice", "P1", **ANNS)
    await until_weighed(referrals)
    await referrals.until_apart(HA, PA)


async def test_a_matcher_that_starts_anew_parts_nobody(referrals: Referrals) -> None:
    for who, number in (HA, PA):
        await say(referrals, who, number, **ANNS)
    await referrals.until_one(HA, PA)
    lost = text("update lease set epoch = epoch + 1 where name = 'matcher'")
    await referrals.runtime.store.write(lambda connection: connection.execute(lost))
    await until_weighed(referrals)
    facts = await referrals.runtime.facts([f"m:{mention(*record)}" for record in (HA, PA)])
    assert len(list(facts.current(IdentityAssigned))) == 1


async def test_our_record_a_is_now_b(referrals: Referrals) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "hospital", "H2", name={"family": "Sedge", "given": "Nan"})
    merged = {"people": [named("other", "H2"), named("other", "H1")]}
    taken = await referrals.post("hospital", "merged-records", merged)
    assert taken.status_code == 201, taken.text
    await referrals.until_one(HA, ("hospital", "H2"))
    assert (await referrals.withdraw("hospital", taken)).status_code == 200
    await referrals.until_apart(HA, ("hospital", "H2"))

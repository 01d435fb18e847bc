"""Corrections of a fact that names people without record numbers: nobody takes another's mention."""

from typing import Any

import httpx
import pytest

from contracts.content import Said
from contracts.events.people import IncidentReported, ReferralMade
from contracts.vocabulary import Role
from tests.services.referrals.scene import Referrals, named

VICTIM = named("victim", "1")


def child(given: str, born: str) -> dict[str, Any]:
    return {"role": "child", "identity": {"name": {"family": "Marsh", "given": given}, "born": [born]}}


ANN, BEN = child("Ann", "2015-02-01"), child("Ben", "2018-03-04")
NAMED = {"role": "perpetrator", "identity": {"name": {"family": "Quill", "given": "Marcus"}}}


async def mentions(
    referrals: Referrals, taken: httpx.Response, kind: type[Said] = ReferralMade
) -> list[tuple[Role, str]]:
    """Everybody whom the fact names now, in its order."""
    facts = await referrals.runtime.fact(taken.json()["root"])
    return [(each.role, str(each.mention)) for each in facts.current(kind)[0].said.people]


async def test_a_child_that_a_correction_adds_is_not_whom_goldthread_added(referrals: Referrals) -> None:
    taken = await referrals.post("haven", "marac-referrals", {"people": [VICTIM, ANN]})
    victim, ann, nobody = await mentions(referrals, taken)
    corrected = await referrals.correct("haven", taken, {"people": [VICTIM, ANN, BEN]})
    assert corrected.status_code == 200, corrected.text
    *before, ben, accused = await mentions(referrals, taken)
    assert before == [victim, ann]
    assert accused == nobody, "whoever decided who that is decided it of the same"
    assert ben[1] not in {mention for _, mention in (victim, ann, nobody)}
    again = await referrals.correct("haven", corrected, {"people": [VICTIM, ANN, BEN, NAMED]})
    assert again.status_code == 200, again.text
    assert await mentions(referrals, taken) == [victim, ann, ben, nobody], "whom nobody knew is named"


@pytest.mark.parametrize("last", [ANN, {"role": "witness"}], ids=["child", "witness"])
async def test_whoever_goldthread_added_stays_who_they_are_where_the_last_is_left_out(
    referrals: Referrals, last: dict[str, Any]
) -> None:
    taken = await referrals.post("haven", "marac-referrals", {"people": [VICTIM, last]})
    victim, _, nobody = await mentions(referrals, taken)
    fewer = await referrals.correct("haven", taken, {"people": [VICTIM]})
    assert fewer.status_code == 200, fewer.text
    assert await mentions(referrals, taken) == [victim, nobody]


SUSPECT = {"role": "suspect"}


def incident(*people: dict[str, Any]) -> dict[str, Any]:
    return {"people": [VICTIM, *people], "kind": "harassment"}


@pytest.mark.parametrize(
    "then",
    [[{"role": "perpetrator"}], [ANN, {"role": "perpetrator"}], [ANN, NAMED], [NAMED, ANN]],
    ids=["alone", "after a child", "named after a child", "named before a child"],
)
async def test_whom_nobody_knew_stays_who_they_are_where_a_suspect_is_called_a_perpetrator(
    referrals: Referrals, then: list[dict[str, Any]]
) -> None:
    """Who they are was decided of whoever is accused, by whatever word."""
    taken = await referrals.post("police", "incidents", incident(SUSPECT))
    _, (_, nobody) = await mentions(referrals, taken, IncidentReported)
    corrected = await referrals.correct("police", taken, incident(*then))
    assert corrected.status_code == 200, corrected.text
    now = await mentions(referrals, taken, IncidentReported)
    assert [each for each in now if each[1] == nobody] == [(Role.PERPETRATOR, nobody)]


async def test_where_two_are_accused_the_one_in_the_same_role_is_whom_nobody_knew(
    referrals: Referrals,
) -> None:
    taken = await referrals.post("police", "incidents", incident(SUSPECT))
    _, (_, nobody) = await mentions(referrals, taken, IncidentReported)
    corrected = await referrals.correct("police", taken, incident(ANN, NAMED, SUSPECT))
    assert corrected.status_code == 200, corrected.text
    now = await mentions(referrals, taken, IncidentReported)
    assert [each for each in now if each[1] == nobody] == [(Role.SUSPECT, nobody)]


async def test_whom_of_two_accused_nobody_knew_is_not_guessed(referrals: Referrals) -> None:
    taken = await referrals.post("police", "incidents", incident(NAMED, SUSPECT))
    *_, (_, nobody) = await mentions(referrals, taken, IncidentReported)
    corrected = await referrals.correct("police", taken, incident(NAMED, ANN, {"role": "perpetrator"}))
    assert corrected.status_code == 200, corrected.text
    assert nobody not in {each for _, each in await mentions(referrals, taken, IncidentReported)}


async def test_whoever_is_added_again_takes_nobodys_mention(referrals: Referrals) -> None:
    """One child is left out, and another is told of in a later version."""
    taken = await referrals.post("haven", "marac-referrals", {"people": [VICTIM, NAMED, ANN]})
    *_, (_, ann) = await mentions(referrals, taken)
    fewer = await referrals.correct("haven", taken, {"people": [VICTIM, NAMED]})
    assert (await referrals.correct("haven", fewer, {"people": [VICTIM, NAMED, BEN]})).status_code == 200
    *_, (_, ben) = await mentions(referrals, taken)
    assert ben != ann


@pytest.mark.parametrize(
    ("first", "then", "where"),
    [
        ([NAMED, ANN], [ANN, NAMED], "body.content.people.1.role"),
        ([ANN, NAMED], [BEN, NAMED], "body.content.people.1.identity"),
        ([NAMED, ANN, BEN], [NAMED, BEN], "body.content.people.2.identity"),
        ([NAMED, ANN], [ANN], "body.content.people.1.role"),
    ],
    ids=["swapped", "another child", "one moves up", "a child moves up to the accused"],
)
async def test_a_correction_that_gives_a_place_to_somebody_else_is_refused(
    referrals: Referrals, first: list[dict[str, Any]], then: list[dict[str, Any]], where: str
) -> None:
    taken = await referrals.post("haven", "marac-referrals", {"people": [VICTIM, *first]})
    before = await mentions(referrals, taken)
    refused = await referrals.correct("haven", taken, {"people": [VICTIM, *then]})
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "place-of-another"
    assert refused.json()["faults"] == [{"where": where, "kind": "place-of-another"}]
    assert "Quill" not in refused.text
    assert "Ben" not in refused.text
    assert await mentions(referrals, taken) == before


async def test_what_was_told_wrongly_of_somebody_is_corrected_under_the_same_mention(
    referrals: Referrals,
) -> None:
    taken = await referrals.post("haven", "marac-referrals", {"people": [VICTIM, NAMED, ANN]})
    before = await mentions(referrals, taken)
    answer = taken
    for right in (child("Anna", "2015-02-01"), child("Anna", "2015-02-10")):
        answer = await referrals.correct("haven", answer, {"people": [VICTIM, NAMED, right]})
        assert answer.status_code == 200, answer.text
        assert await mentions(referrals, taken) == before


async def test_a_correction_that_comes_again_is_answered_as_the_first_time(referrals: Referrals) -> None:
    taken = await referrals.post("haven", "marac-referrals", {"people": [VICTIM, ANN]})
    body = referrals.body({"people": [VICTIM, ANN, BEN]})
    headers = {"Authorization": "Bearer haven", "If-Match": '"1"', "Idempotency-Key": "put"}
    first, again = [
        await referrals.http.put(taken.headers["location"], json=body, headers=headers) for _ in range(2)
    ]
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert again.json()["id"] == first.json()["id"]

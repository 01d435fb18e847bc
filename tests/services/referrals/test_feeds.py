"""A feed for each partner: what it is told, in which order, and nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis.log import Record
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.operations import AuditShown
from contracts.topics import WATERMARKS
from services.referrals.feeds.entries import Planned, feed_of
from services.referrals.feeds.rows import FED, FedRow
from services.referrals.feeds.writer import LEASE, Writer
from tests.services.referrals.partners import (
    PLACE,
    Partners,
    feed,
    hurry,
    looked,
    looks,
    referral,
    set_feed,
    until_told,
)
from tests.services.referrals.scene import IDS, Referrals, health, mention, named
from tests.support.facts import fact
from tests.support.waiting import until
from tests.support.watermarks import of_others

NHS = "9990000018"
VISIT = {"method": "visit", "number": PLACE, "code_word": "bluebell"}
"""How she may be reached where she is now."""
WITHOUT_PLACE = {"method": "visit", "code_word": "bluebell", "no_uniform": False}


def person(number: str, *, sensitive: bool) -> dict[str, Any]:
    """A victim, of whose record it is said whether it is flagged."""
    return named("victim", number, nhs_number=NHS, sensitive=sensitive)


STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
on_both_stores = pytest.mark.parametrize("partners", STORES, indirect=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
async def partners(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Partners]:
    postgres = getattr(request, "param", "sqlite") == "postgres"
    store = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}"
    async with AsyncExitStack() as stack:
        found = Partners(tmp_path, store, stack)
        await found.begin()
        yield found


@pytest.fixture
async def referrals(partners: Partners) -> Referrals:
    started = await partners.start()
    await partners.configure()
    return started


async def test_a_partner_is_told_what_others_said_and_no_more_than_is_theirs(referrals: Referrals) -> None:
    for agency in ("haven", "hospital", "housing", "probation"):
        await set_feed(referrals, agency, "north")
    taken = (await referrals.post("haven", "marac-referrals", referral())).json()
    (at_hospital,) = await until_told(referrals, "hospital", 1)
    (at_housing,) = await until_told(referrals, "housing", 1)
    assert at_hospital["id"] == taken["id"]
    assert at_hospital["data"]["people"][0]["health"] == {"pregnant": True}
    assert set(at_housing["data"]["people"][0]) == {"mention", "role", "identity"}
    assert at_housing["data"]["people"][3] == {"role": "witness"}
    assert PLACE not in str([at_hospital, at_housing])
    assert "keys" not in at_hospital
    (ask,) = await until_told(referrals, "haven", 1, asks=True)
    assert (await feed(referrals, "haven"))["entries"] == [ask], "its own"
    assert (await feed(referrals, "probation"))["entries"] == [], "which cases come is where she is"
    assert (await feed(referrals, "police"))["entries"] == [], "nobody set its feed"


async def test_who_heard_her_case_once_is_not_told_where_she_went(referrals: Referrals) -> None:
    """Nor are the police told which clinic she goes to, or anybody but who supports her how to reach her."""
    for agency in ("haven", "police"):
        await set_feed(referrals, agency, "north")
    await referrals.post("practice", "marac-referrals", referral())
    await until_told(referrals, "haven", 1)
    for number, area in enumerate(("north", "south")):
        said = referral(f"P-{number}", routing={"area": area}) | {"service": "Clinic"}
        said["people"] = [{k: v for k, v in said["people"][0].items() if k != "contact"}]
        said["people"][0]["identity"]["sensitive"] = False
        assert (await referrals.post("hospital", "health-contacts", said)).status_code == 201
        await until_told(referrals, "haven", 2 + number)
    (told,) = await until_told(referrals, "police", 1)
    assert set(told["data"]["people"][0]) == {"mention", "role", "identity"}
    of_her, here, gone = (each["data"] for each in await until_told(referrals, "haven", 3))
    assert of_her["people"][0]["contact"]["number"] == "07700 900142"
    assert PLACE in str(here)
    assert here["routing"] == {"area": "north"}
    assert PLACE not in str(gone)
    assert "routing" not in gone
    visit = {"people": [referral("P-9")["people"][0] | {"contact": VISIT}], "routing": {"area": "south"}}
    del visit["people"][0]["location"]
    assert (await referrals.post("police", "safe-contacts", visit)).status_code == 201
    way = (await until_told(referrals, "haven", 4))[3]
    assert way["data"]["people"][0]["contact"] == WITHOUT_PLACE


async def test_no_place_is_told_again_of_somebody_who_is_flagged_or_may_be(referrals: Referrals) -> None:
    """The hospital flags her record: where she is, and her practice, go to nobody by a feed, though another
    agency says it, and her IDVA service would have it. Before anybody has said either, no more."""
    await set_feed(referrals, "haven", "north")
    said = referral("H-1")
    said["people"][0]["health"]["general_practice"] = "Sallow Lane Surgery"
    await referrals.post("practice", "marac-referrals", said)
    (unknown,) = await until_told(referrals, "haven", 1)
    assert PLACE not in str(unknown)
    assert "Sallow Lane" not in str(unknown)
    assert unknown["data"]["people"][0]["health"] == {"pregnant": True}
    known = {"service": "Clinic", "people": [person("H-1", sensitive=False)], "routing": {"area": "north"}}
    known["people"][0]["location"] = {"address": [PLACE]}
    assert (await referrals.post("practice", "health-contacts", known)).status_code == 201
    told = (await until_told(referrals, "haven", 2))[1]
    assert PLACE in str(told), "an agency has looked: there is no flag"
    flagged = {"service": "Clinic", "people": [person("H-1", sensitive=True)]}
    assert (await referrals.post("practice", "health-contacts", flagged)).status_code == 201
    await until_told(referrals, "haven", 3)
    assert (await referrals.post("practice", "health-contacts", known)).status_code == 201
    again = (await until_told(referrals, "haven", 4))[3]
    assert PLACE not in str(again)
    visit = {"people": [person("H-1", sensitive=False) | {"contact": VISIT}], "routing": {"area": "north"}}
    assert (await referrals.post("practice", "safe-contacts", visit)).status_code == 201
    way = (await until_told(referrals, "haven", 5))[4]
    assert way["data"]["people"][0]["contact"] == WITHOUT_PLACE
    assert again["data"]["people"][0]["identity"]["record"]["number"] == "H-1"


async def test_an_idva_service_is_told_that_it_is_asked_and_nothing_of_whom(referrals: Referrals) -> None:
    """Of a victim of whom there is no case, too."""
    for agency in ("haven", "hospital", "police"):
        await set_feed(referrals, agency, "north")
    assessed = await referrals.post("police", "risk-assessments", high("N-1"))
    assert assessed.status_code == 201, assessed.text
    (ask,) = await until_told(referrals, "haven", 1, asks=True)
    assert (ask["type"], ask["agency"], ask["data"]) == ("uk.goldthread.clock.started.v1", "goldthread", {})
    for tells in (mention("police", "N-1"), "north", "idva", NHS, "Marsh", assessed.json()["id"]):
        assert tells not in str(ask)
    await looked(referrals)
    for other in ("hospital", "police"):
        assert (await feed(referrals, other))["entries"] == []


async def test_an_ask_that_is_over_is_told_to_nobody_who_comes_later(referrals: Referrals) -> None:
    await referrals.post("police", "risk-assessments", high("N-1"))
    await looked(referrals)
    row = await referrals.runtime.row(FED, await referrals.person("police", "N-1"))
    assert isinstance(row, FedRow)
    (over,) = row.asks
    step = {"people": health("H-9", NHS)["people"], "support": "idva", "step": "accepted"}
    assert (await referrals.post("haven", "support-steps", step)).status_code == 201
    await referrals.until_one(("police", "N-1"), ("haven", "H-9"))
    await looked(referrals)
    await set_feed(referrals, "haven", "north")
    await referrals.post("police", "risk-assessments", high("N-2", nhs="9990000026"))
    (told,) = await until_told(referrals, "haven", 1, asks=True)
    await looked(referrals)
    assert [told] == await until_told(referrals, "haven", 1, asks=True)
    assert told["id"] != over.id


def high(number: str, nhs: str = NHS) -> dict[str, Any]:
    """An assessment by which somebody is at high risk."""
    name = {"family": "Marsh", "given": "Ann" if nhs == NHS else "Ruth"}
    return {
        "instrument": "safelives-dash-24",
        "instrument_version": "2015",
        "judgement": {"grade": "high", "reason": "He said when."},
        "people": [named("victim", number, nhs_number=nhs, name=name), named("suspect", f"{number}-S")],
        "routing": {"area": "north"},
    }


@on_both_stores
async def test_a_link_makes_it_theirs_to_know_and_each_correction_follows(referrals: Referrals) -> None:
    await set_feed(referrals, "haven", "north")
    contact = await referrals.contact("hospital", "P-1", NHS)
    await looked(referrals)
    assert (await feed(referrals, "haven"))["entries"] == []
    await referrals.post("haven", "marac-referrals", referral())
    (first,) = await until_told(referrals, "haven", 1)
    corrected = await referrals.correct("hospital", contact, health("P-1", NHS) | {"service": "Maternity"})
    await until_told(referrals, "haven", 2)  # after the withdrawal it is nobody's to be told what it said
    await referrals.withdraw("hospital", corrected)
    entries = await until_told(referrals, "haven", 3)
    assert entries[0] == first
    assert [each["version"] for each in entries] == [1, 2, 3]
    assert [each["change"] for each in entries] == ["original", "correction", "withdrawal"]
    assert [each["data"].get("service") for each in entries] == ["Clinic", "Maternity", None]
    numbers = [int(each["cursor"].split("-")[1]) for each in entries]
    assert numbers == sorted(numbers)


async def test_whom_a_feed_told_of_a_stranger_is_asked_for_when_the_link_is_undone(
    referrals: Referrals,
) -> None:
    """The hospital's patient, of nobody's case, was held for the victim of one. Whose feed told of the victim
    alone was told of no stranger; and the stranger's own version that says 'no more' goes to whom it told."""
    for agency in ("haven", "housing"):
        await set_feed(referrals, agency, "north")
    await referrals.post("haven", "marac-referrals", referral())
    contact = await referrals.contact("hospital", "P-1", NHS)
    (told,) = await until_told(referrals, "haven", 1)
    await until_told(referrals, "housing", 1)
    records = [("haven", "H-1"), ("hospital", "P-1")]
    said = {
        "mentions": sorted(mention(*each) for each in records),
        "answer": "not-same",
        "reason": "Met both.",
    }
    assert (await referrals.post("operator", "identity-decisions", said)).status_code == 201
    await referrals.until_apart(*records)
    headers = {"Authorization": "Bearer operator"}

    async def undone() -> list[dict[str, Any]]:
        waits = (await referrals.http.get("/referrals/v1/identity-questions", headers=headers)).json()
        return [each for each in waits["undone"] if each["due"]]

    (link,) = await until(undone, "its clock runs")
    path = f"links/{link['cause']}"
    shown = (await referrals.http.get(f"/referrals/v1/undone-{path}", headers=headers)).json()["shown"]
    assert [(each["agency"], each["views"], each["times"]) for each in shown] == [("haven", ["feed"], 1)]
    page = (await referrals.http.get(f"/referrals/{path}", headers=headers)).text
    assert "its own system, by its feed" in page
    await referrals.correct("hospital", contact, health("P-1", NHS) | {"service": "Maternity"})
    no_more = (await until_told(referrals, "haven", 2))[1]
    assert (no_more["root"], no_more["data"]) == (told["root"], {})


async def test_a_listing_makes_it_theirs_to_know(partners: Partners, referrals: Referrals) -> None:
    await set_feed(referrals, "housing", "south")
    case = (await referrals.post("haven", "marac-referrals", referral())).json()["root"]
    await looked(referrals)
    assert (await feed(referrals, "housing"))["entries"] == []
    called = fact(MeetingCalled(area="south", starts=datetime(2026, 3, 4, tzinfo=UTC)), agency="council")
    await partners.say(called, fact(CaseListed(case=case, meeting=called.root), agency="council"))
    (entry,) = await until_told(referrals, "housing", 1)
    assert entry["root"] == case


async def test_a_restriction_recalls_nothing_and_stops_in_silence(referrals: Referrals) -> None:
    await set_feed(referrals, "housing", "north")
    taken = await referrals.post("haven", "marac-referrals", referral())
    before = await until_told(referrals, "housing", 1)
    await set_feed(referrals, "housing", "north", without=[taken.json()["root"]])
    await referrals.correct("haven", taken, referral(victim_view="Stay away."))
    other = referral("H-2")
    other["people"][0]["identity"].pop("nhs_number")
    await referrals.post("haven", "marac-referrals", other)
    after = await until_told(referrals, "housing", 2)
    assert after[:1] == before
    assert after[1]["data"]["people"][0]["identity"]["record"]["number"] == "H-2"


async def test_a_cursor_leads_on_and_one_of_another_log_is_told(referrals: Referrals) -> None:
    await set_feed(referrals, "haven", "north")
    await referrals.post("haven", "marac-referrals", referral())
    for number in range(3):
        await referrals.contact("hospital", f"P-{number}", NHS)
    await until_told(referrals, "haven", 3)
    await until_told(referrals, "haven", 1, asks=True)
    entries = (await feed(referrals, "haven"))["entries"]
    page = await feed(referrals, "haven", limit=2)
    assert (page["entries"], page["more"]) == (entries[:2], True)
    rest = await feed(referrals, "haven", limit=2, after=page["next"])
    assert (rest["entries"], rest["more"]) == (entries[2:], False)
    assert await feed(referrals, "haven", after=rest["next"]) == {
        "entries": [],
        "next": rest["next"],
        "more": False,
    }
    for cursor in ("1-2", rest["next"] + "0", "x"):
        answer = await referrals.http.get(
            "/referrals/v1/feed", params={"after": cursor}, headers={"Authorization": "Bearer haven"}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "feed.begins-again")
        assert cursor not in answer.text or cursor == "x"
    audit = await referrals.runtime.configuration(AuditShown)
    looks = [each.said for each in audit.current(AuditShown) if each.said.view == "feed"]
    assert {look.viewer_agency for look in looks} == {"haven"}
    assert {id_ for look in looks for id_ in look.facts} == {each["id"] for each in entries}
    assert all("support" in look.left_out for look in looks)


async def test_while_access_facts_are_late_a_feed_waits(partners: Partners) -> None:
    referrals = await partners.start(others=False)
    await partners.configure()
    old = of_others("referrals", until=datetime.now(UTC) - timedelta(minutes=2))
    await partners.log.append([Record(WATERMARKS, str(n), body) for n, body in enumerate(old)])
    await set_feed(referrals, "housing", "north")
    await referrals.post("haven", "marac-referrals", referral())
    await looks()
    assert (await feed(referrals, "housing"))["entries"] == []
    await partners.log.append([Record(WATERMARKS, str(n), b) for n, b in enumerate(of_others("referrals"))])
    await until_told(referrals, "housing", 1)


async def test_nothing_can_be_read_before_its_own_record_is_on_the_log(referrals: Referrals) -> None:
    await set_feed(referrals, "haven", "north")
    await referrals.post("haven", "marac-referrals", referral())
    for number in range(3):
        await referrals.contact("hospital", f"P-{number}", NHS)
    entries = await until_told(referrals, "haven", 3)
    unsend = text("update fact set sent_at = null where root = :feed and version = 2")
    away, stopped = asyncio.Event(), asyncio.Event()

    async def wait() -> int:
        stopped.set()
        await away.wait()
        return 0

    referrals.runtime.relay.once = wait  # type: ignore[method-assign]
    await stopped.wait()
    await referrals.runtime.store.write(
        lambda connection: connection.execute(unsend, {"feed": feed_of(IDS, "haven")})
    )
    assert (await feed(referrals, "haven"))["entries"] == entries[:1]
    away.set()


@on_both_stores
async def test_a_rebuild_and_a_restore_append_nothing_and_tell_the_same(partners: Partners) -> None:
    referrals = await partners.start()
    await partners.configure()
    await set_feed(referrals, "haven", "north")
    await referrals.post("haven", "marac-referrals", referral())
    contact = await referrals.contact("hospital", "P-1", NHS)
    await referrals.correct("hospital", contact, health("P-1", NHS))
    before = await until_told(referrals, "haven", 2)
    await referrals.runtime.store.write(
        lambda c: c.execute(text("insert into mark (key, urgent) values ('*', 0)"))
    )
    await looked(referrals)
    assert await until_told(referrals, "haven", 2) == before
    await referrals.runtime.stop()
    await partners.drop()
    again = await partners.start()
    assert await until_told(again, "haven", 2) == before
    await again.contact("practice", "Q-1", NHS)
    entries = await until_told(again, "haven", 3)
    assert entries[:2] == before
    epochs = [int(each["cursor"].split("-")[0]) for each in entries]
    assert epochs == sorted(epochs)


@on_both_stores
async def test_of_two_writers_the_one_without_the_lease_writes_nothing(referrals: Referrals) -> None:
    """A writer that was frozen wakes with a plan that another has carried out since."""
    await set_feed(referrals, "housing", "north")
    await referrals.post("haven", "marac-referrals", referral())
    (entry,) = await until_told(referrals, "housing", 1)
    runtime = referrals.runtime
    (lease,) = await _leases(referrals)
    frozen = Writer(runtime, lease - 1)
    assert not await frozen._append("housing", [Planned("0" * 8 + entry["id"][8:], entry["root"], ())])
    with pytest.raises(ValueError, match="there already"):
        await Writer(runtime, lease)._append("housing", [Planned(entry["id"], entry["root"], ())])
    assert await until_told(referrals, "housing", 1) == [entry]


async def _leases(referrals: Referrals) -> list[int]:
    async with referrals.runtime.store.reading() as connection:
        statement = text("select epoch from lease where name = :name")
        return list((await connection.execute(statement, {"name": LEASE})).scalars())

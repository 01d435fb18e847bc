"""A process that is killed at a step of what comes by the thousand or by a topic, goes out to a partner, or
is done by an operator: nothing is lost, nothing is there twice, and a restore comes to the same."""

from pathlib import Path

import pytest
from sqlalchemy import text

from chassis import operating
from chassis.http.lines import GROUP
from chassis.steps import Step
from contracts.events.people import HealthContacted, IncidentReported
from contracts.partner_topics import InboundAnswered
from contracts.topics import outbound
from tests.faults.kills import IN_A_ROUND
from tests.services.referrals import killed
from tests.services.referrals.conftest import Receiver
from tests.services.referrals.killed import NHS, PARTNER, Place, lines
from tests.services.referrals.partners import Partners, looked, until_told
from tests.services.referrals.scene import Referrals
from tests.support.waiting import settled, until

MANY, FEEDS, PUSHES, INBOX, REPLAY, REPUBLISH = STEPS = (
    (Step.LINES_TAKEN, Step.UPLOAD_MOVED),
    (Step.FEED_WRITTEN, Step.FEED_COMMITTED),
    (Step.PUSH_TAKEN, Step.PUSH_NOTED),
    (Step.INBOX_TAKEN, Step.INBOX_ANSWERED, Step.INBOX_NOTED),
    (Step.REPLAY_DECIDED, Step.REPLAY_WRITTEN, Step.REPLAY_COMMITTED),
    (Step.REPUBLISH_WRITTEN,),
)

REST = 5
MANY_LINES = 2 * GROUP + REST


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    killed.hurry(monkeypatch)
    postgres = request.param == "postgres"
    store = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}"
    return Place(tmp_path, store)


async def facts(referrals: Referrals, type_: str) -> int:
    """How many facts of a type there are."""
    statement = text("select count(*) from fact where type = :type")
    async with referrals.runtime.store.reading() as connection:
        return int((await connection.execute(statement, {"type": type_})).scalar_one())


async def restored(partners: Partners, referrals: Referrals) -> None:
    """The log alone gives back the same facts, keys, places and views."""
    before = await rest(referrals)
    await partners.drop()
    assert await rest(await partners.start()) == before


async def rest(referrals: Referrals) -> dict[str, tuple[int, str]]:
    """What a store holds when nothing is left to do; the service is ended then."""
    await until(lambda: settled(referrals.runtime), "nothing is left to do")
    await referrals.runtime.stop()
    found = await operating.fingerprint(referrals.runtime)
    await referrals.runtime.store.close()
    return found


def test_every_step_has_a_kill() -> None:
    """A round of ``make chaos`` comes to all others."""
    assert {step for steps in STEPS for step in steps} == set(Step) - IN_A_ROUND


@pytest.mark.parametrize("step", MANY)
async def test_of_an_upload_each_line_counts_once_and_has_one_result(place: Place, step: Step) -> None:
    """Killed in the second group of lines: between the rows and their result, or between two parts."""
    file = lines(0, MANY_LINES)
    await place.killed(f"{step}:2", killed.uploads, file)
    async with place.alive() as partners:
        referrals = await partners.start()
        last = await killed.upload(referrals, file)
        assert (last["done"], last["taken"], last["refused"]) == (True, MANY_LINES, 0)
        path, headers = f"/referrals/v1/uploads/{last['id']}/results", {"Authorization": f"Bearer {PARTNER}"}
        results = (await referrals.http.get(path, headers=headers)).json()
        again = 200 if step is Step.LINES_TAKEN else 201
        told = [201] * GROUP + [again] * GROUP + [201] * REST
        assert [(each["line"], each["status"]) for each in results] == list(enumerate(told, 1))
        assert await facts(referrals, HealthContacted.type) == MANY_LINES
        await restored(partners, referrals)


async def test_a_request_of_many_lines_that_nobody_answered_is_sent_again(place: Place) -> None:
    file = lines(0, MANY_LINES)
    await place.killed(f"{Step.LINES_TAKEN}:2", killed.bulks, file)
    async with place.alive() as partners:
        referrals = await partners.start()
        assert await killed.bulk(referrals, file) == [200] * 2 * GROUP + [201] * REST
        assert await facts(referrals, HealthContacted.type) == MANY_LINES
        await restored(partners, referrals)


@pytest.mark.parametrize("step", FEEDS)
async def test_an_entry_of_a_feed_is_told_once(place: Place, step: Step) -> None:
    """The second one: before its commit, or between its commit and the log."""
    await place.killed(f"{step}:2", killed.tells, 2, {})
    async with place.alive() as partners:
        referrals = await partners.start()
        entries = await until_told(referrals, "practice", 2)
        assert [each["cursor"].split("-")[1] for each in entries] == ["1", "2"]
        assert len({each["id"] for each in entries}) == 2
        await looked(referrals)
        assert await until_told(referrals, "practice", 2) == entries
        await restored(partners, referrals)


@pytest.mark.parametrize("step", PUSHES)
async def test_what_is_pushed_to_a_partner_comes_again_as_the_same_or_not_at_all(
    place: Place, step: Step, receiver: Receiver
) -> None:
    """Killed when the partner has acknowledged the first entry, or when that is noted."""
    await place.killed(step, killed.tells, 1, {"webhook": receiver.url})
    async with place.alive() as partners:
        referrals = await partners.start()
        await until_told(referrals, "practice", 1)
        await referrals.contact(PARTNER, "P-1", NHS)
        first, second = (each["cursor"] for each in await until_told(referrals, "practice", 2))
        came = [first, first, second] if step is Step.PUSH_TAKEN else [first, second]
        await until(lambda: receiver.came(len(came)), "all came")
        assert receiver.cursors == came
        assert len({body for _, body in receiver.got}) == 2, "a repeat is the same"


@pytest.mark.parametrize("step", INBOX)
async def test_what_a_partner_put_on_its_topic_is_taken_once_and_answered(place: Place, step: Step) -> None:
    """Killed with two lines in hand: between the rows and the answers, or before reading goes on."""
    await place.killed(step, killed.takes)
    async with place.alive() as partners, killed.reading_inbox(partners) as referrals:
        await killed.put(partners, *lines(2, 1).splitlines())
        answers = await until(lambda: answered(partners, 3), "each is answered")
        assert sorted(at for at, _ in answers) == [0, 1, 2], "each under one id"
        assert set(answers.values()) <= {200, 201}
        assert await facts(referrals, HealthContacted.type) == 3


async def answered(partners: Partners, many: int) -> dict[tuple[int, str], int] | None:
    """The status of each answer, by the line's place and the answer's id, once there are so many."""
    reader = partners.log.subscribe("test", [outbound(PARTNER).name], _from_the_beginning)
    await reader.start()
    said = [InboundAnswered.model_validate_json(each.value) for each in await reader.poll(0.2)]
    await reader.stop()
    found = {(each.data.offset, each.id): each.data.status for each in said}
    return found if len(found) >= many else None


async def _from_the_beginning(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    return {}


@pytest.mark.parametrize("step", REPLAY)
async def test_a_replay_is_done_once_or_still_waits_for_somebody(place: Place, step: Step) -> None:
    """Killed when the decision is on record, before its commit, or when the operator does not know."""
    await place.killed(step, killed.replays)
    async with place.alive() as partners:
        referrals = await partners.start()
        found = await killed.parked(referrals)
        assert (found is None) is (step is Step.REPLAY_COMMITTED)
        assert await facts(referrals, IncidentReported.type) == (found is None)
        if found is not None:
            assert (await killed.replay(referrals, found)).json()["outcome"] == "read"
            assert (await killed.replay(referrals, found)).status_code == 404
        await once(referrals)
        await partners.drop()
        await once(await partners.start())


async def once(referrals: Referrals) -> None:
    """What was parked is there, and is parked no more; the service is ended then."""
    await until(lambda: settled(referrals.runtime), "nothing is left to do")
    assert await facts(referrals, IncidentReported.type) == 1
    assert await killed.parked(referrals) is None
    await rest(referrals)


async def test_what_is_sent_again_to_a_log_that_was_lost_comes_to_the_same(place: Place) -> None:
    """The command is killed before its commit; then the service is, while it relays and while it reads."""
    async with place.alive() as partners:
        referrals = await partners.start()
        await killed.bulk(referrals, lines(0, MANY_LINES))
        before = await rest(referrals)
    for file in place.folder.glob("log.sqlite*"):
        file.unlink()
    await place.killed(Step.REPUBLISH_WRITTEN, killed.republishes)
    async with place.alive() as partners:
        runtime = partners.runtime()
        assert (await operating.counts(runtime))["unsent"] == 0, "it is as it was"
        await runtime.store.close()
    for step in (Step.RELAY_SENT, Step.LOAD_COMMITTED):
        await place.killed(step, killed.republishes)
    async with place.alive() as partners:
        referrals = await partners.start()
        assert await rest(referrals) == before
        await partners.drop()
        assert await rest(await partners.start()) == before, "the log has all of it"

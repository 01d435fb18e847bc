"""Partners with Kafka of their own, on a real broker with SASL and access lists: whom each can write to and
read of, and that a record on a topic is taken as a post is."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from chassis.log import LogError, Record, open_log
from contracts.events.orders import BreachReported
from contracts.events.people import HousingDescribed
from contracts.topics import SERVICES, TOPICS, inbound, outbound
from deploy.acls import acls_of
from deploy.local.kafka import Kafka
from services.referrals.feeds.inbound import ANSWERED
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW, START
from tests.scenarios.goldthread import Deployed, Goldthread, deployed, run
from tests.support.waiting import PATIENCE, until

PARTNERS = ("castlegate-housing", "northmere-police")
HOUSING, POLICE = PARTNERS
USERS = {name: f"{name}-password" for name in ("admin", *SERVICES, *PARTNERS)}


@pytest.fixture(scope="module")
def deployment(broker_of_users: Kafka) -> Iterator[Deployed]:
    """All of it in one process, on that broker; its topics and lists made by the operator's command."""
    folder = Path(mkdtemp(prefix="gt-"))
    told = {
        "GOLDTHREAD_LOG": f"kafka://{broker_of_users.address}",
        "GOLDTHREAD_KAFKA_PROTOCOL": "SASL_PLAINTEXT",
        "GOLDTHREAD_KAFKA_USER": "admin",
        "GOLDTHREAD_KAFKA_PASSWORD": USERS["admin"],
        "GOLDTHREAD_PARTNER_TOPICS": ",".join(PARTNERS),
    }
    made = run(("topics", "--ensure", "--allow"), told | {"GOLDTHREAD_DATA": str(folder)})
    assert "referrals" in made
    with deployed("embedded", folder, START, told) as found:
        yield found


@pytest.fixture
async def goldthread(deployment: Deployed) -> AsyncIterator[Goldthread]:
    opened = Goldthread(deployment.url)
    await opened.set_clock(scene.FOLDED)
    yield opened
    await opened.close()


@asynccontextmanager
async def producer(broker: Kafka, user: str) -> AsyncIterator[AIOKafkaProducer]:
    signed = broker.as_user(user)
    found = AIOKafkaProducer(bootstrap_servers=broker.address, enable_idempotence=True, **signed)
    await found.start()
    try:
        yield found
    finally:
        await found.stop()


async def put(broker: Kafka, user: str, topic: str, value: bytes) -> int:
    """Put a record, as a partner's client would; its offset."""
    async with producer(broker, user) as client, asyncio.timeout(PATIENCE):
        return int((await client.send_and_wait(topic, value)).offset)


async def got(broker: Kafka, user: str, topic: str, many: int, group: str = "") -> list[dict[str, Any]]:
    """So many records from the beginning of a topic, as a member of a group of the user's own."""
    found: list[dict[str, Any]] = []
    reader = AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker.address,
        group_id=group or f"{user}.{uuid4().hex}",
        auto_offset_reset="earliest",
        **broker.as_user(user),
    )
    try:
        async with asyncio.timeout(PATIENCE):
            await reader.start()
            while len(found) < many:
                found.append(json.loads((await reader.getone()).value))
    finally:
        await reader.stop()
    return found


def line(body: Mapping[str, Any], key: str, type_: str) -> bytes:
    return json.dumps(dict(body) | {"idempotency_key": key, "type": type_}).encode()


async def test_a_record_on_a_topic_is_taken_as_a_post_is(
    deployment: Deployed, goldthread: Goldthread, broker_of_users: Kafka
) -> None:
    """By the service whose it is; under the same id as by REST; refused for the same reasons; and what is no
    line at all is answered, and parked."""
    breach = caseload.housing_breach(NOW - timedelta(hours=2))
    wrong = breach | {"basis": "no such basis"}
    household = caseload.submission({"kind": "tenancy", "people": breach["content"]["people"]}, scene.BEGAN)
    records = [
        line(breach, "topic-1", BreachReported.type),
        line(wrong, "topic-2", BreachReported.type),
        line(household, "topic-3", HousingDescribed.type),
        b"what is this?",
        line(breach, "topic-1", BreachReported.type),
        line(breach, "topic-4", "uk.goldthread.nobody.knows.v1"),
    ]
    offsets = [await put(broker_of_users, HOUSING, inbound(HOUSING).name, each) for each in records]
    answers = await got(broker_of_users, HOUSING, outbound(HOUSING).name, len(records))
    assert {each["type"] for each in answers} == {ANSWERED}
    data = {each["data"]["offset"]: each["data"] for each in answers}
    told = [data[offset] for offset in offsets]
    assert [each["status"] for each in told] == [201, 422, 201, 400, 200, 422]
    assert told[1]["faults"] == [{"where": "body.basis", "kind": "enum"}]
    assert told[4]["receipt"]["root"] == told[0]["receipt"]["root"]
    unread = {"status": 400, "code": "body.unreadable", "faults": []}
    assert told[3] == {"partition": 0, "offset": offsets[3], **unread}
    again = await goldthread.post(HOUSING, "/orders/v1/breaches", breach, "topic-1")
    assert (again["status"], again["root"]) == ("repeated", told[0]["receipt"]["root"])
    parked = (await (await goldthread.person("aisha-bright")).get("/referrals/v1/parked")).text
    assert inbound(HOUSING).name in parked
    assert "what is this" not in parked


async def test_a_feed_goes_to_its_own_topic(goldthread: Goldthread, broker_of_users: Kafka) -> None:
    for agency, kind in ((POLICE, "police"), (HOUSING, "housing")):
        said = caseload.submission({"agency": agency, "name": agency, "kind": kind}, scene.BEGAN)
        operator = await goldthread.person("aisha-bright")
        assert (await operator.post("/notify/v1/agencies", json=said)).status_code == 201
    wanted = caseload.submission({"agency": POLICE, "areas": ["northmere-north"]}, scene.BEGAN)
    assert (await operator.post("/referrals/v1/feeds", json=wanted)).status_code == 201
    said = caseload.referral(scene.BEGAN)
    case = (await goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", said))["root"]

    async def fed() -> list[dict[str, Any]] | None:
        feed = await (await goldthread.system(POLICE)).get("/referrals/v1/feed")
        entries: list[dict[str, Any]] = feed.json()["entries"]
        return entries if any(each["root"] == case for each in entries) else None

    entries = await until(fed, "the case is in the feed")
    found = await got(broker_of_users, POLICE, outbound(POLICE).name, len(entries))
    assert found == entries
    assert "location" not in json.dumps(found)


async def test_an_agency_can_write_for_nobody_else_and_read_nothing_of_others(
    deployment: Deployed, broker_of_users: Kafka
) -> None:
    others = {inbound(POLICE).name, outbound(POLICE).name, *TOPICS}
    for topic in sorted(others | {outbound(HOUSING).name}):
        with pytest.raises(TopicAuthorizationFailedError):
            await put(broker_of_users, HOUSING, topic, b"{}")
    for topic in sorted(others):
        with pytest.raises(TopicAuthorizationFailedError):
            await got(broker_of_users, HOUSING, topic, 1)
    with pytest.raises(GroupAuthorizationFailedError):
        await got(broker_of_users, HOUSING, outbound(HOUSING).name, 1, group=f"{POLICE}.reader")


async def test_each_service_has_what_it_needs_and_no_more(
    deployment: Deployed, broker_of_users: Kafka
) -> None:
    log = open_log(f"kafka://{broker_of_users.address}", username="marac", password=USERS["marac"])
    await log.start()
    try:
        await log.ensure(TOPICS.values())
        await log.append([Record("marac", "k", b"{}")])
        for topic in ("care", inbound(HOUSING).name):
            with pytest.raises(LogError):
                await log.append([Record(topic, "k", b"{}")])
    finally:
        await log.stop()
    with pytest.raises(TopicAuthorizationFailedError):
        await got(broker_of_users, "marac", "support", 1, group="goldthread-marac")


def test_the_lists_are_the_declaration() -> None:
    told = set(acls_of(PARTNERS))
    writers = {(each.principal, each.name) for each in told if each.operation == 4}
    readers = {(each.principal, each.name) for each in told if each.operation == 3 and each.resource == 2}
    declared = [*TOPICS.values(), *(make(agency) for agency in PARTNERS for make in (inbound, outbound))]
    assert writers == {(who, topic.name) for topic in declared for who in topic.writers}
    assert readers == {(who, topic.name) for topic in declared for who in topic.readers}
    assert {each.name for each in told if each.principal == HOUSING} == {
        inbound(HOUSING).name,
        outbound(HOUSING).name,
        f"{HOUSING}.",
    }

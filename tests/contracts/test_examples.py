"""Every example is an event that anybody can read: by its schema, by our models, by the public SDK."""

import re
from datetime import date

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka
from cloudevents.core.formats.json import JSONFormat
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from chassis.log import Log, Record
from contracts.envelope import Envelope
from contracts.examples import EXAMPLES
from contracts.generate import FOLDER, schema
from contracts.registry import EVENTS, Unreadable, read_content, read_envelope
from contracts.topics import SERVICES, TOPICS

EVERY_TYPE = sorted(EVENTS)

PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"


def published(kind: str) -> bytes:
    return (FOLDER / "examples" / f"{kind}.json").read_bytes()


def valid_by(kind: str, event: object) -> list[str]:
    """What the event's committed JSON Schema has against it."""
    committed = orjson.loads((FOLDER / "schemas" / f"{kind}.json").read_bytes())
    validator = Draft202012Validator(committed, format_checker=FormatChecker())
    return [error.json_path for error in validator.iter_errors(event)]


def test_each_event_has_its_example() -> None:
    assert sorted(EXAMPLES) == EVERY_TYPE
    assert sorted(path.stem for path in FOLDER.glob("examples/*.json")) == EVERY_TYPE


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_it_validates_against_its_schema(kind: str) -> None:
    Draft202012Validator.check_schema(schema(EVENTS[kind]))
    assert valid_by(kind, orjson.loads(published(kind))) == []


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_the_schema_has_something_to_say(kind: str) -> None:
    event = orjson.loads(published(kind))
    assert valid_by(kind, {**event, "type": "uk.goldthread.other.thing.v1"}) == ["$.type"]
    assert valid_by(kind, {**event, "keys": 7}) == ["$.keys"]
    assert valid_by(kind, {name: value for name, value in event.items() if name != "root"}) == ["$"]
    needed = [name for name, field in EVENTS[kind].model_fields.items() if field.is_required()]
    for name in needed:
        without = {key: value for key, value in event["data"].items() if key != name}
        assert valid_by(kind, {**event, "data": without}) == ["$.data"]


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_a_withdrawal_is_empty(kind: str) -> None:
    event = orjson.loads(published(kind)) | {"change": "withdrawal"}
    assert valid_by(kind, event) == ["$.data"]
    assert valid_by(kind, event | {"data": {}}) == []
    assert read_content(read_envelope(orjson.dumps(event | {"data": {}}))) is None


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_our_own_reader_gives_back_the_same(kind: str) -> None:
    envelope = read_envelope(published(kind))
    content = read_content(envelope)
    assert isinstance(content, EVENTS[kind])
    assert content.model_dump(mode="json", by_alias=True, exclude_none=True) == envelope.data
    assert envelope == EXAMPLES[kind]


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_the_cloudevents_sdk_reads_it_from_its_file(kind: str) -> None:
    event = JSONFormat().read(None, published(kind))
    _says_the_same(event, EXAMPLES[kind])


async def test_the_cloudevents_sdk_reads_them_from_kafka(kafka_address: str) -> None:
    """Written by our log as it writes every fact, read by the SDK's Kafka binding."""
    from uuid import uuid4

    from aiokafka import AIOKafkaConsumer

    from chassis.log.kafka import KafkaLog
    from contracts.topics import Topic

    topic = Topic(f"test-{uuid4().hex}", "every example", (), (), 1)
    log: Log = KafkaLog(kafka_address)
    await log.start()
    await log.ensure([topic])
    await log.append([Record(topic.name, "k", published(kind)) for kind in EVERY_TYPE])
    await log.stop()
    reader = AIOKafkaConsumer(topic.name, bootstrap_servers=kafka_address, auto_offset_reset="earliest")
    await reader.start()
    try:
        for kind in EVERY_TYPE:
            message = await reader.getone()
            event = from_kafka(KafkaMessage(dict(message.headers), None, message.value), JSONFormat())
            _says_the_same(event, EXAMPLES[kind])
    finally:
        await reader.stop()


def _says_the_same(event: object, envelope: Envelope) -> None:
    attributes = event.get_attributes()  # type: ignore[attr-defined]
    ours = envelope.model_dump(mode="json", exclude_none=True, exclude={"data", "time"})
    assert {name: attributes[name] for name in ours} == ours
    assert attributes["time"] == envelope.time
    assert event.get_data() == envelope.data  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_everybody_in_it_is_invented(kind: str) -> None:
    text = published(kind).decode()
    for number in re.findall(r'"nhs_number": "(\d+)"', text):
        assert number.startswith("999")
        check = (
            11
            - sum(int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False)) % 11
        )
        assert check % 11 == int(number[9])
    for number in re.findall(r'"number": "(0[\d ]+)"', text):
        assert number.replace(" ", "").startswith(("01632960", "07700900"))
    for year, serial, letter in re.findall(r'"pnc_id": "\d\d(\d\d)/(\d{7})(\w)"', text):
        assert PNC_LETTERS[int(year + serial) % 23] == letter


def test_the_examples_tell_no_ones_name_outside_the_payload() -> None:
    for event in EXAMPLES.values():
        attributes = event.model_dump_json(exclude={"data"})
        assert not re.search("Fenwick|Oakhanger|Marisol|Gareth|Teodor|C-20418|N771204|9991230017", attributes)


def test_an_unknown_type_is_stored_and_not_understood() -> None:
    event = orjson.loads(published("uk.goldthread.incident.reported.v1"))
    event |= {"type": "uk.goldthread.weather.forecast.v3", "data": {"sunny": True}}
    envelope = read_envelope(orjson.dumps(event))
    assert envelope.data == {"sunny": True}
    assert envelope.keys == event["keys"]
    assert read_content(envelope) is None


def test_what_is_unreadable_is_said_without_its_value() -> None:
    event = orjson.loads(published("uk.goldthread.incident.reported.v1"))
    with pytest.raises(Unreadable, match=r"^kind: enum$"):
        read_content(read_envelope(orjson.dumps(event | {"data": event["data"] | {"kind": "Hidden Street"}})))
    with pytest.raises(Unreadable, match=r"^acceptedat: timezone_aware$"):
        read_envelope(orjson.dumps(event | {"acceptedat": "2026-03-01T00:00:00"}))
    with pytest.raises(Unreadable, match=r"^not JSON$"):
        read_envelope(b"\xff{")


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_its_topic_is_declared_and_someone_reads_it(kind: str) -> None:
    topic = TOPICS[EVENTS[kind].topic]
    assert topic.readers
    assert {*topic.readers, *topic.writers} <= set(SERVICES)
    assert EXAMPLES[kind].source.removeprefix("/") in topic.writers


def test_dates_and_births_are_plausible() -> None:
    for event in EXAMPLES.values():
        assert date(2026, 1, 1) < event.time.date() < date(2027, 1, 1)
        assert event.time <= event.recordedat < event.acceptedat

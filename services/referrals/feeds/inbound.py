"""Inbound topics: each record of ``in.<agency>`` is taken as a line of an upload is.

A record is what a line of ``/bulk`` is. It goes to that route, of the service whose it is, with a token that
speaks for the partner: so it is checked, known by its idempotency key, and answered as there. The answer goes
to ``out.<agency>``, under an id made from the record's place; then, and not before, reading goes on. So a
crash repeats a record, which repeats nothing, and its answer, which is the same.
"""

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx
import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import parking
from chassis.http.auth import Caller, handed_on
from chassis.http.bulk import NDJSON, LineResult, bulk_path
from chassis.http.lines import GROUP
from chassis.load import advance, positions_of
from chassis.log import Partition, Record, Subscription
from chassis.parking import Park
from chassis.runtime import Runtime
from chassis.store.tables import micros
from contracts.registry import EVENTS
from contracts.topics import TOPICS, inbound, outbound
from contracts.vocabulary import StaffRole

GROUP_ID = "goldthread-referrals-inbound"
ANSWERED = "uk.goldthread.inbound.answered.v1"
PAUSE_SECONDS = 1.0
"""How long until it tries again what another service, or the log, did not take."""
TAKES_SECONDS = 60.0

log = structlog.get_logger()


class NotTaken(Exception):
    """A service did not answer for what it was handed: it is handed on again."""


async def take_inbound(runtime: Runtime) -> None:
    """Take what partners put on their topics, for ever; nothing where no partner has one."""
    topics = {inbound(agency).name: agency for agency in runtime.settings.partners}
    if not topics:
        await asyncio.Event().wait()
    subscription = runtime.log.subscribe(GROUP_ID, sorted(topics), lambda wanted: _position(runtime, wanted))
    try:
        async with httpx.AsyncClient(base_url=runtime.settings.public_url, timeout=TAKES_SECONDS) as client:
            while True:
                try:
                    await Inbound(runtime, topics, client).once(subscription)
                except Exception as error:  # noqa: BLE001 - a service or the log is away: it is read again
                    log.warning("inbound.failed", reason=type(error).__name__)
                    subscription.again()
                    await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await subscription.stop()


async def _position(runtime: Runtime, wanted: set[Partition]) -> dict[Partition, int]:
    """Where to go on; of what was never read, where it begins: these topics forget."""
    first = await runtime.log.beginnings(sorted({topic for topic, _ in wanted}))
    return {partition: first[partition] for partition in wanted} | await positions_of(runtime.store, wanted)


class Inbound:
    """What comes by the partners' topics."""

    def __init__(self, runtime: Runtime, topics: dict[str, str], client: httpx.AsyncClient) -> None:
        self._runtime = runtime
        self._topics = topics
        self._client = client

    async def once(self, subscription: Subscription) -> None:
        """Take what has come. Raises NotTaken, and what log and store raise: then it is read again."""
        records = await subscription.poll(PAUSE_SECONDS)
        records.sort(key=lambda record: (record.topic, record.partition, record.offset))
        for _, of_one in itertools.groupby(records, key=lambda record: (record.topic, record.partition)):
            coming = list(of_one)
            for start in range(0, len(coming), GROUP):
                await self._take(coming[start : start + GROUP])

    async def _take(self, records: Sequence[Record]) -> None:
        agency = self._topics[records[0].topic]
        read = [(record, _read(record)) for record in records]
        results: dict[int, LineResult] = {}
        for service in sorted({said[0] for _, said in read if said}):
            lines = [(record.offset, said[1]) for record, said in read if said and said[0] == service]
            results |= await self._hand_on(agency, service, lines)
        answers = [self._answer(agency, record, results.get(record.offset)) for record in records]
        await self._runtime.log.append(answers)
        await self._note(records, [record for record, said in read if not said])

    async def _hand_on(
        self, agency: str, service: str, lines: Sequence[tuple[int, bytes]]
    ) -> dict[int, LineResult]:
        headers = {
            "Authorization": f"Bearer {handed_on(self._runtime.settings, self._caller(agency))}",
            "Content-Type": NDJSON,
        }
        body = b"\n".join(line for _, line in lines)
        answer = await self._client.post(bulk_path(service), content=body, headers=headers)
        if answer.status_code != 200:
            raise NotTaken(str(answer.status_code))
        results = [LineResult.model_validate_json(line) for line in answer.text.splitlines()]
        if len(results) != len(lines) or any(each.status >= 500 for each in results):
            raise NotTaken("some of it")
        return {offset: result for (offset, _), result in zip(lines, results, strict=True)}

    def _caller(self, agency: str) -> Caller:
        """The partner, as whom its system is that posts by REST."""
        settings = self._runtime.settings
        subject = settings.partners[agency]
        id_ = self._runtime.ids.staff(settings.trusted_issuer, subject)
        roles = frozenset({StaffRole.REPORTER.value})
        return Caller(id_, settings.trusted_issuer, subject, agency, roles, frozenset(), "")

    def _answer(self, agency: str, record: Record, result: LineResult | None) -> Record:
        place = {"partition": record.partition, "offset": record.offset}
        said = result.model_dump(mode="json", exclude_none=True, exclude={"line"}) if result else _UNREADABLE
        event = {
            "specversion": "1.0",
            "id": self._runtime.ids.blind("answer", f"{record.topic}-{record.partition}-{record.offset}"),
            "source": self._runtime.source,
            "type": ANSWERED,
            "datacontenttype": "application/json",
            "data": place | said,
        }
        return Record(outbound(agency).name, agency, orjson.dumps(event, option=orjson.OPT_SORT_KEYS))

    async def _note(self, records: Sequence[Record], unread: Sequence[Record]) -> None:
        """Reading goes on behind these; what could not be read is parked."""
        runtime, last = self._runtime, records[-1]
        parks = [Park(record, "no line of an upload", [], whose_known=True) for record in unread]

        async def work(connection: AsyncConnection) -> None:
            now = micros(await runtime.store.now(connection))
            await parking.park(runtime.store, connection, runtime.ids, parks, now)
            await advance(runtime.store, connection, {(last.topic, last.partition): last.offset + 1})

        await runtime.store.write(work, durable=True)


_UNREADABLE: dict[str, Any] = {"status": 400, "code": "body.unreadable", "faults": []}


def _read(record: Record) -> tuple[str, bytes] | None:
    """The service whose a record is, and its line. Of a type that nobody knows any service says so. None: it
    is no JSON object."""
    said: Any = None
    with suppress(orjson.JSONDecodeError):
        said = orjson.loads(record.value)
    if not isinstance(said, dict):
        return None
    kind = EVENTS.get(str(said.get("type")))
    service = TOPICS[kind.topic].writers[0] if kind else "referrals"
    return service, orjson.dumps(said)

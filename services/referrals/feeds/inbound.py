"""Inbound topics: each record of ``in.<agency>`` is taken as a line of an upload is.

A record is what a line of ``/bulk`` is. It goes to that route, of the service whose it is, with a token that
speaks for the partner: so it is checked, known by its idempotency key, and answered as there. The answer goes
to ``out.<agency>``, under an id made from the record's place; then, and not before, reading goes on. So a
crash repeats a record, which repeats nothing, and its answer, under the same id: 200 where it was 201.

Each topic is read by a reader of its own: what one partner put holds up nobody else. What a service refuses
as a whole, or what fails here again and again, is told as each line's answer, and reading goes on: what is
waited for is a service that is away, or does not know a token of ours. While a topic cannot be read on, an
alert says that something is unread, for a breach may be in it.
"""

import asyncio
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
from chassis.log import Partition, Record
from chassis.parking import Park
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from chassis.store.tables import micros
from chassis.watch import to_say
from contracts.registry import EVENTS
from contracts.topics import TOPICS, inbound, outbound
from contracts.vocabulary import AlertRule, StaffRole, Urgency

GROUP_ID = "goldthread-referrals-inbound"
ANSWERED = "uk.goldthread.inbound.answered.v1"
PAUSE_SECONDS = 1.0
"""How long until it tries again what another service, or the log, did not take."""
TAKES_SECONDS = 60.0
HELD_SECONDS = 60.0
"""How long a topic cannot be read on until somebody is told."""
TRIES = 10
"""How often lines are handed on that fail by a fault of ours, or that a service refuses as a whole; then that
is their answer."""
TAKING = frozenset({"referrals", "orders", "marac"})
"""The services that take lines of a partner's system. Of a type that is another's, referrals says that it is
not taken."""
WAITED_FOR = frozenset({401, 403, 408, 425, 429})
"""Answers of a service that say nothing of the lines: they are of the token or of the time."""

log = structlog.get_logger()


class NotTaken(Exception):
    """A service did not answer for what it was handed: it is handed on again."""


async def take_inbound(runtime: Runtime) -> None:
    """Take what partners put on their topics, for ever; nothing where no partner has one."""
    if not runtime.settings.partners:
        await asyncio.Event().wait()
    async with httpx.AsyncClient(base_url=runtime.settings.public_url, timeout=TAKES_SECONDS) as client:
        await asyncio.gather(
            *(Inbound(runtime, agency, client).run() for agency in runtime.settings.partners)
        )


class Inbound:
    """What comes by one partner's topic."""

    def __init__(self, runtime: Runtime, agency: str, client: httpx.AsyncClient) -> None:
        self._runtime = runtime
        self._agency = agency
        self._client = client
        self._failed = 0
        """How often in a row lines of it failed by a fault of ours."""
        self._held_since: float | None = None
        self._told: bool | None = None
        """Whether somebody is told that it cannot be read on; None: it is not known here."""
        self.subscription = runtime.log.subscribe(
            f"{GROUP_ID}-{agency}", [inbound(agency).name], self._position
        )

    async def run(self) -> None:
        """Take what comes, for ever."""
        try:
            while True:
                try:
                    await self.once()
                except Exception as error:  # noqa: BLE001 - a service or the log is away: it is read again
                    log.warning("inbound.failed", agency=self._agency, reason=type(error).__name__)
                    self.subscription.again()
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            await self.subscription.stop()

    async def once(self) -> None:
        """Take what has come. Raises NotTaken, and what log and store raise: then it is read again."""
        now = asyncio.get_running_loop().time()
        self._held_since = now if self._held_since is None else self._held_since
        if now - self._held_since > HELD_SECONDS:
            await self._tell(held=True)
        records = await self.subscription.poll(PAUSE_SECONDS)
        for start in range(0, len(records), GROUP):
            await self._take(records[start : start + GROUP])
        if not self.subscription.stopped:
            self._held_since = None
            await self._tell(held=False)

    async def _tell(self, *, held: bool) -> None:
        """Raise the alert, or stand it down; only the process that has the topic does."""
        runtime, told = self._runtime, self._told
        self._told = None
        if self.subscription.assigned():
            if held is not told:
                cause = runtime.ids.blind("unread", inbound(self._agency).name)
                facts = await runtime.facts([f"o:{cause}"])
                urgency = Urgency.NOW if held else None
                await runtime.say(to_say(AlertRule.UNREAD, cause, facts, urgency, runtime.clock.now()))
            self._told = held

    async def _position(self, wanted: set[Partition]) -> dict[Partition, int]:
        """Where to go on; of what was never read, where it begins: these topics forget."""
        runtime = self._runtime
        first = await runtime.log.beginnings(sorted({topic for topic, _ in wanted}))
        return {each: first[each] for each in wanted} | await positions_of(runtime.store, wanted)

    async def _take(self, records: Sequence[Record]) -> None:
        read = [(record, _service_of(record)) for record in records]
        results: dict[int, LineResult] = {}
        for service in sorted({service for _, service in read if service}):
            results |= await self._hand_on(service, [record for record, whose in read if whose == service])
        self._failed = 0
        reached(Step.INBOX_TAKEN)
        answers = [self._answer(record, results.get(record.offset)) for record in records]
        await self._runtime.log.append(answers)
        reached(Step.INBOX_ANSWERED)
        await self._note(records, [record for record, service in read if not service])
        reached(Step.INBOX_NOTED)

    async def _hand_on(self, service: str, lines: Sequence[Record]) -> dict[int, LineResult]:
        headers = {
            "Authorization": f"Bearer {handed_on(self._runtime.settings, self._caller())}",
            "Content-Type": NDJSON,
        }
        body = b"\n".join(line.value for line in lines)
        answer = await self._client.post(bulk_path(service), content=body, headers=headers)
        results = _results(answer, len(lines))
        if any(each.status > 500 for each in results):
            raise NotTaken("some of it")
        if answer.status_code != 200 or any(each.status == 500 for each in results):
            self._failed += 1
            if self._failed < TRIES:
                raise NotTaken("a fault of ours")
        return {line.offset: result for line, result in zip(lines, results, strict=True)}

    def _caller(self) -> Caller:
        """The partner, as whom its system is that posts by REST."""
        settings, agency = self._runtime.settings, self._agency
        subject = settings.partners[agency]
        id_ = self._runtime.ids.staff(settings.trusted_issuer, subject)
        roles = frozenset({StaffRole.REPORTER.value})
        return Caller(id_, settings.trusted_issuer, subject, agency, roles, frozenset(), "")

    def _answer(self, record: Record, result: LineResult | None) -> Record:
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
        return Record(
            outbound(self._agency).name, self._agency, orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
        )

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


def _service_of(record: Record) -> str | None:
    """The service that takes a record as a line. None: it is no JSON object, or more than one line."""
    said: Any = None
    with suppress(orjson.JSONDecodeError):
        said = orjson.loads(record.value)
    if not isinstance(said, dict) or b"\n" in record.value:
        return None
    kind = EVENTS.get(str(said.get("type")))
    service = TOPICS[kind.topic].writers[0] if kind else "referrals"
    return service if service in TAKING else "referrals"


def _results(answer: httpx.Response, many: int) -> list[LineResult]:
    """What became of so many lines. Raises NotTaken where the answer does not say."""
    if 400 <= answer.status_code <= 500 and answer.status_code not in WAITED_FOR:
        return [LineResult(line=number, status=answer.status_code) for number in range(1, many + 1)]
    if answer.status_code != 200:
        raise NotTaken(str(answer.status_code))
    results = [LineResult.model_validate_json(line) for line in answer.text.splitlines()]
    if len(results) != many:
        raise NotTaken("some of it")
    return results

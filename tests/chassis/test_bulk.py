"""Uploads of many facts, on both deployments: what becomes of each line, and of everybody else meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import operating, recording
from chassis.http import bulk
from chassis.http.app import create_app
from chassis.http.auth import Caller
from chassis.http.limits import MAX_BODY
from chassis.http.lines import GROUP, lines_of
from chassis.relay import Relay
from chassis.runtime import Runtime
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported
from contracts.submission import Submission
from contracts.vocabulary import BreachKind
from tests.chassis.conftest import POLICE, SERVICE, System
from tests.chassis.race.world import CAUSE
from tests.chassis.test_runtime import row_when, say, someone
from tests.support.waiting import settled, until

MARK, MISTYPED = "Quillfeather", "9990000019"


class Known:
    """A doorkeeper who knows one caller."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def caller(self, _: str) -> Caller:
        return self._caller


@asynccontextmanager
async def client(runtime: Runtime, caller: Caller = POLICE) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, as this caller."""
    app = create_app(runtime)
    app.state.doorkeeper = Known(caller)
    headers = {"Authorization": "Bearer known", "Content-Type": "application/x-ndjson"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t.test", headers=headers) as opened:
        yield opened


def line(key: str, number: str = "1", **changed: Any) -> dict[str, Any]:
    """One incident as a line."""
    person = {"role": "victim", "identity": {"record": {"system": "s", "type": "t", "number": number}}}
    return {
        "idempotency_key": key,
        "type": IncidentReported.type,
        "occurred": "2026-03-01T10:00:00Z",
        "recorded": "2026-03-01T11:00:00Z",
        "basis": "public-task",
        "purpose": "safeguarding",
        "content": {"kind": "harassment", "people": [person]},
    } | changed


def packed(*lines: dict[str, Any] | bytes) -> bytes:
    """Lines as they are sent."""
    return b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in lines)


async def uploaded(runtime: Runtime, content: Any, caller: Caller = POLICE) -> list[dict[str, Any]]:
    """The results of an upload."""
    async with client(runtime, caller) as opened:
        answer = await opened.post("/orders/v1/bulk", content=content)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert MARK not in answer.text
    return [json.loads(each) for each in answer.text.splitlines()]


async def facts(runtime: Runtime) -> int:
    """How many facts there are, audit lines among them."""
    return (await operating.counts(runtime))["facts"]


async def test_a_bad_line_harms_no_other_and_names_place_and_kind_never_the_value(system: System) -> None:
    runtime = await system.start()
    results = await uploaded(
        runtime,
        packed(
            line("1"),
            b'{"idempotency_key": "' + MARK.encode(),
            line("3", content={"kind": MARK, "people": []}),
            b"",
            line("5", type=MARK),
            line("6", occurred=(datetime.now(UTC) + timedelta(days=2)).isoformat()),
            line(f"{MARK} {MARK}"),
            line("8", content={"kind": "harassment", "people": [], MARK: 1}),
            b"[1]",
            line("10", "2"),
        ),
    )
    told = [(each["line"], each["status"], each.get("code")) for each in results]
    assert told == [
        (1, 201, None),
        (2, 400, "body.not-json"),
        (3, 422, "request.invalid"),
        (5, 422, "request.invalid"),
        (6, 422, "time-in-the-future"),
        (7, 422, "request.invalid"),
        (8, 422, "request.invalid"),
        (9, 422, "request.invalid"),
        (10, 201, None),
    ]
    faults = {each["line"]: [(f["where"], f["kind"]) for f in each["faults"]] for each in results}
    assert ("body.content.kind", "enum") in faults[3]
    assert faults[5] == faults[9] == [("body.type", "not-taken-here")]
    assert faults[6] == [("body.occurred", "time-in-the-future")]
    assert faults[7] == [("body.idempotency_key", "string_pattern_mismatch")]
    assert ("body.content.*", "extra_forbidden") in faults[8]
    assert await facts(runtime) == 4, "two facts, each with its line of audit"
    assert (await row_when(runtime, 1)).facts == [results[0]["receipt"]["id"]]


async def test_a_row_says_by_its_column_which_number_links_nobody(system: System) -> None:
    runtime = await system.start()
    said = line("1", content={"kind": "harassment"})
    first, second = "content.people.0", "content.people.2"  # a table may have holes
    row = {key: value for key, value in said.items() if key != "content"} | {"content.kind": "harassment"}
    row |= {f"{first}.role": "victim", f"{second}.role": "suspect", f"{second}.identity.nhs_number": MISTYPED}
    table = "\r\n".join((",".join(row), ",".join(map(str, row.values())))).encode()
    async with client(runtime, POLICE) as opened:
        answer = await opened.post("/orders/v1/bulk", content=table, headers={"Content-Type": "text/csv"})
    assert MISTYPED not in answer.text
    (told,) = [json.loads(each) for each in answer.text.splitlines()]
    where = f"body.{second}.identity.nhs_number"
    assert (told["status"], told["receipt"]["not_linked_by"]) == (
        201,
        [{"where": where, "kind": "check-digit"}],
    )


async def test_what_is_sent_again_repeats_nothing_whichever_way_it_comes(system: System) -> None:
    runtime = await system.start()
    said = [line(str(n), str(n)) for n in range(60)]
    first = await uploaded(runtime, packed(*said))
    before = await facts(runtime)
    again = await uploaded(runtime, packed(*said, line("0", "0"), line("1", "another")))
    assert [each["status"] for each in first] == [201] * 60
    assert [each["status"] for each in again] == [200] * 61 + [409]
    assert [each["receipt"]["id"] for each in again[:60]] == [each["receipt"]["id"] for each in first]
    assert again[61]["faults"] == [{"where": "body.idempotency_key", "kind": "same-key-other-content"}]
    assert await facts(runtime) == before
    kept = Submission[IncidentReported].model_validate(
        {name: value for name, value in said[0].items() if name not in ("idempotency_key", "type")}
    )
    single = await runtime.take(kept, kept.content, caller=POLICE, right="say", idempotency_key="0")
    assert (single.repeated, single.id) == (True, first[0]["receipt"]["id"])


async def test_a_type_that_the_caller_may_not_post_is_as_one_that_there_is_not(system: System) -> None:
    rights = {"say": frozenset({"reporter"}), "report": frozenset({"officer"})}
    accepts = {**SERVICE.accepts, BreachReported: "report"}
    runtime = await system.start(replace(SERVICE, rights=rights, accepts=accepts))
    results = await uploaded(
        runtime, packed(line("1", type=BreachReported.type), line("2", type="none"), line("3"))
    )
    assert [each["status"] for each in results] == [422, 422, 201]
    assert results[0] == results[1] | {"line": 1}
    nobody = replace(POLICE, roles=frozenset())
    async with client(runtime, nobody) as opened:
        assert (await opened.post("/orders/v1/bulk", content=packed(line("4")))).status_code == 404


async def test_lines_are_taken_while_the_rest_is_still_to_come(system: System) -> None:
    runtime = await system.start()

    async def body() -> AsyncIterator[bytes]:
        yield packed(*(line(str(n), str(n)) for n in range(GROUP)), b"")

        async def taken() -> bool:
            return await facts(runtime) == 2 * GROUP

        await until(taken)
        whole = packed(line("last"))
        yield whole[:40]
        yield whole[40:]

    assert [each["status"] for each in await uploaded(runtime, body())] == [201] * (GROUP + 1)


async def test_the_limit_of_a_body_is_that_of_a_line(system: System) -> None:
    runtime = await system.start()
    long = line("long", narrative=" " * MAX_BODY)
    wide = packed(line("wide")) + b" " * (MAX_BODY - 1000)
    results = await uploaded(runtime, packed(wide, long, wide.replace(b"wide", b"also"), line("after")))
    assert [(each["status"], each.get("code")) for each in results] == [
        (201, None),
        (413, "body.too-large"),
        (201, None),
        (201, None),
    ]


async def test_what_is_beyond_the_lines_of_a_request_is_said_and_not_taken(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LINES", 2 * GROUP)
    runtime = await system.start()
    bad = [b"{"] * (2 * GROUP - 1)
    results = await uploaded(runtime, packed(*bad, line("1"), line("2"), *[line("3")] * GROUP))
    assert [each["line"] for each in results] == list(range(1, 2 * GROUP + 2))
    assert results[-2]["status"] == 201
    assert (results[-1]["status"], results[-1]["code"]) == (413, "body.too-many-lines")
    assert await facts(runtime) == 2


async def test_an_upload_of_nothing_has_no_result_and_one_of_another_kind_is_refused(system: System) -> None:
    runtime = await system.start()
    assert await uploaded(runtime, b"\n \n") == []
    assert [each["status"] for each in await uploaded(runtime, b'""')] == [422], "an empty text is something"
    async with client(runtime) as opened:
        plain = {"Content-Type": "application/json"}
        other = await opened.post("/orders/v1/bulk", json=line("1"), headers=plain)
    assert (other.status_code, other.json()["code"]) == (415, "content-type.unknown")
    assert await facts(runtime) == 0


async def test_a_breach_is_folded_while_an_upload_is_under_way(system: System) -> None:
    runtime = await system.start()
    upload = asyncio.create_task(
        uploaded(runtime, packed(*(line(str(n), str(n % 40)) for n in range(20 * GROUP))))
    )

    async def begun() -> bool:
        return await facts(runtime) > 0

    await until(begun)
    breach = await say(runtime, BreachReported(kind=BreachKind.CONTACT, people=[someone("1")]))
    await until(lambda: runtime.row(CAUSE, breach.root))
    assert not upload.done(), "it waited for nothing but a group"
    assert {each["status"] for each in await upload} == {201}
    await until(lambda: settled(runtime))


async def test_an_upload_waits_for_what_comes_after(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: Relay) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Relay, "run", never)
    monkeypatch.setattr(recording, "BACKLOG", GROUP)
    monkeypatch.setattr(recording, "LOOKS", 100_000)
    runtime = await system.start()
    upload = asyncio.create_task(uploaded(runtime, packed(*(line(str(n), str(n)) for n in range(3 * GROUP)))))

    async def waits() -> bool:
        return await facts(runtime) == 2 * GROUP

    await until(waits)
    for _ in range(20):
        await asyncio.sleep(recording.LOOK_SECONDS)
        assert await waits()
    while not upload.done():
        await runtime.relay.once()
        await asyncio.sleep(0)
    assert {each["status"] for each in await upload} == {201}


@given(st.lists(st.binary(max_size=12).map(lambda each: each.replace(b"\n", b"")), max_size=8), st.data())
async def test_lines_are_the_same_however_they_come(lines: list[bytes], data: st.DataObject) -> None:
    body = b"\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))

    async def parts() -> AsyncIterator[bytes]:
        for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
            yield body[start:end]

    while lines and not lines[-1]:
        lines.pop()
    found = [each.body async for each in lines_of(parts(), quoted=False)]
    while found and not found[-1]:
        found.pop()
    assert found == lines

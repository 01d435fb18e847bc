"""Uploads that are cut: they go on where they were, on both deployments, and no line counts twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.requests import ClientDisconnect

from chassis import operating, uploads
from chassis.http import uploads as http_uploads
from chassis.http.bulk import CSV, NDJSON
from chassis.http.lines import GROUP
from chassis.runtime import Runtime
from tests.chassis.conftest import IDS, POLICE, System
from tests.chassis.test_bulk import MARK, client, facts, line, packed
from tests.chassis.test_csv import HEADER, row

OTHER = replace(POLICE, id=IDS.staff("issuer", "another"), subject="another")
PATH = "/orders/v1/uploads"


async def begun(opened: httpx.AsyncClient, file: bytes, format_: str = NDJSON, **headers: str) -> str:
    """The path of an upload of this file."""
    asked = {"format": format_, "size": len(file)}
    answer = await opened.post(PATH, json=asked, headers={"Content-Type": "application/json"} | headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{PATH}/{answer.json()['id']}"
    return answer.headers["location"]


async def send(opened: httpx.AsyncClient, path: str, offset: int, part: Any) -> httpx.Response:
    return await opened.put(f"{path}/parts/{offset}", content=part)


async def results(opened: httpx.AsyncClient, path: str, after: int = 0) -> list[dict[str, Any]]:
    answer = await opened.get(f"{path}/results", params={"after": after})
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_an_upload_that_is_cut_goes_on_after_the_service_was_ended(system: System) -> None:
    """However it is cut: in the middle of a line, between two starts of the service."""
    lines = [line(str(n), str(n % 7)) for n in range(3 * GROUP)]
    lines[70] = line("bad", content={"kind": MARK})
    file = packed(*lines)
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, file)
        first = (await send(opened, path, 0, file[: len(file) // 2])).json()
        assert 0 < first["offset"] <= len(file) // 2
        assert file[first["offset"] - 1 : first["offset"]] == b"\n"
        assert (first["done"], first["lines"]) == (False, file[: first["offset"]].count(b"\n"))
    await system.stop(runtime)
    runtime = await system.start()
    async with client(runtime) as opened:
        assert (await opened.get(path)).json() == first, "it is where it was"
        last = (await send(opened, path, first["offset"], file[first["offset"] :])).json()
        assert (last["offset"], last["done"], last["lines"]) == (len(file), True, 3 * GROUP)
        assert (last["taken"], last["refused"]) == (3 * GROUP - 1, 1)
        told = await results(opened, path)
        assert [each["line"] for each in told] == list(range(1, 3 * GROUP + 1))
        assert [each["line"] for each in told if each["status"] != 201] == [71]
        assert await results(opened, path, after=140) == told[140:]
        assert MARK not in json.dumps(told)
    assert await facts(runtime) == 2 * (3 * GROUP - 1)


async def test_what_was_taken_and_not_yet_told_of_counts_once(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service dies between taking lines and putting the upload on."""
    file = packed(*(line(str(n), str(n)) for n in range(2 * GROUP)))
    runtime = await system.start()
    moves = 0
    move = uploads.move

    async def dies(*said: Any) -> Any:
        nonlocal moves
        moves += 1
        if moves == 2:
            raise RuntimeError("the process ends here")
        return await move(*said)

    monkeypatch.setattr(uploads, "move", dies)
    async with client(runtime) as opened:
        path = await begun(opened, file)
        assert (await send(opened, path, 0, file)).status_code == 500
    await system.stop(runtime)
    runtime = await system.start()
    async with client(runtime) as opened:
        here = (await opened.get(path)).json()
        assert (here["lines"], here["taken"]) == (GROUP, GROUP)
        assert (await send(opened, path, here["offset"], file[here["offset"] :])).json()["done"]
        told = await results(opened, path)
    assert [each["status"] for each in told] == [201] * GROUP + [200] * GROUP
    assert await facts(runtime) == 4 * GROUP


async def test_a_connection_that_is_lost_costs_the_line_at_hand_alone(system: System) -> None:
    file = packed(*(line(str(n), str(n)) for n in range(GROUP + 10)))
    runtime = await system.start()

    async def lost() -> AsyncIterator[bytes]:
        yield file[:-20]
        raise ClientDisconnect

    async with client(runtime) as opened:
        path = await begun(opened, file)
        await send(opened, path, 0, lost())
        here = (await opened.get(path)).json()
        assert here["lines"] == GROUP + 9
        last = (await send(opened, path, here["offset"], file[here["offset"] :])).json()
        assert (last["done"], last["taken"]) == (True, GROUP + 10)
    assert await facts(runtime) == 2 * (GROUP + 10)


async def test_the_same_part_twice_and_one_that_leaves_a_hole_are_refused(system: System) -> None:
    file = packed(line("1"), line("2"))
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, file, **{"Idempotency-Key": "night"})
        both = await asyncio.gather(send(opened, path, 0, file), send(opened, path, 0, file))
        assert sorted(answer.status_code for answer in both) == [200, 409]
        for offset in (0, 7):
            answer = await send(opened, path, offset, file[offset:])
            assert (answer.status_code, answer.json()["code"]) == (409, "upload.elsewhere")
        assert await begun(opened, file, **{"Idempotency-Key": "night"}) == path, "begun twice is one"
        other = await opened.post(
            PATH,
            json={"format": CSV, "size": len(file)},
            headers={"Content-Type": "application/json", "Idempotency-Key": "night"},
        )
        assert (other.status_code, other.json()["code"]) == (409, "same-key-other-content")
        assert (await opened.get(path)).json()["taken"] == 2
    assert await facts(runtime) == 4


async def test_an_upload_is_its_callers_alone(system: System) -> None:
    file = packed(line("1"))
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, file)
    async with client(runtime, OTHER) as opened:
        for answer in (
            await opened.get(path),
            await opened.get(f"{path}/results"),
            await send(opened, path, 0, file),
        ):
            assert answer.status_code == 404
    async with client(runtime, replace(POLICE, roles=frozenset())) as opened:
        assert (await opened.get(path)).status_code == 404
    assert await facts(runtime) == 0


async def test_a_table_goes_on_under_its_header(system: System) -> None:
    """Cut in a cell that goes over two lines; ended by rows that are blank."""
    text = '"one\ntwo, three"'
    file = "\r\n".join([HEADER, *(row(str(n), text=text) for n in range(4)), "", ",,"]).encode()
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, file, CSV)
        assert (await send(opened, path, 0, file[:40])).json()["code"] == "upload.no-line"
        alone = (await send(opened, path, 0, file[: len(HEADER) + 2])).json()
        assert (alone["offset"], alone["lines"], alone["taken"]) == (len(HEADER) + 2, 1, 0)
        cut = file.index(b"two", file.index(b"two") + 1)
        here = (await send(opened, path, alone["offset"], file[alone["offset"] : cut])).json()
        assert (here["taken"], here["lines"]) == (1, 2)
        last = (await send(opened, path, here["offset"], file[here["offset"] :])).json()
        assert (last["done"], last["taken"], last["lines"]) == (True, 4, 7)
        assert [each["line"] for each in await results(opened, path)] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("part", "status", "code"),
    [
        (packed(line("1"))[:-9], 422, "upload.no-line"),
        (b"", 422, "upload.no-line"),
        (packed(line("1")) + b"\n" * 9, 422, "upload.too-long"),
    ],
    ids=["no whole line", "nothing", "more than was said"],
)
async def test_a_part_that_brings_nothing_is_refused_and_leaves_it_where_it_was(
    system: System, part: bytes, status: int, code: str
) -> None:
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, packed(line("1")))
        answer = await send(opened, path, 0, part)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_part_takes_a_thousand_lines_and_leaves_the_rest(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_uploads, "LINES", GROUP)
    file = packed(*(line(str(n), str(n)) for n in range(GROUP + 2)))
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, file)
        here = (await send(opened, path, 0, file)).json()
        assert (here["lines"], here["done"]) == (GROUP, False)
        assert (await send(opened, path, here["offset"], file[here["offset"] :])).json()["done"]


async def test_until_it_has_caught_up_a_service_takes_no_line_and_refuses_none(system: System) -> None:
    file = packed(line("1"))
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, file)
        runtime.caught_up.clear()
        answer = await send(opened, path, 0, file)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert await results(opened, path) == []
        runtime.caught_up.set()
        assert (await send(opened, path, 0, file)).json()["taken"] == 1


async def test_what_is_old_is_forgotten_and_a_store_restored_has_none(system: System) -> None:
    file = packed(line("1"))
    runtime = await system.start()
    async with client(runtime) as opened:
        old = await begun(opened, file)
        await send(opened, old, 0, file)
        await runtime.set_clock(runtime.clock.now() + uploads.KEPT + timedelta(hours=1))
        kept = await begun(opened, file)
        assert [(await opened.get(path)).status_code for path in (old, kept)] == [404, 200]
        assert await results_of(runtime, old) == []
    await system.stop(runtime)
    await system.drop()
    runtime = await system.start()
    async with client(runtime) as opened:
        assert (await opened.get(kept)).status_code == 404
        path = await begun(opened, file)
        assert (await send(opened, path, 0, file)).json()["taken"] == 1
        assert [each["status"] for each in await results(opened, path)] == [200], "the fact is there still"
    assert (await operating.counts(runtime))["facts"] == 2


async def results_of(runtime: Runtime, path: str) -> list[str]:
    gone = uploads.Upload(path.rsplit("/", 1)[1], "", NDJSON, 1, 0, 0, 0, 0, "", runtime.clock.now())
    return await uploads.told(runtime.store, gone, 0, 10)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"\n,,\n", "upload.no-line"),
        (HEADER.replace("content.kind", MARK).encode() + b"\n", "header.invalid"),
        (f"{HEADER}\n".encode("utf-16"), "body.not-utf-8"),
    ],
)
async def test_a_table_whose_header_is_amiss_does_not_come_on(system: System, file: bytes, code: str) -> None:
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, file, CSV)
        answer = await send(opened, path, 0, file)
        assert answer.json()["code"] == code
        assert MARK not in answer.text
        assert (await opened.get(path)).json()["offset"] == 0


async def test_a_quote_that_is_never_closed_is_told_with_the_files_last_byte(system: System) -> None:
    file = f"{HEADER}\n{row('1')}\n{row('2', text=chr(34) + MARK)}\n{row('3')}".encode()
    runtime = await system.start()
    async with client(runtime) as opened:
        path = await begun(opened, file, CSV)
        here = (await send(opened, path, 0, file[:-10])).json()
        assert (here["taken"], here["lines"]) == (1, 2), "what is open may be closed yet"
        last = (await send(opened, path, here["offset"], file[here["offset"] :])).json()
        assert (last["done"], last["taken"], last["refused"]) == (True, 1, 1)
        told = await results(opened, path)
    assert [(each["line"], each.get("code")) for each in told] == [(2, None), (3, "body.not-csv")]

"""CSV as it really comes: each row a fact like any other, and of what is amiss the place and the kind."""

import json
import tracemalloc
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from chassis.http.bulk import CSV
from chassis.http.limits import MAX_BODY
from chassis.http.lines import lines_of
from chassis.http.problem import Problem
from chassis.http.tabular import Table
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported
from tests.chassis.conftest import System
from tests.chassis.test_bulk import MARK, client, facts

ROW = {
    "idempotency_key": "1",
    "type": IncidentReported.type,
    "occurred": "2026-03-01T10:00:00Z",
    "recorded": "2026-03-01T11:00:00Z",
    "basis": "public-task",
    "purpose": "safeguarding",
    "content.kind": "harassment",
    "content.people.0.role": "victim",
    "content.people.0.identity.record.system": "s",
    "content.people.0.identity.record.type": "t",
    "content.people.0.identity.record.number": "1",
    "content.people.1.role": "",
    "content.people.1.identity.name.family": "",
    "content.crime": "TRUE",
    "content.narrative.text": "",
}
HEADER = ",".join(ROW)


NOBODY = {name: "" for name in ROW if ".people." in name}


def row(key: str, more: Mapping[str, str] | None = None, *, text: str = "", **changed: str) -> str:
    """One row under ``HEADER``: of the content, ``kind`` and ``crime`` by their own names."""
    named = {f"content.{name}": cell for name, cell in changed.items()}
    return ",".join(
        (ROW | named | {"content.narrative.text": text, "idempotency_key": key, **(more or {})}).values()
    )


async def sent(system: System, body: bytes, content_type: str = CSV) -> tuple[int, Any, int]:
    """Status, what was answered, and how many facts there are by then."""
    runtime = await system.start()
    async with client(runtime) as opened:
        answer = await opened.post("/orders/v1/bulk", content=body, headers={"Content-Type": content_type})
    assert MARK not in answer.text
    told = (
        [json.loads(each) for each in answer.text.splitlines()]
        if answer.status_code == 200
        else answer.json()
    )
    return answer.status_code, told, await facts(runtime)


async def test_each_row_is_a_fact_with_a_result_and_a_bad_one_harms_no_other(system: System) -> None:
    latin = row("latin", text="Zoë").encode("windows-1252")
    body = b"\r\n".join(
        [
            f"\ufeff{HEADER}".encode(),
            row("1", text=f'"{MARK}, she said: ""no"",\r\nand again."').encode(),
            row("formula", text='"=HYPERLINK(""https://elsewhere.example"")"').encode(),
            latin,
            b"," * (len(ROW) - 1),
            row("few").encode() + b",",
            row("kind", kind=MARK).encode(),
            row("truth", crime=MARK).encode(),
            row("nobody", NOBODY).encode(),
            row("long", text=MARK * (MAX_BODY // len(MARK))).encode(),
            row("wide", text=MARK * 20_000).encode(),
            row("1", text=f'"{MARK}, she said: ""no"",\r\nand again."').encode(),
            row("type", {"type": MARK}).encode(),
            row("last").encode(),
        ]
    )
    status, told, held = await sent(system, body, "text/csv; charset=UTF-8")
    assert status == 200
    seen = {each["line"]: (each["status"], each.get("code"), each.get("faults")) for each in told}
    at = "body.content."  # this service's document names no more of a content than its kind
    assert seen == {
        2: (201, None, []),
        3: (201, None, []),
        4: (400, "body.not-utf-8", []),
        6: (422, "request.invalid", [{"where": "body", "kind": "cell-count"}]),
        7: (422, "request.invalid", [{"where": f"{at}kind", "kind": "enum"}]),
        8: (422, "request.invalid", [{"where": f"{at}*", "kind": "bool_type"}]),
        9: (201, None, []),
        10: (413, "body.too-large", []),
        11: (422, "request.invalid", [{"where": f"{at}narrative.*", "kind": "string_too_long"}]),
        12: (200, None, []),
        13: (422, "request.invalid", [{"where": "body.type", "kind": "not-taken-here"}]),
        14: (201, None, []),
    }
    assert held == 8, "four facts, each with its line of audit"


async def test_a_text_is_kept_as_it_stands(system: System) -> None:
    runtime = await system.start()
    body = f"{HEADER}\n{row('1', text='=1+1')}".encode()
    async with client(runtime) as opened:
        answer = await opened.post("/orders/v1/bulk", content=body, headers={"Content-Type": CSV})
        root = json.loads(answer.text)["receipt"]["root"]
        (kept,) = (await opened.get(f"/orders/v1/facts/{root}")).json()["versions"]
    assert (kept["content"]["narrative"], kept["content"]["crime"]) == ({"text": "=1+1"}, True)


@pytest.mark.parametrize("text", [b"\n" * 1000, b"a\n" * 500, b"a" * 700 + b"\n" * 300])
async def test_of_a_quote_that_is_never_closed_no_more_is_held_than_shows_that(text: bytes) -> None:
    parts = 3 * MAX_BODY // len(text)

    async def body() -> AsyncIterator[bytes]:
        yield b'"'
        for _ in range(parts):
            yield text

    (held,) = [each async for each in lines_of(body(), quoted=True)]
    assert (len(held.body), held.end) == (MAX_BODY + 1, 1 + parts * len(text))


def headed(*names: str) -> bytes:
    return ",".join(names).encode()


@pytest.mark.parametrize(
    ("body", "status", "code", "faults"),
    [
        (b"", 422, "header.missing", []),
        (b"\r\n,,\r\n", 422, "header.missing", []),
        (f"{HEADER}\n{row('1')}".encode("utf-16"), 400, "body.not-utf-8", []),
        (f"{HEADER}\n{row('1')}".encode("utf-16-be"), 400, "body.not-utf-8", []),
        (headed("type", f"{MARK}é").replace("é".encode(), b"\xe9"), 400, "body.not-utf-8", []),
        (b'type,"idempotency_key\n' + row(MARK).encode(), 400, "body.not-csv", []),
        (headed(*(f"content.people.{n}.role" for n in range(5000))), 413, "header.too-long", []),
        (
            headed("type", MARK, "content.people.x.role", "type"),
            422,
            "header.invalid",
            [
                ("header.2", "unknown-column"),
                ("header.3", "unknown-column"),
                ("header.4", "column-twice"),
                ("header.idempotency_key", "missing"),
            ],
        ),
        (
            HEADER.replace(",", ";").encode(),
            422,
            "header.invalid",
            [
                ("header.1", "unknown-column"),
                ("header.idempotency_key", "missing"),
                ("header.type", "missing"),
            ],
        ),
        (
            headed("type", "idempotency_key", "content.people.01.role", "content.people.0.mention"),
            422,
            "header.invalid",
            [("header.3", "unknown-column"), ("header.4", "unknown-column")],
        ),
    ],
    ids=[
        "empty",
        "blank",
        "UTF-16",
        "UTF-16-BE",
        "1252",
        "open-quote",
        "5000",
        "unknown",
        "semicolons",
        "given",
    ],
)
async def test_of_a_file_whose_header_is_amiss_nothing_is_taken(
    system: System, body: bytes, status: int, code: str, faults: list[tuple[str, str]]
) -> None:
    found, told, held = await sent(
        system, body + b"\n" + row("after").encode() if body.strip(b"\r\n,") else body
    )
    assert (found, told["code"]) == (status, code), told
    assert [(fault["where"], fault["kind"]) for fault in told["faults"]] == faults
    assert held == 0


def test_nothing_of_a_header_that_is_none_is_kept() -> None:
    """A file without one begins with a row: with names."""
    tracemalloc.start()
    try:
        for each in range(100):
            with pytest.raises(Problem):
                Table.headed(
                    headed(*(f"{MARK} {each} {n} {MARK * 100}" for n in range(20))), [IncidentReported]
                )
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000


async def test_a_quote_that_is_never_closed_takes_nothing_after_it(system: System) -> None:
    body = f"{HEADER}\n{row('1')}\n{row('2', text=chr(34) + MARK)}\n{row('3')}\n{row('4')}\n".encode()
    status, told, held = await sent(system, body)
    assert [(each["line"], each["status"], each.get("code")) for each in told] == [
        (2, 201, None),
        (3, 400, "body.not-csv"),
    ]
    assert (status, held) == (200, 2)


async def test_another_encoding_that_is_named_is_refused(system: System) -> None:
    status, told, held = await sent(
        system, f"{HEADER}\n{row('1')}".encode(), "text/csv; charset=windows-1252"
    )
    assert (status, told["code"], held) == (415, "content-type.charset", 0)


async def test_one_file_may_hold_several_kinds(system: System) -> None:
    header = f"{HEADER},content.weapon"
    breach = row("2", {"type": BreachReported.type}, kind="contact", crime="")
    body = "\n".join([header, f"{row('1')},", f"{breach},true", f"{row('3')},true"])
    _, told, held = await sent(system, body.encode())
    assert [each["status"] for each in told] == [201, 201, 422]
    assert told[2]["faults"] == [{"where": "body.content.*", "kind": "extra_forbidden"}]
    assert held == 4

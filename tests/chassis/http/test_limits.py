"""What is refused at the door, and that nothing else is."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.limits import MAX_BODY, MAX_DEPTH, check_json
from chassis.http.problem import Problem

REPORTS = "/orders/v1/reports"
JSON = {"Content-Type": "application/json"}


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"reference": "a\xff"}', "body.not-json"),
        (b'{"reference": "\xed\xa0\x80"}', "body.not-json"),
        (b'{"reference": "\\ud800"}', "body.not-json"),
        ('{"reference": "r"}'.encode("utf-16"), "body.nul"),
        (b'\xef\xbb\xbf{"reference": "r"}', "body.not-json"),
        (b'{"reference": "a\x00b"}', "body.nul"),
        (b'{"reference": "a\\u0000b"}', "body.nul"),
        (b'{"reference": "\\\\\\u0000"}', "body.nul"),
        (b'{"\\u0000": "r"}', "body.nul"),
        (nested(MAX_DEPTH + 1), "body.too-deep"),
        (b'{"a":' * 100_000, "body.too-deep"),
        (b'{"reference": "a", "reference": "b"}', "body.name-twice"),
        (b'{"a": [{"b": 1, "\\u0062": 2}]}', "body.name-twice"),
        (b'{"a": NaN}', "body.not-json"),
        (b'{"a": -Infinity}', "body.not-json"),
        (b'{"a": 9223372036854775808}', "body.number-out-of-range"),
        (b'{"a": -1' + b"0" * 5000 + b"}", "body.number-out-of-range"),
        (b'{"a": 1e999}', "body.number-out-of-range"),
        (b'{"a": 1', "body.not-json"),
        (b"{'a': 1}", "body.not-json"),
        (b'"' + b'\\"' * 300_000, "body.not-json"),
        (b"nonsense", "body.not-json"),
    ],
)
async def test_what_readers_could_disagree_on_is_refused(
    client: httpx.AsyncClient, bearer: dict[str, str], body: bytes, code: str
) -> None:
    for kind in ("application/json", "application/cloudevents+json; charset=utf-8"):
        answer = await client.post(REPORTS, content=body, headers=bearer | {"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        nested(MAX_DEPTH),
        b'{"reference": "\\\\u0000"}',
        b'{"reference": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}',
        '{"reference": "\\ud83d\\ude00 Zoë"}'.encode(),
        b'{"a": 9223372036854775807, "b": 1.5e3}',
        b'[{"a": 1}, {"a": 1}]',
        b"null",
    ],
)
def test_plain_json_passes(body: bytes) -> None:
    check_json(body)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values, st.booleans())
def test_whatever_a_careful_sender_writes_passes(value: object, ascii_only: bool) -> None:
    check_json(json.dumps(value, ensure_ascii=ascii_only).encode())


@given(st.binary(max_size=60))
def test_no_bytes_break_it(body: bytes) -> None:
    with suppress(Problem):
        check_json(body)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
async def test_a_large_body_is_refused_whatever_it_is(
    client: httpx.AsyncClient, bearer: dict[str, str], kind: str
) -> None:
    headers = bearer | {"Content-Type": kind}
    answer = await client.post(REPORTS, content=b" " * (2 * MAX_BODY), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too-large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_does_not_say_that_it_is_json_is_told_so(
    client: httpx.AsyncClient, bearer: dict[str, str], kind: str
) -> None:
    headers = bearer | {"Content-Type": kind}
    answer = await client.post(REPORTS, content=b'{"reference": "r"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "body.not-declared-json")
    assert answer.headers["accept"] == "application/json"


async def test_an_endless_body_is_refused_before_its_end(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += 1
            yield b" " * MAX_BODY

    answer = await client.post(REPORTS, content=chunks(), headers=bearer | JSON)
    assert answer.status_code == 413
    assert sent < 20


async def test_a_body_of_exactly_the_limit_is_read(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    body = b'{"reference": "r"}'
    answer = await client.post(REPORTS, content=body + b" " * (MAX_BODY - len(body)), headers=bearer | JSON)
    assert answer.status_code == 201

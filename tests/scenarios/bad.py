"""Requests that are refused, each with the status, the code and the fault that the answer must name."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from contracts.vocabulary import DASH_ITEMS
from tests.scenarios import caseload
from tests.scenarios.conftest import NOW

BREACHES, ORDERS = "/orders/v1/breaches", "/orders/v1/orders"
REFERRALS, COHORT = "/referrals/v1/marac-referrals", "/marac/v1/cohort"
NOBODY = "00000000-0000-4000-8000-000000000000"
AT = NOW - timedelta(hours=5)
MARK = "Quillfeather"
"""Stands in every value that is refused. It may come back nowhere."""
NUMBER = 918273645
UNBORN = {"identity": {"born": ["1991-03-02", (NOW + timedelta(days=40)).date().isoformat()]}}


@dataclass(frozen=True)
class Bad:
    """A request that is refused: with which status and code, and the fault that is named."""

    name: str
    status: int
    code: str
    fault: tuple[str, str] | None = None
    path: str = BREACHES
    body: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


def breach(**changed: Any) -> dict[str, Any]:
    body = caseload.housing_breach(AT)
    return body | {"content": body["content"] | changed}


def order(**changed: Any) -> dict[str, Any]:
    body = caseload.order(AT)
    return body | {"content": body["content"] | changed}


def referral(change: Callable[[dict[str, str]], object]) -> dict[str, Any]:
    body = caseload.referral(AT)
    change(body["content"]["dash"]["answers"])
    return body


def header(**changed: Any) -> dict[str, Any]:
    return caseload.housing_breach(AT) | changed


def ungraded() -> dict[str, Any]:
    """An assessment that has a grade, and does not say by which instrument."""
    return caseload.submission({"grade": "high", "people": [caseload.her("civica", "T-2201")]}, AT)


def hearing(*others: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A hearing of the victim's, of several days."""
    said = {"people": [caseload.her("civica", "T-2201"), *others], "hearing": "other-family"}
    return caseload.submission(said | {"day": "2027-03-02", "last_day": "2027-03-04"} | changed, AT)


def served(at: datetime) -> dict[str, Any]:
    body = caseload.service(NOBODY, AT)
    return body | {"content": body["content"] | {"served": at.isoformat()}}


def without(name: str) -> dict[str, Any]:
    body = caseload.housing_breach(AT)
    del body[name]
    return body


def nested(depth: int) -> bytes:
    return b'{"occurred": ' + b"[" * depth + MARK.encode().join([b'"', b'"']) + b"]" * depth + b"}"


FIRST, INVALID = str(DASH_ITEMS[0]), "request.invalid"
FIRST_HOUR, LAST_HOUR = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"
NAIVE = "2026-03-01T10:00:00"
WHOLE = json.dumps(caseload.housing_breach(AT)).encode()

BODIES = [
    Bad("malformed", 400, "body.not-json", content=b'{"occurred": "' + MARK.encode()),
    Bad("not JSON at all", 400, "body.not-json", content=f"<breach>{MARK}</breach>".encode()),
    Bad("NaN", 400, "body.not-json", content=b'{"occurred": NaN, "basis": "' + MARK.encode() + b'"}'),
    Bad("a name twice", 400, "body.name-twice", content=f'{{"basis": "{MARK}", "basis": "b"}}'.encode()),
    Bad("beyond 64 bits", 400, "body.number-out-of-range", content=b'{"occurred": 9' + b"0" * 40 + b"}"),
    Bad("nothing", 422, INVALID, ("body", "missing"), content=b""),
    Bad("a list", 422, INVALID, ("body", "model_attributes_type"), body=[MARK]),
    Bad("two megabytes", 413, "body.too-large", body=header(basis=MARK * (2_000_000 // len(MARK)))),
    Bad("deep", 400, "body.too-deep", content=nested(40)),
    Bad("very deep", 400, "body.too-deep", content=nested(100_000)),
    Bad("not UTF-8", 400, "body.not-json", content=WHOLE.replace(b"Neighbour", b"\xff" + MARK.encode())),
    Bad("half a surrogate", 400, "body.not-json", content=WHOLE.replace(b"Neighbour", rb"\ud800" + b"Q")),
    Bad("a NUL", 400, "body.nul", content=WHOLE.replace(b"Neighbour", b"\0" + MARK.encode())),
    Bad("a NUL, escaped", 400, "body.nul", body=breach(narrative={"text": f"{MARK}\0"})),
]

FIELDS = [
    Bad("an unknown code", 422, INVALID, ("body.content.kind", "enum"), body=breach(kind=MARK)),
    Bad("a word for a truth", 422, INVALID, ("body.content.weapon", "bool_type"), body=breach(weapon=MARK)),
    Bad("a word for a list", 422, INVALID, ("body.content.people", "list_type"), body=breach(people=MARK)),
    Bad(
        "a number for a word",
        422,
        INVALID,
        ("body.content.reference", "string_type"),
        body=breach(reference=NUMBER),
    ),
    Bad("an unknown field", 422, INVALID, ("body.content.*", "extra_forbidden"), body=breach(**{MARK: 1})),
    Bad("no basis", 422, INVALID, ("body.basis", "missing"), body=without("basis")),
    Bad(
        "an empty text",
        422,
        INVALID,
        ("body.content.reference", "string_too_short"),
        body=breach(reference=" "),
    ),
    Bad("a basis that is no code", 422, INVALID, ("body.basis", "enum"), body=header(basis=MARK)),
    Bad("no zone", 422, INVALID, ("body.occurred", "timezone_aware"), body=header(occurred=NAIVE)),
    Bad(
        "no zone in an order",
        422,
        INVALID,
        ("body.content.made", "timezone_aware"),
        ORDERS,
        order(made=NAIVE),
    ),
    Bad("no time", 422, INVALID, ("body.recorded", "not_iso_8601"), body=header(recorded=MARK)),
    Bad("a number for a time", 422, INVALID, ("body.recorded", "not_iso_8601"), body=header(recorded=NUMBER)),
    Bad("a bare number", 422, INVALID, ("body.occurred", "not_iso_8601"), body=header(occurred="20260301")),
    Bad("year one", 422, INVALID, ("body.recorded", "year_out_of_range"), body=header(recorded=FIRST_HOUR)),
    Bad(
        "the last year",
        422,
        INVALID,
        ("body.content.ends", "year_out_of_range"),
        ORDERS,
        order(ends=LAST_HOUR),
    ),
    Bad(
        "what has not happened",
        422,
        "time-in-the-future",
        ("body.occurred", "time-in-the-future"),
        body=header(occurred=(NOW + timedelta(days=2)).isoformat()),
    ),
    Bad(
        "a day to come",
        422,
        "time-in-the-future",
        ("body.occurred", "time-in-the-future"),
        body=header(occurred=(NOW + timedelta(days=2)).date().isoformat()),
    ),
    Bad(
        "what has not been recorded",
        422,
        "time-in-the-future",
        ("body.recorded", "time-in-the-future"),
        body=header(recorded=(NOW + timedelta(days=2)).isoformat()),
    ),
    Bad(
        "an order that is still to be made",
        422,
        "time-in-the-future",
        ("body.content.made", "time-in-the-future"),
        ORDERS,
        order(made=(NOW + timedelta(days=2)).isoformat(), ends=None),
    ),
    Bad(
        "service that has not happened",
        422,
        "time-in-the-future",
        ("body.content.served", "time-in-the-future"),
        "/orders/v1/services",
        served(NOW + timedelta(days=2)),
    ),
    Bad(
        "somebody who is not born yet",
        422,
        "time-in-the-future",
        ("body.content.people.0.identity.born.1", "time-in-the-future"),
        body=breach(people=[caseload.her("civica", "T-2201") | UNBORN]),
    ),
    Bad(
        "an order that ends before it starts",
        422,
        INVALID,
        ("body.content.ends", "ends_before_it_starts"),
        ORDERS,
        order(ends=(AT - timedelta(days=1)).isoformat()),
    ),
    Bad(
        "a hearing that is over before it begins",
        422,
        INVALID,
        ("body.content.last_day", "ends_before_it_starts"),
        "/referrals/v1/hearings",
        hearing(last_day="2027-03-01"),
    ),
    Bad(
        "a hearing of a victim with a witness",
        422,
        INVALID,
        ("body.content", "others_named"),
        "/referrals/v1/hearings",
        hearing(caseload.her("civica", "T-2202") | {"role": "witness"}),
    ),
    Bad("an order on nobody", 422, INVALID, ("body.content", "respondent_missing"), ORDERS, order(people=[])),
    Bad("a breach by nobody", 422, INVALID, ("body.content", "nobody_named"), body=breach(people=[])),
    Bad(
        "an unknown Dash answer",
        422,
        INVALID,
        (f"body.content.dash.answers.{FIRST}", "enum"),
        REFERRALS,
        referral(lambda answers: answers.update({FIRST: MARK})),
    ),
    Bad(
        "an unknown Dash item",
        422,
        INVALID,
        ("body.content.dash.answers.*.[key]", "enum"),
        REFERRALS,
        referral(lambda answers: answers.update({MARK: "yes"})),
    ),
    Bad(
        "a grade without an instrument",
        422,
        INVALID,
        ("body.content.instrument", "missing"),
        "/referrals/v1/risk-assessments",
        ungraded(),
    ),
    Bad(
        "an upload of nothing",
        422,
        INVALID,
        ("body.size", "greater_than_equal"),
        "/referrals/v1/uploads",
        {"format": "text/csv", "size": 0},
    ),
    Bad(
        "an upload that says not as what",
        422,
        INVALID,
        ("body.format", "literal_error"),
        "/referrals/v1/uploads",
        {"format": MARK, "size": 1},
    ),
    Bad(
        "an id of Goldthread's",
        422,
        "given-by-goldthread",
        ("body.content.people.0.mention", "given-by-goldthread"),
        body=breach(people=[{"role": "suspect", "mention": "0" * 8 + "-0000-0000-0000-" + "0" * 12}]),
    ),
    Bad(
        "a key of an unknown shape",
        422,
        INVALID,
        ("header.idempotency-key", "string_pattern_mismatch"),
        body=header(),
        headers={"Idempotency-Key": f"{MARK} {MARK}"},
    ),
    Bad(
        "a time of no zone to look back to",
        422,
        INVALID,
        ("query.at", "timezone_aware"),
        f"/marac/v1/cases/{NOBODY}?at={NAIVE}",
        method="GET",
    ),
    Bad(
        "a time before all zones to look back to",
        422,
        INVALID,
        ("query.at", "year_out_of_range"),
        f"/marac/v1/cases/{NOBODY}?at={quote(FIRST_HOUR)}",
        method="GET",
    ),
    Bad(
        "a cursor of nobody's",
        400,
        "cursor.unknown",
        ("query.after", "cursor"),
        f"{COHORT}?after={MARK}",
        method="GET",
    ),
    Bad(
        "a page of no size",
        422,
        INVALID,
        ("query.limit", "int_parsing"),
        f"{COHORT}?limit={MARK}",
        method="GET",
    ),
    Bad(
        "an id of an unknown shape",
        422,
        INVALID,
        ("path.root", "string_pattern_mismatch"),
        f"/orders/v1/facts/{MARK}",
        method="GET",
    ),
]

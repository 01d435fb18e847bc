"""A table of referrals: a fault has the name of its column, also where a row leaves places empty."""

import json

from contracts.events.people import IncidentReported
from contracts.posts import row_of
from tests.services.referrals.scene import Referrals, named

LINE = {"idempotency_key": "1", "type": IncidentReported.type}


async def test_a_fault_is_told_at_its_column(referrals: Referrals) -> None:
    unborn = {"role": "victim", "identity": {"born": ["", "2150-01-01"]}}
    said = {"kind": "harassment", "crime": "true", "people": [{"role": ""}, unborn]}
    wrong = {"crime": "perhaps", "people": [{"role": ""}, {"role": "victim"}, {}, named("tenant", "H1")]}
    rows = [row_of(referrals.body(content) | LINE) for content in (said, said | wrong)]
    header = list(rows[0] | rows[1])
    cells = [header, *([row.get(column, "") for column in header] for row in rows)]
    body = "\n".join(",".join(row) for row in cells).encode()
    headers = {"Authorization": "Bearer police", "Content-Type": "text/csv"}
    answer = await referrals.http.post("/referrals/v1/bulk", content=body, headers=headers)
    assert [json.loads(line)["faults"] for line in answer.text.splitlines()] == [
        [{"where": "body.content.people.1.identity.born.1", "kind": "time-in-the-future"}],
        [
            {"where": "body.content.people.3.role", "kind": "enum"},
            {"where": "body.content.crime", "kind": "bool_type"},
        ],
    ]

"""Uploads as a partner sends them, through the gateway where there is one."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chassis.http.bulk import CSV, NDJSON
from chassis.http.limits import MAX_BODY
from contracts.events.orders import BreachReported
from contracts.events.people import ReferralMade
from contracts.posts import row_of
from tests.scenarios import caseload, scene
from tests.scenarios.bad import AT, MARK
from tests.scenarios.goldthread import Deployed, Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

MANY = 300
HEADERS = {"Content-Type": NDJSON}


@pytest.fixture
async def goldthread(deployment: Deployed) -> AsyncIterator[Goldthread]:
    """Goldthread, with its clock where the tests' times have happened by."""
    opened = Goldthread(deployment.url)
    await opened.set_clock(scene.FOLDED)
    yield opened
    await opened.close()


def packed(*bodies: tuple[str, str, dict[str, Any]]) -> bytes:
    """Posts (key, type, body) as the lines of an upload."""
    lines = [body | {"idempotency_key": key, "type": type_} for key, type_, body in bodies]
    return b"\n".join(json.dumps(line).encode() for line in lines)


def of_others(number: int) -> dict[str, Any]:
    """A long referral of people whom nobody else speaks of."""
    body = caseload.referral(AT)
    body["content"]["narrative"] = {"text": "One sentence of hers. " * 150}
    for person in body["content"]["people"]:
        person["identity"] = {"record": {"system": "s", "type": person["role"], "number": str(number)}}
    return body


def results(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert MARK not in answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_an_upload_is_what_its_single_posts_would_be(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    """Graded, its people linked, its breach told; and larger than the body of one post may be."""
    idva = await goldthread.system("harbour-idva")
    housing = await goldthread.system("castlegate-housing")
    single = await idva.post(
        "/referrals/v1/marac-referrals", json=caseload.referral(AT), headers={"Idempotency-Key": "single"}
    )
    bad = caseload.referral(AT) | {"basis": MARK}
    said = [("single", ReferralMade.type, caseload.referral(AT)), ("bad", ReferralMade.type, bad)]
    said += [(f"upload-{n}", ReferralMade.type, of_others(n)) for n in range(MANY)]
    assert len(packed(*said)) > MAX_BODY
    told = results(await idva.post("/referrals/v1/bulk", content=packed(*said), headers=HEADERS, timeout=60))
    assert [each["status"] for each in told] == [200, 422] + [201] * (MANY)
    assert told[0]["receipt"]["root"] == single.json()["root"]
    assert told[1]["faults"] == [{"where": "body.basis", "kind": "enum"}]
    root = told[2]["receipt"]["root"]
    ours = (await idva.get(f"/referrals/v1/facts/{root}")).json()
    assert ours["versions"][0]["content"]["graded"], "the threshold of its area was asked"
    async with Webhook() as webhook:
        await scene.configure(goldthread, scene.Place(), webhook.url)
        breach = packed(("breach", BreachReported.type, caseload.housing_breach(AT)))
        told = results(await housing.post("/orders/v1/bulk", content=breach, headers=HEADERS))
        await until(lambda: webhook.first("dev-malik", told[0]["receipt"]["root"]), "it pages")
    assert MARK not in deployment.logged()


async def test_a_table_larger_than_a_body_goes_up_in_parts_and_its_results_are_read_later(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    idva = await goldthread.system("harbour-idva")
    said = [of_others(n) | {"idempotency_key": f"row-{n}", "type": ReferralMade.type} for n in range(MANY)]
    said[7]["content"]["afraid_of"] = "=1+1"
    said[8]["basis"] = MARK
    rows = [row_of(each) for each in said]
    header = list(dict.fromkeys(column for row in rows for column in row))
    out = io.StringIO()
    csv.writer(out).writerows([header, *([row.get(column, "") for column in header] for row in rows)])
    file = out.getvalue().encode("utf-8-sig")
    assert len(file) > MAX_BODY
    begun = await idva.post("/referrals/v1/uploads", json={"format": CSV, "size": len(file)})
    path, upload = begun.headers["location"], begun.json()
    while not upload["done"]:
        start = upload["offset"]
        part = file[start : start + len(file) // 3]
        upload = (await idva.put(f"{path}/parts/{start}", content=part, timeout=60)).json()
        assert (await idva.get(path)).json() == upload
    assert (upload["taken"], upload["refused"]) == (MANY - 1, 1)
    told = (await idva.get(f"{path}/results")).json()
    assert [(each["line"], each["faults"]) for each in told if each["status"] != 201] == [
        (10, [{"where": "body.basis", "kind": "enum"}])
    ]
    root = told[7]["receipt"]["root"]
    kept = (await idva.get(f"/referrals/v1/facts/{root}")).json()["versions"][0]["content"]
    assert kept["afraid_of"] == "=1+1"
    others = await goldthread.system("northmere-hospital")
    assert (await others.get(path)).status_code == 404
    assert MARK not in deployment.logged()

"""``goldthread partner``: whether a Goldthread takes what it promises, as a partner's system meets it.

Of each kind of fact it posts the published example, which is of invented people; posts it again; posts a
wrong one; and withdraws it. So that nobody is called at night to people who are not there, it refuses an
address that is no sandbox.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from rich.table import Table

from chassis.ids import new_id
from contracts.examples import EXAMPLES
from contracts.posts import POSTED, POSTS
from contracts.topics import SERVICES

WRONG = "no-such-basis"
PATIENCE, PAUSE = 2.0, 0.2
"""Seconds that what one post names may take to be known, and between two tries."""


class NoSandbox(Exception):
    """Nothing is checked there: why."""


@dataclass(slots=True)
class Checked:
    """What became of one kind: of each check, what came, None where it is as promised."""

    kind: str
    path: str
    root: str = ""
    found: dict[str, str | None] = field(default_factory=dict)

    @property
    def mine(self) -> bool:
        """Whether the token may post it: what it may not post is not there."""
        return self.found["taken"] != NOT_MINE

    @property
    def missed(self) -> bool:
        """Whether an answer was not as promised."""
        return self.mine and any(self.found.values())


NOT_MINE = "not this token's"
NOT_YOURS = "422 not-yours-to-say"
"""What is for agencies of another kind alone to say, as a death."""
CHECKS = ("taken", "the same again", "a wrong one", "withdrawn")


def check(client: httpx.Client) -> list[Checked]:
    """Check every kind, with a client that has the address and the token. Raises NoSandbox, and
    httpx.TransportError where nobody answers."""
    paths = _paths(client)
    run = new_id()
    roots: dict[str, str] = {}
    found = []
    for kind in sorted(POSTED, key=lambda kind: (not POSTED[kind].begins, kind)):
        if kind in paths:
            found.append(_posted(client, Checked(kind, paths[kind]), run, roots))
    for each in reversed(found):
        if each.root:
            each.found["withdrawn"] = _withdrawn(client, each)
    return found


def _paths(client: httpx.Client) -> dict[str, str]:
    """Where each kind is posted, as the services' own documents say."""
    found: dict[str, str] = {}
    for service in SERVICES:
        answer = client.get(f"/{service}/openapi.json")
        if answer.status_code != 200:
            raise NoSandbox(f"{service} does not describe itself there: {answer.status_code}.")
        described = answer.json()
        if f"/{service}/v1/clock" not in described["paths"]:
            raise NoSandbox("This is no sandbox: what is posted there calls people.")
        found |= paths_in(described)
    return found


def paths_in(document: dict[str, Any]) -> dict[str, str]:
    """Where an OpenAPI document says that each kind is posted."""
    schemas = {f"#/components/schemas/Submission_{model.__name__}_": kind for kind, model in POSTED.items()}
    found: dict[str, str] = {}
    for path, methods in document["paths"].items():
        body = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        if kind := schemas.get(body.get("schema", {}).get("$ref", "")):
            found[kind] = path
    return found


def _posted(client: httpx.Client, checked: Checked, run: str, roots: dict[str, str]) -> Checked:
    """One kind, posted, repeated and mistaken. ``roots`` are those of the examples that others name."""
    example = json.dumps(POSTS[checked.kind])
    names_another = False
    for known, root in roots.items():
        names_another |= known in example
        example = example.replace(known, root)
    body, key = json.loads(example), {"Idempotency-Key": f"{run}-{checked.kind}"}
    until = time.monotonic() + (PATIENCE if names_another else 0)
    first = client.post(checked.path, json=body, headers=key)
    while first.status_code == 404 and time.monotonic() < until:
        time.sleep(PAUSE)
        first = client.post(checked.path, json=body, headers=key)
    taken = _unlike(first, 201)
    if first.status_code == 404 or taken == NOT_YOURS:
        checked.found["taken"] = NOT_MINE
        return checked
    checked.found["taken"] = taken
    if first.status_code == 201:
        checked.root = roots[EXAMPLES[checked.kind].root] = first.json()["root"]
    again = client.post(checked.path, json=body, headers=key)
    checked.found["the same again"] = _unlike(again, 200) or _other(first, again)
    wrong = client.post(checked.path, json=body | {"basis": WRONG})
    checked.found["a wrong one"] = _unlike(wrong, 422) or _no_promised_problem(wrong)
    return checked


def _unlike(answer: httpx.Response, status: int) -> str | None:
    """What came instead of this status."""
    if answer.status_code == status:
        return None
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return f"{answer.status_code} {answer.json()['code'] if is_problem else ''}".strip()


def _other(first: httpx.Response, again: httpx.Response) -> str | None:
    same = first.status_code == 201 and first.json() | {"status": "repeated"} == again.json()
    return None if same else "another answer"


def _no_promised_problem(answer: httpx.Response) -> str | None:
    """What is wrong with the answer to a wrong post: it names the place and the kind, never the value."""
    if answer.headers.get("content-type") != "application/problem+json":
        return "no problem+json"
    if {"where": "body.basis", "kind": "enum"} not in answer.json()["faults"]:
        return "the fault is not named"
    return "the value came back" if WRONG in answer.text else None


def _withdrawn(client: httpx.Client, checked: Checked) -> str | None:
    service = checked.path.split("/")[1]
    path = f"/{service}/v1/facts/{checked.root}"
    return _unlike(client.delete(path, headers={"If-Match": '"1"'}), 200)


def table_of(found: list[Checked]) -> Table:
    """What was found, for people."""
    table = Table("Kind", "Posted to", *(check.capitalize() for check in CHECKS))
    for each in found:
        told = [each.found.get(check, "") or ("yes" if check in each.found else "") for check in CHECKS]
        table.add_row(each.kind.removeprefix("uk.goldthread."), each.path, *told)
    return table

"""What is generated is what is committed, and the AsyncAPI initiative's own parser finds nothing in it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from contracts.generate import FOLDER, OF_TODAY, asyncapi, files
from contracts.partner_topics import PUT
from contracts.posts import POSTED, POSTS
from contracts.registry import EVENTS
from contracts.topics import SERVICES, TOPICS, read_by
from contracts.watermark import Watermark
from deploy.assets import Unavailable, node

NODE = FOLDER.parent / "build" / "node"
PARSER = "@asyncapi/parser@3.6.3"


def test_what_is_committed_is_what_the_models_say() -> None:
    """If this fails and the change is meant: ``python -m contracts.generate``; see contracts/README.md."""
    wanted = files()
    drifted = [str(path) for path, content in wanted.items() if not _same(FOLDER / path, content)]
    there = {file.relative_to(FOLDER) for pattern in OF_TODAY for file in FOLDER.glob(pattern)}
    assert (drifted, there - wanted.keys()) == ([], set())


def _same(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


def test_the_same_models_give_the_same_bytes() -> None:
    """In another process, with other hashes of strings, and so other orders of sets."""
    script = (
        "import hashlib, contracts.generate as g;"
        "print(hashlib.sha256(b''.join(g.files().values())).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_the_document_has_every_topic_and_event() -> None:
    document = asyncapi()
    partners = {"in": [f"line.{kind}" for kind in PUT], "out": ["FeedEntry", "InboundAnswered"]}
    assert document["channels"].keys() == {*TOPICS, *partners}
    own = [*EVENTS, Watermark.kind]
    assert document["components"]["messages"].keys() == {*own, *partners["in"], *partners["out"]}
    carried = [kind for name in TOPICS for kind in document["channels"][name]["messages"]]
    assert sorted(carried) == sorted(own)
    for name, messages in partners.items():
        assert list(document["channels"][name]["messages"]) == messages
        assert document["channels"][name]["address"] == f"{name}.{{agency}}"
    for name in TOPICS:
        configured = document["channels"][name]["bindings"]["kafka"]["topicConfiguration"]
        assert configured["retention.ms"] == -1
        assert configured["cleanup.policy"] == ["compact" if TOPICS[name].keeps == "newest" else "delete"]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi()


@pytest.mark.parametrize("kind", [kind for kind in POSTED if kind in PUT])
def test_what_a_partner_posts_is_a_line_of_its_inbound_topic(kind: str, document: dict[str, Any]) -> None:
    line = Draft202012Validator(document | {"$ref": f"#/components/schemas/line.{kind}"})
    posted = POSTS[kind] | {"idempotency_key": "your-own-1", "type": kind}
    assert [each.message for each in line.iter_errors(posted)] == []
    assert list(line.iter_errors(posted | {"type": "uk.goldthread.audit.shown.v1"})), "of another kind"
    assert list(line.iter_errors(POSTS[kind] | {"type": kind})), "without its idempotency key"


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_operations_are_its_topics(service: str) -> None:
    received = {
        operation["channel"]["$ref"].rsplit("/")[-1]
        for name, operation in asyncapi()["operations"].items()
        if name.startswith(f"{service}.receive.")
    } - {"in"}
    assert received == {topic.name for topic in read_by(service)}


def test_every_reference_leads_somewhere() -> None:
    for name, document in {Path("asyncapi.json"): asyncapi(), **_schemas()}.items():
        for reference in _references(document):
            found = document
            for step in reference.removeprefix("#/").split("/"):
                assert step in found, f"{name}: {reference}"
                found = found[step]


def _schemas() -> dict[Path, dict[str, object]]:
    return {path: orjson.loads(content) for path, content in files().items() if path.parts[0] == "schemas"}


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for value in part.values() for reference in _references(value)]
    return [reference for item in part for reference in _references(item)] if isinstance(part, list) else []


@pytest.fixture(scope="session")
def parser() -> Path:
    """The folder that has the parser, fetched once."""
    try:
        npm = node("npm")
    except Unavailable as error:
        pytest.skip(f"npm is needed to fetch AsyncAPI's parser. {error}")
    if not (NODE / "node_modules" / "@asyncapi" / "parser").exists():
        NODE.mkdir(parents=True, exist_ok=True)
        fetched = subprocess.run(
            [*npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(NODE), PARSER],
            capture_output=True,
            text=True,
            check=False,
        )
        assert fetched.returncode == 0, fetched.stderr[-500:]
    return NODE


def _findings(parser: Path, document: Path) -> list[str]:
    script = Path(__file__).with_name("validate_asyncapi.mjs")
    done = subprocess.run(
        [*node("node"), script, parser, document], capture_output=True, text=True, check=True
    )
    return [
        line for line in done.stdout.splitlines() if not line.startswith("information: asyncapi: The latest")
    ]


@pytest.mark.slow
def test_asyncapis_own_parser_finds_nothing(parser: Path) -> None:
    assert _findings(parser, FOLDER / "asyncapi.json") == []


@pytest.mark.slow
def test_it_would_find_something(parser: Path, tmp_path: Path) -> None:
    broken = asyncapi()
    broken["operations"]["orders.send.orders"]["action"] = "shout"
    (tmp_path / "broken.json").write_bytes(orjson.dumps(broken))
    assert any(
        finding.startswith("error: operations.orders.send.orders.action")
        for finding in _findings(parser, tmp_path / "broken.json")
    )

"""Writes what is generated: JSON Schemas, examples and the AsyncAPI document from the models, documents
for practitioners from the rules.

``python -m contracts.generate`` writes them; a test compares them with the files in the
repository, so that a contract never changes unseen. The same models give the same bytes.
"""

import hashlib
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contracts import partner_topics, practice, practice_plans, practice_risk
from contracts.content import Content
from contracts.envelope import Envelope
from contracts.examples import EXAMPLES, SCHEMAS
from contracts.posts import POSTED, POSTS, table_of
from contracts.registry import EVENTS, NEWEST_ALONE
from contracts.topics import SERVICES, TOPICS, WATERMARKS, Topic
from contracts.watermark import Watermark

FOLDER = Path(__file__).parent

PUBLISHED = Path("published")
"""Every example that ever was published, by its type and its hash: it is kept, and must parse, for ever."""

OF_TODAY = ("schemas/*.json", "examples/*.json", "posts/*.json", "tables/*.csv")
"""The files whose event must be there still."""

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def files() -> dict[Path, bytes]:
    """Every generated file, by its path under ``contracts/``."""
    return {
        **{Path("schemas") / f"{kind}.json": _written(schema(model)) for kind, model in EVENTS.items()},
        **{Path("examples") / f"{kind}.json": example for kind, example in _examples().items()},
        **{
            PUBLISHED / f"{kind}.{hashlib.sha256(example).hexdigest()[:8]}.json": example
            for kind, example in _examples().items()
        },
        **{Path("posts") / f"{kind}.json": _written(post) for kind, post in POSTS.items()},
        **{Path("tables") / f"{kind}.csv": table_of(kind).encode() for kind in POSTED},
        Path("asyncapi.json"): _written(asyncapi()),
        Path("../docs/clocks.md"): practice.clocks().encode(),
        Path("../docs/orders.md"): practice.orders().encode(),
        Path("../docs/plans.md"): practice_plans.plans().encode(),
        Path("../docs/risk.md"): practice_risk.risk().encode(),
    }


def _examples() -> dict[str, bytes]:
    return {
        kind: _written(event.model_dump(mode="json", exclude_none=True)) for kind, event in EXAMPLES.items()
    }


def schema(model: type[Content]) -> dict[str, Any]:
    """The JSON Schema of an event: the envelope, with this payload in it.

    It is open, as a reader is: a field that it does not know may be from a later release. What a
    partner may post is closed, and stands in each service's OpenAPI document.
    """
    event = _opened(Envelope.model_json_schema())
    payload = _opened(model.model_json_schema())
    properties = event["properties"]
    properties["type"] = {"const": model.type}
    definitions = event.pop("$defs", {}) | payload.pop("$defs", {})
    return {
        "$schema": DIALECT,
        "$id": f"{SCHEMAS}{model.type}.json",
        **event,
        "title": model.__name__,
        "description": payload.pop("description"),
        "properties": properties | {"data": {"type": "object"}},
        **_payload_unless_withdrawn(payload),
        "$defs": definitions,
    }


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document: the topics, what goes over them, and which service does which."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Goldthread",
            "version": "1.0.0",
            "description": "The facts that Goldthread's services share, on topics that are for them alone;"
            " and the two topics that a partner with Kafka of its own has.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()} | partner_topics.channels(),
        "operations": {
            f"{service}.{action}.{topic.name}": _operation(service, action, topic)
            for topic in TOPICS.values()
            for action, services in (("send", topic.writers), ("receive", topic.readers))
            for service in SERVICES
            if service in services
        }
        | partner_topics.operations(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _schemas() -> dict[str, Any]:
    """Of each kind its envelope and payload; of the partners' topics, what goes over them."""
    models: list[type[BaseModel]] = [Envelope, *EVENTS.values(), Watermark, *partner_topics.MODELS]
    refs, definitions = models_json_schema(
        [(model, "validation") for model in models],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = _opened(definitions["$defs"])
    for kind, model in EVENTS.items():
        schemas[kind] = {
            "allOf": [refs[Envelope, "validation"]],
            "properties": {"type": {"const": kind}},
            **_payload_unless_withdrawn(refs[model, "validation"]),
        }
    schemas[Watermark.kind] = refs[Watermark, "validation"]
    entry = partner_topics.FeedEntry.__name__
    schemas |= partner_topics.line_schemas({model: ref for (model, _), ref in refs.items()})
    return schemas | {entry: partner_topics.without_ours(schemas[entry])}


def _messages() -> dict[str, Any]:
    """Each message by its name, with what its key is."""
    ours = {
        kind: _message(kind, model, _KEY_NEWEST if kind in NEWEST_ALONE else _KEY)
        for kind, model in EVENTS.items()
    }
    lines = {
        partner_topics.line_name(kind): _message(partner_topics.line_name(kind), model, "any")
        for kind, model in partner_topics.PUT.items()
    }
    answered = {
        model.__name__: _message(model.__name__, model, partner_topics.KEY)
        for model in (partner_topics.FeedEntry, partner_topics.InboundAnswered)
    }
    watermark = _message(Watermark.kind, Watermark, "the service whose watermark it is")
    return ours | {Watermark.kind: watermark} | lines | answered


def _payload_unless_withdrawn(payload: dict[str, Any]) -> dict[str, Any]:
    """A withdrawal is an empty version; every other has its whole payload."""
    return {
        "if": {"properties": {"change": {"const": "withdrawal"}}, "required": ["change"]},
        "then": {"properties": {"data": {"maxProperties": 0}}},
        "else": {"properties": {"data": payload}},
    }


def _opened(part: Any) -> Any:
    """A schema that allows fields which it does not name."""
    if isinstance(part, dict):
        return {
            name: _opened(value)
            for name, value in part.items()
            if not (name == "additionalProperties" and value is False)
        }
    return [_opened(item) for item in part] if isinstance(part, list) else part


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "title": topic.about,
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in _carried_by(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete" if topic.keeps == "all" else "compact"],
                    "retention.ms": -1,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _carried_by(topic: Topic) -> list[str]:
    if topic.name == WATERMARKS:
        return [Watermark.kind]
    return [kind for kind, model in EVENTS.items() if model.topic == topic.name]


def _operation(service: str, action: str, topic: Topic) -> dict[str, Any]:
    group = {"groupId": {"type": "string", "enum": [service]}} if action == "receive" else {}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "title": f"{service} {'reads' if action == 'receive' else 'writes'} {topic.about}",
        "bindings": {"kafka": {**group, "bindingVersion": "0.5.0"}},
    }


_KEY_NEWEST = "its type"
_KEY = "the first of the envelope's keys; of an event without keys, its id"


def _message(kind: str, model: type[BaseModel], key: str) -> dict[str, Any]:
    return {
        "name": kind,
        "title": model.__name__,
        "summary": (model.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " "),
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": f"#/components/schemas/{kind}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": key},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _written(document: Any) -> bytes:
    return orjson.dumps(
        document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )


def main() -> None:
    """Write every file anew, and remove those whose event is gone."""
    wanted = files()
    for old in (file for pattern in OF_TODAY for file in FOLDER.glob(pattern)):
        if old.relative_to(FOLDER) not in wanted:
            old.unlink()
    for path, content in wanted.items():
        (FOLDER / path).parent.mkdir(exist_ok=True)
        (FOLDER / path).write_bytes(content)


if __name__ == "__main__":
    main()

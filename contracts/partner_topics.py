"""The topics that each partner with a Kafka of its own has, in the AsyncAPI document: what it puts on
``in.<agency>``, and what it finds on ``out.<agency>``. How to use them: docs/partners.md."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, StrictInt

from contracts.content import Content
from contracts.envelope import Envelope, Id
from contracts.events.actions import ActionAnswered
from contracts.events.children import SchoolCalendarSet
from contracts.events.people import ImmigrationNoted
from contracts.events.research import ResearchAnswered
from contracts.events.support import CapacityTold
from contracts.events.withheld import WithheldFromPolice, WithheldOpened
from contracts.posts import POSTED
from contracts.sections import Part
from contracts.submission import BulkLine, Receipt
from contracts.topics import Topic, inbound, outbound

BY_PEOPLE = (WithheldFromPolice, WithheldOpened, ImmigrationNoted)
"""What no system says: whoever supports a victim does, by a right of their own. What the police are not to
be told lies on no topic that a system fills."""
BESIDE = (CapacityTold, SchoolCalendarSet, ActionAnswered, ResearchAnswered)
"""What systems say that is not of people, or that MARAC asked of their agency."""
PUT: dict[str, type[Content]] = {
    kind: model for kind, model in POSTED.items() if not issubclass(model, BY_PEOPLE)
} | {model.type: model for model in BESIDE}
"""The kinds that a partner's system may put on its inbound topic: those that its token may post."""
AGENCY = "{agency}"
OURS = ("keys", "traceparent")
"""Of an envelope, what files and traces it at Goldthread: no partner is told it."""
SERVED_BY = "referrals"
KEY = "the root of the fact that is told; of an answer the agency's id"
DAYS = 30


class LineFault(Part):
    """What is wrong with a place of a line: never its value."""

    where: str
    kind: str


class LineAnswer(Part):
    """What became of one record of the inbound topic: ``status`` as a single post would have had it, 201 or
    200 with the receipt, else the code and the faults of the problem."""

    partition: StrictInt
    offset: StrictInt
    status: StrictInt
    receipt: Receipt | None = None
    code: str | None = None
    faults: list[LineFault] = Field(default_factory=list)


class InboundAnswered(BaseModel):
    """The answer to one record that a partner put on its inbound topic; repeated, it has the same ``id``."""

    specversion: Literal["1.0"]
    id: Id
    source: Literal["/referrals"]
    type: Literal["uk.goldthread.inbound.answered.v1"]
    datacontenttype: Literal["application/json"]
    data: LineAnswer


class FeedEntry(Envelope):
    """One entry of a partner's feed: a fact as its event is, with its cursor and without the sections that
    are not the partner's to have. ``data`` is empty of what is withdrawn, or theirs no more,
    and of an ask for an IDVA."""

    cursor: str = Field(pattern=r"^[0-9]{1,12}-[0-9]{1,12}$", description="where to go on after it")


MODELS: tuple[type[BaseModel], ...] = (BulkLine[Content], FeedEntry, InboundAnswered)
"""What the schemas are made of, beside the facts' own."""


def channels() -> dict[str, Any]:
    """The two channels, one of each for every such partner."""
    messages = {"in": [*map(line_name, PUT)], "out": [FeedEntry.__name__, InboundAnswered.__name__]}
    return {
        name: {
            "address": topic.name,
            "title": topic.about,
            "parameters": {"agency": {"description": "the agency's id, which is its principal too"}},
            "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in messages[name]},
            "bindings": {
                "kafka": {
                    "partitions": topic.partitions,
                    "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": DAYS * 86_400_000},
                    "bindingVersion": "0.5.0",
                }
            },
        }
        for name, topic in _topics().items()
    }


def operations() -> dict[str, Any]:
    """What Goldthread does there: it reads what a partner puts, and answers."""
    does = {"in": ("receive", "takes what a partner posts"), "out": ("send", "tells a partner its feed")}
    return {
        f"{SERVED_BY}.{action}.{name}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{name}"},
            "title": f"{SERVED_BY} {title}",
        }
        for name, (action, title) in does.items()
    }


def line_name(kind: str) -> str:
    """The name of the message that posts a fact of this kind."""
    return f"line.{kind}"


def line_schemas(refs: Mapping[Any, dict[str, Any]]) -> dict[str, Any]:
    """Of each kind that partners post the schema of its line, given where each model's is."""
    return {
        line_name(kind): {
            "allOf": [refs[BulkLine[Content]]],
            "properties": {"type": {"const": kind}, "content": refs[model]},
        }
        for kind, model in PUT.items()
    }


def without_ours(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a feed's entry, without what is Goldthread's own."""
    return schema | {"properties": {k: v for k, v in schema["properties"].items() if k not in OURS}}


def _topics() -> dict[str, Topic]:
    return {"in": inbound(AGENCY), "out": outbound(AGENCY)}

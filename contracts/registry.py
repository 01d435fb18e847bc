"""Every event type that this release knows, by its name."""

import orjson
from pydantic import ValidationError

from contracts.content import Content
from contracts.envelope import Change, Envelope
from contracts.events import (
    actions,
    agenda,
    alerts,
    children,
    clocks,
    conference,
    configuration,
    contact,
    feeds,
    flags,
    hearings,
    identity,
    listing,
    measures,
    meeting,
    operations,
    orders,
    owed,
    path,
    people,
    research,
    support,
    tasking,
    transfer,
    wishes,
    withheld,
)
from contracts.topics import TOPICS
from contracts.upcast import upcast


class Unreadable(ValueError):
    """Bytes that are no event of ours, or an event whose payload its own schema refuses.

    It says which kind of fault and where, never the value.
    """


def _all() -> dict[str, type[Content]]:
    said = (people, contact, wishes, hearings, orders, identity, withheld, owed, support, children)
    modules = (
        *said,
        alerts,
        clocks,
        agenda,
        conference,
        research,
        actions,
        flags,
        listing,
        meeting,
        transfer,
        tasking,
        configuration,
        measures,
        operations,
        path,
        feeds,
    )
    found = {
        model.type: model
        for module in modules
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, Content) and "type" in vars(model)
    }
    return dict(sorted(found.items()))


EVENTS: dict[str, type[Content]] = _all()
"""Event type to the model of its payload."""

NEWEST_ALONE = frozenset(type_ for type_, model in EVENTS.items() if TOPICS[model.topic].keeps == "newest")
"""The types of which each store, as their topic, keeps the newest fact alone."""


def read_envelope(body: bytes) -> Envelope:
    """The envelope in these bytes, of whatever type, known or not.

    Raises Unreadable, with places and kinds of fault alone.
    """
    try:
        return Envelope.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise Unreadable("not JSON") from error
    except ValidationError as error:
        raise Unreadable(faults_of(error)) from None


def read_content(envelope: Envelope) -> Content | None:
    """The payload as this release understands it: upcast from older schemas, unknown fields left
    aside. None for a withdrawal, and for a type that nobody here knows yet.

    Raises Unreadable where the payload does not fit its own type.
    """
    if envelope.change is Change.WITHDRAWAL:
        return None
    kind, data = upcast(envelope.type, envelope.data)
    model = EVENTS.get(kind)
    if model is None:
        return None
    try:
        return model.model_validate(data, extra="ignore")
    except ValidationError as error:
        raise Unreadable(faults_of(error)) from None


def faults_of(error: ValidationError) -> str:
    """What a schema has against something: places and kinds of fault, never the value."""
    faults = error.errors(include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults)

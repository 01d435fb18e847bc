"""Who may write and read which topic, as Kafka's access lists: from the declaration of the topics alone.

A principal is a service, by its name, or an agency that has topics of its own, by its id. An agency writes to
its inbound topic, so that it can speak for nobody else, and reads its outbound topic; of every other topic it
cannot tell that there is one.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from aiokafka.protocol.admin import CreateAclsRequest

from chassis.log import LogError
from chassis.log.kafka import KafkaLog
from contracts.topics import SERVICES, TOPICS, Topic, inbound, outbound

TOPIC, GROUP = 2, 3
LITERAL, PREFIXED = 3, 4
READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS = 3, 4, 8, 10
ALLOW = 3
"""Kafka's own numbers (``AclOperation``, ``ResourceType``, ``PatternType``, ``AclPermissionType``)."""


class Acl(NamedTuple):
    """One line of an access list."""

    principal: str
    operation: int
    resource: int
    name: str
    pattern: int = LITERAL


def topics_of(agencies: Iterable[str]) -> list[Topic]:
    """All topics of a deployment in which these agencies have topics of their own."""
    own = [topic for agency in agencies for topic in (inbound(agency), outbound(agency))]
    return [*TOPICS.values(), *own]


def acls_of(agencies: Iterable[str]) -> Iterator[Acl]:
    """Every line that such a deployment needs. What none allows is denied."""
    agencies = list(agencies)
    for topic in topics_of(agencies):
        for principal in {*topic.writers, *topic.readers, *(SERVICES if topic.name in TOPICS else ())}:
            yield Acl(principal, DESCRIBE, TOPIC, topic.name)
            if principal in SERVICES:  # at its start a service checks that no topic forgets
                yield Acl(principal, DESCRIBE_CONFIGS, TOPIC, topic.name)
        yield from (Acl(principal, WRITE, TOPIC, topic.name) for principal in topic.writers)
        yield from (Acl(principal, READ, TOPIC, topic.name) for principal in topic.readers)
    for service in SERVICES:
        yield Acl(service, READ, GROUP, f"goldthread-{service}", PREFIXED)
    for agency in agencies:
        yield Acl(agency, READ, GROUP, f"{agency}.", PREFIXED)


class _All(CreateAclsRequest):  # type: ignore[misc]  # aiokafka has no types
    """Many lines in one request: aiokafka's own has one."""

    def __init__(self, acls: Iterable[Acl]) -> None:
        self._lines = [
            (each.resource, each.name, each.pattern, f"User:{each.principal}", "*", each.operation, ALLOW)
            for each in acls
        ]

    def build(self, request_struct_class: Any) -> Any:
        """The request, as the brokers know it since 2.0."""
        return request_struct_class(self._lines)


async def allow(log: KafkaLog, acls: Iterable[Acl]) -> None:
    """Add these lines to what the brokers have. Raises LogError for one that they refuse."""
    admin = await log.admin()
    answer = await admin._send_request(_All(acls))  # aiokafka has the request, and no call for it
    for code, why in answer.creation_responses:
        if code:
            raise LogError(f"the brokers refuse an access list: {why}")

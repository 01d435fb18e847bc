"""The topics, declared once: creation, access lists and the AsyncAPI document come from here."""

from dataclasses import dataclass
from typing import Literal

SERVICES = ("referrals", "orders", "marac", "notify")

WATERMARKS = "watermarks"
"""The one topic that carries no facts: how far each service has come (``contracts.watermark``)."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the log.

    Fact topics keep everything: ``retention.ms=-1``, delete policy, a number of partitions that
    never changes. They are for Goldthread's own services only. A topic that ``keeps`` the newest is
    compacted: of each key it keeps the last record alone; where it carries facts, of each type, and so
    does every store. ``writers`` and ``readers`` are services; of a partner's own two topics, that partner
    and the service that serves it. Nobody else may.
    """

    name: str
    about: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    partitions: int = 6
    keeps: Literal["all", "newest", "month"] = "all"


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("referrals", "MARAC referrals", ("referrals",), ("referrals", "orders", "marac")),
        Topic("risk", "risk assessments", ("referrals",), ("referrals", "orders", "marac")),
        Topic("incidents", "incidents of abuse", ("referrals",), ("referrals", "orders", "marac")),
        Topic("care", "households, housing, health, support", ("referrals",), ("referrals", "marac")),
        Topic("contact", "how she may be reached", ("referrals",), ("referrals", "orders", "marac")),
        Topic("support", "for support only, never for enforcement", ("referrals",), ("referrals",)),
        Topic("identity", "who is who", ("referrals",), ("referrals", "orders", "marac"), partitions=1),
        Topic("orders", "orders, notices and bail", ("orders",), ("referrals", "orders", "marac")),
        Topic("breaches", "breaches", ("orders",), ("referrals", "orders", "marac")),
        Topic("alerts", "who is told, and who answered", SERVICES, SERVICES),
        Topic("clocks", "deadlines that run", SERVICES, SERVICES),
        Topic("deliveries", "tries of messages to staff", ("notify",), ("notify", "marac")),
        Topic("path", "tries of the way that alerts go", ("orders", "notify"), SERVICES, 1, "newest"),
        Topic("marac", "meetings and their agendas", ("marac",), ("marac", "referrals", "orders")),
        Topic("matac", "who is put forward to a MATAC, and what it decides", ("marac",), ("marac",)),
        Topic("feeds", "what each partner was told", ("referrals",), ("referrals",), partitions=1),
        Topic("configuration", "areas, agencies, rota, thresholds", SERVICES, SERVICES),
        Topic("audit", "who did and saw what", SERVICES, SERVICES),
        Topic(WATERMARKS, "how far each service has come", SERVICES, SERVICES, partitions=1, keeps="newest"),
    )
}


def inbound(agency: str) -> Topic:
    """Where a partner that has Kafka puts what it posts."""
    return Topic(f"in.{agency}", "what a partner posts", (agency,), ("referrals",), 1, "month")


def outbound(agency: str) -> Topic:
    """Where it finds its feed, and the answers to what it put."""
    about = "a partner's feed, and answers to what it posted"
    return Topic(f"out.{agency}", about, ("referrals",), (agency,), 1, "month")


def read_by(service: str) -> list[Topic]:
    """The topics that a service subscribes to, its own among them."""
    return [topic for topic in TOPICS.values() if service in topic.readers]


def facts_of(service: str) -> list[Topic]:
    """The topics on which a service puts facts of its own."""
    return [t for t in TOPICS.values() if service in t.writers and t.name != WATERMARKS]

"""The topics, declared once: creation, access lists and the AsyncAPI document come from here."""

from dataclasses import dataclass

SERVICES = ("referrals", "orders", "marac", "notify")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the log.

    Fact topics keep everything: ``retention.ms=-1``, delete policy, a number of partitions that
    never changes. They are for Goldthread's own services only.
    """

    name: str
    about: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    partitions: int = 6


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("referrals", "MARAC referrals", ("referrals",), ("referrals", "orders", "marac")),
        Topic("risk", "risk assessments", ("referrals",), ("referrals", "orders", "marac")),
        Topic("incidents", "incidents of abuse", ("referrals",), ("referrals", "orders", "marac")),
        Topic("care", "households, housing, health, support", ("referrals",), ("referrals", "marac")),
        Topic("support", "for support only, never for enforcement", ("referrals",), ("referrals",)),
        Topic("identity", "who is who", ("referrals",), ("referrals", "orders", "marac"), partitions=1),
        Topic("orders", "orders, notices and bail", ("orders",), ("referrals", "orders", "marac")),
        Topic("breaches", "breaches", ("orders",), ("referrals", "orders", "marac")),
        Topic("alerts", "who is told, and who answered", SERVICES, SERVICES),
        Topic("deliveries", "tries of messages to staff", ("notify",), ("notify", "marac")),
        Topic("marac", "meetings and their agendas", ("marac",), ("marac",)),
        Topic("configuration", "areas, agencies, rota, thresholds", SERVICES, SERVICES),
        Topic("audit", "who did and saw what", SERVICES, SERVICES),
    )
}


def read_by(service: str) -> list[Topic]:
    """The topics that a service subscribes to, its own among them."""
    return [topic for topic in TOPICS.values() if service in topic.readers]

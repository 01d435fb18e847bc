"""What asks less often where several deployments share two cores: a tenth of a second is for whoever waits
for a page. Idle, a deployment on Kafka took seven tenths of a core: of two, three left nothing."""

from chassis.log import kafka_reader

WAIT_MS = 500
"""The client's own."""


def unhurried() -> None:
    """Of a process that forks: its readers, and those of all that it forks, wait longer for what may come."""
    kafka_reader.READER["fetch_max_wait_ms"] = WAIT_MS

"""The clock that services have in tests: what they show must not depend on when somebody runs these."""

from datetime import UTC, datetime

from chassis.clock import Clock

TODAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""When tests of a service begin: noon of a Tuesday, far from the end of its day, week, month and year, nine
months after the NOON of which most of their facts tell."""


def clock_of_tests() -> Clock:
    """A clock that begins then, and goes on as any does. Not for a real Kafka, which keeps what is new."""
    clock = Clock()
    clock.set(TODAY)
    return clock

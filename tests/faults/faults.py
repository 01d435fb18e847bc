"""The table of faults that are no kill of ours: each is injected, lasts, and ends. What partners post
goes on meanwhile; afterwards a breach must come through to everybody, and somebody be called."""

from collections.abc import Awaitable, Callable, Mapping

from tests.faults import freezing, of_folder, of_processes, of_stores
from tests.faults.trial import Trial

Inject = Callable[[Trial], Awaitable[str]]
"""It returns when the fault is over, and says what it was done to."""

EVERYWHERE: dict[str, Inject] = {
    "told to stop": of_processes.told_to_stop,
    "frozen": freezing.frozen,
    "clocks stepped": of_processes.clocks_stepped,
    "the log repeated": of_processes.repeated,
    "poison on the log": of_processes.poisoned,
    "a fold raises": of_processes.fold_raises,
}

OF_KAFKA: dict[str, Inject] = {
    "Kafka killed": of_stores.kafka_killed,
    "Kafka restarted": of_stores.kafka_restarted,
    "Kafka frozen": of_stores.kafka_frozen,
    "Kafka unreachable": of_stores.kafka_unreachable,
    "Kafka's connections cut": of_stores.kafka_cut,
    "Kafka delayed": of_stores.kafka_delayed,
    "Kafka's answers lost": of_stores.kafka_halved,
    "Kafka's disk full": of_stores.kafka_full,
}

OF_POSTGRES: dict[str, Inject] = {
    "PostgreSQL's disk full": of_stores.postgres_full,
    "PostgreSQL shut down at once": of_stores.postgres_immediate,
    "PostgreSQL killed": of_stores.postgres_killed,
    "a child of PostgreSQL killed": of_stores.postgres_child_killed,
    "PostgreSQL unreachable": of_stores.postgres_unreachable,
    "commits cut": of_stores.commits_cut,
    "a lock held": of_stores.lock_held,
    "too many connections": of_stores.too_many_connections,
}

MEANWHILE = (OF_KAFKA, OF_POSTGRES)
"""What befalls the stores, whatever our processes do: these come while processes are killed, those of
Kafka one after another, and those of PostgreSQL."""

BESIDE_OPERATORS = ("a fold raises", "poison on the log", "the log repeated")
"""What comes while processes are killed at an operator's work."""

AT_ONE_TIME = (
    ("fewer instances and more", "rolling restart", "told to stop"),
    ("clocks stepped", "summer time begins"),
)
"""What befalls our processes, and what befalls their clocks."""

DISTRIBUTED = (
    EVERYWHERE
    | OF_KAFKA
    | OF_POSTGRES
    | {
        "rolling restart": of_processes.rolling_restart,
        "fewer instances and more": of_processes.fewer_and_more,
        "summer time begins": of_processes.summer_time_begins,
        "the log put back": of_stores.log_put_back,
        "a backup put back": of_stores.backup_put_back,
        "a backup of all put back": of_stores.backup_of_all_put_back,
    }
)

IN_A_LONG_RUN: dict[str, Inject] = {"frozen for long": freezing.frozen_for_long}
"""What takes minutes by itself, of both deployments: once in every fifth round of a long run, the first
among them. In a short one, as `make test` has it, it does not come."""
EVERY = 5

EMBEDDED = EVERYWHERE | {
    "a full disk": of_folder.full_disk,
    "a torn page": of_folder.torn_page,
    "a second process": of_folder.second_process,
}


def of_round(table: Mapping[str, Inject], number: int, *, short: bool) -> list[str]:
    """The names of the faults of this round, of those of a deployment."""
    return [*table, *(IN_A_LONG_RUN if not short and number % EVERY == 0 else ())]

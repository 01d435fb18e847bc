"""What a store holds (one PostgreSQL schema, or one SQLite file, for each service).

Instants are kept as microseconds since 1970 in UTC: the same integer in both stores.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Index, Integer, LargeBinary, Text, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEFT = text("origin is not null")
Counter = BigInteger().with_variant(Integer, "sqlite")


def micros(at: datetime) -> int:
    """Microseconds since 1970, without the rounding of floats."""
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(value: int) -> datetime:
    """The instant that is so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=value)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the store."""
        return None if value is None else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the store."""
        return None if value is None else instant(value)


class FactTable(SQLModel, table=True):
    """Every fact that the service may have. Never updated, but for ``sent_at`` and the smaller of
    two copies of one id (mechanism rule 2.3)."""

    __tablename__ = "fact"
    __table_args__ = (
        Index("fact_root", "root", "version"),
        Index("fact_type", "type"),
        Index(
            "fact_heard",
            "agency",
            "accepted",
            "type",
            sqlite_where=text("agency <> 'goldthread'"),
            postgresql_where=text("agency <> 'goldthread'"),
        ),
        Index(
            "fact_unsent",
            text("urgent desc"),
            "accepted",
            sqlite_where=text("sent_at is null"),
            postgresql_where=text("sent_at is null"),
        ),
    )
    id: str = Field(primary_key=True)
    root: str
    version: int
    type: str
    source: str
    agency: str
    occurred: int = Field(sa_type=BigInteger)
    recorded: int = Field(sa_type=BigInteger)
    accepted: int = Field(sa_type=BigInteger)
    hash: str
    body: str = Field(sa_type=Text)
    urgent: int
    sent_at: int | None = Field(default=None, sa_type=BigInteger)


class KeyTable(SQLModel, table=True):
    """Where facts are filed, from the envelope alone. A fact's keys of one kind are found in the index alone,
    whatever order the database has for texts."""

    __tablename__ = "key"
    __table_args__ = (Index("key_fact", "fact", "key", postgresql_ops={"key": "text_pattern_ops"}),)
    key: str = Field(primary_key=True)
    fact: str = Field(primary_key=True)


class PlaceTable(SQLModel, table=True):
    """Which person each mention is today. ``seq`` 0: at home, where it is until it is moved."""

    __tablename__ = "place"
    __table_args__ = (Index("place_person", "person"), Index("place_seq", "seq"))
    mention: str = Field(primary_key=True)
    person: str
    seq: int = 0


class MarkTable(SQLModel, table=True):
    """What is out of date. ``urgent``: its rank. ``origin``: the ``seq`` of the oldest mark in whose place it
    was left (``chassis.marks``); so no number is given twice."""

    __tablename__ = "mark"
    __table_args__ = (
        Index("mark_order", text("urgent desc"), "seq"),
        Index("mark_key", "key"),
        Index("mark_origin", "origin", postgresql_where=_LEFT, sqlite_where=_LEFT),
        {"sqlite_autoincrement": True},
    )
    seq: int | None = Field(default=None, primary_key=True, sa_type=Counter)
    key: str
    moved_from: str | None = None
    urgent: int = 0
    origin: int | None = Field(default=None, sa_type=BigInteger)


class SubjectTable(SQLModel, table=True):
    """One row for each subject: the lock of its fold. Never deleted."""

    __tablename__ = "subject"
    __table_args__ = (Index("subject_changes", "changes_at"), Index("subject_broken", "broken_since"))
    id: str = Field(primary_key=True)
    level: int
    changes_at: int | None = Field(default=None, sa_type=BigInteger)
    broken_since: int | None = Field(default=None, sa_type=BigInteger)


class PositionTable(SQLModel, table=True):
    """How far each partition was read. Moves only forward."""

    __tablename__ = "position"
    topic: str = Field(primary_key=True)
    partition: int = Field(primary_key=True)
    next: int = Field(sa_type=BigInteger)


class WatermarkTable(SQLModel, table=True):
    """How far each service said that it had come (``chassis.watermark``), by the offset of its saying.
    Nothing is folded from it."""

    __tablename__ = "watermark"
    service: str = Field(primary_key=True)
    offset: int = Field(primary_key=True, sa_type=BigInteger)
    passed: int = Field(sa_type=BigInteger)
    ends: str


class ParkedTable(SQLModel, table=True):
    """What could not be read, kept with the reason. ``whose_known`` is 0 where it may touch anybody."""

    __tablename__ = "parked"
    topic: str = Field(primary_key=True)
    partition: int = Field(primary_key=True)
    offset: int = Field(primary_key=True, sa_type=BigInteger)
    reason: str
    since: int = Field(sa_type=BigInteger)
    whose_known: int
    value: bytes = Field(sa_type=LargeBinary)
    digest: str


class ParkedKeyTable(SQLModel, table=True):
    """Under which keys a parked record would be filed: whose pages it touches."""

    __tablename__ = "parked_key"
    key: str = Field(primary_key=True)
    topic: str = Field(primary_key=True)
    partition: int = Field(primary_key=True)
    offset: int = Field(primary_key=True, sa_type=BigInteger)


class DiscardedTable(SQLModel, table=True):
    """Which records a person discarded, from the facts that say so: a set of its own, so that it does
    not matter which comes first, the record or the decision. By their digest, for in a log that was put
    back another record stands at that place; empty: a decision of before that was kept."""

    __tablename__ = "discarded"
    topic: str = Field(primary_key=True)
    partition: int = Field(primary_key=True)
    offset: int = Field(primary_key=True, sa_type=BigInteger)
    digest: str = Field(primary_key=True)


class StoppedTable(SQLModel, table=True):
    """A partition of which nothing is read: the log does not have what comes next (``chassis.watch``)."""

    __tablename__ = "stopped"
    topic: str = Field(primary_key=True)
    partition: int = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger)
    reason: str


class LeaseTable(SQLModel, table=True):
    """What must be done by one process at a time, by whom, until when; the epoch outlives each."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    holder: str
    epoch: int
    until: int = Field(sa_type=BigInteger)


class UploadTable(SQLModel, table=True):
    """How far an upload has come (``chassis.uploads``). It is no fact: no store is restored with it."""

    __tablename__ = "upload"
    __table_args__ = (Index("upload_began", "began"),)
    id: str = Field(primary_key=True)
    caller: str
    format: str
    size: int = Field(sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    lines: int = Field(sa_type=BigInteger)
    taken: int = Field(sa_type=BigInteger)
    refused: int = Field(sa_type=BigInteger)
    header: str = Field(sa_type=Text)
    began: int = Field(sa_type=BigInteger)


class UploadLineTable(SQLModel, table=True):
    """What became of a line of an upload: ids and codes, never what it said."""

    __tablename__ = "upload_line"
    upload: str = Field(primary_key=True)
    line: int = Field(primary_key=True, sa_type=BigInteger)
    result: str = Field(sa_type=Text)


class FoldVersionTable(SQLModel, table=True):
    """The newest version of the folds that has worked on this store: an older process folds nothing."""

    __tablename__ = "fold_version"
    id: int = Field(primary_key=True)
    version: int


class ShapeTable(SQLModel, table=True):
    """The statements by which each view's table was made: a release that would make another does so."""

    __tablename__ = "shape"
    name: str = Field(primary_key=True)
    made: str = Field(sa_type=Text)


class ClockTable(SQLModel, table=True):
    """How far a try-out moved the clock of this store, for every process on it. Empty in production."""

    __tablename__ = "clock"
    id: int = Field(primary_key=True)
    moved: int = Field(sa_type=BigInteger)


ENGINE_TABLES = (
    FactTable,
    KeyTable,
    PlaceTable,
    MarkTable,
    SubjectTable,
    PositionTable,
    WatermarkTable,
    ParkedTable,
    ParkedKeyTable,
    DiscardedTable,
    StoppedTable,
    LeaseTable,
    UploadTable,
    UploadLineTable,
    FoldVersionTable,
    ShapeTable,
    ClockTable,
)

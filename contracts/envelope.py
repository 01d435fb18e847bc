"""The envelope of every fact: CloudEvents 1.0 in structured mode, with Goldthread's extensions.

The envelope alone says where a fact is filed (``keys``), which version of what it is
(``root``, ``version``), who said it and on what footing. It never holds a name, an address,
a number that a person is known by, or free text.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

ID_PATTERN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""An opaque id: a UUID in its canonical small letters. It is derived with a secret or drawn at random."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,47}$")]
"""A code of a list, never words of somebody's own. A list that grows makes no older reader blind."""

AgencyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,47}$")]
"""An agency as configuration names it, such as ``castlegate-housing``. Never a person."""

KEY_PATTERN = r"^(?:[mkop]:[0-9a-f-]{36}|a:[a-z0-9][a-z0-9-]{1,47})$"
"""``m:`` mention, ``k:`` case, ``o:`` a thing with a life of its own (an order, a breach, an alert:
the root of the fact that began it), ``p:`` person (in identity facts alone), ``a:`` area."""


_KEY = re.compile(KEY_PATTERN)


def _sorted_keys(value: str) -> str:
    parts = value.split()
    if parts != sorted(set(parts)) or not all(map(_KEY.match, parts)):
        raise ValueError("keys are typed, opaque, each once, in order")
    return " ".join(parts)


class Change(StrEnum):
    """What a version does to its root."""

    ORIGINAL = "original"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


class Assertion(StrEnum):
    """On what footing something is said (DPA 2018 s38: fact apart from opinion)."""

    FACT = "fact"
    OPINION = "opinion"
    THIRD_PARTY = "third-party"


class Regime(StrEnum):
    """The law under which the saying agency processes it."""

    UK_GDPR = "UKGDPR"
    DPA_PART_3 = "DPA_PART3"


class Envelope(BaseModel):
    """One version of one fact, as it stands on the log, in the store and in every feed.

    ``time`` is when it happened in the world; ``recordedat`` when it went into the agency's own
    system; ``acceptedat`` when Goldthread's store took it. ``precision`` is ``day`` where the
    agency gave a date without a time of day.
    """

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: Id
    source: Annotated[str, StringConstraints(pattern=r"^/[a-z]+$")]
    type: Annotated[str, StringConstraints(pattern=r"^uk\.goldthread\.[a-z-]+\.[a-z-]+\.v[0-9]+$")]
    subject: Id
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    traceparent: str | None = None
    agency: AgencyId
    recordedat: AwareDatetime
    acceptedat: AwareDatetime
    marking: Literal["OFFICIAL-SENSITIVE"] = "OFFICIAL-SENSITIVE"
    regime: Regime
    basis: Code
    purpose: Code
    assertion: Assertion = Assertion.FACT
    precision: Literal["instant", "day"] = "instant"
    root: Id
    version: int
    change: Change = Change.ORIGINAL
    keys: Annotated[str, AfterValidator(_sorted_keys)] = ""
    data: dict[str, Any]


def utc(value: datetime) -> datetime:
    """The same instant in UTC.

    Raises ValueError for a time without a zone: an hour that could be either side of a clock
    change is not a time.
    """
    if value.tzinfo is None:
        raise ValueError("a time needs its zone")
    return value.astimezone(UTC)

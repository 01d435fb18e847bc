"""However many values a statement asks for, as one parameter: PostgreSQL takes no more than 32,767."""

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import Select, String, literal, select

from chassis.archive import Archive


def each_of(archive: Archive, values: Collection[str]) -> Select[Any]:
    """These values, for a column to be one of."""
    each = archive.store.values_in(literal(orjson.dumps(sorted(values)).decode(), String))
    return select(each.c.value)

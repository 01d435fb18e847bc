"""Who leads a victim's support, as a table: ``tables/leading.yaml``."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.people import LeadNamed
from contracts.rules.leading import leading
from tests.support.tables import lines

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@lines(__file__, "leading")
def test_who_leads(line: dict[str, Any]) -> None:
    told = []
    for agency, service in (each.split(" ") for each in line["says"]):
        over = NOON if service == "no-more" else None
        told.append((agency, LeadNamed(service=service, since=NOON, until=over), service))
    assert leading(told) == line["lead"]


def test_nobody_stops_leading_before_they_began() -> None:
    with pytest.raises(ValidationError):
        LeadNamed(service="Haven", since=NOON, until=NOON.replace(hour=11))

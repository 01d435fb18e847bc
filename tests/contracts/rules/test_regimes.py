"""Which notices and orders can be made in an area on a day."""

from datetime import date
from typing import Any

from contracts.events.configuration import AreaDefined
from contracts.rules.regimes import dapo_from, question, regime
from contracts.vocabulary import AreaKind, OrderType
from tests.support.tables import lines

AREAS = {
    code: AreaDefined(area=code, name=code, kind=AreaKind.DISTRICT, within=within, dapo_from=since)
    for code, within, since in (
        ("northshire", None, date(2026, 3, 1)),
        ("east", "northshire", None),
        ("west", "northshire", date(2026, 6, 1)),
        ("southshire", None, None),
    )
}


@lines(__file__, "regimes")
def test_what_can_be_made_there(line: dict[str, Any]) -> None:
    there = regime(line["area"], dapo_from(AREAS, line["area"]), line["made"])
    assert there == line["there"]
    assert question(OrderType(line["order"]), there) == line["asked"]

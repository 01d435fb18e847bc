"""Who may see who a victim is, as a table."""

from typing import Any

from contracts.vocabulary import AgencyKind
from services.referrals.rules.supporting import may_see_who
from tests.support.tables import lines


@lines(__file__, "seeing_who")
def test_who_may_see_who_a_victim_is(line: dict[str, Any]) -> None:
    told = ["here"] if line["told"] else ["elsewhere"]
    kind = AgencyKind(line["kind"]) if line["kind"] else None
    assert may_see_who([line["role"]], kind, "here", told) is line["sees"]

"""Whether somebody's record is flagged as sensitive, as a table: ``tables/flagged.yaml``."""

from typing import Any

from contracts.rules.flagged import flagged
from contracts.sections import Identity, IdentitySection, Sealed
from tests.support.tables import lines

SAYS: dict[Any, IdentitySection | None] = {
    True: Identity(sensitive=True),
    False: Identity(sensitive=False),
    "nothing": Identity(),
    "sealed": Sealed(alg="a", kid="k", sealed="s"),
}
IS = {"flagged": True, "not flagged": False, "unknown": None}


@lines(__file__, "flagged")
def test_whether_a_record_is_flagged(line: dict[str, Any]) -> None:
    said = [SAYS[each] for each in line["says"]]
    assert flagged(said) is IS[line["is"]]
    assert flagged([*said, None]) is IS[line["is"]], "a mention without a section says nothing"

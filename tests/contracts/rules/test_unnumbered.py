"""Whether somebody without a record number has become another, as a table: ``tables/unnumbered.yaml``."""

from typing import Any

from contracts.mentions import Mention
from contracts.rules.unnumbered import became_another
from contracts.sections import Identity, Name
from tests.support.tables import lines


def told(said: dict[str, Any]) -> Mention:
    if len(said) == 1:
        return Mention(role=said["role"])
    name = Name(family=said.get("family"), given=said.get("given"))
    return Mention(
        role=said["role"], identity=Identity(name=name, born=[said["born"]] if "born" in said else [])
    )


@lines(__file__, "unnumbered")
def test_whether_it_is_somebody_else(line: dict[str, Any]) -> None:
    assert became_another(told(line["before"]), told(line["now"])) == line["another"]

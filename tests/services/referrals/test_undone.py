"""Links that were undone, by their table."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.referrals.rules.sharing import may_see_undone

TABLE = yaml.safe_load(Path(__file__).with_name("undone.yaml").read_text())


@pytest.mark.parametrize("row", TABLE["sees"], ids=lambda row: row["case"])
def test_who_may_see_an_undone_link(row: dict[str, Any]) -> None:
    for one, other in ((row["one"], row["other"]), (row["other"], row["one"])):
        assert may_see_undone({row["role"]}, row["areas"], {*one, *other}) is row["sees"]

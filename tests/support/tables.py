"""Rules as tables that a practitioner can read: each line of a YAML file is one test."""

from pathlib import Path

import pytest
import yaml


def lines(of: str, table: str) -> pytest.MarkDecorator:
    """The mark that runs a test once for each line of ``tables/{table}.yaml`` beside the test file
    ``of``, under the line's own ``case``."""
    path = Path(of).parent / "tables" / f"{table}.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return pytest.mark.parametrize("line", [pytest.param(line, id=line["case"]) for line in found])

"""Rules as tables that a practitioner can read: each line of a YAML file is one test."""

from pathlib import Path
from typing import Any

import pytest
import yaml


def read(of: str, table: str) -> list[dict[str, Any]]:
    """The lines of ``tables/{table}.yaml`` beside the test file ``of``."""
    path = Path(of).parent / "tables" / f"{table}.yaml"
    found: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found


def lines(of: str, table: str) -> pytest.MarkDecorator:
    """The mark that runs a test once for each line of that table, under the line's own ``case``."""
    found = [pytest.param(line, id=line["case"]) for line in read(of, table)]
    return pytest.mark.parametrize("line", found)

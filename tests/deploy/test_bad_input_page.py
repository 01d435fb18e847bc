"""The page of bad input names the tests that show what it says: each is there."""

import re

from deploy.local.deployment import ROOT

NAMED = re.compile(r"\btest_[a-z0-9_]+")
DEFINED = re.compile(r"^(?:async )?def (test_[a-z0-9_]+)", re.MULTILINE)


def test_every_test_that_the_page_names_is_there() -> None:
    files = list((ROOT / "tests").rglob("test_*.py"))
    known = {path.stem for path in files}.union(*(DEFINED.findall(path.read_text()) for path in files))
    page = (ROOT / "docs/bad-input.md").read_text()
    assert sorted(set(NAMED.findall(page)) - known) == []
    assert [path for path in re.findall(r"\btests/[a-z0-9_/]+\.py", page) if not (ROOT / path).exists()] == []

"""Which package may import which: that it holds, and that the check sees what breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from chassis.store.tables import Instant
from deploy.local.deployment import ROOT
from deploy.wiring import SERVICES

PACKAGES = ("contracts", "chassis", "services", "deploy")
CONTRACTS_MAY_USE = {"pydantic", "pydantic_core", "orjson"}


def lint(folder: Path) -> str:
    """What lint-imports says of a tree; empty when it keeps to the rules."""
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for service in ("orders", "marac"):
        rules = tmp_path / "services" / service / "rules"
        rules.mkdir(exist_ok=True)
        (rules / "__init__.py").touch()
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "planted", "broken"),
    [
        ("contracts/planted.py", "import chassis.ids", "Arrows point one way"),
        ("chassis/planted.py", "import services.orders", "Arrows point one way"),
        ("services/orders/planted.py", "import deploy.ready", "Arrows point one way"),
        ("services/orders/planted.py", "import services.marac", "share facts, not code"),
        ("services/orders/rules/planted.py", "import sqlalchemy", "Rules are pure"),
        ("services/marac/rules/deep/__init__.py", "from time import sleep", "Rules are pure"),
        ("services/orders/rules/planted.py", "import chassis.store", "Rules are pure"),
        ("contracts/rules/planted.py", "import random", "Rules are pure"),
    ],
)
def test_the_check_sees_it(copy: Path, where: str, planted: str, broken: str) -> None:
    assert lint(copy) == ""
    file = copy / where
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{planted}\n")
    assert any(broken in line and "BROKEN" in line for line in lint(copy).splitlines())


def test_contracts_use_only_what_every_partner_could_install() -> None:
    graph = grimp.build_graph("contracts", include_external_packages=True, cache_dir=None)
    ours = {module for module in graph.modules if module.partition(".")[0] == "contracts"}
    used = {
        imported.partition(".")[0]
        for module in ours
        for imported in graph.find_modules_directly_imported_by(module)
    }
    assert used - sys.stdlib_module_names - {"contracts"} <= CONTRACTS_MAY_USE


def test_every_time_in_a_views_table_is_kept_alike_in_both_stores() -> None:
    tables = [view.table for service in SERVICES.values() for view in service.views]
    times = [
        table.__table__.columns[name]  # type: ignore[attr-defined]
        for table in tables
        for name, field in table.model_fields.items()
        if "datetime" in str(field.annotation)
    ]
    assert times
    assert [str(column) for column in times if not isinstance(column.type, Instant)] == []

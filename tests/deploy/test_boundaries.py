"""Which package may import which: that it holds, and that the check sees what breaks it. And how long a
function and a module may be."""

import ast
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
FUNCTION_LINES, MODULE_LINES = 40, 400
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
        if "datetime.datetime" in str(field.annotation)
    ]
    assert times
    assert [str(column) for column in times if not isinstance(column.type, Instant)] == []


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From ``def`` to the last line, without decorators and docstring: what one has to follow."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def too_long(name: str, text: str) -> list[str]:
    """The functions of a module that do not fit on a screen, and the module if it is too long."""
    found = [
        f"{name}: {node.name} has {lines_of(node)} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > FUNCTION_LINES
    ]
    length = len(text.splitlines())
    return found + ([f"{name} has {length} lines"] if length > MODULE_LINES else [])


@pytest.mark.parametrize("package", PACKAGES)
def test_a_function_fits_on_a_screen_and_a_module_in_a_head(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    names = {file: str(file.relative_to(ROOT)) for file in files}
    assert [fault for file in files for fault in too_long(names[file], file.read_text())] == []


def test_what_is_too_long_is_seen() -> None:
    body = "    x = 1\n" * (FUNCTION_LINES - 1)
    fits = f'@decorated\ndef f() -> None:\n    """Says\n    what it does."""\n{body}'
    assert too_long("m.py", fits) == []
    assert too_long("m.py", f"{fits}    y = 1\n") == ["m.py: f has 41 lines"]
    assert too_long("m.py", "x = 1\n" * 401) == ["m.py has 401 lines"]

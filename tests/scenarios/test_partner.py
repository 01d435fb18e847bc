"""What a partner is promised, as a partner meets it: every command of its page, run as it stands there; and
the command that checks the answers, by the token of each kind of agency."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.deployment import PROGRAMS, ROOT
from tests.scenarios import scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import Deployed, Goldthread, deployed

PAGE = ROOT / "docs" / "partners.md"
PROGRAM = PROGRAMS / "goldthread"
"""Our own command."""


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """An empty try-out."""
    with deployed("embedded", tmp_path_factory.mktemp("gt"), START) as found:
        yield found


@pytest.fixture
async def goldthread(embedded: Deployed) -> Goldthread:
    opened = Goldthread(embedded.url)
    await opened.set_clock(datetime.now(UTC))  # the page's commands tell the machine's time
    await scene.configure(opened, scene.Place(), "http://127.0.0.1:9")
    return opened


def ran(command: Sequence[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command prints, on a wide screen."""
    env = {**os.environ, "COLUMNS": "200", **environment}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
async def test_every_command_of_the_page_does_what_it_says(
    embedded: Deployed, goldthread: Goldthread, tmp_path: Path
) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert blocks[0] == "make demo\n"
    script = "\n".join(blocks[1:]).replace("http://127.0.0.1:8400", embedded.url)
    table = "contracts/tables/uk.goldthread.breach.reported.v1.csv"
    mended = f"mended/{Path(table).name}"
    script += f"mkdir mended; sed s/Oakhanger/Oakhangar/ {table} > {mended}\n"
    script += f"python3 upload.py {embedded.url} orders {mended}"
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "goldthread").symlink_to(PROGRAM)
    (tmp_path / "contracts").symlink_to(ROOT / "contracts")
    shell = shutil.which("bash")
    assert shell is not None
    done = ran([shell, "-euo", "pipefail", "-c", script], tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    statuses = re.findall(r"HTTP/1.1 (\d+)", done.stdout)
    assert statuses == ["201", "200", "200", "200", "200"], done.stdout
    assert "0 were not answered as promised" in done.stdout
    assert [line.split(",")[0] for line in done.stdout.splitlines() if line.startswith('{"line"')] == [
        '{"line":1',
        '{"line":2',
    ]
    assert done.stdout.count('"status":201') == 2, "one line of NDJSON, one row of CSV"
    assert "100%: 1 taken, 0 refused" in done.stdout
    assert "100%: 0 taken, 1 refused" in done.stdout, "a letter of it was changed: that is another file"


@pytest.mark.slow
async def test_what_a_force_may_post_is_answered_as_promised(
    embedded: Deployed, goldthread: Goldthread
) -> None:
    """All but what is for support services to say, and kept from the police: what names another fact, too."""
    token = (await goldthread.system("northmere-police")).headers["authorization"].removeprefix("Bearer ")
    done = ran([str(PROGRAM), "partner", embedded.url], ROOT, GOLDTHREAD_TOKEN=token)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 were not answered as promised" in done.stdout
    assert [line.split()[1] for line in done.stdout.splitlines() if "not this token's" in line] == [
        "support.withheld-from-police.v1",
        "care.support-progressed.v1",  # the step of an IDVA service
        "care.withheld-opened.v1",
        "support.immigration-noted.v1",
    ]

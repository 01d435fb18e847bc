"""``make demo`` itself: it lives its year, shows what it promises, stops clean, and goes on with its data."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.local.processes import end, free_port
from tests.scenarios.goldthread import Goldthread

PROGRAM = Path(sys.executable).parent / "goldthread"
PATIENCE = 2400.0
"""How long it may take on a slow machine, beside others. What it takes is measured, and is in the README."""
STOPPING = 120.0
"""How long its end may: what is on its way is sent, and all that it holds let go."""


@contextmanager
def demo(folder: Path, port: int, name: str) -> Iterator[Path]:
    """The demo while it is ready, and what it prints; then Ctrl-C, by which it ends well."""
    printed = folder / f"{name}.txt"
    url = f"http://127.0.0.1:{port}"
    told = {**os.environ, "GOLDTHREAD_PORT": str(port), "GOLDTHREAD_PUBLIC_URL": url}
    with printed.open("w") as out:
        command = [PROGRAM, "demo", "--data", folder / "data"]
        process = subprocess.Popen(command, env=told, stdout=out, stderr=out, start_new_session=True)
    try:
        until = time.monotonic() + PATIENCE
        while "Goldthread is ready" not in printed.read_text():
            assert process.poll() is None, printed.read_text()
            assert time.monotonic() < until, printed.read_text()
            time.sleep(0.2)
        yield printed
        process.send_signal(signal.SIGINT)
        assert process.wait(STOPPING) == 0, printed.read_text()
        assert "Stopped. Your data is kept" in printed.read_text()
    finally:
        end(process, signal.SIGKILL)


async def seen(port: int) -> dict[str, Any]:
    """What those see whom the demo names first: cases to come, perpetrators, hours that nobody is on."""
    goldthread = Goldthread(f"http://127.0.0.1:{port}")
    try:
        chair, matac = await goldthread.person("rowan-ellis"), await goldthread.person("tom-achterberg")
        meetings = (await chair.get("/marac/v1/meetings")).json()["to_come"]
        found: dict[str, Any] = {"cases": sorted(each["cases"] for each in meetings)}
        for each in meetings:
            agenda = (await chair.get(f"/marac/v1/meetings/{each['meeting']}/agenda")).json()
            found |= {each["meeting"]: sorted(case["case"] for case in agenda["cases"])}
        rota, next_week = "/notify/v1/rota?area=northmere-north", datetime.now(UTC).date() + timedelta(days=7)
        supervisor = await goldthread.person("helen-sato")
        planned = (await supervisor.get(f"{rota}&week={next_week}")).json()
        found["uncovered"] = [gap["spans"] for gap in planned["gaps"]]
        found["ranked"] = (await matac.get("/marac/v1/cohort")).json()["total"]
        return found
    finally:
        await goldthread.close()


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE + 300)
async def test_it_lives_its_year_stops_clean_and_keeps_its_data(tmp_path: Path) -> None:
    port = free_port()
    with demo(tmp_path, port, "first") as printed:
        assert "Twelve months of facts" in printed.read_text()
        first = await seen(port)
    assert first["cases"] == [0, 0, 0, 6, 14, 16], "of the meetings after the next the chair has not declared"
    assert first["ranked"] >= 40
    assert len(first["uncovered"]) == 1, "the planner shows next week's gap"
    with demo(tmp_path, port, "second") as printed:
        assert "Twelve months of facts" not in printed.read_text()
        assert await seen(port) == first

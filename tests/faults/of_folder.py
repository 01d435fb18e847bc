"""Faults of the one folder of the embedded deployment."""

import asyncio
import os
import resource
import signal

import psutil

from deploy.local.deployment import PROGRAMS
from deploy.local.processes import free_port
from tests.faults.alone import PART, Alone
from tests.faults.trial import Trial

FULL_SECONDS = 5.0


def of(trial: Trial) -> Alone:
    """The deployment, which is the embedded one."""
    assert isinstance(trial.deployment, Alone)
    return trial.deployment


async def full_disk(trial: Trial) -> str:
    """No file may grow for a while: by the limit of the process, for which nobody need be root."""
    process = psutil.Process(of(trial).processes[PART].pid)
    process.rlimit(psutil.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    await asyncio.sleep(FULL_SECONDS)
    process.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return f"no file grows for {FULL_SECONDS:.0f} s"


async def torn_page(trial: Trial) -> str:
    """The process dies, and half of the page that it was writing is there, in every file."""
    deployment = of(trial)
    async with deployment.without(PART):
        await deployment.end(PART, signal.SIGKILL)
        logs = sorted((deployment.folder / "data").glob("*.sqlite-wal"))
        for path in logs:
            with path.open("ab") as file:
                file.write(trial.chance.randbytes(2000))
    await deployment.back(PART)
    return f"{len(logs)} files"


async def second_process(trial: Trial) -> str:
    """Another process on the same folder refuses to start, in a sentence."""
    environment = {**os.environ, **of(trial).environment(""), "GOLDTHREAD_PORT": str(free_port())}
    process = await asyncio.create_subprocess_exec(
        PROGRAMS / "goldthread",
        "serve",
        env=environment,
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    _, said = await process.communicate()
    if process.returncode != 2 or b"is in use" not in said:
        trial.late.append(f"a second process ended with {process.returncode}: {said[-200:]!r}")
    return "refused"

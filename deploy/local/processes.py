"""Processes, ports and folders that the local deployment and the tests share."""

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

PORTS = range(20_000, 30_000)
"""Below every system's range for outgoing connections: a client that keeps calling a stopped server's
port there can be given that very port, and then keeps the server from starting again."""

_shuffled = iter(random.sample(PORTS, len(PORTS)))

_promised: deque[socket.socket] = deque(maxlen=200)
"""UDP sockets of the numbers given last. Between asking for a port and listening on it a server may take
half a minute, and another process of ours, asking meanwhile, must not be given the same one."""

_starter = ThreadPoolExecutor(1)
"""One thread starts all processes, and lives as long as this one: the kernel takes the end of the thread
that started a child for the end of its parent."""


class Unavailable(RuntimeError):
    """A real part cannot be had on this machine. The message is one line that says what to do."""


def cache_folder() -> Path:
    """Where downloads are kept for every clone of one user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "goldthread"


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens at this moment.

    Never the same one twice, nor one that another living process was given a short while ago.
    """
    for port in _shuffled:
        promise = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as probe:
            try:
                promise.bind(("127.0.0.1", port))
                probe.bind(("127.0.0.1", port))
            except OSError:
                promise.close()
                continue
        _promised.append(promise)
        return port
    raise Unavailable(f"no free port on 127.0.0.1 from {PORTS.start} to {PORTS.stop}")


def launch(
    command: Sequence[str | Path],
    log: Path,
    *,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/"),
    outlives: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a process whose output goes to ``log``, as ``user`` if one is given.

    Unless it ``outlives`` its parent, the kernel ends it when the parent dies, however that happens
    (Linux): a test run that is killed leaves no broker behind.
    """
    tied = [] if outlives or not shutil.which("setpriv") else ["setpriv", "--pdeathsig", "TERM"]

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(
                [*tied, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=None if environment is None else dict(environment),
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                start_new_session=True,
            )

    return _starter.submit(start).result()


def wait_until(
    done: Callable[[], bool], name: str, process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Return when ``done``.

    If the process ends first, or time does, it is killed; raises Unavailable with its log's last line.
    """
    deadline = time.monotonic() + seconds
    while not done():
        ended = process.poll()
        if ended is not None or time.monotonic() > deadline:
            end(process, signal.SIGKILL)
            last = (log.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
            fate = f"did not answer in {seconds:.0f} s" if ended is None else f"ended with status {ended}"
            raise Unavailable(f"{name} {fate}; last in {log}: {last}")
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes], how: signal.Signals, seconds: float = 20) -> None:
    """Ask this one process to stop, wait, and kill it if it does not. It may have ended already."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine on a thread and loop of its own, whether or not one runs here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()

"""``make up`` and ``make down``: the distributed deployment, started and stopped by process id.

It listens on 127.0.0.1:8400, or where ``GOLDTHREAD_PUBLIC_URL`` says. What runs is noted in
``build/up/processes.json``; data and logs lie in a folder of their own, and stay.
"""

import hashlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from deploy.local.deployment import ROOT, SERVICES, STORES, Deployment
from deploy.local.processes import Unavailable

NOTED = ROOT / "build/up/processes.json"
PORT = 8400


def data_folder() -> Path:
    """The folder of this clone's deployment.

    Not inside the clone: PostgreSQL does not run as root, and another user cannot enter root's home.
    """
    clone = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    folder = Path("/var/tmp") / f"goldthread-{os.getuid()}-{clone}"  # noqa: S108 (its owner is checked)
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise Unavailable(f"{folder} belongs to somebody else")
    return folder


def up() -> None:
    """Start it all, note what runs, say where it is."""
    if running := _running():
        raise Unavailable(f"It is up already ({', '.join(running)}): make down stops it")
    port = urlsplit(os.environ.get("GOLDTHREAD_PUBLIC_URL", "")).port or PORT
    deployment = Deployment(data_folder(), port, outlives=True)
    started = time.monotonic()
    try:
        deployment.start()
    finally:
        NOTED.parent.mkdir(parents=True, exist_ok=True)
        noted = {
            name: (process.pid, psutil.Process(process.pid).create_time())
            for name, process in deployment.processes.items()
        }
        NOTED.write_text(json.dumps(noted))
    print(f"Up after {time.monotonic() - started:.0f} s: {deployment.url}")
    for name in SERVICES:
        print(f"  {deployment.url}/{name}/")
    print(f"Kafka {deployment.kafka.address}, PostgreSQL 127.0.0.1:{deployment.postgres.port}")
    print(f"Data and logs: {deployment.folder}")


def down() -> None:
    """Stop what ``up`` noted: ours all at once, and then, when nobody needs them, the stores."""
    running = _running()
    _end({name: process for name, process in running.items() if name not in STORES})
    for name in STORES:
        _end({name: running[name]} if name in running else {})
    NOTED.unlink(missing_ok=True)


def _end(processes: dict[str, psutil.Process]) -> None:
    for name, process in processes.items():
        process.send_signal(STORES.get(name, signal.SIGTERM))
    _, left = psutil.wait_procs(processes.values(), timeout=20)
    for process in left:
        process.kill()


def _running() -> dict[str, psutil.Process]:
    """What is noted and still runs. A process id that was given to another process since is not it."""
    found = {}
    for name, (pid, created) in (json.loads(NOTED.read_text()) if NOTED.exists() else {}).items():
        if psutil.pid_exists(pid) and psutil.Process(pid).create_time() == created:
            found[name] = psutil.Process(pid)
    return found


if __name__ == "__main__":
    try:
        down() if sys.argv[1:] == ["down"] else up()
    except Unavailable as problem:
        sys.exit(str(problem))

"""``make up``, ``make down`` and ``make operate``: the distributed deployment, by process id.

It listens on 127.0.0.1:8400, or where ``GOLDTHREAD_PUBLIC_URL`` says. What runs is noted in
``build/up/running.json``; data, logs and secrets lie in a folder of their own, and stay.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from deploy.local.deployment import PROGRAMS, ROOT, SERVICES, STORES, Deployment
from deploy.local.processes import Unavailable

NOTED = ROOT / "build/up/running.json"
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
        _note(deployment, {})
    print(f"Up after {time.monotonic() - started:.0f} s: {deployment.url}")
    for name in SERVICES:
        print(f"  {deployment.url}/{name}/")
    print(f"Kafka {deployment.kafka.address}, PostgreSQL 127.0.0.1:{deployment.postgres.port}")
    print(f"Data and logs: {deployment.folder}")
    print('An operator\'s commands: make operate RUN="marks orders"')
    print("One part alone: make down PART=orders, make up PART=orders")


def up_again(name: str) -> None:
    """Start one part of ours again. Raises Unavailable when it runs, or is none of ours."""
    deployment, running = _ours(name), _running()
    if name in running:
        raise Unavailable(f"{name} is up already")
    deployment.start_part(name)
    try:
        deployment.await_part(name)
    finally:
        _note(deployment, running)
    print(f"{name} is up")


def down(name: str = "") -> None:
    """Stop what ``up`` noted: one part, or ours all at once and then, when nobody needs them, the stores."""
    running = _running()
    if name:
        _ours(name)
        _end({name: running[name]} if name in running else {})
        return
    _end({name: process for name, process in running.items() if name not in STORES})
    for store in STORES:
        _end({store: running[store]} if store in running else {})
    NOTED.unlink(missing_ok=True)


def operate(arguments: list[str]) -> int:
    """Run a command of ``goldthread`` with the settings of the service that it names. Its exit status."""
    name = next((word for word in arguments if word in SERVICES), SERVICES[0])
    command = (str(PROGRAMS / "goldthread"), *arguments)
    return subprocess.run(command, env=_ours(name).environment(name), check=False).returncode


def _note(deployment: Deployment, running: dict[str, psutil.Process]) -> None:
    started = {name: psutil.Process(process.pid) for name, process in deployment.processes.items()}
    processes = {name: (process.pid, process.create_time()) for name, process in (running | started).items()}
    NOTED.parent.mkdir(parents=True, exist_ok=True)
    noted = {"port": deployment.port, "ports": deployment.ports, "processes": processes}
    NOTED.write_text(json.dumps(noted))


def _noted() -> dict[str, Any]:
    noted: dict[str, Any] = json.loads(NOTED.read_text()) if NOTED.exists() else {}
    return noted


def _ours(name: str) -> Deployment:
    noted = _noted()
    if not noted:
        raise Unavailable("It is not up: make up starts it")
    deployment = Deployment(data_folder(), noted["port"], outlives=True, ports=noted["ports"])
    if name not in deployment.parts or not deployment.parts[name].ours:
        ours = ", ".join(part.name for part in deployment.parts.values() if part.ours)
        raise Unavailable(f"That is no part of ours: {ours}")
    return deployment


def _end(processes: dict[str, psutil.Process]) -> None:
    for name, process in processes.items():
        process.send_signal(STORES.get(name, signal.SIGTERM))
    _, left = psutil.wait_procs(processes.values(), timeout=20)
    for process in left:
        process.kill()


def _running() -> dict[str, psutil.Process]:
    """What is noted and still runs. A process id that was given to another process since is not it."""
    found = {}
    for name, (pid, created) in _noted().get("processes", {}).items():
        if psutil.pid_exists(pid) and psutil.Process(pid).create_time() == created:
            found[name] = psutil.Process(pid)
    return found


def main(arguments: list[str]) -> int:
    """What the Makefile asks for: ``up [PART]``, ``down [PART]``, ``operate COMMAND…``."""
    match arguments:
        case ["up"]:
            up()
        case ["up", name]:
            up_again(name)
        case ["down", *names]:
            down(*names)
        case ["operate", *command]:
            return operate(command)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Unavailable as problem:
        sys.exit(str(problem))

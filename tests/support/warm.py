"""Processes of ours that start at once: each is forked from one that has imported Goldthread already.

A round of faults starts some two hundred processes, a run of the scenarios some eighty, and each would
spend longer on its imports than on all else. What a template of a page was compiled to is kept for all of
them: of a service that shows each page once, to compile them was a sixth of what it did.
What is forked runs the same command, in an environment and a session of its own, and is killed and
frozen like any other process. The one that forks has one thread and no loop. It is told what to do, and
tells what has ended, by a JSON object a line; when nobody tells it anything more, it ends what it forked.
"""

import contextlib
import gc
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

LOOK_SECONDS = 0.01
START_SECONDS = 60.0


class Forked:
    """A process of ours, with what is used of ``subprocess.Popen``."""

    def __init__(self, warm: "Warm", command: Sequence[str]) -> None:
        self.args = list(command)
        self.pid = 0
        self.returncode: int | None = None
        self.began, self.ended = threading.Event(), threading.Event()
        self._warm = warm

    def poll(self) -> int | None:
        """Its status, if it has ended."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Its status, when it has ended. Raises TimeoutExpired."""
        if not self.ended.wait(timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def send_signal(self, how: int) -> None:
        """Nothing is sent to what has ended."""
        self._warm.ask({"signal": int(how), "pid": self.pid})

    def terminate(self) -> None:
        """Tell it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Warm:
    """The process that forks, and what it has forked. ``changes`` (``module:function``) are called in it
    once: what they change is changed in all that it forks."""

    def __init__(self, *changes: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm", *changes],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._lock = threading.Lock()
        self._starting: list[Forked] = []
        self._forked: dict[int, Forked] = {}
        threading.Thread(target=self._read, name="what has ended", daemon=True).start()

    def start(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, faults: Path | None = None
    ) -> Forked:
        """Run ``goldthread`` with these arguments, in this environment alone; ``log`` has its output, and
        ``faults``, if it is given, what it says beside it."""
        forked = Forked(self, command)
        with self._lock:
            self._starting.append(forked)
            logs = [str(log), str(faults or log)]
            self.ask({"command": list(command), "environment": dict(environment), "logs": logs})
        if not forked.began.wait(START_SECONDS):
            raise RuntimeError("the process that forks does not answer")
        return forked

    def ask(self, what: Mapping[str, Any]) -> None:
        """Tell it one thing; nothing, once it has been stopped."""
        assert self._process.stdin
        with contextlib.suppress(ValueError, BrokenPipeError):
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            self._process.stdin.flush()

    def stop(self) -> None:
        """End it, and what is left of what it forked."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            told = json.loads(line)
            if "status" not in told:
                with self._lock:
                    forked = self._forked[told["pid"]] = self._starting.pop(0)
                forked.pid = told["pid"]
                forked.began.set()
            else:
                forked = self._forked.pop(told["pid"])
                forked.returncode = told["status"]
                forked.ended.set()


def _become(asked: Mapping[str, Any]) -> NoReturn:
    """This process, just forked, is another one from now on."""
    from deploy import cli

    os.setsid()
    logs = [os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644) for log in asked["logs"]]
    for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), *logs)):
        os.dup2(file, number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["goldthread", *asked["command"]]
    cli.app()
    sys.exit()


def _asked(running: set[int]) -> Iterator[Mapping[str, Any]]:
    """What this process is told, until it is told nothing more; meanwhile it tells what has ended."""
    rest = b""
    while True:
        while running and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            running.discard(ended[0])
            _tell({"pid": ended[0], "status": os.waitstatus_to_exitcode(ended[1])})
        if not select.select([0], [], [], LOOK_SECONDS)[0]:
            continue
        came = os.read(0, 65_536)
        if not came:
            return
        *lines, rest = (rest + came).split(b"\n")
        yield from map(json.loads, lines)


def _tell(what: Mapping[str, Any]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def main() -> None:
    """Fork what is asked for, until nobody asks any more."""
    import deploy.cli
    import deploy.serve  # noqa: F401  what takes its time
    from deploy import wiring
    from tests.support.compiled import keep_compiled

    for change in sys.argv[1:]:
        pkgutil.resolve_name(change)()
    keep_compiled()
    dict(wiring.SERVICES)  # and what is imported by whoever asks for it
    gc.freeze()
    running: set[int] = set()
    for asked in _asked(running):
        if "signal" in asked:
            if asked["pid"] in running:  # what has not been waited for keeps its number
                os.kill(asked["pid"], asked["signal"])
            continue
        pid = os.fork()
        if not pid:
            _become(asked)
        running.add(pid)
        _tell({"pid": pid})
    for pid in running:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()

"""A real PostgreSQL on 127.0.0.1, from the system's own binaries.

``python -m deploy.local.postgres`` only says whether the binaries are there.
"""

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from deploy.local.processes import Unavailable, end, free_port, launch, wait_until

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu keep each major version's programs, off the PATH."""

SUPERUSER = "goldthread"
SYSTEM_USER = "postgres"
"""Who runs the server when this process is root, which PostgreSQL refuses. The system's package makes it."""


class Postgres:
    """One cluster: its files lie in ``folder``.

    ``durable=False`` is for tests alone: a cut of power may then lose what was committed.
    """

    def __init__(
        self, folder: Path, port: int | None = None, *, durable: bool = True, outlives: bool = False
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.durable = durable
        self.outlives = outlives
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def password(self) -> str:
        """The superuser's password, drawn when the folder was made."""
        return (self.folder / "password").read_text()

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address (asyncpg) of a database, as superuser."""
        return f"postgresql+asyncpg://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Return when it takes connections (under 1 s). Raises Unavailable."""
        binaries, data, log = binaries_folder(), self.folder / "data", self.folder / "postgres.log"
        user = SYSTEM_USER if os.geteuid() == 0 else None
        if not data.exists():
            self._initialise(binaries, data, user)
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 300,
            "fsync": "on" if self.durable else "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [binaries / "postgres", "-D", data, *options]
        self.process = launch(command, log, user=user, outlives=self.outlives)
        wait_until(self.answers, "PostgreSQL", self.process, log, 30)

    def answers(self) -> bool:
        """Whether it takes connections."""
        ready: list[str | Path] = [binaries_folder() / "pg_isready", "-q", "-h", "127.0.0.1"]
        ready += ["-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _initialise(self, binaries: Path, data: Path, user: str | None) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        password = self.folder / "password"
        password.write_text(secrets.token_urlsafe(24))
        password.chmod(0o600)
        if user:
            for path in (self.folder, password):
                shutil.chown(path, user, user)
        # Texts in the order of a language, as most databases have them: what holds only where they are in the
        # order of bytes is found here, and not at somebody else's.
        options = [
            "-U",
            SUPERUSER,
            "-A",
            "scram-sha-256",
            f"--pwfile={password}",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=en-GB",
        ]
        done = subprocess.run(
            [binaries / "initdb", "-D", data, *options, *([] if self.durable else ["--no-sync"])],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
        if done.returncode:
            raise Unavailable(f"PostgreSQL could not initialise {data}: {done.stderr.strip()[-300:]}")

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The process, once started."""
        assert self.process
        return self.process

    def stop(self) -> None:
        """Stop it in an orderly way, ending the connections that are open."""
        if self.process:
            end(self.process, signal.SIGINT)

    def kill(self) -> None:
        """End it at once, as a power cut would; a later start recovers from the write-ahead log."""
        if self.process:
            # The server's children end when they see that it has; killing it outright would leave
            # them to hold the folder for a moment.
            end(self.process, signal.SIGQUIT)


def binaries_folder() -> Path:
    """The folder of the newest installed server's programs. Raises Unavailable."""
    debian = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    found = debian[-1] if debian else on_path and Path(on_path)
    if not found:
        raise Unavailable(
            "PostgreSQL's server is not installed: apt-get install postgresql, or brew install postgresql"
        )
    if os.geteuid() == 0:
        with contextlib.suppress(KeyError):
            pwd.getpwnam(SYSTEM_USER)
            return found.parent
        raise Unavailable(f"PostgreSQL refuses to run as root, and there is no user {SYSTEM_USER}")
    return found.parent


def version() -> str:
    """What the installed server calls itself, such as ``15.18``. Raises Unavailable."""
    told = subprocess.run(
        [binaries_folder() / "postgres", "-V"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\d[\d.]*", told)
    return found[0] if found else told.strip()


if __name__ == "__main__":
    try:
        print(f"PostgreSQL {version()}: {binaries_folder()}")
    except Unavailable as problem:
        sys.exit(str(problem))

"""The parts of a run, each kept as soon as it is measured: a run that was cut goes on with the first that is
not kept."""

import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from deploy.bench.report import ROOT, Figure, machine

CHANGED = "+changes"
"""What follows a commit where files are not as they are in it: nobody can tell what was measured."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is measured, on what, and how: figures of another run are not of this one. Without a commit, what
    is kept is taken to be of the same code."""

    commit: str | None
    machine: str
    share: float
    steady_seconds: float

    @property
    def changed(self) -> bool:
        """Whether nobody can tell what is measured."""
        return bool(self.commit and self.commit.endswith(CHANGED))

    @property
    def folder(self) -> str:
        """Where its parts are kept: those of another run are not written over."""
        return f"{(self.commit or 'no-commit')[:12]}-{self.share:g}-{self.steady_seconds:g}"


@dataclass(frozen=True, slots=True)
class Part:
    """Some figures of a run, measured one after another on what they alone stand on."""

    run: Run
    day: date
    figures: list[Figure]

    def keep(self, file: Path) -> None:
        """For the next run; in its place as a whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        being_written = file.with_suffix(".new")
        being_written.write_bytes(_PART.dump_json(self, indent=2))
        being_written.replace(file)


_PART = TypeAdapter(Part)


def kept(file: Path, run: Run) -> Part | None:
    """The part that was measured in a run like this; None where there is none, or nobody can tell."""
    if run.changed:
        return None
    try:
        part = _PART.validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return part if part.run == run else None


def run_of(share: float, steady_seconds: float) -> Run:
    """Of this machine, and of the code as it is."""
    return Run(commit(ROOT), machine(), share, steady_seconds)


def commit(root: Path) -> str | None:
    """The commit of a repository, and whether anything but its README differs: that a run writes itself. None
    where there is none."""
    try:
        changes = _git(root, "status", "--porcelain", "--", ".", ":!README.md")
        return _git(root, "rev-parse", "HEAD") + (CHANGED if changes else "")
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None


def _git(root: Path, *arguments: str) -> str:
    # Of this folder alone, and not of a repository that it lies in.
    command = ["git", "--git-dir=.git", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()

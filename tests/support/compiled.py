"""What the template of a page was compiled to is kept, for every process of a run and for the next run. Jinja
knows what it keeps by the template alone: what it was compiled with, frame and version, names the folder."""

from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache

from chassis.pages import frame
from deploy.local.deployment import ROOT


def keep_compiled() -> None:
    """Compile no template in this process, or in one forked from it, that is kept as it is now."""
    compiled_with = Path(frame.__file__).read_bytes() + version("jinja2").encode()
    folder = ROOT / "build" / ".templates" / sha256(compiled_with).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    kept = FileSystemBytecodeCache(str(folder))
    frame.Environment = partial(Environment, bytecode_cache=kept)  # type: ignore[misc]

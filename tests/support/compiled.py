"""What the template of a page was compiled to is kept, for every process of a run and for the next run."""

from functools import partial

from jinja2 import Environment, FileSystemBytecodeCache

from chassis.pages import frame
from deploy.local.deployment import ROOT


def keep_compiled() -> None:
    """Compile no template in this process, or in one forked from it, that is kept as it is now."""
    folder = ROOT / "build" / ".templates"
    folder.mkdir(parents=True, exist_ok=True)
    kept = FileSystemBytecodeCache(str(folder))
    frame.Environment = partial(Environment, bytecode_cache=kept)  # type: ignore[misc]

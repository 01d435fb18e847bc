"""What ``docker-compose.yml`` says: each part's command and environment, its variables filled in.

Only what our own file uses of the Compose format is read: lists and mappings, ``${NAME}``,
``${NAME:-default}`` and ``${NAME:?why}``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "docker-compose.yml"
OUR_IMAGE = "goldthread:"
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Part:
    """One service of the Compose file. ``ours``: it runs our own image."""

    name: str
    ours: bool
    command: tuple[str, ...]
    environment: Mapping[str, str]


def read(variables: Mapping[str, str], required: Callable[[str], str], file: Path = FILE) -> dict[str, Part]:
    """Every service of the file by name. ``required`` gives what has no default and is in no variable."""
    document = _filled_in(yaml.safe_load(file.read_text()), variables, required)
    return {
        name: Part(
            name=name,
            ours=service["image"].startswith(OUR_IMAGE),
            command=tuple(service.get("command", ())),
            environment={key: str(value) for key, value in service.get("environment", {}).items()},
        )
        for name, service in document["services"].items()
    }


def _filled_in(value: Any, variables: Mapping[str, str], required: Callable[[str], str]) -> Any:
    def fill(found: re.Match[str]) -> str:
        name, kind, rest = found["name"], found["kind"], found["rest"]
        if given := variables.get(name):
            return given
        return rest if kind == "-" else required(name)

    match value:
        case str():
            return _VARIABLE.sub(fill, value)
        case list():
            return [_filled_in(item, variables, required) for item in value]
        case dict():
            return {key: _filled_in(item, variables, required) for key, item in value.items()}
    return value

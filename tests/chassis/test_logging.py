"""What is logged must not end the work that it speaks of."""

import ast
import errno
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from chassis import logging

LOGS = {f"log.{level}" for level in ("debug", "info", "warning", "error", "critical", "exception")}


class Disk(io.StringIO):
    """A file on a disk that may be full."""

    full = False

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "no space left on device")
        return super().write(text)


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    logging.configure(to=disk)
    yield disk
    structlog.reset_defaults()


def test_a_line_that_cannot_be_written_is_dropped(disk: Disk) -> None:
    disk.full = True
    structlog.get_logger().error("relay.failed")
    disk.full = False
    structlog.get_logger().error("relay.went on")
    assert "relay.failed" not in disk.getvalue()
    assert "relay.went on" in disk.getvalue()


def test_what_our_lines_say_is_on_the_allow_list() -> None:
    """Else it is dropped in silence, and who reads the line looks for it in vain."""
    root = Path(logging.__file__).parents[1]
    lines = [
        (each.name, node.lineno, keyword.arg)
        for part in ("chassis", "services", "deploy")
        for each in (root / part).rglob("*.py")
        for node in ast.walk(ast.parse(each.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in LOGS
        for keyword in node.keywords
        if keyword.arg is not None
    ]
    assert len(lines) > 50
    assert [line for line in lines if line[2] not in logging.KEPT | {"exc_info"}] == []

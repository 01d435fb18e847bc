"""What is logged must not end the work that it speaks of."""

import errno
import io
from collections.abc import Iterator

import pytest
import structlog

from chassis import logging


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

"""Processes of ours end when they are told to."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import psutil
import pytest

from chassis.settings import Settings
from deploy.local.kafka import Kafka
from deploy.serve import server_of
from tests.support.waiting import until

PROGRAM = Path(sys.executable).parent / "goldthread"


@pytest.mark.slow
async def test_a_matcher_that_waits_for_the_log_ends_when_it_is_told_to(
    own_broker: Kafka, tmp_path: Path
) -> None:
    """The broker takes its connection, and answers nothing."""
    told = {"LOG": f"kafka://{own_broker.address}", "STORE": f"sqlite:///{tmp_path}", "MODE": "distributed"}
    environment = {**os.environ, **{f"GOLDTHREAD_{name}": value for name, value in told.items()}}
    os.kill(own_broker.running.pid, signal.SIGSTOP)
    try:
        process = await asyncio.create_subprocess_exec(PROGRAM, "matcher", env=environment)

        async def waits() -> bool:
            connections = psutil.Process(process.pid).net_connections()
            return any(each.raddr and each.raddr.port == own_broker.port for each in connections)

        await until(waits)
        process.terminate()
        async with asyncio.timeout(5):
            assert await process.wait() == 0
    finally:
        os.kill(own_broker.running.pid, signal.SIGCONT)


async def _nothing(*_: object) -> None:
    """An application that is never asked."""


def test_a_connection_at_rest_is_let_go_by_whoever_sends_upon_it() -> None:
    conf = (Path(__file__).parents[2] / "deploy/gateway/nginx.conf").read_text()
    upstreams = re.findall(r"upstream \w+ {([^}]*)}", conf)
    kept = [int(seconds) for each in upstreams for seconds in re.findall(r"keepalive_timeout (\d+)s;", each)]
    assert len(kept) == len(upstreams) > 0
    assert max(kept) + 10 < server_of(_nothing, Settings()).config.timeout_keep_alive

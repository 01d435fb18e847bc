"""Ports that several test processes and deployments of one machine ask for at a time."""

import subprocess
import sys

from deploy.local.processes import free_port

ASK = """
import sys
from deploy.local import processes
processes._shuffled = iter([int(sys.argv[1])])
try:
    print(processes.free_port())
except processes.Unavailable:
    print("taken")
"""


def asked_elsewhere(port: int) -> str:
    """What another process is told that has only this port to choose from."""
    told = subprocess.run(
        [sys.executable, "-c", ASK, str(port)], capture_output=True, text=True, check=True, timeout=60
    )
    return told.stdout.strip()


def test_a_port_that_was_given_is_given_to_no_other_process() -> None:
    port = free_port()
    assert asked_elsewhere(port) == "taken"


def test_a_process_that_has_gone_keeps_no_port() -> None:
    port = free_port()
    for _ in range(200):
        free_port()
    assert [asked_elsewhere(port), asked_elsewhere(port)] == [str(port), str(port)]

"""``goldthread``: what is said to an operator who mistyped."""

import pytest
from typer.testing import CliRunner

from deploy import cli


@pytest.mark.parametrize("command", ["serve", "rebuild", "restore", "republish", "marks", "parked"])
def test_a_service_that_there_is_not_is_refused_with_those_that_there_are(command: str) -> None:
    told = CliRunner().invoke(cli.app, [command, "payments"])
    assert told.exit_code == 2
    assert "orders" in told.output
    assert "Traceback" not in told.output

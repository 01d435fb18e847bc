"""docker-compose.yml and what is around it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from chassis.http.bulk import LINES
from chassis.http.lines import GROUP
from chassis.http.problem import ProblemBody
from chassis.pages import live
from chassis.recording import LOOK_SECONDS, LOOKS
from chassis.settings import Settings
from contracts.topics import SERVICES
from deploy.identity import realm
from deploy.local import compose
from deploy.local.deployment import INSIDE, ROOT

DOCUMENT = yaml.safe_load(compose.FILE.read_text())


def fits_the_compose_schema(file: Path) -> bool:
    """Against the schema of the Compose specification that check-jsonschema carries."""
    check: list[str | Path] = [
        Path(sys.executable).parent / "check-jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
    ]
    return subprocess.run([*check, file], capture_output=True, check=False).returncode == 0


def test_it_fits_the_compose_schema(tmp_path: Path) -> None:
    assert fits_the_compose_schema(compose.FILE)
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(compose.FILE.read_text().replace("read_only: true", "read-only: true"))
    assert not fits_the_compose_schema(wrong)


def test_every_secret_is_required_and_named_in_the_example() -> None:
    asked: set[str] = set()

    def draw(name: str) -> str:
        asked.add(name)
        return "drawn"

    compose.read({}, draw)
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=$", example, re.MULTILINE)) == asked
    assert not re.findall(r"^[A-Z_]+=.+$", example, re.MULTILINE), "an example secret would be used"


def test_a_variable_that_is_given_wins_over_its_default() -> None:
    parts = compose.read({"GOLDTHREAD_PUBLIC_URL": "https://goldthread.example"}, lambda name: "drawn")
    told = parts["marac"].environment
    assert told["GOLDTHREAD_ISSUER"] == "https://goldthread.example/identity/realms/goldthread"
    assert told["GOLDTHREAD_STORE"] == "postgresql+asyncpg://marac:drawn@postgres:5432/goldthread"


def test_each_service_and_the_matcher_is_a_process_with_its_own_store() -> None:
    parts = compose.read({}, lambda name: f"{name}-drawn")
    ours = {name: part for name, part in parts.items() if part.ours}
    assert set(ours) == {*SERVICES, "matcher", "sandbox"}
    assert ours["matcher"].command == ("goldthread", "matcher")
    for name in SERVICES:
        assert ours[name].command == ("goldthread", "serve", name)
        assert f"//{name}:" in ours[name].environment["GOLDTHREAD_STORE"]


@pytest.mark.parametrize("name", [*SERVICES, "matcher", "sandbox"])
def test_the_settings_know_every_variable_and_accept_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = compose.read({}, lambda _: "a secret of more than sixteen characters")[name].environment
    for variable, value in told.items():
        monkeypatch.setenv(variable, value)
    assert {variable.removeprefix("GOLDTHREAD_").lower() for variable in told} <= set(Settings.model_fields)
    assert Settings().mode == "distributed"


def test_the_gateway_leads_to_every_part_by_the_port_that_it_has() -> None:
    nginx = (ROOT / "deploy/gateway/nginx.conf").read_text()
    led_to = dict(re.findall(r"server (\w+):(\d+);", nginx))
    assert led_to == {name: str(INSIDE[name]) for name in (*SERVICES, "identity", "sandbox")}
    for name in (*SERVICES, "identity", "sandbox"):
        assert f"location /{name}/ {{ proxy_pass http://{name}; }}" in nginx
    told = compose.read({}, lambda _: "drawn")
    assert {told[name].environment["GOLDTHREAD_PORT"] for name in SERVICES} == {"8000"}


def test_each_answer_of_the_gateway_is_a_problem_of_ours() -> None:
    gateway = ROOT / "deploy/gateway"
    led_to = re.findall(r"error_page .*/answers/([a-z-]+)\.", (gateway / "nginx.conf").read_text())
    bodies = {file.stem: file for file in gateway.glob("answers/*.json")}
    assert set(led_to) == set(bodies)
    for file in bodies.values():
        told = ProblemBody.model_validate_json(file.read_text(), strict=True)
        assert told.type == f"urn:goldthread:problem:{told.code}"


def test_the_gateway_waits_for_a_live_page_and_not_for_a_process_that_froze() -> None:
    seconds, *_ = re.findall(r"proxy_read_timeout (\d+)s;", (ROOT / "deploy/gateway/nginx.conf").read_text())
    assert live.HEARTBEAT_SECONDS * 1.5 < int(seconds) < 60


def test_the_gateway_waits_for_an_upload_as_long_as_it_may_take() -> None:
    _, seconds = re.findall(r"proxy_read_timeout (\d+)s;", (ROOT / "deploy/gateway/nginx.conf").read_text())
    held_back = LINES / GROUP * LOOKS * LOOK_SECONDS
    assert held_back * 4 < int(seconds)


def test_only_the_gateway_can_be_reached_and_only_from_this_machine() -> None:
    published = {name: part["ports"] for name, part in DOCUMENT["services"].items() if "ports" in part}
    assert list(published) == ["gateway"]
    assert all(port.startswith("127.0.0.1:") for port in published["gateway"])


def test_the_realm_is_the_one_that_the_directory_gives() -> None:
    assert realm.FILE.read_text() == realm.written(), "python -m deploy.identity.realm writes it"


def test_the_realm_holds_no_secret() -> None:
    secrets = re.findall(r'"(?:secret|value)": "([^"]*)"', realm.FILE.read_text())
    assert secrets
    assert all(re.fullmatch(r"\$\{[A-Z_]+\}", secret) for secret in secrets)

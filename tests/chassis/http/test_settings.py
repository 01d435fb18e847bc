"""What a deployment is told, and what production refuses, each with its own sentence."""

from datetime import UTC, datetime

import pytest

from chassis.ids import new_id
from chassis.settings import (
    SANDBOX_KEY,
    TRY_OUT_CLIENT_SECRET,
    TRY_OUT_NUMBER,
    TRY_OUT_SECRET,
    CannotStart,
    load,
)

FIT = {
    "PRODUCTION": "true",
    "SECRET": "a secret of this deployment",
    "CLIENT_SECRET": "a client secret of this deployment",
    "ISSUER": "https://identity.example",
    "PUBLIC_URL": "https://goldthread.example",
    "LOG": "kafka://kafka:9092",
    "STORE": "postgresql+asyncpg://app@db/goldthread",
    "MODE": "distributed",
    "HEARTBEAT_URL": "https://heartbeat.example/goldthread",
    "FALLBACK_NUMBER": "101",
    "GOVUK_NOTIFY_KEY": f"a key-{new_id()}-{new_id()}",
    "GOVUK_NOTIFY_CALLBACK_TOKEN": "a token of this deployment",
    "MAIL_SERVER": "smtps://mail.example:465",
    "MAIL_FROM": "goldthread@northmere.example",
    "VOICE_URL": "https://voice.example/2010-04-01/Accounts/AC1",
    "VOICE_FROM": "+441632960100",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in FIT.items():
        monkeypatch.setenv(f"GOLDTHREAD_{name}", value)
    return monkeypatch


def test_a_fit_production_starts(environment: pytest.MonkeyPatch) -> None:
    settings = load()
    assert settings.production
    assert settings.trusted_issuer == "https://identity.example"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CLOCK_START", "2025-11-23T09:00:00Z", "Production refuses a clock of its own"),
        ("DIE_AT", "relay.sent:2", "Production refuses to die at a step"),
        ("DIE_AT", "a-marker", "There is no such step to die at"),
        ("ISSUER", "", "Production refuses the built-in identity provider"),
        (
            "ISSUER",
            "https://goldthread.example/identity",
            "Production refuses the built-in identity provider",
        ),
        ("ISSUER", "http://identity.example", "Production refuses an identity provider without https"),
        ("JWKS_URL", "http://identity.example/keys", "Production refuses keys from an address without"),
        ("KAFKA_USER", "orders", "Production refuses to send Kafka's password without TLS"),
        ("SECRET", TRY_OUT_SECRET, "Production refuses the secret of the try-out"),
        ("CLIENT_SECRET", TRY_OUT_CLIENT_SECRET, "Production refuses the client secret of the try-out"),
        ("PUBLIC_URL", "http://goldthread.example", "Production refuses a public address without https"),
        ("HEARTBEAT_URL", "", "Production needs an https address that notices when alerts stop"),
        ("HEARTBEAT_URL", "http://heartbeat.example", "Production needs an https address that notices"),
        ("HEARTBEAT_URL", "heartbeat.example", "The heartbeat's address is an http or https address"),
        ("FALLBACK_NUMBER", "", "Production needs a number that somebody answers at any hour"),
        ("FALLBACK_NUMBER", TRY_OUT_NUMBER, "Production needs a number that somebody answers"),
        ("FALLBACK_NUMBER", "0163 2960999", "Production needs a number that somebody answers"),
        ("FALLBACK_NUMBER", "+44 1632 960 100", "Production needs a number that somebody answers"),
        ("FALLBACK_NUMBER", "00441632960100", "Production needs a number that somebody answers"),
        ("FALLBACK_NUMBER", "+44 0 1632 960100", "Production needs a number that somebody answers"),
        ("FALLBACK_NUMBER", "07700 900123", "Production needs a number that somebody answers"),
        ("FALLBACK_NUMBER", "020 7946 0018", "Production needs a number that somebody answers"),
        ("FALLBACK_NUMBER", "0161 496 0018", "Production needs a number that somebody answers"),
        ("FALLBACK_NUMBER", "a-marker", "The fallback number is digits, with spaces between"),
        ("FALLBACK_NUMBER", "101 x2", "The fallback number is digits, with spaces between"),
        ("FALLBACK_NUMBER", "10", "The fallback number is digits, with spaces between"),
        ("FALLBACK_NUMBER", "101 ", "The fallback number is digits, with spaces between"),
        ("GOVUK_NOTIFY_KEY", SANDBOX_KEY, "Production refuses a sandbox in the place of GOV.UK Notify"),
        ("GOVUK_NOTIFY_URL", "http://sandbox:8000", "Production refuses a sandbox in the place of"),
        ("GOVUK_NOTIFY_URL", "https://goldthread.example", "Production refuses a sandbox in the place of"),
        ("GOVUK_NOTIFY_CALLBACK_TOKEN", "short", "Production refuses a callback token of fewer than 16"),
        ("GOVUK_NOTIFY_KEY", "a-marker", "The key of GOV.UK Notify is not whole"),
        ("MAIL_SERVER", "smtp://mail.example:25", "Production refuses a mail server without TLS"),
        ("MAIL_SERVER", "a-marker", "The mail server is smtps"),
        ("MAIL_FROM", "", "A mail server needs a sender's address"),
        ("VOICE_URL", "http://voice.example", "Production refuses a provider of voice calls without https"),
        ("VOICE_FROM", "", "A provider of voice calls needs the number that calls"),
        ("SECRET", "short", "The secret needs at least 16 characters"),
        ("LOG", "redis://host", "The log is sqlite"),
        ("LOG", "", "Services in processes of their own need Kafka"),
        ("STORE", "mysql://host", "The store is sqlite"),
        ("PUBLIC_URL", "https://goldthread.example/path", "The public address is"),
        ("PORT", "a-marker", "GOLDTHREAD_PORT cannot be read"),
        ("CLOCK_START", "2025-11-23T09:00:00", "GOLDTHREAD_CLOCK_START cannot be read"),
    ],
)
def test_what_is_refused_is_refused_in_a_sentence(
    environment: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    environment.setenv(f"GOLDTHREAD_{name}", value)
    with pytest.raises(CannotStart) as raised:
        load()
    (said,) = [line for line in str(raised.value).split(". ") if line.startswith(sentence)]
    assert said
    assert "a-marker" not in str(raised.value)


@pytest.mark.parametrize("number", ["101", "01632 550100", "+44 1632 961000"])
def test_a_number_that_may_ring_somewhere_is_taken_as_it_is_written(
    environment: pytest.MonkeyPatch, number: str
) -> None:
    environment.setenv("GOLDTHREAD_FALLBACK_NUMBER", number)
    assert load().fallback_number == number


def test_every_refusal_is_said_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GOLDTHREAD_SECRET", TRY_OUT_SECRET)
    environment.setenv("GOLDTHREAD_PUBLIC_URL", "http://goldthread.example")
    with pytest.raises(CannotStart) as raised:
        load()
    assert "GOLDTHREAD_SECRET" in str(raised.value)
    assert "GOLDTHREAD_PUBLIC_URL" in str(raised.value)


def test_a_try_out_needs_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDTHREAD_CLOCK_START", "2025-11-23T09:00:00Z")
    settings = load()
    assert settings.mode == "embedded"
    assert settings.fallback_number == TRY_OUT_NUMBER == "01632 960100"
    assert settings.trusted_issuer == "http://127.0.0.1:8400/identity"
    assert settings.log_url == settings.store_url == "sqlite:///data"
    assert settings.clock_start == datetime(2025, 11, 23, 9, tzinfo=UTC)


def test_on_another_port_it_is_reached_at_that_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDTHREAD_PORT", "8455")
    assert load().public_url == "http://127.0.0.1:8455"
    monkeypatch.setenv("GOLDTHREAD_PUBLIC_URL", "http://goldthread.localhost/")
    assert load().public_url == "http://goldthread.localhost"


def test_secrets_are_not_shown(environment: pytest.MonkeyPatch) -> None:
    shown = repr(load())
    assert FIT["SECRET"] not in shown
    assert FIT["CLIENT_SECRET"] not in shown

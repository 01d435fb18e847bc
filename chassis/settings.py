"""What one deployment is told by its environment (``GOLDTHREAD_...``), and what production refuses.

Every refusal is one sentence, said at start. No value of a setting is ever put into a refusal.
"""

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis import steps

TRY_OUT_SECRET = "goldthread-try-out-secret"  # noqa: S105  production refuses it
TRY_OUT_CLIENT_SECRET = "goldthread-try-out-client"  # noqa: S105  production refuses it
TRY_OUT_NUMBER = "01632 960100"
"""The number to ring of a try-out, at which nobody answers. Production refuses it."""
_DRAMA = (
    *("01632960", "01914980", "02079460", "02896496", "02920180"),
    *(f"011{city}4960" for city in range(3, 9)),
    *(f"01{city}14960" for city in range(2, 7)),
    *("03069990", "07700900", "08081570", "09098790"),
)
"""How the numbers begin that Ofcom keeps for drama: they ring nowhere. Source: Ofcom, "Telephone numbers for
use in TV and radio drama programmes" (2026)."""
SANDBOX_KEY = "sandbox-5a2dbc0c-0000-4000-8000-000000000001-5a2dbc0c-0000-4000-8000-000000000002"
"""The key of the sandbox that stands in for GOV.UK Notify. Production refuses it."""
_NOTIFY_KEY_AT_LEAST = 74
"""Its name, a hyphen, and two UUIDs."""


class CannotStart(RuntimeError):
    """A process that must not start. Its message says why, in whole sentences without values."""


class Settings(BaseSettings):
    """The settings of one process. What has no default here has one that only a try-out may use."""

    model_config = SettingsConfigDict(
        env_prefix="GOLDTHREAD_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    mode: Literal["embedded", "distributed"] = "embedded"
    """``embedded``: all services in one process; ``distributed``: a process for each."""
    production: bool = False
    secret: SecretStr = SecretStr(TRY_OUT_SECRET)
    """From which every derived id, cursor and seal comes. At least 16 characters; never changed."""
    data: Path = Path("data")
    """The folder of all that an embedded deployment keeps, and of the built-in provider's key."""
    log: str = ""
    """``sqlite:///folder``, or ``kafka://host:port,host:port``. Empty: in the data folder."""
    store: str = ""
    """``sqlite:///folder`` (a file for each service), or ``postgresql+asyncpg://...`` (a schema for
    each). Empty: in the data folder."""

    host: str = "127.0.0.1"
    port: int = Field(default=8400, ge=0, le=65535)
    public_url: str = ""
    """Where people's browsers reach the gateway; no slash at the end. Empty: ``port`` of this machine."""

    issuer: str = ""
    """The OpenID provider. Empty: the built-in one, under ``public_url``."""
    audience: str = "goldthread"
    """What an access token must be meant for."""
    jwks_url: str = ""
    """Where the provider's keys are; empty: as its discovery document says."""
    client_id: str = "goldthread-pages"
    client_secret: SecretStr = SecretStr(TRY_OUT_CLIENT_SECRET)
    identity_directory: Path = Path(__file__).parent / "identity" / "directory.json"
    """The people and systems of the built-in provider."""

    identity_model: Path | None = None
    """By which weights the matcher compares records (``goldthread train-identity``). None: those that came
    with this release."""

    clock_start: AwareDatetime | None = None
    """Where the services' clock starts, for demo and tests."""

    watermark_seconds: float = Field(default=10, gt=0, le=60)
    """How often each service says how far it has come: so much may a page be behind."""

    alert_path_seconds: float = Field(default=60, ge=1, le=60)
    """How often the way that alerts go is tried from end to end."""
    heartbeat_url: str = ""
    """The outside address that hears of each try that came through, and calls somebody when it hears none."""

    fallback_number: str = TRY_OUT_NUMBER
    """Whom to ring, at any hour, where a page or a link does not open: each page, each message and the bar
    that says that alerts are not getting out give it, as it is written here."""

    die_at: str = ""
    """``step`` or ``step:nth``: where this process kills itself, for tests (``chassis.steps``)."""

    govuk_notify_url: str = "https://api.notifications.service.gov.uk"
    govuk_notify_key: SecretStr = SecretStr("")
    """An API key of a service of GOV.UK Notify. Empty: no texts, and no e-mails by Notify."""
    govuk_notify_sms: str = ""
    """The id of the template of texts. Empty: no texts."""
    govuk_notify_email: str = ""
    """The id of the template of e-mails. Empty: no e-mails by Notify."""
    govuk_notify_sms_over: str = ""
    govuk_notify_email_over: str = ""
    """The ids of the templates by which whoever was called is told that they need not answer any more. Empty:
    nobody is told by that way."""
    govuk_notify_callback_token: SecretStr = SecretStr("")
    """The bearer token by which Notify tells what became of a message. Empty: nothing is taken."""
    mail_server: str = ""
    """``smtps://host:port``; then e-mails go this way, and not by Notify."""
    mail_user: str = ""
    mail_password: SecretStr = SecretStr("")
    mail_from: str = ""
    voice_url: str = ""
    """An account of a provider of voice calls, such as
    ``https://api.twilio.com/2010-04-01/Accounts/AC...``. Empty: no voice calls."""
    voice_user: str = ""
    voice_password: SecretStr = SecretStr("")
    voice_from: str = ""
    """The number that calls, as the provider knows it."""

    otlp_endpoint: str = ""
    """The collector's base address, such as ``http://collector:4318``. Empty: no traces leave."""
    trace_ratio: float = Field(default=0.01, ge=0, le=1)
    """The share of requests that begin a trace."""

    partner_topics: str = ""
    """The agencies that have topics of their own, with commas between them. One that posts by REST too is
    ``agency=subject``, the subject of its system's tokens: then a post is the same on either way."""
    kafka_protocol: Literal["PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL", "SSL"] = "PLAINTEXT"
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")

    @model_validator(mode="before")
    @classmethod
    def _address(cls, given: dict[str, object]) -> dict[str, object]:
        port = given.get("port", cls.model_fields["port"].default)
        url = given.get("public_url") or f"http://127.0.0.1:{port}"
        return given | {"public_url": url.rstrip("/")} if isinstance(url, str) else given

    @model_validator(mode="after")
    def _fit_to_start(self) -> Self:
        faults = [*self._faults(), *(self._faults_in_production() if self.production else ())]
        if faults:
            raise ValueError(" ".join(faults))
        return self

    @property
    def built_in_issuer(self) -> str:
        """The issuer that the built-in identity provider is."""
        return f"{self.public_url}/identity"

    @property
    def trusted_issuer(self) -> str:
        """The issuer whose tokens are taken."""
        return self.issuer or self.built_in_issuer

    @property
    def origin(self) -> str:
        """The origin of our own pages, as a browser names it."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def log_url(self) -> str:
        """The log, its default filled in."""
        return self.log or f"sqlite:///{self.data}"

    @property
    def store_url(self) -> str:
        """The store, its default filled in."""
        return self.store or f"sqlite:///{self.data}"

    @property
    def partners(self) -> dict[str, str]:
        """The agencies that have topics of their own, and as whom each posts."""
        given = (each.strip().partition("=") for each in self.partner_topics.split(",") if each.strip())
        return {agency: subject or agency for agency, _, subject in given}

    def _faults(self) -> list[str]:
        public = urlsplit(self.public_url)
        said = {
            "The secret needs at least 16 characters (GOLDTHREAD_SECRET).": len(self.secret) < 16,
            "The public address is an http or https address without a path (GOLDTHREAD_PUBLIC_URL).": (
                public.scheme not in ("http", "https") or not public.netloc or bool(public.path)
            ),
            "The log is sqlite:///folder or kafka://host:port (GOLDTHREAD_LOG).": (
                not self.log_url.startswith(("sqlite:///", "kafka://"))
            ),
            "The store is sqlite:///folder or postgresql+asyncpg://... (GOLDTHREAD_STORE).": (
                not self.store_url.startswith(("sqlite:///", "postgresql+asyncpg://"))
            ),
            "Services in processes of their own need Kafka (GOLDTHREAD_LOG).": (
                self.mode == "distributed" and not self.log_url.startswith("kafka://")
            ),
            "Topics of partners need Kafka (GOLDTHREAD_PARTNER_TOPICS).": (
                bool(self.partners) and not self.log_url.startswith("kafka://")
            ),
            "The heartbeat's address is an http or https address (GOLDTHREAD_HEARTBEAT_URL).": (
                bool(self.heartbeat_url) and not self.heartbeat_url.startswith(("http://", "https://"))
            ),
            "The fallback number is digits, with spaces between and a + before them, if any "
            "(GOLDTHREAD_FALLBACK_NUMBER).": not _is_number(self.fallback_number),
            "There is no such step to die at (GOLDTHREAD_DIE_AT).": not _is_step(self.die_at),
            "The key of GOV.UK Notify is not whole (GOLDTHREAD_GOVUK_NOTIFY_KEY).": (
                0 < len(self.govuk_notify_key) < _NOTIFY_KEY_AT_LEAST
            ),
            "The mail server is smtps://host:port (GOLDTHREAD_MAIL_SERVER).": (
                bool(self.mail_server) and not _is_server(self.mail_server)
            ),
            "A mail server needs a sender's address (GOLDTHREAD_MAIL_FROM).": (
                bool(self.mail_server) and "@" not in self.mail_from
            ),
            "A provider of voice calls needs the number that calls (GOLDTHREAD_VOICE_FROM).": (
                bool(self.voice_url) and not self.voice_from
            ),
        }
        return [sentence for sentence, holds in said.items() if holds]

    def _faults_in_production(self) -> list[str]:
        said = {
            "Production refuses a clock of its own (GOLDTHREAD_CLOCK_START).": self.clock_start is not None,
            "Production refuses to die at a step (GOLDTHREAD_DIE_AT).": bool(self.die_at),
            "Production refuses the built-in identity provider (GOLDTHREAD_ISSUER).": (
                self.trusted_issuer == self.built_in_issuer
            ),
            "Production refuses an identity provider without https (GOLDTHREAD_ISSUER).": (
                not self.trusted_issuer.startswith("https://")
            ),
            "Production refuses keys from an address without https (GOLDTHREAD_JWKS_URL).": (
                bool(self.jwks_url) and not self.jwks_url.startswith("https://")
            ),
            "Production refuses to send Kafka's password without TLS (GOLDTHREAD_KAFKA_PROTOCOL).": (
                bool(self.kafka_user) and self.kafka_protocol == "PLAINTEXT"
            ),
            "Production needs an https address that notices when alerts stop (GOLDTHREAD_HEARTBEAT_URL).": (
                not self.heartbeat_url.startswith("https://")
            ),
            "Production refuses the secret of the try-out (GOLDTHREAD_SECRET).": (
                self.secret.get_secret_value() == TRY_OUT_SECRET
            ),
            "Production refuses the client secret of the try-out (GOLDTHREAD_CLIENT_SECRET).": (
                self.client_secret.get_secret_value() == TRY_OUT_CLIENT_SECRET
            ),
            "Production refuses a public address without https (GOLDTHREAD_PUBLIC_URL).": (
                not self.public_url.startswith("https://")
            ),
            **self._messages_in_production(),
        }
        return [sentence for sentence, holds in said.items() if holds]

    def _messages_in_production(self) -> dict[str, bool]:
        notify = self.govuk_notify_key.get_secret_value()
        sandbox = notify == SANDBOX_KEY or not self.govuk_notify_url.startswith("https://")
        return {
            "Production needs a number that somebody answers at any hour (GOLDTHREAD_FALLBACK_NUMBER).": (
                _rings_nowhere(self.fallback_number)
            ),
            "Production refuses a sandbox in the place of GOV.UK Notify (GOLDTHREAD_GOVUK_NOTIFY_URL).": (
                bool(notify) and (sandbox or self.govuk_notify_url.startswith(self.public_url))
            ),
            "Production refuses a callback token of fewer than 16 characters "
            "(GOLDTHREAD_GOVUK_NOTIFY_CALLBACK_TOKEN).": (
                bool(notify) and len(self.govuk_notify_callback_token) < 16
            ),
            "Production refuses a mail server without TLS (GOLDTHREAD_MAIL_SERVER).": (
                bool(self.mail_server) and not self.mail_server.startswith("smtps://")
            ),
            "Production refuses a provider of voice calls without https (GOLDTHREAD_VOICE_URL).": (
                bool(self.voice_url) and not self.voice_url.startswith("https://")
            ),
        }


def _is_number(said: str) -> bool:
    return re.fullmatch(r"\+?[0-9](?: ?[0-9]){2,14}", said) is not None


def _rings_nowhere(number: str) -> bool:
    return re.sub(r"^(\+|00)440?", "0", number.replace(" ", "")).startswith(_DRAMA)


def _is_server(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("smtps", "smtp") and bool(parts.hostname) and bool(parts.port)
    except ValueError:
        return False


def _is_step(where: str) -> bool:
    try:
        return not where or bool(steps.parsed(where))
    except ValueError:
        return False


def load() -> Settings:
    """The settings from the environment. Raises CannotStart, which names each setting at fault and why."""
    try:
        return Settings()
    except ValidationError as error:
        faults = error.errors(include_input=False)
        raise CannotStart("\n".join(_sentence(fault) for fault in faults)) from None


def _sentence(fault: object) -> str:
    match fault:
        case {"type": "value_error", "ctx": {"error": error}, "loc": ()}:
            return str(error)
        case {"loc": (str(name), *_), "type": kind}:
            return f"GOLDTHREAD_{name.upper()} cannot be read ({kind})."
    return "The settings cannot be read."

"""A voice call, by the HTTP interface that Twilio has and others speak (2010-04-01, Calls).

It has no reference of ours. Instead the provider is given an address of the call's own, signed, to which it
tells that it dials, and what came of it: so a process that was killed before it could note the call finds
that it rang.
"""

import hmac
from xml.sax.saxutils import escape, quoteattr

import httpx

from chassis.http.problem import not_found
from chassis.ids import Ids
from chassis.pages.texts import Texts
from chassis.settings import Settings
from contracts.events.configuration import OnCall
from contracts.vocabulary import DeliveryResult
from services.notify.carriers import Message, Outcome, not_taken
from services.notify.rules.provider_errors import Error

NETWORK_SECONDS = 2.0
SAYS = 3
"""How often the call says what it has to say before it rings off: whoever wakes has not heard the first."""
_KIND = "voice-call"

TAKE = "4"
"""The key by which whoever was called takes the alert."""


def path_of(ids: Ids, call: str) -> str:
    """Where the provider tells of a voice call, and which key was pressed."""
    return f"/notify/voice/{call}/{ids.blind(_KIND, call)}"


def check(ids: Ids, call: str, signature: str) -> None:
    """Raises Problem (404) for an address that we did not sign."""
    if not hmac.compare_digest(ids.blind(_KIND, call), signature):
        raise not_found()


class Voice:
    """Voice calls through one provider."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings, ids: Ids, texts: Texts) -> None:
        self._client = client
        self._settings = settings
        self._ids = ids
        self._texts = texts

    def place(self, to: OnCall) -> str | None:
        """The provider, if they have a telephone."""
        return "voice" if to.telephone else None

    async def send(self, message: Message, to: OnCall) -> Outcome:
        """Sent: the provider dials, and tells what becomes of it."""
        here = self._settings.public_url + path_of(self._ids, message.call)
        form = {
            "To": international(to.telephone or ""),
            "From": self._settings.voice_from,
            "Twiml": self._script(message, here),
            "StatusCallback": f"{here}/status",
            "StatusCallbackEvent": ["initiated", "completed"],
        }
        by = (self._settings.voice_user, self._settings.voice_password.get_secret_value())
        url = f"{self._settings.voice_url.rstrip('/')}/Calls.json"
        try:
            answer = await self._client.post(url, data=form, auth=by, timeout=NETWORK_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL):
            return Outcome(DeliveryResult.FAILED)
        if answer.is_success:
            return Outcome(DeliveryResult.SENT, answer.status_code)
        return not_taken(answer.status_code, _told(answer))

    def _script(self, message: Message, here: str) -> str:
        # Digit by digit, as it is written down.
        ring = " ".join(self._settings.fallback_number.replace(" ", ""))
        says = self._texts("voice.says", digits=" ".join(message.alert), key=TAKE, ring=ring)
        if message.waiting > 1:
            says += " " + self._texts("voice.more", n=message.waiting - 1)
        if message.may_repeat:
            says += " " + self._texts("voice.repeat")
        aloud = f'<Say language="en-GB">{escape(says.unescape())}</Say>' * SAYS
        return f'<Response><Gather numDigits="1" action={quoteattr(here)}>{aloud}</Gather></Response>'


def _told(answer: httpx.Response) -> list[Error]:
    try:
        told = answer.json()
    except ValueError:
        return []
    return [Error(str(told["code"]))] if isinstance(told, dict) and "code" in told else []


def spoken(text: str) -> str:
    """An answer that the provider says to whoever pressed a key."""
    return f'<Response><Say language="en-GB">{escape(text)}</Say></Response>'


def international(number: str) -> str:
    """A number as providers want it (E.164)."""
    digits = number.replace(" ", "")
    return f"+44{digits[1:]}" if digits.startswith("0") else digits

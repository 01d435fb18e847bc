"""GOV.UK Notify, by its own client: texts and e-mails by template, one for whom it calls and one for whom it
tells that what they were called for is over.

The call's id is the reference. Before anything is sent Notify is asked for that reference: what a process
sent before it was killed, or before it could hear the answer, is not sent again.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from chassis.pages.texts import Texts
from chassis.settings import Settings
from contracts.events.configuration import OnCall
from contracts.vocabulary import Channel, DeliveryResult
from services.notify.carriers import Message, Outcome, not_taken
from services.notify.rules.provider_errors import Error

NETWORK_SECONDS = 2.0
"""How long Notify may take to connect, and to answer, each. Asking and sending, it is less than a claim."""
AT_ONCE = 4
"""Threads: the client waits while it works."""

# Its lines tell what Notify answered, which may hold the address. Ours say all that is needed.
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)


class GovukNotify:
    """Texts, or e-mails, of one service of GOV.UK Notify."""

    def __init__(self, channel: Channel, template: str, settings: Settings, texts: Texts) -> None:
        self._channel = channel
        self._template = template
        self._settings = settings
        self._texts = texts
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="govuk-notify")

    def place(self, to: OnCall) -> str | None:
        """Notify, if they have an address there."""
        return f"govuk-notify {self._channel}" if self._address(to) else None

    async def send(self, message: Message, to: OnCall) -> Outcome:
        """Sent: Notify has it, and tells by callback what becomes of it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._send, message, self._address(to) or "")

    def _address(self, to: OnCall) -> str | None:
        return to.telephone if self._channel is Channel.SMS else to.email

    def _send(self, message: Message, address: str) -> Outcome:
        client = NotificationsAPIClient(  # type: ignore[no-untyped-call]
            self._settings.govuk_notify_key.get_secret_value(),
            base_url=self._settings.govuk_notify_url,
            timeout=NETWORK_SECONDS,
        )
        try:
            if not self._has(client, message.call):
                self._give(client, message, address)
        except APIError as error:
            unheard = error.response is None
            return Outcome(DeliveryResult.FAILED) if unheard else not_taken(error.status_code, _told(error))
        return Outcome(DeliveryResult.SENT, 201)

    def _has(self, client: Any, reference: str) -> bool:
        found = client.get_all_notifications(template_type=self._channel.value, reference=reference)
        return bool((found or {}).get("notifications"))

    def _give(self, client: Any, message: Message, address: str) -> None:
        told = {
            "alert": message.number(self._texts),
            "try": str(message.step + 1),
        }
        if message.end is not None:
            told |= {"end": self._texts(f"over.{message.end}").unescape()}
        else:
            ring = self._settings.fallback_number
            told |= {"urgency": message.urgency.value, "link": message.take_url, "ring": ring}
        if self._channel is Channel.SMS:
            client.send_sms_notification(address, self._template, told, reference=message.call)
        else:
            client.send_email_notification(address, self._template, told, reference=message.call)


def _told(error: APIError) -> list[Error]:
    """The errors that Notify tells; none of a text that is not its own, as a proxy's."""
    told = error.message if isinstance(error.message, list) else []
    return [Error(str(each.get("error")), str(each.get("message"))) for each in told]

"""E-mail through a mail server of one's own (SMTP), where GOV.UK Notify is not to carry it.

No server can be asked whether it had a message: one sent by a process that was killed before it could note
so is sent again, with the same Message-ID, by which a mailbox knows a repeat.
"""

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from urllib.parse import urlsplit

from chassis.pages.texts import Texts
from chassis.settings import Settings
from contracts.events.configuration import OnCall
from contracts.vocabulary import DeliveryResult
from services.notify.carriers import Message, Outcome

NETWORK_SECONDS = 2.0
AT_ONCE = 4
PASSING = 500
"""From this reply on the server refuses for good (RFC 5321, 4.2.1); below it, for now."""


class MailServer:
    """E-mails, by SMTP."""

    def __init__(self, settings: Settings, texts: Texts) -> None:
        self._settings = settings
        self._texts = texts
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")

    def place(self, to: OnCall) -> str | None:
        """The server, if they have an address."""
        return "mail" if to.email else None

    async def send(self, message: Message, to: OnCall) -> Outcome:
        """Sent: the server has it, which is no mailbox of theirs, and tells nothing later."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._send, self._letter(message, to.email or ""))

    def _letter(self, message: Message, address: str) -> EmailMessage:
        letter, says = EmailMessage(), {"number": message.number(self._texts), "try": message.step + 1}
        letter["From"], letter["To"] = self._settings.mail_from, address
        over = message.end is not None
        letter["Subject"] = self._texts("mail.subject-over" if over else "mail.subject", **says).unescape()
        letter["Message-ID"] = f"<{message.call}@{self._settings.mail_from.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        if over:
            said = self._texts("mail.body-over", **says, end=self._texts(f"over.{message.end}"))
        else:
            more = {"urgency": self._texts.label("urgency", message.urgency), "link": message.take_url}
            said = self._texts("mail.body", **says, **more, ring=self._settings.fallback_number)
        letter.set_content(said.unescape())
        return letter

    def _send(self, letter: EmailMessage) -> Outcome:
        try:
            with self._server() as server:
                if self._settings.mail_user:
                    server.login(self._settings.mail_user, self._settings.mail_password.get_secret_value())
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            return Outcome(_refused(max(codes)))
        except smtplib.SMTPResponseException as refused:
            return Outcome(_refused(refused.smtp_code))
        except (OSError, smtplib.SMTPException):
            return Outcome(DeliveryResult.FAILED)
        return Outcome(DeliveryResult.SENT)

    def _server(self) -> smtplib.SMTP:
        address = urlsplit(self._settings.mail_server)
        host, port = address.hostname or "", address.port or 0
        if address.scheme == "smtps":
            trusted = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=NETWORK_SECONDS, context=trusted)
        return smtplib.SMTP(host, port, timeout=NETWORK_SECONDS)


def _refused(code: int) -> DeliveryResult:
    return DeliveryResult.REFUSED if code >= PASSING else DeliveryResult.FAILED

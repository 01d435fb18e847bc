"""What an error of a provider is about: whom the message was to, how the channel is set up, or this moment.

Source: the table of errors of GOV.UK Notify's REST API, for texts and e-mails (November 2026), which tells an
address that it does not take by a message that begins with the name of its field; error codes of Twilio's
calls (2026). What neither says of an address is not held against anybody: an operator is told, and whoever
was called is called by other ways.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong."""

    ADDRESS = "address"
    """The message will never go to that number or address."""
    SETTING = "setting"
    """No message will go out on this channel until somebody puts it right."""
    PASSING = "passing"
    """It was not taken this time."""


@dataclass(frozen=True, slots=True)
class Error:
    """One error as a provider tells it: of which kind, or by which code, and in which words."""

    kind: str
    says: str = ""


OF_ADDRESS = (
    Error("ValidationError", "phone_number "),
    Error("ValidationError", "email_address "),
    Error("21211"),  # Twilio: invalid 'To' phone number
    Error("21214"),  # 'To' phone number cannot be reached
    Error("21217"),  # phone number does not appear to be valid
)
"""Kinds and the beginnings of what they say, that are about whom the message was to."""
OF_A_DAY = "TooManyRequestsError"
"""GOV.UK Notify: the service has sent all that it may today. Somebody has to ask for more."""
AUTHOR = frozenset({401, 403, 404})
"""A key, an account or a service that is not known."""


def fault_of(status: int, errors: Iterable[Error]) -> Fault:
    """What is wrong, by the HTTP status and each of the errors that came with it."""
    told = tuple(errors)
    if status in AUTHOR or any(each.kind == OF_A_DAY for each in told):
        return Fault.SETTING
    if status != 400:
        return Fault.PASSING
    return Fault.ADDRESS if told and all(_of_address(each) for each in told) else Fault.SETTING


def _of_address(error: Error) -> bool:
    return any(error.kind == each.kind and error.says.startswith(each.says) for each in OF_ADDRESS)

"""What somebody typed into a form, as what it means, and what is wrong with it."""

from collections.abc import Collection

from pydantic import ValidationError

from chassis.accept import Refused

STATUS = {"": 200, "changed": 412, "busy": 503}
"""How a form is answered, by what is wrong with it; anything else is 422."""


def fault_of(error: ValidationError | Refused, known: Collection[str]) -> str:
    """What is wrong with a form, as the last part of a message id: one of these that are ``known``, or that
    of the whole form."""
    if isinstance(error, Refused):
        return {412: "changed", 503: "busy"}.get(error.status, "form")
    first = error.errors()[0]["loc"]
    found = str(first[0]) if first else "form"
    return found if found in known else "form"

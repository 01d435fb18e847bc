"""Which way to reach her is safe, as a table: ``tables/safe_contact.yaml``."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.rules.safe_contact import CAREFUL_FIRST, Word, failed_by, questions, safe_way
from contracts.sections import Contact
from contracts.vocabulary import ContactMethod, ContactQuestion
from tests.support.tables import lines

NOW = datetime(2026, 3, 5, 11, tzinfo=UTC)


def on(day: int) -> datetime:
    return datetime(2026, 3, 1, 11, tzinfo=UTC) + timedelta(days=day - 1)


def word(by: str, method: str, said: int, **more: Any) -> Word:
    hours = more.get("hours")
    known = {
        "method": method,
        "number": more.get("number"),
        "times": more.get("times"),
        "unsafe": more.get("unsafe"),
        "no_uniform": more.get("uniform") is False,
        "uniform_safe": more.get("uniform"),
        "verified": on(more["verified"]) if "verified" in more else None,
        "expires": on(more["expires"]).date() if "expires" in more else None,
        "hours": [{"days": more.get("days", []), "starts": hours[:5], "ends": hours[6:]}] if hours else None,
    }
    return Word(by, on(said), Contact.model_validate(known))


def failure(given: int | dict[str, int]) -> datetime:
    known = given if isinstance(given, dict) else {"at": given}
    by_day = on(known["day"]).replace(hour=0) if "day" in known else None
    at = by_day or on(known["at"])
    return failed_by(at, "day" if by_day else "instant", on(known["recorded"]) if "recorded" in known else at)


@lines(__file__, "safe_contact")
def test_which_way_is_safe(line: dict[str, Any]) -> None:
    failed = [failure(each) for each in line.get("failed", [])]
    found = safe_way([word(**each) for each in line["words"]], failed, NOW, line.get("died"))
    assert (found.state, found.because) == (line["is"], line["because"])
    assert found.method == line.get("way")
    assert (found.contact is None) == ("way" not in line), "of no way nothing is given that could be used"
    assert list(found.differ) == line.get("differ", [])
    assert {each.agency: each.what for each in found.unsafe} == line.get("unsafe", {})
    assert found.uniform == line.get("uniform", "unknown")
    assert found.uniform_was == (on(line["uniform_was"]) if "uniform_was" in line else None)


def test_what_is_unsafe_goes_with_the_number() -> None:
    found = safe_way([word("idva", "through-service", 2, unsafe="her sister tells him")], [], NOW)
    assert found.unsafe
    assert not found.without_contact().unsafe, "it often names another number, and whose it is"


def test_every_method_has_its_place_in_the_order_of_care() -> None:
    assert sorted(CAREFUL_FIRST) == sorted(ContactMethod)


@pytest.mark.parametrize(
    ("contact", "asked"),
    [
        (Contact(method=ContactMethod.NONE_KNOWN), []),
        (Contact(method=ContactMethod.THROUGH_SERVICE), ["verified", "expires", "uniform"]),
        (
            Contact(method=ContactMethod.MOBILE, no_uniform=True, times="mornings"),
            ["number", "verified", "expires", "if-another-answers"],
        ),
    ],
)
def test_what_a_way_leaves_to_ask(contact: Contact, asked: list[str]) -> None:
    assert questions(contact) == [*map(ContactQuestion, asked)]

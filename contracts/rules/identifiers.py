"""The identifiers by which agencies know a person: whether one is sound, and its one way of writing.

A valid check digit says that a number was typed well, never that it is this person's. One digit ten
times, or a serial of zeros, is typed where no number is known, and may be sound by its check digit
(Goldthread's own rule, 2026-11).
"""

import re
from collections.abc import Iterator
from typing import Literal

from contracts.sections import Identity

NumberFault = Literal["check-digit", "check-letter", "stands-for-none"]
"""Why a number can be nobody's: it is mistyped, or typed where none is known."""

PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
"""Check letters by remainder; I, O and S are left out (CJ Hub, PNC Id, read 2026-11)."""

_PNC = re.compile(r"(?P<year>\d{4}|\d{2})/(?P<serial>\d{1,7})(?P<letter>[A-Z])")
_CRO = re.compile(
    r"(?P<serial>\d{1,6})/(?P<year>\d{2})(?P<letter>[A-Z])|SF(?P<of>\d{2})/(?P<file>\d{1,6})(?P<end>[A-Z])"
)
_NHS_WEIGHTS = range(10, 1, -1)


def nhs_number(written: str) -> str | None:
    """The ten digits of an NHS number, or None where it cannot be one.

    Its tenth digit follows from the first nine by weights 10 to 2, modulo 11 (NHS Data Model and
    Dictionary; read 2026-11). Spaces and hyphens between the digits are not part of it.
    """
    digits = re.sub(r"[\s-]", "", written)
    if not re.fullmatch(r"[0-9]{10}", digits) or len(set(digits)) == 1:
        return None
    return digits if nhs_check_digit(digits[:9]) == int(digits[9]) else None


def nhs_check_digit(nine: str) -> int | None:
    """The tenth digit of an NHS number; None where no number begins so."""
    total = sum(weight * int(digit) for weight, digit in zip(_NHS_WEIGHTS, nine, strict=True))
    check = (11 - total % 11) % 11
    return None if check == 10 else check


def pnc_id(written: str, this_year: int) -> str | None:
    """A PNC ID as ``YYYY/NNNNNNNL``, or None where it cannot be one.

    It is also written with a year of two digits and without the zeros at the front of its serial;
    of two centuries the latest that is not yet to come is meant (CJ Hub, PNC Id, read 2026-11).
    """
    found = _PNC.fullmatch(re.sub(r"\s", "", written).upper())
    if found is None or not int(found["serial"]):
        return None
    year, serial = found["year"], found["serial"].zfill(7)
    if len(year) == 2:
        century = this_year // 100 - (int(year) > this_year % 100)
        year = f"{century:02}{year}"
    return f"{year}/{serial}{found['letter']}" if pnc_letter(year, serial) == found["letter"] else None


def pnc_letter(year: str, serial: str) -> str:
    """The check letter of a PNC ID: two digits of the year and seven of the serial, modulo 23."""
    return PNC_LETTERS[int(year[-2:] + serial.zfill(7)) % 23]


def cro_number(written: str) -> str | None:
    """A CRO number as ``NNNNNN/YYL``, of a file without fingerprints ``SFYY/NNNNNNL``; None where it has
    neither form. Zeros at the front of its serial may be left out. Its letter is kept and not checked: older
    numbers fail by it (domain.md 9.3, read 2026-11)."""
    found = _CRO.fullmatch(re.sub(r"\s", "", written).upper())
    if found is None or not int(found["serial"] or found["file"]):
        return None
    if found["of"]:
        return f"SF{found['of']}/{found['file'].zfill(6)}{found['end']}"
    return f"{found['serial'].zfill(6)}/{found['year']}{found['letter']}"


def faults(identity: Identity, this_year: int) -> Iterator[tuple[str, NumberFault]]:
    """The numbers of an identity by which nobody can be linked, by their fields."""
    nhs, pnc, cro = identity.nhs_number, identity.pnc_id, identity.cro_number
    if nhs and nhs_number(nhs) is None:
        yield "nhs_number", "stands-for-none" if len(set(nhs)) == 1 else "check-digit"
    if pnc and pnc_id(pnc, this_year) is None:
        yield "pnc_id", "check-letter" if int(pnc[5:-1]) else "stands-for-none"
    if cro and cro_number(cro) is None:
        yield "cro_number", "stands-for-none"

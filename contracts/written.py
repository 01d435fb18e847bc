"""The numbers by which agencies know a person: of all ways in which they write them the one that is kept.

Whether a number can be one at all (its check digit or letter) is asked where it is compared: what is mistyped
is still what an agency has on file. Sources: NHS Data Model and Dictionary, NHS Number; CJ Hub, PNC Id (read
2026-11).
"""

import re

OLDEST_YEAR = 50
"""The year of two digits from which on the last century is meant: the PNC began in 1974 and took over records
of the two decades before."""


def nhs_number(written: object) -> object:
    """Ten digits, without the spaces or hyphens between them. Whatever is no text stays as it is."""
    return re.sub(r"[\s-]", "", written) if isinstance(written, str) else written


def pnc_id(written: object) -> object:
    """``YYYY/NNNNNNNL``, of a year of two digits too, and without the zeros at the front of its serial."""
    text = re.sub(r"\s", "", written).upper() if isinstance(written, str) else ""
    found = re.fullmatch(r"(\d{4}|\d{2})/(\d{1,7})([A-Z])", text, re.ASCII)
    if found is None:
        return written
    year = found[1] if len(found[1]) == 4 else f"{19 if int(found[1]) >= OLDEST_YEAR else 20}{found[1]}"
    return f"{year}/{found[2].zfill(7)}{found[3]}"


def cro_number(written: object) -> object:
    """In capitals, and without spaces."""
    return re.sub(r"\s", "", written).upper() if isinstance(written, str) else written

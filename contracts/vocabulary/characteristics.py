"""Protected characteristics (Equality Act 2010 s4): which are asked, and the code list of each.

HMICFRS (2021): ethnicity was missing from 35 to 50 percent of crimes. *Asked, not given* and *not asked,
because* are answers; nothing at all is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Characteristic(StrEnum):
    """What is asked of a victim. Age is known by the date of birth, and not asked again."""

    ETHNICITY = "ethnicity"
    SEX = "sex"
    GENDER_IDENTITY = "gender-identity"
    SEXUAL_ORIENTATION = "sexual-orientation"
    RELIGION = "religion"
    DISABILITY = "disability"
    PREGNANCY = "pregnancy"
    MARRIAGE = "marriage"


class Answering(StrEnum):
    """How a characteristic is answered."""

    VALUE = "value"
    ASKED_NOT_GIVEN = "asked-not-given"
    NOT_ASKED = "not-asked"


class WhyNotAsked(StrEnum):
    """Why nobody asked (our own list)."""

    NOT_SAFE = "not-safe"
    IN_CRISIS = "in-crisis"
    NOT_MET = "not-met"
    NO_INTERPRETER = "no-interpreter"
    ALREADY_KNOWN = "already-known"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CodeList:
    """The codes of a characteristic: name and version of the list, its source, and what older or foreign
    lists call the same, by the name of the list."""

    scheme: str
    source: str
    codes: tuple[str, ...]
    others: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


CHARACTERISTICS: Mapping[Characteristic, CodeList] = {
    Characteristic.ETHNICITY: CodeList(
        "18+1",
        "Self-defined ethnicity, police, after the 2011 census; *not stated* is an answer of its own here",
        tuple("W1 W2 W3 W9 M1 M2 M3 M9 A1 A2 A3 A4 A9 B1 B2 B9 O2 O9".split()),
        {
            "16+1": {"O1": "A4"} | {c: c for c in "W1 W2 W9 M1 M2 M3 M9 A1 A2 A3 A9 B1 B2 B9 O9".split()},
            # NHS data dictionary, ethnic category code (2001)
            "nhs": {
                pair[0]: pair[1:]
                for pair in "AW1 BW2 CW9 DM1 EM2 FM3 GM9 HA1 JA2 KA3 LA9 MB1 NB2 PB9 RA4 SO9".split()
            },
        },
    ),
    Characteristic.SEX: CodeList("gss-sex-2019", "GSS harmonised standard", ("female", "male")),
    Characteristic.GENDER_IDENTITY: CodeList(
        "census-2021", "Census 2021: same as the sex registered at birth", ("same", "different")
    ),
    Characteristic.SEXUAL_ORIENTATION: CodeList(
        "gss-sexual-orientation",
        "GSS harmonised standard",
        ("straight", "gay-or-lesbian", "bisexual", "other"),
    ),
    Characteristic.RELIGION: CodeList(
        "gss-religion",
        "GSS harmonised standard, England",
        ("none", "christian", "buddhist", "hindu", "jewish", "muslim", "sikh", "other"),
    ),
    Characteristic.DISABILITY: CodeList(
        "gss-disability",
        "GSS harmonised standard: a condition of 12 months or more, and how far it limits daily activity",
        ("no-condition", "limited-not-at-all", "limited-a-little", "limited-a-lot"),
    ),
    Characteristic.PREGNANCY: CodeList(
        "pregnancy-1",
        "Equality Act 2010 s18: to 26 weeks after",
        ("pregnant", "gave-birth-lately", "neither"),
    ),
    Characteristic.MARRIAGE: CodeList(
        "gss-marital-status",
        "GSS harmonised standard",
        ("never-married", "married", "civil-partnership", "separated", "divorced", "widowed"),
    ),
}
"""The code list of each, as read on 26 November 2026; wording is to be checked against the standards."""


def code_of(characteristic: Characteristic, value: str, scheme: str | None) -> str | None:
    """The code of our list for a value of the sender's; None where their list does not have it."""
    known = CHARACTERISTICS[characteristic]
    if scheme in (None, known.scheme):
        return value if value in known.codes else None
    return known.others.get(scheme or "", {}).get(value)

"""How old somebody is on a day, when somebody becomes 16 and 18, and what that decides.

Source: Family Law Reform Act 1969 s1 and s9 (an age is reached as its day begins; who was born on 29 February
reaches it on 1 March in a year without one); Domestic Abuse Act 2021 s1 (both are 16 or over; s3: a child who
sees it is a victim too); SafeLives Dash for young people, mostly 13 to 17; SafeLives data return (victims of
16 and 17; perpetrators up to 17); ``domain.md`` 0.2, 1.3 and 1.12, read 2026-11. Where consent is a child's
to give is for whoever asks to judge (Gillick v West Norfolk, 1985; Family Law Reform Act 1969 s8: from 16).
What an age decides is what is to be done too: nothing that was known, planned or owed falls away by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Form = Literal["adult", "young-person", "none"]
Forum = Literal["marac", "marac-and-children", "children"]
Consent = Literal["own", "competence", "parents"]

ADULT, YOUNG, FORM_FROM = 18, 16, 13
SOON = timedelta(days=90)
"""For how long before it a page says that somebody becomes 16 or 18 (Goldthread's own)."""


@dataclass(frozen=True, slots=True)
class Ages:
    """What holds of somebody of an age: which form of the Dash is asked, where the case is heard, and whose
    word opens what is shared."""

    form: Form
    forum: Forum
    consent: Consent


def turns(born: date, years: int) -> date:
    """The day on which somebody reaches an age."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # 29 February, in a year without one
        return date(born.year + years, 3, 1)


def age_on(born: date, day: date) -> int:
    """Whole years on a day; of a day before birth 0."""
    years = day.year - born.year
    return max(0, years - (turns(born, years) > day))


def youngest(born: Iterable[date], day: date) -> int | None:
    """How old somebody is at least, of all dates of birth that agencies give; None: nobody gives one. Where
    they differ, the youngest counts: a child is not taken for grown up by a doubt."""
    return min((age_on(each, day) for each in born), default=None)


def is_child(born: Iterable[date], day: date) -> bool | None:
    """Whether somebody is under 18, by any date that agencies give; None: not known."""
    age = youngest(born, day)
    return None if age is None else age < ADULT


def holding(age: int) -> Ages:
    """What holds at an age."""
    if age >= ADULT:
        return Ages("adult", "marac", "own")
    form: Form = "young-person" if age >= FORM_FROM else "none"
    if age >= YOUNG:
        return Ages(form, "marac-and-children", "own")
    return Ages(form, "children", "competence" if age >= FORM_FROM else "parents")


def becoming(born: Iterable[date], day: date) -> tuple[int, date] | None:
    """The age of 16 or 18 that somebody reaches within 90 days, and when; the nearest first."""
    found = ((turns(each, years), years) for each in born for years in (YOUNG, ADULT))
    soon = sorted((on, years) for on, years in found if day < on <= day + SOON)
    return (soon[0][1], soon[0][0]) if soon else None

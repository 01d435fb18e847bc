"""How complete each agency's answers are about the protected characteristics of the victims whom it told of.

Sources: HMICFRS (2021): ethnicity missing from 35 to 50 percent of crimes, two forces of 43 with a full set.
*Asked, not given* and *not asked, because* are answers. Small numbers are hidden (under 5: West Wales
assessment 2017; domain.md 1.12, 14): of a few people a number says who they are, and so does what tells it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.vocabulary import Answering, Characteristic

SMALLEST = 5
"""From how many on a number is shown."""

Answers = Mapping[Characteristic, Answering]


@dataclass(frozen=True, slots=True)
class Completeness:
    """Of one agency and characteristic: of how many ``victims`` there is an answer, and of how many none.
    None: the number is small, or would tell a small one. ``by_answer`` is None for the same reason."""

    characteristic: Characteristic
    answered: int | None
    missing: int | None
    by_answer: Mapping[Answering, int] | None


@dataclass(frozen=True, slots=True)
class OfAgency:
    """One agency's. ``victims`` is None where they are fewer than five, and then nothing else is said."""

    agency: str
    victims: int | None
    lines: tuple[Completeness, ...]


def completeness(told: Iterable[tuple[str, Answers]]) -> list[OfAgency]:
    """Each agency's, by its code, of what it answered about each victim whom it told of."""
    found: dict[str, list[Answers]] = {}
    for agency, answers in told:
        found.setdefault(agency, []).append(answers)
    return [_of(agency, victims) for agency, victims in sorted(found.items())]


def _of(agency: str, victims: list[Answers]) -> OfAgency:
    if len(victims) < SMALLEST:
        return OfAgency(agency, None, ())
    lines = tuple(_line(each, victims) for each in Characteristic)
    return OfAgency(agency, len(victims), lines)


def _line(of: Characteristic, victims: list[Answers]) -> Completeness:
    counted = Counter(answers[of] for answers in victims if of in answers)
    answered = counted.total()
    missing = len(victims) - answered
    if small(answered) or small(missing):
        return Completeness(of, None, None, None)
    split = {answer: counted[answer] for answer in Answering}
    return Completeness(of, answered, missing, None if any(map(small, split.values())) else split)


def small(number: int) -> bool:
    """Whether a number is hidden: of a few people it says who they are. None is no small number."""
    return 0 < number < SMALLEST

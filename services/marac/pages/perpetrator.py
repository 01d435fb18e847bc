"""What the page of somebody in the cohort shows beside the query's answer: bands in words, the sum."""

from collections import defaultdict
from typing import Any

from markupsafe import Markup

from services.marac.pages.words import Words
from services.marac.shown_cohort import PerpetratorPage
from services.marac.tasking.rows import ScorePart


def told(page: PerpetratorPage, words: Words) -> dict[str, Any]:
    """The names that the template needs: ``also``, ``bands``, ``sum``, ``same``."""
    same: dict[int, list[int]] = defaultdict(list)
    for event in page.events:
        same[event.occurrence].append(event.ordinal)
    return {
        "also": [words.name(name) for name in (*page.names[1:], *page.aliases)],
        "bands": {part.part: _band(part, words) for part in page.parts},
        "sum": " + ".join(f"{part.weight:g}x{part.points}" for part in page.parts),
        "same": same,
    }


def _band(part: ScorePart, words: Words) -> Markup:
    """``>= 365`` in words. A band is a comparison and a number."""
    sign, number = part.band.split()
    if part.part == "R":
        return words.texts("band.R.over" if sign == ">" else "band.R.at-most", n=int(number))
    return words.texts(f"band.{part.part}", n=int(number))

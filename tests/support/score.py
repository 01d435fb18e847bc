"""Precision and recall of what is named of the breach files, over all of it and by offence."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from contracts.vocabulary import Offence

Named = Mapping[int, Collection[str]]
"""The offences that are named of each file, by its number."""
Truth = Mapping[int, Offence | None]
"""The pattern that is there in each, if any."""


@dataclass(frozen=True, slots=True)
class Score:
    """In how many files a pattern is there, how many were named, and how many of these rightly."""

    there: int
    named: int
    found: int
    rightly: int

    @property
    def precision(self) -> float:
        """Of the files that were named, in which part there is a pattern."""
        return self.rightly / self.named if self.named else 1.0

    @property
    def recall(self) -> float:
        """Of the files in which it is there, which part was named."""
        return self.found / self.there if self.there else 1.0

    def __str__(self) -> str:
        """Of an offence of which no file has a pattern of its own there is no recall."""
        recall = f", recall {self.recall:.3f} ({self.found} of {self.there})" if self.there else ""
        return f"precision {self.precision:.3f} ({self.rightly} of {self.named}){recall}"


def score(named: Named, truth: Truth, offence: Offence | None = None) -> Score:
    """Of an offence, or of any. One that is named of a file is named rightly where there is a pattern: who
    stalks harasses too. It is found where it is the pattern that is there."""
    said = {number for number, all_of in named.items() if (offence in all_of if offence else all_of)}
    there = {n for n in named if (truth[n] is offence if offence else truth[n])}
    return Score(len(there), len(said), len(said & there), sum(truth[n] is not None for n in said))


def together(scores: Iterable[Score]) -> Score:
    """Of several sets."""
    each = list(scores)
    return Score(
        *(sum(getattr(one, name) for one in each) for name in ("there", "named", "found", "rightly"))
    )


def figures(named: Named, truth: Truth) -> Iterator[str]:
    """What a run shows of it: over all, then by each offence that is named."""
    yield f"{len(named)} files: {score(named, truth)}"
    for offence in Offence:
        of = score(named, truth, offence)
        if of.named or of.there:
            yield f"  {offence}: {of}"

"""A child's missing episodes, and the return home interview of each.

Source: Department for Education, *Children who run away or go missing from home or care* (statutory guidance,
2014): an independent interview within 72 hours of being found, each time; HMICFRS (2021), lines 1912-1920:
children missing over 20 times unseen, interviews late (``domain.md`` 8, read 2026-11). How records become one
episode, and from how many on they are *repeated*, are Goldthread's own, to be agreed with each area.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.content import Said
from contracts.envelope import Envelope
from contracts.events.children import InterviewSaid, MissingReported
from contracts.events.people import IncidentReported
from contracts.vocabulary import IncidentKind, InterviewStep, Role

LIMIT = timedelta(hours=72)
YEAR = timedelta(days=365)
SAME = timedelta(hours=24)
"""Records of a child who has not been found since are of one episode if they begin so close together."""
REPEATED = 3
"""So many episodes in 12 months."""


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """That an agency recorded a child as missing; by which mention of the child."""

    missing: datetime
    root: str
    agency: str
    mention: str
    found: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Interview:
    """A step of a return interview. ``episode``: a record of the one that it is of, where that is said."""

    at: datetime
    root: str
    step: InterviewStep
    episode: str | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """A child was missing once, by all records; the first time of each step of its interview."""

    records: tuple[Record, ...]
    steps: tuple[tuple[InterviewStep, datetime], ...] = ()

    @property
    def missing(self) -> datetime:
        """Since when."""
        return self.records[0].missing

    @property
    def found(self) -> datetime | None:
        """When the child was found, as was said first; None: not yet, or nobody said."""
        return min((each.found for each in self.records if each.found), default=None)

    @property
    def settled(self) -> datetime | None:
        """When the interview was held or refused; an offer settles nothing."""
        return min((at for step, at in self.steps if step is not InterviewStep.OFFERED), default=None)

    @property
    def due(self) -> datetime | None:
        """By when it is to be held; None: the child is not known to be found."""
        return self.found + LIMIT if self.found else None

    def is_late(self, at: datetime) -> bool:
        """Whether the interview is late and still owed."""
        return self.settled is None and self.due is not None and self.due <= at


def of_child(facts: Iterable[tuple[Envelope, Said]], person: str, homes: Mapping[str, str]) -> list[Episode]:
    """The episodes of one child, of all standing facts filed under them. An incident of a missing child says
    since when, and not until when."""
    own = [(envelope, said, mention) for envelope, said in facts for mention in _own(said, person, homes)]
    return episodes(
        (record for each in own for record in _records(*each)),
        (
            Interview(envelope.time, envelope.root, said.step, said.episode)
            for envelope, said, _ in own
            if isinstance(said, InterviewSaid)
        ),
    )


def _own(said: Said, person: str, homes: Mapping[str, str]) -> list[str]:
    """By which mention this person is the child of a fact."""
    named = [m.mention for m in said.in_role(Role.CHILD) if m.mention and homes.get(m.mention) == person]
    return named[:1]


def _records(envelope: Envelope, said: Said, mention: str) -> Iterator[Record]:
    match said:
        case MissingReported():
            yield Record(said.missing, envelope.root, envelope.agency, mention, said.found)
        case IncidentReported(kind=IncidentKind.MISSING_CHILD):
            yield Record(envelope.time, envelope.root, envelope.agency, mention)


def episodes(records: Iterable[Record], interviews: Iterable[Interview]) -> list[Episode]:
    """The episodes of one child, the first first."""
    groups: list[list[Record]] = []
    for record in sorted(records):
        if groups and _goes_on(groups[-1], record):
            groups[-1].append(record)
        else:
            groups.append([record])
    known = sorted(interviews)
    return [
        Episode(tuple(group), _steps(each for each in known if _is_of(each, at, groups)))
        for at, group in enumerate(groups)
    ]


def _goes_on(group: Sequence[Record], record: Record) -> bool:
    found = max((each.found for each in group if each.found), default=None)
    return record.missing <= (found or group[-1].missing + SAME)


def _is_of(interview: Interview, place: int, groups: Sequence[Sequence[Record]]) -> bool:
    """Whether an interview is of an episode: by a record of it; else it is of the last from which the child
    had been found by then, for nobody is asked about an episode that is not over."""
    named = [at for at, group in enumerate(groups) if any(r.root == interview.episode for r in group)]
    found = [at for at, group in enumerate(groups) if any(r.found and r.found <= interview.at for r in group)]
    return (named or found)[-1:] == [place]


def _steps(known: Iterable[Interview]) -> tuple[tuple[InterviewStep, datetime], ...]:
    first: dict[InterviewStep, datetime] = {}
    for each in known:
        first.setdefault(each.step, each.at)
    return tuple(sorted(first.items(), key=lambda item: (item[1], item[0])))


def in_twelve_months(known: Iterable[Episode], at: datetime) -> int:
    """How often a child was missing in the twelve months before."""
    return sum(at - YEAR < each.missing <= at for each in known)

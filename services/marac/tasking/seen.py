"""A record against a person as the perpetrator-centred side has it: by its place, never by its id."""

from dataclasses import dataclass
from datetime import date

from contracts.events.people import IncidentReported
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import LegalStatus
from services.marac import casefile
from services.marac.rules import score as scoring


@dataclass(frozen=True, slots=True)
class Seen:
    """A record against this person, with its place: ordinal and occurrence."""

    ordinal: int
    occurrence: int
    record: casefile.RecordSeen
    agency_kind: str
    letters: tuple[str, ...]

    @property
    def day(self) -> date:
        """The London day on which it happened."""
        return self.record.fact.occurred.astimezone(LONDON).date()

    @property
    def status(self) -> LegalStatus | None:
        """How far the law has come with it. A breach has no such status of its own."""
        said = self.record.fact.said
        return said.status if isinstance(said, IncidentReported) else None

    @property
    def event(self) -> scoring.Event:
        """It, as the score has it."""
        said = self.record.fact.said
        return scoring.Event(
            ordinal=self.ordinal,
            occurrence=self.occurrence,
            day=self.day,
            type="incident" if isinstance(said, IncidentReported) else "breach",
            kind=said.kind,
            status=self.status,
            victims=frozenset(self.letters),
        )

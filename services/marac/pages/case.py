"""What the page of a case shows, out of what the query gives: cards, timeline, gaps, the Dash."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from contracts.vocabulary import ContactMethod, DashAnswer, DashItem
from services.marac.conference.rows import (
    Alert,
    Assessment,
    ContactLine,
    Line,
    Occurrence,
)
from services.marac.pages.words import Told, Words
from services.marac.shown import CasePage, PersonShown

ELSEWHERE = frozenset(
    {
        "breach.reported",
        "care.lead-named",
        "order.made",
        "order.served",
        "referral.made",
        "risk.assessed",
    }
)
"""The types that have a part of the page of their own, apart from what was said of a person."""

ANSWERS = (DashAnswer.YES, DashAnswer.DONT_KNOW, DashAnswer.NOT_ASKED, DashAnswer.NO)
"""In the order in which a room should read them: what is not known before what was denied."""

UNSAFE = ContactMethod.NONE_KNOWN


class Gap(NamedTuple):
    """One thing that is missing: what, who can close it, and the part of the page that it is about."""

    text: Markup
    owner: Markup | None
    href: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: what was said, who said it, how known, when, and its record number."""

    root: str
    told: Told | None
    """None: withdrawn, a stub."""
    agency: str
    known: Markup
    happened: Markup
    recorded: Markup
    delay: Markup | None
    record: str | None
    state: str
    withdrawn_at: Markup | None
    tags: Sequence[Markup]
    same_as: Sequence[str]
    """The roots of other records of the same occurrence."""
    sealed: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One person of the case, with what is said of them and nowhere above."""

    person: PersonShown
    title: Markup
    relationship: Markup | None
    born: Markup
    also: Sequence[Markup]
    entries: Sequence[Entry]
    above: int
    """How many lines name this person and stand above already."""
    location_known: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """One occurrence of a breach: its records and its alerts."""

    occurrence: Occurrence
    title: Markup
    when: Markup
    entries: Sequence[Entry]
    orders: Sequence[tuple[str, Markup]]
    alerts: Sequence[tuple[str, Alert]]


class CaseView:
    """A case's page, told in words. Newest first throughout."""

    def __init__(self, page: CasePage, words: Words) -> None:
        self.page = page
        self.words = words
        self._lines = {line.root: line for person in self.people for line in person.lines}
        self._same = {
            record.root: [other.root for other in occurrence.records if other.root != record.root]
            for occurrence in page.occurrences
            for record in occurrence.records
        }
        self._records = {record.root: record for each in page.occurrences for record in each.records}
        self.cards = list(self._cards())

    @property
    def people(self) -> list[PersonShown]:
        """Victim, alleged perpetrators, children."""
        first = [self.page.victim] if self.page.victim else []
        return [*first, *self.page.perpetrators, *self.page.children]

    @property
    def breaches(self) -> list[Occurrence]:
        """The occurrences in which an order was breached."""
        return [occurrence for occurrence in self.page.occurrences if occurrence.breach]

    @property
    def breach_records(self) -> int:
        """How many records tell of breaches."""
        return sum(len(occurrence.records) for occurrence in self.breaches)

    @property
    def unanswered(self) -> int:
        """Alerts that nobody has answered."""
        return sum(alert.state == "unanswered" for each in self.page.alerts for alert in each.alerts[-1:])

    def agency(self, agency: str) -> str:
        """An agency's name; its code where nobody has defined it."""
        return self.page.agencies.get(agency, agency)

    def name_of(self, person: str) -> Markup:
        """The name of somebody in this case; *somebody else* for one who is not."""
        for known in self.people:
            if known.person == person:
                return self.words.name(known.identity.name)
        return self.words.texts("case.somebody-else")

    def gaps(self) -> list[Gap]:
        """What is missing, the worst first."""
        return [Gap(self._gap(gap), self._owner(gap.owner), self._place(gap)) for gap in self.page.missing]

    def timeline(self) -> list[Happening]:
        """The breaches, each with its records and alerts."""
        return [self._happening(occurrence) for occurrence in self.breaches]

    def withdrawn(self) -> list[Entry]:
        """The stubs of withdrawn lines that have a part of the page of their own."""
        return [
            self.entry(line)
            for line in self._lines.values()
            if line.state == "withdrawn" and line.type in ELSEWHERE
        ]

    def dash(self, assessment: Assessment) -> list[tuple[DashAnswer, list[DashItem]]]:
        """The items of a Dash by their answer."""
        answers = assessment.dash.answers if assessment.dash else {}
        return [(each, sorted(item for item in answers if answers[item] is each)) for each in ANSWERS]

    def is_safe(self, contact: ContactLine) -> bool:
        """Whether a way to reach the victim may be used today."""
        said = contact.contact
        today = self.words.times.now.date()
        return said.method is not UNSAFE and (said.expires is None or said.expires >= today)

    def source_of(self, root: str) -> Entry | None:
        """The line that something of the page comes from."""
        line = self._lines.get(root)
        return self.entry(line) if line else None

    def entry(self, line: Line) -> Entry:
        """A line as the page shows it."""
        said, words = line.said, self.words
        accepted = self.page.accepted.get(line.root)
        named = [words.name_tag(role) for role in line.roles] if False else []
        return Entry(
            root=line.root,
            told=words.told(line.type, said) if said else None,
            agency=self.agency(line.agency),
            known=words.texts.label("assertion", said.assertion) if said else Markup(),
            happened=words.when(said.occurred, said.precision) if said else Markup(),
            recorded=words.when(said.recorded) if said else Markup(),
            delay=words.times.delay(said.occurred, said.recorded) if said else None,
            record=line.record.number if line.record else None,
            state=line.state,
            withdrawn_at=words.when(accepted) if accepted else None,
            tags=named,
            same_as=self._same.get(line.root, ()),
            sealed=bool(line.sealed),
        )

"""Level 0: how far support for a victim has come, what is owed, and the clocks that say so. That an IDVA is
asked is the start of a clock: a second fact would say the same."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypedDict

from pydantic import AwareDatetime
from sqlmodel import Field

from chassis.once import once
from chassis.store.tables import Instant
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.contact import ContactFailed, DeathRecorded
from contracts.events.support import SupportProgressed
from contracts.rules import risk_review, support
from contracts.rules.pattern import many_left
from contracts.rules.risk_review import Told
from contracts.rules.safe_contact import SafeWay, Word, failed_by, safe_way
from contracts.rules.support_clocks import OF_A_VICTIM
from contracts.sections import Contact, Identity, Name
from contracts.vocabulary import SupportKind, SupportReason, SupportStep
from services.referrals.person_clocks import (
    CALENDARS,
    ClockLine,
    Part,
    Wanted,
    area_of,
    clocks_of,
    heard_of,
    sayings,
)
from services.referrals.unanswered import left_without_answer


class CourseLine(Part):
    """How far one kind of support has come."""

    support: SupportKind
    state: SupportStep
    since: AwareDatetime
    agency: str
    service: str | None
    reason: SupportReason | None
    tries: int


class ContactSaid(Part):
    """The newest that an agency says of how the victim may safely be reached."""

    agency: str
    said: AwareDatetime
    contact: Contact


class SupportRow(Row):
    """The support of one victim. ``due`` is when the first of what is owed is late, ``agencies`` who has told
    of the victim."""

    person: str
    area: str | None
    wanted: tuple[Wanted, ...]
    clocks: tuple[ClockLine, ...]
    courses: tuple[CourseLine, ...]
    due: AwareDatetime | None
    agencies: tuple[str, ...]
    name: Name | None
    born: date | None
    ways: tuple[ContactSaid, ...] = ()
    """An older release wrote none: until it is folded anew no way is known."""
    failed: tuple[AwareDatetime, ...] = ()
    """By when some way to reach the victim had failed."""
    died: str | None = None
    """The agency that recorded that the victim has died."""
    unanswered: tuple[AwareDatetime, ...] = ()
    """From when each breach against the victim has had no answer in its time."""
    facts: tuple[str, ...]

    def without_answer(self, at: datetime) -> int:
        """How many breaches had no answer, where there are so many that their number is named."""
        return many_left(sum(over <= at for over in self.unanswered))

    def way(self, at: datetime) -> SafeWay:
        """Which way to reach the victim is safe at a time."""
        words = [Word(each.agency, each.said, each.contact) for each in self.ways]
        return safe_way(words, self.failed, at, self.died)


class SupportTable(ViewTable, table=True):
    """Rows of ``referrals_support``, found by when something is late."""

    __tablename__ = "referrals_support"
    due: datetime | None = Field(sa_type=Instant, index=True)


def fold_support(subject: Subject) -> Folded:
    """The support of a person as victim; None for whoever is owed none and has none."""
    heard = once(subject, heard_of)
    told = heard.told
    if not told and not clocks_of(subject.facts, OF_A_VICTIM):
        return Folded(None)
    known = support.courses(told)
    owed = support.owed(heard, CALENDARS)
    wanted = tuple(Wanted(rule=each.rule, cause=each.mention, due=each.due) for each in owed)
    row = SupportRow(
        person=subject.id,
        area=area_of(subject),
        wanted=wanted,
        clocks=clocks_of(subject.facts, OF_A_VICTIM),
        courses=tuple(_line(known[kind]) for kind in sorted(known)),
        due=wanted[0].due if wanted else None,
        unanswered=tuple(left_without_answer(told, subject.id, subject.homes)),
        **_who(told),
    )
    return Folded(row, risk_review.changes_at(told, subject.at))


def _line(course: support.Course) -> CourseLine:
    return CourseLine(
        support=course.support,
        state=course.state,
        since=course.since,
        agency=course.agency,
        service=course.service,
        reason=course.reason,
        tries=course.tries,
    )


class _Who(TypedDict):
    agencies: tuple[str, ...]
    name: Name | None
    born: date | None
    ways: tuple[ContactSaid, ...]
    failed: tuple[AwareDatetime, ...]
    died: str | None
    facts: tuple[str, ...]


def _who(told: Sequence[Told]) -> _Who:
    """Who the victim is and how to be reached, by the newest word of each agency, and what failed; and the
    facts of that, and of the steps of support."""
    hers = [(each, mention) for each in told for mention in each.people if mention.mention == each.hers]
    said = [(each, m.identity) for each, m in reversed(hers) if isinstance(m.identity, Identity)]
    named = next(((each, identity) for each, identity in said if identity.name), None)
    contacts = {each.envelope.agency: (each, m.contact) for each, m in hers if isinstance(m.contact, Contact)}
    steps = [each for each in told if isinstance(each.said, SupportProgressed)]
    failed = [each for each in told if isinstance(each.said, ContactFailed)]
    died = [each for each in told if isinstance(each.said, DeathRecorded)]
    shown = [*steps, *failed, *died, *(each for each, _ in contacts.values()), *([named[0]] if named else [])]
    return _Who(
        agencies=tuple(sorted({each.envelope.agency for each in told})),
        name=named[1].name if named else None,
        born=next((identity.born[0] for _, identity in said if identity.born), None),
        ways=tuple(
            ContactSaid(agency=agency, said=each.envelope.time, contact=contact)
            for agency, (each, contact) in sorted(contacts.items(), key=lambda item: item[0])
        ),
        failed=tuple(
            failed_by(each.envelope.time, each.envelope.precision, each.envelope.recordedat)
            for each in failed
        ),
        died=died[-1].envelope.agency if died else None,
        facts=tuple(sorted({each.envelope.id for each in shown})),
    )


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks to stop and to start."""
    if isinstance(row, SupportRow):
        yield from sayings(row.wanted, row.clocks, row.area, at)


SUPPORT = View(
    name="referrals_support",
    of="person",
    row=SupportRow,
    table=SupportTable,
    fold=fold_support,
    decide=decide,
)

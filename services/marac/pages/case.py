"""What the page of a case shows, out of what the query gives: cards, timeline, gaps, the Dash."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from markupsafe import Markup

from contracts.rules import cover, terms
from contracts.rules.order_status import NOT_BINDING
from contracts.rules.pattern import many_left
from contracts.sections import Health
from contracts.vocabulary import PERPETRATOR_ROLES, AgencyKind, Role
from services.marac.conference.alert_rows import Alert
from services.marac.conference.rows import HealthLine, Line, Occurrence, Order, RecordLine
from services.marac.pages.risk import RiskView
from services.marac.pages.victim import VictimView
from services.marac.pages.words import HEADED_BY, Told, Words
from services.marac.rules import sharing
from services.marac.shown import AboutOther, CasePage, Missing, PersonShown

OWN_PART = frozenset({"breach.reported", "order.made", "order.served", "referral.made", "risk.assessed"})
"""The types whose stubs are told under the breaches: their part of the page has none."""

PLACES = {
    "contact-unknown": "#contact",
    "contact-verify": "#contact",
    "contact-differs": "#contact",
    **dict.fromkeys(("consent-refused", "consent-unnamed", "consent-not-asked"), "#consent"),
    "characteristics-missing": "#characteristics",
    "no-lead": "#contact",
    **dict.fromkeys(("grade-unknown", "form-outgrown", "dash-unanswered", "review-owed"), "#dash"),
    **dict.fromkeys(("grade-withdrawn", "referral-withdrawn"), "#dash"),
    "pattern-undecided": "#pattern",
    "action-late": "#actions",
    "no-action": "#actions",
    **dict.fromkeys(("plan-missing", "plan-inadequate", "plan-review"), "#owed"),
    **dict.fromkeys(("update-late", "contract-missing"), "#owed"),
    "no-idva": "#support",
    "victim-not-reached": "#support",
    "re-offer": "#support",
    "support-late": "#support",
    "leads-several": "#contact",
}
"""The part of the page that each kind of gap is about, where it is not one line's or one person's."""

KINDS = frozenset(AgencyKind)
"""Of these, a gap's owner may be any agency."""


class Gap(NamedTuple):
    """One thing that is missing: what, who can close it, and the part of the page that it is about."""

    text: Markup
    owner: Markup | None
    href: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: what was said, who said it, how known, when, and its record number.

    ``told`` is None for a stub. ``same`` are the roots of other records of the same occurrence,
    ``roles`` those that the agency gives against the part of the page it is in.
    """

    root: str
    agency: str
    state: str
    told: Told | None = None
    known: Markup = Markup()
    happened: Markup = Markup()
    recorded: Markup = Markup()
    delay: Markup | None = None
    record: str | None = None
    withdrawn: Markup | None = None
    roles: Sequence[Markup] = ()
    others: Sequence[Markup] = ()
    same: Sequence[str] = ()
    health: Sequence[Health] = ()
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One person of the case, with what is said of them and stands nowhere above.

    ``above`` is how many further lines name the person and stand above, or in a part of their own;
    ``health`` is what such lines say of the person's health.
    """

    person: PersonShown
    name: Markup
    part: Markup
    born: Markup
    also: Sequence[Markup]
    entries: Sequence[Entry]
    health: Sequence[HealthLine]
    above: int
    about_others: Sequence[tuple[Markup, Markup, Markup]]
    """Of lines about another victim: kind, month, kind of agency."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One occurrence of a breach: its records, the orders that it broke, its alerts by their cause."""

    root: str
    title: Markup
    when: Markup
    entries: Sequence[Entry]
    orders: Sequence[tuple[str, Markup]]
    unfound: Sequence[str]
    alerts: Sequence[tuple[str, Alert]]
    steps: Sequence[tuple[Markup, Markup, str]]
    """Of the answer: what was done, when, by which agency."""


class CaseView:
    """A case's page, told in words. Newest first throughout."""

    opens_owed = sharing.OPENS_OWED
    standing_first = staticmethod(terms.standing_first)
    all_over = staticmethod(terms.all_over)

    def __init__(self, page: CasePage, words: Words) -> None:
        self.page = page
        self.words = words
        self.risk = RiskView(page, words)
        self.hers = VictimView(page, words)
        told = [line for person in self.people for line in person.lines]
        self._lines = {line.root: line for line in sorted(told, key=lambda line: line.said is not None)}
        self._same = {
            record.root: [other.root for other in each.records if other.root != record.root]
            for each in page.occurrences
            for record in each.records
        }
        self._orders = {order.root: words.texts.label("order", order.order) for order in page.orders}
        self.breaches = [occurrence for occurrence in page.occurrences if occurrence.breach]
        self._placed = self._in_parts_of_their_own()
        self.cards = list(self._cards())

    @property
    def people(self) -> list[PersonShown]:
        """Victim, alleged perpetrators, children."""
        first = [self.page.victim] if self.page.victim else []
        return [*first, *self.page.perpetrators, *self.page.children]

    @property
    def breach_records(self) -> int:
        """How many records tell of breaches."""
        return sum(len(occurrence.records) for occurrence in self.breaches)

    @property
    def unanswered(self) -> int:
        """Alerts that nobody has answered."""
        return sum(alert.state == "unanswered" for each in self.page.alerts for alert in each.alerts)

    @property
    def unanswered_at(self) -> str:
        """The part of the page where the first of them stands."""
        causes = (each.cause for each in self.page.alerts for a in each.alerts if a.state == "unanswered")
        cause = next(causes, "")
        return f"#order-{cause}" if cause in self._orders else "#breaches"

    def place_of(self, root: str) -> str:
        """The part of the page where an order or a line stands."""
        return f"order-{root}" if root in self._orders else f"line-{root}"

    def alerts_about(self, cause: str) -> list[Alert]:
        """The alerts about an order or a breach."""
        return [alert for each in self.page.alerts if each.cause == cause for alert in each.alerts]

    @property
    def without_answer(self) -> int:
        """Breaches without an answer in 24 hours, where there are so many that their number is named."""
        return many_left(self.page.pattern.without_answer)

    def call_of(self, alert: Alert) -> Markup:
        """Which of those who were called took an alert: of staff we hold ids alone, and no names."""
        people = [call.person for call in alert.calls]
        if alert.answered_by not in people:
            return self.words.texts("alert.uncalled")
        return self.words.texts("alert.call-of", n=people.index(alert.answered_by) + 1)

    def agency(self, agency: str) -> str:
        """An agency's name; its code where nobody has defined it."""
        return self.page.agencies.get(agency, agency)

    def name_of(self, person: str) -> Markup:
        """The name of somebody in this case; *somebody else* for one who is not."""
        names = (self.words.name(known.identity.name) for known in self.people if known.person == person)
        return next(names, self.words.texts("case.somebody-else"))

    def gaps(self) -> list[Gap]:
        """What is missing, the worst first."""
        return [Gap(self._gap(gap), self._closes(gap), self._place(gap)) for gap in self.page.missing]

    def timeline(self) -> list[Happening]:
        """The breaches, each with its records and alerts."""
        return [self._happening(occurrence) for occurrence in self.breaches]

    def withdrawn(self) -> list[Entry]:
        """The stubs of lines that had a part of the page of their own and stand in none now."""
        stubs = {line.root: line for person in self.people for line in person.lines if _is_stub(line)}
        return [self._entry(line) for root, line in stubs.items() if root not in self._placed]

    def ends_soon(self, order: Order) -> bool:
        """Whether an order that is in force will soon be no more."""
        return order.status.in_force and cover.ends_soon(order.ends, self.words.times.now)

    def asked(self, order: Order) -> bool:
        """Whether an order's circulation is asked for: it binds, or will."""
        return order.circulation is not None and order.status.reason not in NOT_BINDING

    def entry(self, root: str) -> Entry | None:
        """The line that a part of the page comes from."""
        line = self._lines.get(root)
        return self._entry(line) if line else None

    def _in_parts_of_their_own(self) -> set[str]:
        """The roots of lines that stand under orders, breaches, contact or risk. A breach of another
        victim's order stands nowhere there, and so with the person whom it names."""
        page = self.page
        leads = page.victim.leads if page.victim else []
        return {
            page.case,
            *(order.root for order in page.orders),
            *(service.root for order in page.orders for service in order.services),
            *(record.root for occurrence in self.breaches for record in occurrence.records),
            *(assessment.root for assessment in page.assessments),
            *(lead.root for lead in leads),
            *(course.root for course in page.support.courses),
            *(each.root for each in page.support.team),
            *self.hers.roots,
        }

    def _cards(self) -> Iterator[Card]:
        """Each line once: with the first person whom it names."""
        seen = set(self._placed)
        for person in self.people:
            own = [line for line in person.lines if line.root not in seen and not _is_stub(line)]
            seen |= {line.root for line in own}
            identity = person.identity
            roots = {line.root for line in own}
            yield Card(
                person=person,
                name=self.words.name(identity.name),
                part=self._part(person),
                born=self.words.born(identity.born),
                also=[self.words.name(name) for name in (*identity.names[1:], *identity.aliases)],
                entries=[self._entry(line, person) for line in own],
                health=[each for each in person.health if each.root not in roots],
                above=len(person.lines) - len(own),
                about_others=[self._about_other(line) for line in person.about_others],
            )

    def _part(self, person: PersonShown) -> Markup:
        """*Alleged perpetrator, former partner*; a child of the victim is a *child* once."""
        texts = self.words.texts
        said = [texts.label("role", person.role)]
        if person.relationship:
            said.append(texts.label("relationship", person.relationship).lower())
        return Markup(", ").join(said[:1] if said[0].lower() == said[-1] else said)

    def _about_other(self, line: AboutOther) -> tuple[Markup, Markup, Markup]:
        texts, headed = self.words.texts, line.details and line.type in HEADED_BY
        heading = self.words.heading(line.type, line.details) if headed else texts.label("fact", line.type)
        return heading, self.words.times.month(line.month), texts.label("agency-kind", line.agency_kind)

    def _entry(self, line: Line, person: PersonShown | None = None) -> Entry:
        words, said = self.words, line.said
        if said is None:
            accepted = self.page.accepted.get(line.root)
            gone = words.when(accepted) if accepted else None
            return Entry(line.root, self.agency(line.agency), line.state, withdrawn=gone)
        return Entry(
            line.root,
            self.agency(line.agency),
            line.state,
            told=words.told(line.type, said),
            known=words.texts.label("assertion", said.assertion),
            happened=words.when(said.occurred, said.precision),
            recorded=words.when(said.recorded),
            delay=words.times.delay(said.occurred, said.recorded),
            record=line.record.number if line.record else None,
            roles=[words.texts.label("role", role) for role in _against(line.roles, person)],
            others=[self.name_of(other.person) for other in line.others] if person else [],
            same=self._same.get(line.root, ()),
            health=[each.health for each in person.health if each.root == line.root] if person else (),
            sealed=bool(line.sealed),
        )

    def _happening(self, occurrence: Occurrence) -> Happening:
        texts = self.words.texts
        causes = {record.root for record in occurrence.records}
        kinds = [
            texts.label("breach" if record.type == "breach" else "incident", record.kind)
            for record in occurrence.records
        ]
        return Happening(
            root=occurrence.records[0].root,
            title=self.words.joined(list(dict.fromkeys(kinds))),
            when=self.words.when(occurrence.first, occurrence.precision),
            entries=[replace(self._of_record(record), same=()) for record in occurrence.records],
            orders=[(order, self._orders[order]) for order in occurrence.orders if order in self._orders],
            unfound=sorted(
                {
                    record.order_because or "order.not-found"
                    for record in occurrence.records
                    if record.type == "breach" and record.order is None
                }
                if not occurrence.orders
                else ()
            ),
            alerts=[
                (each.cause, alert)
                for each in self.page.alerts
                if each.cause in causes
                for alert in each.alerts
            ],
            steps=[
                (
                    texts.label("breach-step", step.step),
                    self.words.when(step.occurred),
                    self.agency(step.agency),
                )
                for record in occurrence.records
                for step in record.steps
            ],
        )

    def _of_record(self, record: RecordLine) -> Entry:
        """A record as its line has it; as the record itself where the line is not of this case."""
        line = self._lines.get(record.root)
        if line is not None:
            return self._entry(line)
        words = self.words
        heading = words.texts.label("breach" if record.type == "breach" else "incident", record.kind)
        return Entry(
            record.root,
            self.agency(record.agency),
            "current",
            told=Told(heading, (), record.text),
            happened=words.when(record.occurred, record.precision),
            recorded=words.when(record.recorded),
            delay=words.times.delay(record.occurred, record.recorded),
            record=record.reference,
        )

    def _gap(self, gap: Missing) -> Markup:
        named = {
            "n": gap.count or 0,
            "who": self.name_of(gap.person) if gap.person else "",
            "kind": self._owner(gap.kind or gap.owner) or "",
            "agency": self.agency(gap.owner or ""),
            "when": self.words.when(gap.since) if gap.since else "",
            "order": self._orders.get(gap.roots[0], "") if gap.roots else "",
        }
        return self.words.texts(f"missing.{gap.code}", **named)

    def _closes(self, gap: Missing) -> Markup | None:
        """Who can close it; not said again where the gap itself names the agency or its kind."""
        return None if gap.code in ("kind-silent", "feed-silent") else self._owner(gap.owner)

    def _owner(self, owner: str | None) -> Markup | None:
        """Whoever can close a gap: an agency, a kind of agency, or a role."""
        if owner is None:
            return None
        texts = self.words.texts
        if owner in self.page.agencies:
            return Markup("{}").format(self.page.agencies[owner])
        return texts.label("agency-kind" if owner in KINDS else "staff-role", owner)

    def _place(self, gap: Missing) -> str:
        if gap.person:
            return f"#person-{gap.person}"
        if gap.code in PLACES or not gap.roots:
            return PLACES.get(gap.code, "#said")
        return f"#{self.place_of(gap.roots[0])}"


def _is_stub(line: Line) -> bool:
    return line.said is None and line.type in OWN_PART


def _against(roles: Sequence[Role], person: PersonShown | None) -> list[Role]:
    """The roles that an agency gives a person and that are not those of the case: both stand."""
    if person is None:
        return []
    alike = PERPETRATOR_ROLES if person.role in PERPETRATOR_ROLES else (person.role,)
    return [role for role in roles if role not in alike]

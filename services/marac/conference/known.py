"""A case with all the rows that its pages are made of. Pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from chassis.parking import Incomplete
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.rules.feeds import Silence
from contracts.rules.safe_contact import SafeWay
from contracts.vocabulary import WayState
from services.marac import shown, shown_pattern
from services.marac.conference import alert_rows, breaches, clocks, rows
from services.marac.conference.actions_rows import ActionRow
from services.marac.conference.children import Home
from services.marac.conference.children_rows import ChildRow
from services.marac.conference.criteria import brought_back, found_of
from services.marac.conference.hers import standing_of, way_of
from services.marac.conference.listing_rows import CaseListing
from services.marac.conference.others import Told, told_of
from services.marac.conference.others import people_of as people_of
from services.marac.conference.risk import risk_of
from services.marac.conference.support import shown_support
from services.marac.rules.actions import is_late
from services.marac.rules.chosen import NOTHING_CHOSEN, Chosen
from services.marac.rules.consent import Standing
from services.marac.rules.criteria import Found
from services.marac.shown_owed import Owed
from services.marac.shown_risk import Risk
from services.marac.shown_support import SupportShown


@dataclass(frozen=True)
class CaseKnown:
    """A case with the rows that its page is made of, all as of one time."""

    at: datetime
    case: rows.ConferenceCase
    people: Mapping[str, rows.ConferencePerson]
    alerts: Mapping[str, alert_rows.ConferenceAlert]
    agencies: Mapping[str, AgencyDefined]
    areas: Mapping[str, AreaDefined]
    incomplete: Incomplete
    """What could not be read about the case, its people and its breaches."""
    silences: Sequence[Silence] = ()
    chosen: Chosen = NOTHING_CHOSEN
    """What its MARAC has chosen."""
    listing: CaseListing | None = None
    """What persons decided of it. None: nothing."""
    restricted: bool = False
    """Whether it is there for named staff alone, by a word about it or about another case of its victim."""
    broken: bool = False
    """Whether the row of the case, or of somebody in it, is the last good one."""
    of_children: Mapping[str, ChildRow] = field(default_factory=dict)
    """Of its people, what is known that is about children."""
    actions: Sequence[ActionRow] = ()
    heard_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each standing meeting began that had heard the case."""
    recorded: tuple[str, ...] = ()
    """What its row counts as done between its pair, whether or not a meeting has heard of it."""
    repeat_at: Mapping[str, bool] = field(default_factory=dict)
    """Of each standing meeting that lists it whether it is a repeat there, as the data return counts it."""

    @cached_property
    def criteria(self) -> list[Found]:
        """Which referral criteria it meets, and why."""
        unread = self.incomplete.records
        return found_of(self.case, self.victim, self.chosen, unread, self.at, self.recorded)

    @cached_property
    def newest(self) -> dict[str, str]:
        """The newest version of each line about its people, by root."""
        return {root: line.fact for root, line in self.lines.items()} | {self.case.case: self.case.fact}

    @property
    def retold(self) -> dict[str, tuple[str, ...]]:
        """The same, each with the versions right before it that told nothing else."""
        retold = {root: line.retold for root, line in self.lines.items()}
        return {root: (newest, *retold.get(root, ())) for root, newest in self.newest.items()}

    @property
    def versions(self) -> tuple[str, ...]:
        """What changes with what its lines say: the version of each that says something, else how it stands.
        Another version of what says nothing here may be about somebody else."""
        says = [
            line.fact if line.said is not None else f"{line.root} {line.state}"
            for line in self.lines.values()
        ]
        return (self.case.fact, *sorted(says))

    @cached_property
    def back(self) -> list[Found]:
        """Of a case that was returned, the criteria by which it is back."""
        return brought_back(self.listing, self.criteria, self.retold, self.incomplete.records)

    @property
    def away(self) -> bool:
        """Whether it was returned, and is not back. A MARAC that took it over has it all the same."""
        returned = self.listing is not None and self.listing.returned is not None
        return returned and not self.back and not self.case.transferred

    @cached_property
    def pattern(self) -> shown_pattern.CasePattern:
        """What all that was done may be, and who decided it."""
        decisions = {cause: row.decisions for cause, row in self.alerts.items()}
        assessments = self.victim.assessments if self.victim else []
        return breaches.pattern_of(self.case, assessments, decisions, self.at)

    @cached_property
    def clocks(self) -> list[shown.ClockShown]:
        """The clocks that run about its orders and breaches."""
        return clocks.clocks_of(self.alerts, sorted(causes_of(self.case)), self.at)

    @cached_property
    def actions_late(self) -> list[ActionRow]:
        """Its actions whose time has passed, and of which nobody has said what came of them."""
        known = [row for row in self.actions if not row.withdrawn]
        return [row for row in known if is_late(row.answer, row.due, self.at)]

    @property
    def in_doubt(self) -> list[str]:
        """The victim and the alleged perpetrators of whom it is in doubt who they are."""
        parties = [self.case.victim.person] if self.case.victim else []
        parties += [each.person for each in self.case.perpetrators]
        return [each for each in parties if (row := self.people.get(each)) and row.doubts]

    @cached_property
    def risk(self) -> Risk:
        """What is shown of the victim's risk."""
        return risk_of(self.victim.assessments if self.victim else (), self.victim, self.at)

    @cached_property
    def support(self) -> SupportShown:
        """What is shown of the victim's support."""
        return shown_support(self.victim.support, self.at) if self.victim else SupportShown()

    @property
    def owed(self) -> Owed | None:
        """What the victim is owed. None: nothing is known that anything is owed for."""
        return self.victim.owed if self.victim else None

    @cached_property
    def home(self) -> Home:
        """The children of its household."""
        return Home(self.case, self.people, self.of_children, self.at)

    @cached_property
    def way(self) -> SafeWay:
        """Which way to reach the victim is safe."""
        return way_of(self.victim, self.at)

    @property
    def died(self) -> bool:
        """Whether an agency has recorded that the victim has died."""
        return self.way.state is WayState.DIED

    @cached_property
    def standing(self) -> list[Standing]:
        """Whether each kind of agency that takes part may be told of the victim."""
        kinds = {each.kind for each in self.agencies.values()}
        return standing_of(self.case, self.victim.hers, kinds) if self.victim else []

    @property
    def everybody(self) -> list[rows.CasePerson]:
        """The people of the case: victim, perpetrators, children."""
        victim = [self.case.victim] if self.case.victim else []
        return [*victim, *self.case.perpetrators, *self.case.children]

    @property
    def people_rows(self) -> list[rows.ConferencePerson]:
        """The rows of the people of the case, as far as there are any."""
        return [self.people[each] for each in sorted(people_of(self.case)) if each in self.people]

    @property
    def victim(self) -> rows.ConferencePerson | None:
        """The victim's row."""
        return self.people.get(self.case.victim.person) if self.case.victim else None

    @cached_property
    def told(self) -> Told:
        """What is told of its people, and what of that is about another victim."""
        return told_of(self.case, self.people)

    @property
    def lines(self) -> Mapping[str, rows.Line]:
        """Every line about the people of the case, by root."""
        return self.told.all

    def about_others(self, person: str) -> Set[str]:
        """The lines of a person of the case that are about another victim than its own."""
        return self.told.apart.get(person, frozenset())

    def places_of(self, person: str) -> list[rows.LocationLine]:
        """Where a person of the case is said to be; never by what was told of another victim."""
        told, others = self.people.get(person), self.about_others(person)
        return [each for each in (told.locations if told else ()) if each.root not in others]

    def lines_of(self, person: str) -> Sequence[rows.Line]:
        """What is said of a person of the case and not about another victim; of somebody else than the
        victim no earlier version but those that named her too: it may have been about another."""
        return self.told.lines.get(person, ())


def subjects_of(case: rows.ConferenceCase) -> set[str]:
    """All that a case is made of, as what is parked or broken names it."""
    people = {f"p:{person}" for person in people_of(case)}
    return {f"k:{case.case}", *people, *(f"o:{cause}" for cause in causes_of(case))}


def causes_of(case: rows.ConferenceCase) -> set[str]:
    """The orders and breaches of a case: what alerts are about."""
    records = (record for each in case.occurrences for record in each.records)
    breaches = {record.root for record in records if record.type == "breach"}
    return breaches | {order.root for order in case.orders}

"""Level 1: a case, from its own facts and the rows of the people whom its referral names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from chassis.facts import Fact
from chassis.views import Folded, Subject
from contracts.content import Content
from contracts.events.conference import CaseListed
from contracts.events.flags import CaseMet
from contracts.events.people import ReferralMade
from contracts.events.transfer import TransferSent
from contracts.mentions import Mention
from contracts.rules.areas import area_and_around
from contracts.rules.circulation import Circulation
from contracts.rules.order_status import status, together
from contracts.rules.standing_grade import stands
from contracts.vocabulary import PERPETRATOR_ROLES, Grade, RepeatAnchor, Role
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.away import stays_away
from services.marac.conference.heard import recorded_in
from services.marac.conference.other_party import of_other_party
from services.marac.conference.others import about_others
from services.marac.conference.parts import SentOn
from services.marac.conference.records import each_once, occasions
from services.marac.conference.repeated import repeated
from services.marac.conference.risk import assessed_of
from services.marac.conference.transfer import SENT, Told, taken_of, told_of
from services.marac.rules import agenda, areas, pairs, repeat
from services.marac.rules.chosen import Chosen, chosen
from services.marac.rules.transfer import CONFIRMED, TAKEN, is_for


def fold_case(subject: Subject) -> Folded:
    """The row of a case, and when the status of one of its orders will next change it."""
    fact = next((fact for fact in subject.facts.of(ReferralMade) if fact.root == subject.id), None)
    if fact is None:
        return Folded(None)
    versions = [each.content for each in subject.facts.versions(fact.root)]
    said = next((each for each in reversed(versions) if isinstance(each, ReferralMade)), None)
    people = _People(subject, said) if fact.content is not None and said is not None else None
    area = (casefile.area_of(said) if said else None) or (people.area if people else None)
    defined = casefile.areas_of(subject.configuration)
    sent, listed = sent_of(subject), tuple(_meetings(subject))
    taken = taken_of(sent)
    last = taken[-1] if taken else None
    row = rows.ConferenceCase(
        case=subject.id,
        letters=agenda.letters(subject.id),
        fact=fact.id,
        withdrawn=people is None,
        agency=fact.agency,
        referred=fact.occurred,
        precision=fact.envelope.precision,
        recorded=fact.recorded,
        area=area,
        areas=area_and_around(defined, area),
        transferred=tuple(dict.fromkeys(p for each in taken for p in area_and_around(defined, each.area))),
        taken_from=last.from_area if last else None,
        sent_here=last.sent if last else None,
        marac=last.area if last else areas.marac_of(defined, area),
        sent_on=_sent_on(sent[-1]) if sent else None,
        meetings=listed,
        had_by=_had_by(subject, listed, last.sent if last else None),
    )
    if people is None or said is None:
        return Folded(row)
    orders, changes_at = people.orders(subject.at)
    own = chosen(subject.configuration, last.area if last else area)
    known = _referred(said) | people.known(fact, orders, own) | {"was_about": people.no_more(versions)}
    row = row.model_copy(update=known)
    away = stays_away(subject, row, people.rows, own)
    return Folded(row.model_copy(update={"stays_away": away}), changes_at)


def _referred(said: ReferralMade) -> dict[str, object]:
    return {
        "criteria": tuple(said.criteria),
        "service": said.service,
        "victim_aware": said.victim_aware,
        "consent": said.consent,
        "no_consent_reason": said.no_consent_reason,
        "victim_view": said.victim_view,
        "afraid_of": said.afraid_of,
        "other_marac": said.other_marac,
    }


def _meetings(subject: Subject) -> Iterable[rows.Listing]:
    came = sorted(subject.facts.current(CaseMet), key=lambda fact: fact.said.generation, reverse=True)
    began = {fact.said.meeting: fact.occurred for fact in came if fact.said.counts}
    heard = {meeting for meeting, case in recorded_in(subject.facts, began) if case == subject.id}
    for fact in subject.facts.current(CaseListed):
        if fact.said.case == subject.id:
            meeting = fact.said.meeting
            yield rows.Listing(
                meeting=meeting, root=fact.root, listed=fact.occurred, recorded=meeting in heard
            )


def _had_by(subject: Subject, listed: Iterable[rows.Listing], sent_here: datetime | None) -> str | None:
    """The last meeting that lists the case and whose time came for it: it stands, and came to the case or is
    not closed."""
    said = sorted(subject.facts.current(CaseMet), key=lambda each: each.said.generation)
    newest = {each.said.meeting: each for each in said}
    came = [
        (newest[each.meeting].occurred, each.meeting)
        for each in listed
        if each.meeting in newest
        and newest[each.meeting].said.counts
        and is_for(each.listed, newest[each.meeting].occurred, sent_here)
    ]
    return max(came)[1] if came else None


def sent_of(subject: Subject) -> list[Told]:
    """What was sent to another MARAC, and not withdrawn, the last last. What is taken there, that MARAC is to
    hear."""
    roots = (each.root for kind in SENT for each in subject.facts.of(kind))
    told = [each for each in (told_of(subject.facts, root) for root in roots) if each]
    told.sort(key=lambda each: each.steps[0].at)
    return [each for each in told if each.stands.state != "withdrawn"]


def _sent_on(last: Told) -> SentOn | None:
    """None once a MARAC that is on Goldthread took it: then it is that one's case."""
    if last.stands.state in TAKEN:
        return None
    there = last.stands.state == CONFIRMED
    return SentOn(
        to_area=last.said.to_area if isinstance(last.said, TransferSent) else None,
        outside=None if isinstance(last.said, TransferSent) else last.said.to,
        there=there,
        since=last.stands.since if there else last.steps[0].at,
    )


class _People:
    """Those whom the referral names, with their rows."""

    def __init__(self, subject: Subject, said: ReferralMade) -> None:
        self.homes = subject.homes
        self.rows = {
            person.id: row
            for person in subject.people.values()
            if isinstance(row := person.rows.get("conference_person"), rows.ConferencePerson)
        }
        named = [mention for mention in said.people if mention.mention in self.homes]
        since = _since(subject)
        self.victim = _persons(self.homes, [m for m in named if m.role is Role.VICTIM], since)[0]
        self.perpetrators = _persons(self.homes, [m for m in named if m.role in PERPETRATOR_ROLES], since)
        self._children = _persons(self.homes, [m for m in named if m.role is Role.CHILD], since)
        self.harmed_by = {each.person for each in self.perpetrators}
        self.own = self.rows.get(self.victim.person)
        both = [self.victim.person, *sorted(self.harmed_by)]
        self.disputed_with = self.harmed_by.intersection(self.own.disputed if self.own else ())
        self.sides = [self.rows[person] for person in both if person in self.rows]

    @property
    def area(self) -> str | None:
        """Where the newest word on the victim routes to."""
        return self.own.area if self.own else None

    def known(self, fact: Fact[ReferralMade], orders: Sequence[rows.Order], own: Chosen) -> dict[str, object]:
        """What the row says of them. Of whether it is a repeat: by the definition that the MARAC has chosen,
        from the referrals on. When its meetings were no fold of a case can know: from the last of them it is
        counted where rows are put together (``repeated.py``)."""
        assessment = self.assessment()
        happened = self.occurrences()
        before, later = self.others(fact)
        earlier = [each for each in before if fact.occurred <= repeat.months_after(each[1], repeat.MONTHS)]
        counted = before if own.anchor is RepeatAnchor.MEETING else earlier
        between = filter(self.between, _records(happened))
        return {
            "victim": self.victim,
            "perpetrators": self.perpetrators,
            "children": self.children(),
            "grade": self.grade(),
            "assessment": assessment,
            "disputed": bool(self.disputed_with),
            "orders": tuple(orders),
            "occurrences": happened,
            "repeat": repeated(fact.occurred, between, own.definition, RepeatAnchor.REFERRAL, earlier),
            "earlier_case": next((case for case, _ in earlier), None),
            "before": tuple(case for case, _ in before),
            "pair": tuple(case for case, _ in (*counted, *later)),
            "heard": self.heard(),
        }

    def no_more(self, versions: Iterable[Content | None]) -> tuple[str, ...]:
        """Whom any version named as victim, and the newest names in no part."""
        referrals = [each for each in versions if isinstance(each, ReferralMade)]
        hers = (each for said in referrals for each in said.in_role(Role.VICTIM))
        before = set(casefile.persons(hers, self.homes))
        children = {each.person for each in self._children}
        return tuple(sorted(before - {self.victim.person} - self.harmed_by - children))

    def grade(self) -> Grade:
        """The grade that stands after all assessments of the victim."""
        return stands(assessed_of(self.own))

    def assessment(self) -> rows.Assessment | None:
        """The newest assessment of the victim that stands."""
        known = self.own.assessments if self.own else []
        return max(known, key=lambda each: (each.occurred, each.root), default=None)

    def children(self) -> tuple[rows.CasePerson, ...]:
        """The children of the referral, and those whom anything said of the victim names, but for what
        belongs to the other party's own case."""
        found = {child.person: child for child in self._children}
        theirs = of_other_party(self.own, self.victim.person, self.disputed_with) if self.own else set()
        lines = [line for line in (self.own.lines if self.own else ()) if line.root not in theirs]
        others = [other for line in lines for other in line.others if other.role is Role.CHILD]
        for other in sorted(others, key=lambda each: (each.named is None, each.named, each.mention)):
            child = rows.CasePerson(
                person=other.person,
                role=Role.CHILD,
                relationship=other.relationship,
                mentions=[other.mention],
                named=other.named,
            )
            found[other.person] = _also(found.get(other.person), child)
        return tuple(
            found[person].model_copy(update={"born": self._born(person, others)}) for person in sorted(found)
        )

    def _born(self, child: str, others: Iterable[rows.Other]) -> date | None:
        """The youngest date of birth of a child: of one whom the referral names by any agency, of another by
        what is said of the victim."""
        own = self.rows[child].identity.born if child in self.rows else ()
        said = (born for other in others if other.person == child for born in other.born)
        return max((*own, *said), default=None)

    def orders(self, at: datetime) -> tuple[list[rows.Order], datetime | None]:
        """The orders that protect the victim, or bind a perpetrator and name nobody whom they protect.

        Each side's facts may know of another service: the earliest of both holds.
        """
        found: dict[str, rows.Order] = {}
        for order in (order for row in self.sides for order in row.orders):
            hers = self.victim.person in order.protected
            unnamed = not order.protected and not self.harmed_by.isdisjoint(order.respondents)
            if hers or unnamed:
                found[order.root] = _together(order, found.get(order.root))
        statuses = {root: status(order.terms, at) for root, order in found.items()}
        orders = [
            order.model_copy(
                update={"status": rows.Status.model_validate(statuses[root], from_attributes=True)}
            )
            for root, order in sorted(found.items(), key=lambda item: (item[1].made, item[0]))
        ]
        changes = [each.changes_at for each in statuses.values() if each.changes_at]
        return orders, min(changes, default=None)

    def occurrences(self) -> tuple[rows.Occurrence, ...]:
        """What was done to her by anybody, and by them to nobody named, over all agencies' records, in
        the order of time. Whoever did it may be a person of the case whom nobody has linked yet."""
        lines = [record for record in each_once(self.sides) if self._of_the_case(record)]
        return tuple(_occurrence(group) for group in occasions(lines))

    def _of_the_case(self, record: rows.RecordLine) -> bool:
        if record.victims:
            return self.victim.person in record.victims
        return not self.harmed_by.isdisjoint(record.perpetrators)

    def between(self, record: rows.RecordLine) -> bool:
        """Against her, by one of them or by nobody named; or by one of them, against nobody named:
        what a repeat is counted by."""
        hers = self.victim.person
        return pairs.between(hers, self.harmed_by, record.victims, record.perpetrators, record.kind)

    def others(
        self, fact: Fact[ReferralMade]
    ) -> tuple[list[tuple[str, datetime]], list[tuple[str, datetime]]]:
        """The cases of the same pair that were referred before, and those that were after, and when: the last
        first."""
        links = sorted(
            (
                (link.referred, link.case)
                for link in (self.own.cases if self.own else ())
                if link.role is Role.VICTIM and not self.harmed_by.isdisjoint(link.perpetrators)
            ),
            reverse=True,
        )
        this = (fact.occurred, fact.root)
        before = [(case, referred) for referred, case in links if (referred, case) < this]
        return before, [(case, referred) for referred, case in links if (referred, case) > this]

    def heard(self) -> tuple[rows.Heard, ...]:
        """The newest that each agency said, and how many facts it said: not of another victim, for that
        would tell who knows of her."""
        people = {self.victim.person, *self.harmed_by, *(child.person for child in self.children())}
        hers = self.own.lines if self.own else ()
        said: dict[str, dict[str, datetime]] = {}
        for person, row in self.rows.items():
            others = about_others(row, people, hers) if person != self.victim.person else set()
            others |= of_other_party(row, self.victim.person, self.disputed_with)
            for line in row.lines:
                if line.said is None or line.root in others:
                    continue
                said.setdefault(line.agency, {})[line.root] = line.said.recorded
        return tuple(
            rows.Heard(agency=agency, recorded=max(said[agency].values()), lines=len(said[agency]))
            for agency in sorted(said)
        )


def _since(subject: Subject) -> dict[tuple[str, Role], datetime]:
    """Of each mention of the referral when it was recorded first in its part."""
    found: dict[tuple[str, Role], datetime] = {}
    for each in subject.facts.versions(subject.id):
        for mention in each.content.people if isinstance(each.content, ReferralMade) else ():
            found.setdefault((mention.mention or "", _part(mention.role)), each.recorded)
    return found


def _part(role: Role) -> Role:
    """Whether they harmed is one part, however they are called."""
    return Role.PERPETRATOR if role in PERPETRATOR_ROLES else role


def _persons(
    homes: casefile.Homes, mentions: Iterable[Mention], since: Mapping[tuple[str, Role], datetime]
) -> tuple[rows.CasePerson, ...]:
    """One line for each person, in the order in which the referral names them."""
    found: dict[str, rows.CasePerson] = {}
    for mention in mentions:
        person, by = homes[mention.mention or ""], mention.mention or ""
        named = rows.CasePerson(
            person=person,
            role=mention.role,
            relationship=mention.relationship,
            mentions=[by],
            named=since.get((by, _part(mention.role))),
        )
        found[person] = _also(found.get(person), named)
    return tuple(found.values())


def _also(known: rows.CasePerson | None, named: rows.CasePerson) -> rows.CasePerson:
    """Somebody who is known to be in a case, as they are named there once more: the first word holds."""
    if known is None:
        return named
    return known.model_copy(
        update={
            "relationship": known.relationship or named.relationship,
            "mentions": [*dict.fromkeys((*known.mentions, *named.mentions))],
            "named": min((each for each in (known.named, named.named) if each), default=None),
        }
    )


def _together(order: rows.Order, other: rows.Order | None) -> rows.Order:
    if other is None:
        return order
    services = {service.root: service for service in (*other.services, *order.services)}
    return order.model_copy(
        update={
            "services": sorted(services.values(), key=lambda service: (service.occurred, service.root)),
            "terms": together(order.terms, other.terms),
            "circulation": max(order.circulation, other.circulation, key=_known_of),
        }
    )


def _known_of(circulation: Circulation | None) -> int:
    """Whoever an order has come to name of late is not filed under what was told of it before."""
    return len(circulation.teams) if circulation else -1


def _occurrence(lines: Sequence[rows.RecordLine]) -> rows.Occurrence:
    return rows.Occurrence(
        first=lines[0].occurred,
        precision=lines[0].precision,
        kinds=sorted({line.kind for line in lines}),
        breach=any(line.type == "breach" for line in lines),
        orders=sorted({line.order for line in lines if line.order}),
        records=list(lines),
    )


def _records(happened: Iterable[rows.Occurrence]) -> Iterable[rows.RecordLine]:
    return (record for occurrence in happened for record in occurrence.records)

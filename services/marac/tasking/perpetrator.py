"""Level 0: a person as perpetrator, with a score that explains itself.

Everything is sorted by what it says, never by an id: ids come from agencies and record numbers, and
so tell where a victim lives. Ids are used to tell one from another, and for nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time

from chassis.facts import Fact, FactSet
from chassis.once import once
from chassis.views import Folded, Subject
from contracts.content import Said
from contracts.envelope import utc
from contracts.events.configuration import ThresholdSet
from contracts.events.orders import OrderMade
from contracts.events.people import IncidentReported
from contracts.rules.occurrence import LONDON, Record, occurrences
from contracts.rules.order_status import NOT_BINDING
from contracts.vocabulary import PERPETRATOR_ROLES, AgencyKind, AreaKind, Threshold
from services.marac import casefile
from services.marac.rules import score as scoring
from services.marac.tasking import rows
from services.marac.tasking.letters import Signature, Told
from services.marac.tasking.letters import letters as letters_for
from services.marac.tasking.mappa import facts_of, mappa_of
from services.marac.tasking.pattern import Assessed, assessed, pattern_of
from services.marac.tasking.put_forward import standing
from services.marac.tasking.seen import Seen

UNKNOWN_KIND = "agency"
"""What stands for the kind of an agency that nobody has defined."""


def against(subject: Subject) -> list[casefile.Told]:
    """What names this person as perpetrator."""
    return [each for each in once(subject, casefile.told_of) if subject.id in each.perpetrators]


class Perpetrator:
    """All that one person's facts say of them as perpetrator."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.against = once(subject, against)
        known = casefile.agencies_of(subject.configuration)
        self.kinds = {agency: defined.kind.value for agency, defined in known.items()}
        self.every_order = once(subject, casefile.orders_of)
        primary = once(subject, casefile.primary_victim_of)
        self.disputed = any(each not in primary for each in once(subject, casefile.disputed_with))
        self.harmed_by = {other for other, found in primary.items() if found}
        records = [
            record
            for record in once(subject, casefile.records_of)
            if subject.id in record.record.perpetrators
        ]
        told = self._told(records)
        named = {victim for each in told for victim in each.victims}
        self.relationships = {victim: self._relationships(victim) for victim in named}
        self.letters = letters_for(told, self.relationships)
        self.orders = sorted(
            (order for order in self.every_order if subject.id in order.respondents),
            key=lambda order: (_order_signature(order), self.letters_of(order.protected)),
        )
        self.events = self._events(records)

    def letters_of(self, victims: Iterable[str]) -> tuple[str, ...]:
        """The letters of these victims, in their own order."""
        return tuple(sorted(self.letters[victim] for victim in victims if victim in self.letters))

    def _told(self, records: Sequence[casefile.RecordSeen]) -> list[Told]:
        """Every fact against this person, by its signature and the victims of it."""
        by_root = {record.fact.root: record.record.victims for record in records}
        found = []
        for each in self.against:
            victims = (by_root.get(each.fact.root) or frozenset(each.victims)) - {self.subject.id}
            found.append(Told(self._signature(each.fact), victims))
        named = {victim for each in found for victim in each.victims}
        # It comes after all that has a time: it tells apart those whom nothing else does.
        repeat = {self.subject.homes.get(each.said.victim, "") for each in once(self.subject, standing)}
        return found + [Told(("put forward",), frozenset({victim})) for victim in sorted(repeat & named)]

    def _signature(self, fact: Fact[Said]) -> Signature:
        """What a fact says that may be said here, and by which it is sorted."""
        said = fact.said
        status = said.status.value if isinstance(said, IncidentReported) else ""
        return (
            fact.occurred.isoformat(),
            fact.envelope.precision,
            fact.envelope.type,
            str(getattr(said, "kind", "")),
            status,
            self.kinds.get(fact.agency, UNKNOWN_KIND),
            fact.envelope.assertion.value,
            *(_terms(said) if isinstance(said, OrderMade) else ()),
        )

    def _events(self, records: Sequence[casefile.RecordSeen]) -> list[Seen]:
        def place(record: casefile.RecordSeen) -> tuple[Signature, tuple[str, ...], str]:
            return (self._signature(record.fact), self.letters_of(record.record.victims), record.fact.root)

        ordered = sorted(records, key=place)
        groups = occurrences(_by_place(at, record.record) for at, record in enumerate(ordered))
        numbers = {int(one.root): number for number, group in enumerate(groups, 1) for one in group}
        return [
            Seen(
                ordinal=at + 1,
                occurrence=numbers[at],
                record=record,
                agency_kind=self.kinds.get(record.fact.agency, UNKNOWN_KIND),
                letters=self.letters_of(record.record.victims),
            )
            for at, record in enumerate(ordered)
        ]

    def scored(self, look_back: int) -> scoring.Score:
        """The score of today, without what was done to none but those of whom a MARAC found that this person
        is the primary victim: a victim is not ranked for it (``domain.md`` 14, trap 8)."""
        hers = {self.letters[each] for each in self.harmed_by if each in self.letters}
        weighed = [
            replace(seen.event, victims=seen.event.victims - hers)
            for seen in self.events
            if not (victims := seen.record.record.victims) or not self.harmed_by.issuperset(victims)
        ]
        return scoring.score(
            weighed,
            self.subject.at.astimezone(LONDON).date(),
            disputed=self.disputed,
            primary_victim=bool(self.events) and not weighed,
            look_back=look_back,
        )

    def assessed(self) -> list[Assessed]:
        """The assessments that say that this person did it."""
        return list(assessed(self.subject, self.against, self.letters_of))

    def _relationships(self, victim: str) -> list[str]:
        """What this person is to a victim, as agencies say."""
        found = {
            mention.relationship.value
            for each in self.against
            if victim in each.victims
            for mention in each.own
            if mention.relationship is not None and mention.role in PERPETRATOR_ROLES
        }
        return sorted(found)


def fold_perpetrator(subject: Subject) -> Folded:
    """The row of a person as perpetrator; None for one whom nobody names so."""
    if not once(subject, against):
        return Folded(None)
    known = once(subject, Perpetrator)
    look_back = _look_back(subject.configuration)
    scored = known.scored(look_back)
    who = casefile.who(
        (each.fact, mention)
        for each in known.against
        for mention in each.own
        if mention.role in PERPETRATOR_ROLES
    )
    letters = [letter for victim, letter in known.letters.items() if victim not in known.harmed_by]
    offences, until = pattern_of(subject, known.events, known.assessed(), letters)
    row = rows.TaskingPerpetrator(
        model_version=scoring.MODEL,
        look_back_days=look_back,
        names=list(who.names),
        aliases=list(who.aliases),
        born=list(who.born),
        score=None if scored.tenths is None else scored.tenths / 10,
        not_scored=scored.not_scored,
        parts=[_part(part) for part in scored.parts],
        occurrences=len({seen.occurrence for seen in known.events}),
        records=len(known.events),
        events=[_event(seen, scored.counted) for seen in known.events],
        victims=_victims(known),
        orders=[_order(order, known.letters_of(order.protected)) for order in known.orders],
        missing=_missing(known, who),
        pattern=tuple(offences),
        mappa=mappa_of(known.against, known.kinds),
        scored=scored.tenths is not None,
        place=_place(scored.tenths, who),
    )
    midnight = _midnight(scored.changes) if scored.changes else None
    changes = (midnight, *(order.status.changes_at for order in known.orders), until)
    return Folded(row, min((change for change in changes if change), default=None))


def fold_source(subject: Subject) -> Folded:
    """What the ordinals and letters of that row stand for."""
    if not once(subject, against):
        return Folded(None)
    known = once(subject, Perpetrator)
    row = rows.TaskingSource(
        events=[
            rows.EventSource(ordinal=seen.ordinal, root=seen.record.fact.root, fact=seen.record.fact.id)
            for seen in known.events
        ],
        victims=[
            rows.VictimSource(letter=letter, person=victim)
            for victim, letter in sorted(known.letters.items(), key=lambda item: (len(item[1]), item[1]))
        ],
        facts=sorted(each.fact.id for each in known.against),
        mention=min((m.mention for each in known.against for m in each.own if m.mention), default=""),
        mappa=facts_of(known.against),
        forces=_forces(known),
    )
    return Folded(row)


def _forces(known: Perpetrator) -> str:
    told_by = {each.fact.agency for each in known.against}
    forces = sorted(each for each in told_by if known.kinds.get(each) == AgencyKind.POLICE)
    return "".join(f"|{force}|" for force in forces)


def _by_place(at: int, record: Record) -> Record:
    """The record under its place instead of its root, so that no id decides what is joined."""
    return Record(
        root=f"{at:09}",
        agency=record.agency,
        occurred=record.occurred,
        precision=record.precision,
        kind=record.kind,
        victims=record.victims,
        perpetrators=record.perpetrators,
        reference=record.reference,
    )


def _terms(said: OrderMade) -> Signature:
    ends = utc(said.ends).isoformat() if said.ends else ""
    return (utc(said.made).isoformat(), said.order.value, said.stage.value, ends)


def _order_signature(order: casefile.OrderSeen) -> Signature:
    status = order.status
    holds = (status.reason, str(status.served), str(status.aware), str(status.appealed))
    return (*_terms(order.fact.said), *holds)


def _month(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _part(points: scoring.Points) -> rows.ScorePart:
    return rows.ScorePart(
        part=points.part,
        points=points.points,
        weight=scoring.WEIGHTS[points.part] / 10,
        band=points.band,
        value=points.value,
        events=list(points.events),
    )


def _event(seen: Seen, counted: frozenset[int]) -> rows.EventShown:
    event = seen.event
    return rows.EventShown(
        ordinal=seen.ordinal,
        month=_month(seen.record.fact.occurred),
        agency_kind=seen.agency_kind,
        type=event.type,
        kind=event.kind,
        status=event.status,
        assertion=seen.record.fact.envelope.assertion,
        occurrence=seen.occurrence,
        days=scoring.harm_days(event) if seen.ordinal in counted else 0,
        counted=seen.ordinal in counted,
        victims=list(seen.letters),
    )


def _victims(known: Perpetrator) -> list[rows.VictimShown]:
    return [
        rows.VictimShown(
            letter=letter,
            relationships=known.relationships[victim],
            events=[seen.ordinal for seen in known.events if letter in seen.letters],
        )
        for victim, letter in known.letters.items()
    ]


def _order(order: casefile.OrderSeen, letters: Sequence[str]) -> rows.BindingOrder:
    said = order.fact.said
    return rows.BindingOrder(
        order=said.order,
        stage=said.stage,
        made=_month(said.made),
        ends=_month(said.ends) if said.ends else None,
        in_force=order.status.in_force,
        served=order.status.served,
        aware=order.status.aware,
        reason=order.status.reason,
        appealed=_month(order.status.appealed) if order.status.appealed else None,
        victims=list(letters),
    )


def _missing(known: Perpetrator, who: casefile.Who) -> list[rows.PerpetratorGap]:
    breaches = [seen for seen in known.events if seen.event.type == "breach"]
    live = [order.status for order in known.orders if order.status.reason not in NOT_BINDING]
    gaps = {
        "role-disputed": known.disputed,
        "name-unknown": not who.names,
        "birth-unknown": not who.born,
        "order-not-served": any(not status.served for status in live),
        "respondent-not-aware": any(not status.aware for status in live),
    }
    events = {
        "breach-order-not-found": [seen.ordinal for seen in breaches if seen.record.order is None],
        "victim-not-named": [seen.ordinal for seen in known.events if not seen.letters],
    }
    found = [rows.PerpetratorGap(code=code) for code, missing in gaps.items() if missing]
    found += [rows.PerpetratorGap(code=code, events=tuple(at)) for code, at in events.items() if at]
    return found


def _place(tenths: int | None, who: casefile.Who) -> str:
    name = who.names[0] if who.names else None
    letters = f"{name.family or ''} {name.given or ''}".casefold() if name else ""
    person = f"{letters} {who.born[0] if who.born else ''}"
    return f"1 {person}" if tenths is None else f"0 {100 - tenths:03} {person}"


def _look_back(configuration: FactSet) -> int:
    """As a MATAC has set it; the longest where several have. Never by a MARAC's area: which of them
    hears a case tells where she lives."""
    areas = casefile.areas_of(configuration)
    newest: dict[str, int] = {}
    for fact in configuration.current(ThresholdSet):
        area = areas.get(fact.said.area)
        if fact.said.threshold is Threshold.SCORE_LOOK_BACK_DAYS and area and area.kind is AreaKind.MATAC:
            newest[fact.said.area] = fact.said.value
    return max(newest.values(), default=0) or scoring.LOOK_BACK_DAYS

"""Rows put together for one caller: a case's page, a line of the agenda, what is missing. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from chassis.clock import LONDON
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.rules.areas import area_and_around
from contracts.rules.cover import Cover
from contracts.rules.feeds import CORE, Silence
from contracts.rules.order_status import NEVER_MADE, NOT_BINDING
from contracts.vocabulary import AgencyKind, Grade, MoveWarning, Role
from services.marac import shown
from services.marac.conference import breaches, clocks, rows
from services.marac.conference.alert_rows import ConferenceAlert
from services.marac.conference.hers import contact_shown, not_answered
from services.marac.conference.known import CaseKnown, causes_of
from services.marac.conference.other_party import WORDS_OF_ORDERS, line_without_places
from services.marac.conference.owed import note_of
from services.marac.conference.risk import all_answers
from services.marac.conference.support import owed_of
from services.marac.rules import actions as action_rules
from services.marac.rules import missing
from services.marac.rules import owed as owed_gaps
from services.marac.rules.areas import marac_of
from services.marac.rules.sharing import Sees
from services.marac.rules.transfer import Known, moved_to, warning
from services.marac.shown_actions import ActionCounts
from services.marac.shown_decided import SentOnShown
from services.marac.shown_victim import HersShown

CODES = {"kind", "status", "crime", "order", "stage"}
"""What remains of a line about another victim: what kind of thing it was. Words, terms of orders and
names of services may tell who she is and where."""

UNKNOWN_KIND = "agency"
"""Of an agency that nobody has defined."""

ANOTHER_VICTIM = "words-about-another-victim"
LOCATIONS = "locations"
CONTACT = "contact"


def alerts_of(known: CaseKnown) -> list[shown.BreachAlert]:
    """The alerts of the case, the newest first."""
    return [shown.BreachAlert(cause=alert.cause, alerts=alert.alerts) for alert in _alerted(known)]


def unanswered(known: CaseKnown) -> list[str]:
    """Orders and breaches with an alert that stands and that nobody has answered."""
    return [
        each.cause for each in _alerted(known) if any(alert.state == "unanswered" for alert in each.alerts)
    ]


def _alerted(known: CaseKnown) -> list[ConferenceAlert]:
    about = (known.alerts[cause] for cause in sorted(causes_of(known.case)) if cause in known.alerts)
    found = [each for each in about if each.alerts]
    return sorted(found, key=lambda alert: alert.alerts[-1].raised, reverse=True)


def missing_of(known: CaseKnown, *, places: bool = False) -> list[shown.Missing]:
    """What is missing from a case, the worst first. ``places``: for whoever may see where the victim is."""
    return [shown.Missing.model_validate(gap, from_attributes=True) for gap in _gaps(known, places=places)]


def _gaps(known: CaseKnown, *, places: bool) -> list[missing.Gap]:
    return [] if known.case.withdrawn else missing.gaps(_seen(known, places))


def _seen(known: CaseKnown, places: bool) -> missing.CaseSeen:
    case, victim, newest, kinds = known.case, known.victim, _newest(known), _kinds(known)
    return missing.CaseSeen(
        at=known.at,
        grade_known=case.grade is not Grade.UNKNOWN,
        area_known=case.marac is not None,
        disputed=case.disputed,
        assessed=(newest.root, newest.agency) if newest else None,
        lowered=[(a.root, a.agency) for a in (victim.assessments if victim else ()) if a.lowered_from],
        withdrawn=[(g.root, None if g.referral else g.agency) for g in known.risk.taken_back if g.holds],
        in_doubt=known.in_doubt,
        was_about=case.was_about,
        outgrown=known.home.outgrown,
        answers=all_answers(newest),
        reviews=known.risk.reviews,
        way=known.way,
        consents=known.standing,
        referred_by=case.agency,
        unanswered_characteristics=len(not_answered(victim.hers)) if victim else 0,
        leads=frozenset({lead.agency: lead.service for lead in victim.leads}.values() if victim else ()),
        support=owed_of(victim.support, case.agency, known.at) if victim else (),
        orders=[_order_seen(order, kinds, known.at) for order in case.orders],
        covers=_covers(case),
        unmatched_breaches=_unmatched(case),
        unanswered=unanswered(known),
        clocks_late=clocks.late(known.clocks, _doubted(case)),
        unresolved=clocks.unresolved(known.clocks),
        without_answer=breaches.without_answer(case, known.at),
        undecided=breaches.undecided(known.pattern, known.at),
        children=[(child.person, bool(known.home.schools_of(child.person))) for child in case.children],
        heard=frozenset(kinds[heard.agency] for heard in case.heard if heard.agency in kinds),
        young=known.home.young,
        kinds=frozenset(kinds.values()),
        unread=known.incomplete.records,
        speakers=frozenset(heard.agency for heard in case.heard),
        silences=known.silences,
        owed=[*_of_owed(known), *known.home.gaps(), *_of_actions(known), *_of_move(known, places)],
    )


def _newest(known: CaseKnown) -> rows.Assessment | None:
    made = known.victim.assessments if known.victim else []
    return next((each for each in made if each.root == known.risk.newest), known.case.assessment)


def _kinds(known: CaseKnown) -> dict[str, str]:
    return {agency: defined.kind.value for agency, defined in known.agencies.items()}


def _of_owed(known: CaseKnown) -> list[missing.Gap]:
    """What is missing of what the victim is owed; nothing to somebody who has died."""
    return [] if known.died else owed_gaps.gaps(known.owed, known.at)


def _of_actions(known: CaseKnown) -> Iterable[missing.Gap]:
    """What is missing of its plan: answers to late actions, or any action since it was heard."""
    agreed = [(row.meeting, row.agreed) for row in known.actions if not row.withdrawn]
    since = action_rules.none_agreed(known.heard_at, agreed, known.at)
    return action_rules.gaps([row.action for row in known.actions_late], since)


def _of_move(known: CaseKnown, places: bool) -> Iterable[missing.Gap]:
    """That the victim lives in the area of another MARAC. Of a case that was sent on once it is not told: it
    has readers in both areas, and no more than one of them is to know. Nor which fact says so: who told of an
    address may be where she is. It warns where an alleged perpetrator was told of there."""
    if not places or known.victim is None or known.case.sent_on or known.case.transferred:
        return
    told = known.places_of(known.victim.person)
    lives = [(each.occurred, each.root, marac_of(known.areas, each.area)) for each in told]
    there = moved_to(lives, known.case.marac)
    if there:
        theirs = [
            [Known(area_and_around(known.areas, place.area)) for place in known.places_of(each.person)]
            for each in known.case.perpetrators
        ]
        near = warning(theirs, there) is MoveWarning.THERE
        yield missing.Gap("moved-there" if near else "moved", "marac-coordinator")


def _order_seen(order: rows.Order, kinds: Mapping[str, str], at: datetime) -> missing.OrderSeen:
    """An order as the rules of what is missing know it."""
    told = order.circulation
    return missing.OrderSeen(
        order.root,
        order.agency,
        order.status.reason,
        order.status.served,
        order.status.aware,
        len(order.questions),
        len(told.missing) if told and told.uncirculated_since(at) else 0,
        len(told.late(at)) if told else 0,
        order.agency if kinds.get(order.agency) == AgencyKind.POLICE else AgencyKind.POLICE,
    )


def _doubted(case: rows.ConferenceCase) -> list[str]:
    """Bail whose case is told to be over, and of which nobody has told the end."""
    return [order.root for order in case.orders if order.status.reason == "order.case-over"]


def _unmatched(case: rows.ConferenceCase) -> list[tuple[str, str]]:
    """The records of breaches whose order nobody holds, with who made each."""
    return [
        (record.root, record.agency)
        for each in case.occurrences
        if not each.orders
        for record in each.records
        if record.type == "breach"
    ]


def _covers(case: rows.ConferenceCase) -> list[Cover]:
    """The orders of a case that were ever made, for as long as they bind: of one that was discharged until
    then. One that does not say whom it protects, as bail seldom does, protects her here."""
    hers = frozenset({case.victim.person} if case.victim else ())
    return [
        Cover(
            root=order.root,
            reference=order.reference,
            made=order.made,
            terms=order.terms,
            respondents=frozenset(order.respondents),
            protected=frozenset(order.protected) or hers,
        )
        for order in case.orders
        if order.stage not in NEVER_MADE
    ]


def silent_feeds(
    silences: Iterable[Silence], agencies: Mapping[str, AgencyDefined]
) -> list[shown.SilentFeed]:
    """Silent feeds on which any case may depend."""
    return [
        shown.SilentFeed(
            agency=each.agency, name=agencies[each.agency].name, kind=each.kind, since=each.since
        )
        for each in silences
        if each.kind in CORE
    ]


def agenda_line(known: CaseKnown, letters: str, meeting: str | None) -> shown.AgendaLine:
    """One case as the agenda of a meeting shows it, with what is new since that got it."""
    case, victim = known.case, known.victim
    orders = [order for order in case.orders if order.status.reason not in NOT_BINDING]
    listed = next((each.listed for each in case.meetings if each.meeting == meeting), None)
    new = [line for line in known.lines.values() if listed and line.said and line.said.recorded > listed]
    review = next(iter(known.risk.reviews), None)
    return shown.AgendaLine(
        case=case.case,
        letters=letters,
        name=victim.identity.name if victim else None,
        born=next(iter(victim.identity.born), None) if victim else None,
        grade=case.grade,
        taken_from=area_name(known.areas, case.taken_from),
        taken_by=area_name(known.areas, case.marac) if case.taken_from else None,
        sent_on=sent_on(known),
        other_marac=case.other_marac,
        repeat=known.repeat_at.get(meeting or "", case.repeat is not None),
        children=case.not_grown(known.at),
        orders_not_served=sum(not (order.status.served and order.status.aware) for order in orders),
        breaches=sum(each.breach for each in case.occurrences),
        unanswered=len(unanswered(known)),
        clocks_late=sum(clock.state == "late" for clock in known.clocks),
        actions=_counts(known),
        clock_next=clocks.soon(known.clocks, known.at),
        missing=len(_gaps(known, places=False)),
        way=known.way.without_contact(),
        incomplete=known.incomplete.records,
        broken=known.broken,
        new=len(new),
        facts=known.versions,
        assessed=known.risk.assessed,
        review=review,
        review_by=names_of(known, [review.owner])[review.owner] if review else None,
        owed=note_of(known.owed, known.at) if not (case.withdrawn or known.died) else None,
        no_idva=known.support.idva_asked,
        disputed=case.disputed,
        restricted=known.restricted,
        withdrawn=case.withdrawn,
    )


def _counts(known: CaseKnown) -> ActionCounts:
    still_open = sum(row.open_until is not None for row in known.actions)
    return ActionCounts(open=still_open, late=len(known.actions_late))


def person_shown(known: CaseKnown, person: rows.CasePerson, sees: Sees) -> tuple[shown.PersonShown, set[str]]:
    """A person of the case for a caller, and what was left out of it."""
    row, locations, contacts = known.people.get(person.person), sees.locations, sees.contacts
    if row is None:
        return _nobody(person, locations=locations), set()
    others = known.about_others(person.person)
    left_out = {ANOTHER_VICTIM} if others else set()
    if not locations and (row.locations or any(line.health.general_practice for line in row.health)):
        left_out.add(LOCATIONS)
    ways = row.contacts[::-1] if person.role is Role.VICTIM else []
    left_out |= {CONTACT} if ways and not contacts else set()
    lines = list(reversed(known.lines_of(person.person)))
    page = shown.PersonShown(
        person=person.person,
        role=person.role,
        relationship=person.relationship,
        identity=row.identity,
        lines=lines if locations else [line_without_places(line) for line in lines],
        about_others=_about_others(known, row, others),
        contacts=[contact_shown(each, contacts=contacts, locations=locations) for each in ways],
        health=[
            health_shown(line, locations=locations)
            for line in reversed(row.health)
            if line.root not in others
        ],
        leads=list(reversed(row.leads)),
        doubts=row.doubts,
        flagged=row.flagged if person.role in (Role.VICTIM, Role.CHILD) else None,
        locations=[
            shown.Whereabouts.model_validate(line.model_dump())
            for line in reversed(row.locations)
            if line.root not in others
        ]
        if locations
        else None,
    )
    return page, left_out


def hers_shown(known: CaseKnown, *, contacts: bool, locations: bool) -> HersShown:
    """What is a victim's own, for a caller who may, or may not, see by what she is reached, and where."""
    if known.victim is None:
        return HersShown()
    hers, way = known.victim.hers, known.way if locations else known.way.without_address()
    return HersShown(
        way=way if contacts else way.without_contact(),
        died=hers.died,
        failed=hers.failed[::-1],
        wishes=hers.wishes[::-1],
        consents=hers.consents[::-1],
        standing=known.standing,
        characteristics=hers.characteristics[::-1] if contacts else None,
        unanswered=not_answered(hers),
    )


def _about_others(
    known: CaseKnown, row: rows.ConferencePerson, others: Collection[str]
) -> list[shown.AboutOther]:
    """The newest month first, and within one in no order that tells anything."""
    apart = [_about_other(known, line) for line in row.lines if line.root in others]
    apart.sort(key=lambda each: each.model_dump_json())
    apart.sort(key=lambda each: each.month, reverse=True)
    return apart


def _about_other(known: CaseKnown, line: rows.Line) -> shown.AboutOther:
    kind = known.agencies[line.agency].kind.value if line.agency in known.agencies else UNKNOWN_KIND
    said = line.said.details if line.said else {}
    return shown.AboutOther(
        type=line.type,
        month=f"{line.occurred.astimezone(LONDON):%Y-%m}",
        agency_kind=kind,
        details={name: value for name, value in said.items() if name in CODES},
    )


def health_shown(line: rows.HealthLine, *, locations: bool) -> rows.HealthLine:
    """What is said of somebody's health, for a caller: a practice is near where they live."""
    if locations:
        return line
    return line.model_copy(update={"health": line.health.model_copy(update={"general_practice": None})})


def order_shown(order: rows.Order, *, locations: bool) -> rows.Order:
    """An order for a caller: without the words of its terms for one who may not see locations."""
    if locations:
        return order
    bare = {
        name: [each.model_copy(update={"text": None}) for each in getattr(order, name)]
        for name in WORDS_OF_ORDERS
    }
    return order.model_copy(update=bare)


def _nobody(person: rows.CasePerson, *, locations: bool) -> shown.PersonShown:
    """Somebody of whom there is no row yet: named, and nothing more."""
    return shown.PersonShown(
        person=person.person,
        role=person.role,
        relationship=person.relationship,
        identity=rows.Identity(),
        lines=[],
        about_others=[],
        contacts=[],
        health=[],
        leads=[],
        locations=[] if locations else None,
    )


def names_of(known: CaseKnown, spoken_of: Iterable[str]) -> dict[str, str]:
    """The names of these agencies; of one that nobody has defined, its code."""
    return {
        agency: known.agencies[agency].name if agency in known.agencies else agency
        for agency in sorted(set(spoken_of))
    }


def area_name(areas: Mapping[str, AreaDefined], area: str | None) -> str | None:
    """The name of an area; of one that nobody has defined, its code."""
    return areas[area].name if area is not None and area in areas else area


def sent_on(known: CaseKnown) -> SentOnShown | None:
    """Where a case was sent to, by name."""
    sent = known.case.sent_on
    if sent is None:
        return None
    name = sent.outside or area_name(known.areas, sent.to_area) or ""
    return SentOnShown(to_name=name, there=sent.there, since=sent.since)


def facts_of(known: Sequence[CaseKnown]) -> Collection[str]:
    """The facts that pages of these cases are made of."""
    lines = (line for each in known for row in each.people_rows for line in row.lines)
    agreed = (fact for each in known for row in each.actions for fact in row.facts)
    return {*(each.case.fact for each in known), *(line.fact for line in lines), *agreed}

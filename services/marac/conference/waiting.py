"""The cases that wait to be heard, the meetings that are to hear them, and what is odd about either. Sharing
rules first; what is shown is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import and_, or_, select
from sqlmodel import col

from chassis.accept import Refused
from chassis.archive import Archive
from chassis.clock import LONDON, working_days_before
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.upon import ever_about
from contracts.content import Content
from contracts.events.configuration import AreaDefined
from contracts.events.listing import PartiesDecided
from contracts.rules.areas import area_and_around
from contracts.rules.pattern import many_left
from contracts.vocabulary import AreaKind, ReferralCriterion, Role
from services.marac import casefile, shown_listing
from services.marac.conference import compose, rows
from services.marac.conference.held import Held
from services.marac.conference.known import CaseKnown
from services.marac.conference.listed import returned_lines, returned_of
from services.marac.conference.listing import parties_of
from services.marac.conference.queries import may_see_meeting, visible_cases, waiting_and_away
from services.marac.conference.views import MEETING
from services.marac.rules import agenda, capacity, pairs, sharing, sitting
from services.marac.rules.chosen import Chosen, chosen
from services.marac.rules.criteria import Found, evidence
from services.marac.shown_decided import SentOnShown

VIEW = "waiting"


async def waiting(runtime: Runtime, caller: Caller) -> shown_listing.Waiting:
    """Who waits in each of the caller's MARACs; for whoever places cases, also those of no known MARAC."""
    at, held = runtime.clock.now(), Held(runtime)
    configuration = await held.configuration()
    areas, agencies = casefile.areas_of(configuration), casefile.agencies_of(configuration)
    every = await _called(runtime, at)
    meetings, listed = await _theirs(runtime, caller, every)
    found, facts, spoken = [], set[str](), set[str]()
    for area in [*maracs_of(caller, areas), *([None] if sharing.may_list(caller.roles) else [])]:
        to_hear, away = await waiting_and_away(held, caller, area)
        known = await held.known(to_hear, caller)
        if area is None and not (known or away):
            continue
        returned, behind = await returned_lines(held, [*(e.case for e in known if e.away), *away])
        known = [each for each in known if not each.away]
        here = [row for row in meetings if row.starts >= at and (area is None or area in row.areas)]
        others = await others_of(runtime, caller, known)
        rooms = [_room(row, chosen(configuration, row.area)) for row in here]
        asked = [*_questions(rooms, here, chosen(configuration, area)), *_twice(here)]
        asked += _same_people(here, listed)
        asked += _chairs(rooms, [row for row in every if area not in row.areas], here, configuration)
        asked += _not_closed(row for row in meetings if row.starts < at and area in row.areas)
        found.append(_in_marac(area, areas, known, returned, others, rooms, here, asked if area else []))
        facts |= {*compose.facts_of(known), *behind, *(row.root for row in here)}
        spoken |= {*(each.case.agency for each in known), *(each.referred_by for each in returned)}
    names = {each: agencies[each].name if each in agencies else each for each in sorted(spoken)}
    page = shown_listing.Waiting(at=at, fresh_until=await runtime.fresh_until(), maracs=found, agencies=names)
    await runtime.shown(caller, VIEW, caller.id, page.seen, facts)
    return page


async def decisions(runtime: Runtime, caller: Caller, case: str) -> shown_listing.CaseDecisions:
    """A case before it is listed, with all criteria. Raises Problem (404)."""
    known = await _known(runtime, caller, case)
    others = await others_of(runtime, caller, [known])
    # Of the facts, and not of the row: whoever decides next does so upon what is saved by now.
    saved = await runtime.facts([f"k:{case}"])
    parties, returned = parties_of(saved, case), returned_of(known)
    spoken = {known.case.agency, *(each.agency for each in (*parties, returned) if each)}
    page = shown_listing.CaseDecisions(
        at=runtime.clock.now(),
        fresh_until=await runtime.fresh_until(),
        case=case,
        letters=known.case.letters,
        name=known.victim.identity.name if known.victim else None,
        grade=known.case.grade,
        way=known.way.without_contact(),
        without_answer=many_left(known.pattern.without_answer),
        disputed=known.case.disputed,
        in_doubt=bool(known.in_doubt),
        sent_on=compose.sent_on(known),
        criteria=criteria_shown(known),
        others=others.get(case, []),
        returned=returned,
        taken_over=bool(known.case.transferred),
        parties=parties,
        version=len(ever_of_parties(saved, case)),
        agencies=compose.names_of(known, spoken),
    )
    facts = {*compose.facts_of([known]), *(each.fact for each in parties)}
    await runtime.shown(caller, VIEW, case, page.seen, facts)
    return page


def ever_of_parties(facts: FactSet, case: str) -> Sequence[Fact[Content]]:
    """All that was ever said of who is the primary victim of a case: what its version counts."""
    return ever_about(facts, lambda said: isinstance(said, PartiesDecided) and said.case == case)


async def weighed(archive: Archive, caller: Caller, case: str) -> dict[str, object]:
    """The facts by which the criteria of a case are found now, and how many records of it cannot be read.
    Raises Problem (404); Refused (409) for a case that another MARAC took over: the one that has it lists it,
    whatever its criteria (``domain.md`` 1.9)."""
    known = await _known(archive, caller, case)
    if known.case.transferred:
        raise Refused("taken-over", "case", status=409)
    return {"considered": evidence(known.criteria, known.newest), "unread": known.incomplete.records}


def maracs_of(caller: Caller, areas: Mapping[str, AreaDefined]) -> list[str]:
    """The MARACs of the caller's areas, by name."""
    found = [
        each
        for each in areas.values()
        if each.kind is AreaKind.MARAC and sharing.may_act_in(caller.areas, area_and_around(areas, each.area))
    ]
    return [each.area for each in sorted(found, key=lambda each: (each.name, each.area))]


def criteria_shown(known: CaseKnown) -> list[shown_listing.CriterionShown]:
    """The criteria of a case, with the words of local ones."""
    words = {each.code: each.words for each in known.chosen.local}
    return [
        shown_listing.CriterionShown(
            criterion=each.criterion,
            state=each.state,
            because=each.because,
            roots=each.roots,
            n=each.n,
            of=each.of,
            months=each.months,
            ticked=each.ticked,
            words=words.get(each.code or ""),
        )
        for each in known.criteria
    ]


async def _known(archive: Archive, caller: Caller, case: str) -> CaseKnown:
    found = await visible_cases(archive, caller, [case])
    if case not in found or found[case].withdrawn:
        raise not_found()
    return (await Held(archive).known([found[case]], caller))[0]


async def _called(runtime: Runtime, at: datetime) -> list[rows.ConferenceMeeting]:
    """The standing meetings to come, of all areas, and those with cases whose day is over and that nobody
    closed."""
    table = rows.ConferenceMeetingTable
    starts = col(table.starts)
    wanted = or_(starts >= at, and_(starts >= at - sitting.HELD_ASKED, ~col(table.closed)))
    order = select(table).where(wanted).order_by(starts, col(table.subject))
    read = cast("list[rows.ConferenceMeeting]", await runtime.rows(MEETING, order))
    return [row for row in read if not row.withdrawn and (row.starts >= at or _asked(row, at))]


async def _theirs(
    runtime: Runtime, caller: Caller, every: Iterable[rows.ConferenceMeeting]
) -> tuple[list[rows.ConferenceMeeting], dict[str, rows.ConferenceCase]]:
    """Those of these meetings that the caller may see, with those cases of each that they may see; and these
    cases."""
    found = [row for row in every if may_see_meeting(caller, row)]
    seen = await visible_cases(runtime, caller, {each.case for row in found for each in row.cases})
    theirs = [row.model_copy(update={"cases": [e for e in row.cases if e.case in seen]}) for row in found]
    return theirs, seen


def _room(row: rows.ConferenceMeeting, own: Chosen) -> capacity.Room:
    return capacity.Room(
        meeting=row.meeting,
        starts=row.starts,
        closes=working_days_before(row.starts.astimezone(LONDON).date(), own.closes_days),
        slots=row.slots or own.slots,
        taken=len(row.cases),
        emergency=row.emergency,
    )


async def others_of(
    runtime: Runtime, caller: Caller, known: Sequence[CaseKnown]
) -> dict[str, list[shown_listing.OtherCase]]:
    """Of each case the others that may be of the same people: of those that the caller may see, for which no
    referral was withdrawn."""
    alike = {each.case.case: _alike(each) for each in known}
    ids = {other.case for found in alike.values() for other in found}
    seen = {case for case, row in (await visible_cases(runtime, caller, ids)).items() if not row.withdrawn}
    return {
        case: [
            shown_listing.OtherCase(case=o.case, letters=agenda.letters(o.case), alike=o.alike)
            for o in found
            if o.case in seen
        ]
        for case, found in alike.items()
    }


def _alike(known: CaseKnown) -> list[pairs.Other]:
    if known.case.victim is None or known.victim is None:
        return []
    own = _pair(known.case)
    links = {link.case: link for link in known.victim.cases if link.role is not Role.CHILD}
    return pairs.others(
        own, [pairs.Pair(case, link.victim, frozenset(link.perpetrators)) for case, link in links.items()]
    )


def _pair(case: rows.ConferenceCase) -> pairs.Pair:
    by = frozenset(each.person for each in case.perpetrators)
    return pairs.Pair(case.case, case.victim.person if case.victim else None, by)


def _in_marac(
    area: str | None,
    areas: Mapping[str, AreaDefined],
    known: Sequence[CaseKnown],
    returned: list[shown_listing.ReturnedCase],
    others: Mapping[str, list[shown_listing.OtherCase]],
    rooms: Sequence[capacity.Room],
    meetings: Sequence[rows.ConferenceMeeting],
    questions: list[shown_listing.Question],
) -> shown_listing.WaitingIn:
    by_case = {each.case.case: each for each in known if not _elsewhere(each)}
    turns = capacity.in_turn(_waits(each) for each in by_case.values())
    dates = capacity.soonest(turns, rooms, known[0].at) if known else {}
    return shown_listing.WaitingIn(
        area=area,
        area_name=compose.area_name(areas, area),
        waiting=[
            _waiting_case(by_case[turn.case], turn.urgent, others[turn.case], dates[turn.case])
            for turn in turns
        ],
        returned=returned,
        elsewhere=[
            shown_listing.ElsewhereCase(case=each.case.case, letters=each.case.letters, sent_on=sent)
            for each in known
            if (sent := _elsewhere(each))
        ],
        meetings=[_room_shown(room, row) for room, row in zip(rooms, meetings, strict=True)],
        without_date=sum(each is None for each in dates.values()),
        questions=questions,
    )


def _elsewhere(known: CaseKnown) -> SentOnShown | None:
    """That a MARAC has the case that is not on Goldthread: no slot is held for it here. Whatever happens
    after that brings it back, for a person to look: the victim may be here again."""
    sent = compose.sent_on(known)
    back = sent and any(each.first > sent.since for each in known.case.occurrences)
    return sent if sent and sent.there and not back else None


def _waits(known: CaseKnown) -> capacity.Waits:
    case = known.case
    last = max((each.first for each in case.occurrences), default=None)
    urgent = capacity.urgent(case.grade, last, bool(compose.unanswered(known)), known.at)
    return capacity.Waits(case.case, case.grade, case.referred, urgent)


def _waiting_case(
    known: CaseKnown, urgent: bool, others: list[shown_listing.OtherCase], soonest: str | None
) -> shown_listing.WaitingCase:
    case, victim = known.case, known.victim
    returned = known.listing.returned if known.listing else None
    return shown_listing.WaitingCase(
        case=case.case,
        letters=case.letters,
        name=victim.identity.name if victim else None,
        born=next(iter(victim.identity.born), None) if victim else None,
        grade=case.grade,
        referred=case.referred,
        referred_by=case.agency,
        children=case.not_grown(known.at),
        urgent=urgent,
        disputed=case.disputed,
        in_doubt=bool(known.in_doubt),
        sent_on=compose.sent_on(known),
        way=known.way.without_contact(),
        criteria=criteria_shown(known),
        others=others,
        soonest=soonest,
        returned=returned.at if returned else None,
        back=_criteria(known.back),
    )


def _criteria(found: Iterable[Found]) -> list[ReferralCriterion]:
    return list(dict.fromkeys(each.criterion for each in found))


def _room_shown(room: capacity.Room, row: rows.ConferenceMeeting) -> shown_listing.RoomShown:
    return shown_listing.RoomShown(
        meeting=room.meeting,
        starts=room.starts,
        venue=row.venue,
        emergency=row.emergency,
        chair_known=row.chair is not None or row.chair_name is not None,
        chair_name=row.chair_name,
        slots=room.slots,
        taken=room.taken,
        free=room.free,
        closes=room.closes,
    )


def _questions(
    rooms: Sequence[capacity.Room], meetings: Sequence[rows.ConferenceMeeting], own: Chosen
) -> list[shown_listing.Question]:
    ask = shown_listing.Question
    found = [ask(code="over", meetings=[room.meeting], n=-room.free) for room in rooms if room.free < 0]
    found += [ask(code="at-one-time", meetings=list(pair)) for pair in capacity.at_one_time(rooms)]
    without = [row.meeting for row in meetings if row.chair is None and row.chair_name is None]
    found += [ask(code="no-chair", meetings=[meeting]) for meeting in without]
    unset = [row.meeting for row in meetings if row.slots is None and not own.slots_set and not row.emergency]
    return found + ([ask(code="slots-not-set", meetings=unset, n=own.slots)] if unset else [])


def _chairs(
    rooms: Sequence[capacity.Room],
    elsewhere: Iterable[rows.ConferenceMeeting],
    here: Sequence[rows.ConferenceMeeting],
    configuration: FactSet,
) -> list[shown_listing.Question]:
    """Meetings whose chair is named for another MARAC's at that time."""
    chairs = {row.meeting: row.chair for row in here if row.chair}
    theirs = {row.meeting: row for row in elsewhere if row.chair in chairs.values()}
    others = [_room(row, chosen(configuration, row.area)) for row in theirs.values()]
    chairs |= {meeting: row.chair for meeting, row in theirs.items() if row.chair}
    found = capacity.of_one_chair(rooms, others, chairs)
    return [shown_listing.Question(code="chair-twice", meetings=[one], at=at) for one, at in found]


def _asked(row: rows.ConferenceMeeting, at: datetime) -> bool:
    return bool(row.cases) and sitting.asked_whether_held(row.starts, at, closed=row.closed)


def _not_closed(meetings: Iterable[rows.ConferenceMeeting]) -> list[shown_listing.Question]:
    """Meetings whose day is over and that nobody closed: their cases wait no more, whether or not it was
    held."""
    ask = shown_listing.Question
    return [
        ask(code="not-closed", meetings=[row.meeting], n=len(row.cases), at=row.starts)
        for row in meetings
        if row.cases  # without those that whoever asks may not see
    ]


def _twice(meetings: Sequence[rows.ConferenceMeeting]) -> list[shown_listing.Question]:
    """Cases that are listed at more than one meeting to come."""
    return [
        shown_listing.Question(code="listed-twice", meetings=found, case=case, letters=agenda.letters(case))
        for case, found in sorted(_listed_at(meetings).items())
        if len(found) > 1
    ]


def _same_people(
    meetings: Sequence[rows.ConferenceMeeting], listed: Mapping[str, rows.ConferenceCase]
) -> list[shown_listing.Question]:
    """Each two cases at meetings to come that are of the same two people: they wait no more, and so no line
    of who waits says it."""
    at = _listed_at(meetings)
    stand = [row for case, row in listed.items() if case in at and not row.withdrawn]
    return [
        shown_listing.Question(
            code=alike,
            meetings=list(dict.fromkeys([*at[one], *at[other]])),
            case=one,
            letters=agenda.letters(one),
            other=other,
            other_letters=agenda.letters(other),
        )
        for one, other, alike in pairs.among(map(_pair, stand))
    ]


def _listed_at(meetings: Sequence[rows.ConferenceMeeting]) -> dict[str, list[str]]:
    """At which of these meetings each case is listed."""
    at: dict[str, list[str]] = {}
    for row in meetings:
        for each in row.cases:
            at.setdefault(each.case, []).append(row.meeting)
    return at

"""The rows of the victim-centred side, now or as they were known, and which cases a caller may see."""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar, cast

from chassis import feeds
from chassis.archive import Archive
from chassis.facts import FactSet
from chassis.http.auth import Caller
from chassis.once import MOST_KEPT, Same
from chassis.parking import Incomplete
from chassis.views import Row, View
from contracts.content import Said
from contracts.events.configuration import AgencyDefined, AreaDefined, ThresholdSet
from contracts.events.listing import MaracSet
from contracts.rules.areas import area_and_around
from contracts.vocabulary import Role, StaffRole
from services.marac import casefile
from services.marac.conference import alert_rows, known, rows
from services.marac.conference.action_held import actions_of
from services.marac.conference.children import CHILD
from services.marac.conference.children_rows import ChildRow
from services.marac.conference.heard import heard_at
from services.marac.conference.known import CaseKnown
from services.marac.conference.listing import LISTING
from services.marac.conference.listing_rows import CaseListing
from services.marac.conference.opposed import supported_by
from services.marac.conference.other_party import own_rows
from services.marac.conference.repeated import as_chosen, at_meeting, at_meetings, chooses, pair_heard
from services.marac.conference.research import RESEARCH
from services.marac.conference.research_rows import Declaring
from services.marac.conference.support import service_asked, who_is_in
from services.marac.conference.ties import restrictions, tied, ties
from services.marac.conference.views import ALERT, CASE, MEETING, PERSON
from services.marac.rules import sharing
from services.marac.rules.chosen import chosen
from services.marac.rules.doubting import OtherRecord, may_know_of
from services.marac.rules.interests import Sight, opens_unlisted, sight

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of marac, as they are now or as they were known at a time."""

    archive: Archive
    at: datetime | None = None
    _configured: list[FactSet] = field(default_factory=list, repr=False, compare=False)
    _unsure: list[Set[str] | None] = field(default_factory=list, repr=False, compare=False)
    _now: list["Held"] = field(default_factory=list, repr=False, compare=False)

    @property
    def now(self) -> "Held":
        """The rows as they are now: rights are asked of these."""
        if self.at is None:
            return self
        if not self._now:
            self._now.append(Held(self.archive))
        return self._now[0]

    async def configuration(self) -> FactSet:
        """What users have configured that cases are shown by, of the same time: one look asks it once."""
        if not self._configured:
            kinds = AgencyDefined, AreaDefined, MaracSet, ThresholdSet
            self._configured.append(await self.archive.configuration(*kinds, at=self.at))
        return self._configured[0]

    async def unsure(self) -> Set[str] | None:
        """The cases of which the row may not be all that is known, or None for any (``Archive.unsure``): one
        look asks it once, before it reads rows by what they say."""
        if not self._unsure:
            self._unsure.append(await self.archive.unsure())
        return self._unsure[0]

    async def one(self, view: View, row: type[R], subject: str) -> R | None:
        """A subject's row."""
        if self.at is None:
            return cast("R | None", await self.archive.row(view, subject))
        return cast("R | None", await self.archive.as_of(view, subject, self.at))

    async def many(self, view: View, row: type[R], subjects: Collection[str], named: str) -> dict[str, R]:
        """The rows of these subjects, by the field of the row that names its subject. ``row`` may be a part
        of the view's (``brief_rows``): a row of then is folded, and whole."""
        if not subjects:
            return {}
        if self.at is not None:
            return cast("dict[str, R]", await self.archive.rows_as_of(view, subjects, self.at))
        read = cast("list[R]", await self.archive.rows_by(view, "subject", subjects, row))
        return {getattr(each, named): each for each in read}

    async def by_subject(self, view: View, row: type[R], subjects: Collection[str]) -> dict[str, R]:
        """The rows of these subjects, by subject: of a view whose row does not name it."""
        if self.at is not None:
            return cast("dict[str, R]", await self.archive.rows_as_of(view, subjects, self.at))
        return cast("dict[str, R]", await self.archive.rows_of(view, subjects) if subjects else {})

    async def known(
        self, cases: Iterable[rows.ConferenceCase], caller: Caller | None = None
    ) -> list[CaseKnown]:
        """Cases with all the rows that their pages are made of. Whose people stand in doubt is told to a
        ``caller`` who may know of the other record (``rules/doubting.py``), and else to nobody."""
        cases = list(cases)
        configuration = await self.configuration()
        persons = {person for case in cases for person in known.people_of(case)}
        causes = {cause for case in cases for cause in known.causes_of(case)}
        held = await self.many(PERSON, rows.ConferencePerson, persons, "person")
        people = await with_doubts_of(self.now, caller, held)
        children = await self.many(CHILD, ChildRow, persons, "person")
        alerts = await self.many(ALERT, alert_rows.ConferenceAlert, causes, "cause")
        agencies, areas = casefile.agencies_of(configuration), casefile.areas_of(configuration)
        at = self.at or self.archive.clock.now()
        silences = await feeds.silent(self.archive, agencies, self.at)
        decided = await self.many(LISTING, CaseListing, {case.case for case in cases}, "case")
        own = {area: chosen(configuration, area) for area in map(chooses, cases)}
        agreed = await actions_of(self.archive, [case.case for case in cases], self.at)
        (others, meetings), incomplete = await self._others(cases), await self._incomplete(cases)
        broken = set() if self.at else await self.archive.all_broken()
        restricted = await restrictions(self.archive, [case.case for case in cases])
        return [
            CaseKnown(
                at,
                as_chosen(case, own[chooses(case)], pair_heard(case, others, meetings, at), at),
                own_rows(case, people),
                *(alerts, agencies, areas, incomplete[case.case], silences),
                chosen=own[chooses(case)],
                listing=decided.get(case.case),
                restricted=case.case in restricted,
                broken=not broken.isdisjoint({f"k:{case.case}", *(f"p:{p}" for p in known.people_of(case))}),
                of_children=children,
                actions=agreed[case.case],
                heard_at=heard_at(case, meetings, at),
                recorded=tuple(case.repeat.roots) if case.repeat else (),
                repeat_at=at_meetings(case, others, meetings, own[chooses(case)]),
            )
            for case in cases
        ]

    async def _others(
        self, cases: Collection[rows.ConferenceCase]
    ) -> tuple[dict[str, rows.ConferenceCase], dict[str, rows.ConferenceMeeting]]:
        """The other cases of the same pairs that count, and the meetings of all."""
        pairs = {each for case in cases for each in case.pair}
        others = await self.many(CASE, rows.ConferenceCase, pairs, "case")
        return others, await self.meetings_of([*cases, *others.values()])

    async def repeats(
        self, cases: Mapping[str, rows.ConferenceCase], meeting: rows.ConferenceMeeting
    ) -> set[str]:
        """Those of these cases that are repeats at a meeting, as its data return counts them."""
        configuration = await self.configuration()
        others, meetings = await self._others(cases.values())
        own = {area: chosen(configuration, area) for area in map(chooses, cases.values())}
        return {
            each.case
            for each in cases.values()
            if at_meeting(each, meeting, others, meetings, own[chooses(each)])
        }

    async def _incomplete(self, cases: Iterable[rows.ConferenceCase]) -> dict[str, Incomplete]:
        """What could not be read of each of these cases: asked of all at once, for mostly it is nothing."""
        of = {case.case: known.subjects_of(case) for case in cases}
        together = await self.archive.incomplete(set().union(*of.values()))
        if not together.records:
            return dict.fromkeys(of, together)
        return {case: await self.archive.incomplete(subjects) for case, subjects in of.items()}

    async def meetings_of(self, cases: Iterable[rows.ConferenceCase]) -> dict[str, rows.ConferenceMeeting]:
        """The meetings that these cases are listed at and that stand, by id."""
        ids = {listing.meeting for case in cases for listing in case.meetings}
        found = await self.many(MEETING, rows.ConferenceMeeting, ids, "meeting")
        return {meeting: row for meeting, row in found.items() if not row.withdrawn}


async def visible(
    archive: Archive, caller: Caller, cases: Iterable[rows.ConferenceCase]
) -> dict[str, rows.ConferenceCase]:
    """Those of these cases that the caller may see, by id: a case is also of the areas of the standing
    meetings that it was put on, whatever its own area has become since; and of a MARAC that took it over. One
    that is on no agenda is not there for an IDVA who has nothing to do with it. To whoever declared a tie to
    its parties it is not there, nor to whoever supports the other one, nor where it is restricted to others,
    nor, once a meeting of theirs has declaring here, to an attendee who declared nothing."""
    if not (cases := list(cases)):
        return {}
    meetings = await Held(archive).meetings_of(cases)
    theirs = await _of_their_areas(archive, caller, cases, meetings)
    return await _released(archive, caller, theirs, meetings)


async def with_doubts_of(
    held: Held, caller: Caller | None, people: Mapping[str, rows.ConferencePerson]
) -> dict[str, rows.ConferencePerson]:
    """These people, each with those doubts alone of which the caller may know; None: with none."""
    doubted = {side for row in people.values() for each in row.doubts for side in (each.one, each.other)}
    at_home = await held.archive.places(doubted) if caller and doubted else {}
    records = await _records_of(held, at_home) if at_home else {}
    cases = {case for record in records.values() for each in record.cases for case in each}
    found = (await held.many(CASE, rows.ConferenceCase, cases, "case")).values()
    seen = await visible(held.archive, caller, found) if caller else {}
    agencies = casefile.agencies_of(await held.configuration()) if doubted else {}

    def may_know(person: str, side: str) -> bool:
        if caller is None:
            return False
        record = records.get(side, OtherRecord())
        if at_home.get(side) == person:
            return bool(record.told)
        kind = agencies[caller.agency].kind if caller.agency in agencies else None
        return may_know_of(caller.roles, caller.areas, caller.agency, kind, record, seen)

    def left(row: rows.ConferencePerson) -> tuple[rows.Doubt, ...]:
        of = row.person
        return tuple(each for each in row.doubts if may_know(of, each.one) and may_know(of, each.other))

    return {
        person: _with_doubts(Same(row), left(row)) if row.doubts else row for person, row in people.items()
    }


@lru_cache(maxsize=MOST_KEPT)
def _with_doubts(row: Same[rows.ConferencePerson], doubts: tuple[rows.Doubt, ...]) -> rows.ConferencePerson:
    """Somebody with these doubts: the same at every look, so that what goes by the row is worked out once."""
    return row.of.model_copy(update={"doubts": doubts})


async def _records_of(held: Held, homes: Mapping[str, str]) -> dict[str, OtherRecord]:
    """Records, and whoever each is of (``homes``), as far as facts that this service has name them."""
    filed = await held.archive.filed([f"m:{each}" for each in homes])
    named = {
        each: homes[each[2:]]
        for each, facts in filed.items()
        if any(f"m:{one.mention}" == each for fact in facts.current(Said) for one in fact.said.named)
    }
    people = await held.many(PERSON, rows.ConferencePerson, set(named.values()), "person")
    lines = {person: [line for line in row.lines if line.said is not None] for person, row in people.items()}
    victims = {
        person: {other.person for line in told for other in line.others if other.role is Role.VICTIM}
        for person, told in lines.items()
    }
    others = set[str]().union(*victims.values()) - people.keys()
    read = people | await held.many(PERSON, rows.ConferencePerson, others, "person")
    areas = casefile.areas_of(await held.configuration())
    roots = {line.root for told in lines.values() for line in told}
    said = (await held.archive.versions_of(roots)).current(Said)
    routed = {fact.root: area for fact in said if (area := casefile.area_of(fact.said))}

    def record(person: str, told: Collection[rows.Line]) -> OtherRecord:
        of = {routed[line.root] for line in told if line.root in routed}
        return OtherRecord(
            told=frozenset(line.agency for line in told),
            reach=frozenset(place for area in of for place in area_and_around(areas, area)),
            cases=[
                frozenset(link.case for link in read[each].cases)
                for each in sorted(victims[person] | {person})
                if each in read
            ],
        )

    return {each[2:]: record(person, lines[person]) for each, person in named.items() if person in lines}


async def counted(archive: Archive, caller: Caller, cases: Iterable[rows.ConferenceCase]) -> set[str]:
    """Those of these cases that are in numbers for the caller: as ``visible``, but that one of which they
    declared nothing is counted too. A number is no look at it."""
    cases = list(cases)
    theirs = await _of_their_areas(archive, caller, cases, await Held(archive).meetings_of(cases))
    return theirs.keys() - await tied(archive, caller, theirs)


async def _of_their_areas(
    archive: Archive,
    caller: Caller,
    cases: Iterable[rows.ConferenceCase],
    meetings: Mapping[str, rows.ConferenceMeeting],
) -> dict[str, rows.ConferenceCase]:
    found: dict[str, rows.ConferenceCase] = {}
    unlisted: list[rows.ConferenceCase] = []
    for case in cases:
        put_on = [meetings[each.meeting] for each in case.meetings if each.meeting in meetings]
        areas = {*case.areas, *case.transferred, *(area for meeting in put_on for area in meeting.areas)}
        if sharing.may_see_case(caller.roles, caller.areas, areas, case.marac):
            found[case.case] = case
            unlisted += [] if put_on else [case]
    support = await _support(Held(archive), caller, unlisted)
    for case in unlisted:
        known = support.get(case.case, rows.Support())
        involved = {case.agency, service_asked(known)}
        if not opens_unlisted(caller.roles, caller.agency, caller.id, who_is_in(known), involved):
            del found[case.case]
    return found


async def _released(
    archive: Archive,
    caller: Caller,
    cases: dict[str, rows.ConferenceCase],
    meetings: Mapping[str, rows.ConferenceMeeting],
) -> dict[str, rows.ConferenceCase]:
    """Those of these cases that are released to the caller, by what they declared of them, where a meeting
    that they may see asks it of them: at another MARAC's they cannot declare."""
    held = Held(archive)
    said = await ties(archive, caller, cases)
    theirs = {
        meeting
        for meeting, row in meetings.items()
        if sharing.may_see_meeting(caller.roles, caller.areas, row.areas)
    }
    research = await held.many(RESEARCH, Declaring, theirs, "meeting")
    declares = {each.meeting for each in research.values() if each.declares}
    asked = {case for case, row in cases.items() if any(each.meeting in declares for each in row.meetings)}
    clients = await clients_of(archive, caller, [cases[case] for case in asked if said[case] is None])
    places = sharing.may_place_cases(caller.roles)
    return {
        case: row
        for case, row in cases.items()
        if sight(tie=said[case], asked=case in asked, works=places or case in clients) is Sight.ALL
    }


async def clients_of(archive: Archive, caller: Caller, cases: Collection[rows.ConferenceCase]) -> set[str]:
    """Those of these cases whose victim is a client of the caller's, an IDVA."""
    if StaffRole.IDVA not in caller.roles:
        return set()
    of = {case.case: case.victim.person for case in cases if case.victim}
    theirs = await supported_by(archive, caller.agency, set(of.values()))
    return {case for case, person in of.items() if person in theirs}


async def _support(
    held: Held, caller: Caller, cases: Iterable[rows.ConferenceCase]
) -> dict[str, rows.Support]:
    """The support of the victims of these cases, to somebody who is an IDVA."""
    if StaffRole.IDVA not in caller.roles:
        return {}
    of = {case.case: case.victim.person for case in cases if case.victim}
    victims = await held.many(PERSON, rows.PersonInBrief, set(of.values()), "person")
    return {case: victims[person].support for case, person in of.items() if person in victims}


def by_transfer(caller: Caller, case: rows.ConferenceCase) -> bool:
    """Whether a caller sees a case for no other reason than that their MARAC took it over."""
    return sharing.only_by_transfer(caller.areas, case.areas, case.transferred)


async def sees_of(
    archive: Archive,
    caller: Caller,
    case: rows.ConferenceCase,
    *,
    paper: bool = False,
    opened: bool = False,
) -> sharing.Sees:
    """What of a case that a caller may see they see beside what all its readers see. ``opened``: they gave a
    reason to see where its people are."""
    client = bool(await clients_of(archive, caller, [case]))
    sees = sharing.sees(caller.roles, client=client, paper=paper, here=not by_transfer(caller, case))
    if opened or not sees.locations:
        return sees
    people = await Held(archive).many(PERSON, rows.ConferencePerson, set(known.people_of(case)), "person")
    return sees.flagged() if any(each.flagged for each in people.values()) else sees

"""What the two sides tell each other of one person, at once: what a MATAC decided; how far a MARAC has
come."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from chassis.accept import Refused
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.rules.pattern import many_left
from contracts.vocabulary import ActionFor, Role
from services.marac.conference import rows as hers
from services.marac.conference.action_held import actions_of
from services.marac.conference.actions_rows import ActionRow
from services.marac.conference.breaches import breaches_by, left_of
from services.marac.conference.heard import heard_at
from services.marac.conference.held import Held
from services.marac.conference.records import each_once, occasions
from services.marac.conference.research import INTERESTS
from services.marac.conference.research_rows import InterestsRow
from services.marac.conference.sitting import SITTING
from services.marac.conference.sitting_rows import HeardVersion, Sitting
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import months
from services.marac.rules.candidates import AgreedOn, told_of_actions, told_to_matac
from services.marac.shown_candidate import Candidacy
from services.marac.tasking.candidates import TaskingCandidate


async def candidacy(
    runtime: Runtime,
    caller: Caller,
    person: str,
    victims: Collection[str],
    row: TaskingCandidate | None,
    at: datetime | None = None,
) -> Candidacy:
    """Of somebody of the cohort, whose victims are these, now or as it was known at a time. What is shown of
    minutes is on record: to which forums, once they are issued. How many were heard, and what was agreed, is
    counted by months that are over: the day of a meeting tells which MARAC it was. What is restricted is in
    the numbers by what was known when the month began: else they would tell on which day that was said."""
    held, now = Held(runtime, at), at or runtime.clock.now()
    month = months.begun(now)
    here = await _cases(held, person, victims, now)
    begun = here.until(month)
    try:
        then = Held(runtime, month)
        begun = begun._replace(shut=await _shut(then, begun.of))
        agreed, still_open = told_of_actions(await _agreed(then, begun), month)
    except Refused:  # what was known then is not all here, or cannot be read
        begun = begun._replace(shut=here.shut)
        agreed, still_open = told_of_actions(await _agreed(held, begun), month)
    records = await _issued(held, here)
    forums = told_to_matac(record.forums for record in records)
    if forums or agreed:
        body = " ".join([*forums, str(len(agreed)), str(still_open)]).encode()
        facts = {record.fact for record in records} | {fact for each in agreed for fact in each.facts}
        await runtime.shown(caller, SITTING.name, person, body, facts)
    return Candidacy(
        victims=row.victims if row else (),
        since=row.since if row else None,
        due=row.due if row else None,
        late=bool(row and row.due and row.due < now),
        decision=row.decision if row else None,
        referred=row.referred if row else (),
        heard=len({begun.whose[case] for case in begun.told}),
        forums=forums,
        actions=len(agreed),
        actions_open=still_open,
    )


async def left_without_answer(
    held: Held, person: str, victims: Collection[str], at: datetime
) -> tuple[int, set[str]]:
    """``without_answer``, of somebody of the cohort: ``victims`` are those too whom an order protects."""
    people = await held.many(PERSON, hers.ConferencePerson, {person, *victims}, "person")
    return without_answer(person, people.values(), at)


def without_answer(
    person: str, people: Collection[hers.ConferencePerson], at: datetime
) -> tuple[int, set[str]]:
    """How many breaches by somebody had no answer in 24 hours, where there are so many that their number is
    named; else 0. And the facts that it comes from. A breach that names a victim alone is in the victim's
    row, with whom it is by as the order tells. No id decides what is joined: it would tell where she lives.
    """
    lines = sorted(each_once(people), key=lambda e: (e.occurred, e.precision, e.kind, len(e.steps)))
    placed = (line.model_copy(update={"root": f"{place:09}"}) for place, line in enumerate(lines))
    told = breaches_by({person}, occasions(placed))
    roots = {lines[int(record.root)].root for each in told for record in each}
    facts = {line.fact for row in people for line in row.lines if line.root in roots}
    return many_left(left_of(told, at)), facts


class _Cases(NamedTuple):
    """The cases of victims that name a person. Victims are counted, for a case that moves with a victim is a
    second one. ``heard``: by which meetings, and when; ``of``: all cases of those victims; ``shut``: of whose
    cases any is restricted."""

    whose: dict[str, str]
    heard: dict[str, dict[str, datetime]]
    of: dict[str, str]
    shut: set[str]

    @property
    def told(self) -> dict[str, dict[str, datetime]]:
        """Those of which anything is told, and the meetings that heard them."""
        return {case: met for case, met in sorted(self.heard.items()) if self.whose[case] not in self.shut}

    def until(self, month: datetime) -> "_Cases":
        """Those that meetings had heard by then. Who is who, and which meetings those were, is as of now."""
        met = {case: {m: when for m, when in at.items() if when <= month} for case, at in self.heard.items()}
        heard = {case: at for case, at in met.items() if at}
        theirs = {self.whose[case] for case in heard}
        of = {case: victim for case, victim in self.of.items() if victim in theirs}
        return _Cases(self.whose, heard, of, self.shut)


async def _cases(held: Held, person: str, victims: Collection[str], until: datetime) -> _Cases:
    people = await held.many(PERSON, hers.ConferencePerson, victims, "person")
    links = [
        (victim, link) for victim, row in people.items() for link in row.cases if link.role is Role.VICTIM
    ]
    whose = {link.case: victim for victim, link in links if person in link.perpetrators}
    named = await held.many(CASE, hers.ConferenceCase, whose, "case")
    meetings = await held.meetings_of(named.values())
    heard = {case: heard_at(each, meetings, until) for case, each in named.items()}
    of = {link.case: victim for victim, link in links}
    return _Cases(whose, heard, of, await _shut(held, of))


async def _shut(held: Held, of: Mapping[str, str]) -> set[str]:
    """The victims of whose cases any is restricted."""
    interests = await held.many(INTERESTS, InterestsRow, of.keys(), "case")
    return {of[case] for case, row in interests.items() if row.restricted}


async def _sittings(held: Held, cases: _Cases) -> dict[str, Sitting]:
    return await held.many(SITTING, Sitting, {each for met in cases.told.values() for each in met}, "meeting")


async def _issued(held: Held, cases: _Cases) -> list[HeardVersion]:
    """What minutes that were issued have of cases, at the meetings that heard them."""
    sittings = await _sittings(held, cases)
    return [
        version
        for case, met in cases.told.items()
        for meeting in sorted(met.keys() & sittings.keys())
        for version in _version_issued(sittings[meeting], case)
    ]


async def _agreed(held: Held, cases: _Cases) -> list[AgreedOn]:
    """The actions about whoever harms that those meetings agreed."""
    sittings, actions = (
        await _sittings(held, cases),
        await actions_of(held.archive, list(cases.told), held.at),
    )
    return [
        _agreed_on(row, met[meeting], sittings.get(meeting))
        for case, met in cases.told.items()
        for row in actions[case]
        if row.target is ActionFor.PERPETRATOR and (meeting := row.meeting) in met and meeting
    ]


def _agreed_on(action: ActionRow, met: datetime, sitting: Sitting | None) -> AgreedOn:
    issued = (
        each.issued
        for each in (sitting.issued if sitting else ())
        if each.issued >= action.agreed and action.of_case in each.cases
    )
    withdrawn = action.recorded if action.withdrawn else None
    return AgreedOn(met, min(issued, default=None), action.over, withdrawn, action.facts)


def _version_issued(sitting: Sitting, case: str) -> list[HeardVersion]:
    record, issued = sitting.of(case), sitting.issued[-1].cases.get(case) if sitting.issued else None
    return [version for version in record.versions if version.fact == issued] if record else []

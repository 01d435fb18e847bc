"""What the two sides tell each other of one person, at once: what a MATAC decided; how far a MARAC has
come."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.rules.pattern import many_left
from contracts.vocabulary import ActionFor, Role
from services.marac.conference import rows as hers
from services.marac.conference.action_held import actions_of
from services.marac.conference.actions_rows import ActionRow
from services.marac.conference.breaches import breaches_by, left_of
from services.marac.conference.heard import heard_at
from services.marac.conference.held import Held, restrictions
from services.marac.conference.records import each_once, occasions
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
    counted by months that are over: the day of a meeting tells which MARAC it was."""
    held, now = Held(runtime, at), at or runtime.clock.now()
    links = await _links(held, person, victims)
    cases = await held.many(CASE, hers.ConferenceCase, links, "case")
    meetings = await held.meetings_of(cases.values())
    heard = {links[case] for case, each in cases.items() if heard_at(each, meetings, months.begun(now))}
    minutes = await _of_minutes(held, {case: heard_at(each, meetings, now) for case, each in cases.items()})
    forums = told_to_matac(record.forums for record in minutes.records)
    agreed, still_open = told_of_actions(minutes.agreed, months.begun(now))
    if forums or agreed:
        body = " ".join([*forums, str(len(agreed)), str(still_open)]).encode()
        facts = {record.fact for record in minutes.records} | {fact for each in agreed for fact in each.facts}
        await runtime.shown(caller, SITTING.name, person, body, facts)
    return Candidacy(
        victims=row.victims if row else (),
        since=row.since if row else None,
        due=row.due if row else None,
        late=bool(row and row.due and row.due < now),
        decision=row.decision if row else None,
        referred=row.referred if row else (),
        heard=len(heard),
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


async def _links(held: Held, person: str, victims: Collection[str]) -> dict[str, str]:
    """Of each case of these victims that names this person, whose it is. Victims are counted, for a case that
    moves with a victim is a second one."""
    people = await held.many(PERSON, hers.ConferencePerson, victims, "person")
    return {
        link.case: victim
        for victim, row in people.items()
        for link in row.cases
        if link.role is Role.VICTIM and person in link.perpetrators
    }


class _Minutes(NamedTuple):
    """What minutes that were issued have of cases, and the actions about whoever harms."""

    records: list[HeardVersion]
    agreed: list[AgreedOn]


async def _of_minutes(held: Held, heard: Mapping[str, Mapping[str, datetime]]) -> _Minutes:
    """Of these cases, at the meetings that heard them; of none that is restricted."""
    shut = await restrictions(held.archive, list(heard))
    of = {case: at for case, at in sorted(heard.items()) if case not in shut}
    sittings = await held.many(SITTING, Sitting, {each for at in of.values() for each in at}, "meeting")
    actions = await actions_of(held.archive, list(of), held.at)
    records = [
        version
        for case, at in of.items()
        for meeting in sorted(at.keys() & sittings.keys())
        for version in _version_issued(sittings[meeting], case)
    ]
    agreed = [
        _agreed_on(row, met, sittings.get(row.meeting or ""))
        for case, at in of.items()
        for row in actions[case]
        if row.target is ActionFor.PERPETRATOR and (met := at.get(row.meeting or ""))
    ]
    return _Minutes(records, agreed)


def _agreed_on(action: ActionRow, met: datetime, sitting: Sitting | None) -> AgreedOn:
    issued = (each.issued for each in (sitting.issued if sitting else ()) if each.issued >= action.agreed)
    withdrawn = action.recorded if action.withdrawn else None
    return AgreedOn(met, min(issued, default=None), action.over, withdrawn, action.facts)


def _version_issued(sitting: Sitting, case: str) -> list[HeardVersion]:
    record, issued = sitting.of(case), sitting.issued[-1].cases.get(case) if sitting.issued else None
    return [version for version in record.versions if version.fact == issued] if record else []

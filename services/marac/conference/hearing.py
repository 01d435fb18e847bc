"""What a meeting records of one case: read and written by its chair and coordinator, a version at a time."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field

from chassis.accept import Refused, Taken, own_header
from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.envelope import AgencyId
from contracts.events.meeting import MOST_RECORDS, CaseBegun, CaseHeard
from contracts.sections import Name, Narrative, Text
from contracts.times import Moment
from contracts.vocabulary import Forum
from services.marac.conference import rows
from services.marac.conference.held import Held, visible
from services.marac.conference.sitting import SITTING, version_of, versions_of
from services.marac.conference.sitting_rows import HeardVersion, Sitting, WhoLeft
from services.marac.conference.views import CASE, MEETING
from services.marac.rules import agenda, refer_again, sharing
from services.marac.shown import CasePage
from services.marac.shown_sitting import Hearing
from services.marac.tasking.rows import MappaSaid, TaskingPerpetrator, TaskingSource
from services.marac.tasking.views import PERPETRATOR, SOURCE

TAKEN_BY_ANOTHER = (409, 412)
"""Somebody else wrote it first, or has written since."""


class Glance(NamedTuple):
    """Of those who harm: whether somebody is in a MATAC's cohort and scored, never by what, nor whose; and of
    each, by name, at which MAPPA level they are managed."""

    matac: bool
    mappa: list[tuple[Name | None, tuple[MappaSaid, ...]]]


class ToRecord(BaseModel):
    """What is recorded of a case. Whether it is safe that the victim is told must be said: null is *not
    said*."""

    model_config = ConfigDict(extra="forbid")

    risks: Text | None = None
    needs: Text | None = None
    strengths: Text | None = None
    decided: Text | None = None
    forums: list[Forum] = Field(default_factory=list, max_length=len(Forum))
    told_by: AgencyId | None = None
    safe_to_tell: bool | None
    at: Moment | None = Field(default=None, description="when it was heard; none given: now")


async def meeting_of(runtime: Runtime, caller: Caller, meeting: str) -> rows.ConferenceMeeting:
    """A meeting that stands, for whoever may see it. Raises Problem (404)."""
    row = await Held(runtime).one(MEETING, rows.ConferenceMeeting, meeting)
    if row is None or row.withdrawn or not sharing.may_see_meeting(caller.roles, caller.areas, row.areas):
        raise not_found()
    return row


async def cases_at(
    runtime: Runtime, caller: Caller, row: rows.ConferenceMeeting
) -> dict[str, rows.ConferenceCase]:
    """The cases of a meeting that the caller may see, by id."""
    listed = {each.case for each in row.cases}
    found = await Held(runtime).many(CASE, rows.ConferenceCase, listed, "case")
    return await visible(runtime, caller, found.values())


async def sitting_of(archive: Archive, meeting: str) -> Sitting:
    """What was recorded of a meeting: an empty row where nothing was."""
    found = await archive.row(SITTING, meeting)
    return cast("Sitting", found) if found is not None else Sitting(meeting=meeting)


def out_of(caller: Caller, sitting: WhoLeft, *, to_do: bool = False) -> set[str]:
    """The cases for which the caller left the room. ``to_do``: as ``sharing.was_out``."""
    left: dict[str, list[sharing.Out]] = {}
    for line in sitting.left:
        left.setdefault(line.case, []).append(sharing.Out(line.agency, line.person))
    return {
        case
        for case, who in left.items()
        if sharing.was_out(caller.roles, caller.agency, caller.id, who, to_do=to_do)
    }


def was_there(caller: Caller, areas: Collection[str], in_the_room: str) -> bool:
    """Whether the caller represents an agency that was in the room of a meeting of these areas, as the
    meeting's row says who was."""
    there = {caller.agency} if f"|{caller.agency}|" in in_the_room else set[str]()
    return sharing.represents(caller.roles, caller.areas, caller.agency, areas, there)


def in_order(cases: Iterable[rows.ConferenceCase], at: datetime) -> list[rows.ConferenceCase]:
    """Cases in the order in which a meeting at this time hears them; those whose referral was withdrawn
    last."""
    return sorted(
        cases,
        key=lambda each: (
            each.withdrawn,
            agenda.place(each.grade, each.not_grown(at), each.referred, each.case),
        ),
    )


async def read(runtime: Runtime, caller: Caller, meeting: str, case: str) -> Hearing:
    """What was recorded of a case at a meeting. Raises Problem (404). The look is on record."""
    row = await _case(runtime, caller, meeting, case)
    versions = await _versions(runtime, meeting, case)
    shown = Hearing(meeting=meeting, case=case, version=0)
    if versions:
        record = version_of(versions[-1])
        shown = Hearing(
            meeting=meeting,
            case=case,
            version=record.version,
            heard=versions[-1].occurred,
            record=record,
            of_another=is_of_another(await named(runtime, [record]), record, row),
        )
    facts = [fact.id for fact in versions[-1:]]
    await runtime.shown(caller, SITTING.name, case, shown.model_dump_json().encode(), facts)
    return shown


async def begun(runtime: Runtime, caller: Caller, case: str, sitting: Sitting) -> datetime | None:
    """Since when a meeting is at a case, for its timer, whoever of those who hold it looks: from now on where
    it sits, and nobody has opened the case yet. None: it does not sit, or had heard it before that was
    recorded, or it is held ready alone. While the service has not caught up the next look says it."""
    sits = sitting.opened is not None and sitting.closed is None and case not in sitting.heard_cases
    if case in sitting.began or not sits or caller.ahead:
        return sitting.began.get(case)
    said, header = CaseBegun(meeting=sitting.meeting, case=case), own_header(runtime.clock.now())
    only = f"begun {sitting.meeting} {case}"
    try:
        await runtime.take(header, said, caller=caller, right=sharing.HOLD_MEETING, only=only)
    except Refused as refused:
        if refused.status not in (409, 503):
            raise
    return header.occurred if isinstance(header.occurred, datetime) else None


async def record(
    runtime: Runtime, caller: Caller, meeting: str, case: str, said: ToRecord, upon: int
) -> Taken:
    """Record a case, upon the version at hand (0: none yet). What is recorded already is not recorded twice.

    Raises Problem (404); Refused (412) where there is another version than the one at hand.
    """
    row = await _case(runtime, caller, meeting, case)
    starts = (await meeting_of(runtime, caller, meeting)).starts
    now, before = runtime.clock.now(), await _versions(runtime, meeting, case)
    at = before[0].occurred if before else said.at or now
    then = refer_again.heard_at(starts if starts <= now else None, at)
    had = before[0].said.had if before else await _had(runtime, row, then if then < now else None)
    content = _content(meeting, row, said, had)
    try:
        taken = await _write(runtime, caller, content, at, upon)
    except Refused as refused:
        if refused.status not in TAKEN_BY_ANOTHER:
            raise
        newest = (await _versions(runtime, meeting, case))[-1]
        if newest.said != content.model_copy(update={"had": newest.said.had}):
            raise Refused("changed-since", "If-Match", status=412) from None
        return Taken(newest.id, newest.root, newest.version, newest.accepted, repeated=True)
    await runtime.folded(content.keys(taken.root))
    return taken


async def named(archive: Archive, records: Iterable[HeardVersion]) -> dict[str, str]:
    """Which person each victim of these records is today."""
    mentions = {each.victim for each in records if each.victim}
    seen = await archive.places(mentions)
    return {each: seen.get(each) or archive.ids.person(each) for each in mentions}


def is_of_another(homes: Mapping[str, str], record: HeardVersion, case: rows.ConferenceCase) -> bool:
    """Whether something was recorded of somebody who is not the victim of the case today."""
    if record.victim is None:
        return False
    return case.victim is None or homes[record.victim] != case.victim.person


async def at_glance(runtime: Runtime, caller: Caller, page: CasePage) -> Glance:
    """What the perpetrator-centred side says of those who harm, for whoever holds the meeting. That a MAPPA
    level was shown is on record."""
    held, scored = Held(runtime), False
    mappa: list[tuple[Name | None, tuple[MappaSaid, ...]]] = []
    for each in page.perpetrators:
        row = await held.one(PERPETRATOR, TaskingPerpetrator, each.person)
        lines = row.mappa if row else ()
        if lines:
            source = await held.one(SOURCE, TaskingSource, each.person)
            body = b"".join(line.model_dump_json().encode() for line in lines)
            await runtime.shown(caller, PERPETRATOR.name, each.person, body, source.mappa if source else ())
        scored = scored or bool(row and row.scored)
        mappa.append((each.identity.name, lines))
    return Glance(scored, mappa)


async def _write(runtime: Runtime, caller: Caller, said: CaseHeard, at: datetime, upon: int) -> Taken:
    root, needed = _root(runtime, said.meeting, said.case), sharing.HOLD_MEETING
    header = own_header(runtime.clock.now()).model_copy(update={"occurred": at})
    if upon:
        return await runtime.revise(root, upon, header, said, caller=caller, right=needed)
    return await runtime.take(header, said, caller=caller, right=needed, only=_name(said.meeting, said.case))


async def _case(runtime: Runtime, caller: Caller, meeting: str, case: str) -> rows.ConferenceCase:
    """A case that is listed at a meeting, for whoever holds it and did not leave the room for it. Raises
    Problem (404)."""
    row = await meeting_of(runtime, caller, meeting)
    found = (await cases_at(runtime, caller, row)).get(case)
    out = out_of(caller, await sitting_of(runtime, meeting))
    if found is None or case in out or not sharing.may_hold(caller.roles):
        raise not_found()
    return found


def _root(runtime: Runtime, meeting: str, case: str) -> str:
    """The id of what a meeting records of a case: there is one."""
    return runtime.ids.fact(runtime.name, _name(meeting, case))


def _name(meeting: str, case: str) -> str:
    """Under which there is one fact, whoever says it first."""
    return f"heard {meeting} {case}"


async def _versions(runtime: Runtime, meeting: str, case: str) -> list[Fact[CaseHeard]]:
    root = _root(runtime, meeting, case)
    return versions_of(await runtime.fact(root), root)


async def _had(runtime: Runtime, case: rows.ConferenceCase, then: datetime | None) -> list[str] | None:
    """The records that a case had when it was heard. ``then``: when that was, before it is typed; what
    Goldthread took later the room did not have. None: they are too many to say. It is decided where it is
    written, and no fold asks it."""
    roots = {record.root for each in case.occurrences for record in each.records}
    had = roots if then is None else await runtime.taken_by(roots, then)
    return sorted(had) if len(had) <= MOST_RECORDS else None


def _content(meeting: str, case: rows.ConferenceCase, said: ToRecord, had: list[str] | None) -> CaseHeard:
    """A correction is of when the case was heard first, and of what was there then."""
    return CaseHeard(
        meeting=meeting,
        case=case.case,
        victim=case.victim.mentions[0] if case.victim else None,
        risks=_section(said.risks),
        needs=_section(said.needs),
        strengths=_section(said.strengths),
        decided=_section(said.decided),
        forums=sorted(set(said.forums)),
        told_by=said.told_by,
        safe_to_tell=said.safe_to_tell,
        had=had,
    )


def _section(words: str | None) -> Narrative | None:
    return Narrative(text=words) if words else None

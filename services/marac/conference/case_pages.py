"""The pages of cases, those of several read together: of one that is opened, and of all that are printed or
taken along. Sharing rules first; what is shown is recorded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.facts import FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from services.marac import shown
from services.marac.conference import action_plan, compose, rows
from services.marac.conference.after_page import without_addresses
from services.marac.conference.held import Held, by_transfer, sees_of
from services.marac.conference.known import CaseKnown
from services.marac.conference.listed import broken_since, decided_of
from services.marac.conference.owed import owed_shown
from services.marac.conference.queries import all_visible
from services.marac.conference.views import CASE
from services.marac.rules import sharing
from services.marac.shown_actions import ActionLine
from services.marac.shown_candidate import matac_says
from services.marac.tasking.candidates import CANDIDATE, TaskingCandidate

Read = tuple[shown.CasePage, set[str], set[str]]
"""A page, the facts in it, and what it leaves out of them."""


async def case_page(
    runtime: Runtime, caller: Caller, case: str, at: datetime | None = None, *, paper: bool = False
) -> shown.CasePage:
    """A case, as it is now or as it was known at a time; on paper without where its people are.

    Whoever may see it today may see how it was. Raises Problem (404); Refused (409) as
    ``Archive.as_of``.
    """
    page, facts, left_out = await read_case(runtime, caller, case, at, paper=paper)
    await runtime.shown(caller, CASE.name, case, page.seen, facts, left_out)
    return page


async def sheets(
    runtime: Runtime, caller: Caller, cases: Sequence[str], at: datetime | None = None
) -> list[shown.CasePage]:
    """The pages of cases on paper, in this order: read together, and shown as ``case_page`` does, if all are
    there for the caller still when the last is ready. Raises Problem (404)."""
    read = await read_cases(runtime, caller, cases, at, paper=True)
    await all_visible(runtime, caller, cases)
    for case, (page, facts, left_out) in read.items():
        await runtime.shown(caller, CASE.name, case, page.seen, facts, left_out)
    return [read[case][0] for case in cases]


async def read_case(
    runtime: Runtime,
    caller: Caller,
    case: str,
    at: datetime | None = None,
    *,
    paper: bool = False,
    opened: bool = False,
) -> Read:
    """A case page that is not shown to anybody: raises as ``case_page`` does. ``opened``: as
    ``held.sees_of``."""
    return (await read_cases(runtime, caller, [case], at, paper=paper, opened=opened))[case]


async def read_cases(
    runtime: Runtime,
    caller: Caller,
    cases: Collection[str],
    at: datetime | None = None,
    *,
    paper: bool = False,
    opened: bool = False,
) -> dict[str, Read]:
    """Case pages that are not shown to anybody, by case."""
    fresh = at or await runtime.fresh_until()
    now = await all_visible(runtime, caller, cases)
    held = Held(runtime, at)
    known = await _known(held, caller, now)
    beside = await _beside(held, caller, known)
    found = dict[str, Read]()
    for each in known:
        sees = await sees_of(runtime, caller, now[each.case.case], paper=paper, opened=opened)
        page, left_out = _page(each, beside, at, fresh, sees)
        found[each.case.case] = page, set(compose.facts_of([each])), left_out
    return found


async def _known(held: Held, caller: Caller, now: Mapping[str, rows.ConferenceCase]) -> list[CaseKnown]:
    """Cases as they are now, or as they were known. Raises Problem (404) for one that was not."""
    then = now if held.at is None else await held.many(CASE, rows.ConferenceCase, now, "case")
    if then.keys() != now.keys():
        raise not_found()
    return [
        without_addresses(each) if by_transfer(caller, now[each.case.case]) else each
        for each in await held.known(then.values(), caller)
    ]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the pages of cases show beside what is known of each, asked for all of them at once."""

    now: datetime
    broken: Mapping[str, datetime | None]
    actions: Mapping[str, list[ActionLine]]
    meetings: Mapping[str, rows.ConferenceMeeting]
    candidates: Mapping[str, TaskingCandidate]
    changed: FactSet
    """Every version of each line that was corrected or withdrawn."""


async def _beside(held: Held, caller: Caller, known: Collection[CaseKnown]) -> _Beside:
    accused = {each.person for one in known for each in one.case.perpetrators}
    agreed = [row for one in known for row in one.actions]
    return _Beside(
        now=held.archive.clock.now(),
        broken=await broken_since(held.archive, known) if held.at is None else {},
        actions=await action_plan.of_cases(held, caller, agreed),
        meetings=await held.meetings_of([one.case for one in known]),
        candidates=await held.by_subject(CANDIDATE, TaskingCandidate, accused),
        changed=await held.archive.versions_of({root for one in known for root in _changed(one)}),
    )


def _page(
    known: CaseKnown, beside: _Beside, at: datetime | None, fresh: datetime | None, sees: sharing.Sees
) -> tuple[shown.CasePage, set[str]]:
    case, victim = known.case, known.victim
    people = {each.person: compose.person_shown(known, each, sees) for each in known.everybody}
    page = shown.CasePage(
        **case.model_dump(include=_AS_IN_THE_ROW),
        **_of_beside(known, beside, at or beside.now),
        at=beside.now,
        fresh_until=fresh,
        known_at=at,
        incomplete=known.incomplete.records,
        whose_unknown=known.incomplete.whose_unknown,
        operator_told=known.incomplete.told,
        marac_name=compose.area_name(known.areas, case.marac),
        assessments=list(reversed(victim.assessments)) if victim else [],
        missing=compose.missing_of(known, places=sees.locations),
        victim=people[case.victim.person][0] if case.victim else None,
        perpetrators=[people[each.person][0] for each in case.perpetrators],
        children=[people[each.person][0] for each in case.children],
        household=known.home.household(locations=sees.locations, contacts=sees.contacts),
        referred_before=bool(case.before),
        taken_from_name=compose.area_name(known.areas, case.taken_from),
        sent_on=compose.sent_on(known),
        orders=[compose.order_shown(each, locations=sees.locations) for each in case.orders],
        occurrences=list(reversed(case.occurrences)),
        alerts=compose.alerts_of(known),
        clocks=known.clocks,
        pattern=known.pattern,
        risk=known.risk,
        owed=owed_shown(known.owed, locations=sees.locations),
        support=known.support,
        decided=decided_of(known),
        hers=compose.hers_shown(known, contacts=sees.contacts, locations=sees.locations),
        freshness=[shown.Silence(**heard.model_dump()) for heard in case.heard],
        agencies=compose.names_of(known, _spoken_of(known)),
        places_withheld=sees.withheld,
    )
    return page, {what for _, left_out in people.values() for what in left_out}


def _of_beside(known: CaseKnown, beside: _Beside, at: datetime) -> dict[str, Any]:
    accused = [each.person for each in known.case.perpetrators]
    return {
        "broken_since": beside.broken.get(known.case.case),
        "meetings": _meetings(known, beside.meetings),
        "accepted": _accepted(known, beside.changed),
        "actions": beside.actions.get(known.case.case, []),
        "matac": [matac_says(each, beside.candidates.get(each), at) for each in accused],
    }


_OF_ITS_OWN = {"victim", "perpetrators", "children", "orders", "occurrences", "meetings", "sent_on"}
_AS_IN_THE_ROW = set(shown.CasePage.model_fields) & set(rows.ConferenceCase.model_fields) - _OF_ITS_OWN


def _meetings(known: CaseKnown, standing: Mapping[str, rows.ConferenceMeeting]) -> list[shown.CaseMeeting]:
    of_case = {each.meeting for each in known.case.meetings}
    found = [standing[each] for each in of_case if each in standing]
    return [
        shown.CaseMeeting(
            meeting=row.meeting,
            area_name=compose.area_name(known.areas, row.area) or row.area,
            starts=row.starts,
            repeat=known.repeat_at.get(row.meeting),
        )
        for row in sorted(found, key=lambda row: (row.starts, row.meeting))
    ]


def _changed(known: CaseKnown) -> set[str]:
    """Its lines that were corrected or withdrawn."""
    return {line.root for line in known.lines.values() if line.state != "current"}


def _accepted(known: CaseKnown, changed: FactSet) -> dict[str, datetime]:
    """When Goldthread took the newest version of each line that was corrected or withdrawn."""
    newest = {known.lines[root].fact for root in _changed(known)}
    return {version.root: version.accepted for version in changed if version.id in newest}


def _spoken_of(known: CaseKnown) -> set[str]:
    answered = {
        alert.answered_agency
        for each in compose.alerts_of(known)
        for alert in each.alerts
        if alert.answered_agency
    }
    records = {record.agency for each in known.case.occurrences for record in each.records}
    lines = {line.agency for line in known.lines.values()}
    silent = {silence.agency for silence in known.silences}
    named = known.pattern.offences
    decided = {each.decision.agency for each in named if each.decision}
    asked = {each.service for each in known.support.courses if each.service}
    decided |= known.listing.agencies if known.listing else set()
    return {known.case.agency, *answered, *records, *lines, *silent, *decided, *asked}

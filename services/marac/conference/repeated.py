"""Whether a case is a repeat, by the definition in use: from its referral, or from its last meeting; and at a
meeting, as its data return counts it. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime

from contracts.vocabulary import RepeatAnchor, RepeatDefinition
from services.marac.conference import rows
from services.marac.conference.heard import Meetings, heard_at
from services.marac.rules import pairs, repeat, returns
from services.marac.rules.chosen import Chosen
from services.marac.rules.publishing import over


def repeated(
    since: datetime,
    records: Iterable[rows.RecordLine],
    earlier: tuple[str, datetime] | None,
    definition: RepeatDefinition,
    anchor: RepeatAnchor,
) -> rows.Repeat | None:
    """That something happened between the pair since then, or that they had a case before, and when that was
    referred or heard; None: neither."""
    events = [repeat.Event(record.root, record.occurred, record.kind, record.crime) for record in records]
    found, until = repeat.repeats(since, events, definition)
    if not found and earlier is None:
        return None
    return rows.Repeat(
        definition=definition,
        anchor=anchor,
        since=since,
        until=until,
        roots=[event.root for event in found] + ([earlier[0]] if earlier else []),
        earlier=earlier[1] if earlier else None,
    )


def once_heard(case: rows.ConferenceCase, heard: Collection[datetime]) -> rows.Repeat | None:
    """What makes a case a repeat from its referral on: what happened once a meeting had heard it, for what
    happened before is part of what its first meeting hears; and an earlier case of the pair."""
    if case.repeat is None:
        return None
    since = {each.root for each in between(case) if heard and each.occurred > min(heard)}
    roots = [each for each in case.repeat.roots if each in since or each == case.earlier_case]
    return case.repeat.model_copy(update={"roots": roots}) if roots else None


def at_meeting(
    case: rows.ConferenceCase, meeting: rows.ConferenceMeeting, meetings: Meetings, own: Chosen
) -> bool:
    """Whether a case is a repeat at a meeting: by its referral, an earlier one of the pair, or what happened
    since the last meeting before that heard it. ``case``: its row as it was folded."""
    heard = heard_at(case, meetings, meeting.starts)
    return returns.is_repeat(
        meeting.starts,
        case.criteria,
        earlier_case=case.earlier_case is not None,
        heard=heard.values(),
        events=moments(case, own),
    )


def at_meetings(case: rows.ConferenceCase, meetings: Meetings, own: Chosen) -> dict[str, bool]:
    """Of each of these meetings that has the case, whether it is a repeat there."""
    listed = {each.meeting for each in case.meetings} & meetings.keys()
    return {each: at_meeting(case, meetings[each], meetings, own) for each in listed}


def moments(case: rows.ConferenceCase, own: Chosen) -> tuple[datetime, ...]:
    """When something happened that may make the case a repeat at a meeting."""
    roots = counting(case, own)
    return tuple(
        each.first
        for each in case.occurrences
        if not roots.isdisjoint(record.root for record in each.records)
    )


def since_meeting(
    case: rows.ConferenceCase,
    before: Iterable[rows.ConferenceCase],
    meetings: Meetings,
    definition: RepeatDefinition,
    at: datetime,
) -> rows.Repeat | None:
    """The same, counted from the last meeting that heard the case, or an earlier one of the pair. On the day
    of a meeting what that hears is counted from the one before."""
    earlier = [
        (heard, other.case)
        for other in before
        if not other.withdrawn
        and (heard := max(heard_at(other, meetings, case.referred).values(), default=None)) is not None
        and case.referred <= repeat.months_after(heard, repeat.MONTHS)
    ]
    of = next(((case, heard) for heard, case in sorted(earlier, reverse=True)), None)
    for last in sorted(heard_at(case, meetings, at).values(), reverse=True):
        found = repeated(last, between(case), of, definition, RepeatAnchor.MEETING)
        if found is not None or over(last, at):
            return found
    return repeated(of[1], (), of, definition, RepeatAnchor.MEETING) if of else None


def since_met(case: rows.ConferenceCase, met: datetime, own: Chosen) -> rows.Repeat | None:
    """As the case's row has it; where its MARAC counts from the meeting, the same counted from when the case
    was last before one, which a fold of the case knows by what is filed under it."""
    if own.anchor is not RepeatAnchor.MEETING:
        return case.repeat
    return repeated(met, between(case), None, own.definition, RepeatAnchor.MEETING)


def counting(case: rows.ConferenceCase, own: Chosen) -> set[str]:
    """The records that may make a case a repeat at a meeting: those that its row counts; where its MARAC
    counts from the meeting, whenever they happened, for the meeting that asks says from when on."""
    if own.anchor is not RepeatAnchor.MEETING:
        return set(case.repeat.roots) if case.repeat else set()
    events = (repeat.Event(each.root, each.occurred, each.kind, each.crime) for each in between(case))
    return {event.root for event in events if repeat.counts(event, own.definition)}


def chooses(case: rows.ConferenceCase) -> str | None:
    """The area whose MARAC's choices hold for a case: its own, and once another MARAC has taken it, that."""
    return case.marac if case.transferred else case.area


def between(case: rows.ConferenceCase) -> list[rows.RecordLine]:
    """The records of what happened between the pair of a case."""
    return [record for each in case.occurrences for record in each.records if is_between(case, record)]


def is_between(case: rows.ConferenceCase, record: rows.RecordLine) -> bool:
    """Whether a record of a case is of something between its pair."""
    if case.victim is None:
        return False
    by = {each.person for each in case.perpetrators}
    return pairs.between(case.victim.person, by, record.victims, record.perpetrators, record.kind)

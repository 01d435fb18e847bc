"""Whether a case is a repeat, by the definition in use: from its referral, or from its last meeting; and at a
meeting, as its data return counts it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from contracts.vocabulary import RepeatAnchor, RepeatDefinition
from services.marac.conference import rows
from services.marac.conference.heard import Meetings, heard_at
from services.marac.rules import pairs, repeat, returns
from services.marac.rules.chosen import Chosen
from services.marac.rules.publishing import over

Before = Sequence[tuple[str, datetime]]
"""Earlier cases of a pair, the last first, and when each was referred or heard."""


def repeated(
    since: datetime,
    records: Iterable[rows.RecordLine],
    definition: RepeatDefinition,
    anchor: RepeatAnchor,
    earlier: Before = (),
) -> rows.Repeat | None:
    """That something happened between the pair since then, or since the first of their earlier cases; None:
    nothing did."""
    events = [repeat.Event(record.root, record.occurred, record.kind, record.crime) for record in records]
    first = earlier[-1][1] if earlier else None
    found, until = repeat.repeats(since, events, definition, first)
    if not found:
        return None
    return rows.Repeat(
        definition=definition,
        anchor=anchor,
        since=first or since,
        until=until,
        roots=[event.root for event in found] + [case for case, _ in earlier[:1]],
        earlier=earlier[0][1] if earlier else None,
    )


def pair_heard(
    case: rows.ConferenceCase,
    cases: Mapping[str, rows.ConferenceCase],
    meetings: Meetings,
    at: datetime,
) -> list[tuple[datetime, str]]:
    """When meetings had heard the pair by then, the last first, and in which case: this one, or of ``cases``
    an earlier one that counts."""
    theirs = [case, *(cases[each] for each in case.earlier if each in cases)]
    heard = ((when, each.case) for each in theirs for when in heard_at(each, meetings, at).values())
    return sorted(heard, reverse=True)


def once_heard(case: rows.ConferenceCase, heard: Collection[datetime]) -> rows.Repeat | None:
    """What makes a case a repeat from its referral on, or an earlier one: what happened within twelve months
    after a meeting had heard the pair, for what happened before is part of what their first meeting hears."""
    if case.repeat is None:
        return None
    since = {
        each.root
        for each in between(case)
        if any(when < each.occurred <= repeat.months_after(when, repeat.MONTHS) for when in heard)
    }
    roots = [each for each in case.repeat.roots if each in since or each == case.earlier_case]
    return None if since.isdisjoint(roots) else case.repeat.model_copy(update={"roots": roots})


def at_meeting(
    case: rows.ConferenceCase,
    meeting: rows.ConferenceMeeting,
    cases: Mapping[str, rows.ConferenceCase],
    meetings: Meetings,
    own: Chosen,
) -> bool:
    """Whether a case is a repeat at a meeting: by its referral, or by what happened since the last meeting
    before that heard the pair. ``case``: its row as it was folded."""
    heard = [when for when, _ in pair_heard(case, cases, meetings, meeting.starts)]
    return returns.is_repeat(meeting.starts, case.criteria, heard=heard, events=moments(case, own))


def at_meetings(
    case: rows.ConferenceCase, cases: Mapping[str, rows.ConferenceCase], meetings: Meetings, own: Chosen
) -> dict[str, bool]:
    """Of each of these meetings that has the case, whether it is a repeat there."""
    listed = {each.meeting for each in case.meetings} & meetings.keys()
    return {each: at_meeting(case, meetings[each], cases, meetings, own) for each in listed}


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
    heard: Iterable[tuple[datetime, str]],
    definition: RepeatDefinition,
    at: datetime,
) -> rows.Repeat | None:
    """The same, counted from the last meeting that heard the pair. On the day of a meeting what that hears is
    counted from the one before. ``heard``: as ``pair_heard``."""
    for last, which in heard:
        earlier = [(which, last)] if which != case.case else []
        found = repeated(last, between(case), definition, RepeatAnchor.MEETING, earlier)
        if found is not None or over(last, at):
            return found
    return None


def as_chosen(
    case: rows.ConferenceCase, own: Chosen, heard: Sequence[tuple[datetime, str]], at: datetime
) -> rows.ConferenceCase:
    """The case, of which it is said whether it is a repeat: by what happened once the pair had been heard,
    from the last meeting on where its MARAC counts from there."""
    if case.withdrawn:
        return case
    if own.anchor is RepeatAnchor.MEETING:
        found = since_meeting(case, heard, own.definition, at)
    else:
        found = once_heard(case, [when for when, _ in heard])
    return case.model_copy(update={"repeat": found})


def since_met(case: rows.ConferenceCase, met: datetime, own: Chosen) -> rows.Repeat | None:
    """What happened since the case's referral; where its MARAC counts from the meeting, since it was last
    before one, which a fold of the case knows by what is filed under it."""
    last = met if own.anchor is RepeatAnchor.MEETING else case.referred
    return repeated(last, between(case), own.definition, own.anchor)


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

"""Whether a case is a repeat, by the definition in use: from its referral, or from its last meeting. Pure."""

from collections.abc import Iterable
from datetime import datetime

from contracts.vocabulary import RepeatAnchor, RepeatDefinition
from services.marac.conference import rows
from services.marac.conference.heard import Meetings, heard_at
from services.marac.rules import pairs, repeat
from services.marac.rules.chosen import Chosen


def repeated(
    since: datetime,
    records: Iterable[rows.RecordLine],
    earlier: str | None,
    definition: RepeatDefinition,
    anchor: RepeatAnchor,
) -> rows.Repeat | None:
    """That something happened between the pair since then, or that they had a case before; None: neither."""
    events = [repeat.Event(record.root, record.occurred, record.kind, record.crime) for record in records]
    found, until = repeat.repeats(since, events, definition)
    if not found and earlier is None:
        return None
    return rows.Repeat(
        definition=definition,
        anchor=anchor,
        since=since,
        until=until,
        roots=[event.root for event in found] + ([earlier] if earlier else []),
    )


def since_meeting(
    case: rows.ConferenceCase,
    before: Iterable[rows.ConferenceCase],
    meetings: Meetings,
    definition: RepeatDefinition,
    at: datetime,
) -> rows.Repeat | None:
    """The same, counted from the last meeting that heard the case, or an earlier one of the pair."""
    last = max(heard_at(case, meetings, at).values(), default=None)
    earlier = [
        (heard, other.case)
        for other in before
        if not other.withdrawn
        and (heard := max(heard_at(other, meetings, case.referred).values(), default=None)) is not None
        and case.referred <= repeat.months_after(heard, repeat.MONTHS)
    ]
    heard, of = max(earlier, default=(None, None))
    since = last or heard
    if since is None:
        return None
    records = between(case) if last else ()
    return repeated(since, records, of, definition, RepeatAnchor.MEETING)


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

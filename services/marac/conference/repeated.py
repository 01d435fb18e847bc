"""Whether a case is a repeat, by the definition in use: from its referral, or from its last meeting; and at a
meeting, as its data return counts it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
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
    another one of which this is no new case."""
    own = [(when, case.case) for when in heard_at(case, meetings, at).values()]
    others = (
        (when, each)
        for each in case.pair
        if each in cases
        for when in heard_at(cases[each], meetings, at).values()
        if repeat.may_be_of(when, case.referred)
    )
    return sorted([*own, *others], reverse=True)


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
    return tuple(first for first, _ in _happened(case, own))


def _happened(case: rows.ConferenceCase, own: Chosen) -> list[tuple[datetime, list[str]]]:
    """The same, with the records of it."""
    counted = counting(case, own)
    found = (
        (min(map(_at_latest, each.records)), [r.root for r in each.records if r.root in counted])
        for each in case.occurrences
    )
    return [(when, roots) for when, roots in found if roots]


def _at_latest(record: rows.RecordLine) -> datetime:
    recorded = record.first_recorded or record.recorded
    return repeat.at_latest(record.occurred, recorded, day=record.precision == "day")


def as_chosen(
    case: rows.ConferenceCase, own: Chosen, heard: Sequence[tuple[datetime, str]], at: datetime
) -> rows.ConferenceCase:
    """The case, of which it is said whether it is a repeat, as at its next meeting: by what happened since
    the last that heard the pair. On the day of a meeting it is as at that. Of which earlier case it may be
    one is asked until a meeting has heard this one. ``heard``: as ``pair_heard``."""
    if case.withdrawn:
        return case
    earlier = case.earlier_case or next((each for _, each in heard if each in case.before), None)
    asked = all(which != case.case or not over(when, at) for when, which in heard)
    found = None
    for last, which in heard:
        roots = [root for when, each in _happened(case, own) if repeat.makes(last, when, at) for root in each]
        if roots:
            found = _repeat(case, own, roots, last, which)
        if roots or over(last, at):
            break
    return case.model_copy(update={"repeat": found, "earlier_case": earlier if asked else None})


def _repeat(
    case: rows.ConferenceCase, own: Chosen, roots: list[str], last: datetime, which: str
) -> rows.Repeat:
    """By what happened since the pair was last heard, and in which case; from the referral on as its row has
    it."""
    if case.repeat is not None and own.anchor is RepeatAnchor.REFERRAL:
        found, other = case.repeat, case.earlier_case
    else:
        other = which if which != case.case else None
        found = rows.Repeat(
            definition=own.definition,
            anchor=own.anchor,
            since=last,
            until=repeat.months_after(last, repeat.MONTHS),
            roots=[],
            earlier=last if other else None,
        )
    return found.model_copy(update={"roots": [*roots, other] if other else roots})


def since_met(case: rows.ConferenceCase, met: datetime, own: Chosen) -> rows.Repeat | None:
    """What happened since the case's referral; where its MARAC counts from the meeting, since it was last
    before one, which a fold of the case knows by what is filed under it."""
    if own.anchor is not RepeatAnchor.MEETING:
        return repeated(case.referred, between(case), own.definition, own.anchor)
    records = (each.model_copy(update={"occurred": _at_latest(each)}) for each in between(case))
    return repeated(met, records, own.definition, own.anchor)


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

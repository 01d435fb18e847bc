"""Level 1: what follows the meetings of a case. What makes it a repeat is as its own row has it, which is
folded once for both; where its MARAC counts from the meeting, it is counted from the last one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.facts import Fact
from chassis.once import once
from chassis.views import Folded, Row, Saying, Subject, View
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.flags import CaseMet, FlagConfirmed, RepeatAnswered
from contracts.events.listing import MaracSet
from contracts.events.meeting import CaseHeard
from contracts.events.people import ReferralMade
from contracts.events.research import ResearchersSet
from contracts.rules.areas import area_and_around
from contracts.rules.clocks import runs_out
from contracts.rules.owed import SETTLES
from contracts.sections import Narrative
from contracts.vocabulary import AlertRule, FlagState, Role, ToldResult
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.after_rows import (
    CaseAfter,
    CaseAfterTable,
    FlagLine,
    NoRepeatLine,
    RecordWaits,
    barred,
)
from services.marac.conference.case import fold_case, sent_of
from services.marac.conference.looked_at import accused, looked_at, referred_anew
from services.marac.conference.own_clocks import CALENDARS, clocks_of, sayings
from services.marac.conference.repeated import chooses, since_met
from services.marac.conference.research import set_for
from services.marac.conference.support import who_is_in
from services.marac.conference.transfer import taken_of
from services.marac.rules import flags, refer_again, sitting
from services.marac.rules.chosen import chosen

GOLDTHREAD = "goldthread"
RULES = (AlertRule.FLAGS_OWED, AlertRule.TELL_MARAC, AlertRule.REFER_AGAIN)


def fold_after(subject: Subject) -> Folded:
    """What follows the meetings of a case, and when it next changes by itself: the flags end."""
    case = once(subject, fold_case).row
    if not isinstance(case, rows.ConferenceCase):
        return Folded(None)
    row = CaseAfter(
        case=case.case, area=case.area, marac=case.marac, clocks=clocks_of(subject.facts, subject.id, RULES)
    )
    met = _met(subject)
    if case.withdrawn or case.victim is None or not met:
        left = _left_on(subject)
        row = row.model_copy(update={"flags": left, "flagged": barred(line.agency for line in left)})
        return Folded(row if row.clocks or left else None)
    people = _people(subject)
    victim = people.get(case.victim.person)
    links = _of_the_pair(case, victim)
    until = flags.until([case.referred, *(link.referred for link in links)])
    lines = _flags(subject, case, people, [each.at for each in met])
    row = row.model_copy(
        update={
            "met": tuple(each.at for each in met),
            "until": until,
            **_owing(lines, until, subject.at),
            **_telling(case.case, victim, met[-1]),
            **_repeats(subject, case, met, links, {line.agency for line in lines}),
        }
    )
    return Folded(row, until if subject.at < until else None)


class Met(NamedTuple):
    """When a case was before a meeting, and what that recorded of it."""

    at: datetime
    heard: CaseHeard | None


def _met(subject: Subject) -> list[Met]:
    """When the case was heard, by each meeting, the last last; where nobody recorded then what was said, when
    its time came. A meeting that was called off, or did not come to it, does not count."""
    said = sorted(subject.facts.current(CaseMet), key=lambda each: each.said.generation)
    came = {each.said.meeting: each.occurred if each.said.counts else None for each in said}
    met = {meeting: Met(at, None) for meeting, at in came.items() if at is not None}
    for each in subject.facts.current(CaseHeard):
        meeting = each.said.meeting
        theirs = each.said.case == subject.id and sitting.says_anything(each.said)
        if theirs and (meeting in met or meeting not in came):
            met[meeting] = Met(refer_again.heard_at(came.get(meeting), each.occurred), each.said)
    return sorted(met.values(), key=lambda each: each.at)


def _people(subject: Subject) -> dict[str, rows.ConferencePerson]:
    found = (each.rows.get("conference_person") for each in subject.people.values())
    return {row.person: row for row in found if isinstance(row, rows.ConferencePerson)}


def _of_the_pair(case: rows.ConferenceCase, victim: rows.ConferencePerson | None) -> list[rows.CaseLink]:
    """The later cases of the same pair."""
    harmed_by = {each.person for each in case.perpetrators}
    return [
        link
        for link in (victim.cases if victim else ())
        if link.role is Role.VICTIM
        and not harmed_by.isdisjoint(link.perpetrators)
        and (link.referred, link.case) > (case.referred, case.case)
    ]


def _newest(subject: Subject) -> dict[str, Fact[FlagConfirmed]]:
    """What each agency said of its flag last."""
    return {each.agency: each for each in subject.facts.current(FlagConfirmed)}


def _left_on(subject: Subject) -> tuple[FlagLine, ...]:
    """The flags that agencies have on though no meeting counts, or the referral is withdrawn: nothing is due
    of them, and each may come off."""
    return tuple(
        FlagLine(agency=agency, state=word.said.state, root=word.root, said=word.occurred)
        for agency, word in sorted(_newest(subject).items())
        if word.said.state is FlagState.FLAGGED
    )


def _flags(
    subject: Subject,
    case: rows.ConferenceCase,
    people: Mapping[str, rows.ConferencePerson],
    times: Sequence[datetime],
) -> tuple[FlagLine, ...]:
    """Of each agency that told of the victim as one, researches for the MARAC or answers for the area: who
    told of the other side alone, or of that side as the one who was harmed, is not asked, for that would tell
    who is the victim; nor who supports the other side alone. One that took its flag off before a meeting had
    the case is asked like any other."""
    met, told = times[0], dict[str, list[datetime]]()
    hers = [people[each.person] for each in (case.victim,) if each and each.person in people]
    theirs = [people[each.person] for each in case.perpetrators if each.person in people]
    for line in (line for row in hers for line in row.lines):
        if line.said is not None and Role.VICTIM in line.roles and line.agency != GOLDTHREAD:
            told.setdefault(line.agency, []).append(line.said.recorded)
    first = {agency: min(recorded) for agency, recorded in told.items()}
    around = (*case.areas, *case.transferred)
    for areas, since in _hearing(subject, case, times):
        asked = set_for(subject.configuration, areas, since)
        for agency in asked.agencies if asked else ():
            first.setdefault(agency, since)
    for agency, defined in casefile.agencies_of(subject.configuration).items():
        if not set(around).isdisjoint(defined.serves):
            first.setdefault(agency, met)
    said = {
        agency: word
        for agency, word in _newest(subject).items()
        if word.said.state is not FlagState.REMOVED or word.occurred >= met
    }
    supported = ((each for row in side for each in who_is_in(row.support)) for side in (hers, theirs))
    return tuple(
        _flag(agency, max(met, first[agency]), said.get(agency), told.get(agency, ()))
        for agency in sorted(first.keys() - flags.not_asked(*supported))
    )


def _hearing(
    subject: Subject, case: rows.ConferenceCase, times: Sequence[datetime]
) -> Iterable[tuple[Sequence[str], datetime]]:
    """The areas of each MARAC that had the case before a meeting, and when the first of these was: of one
    that took it over, since it was sent there. Before that nobody there has declared a tie."""
    yield case.areas, times[0]
    defined = casefile.areas_of(subject.configuration)
    for each in taken_of(sent_of(subject)):
        since = next((at for at in times if at >= each.sent), None)
        if since is not None:
            yield area_and_around(defined, each.area), since


def _flag(
    agency: str, asked: datetime, word: Fact[FlagConfirmed] | None, told: Iterable[datetime]
) -> FlagLine:
    """What an agency owes that is asked since then. A flag that was taken off is due from that moment."""
    again = flags.asked_again(word.said.state, word.occurred, told) if word else None
    due = runs_out(AlertRule.FLAGS_OWED, again or asked, CALENDARS)
    if word is None or again is not None:
        return FlagLine(agency=agency, due=due)
    state = word.said.state
    due = min(due, word.occurred) if state is FlagState.REMOVED else due
    return FlagLine(agency=agency, due=due, state=state, root=word.root, said=word.occurred)


def _owing(lines: Sequence[FlagLine], until: datetime, at: datetime) -> dict[str, object]:
    stands = {line.agency: flags.stands(line.state, line.due, until, at) for line in lines}
    open_ = [line for line in lines if stands[line.agency] in ("late", "owed")]
    answered = [line for line in lines if line.state and at < until and line not in open_]
    return {
        "flags": tuple(lines),
        "flags_due": min((line.due for line in open_ if line.due), default=None),
        "owing": barred(line.agency for line in open_),
        "flagged": barred(line.agency for line in lines if line.state == "flagged"),
        "answered": barred(line.agency for line in answered),
    }


def _telling(case: str, victim: rows.ConferencePerson | None, met: Met) -> dict[str, object]:
    """What the last meeting came to is told after it: what was told before settles the earlier ones alone,
    and what was told of another case settles nothing here."""
    heard = met.heard
    told_of = victim.told_of_marac if victim else ()
    since = [each for each in told_of if each.at >= met.at and each.of_case in (None, case)]
    settled = [each for each in since if each.result in SETTLES]
    told = next((each for each in settled if each.result is ToldResult.TOLD), None)
    told = told or next(iter(settled), None)
    over = told or (victim and victim.hers.died)
    return {
        "teller": heard.told_by if heard else None,
        "safe_to_tell": heard.safe_to_tell if heard else None,
        "told": told,
        "tell_tried": sum(each.result is ToldResult.TRIED for each in since),
        "tell_due": None if over else runs_out(AlertRule.TELL_MARAC, met.at, CALENDARS),
    }


def _repeats(
    subject: Subject,
    case: rows.ConferenceCase,
    times: Sequence[Met],
    links: Sequence[rows.CaseLink],
    asked: Collection[str],
) -> dict[str, object]:
    """What waits. Of the agencies whose records those are only one that is asked to flag is told so: who told
    of the other side alone would learn who is the victim."""
    own, met = chosen(subject.configuration, chooses(case)), times[-1]
    makes = since_met(case, met.at, own)
    roots = set(makes.roots) if makes else set[str]()
    records = [each for happened in case.occurrences for each in happened.records if each.root in roots]
    making = [_waits(each) for each in records]
    by = accused(case, _people(subject)) or [each.person for each in case.perpetrators]
    later = [(each.referred, each.perpetrators) for each in links]
    anew = {each.root: refer_again.since(met.at, by, each.perpetrators, later) for each in records}
    had = met.heard.had if met.heard else None
    may = looked_at(case, _people(subject), met.at, later, own)
    may += referred_anew(case, links, _people(subject), [each.at for each in times], own)
    answers = subject.facts.current(RepeatAnswered)
    answered = {root: each.occurred for each in answers for root in each.said.records}
    seen = {each.root for each in may if (at := answered.get(each.root)) and at >= (each.newest or at)}
    look = sorted((each for each in may if each.root not in seen), key=lambda each: each.recorded)
    news = refer_again.waiting(making, met.at, anew, (), had) + may
    lines = {each.root: each for each in news if each not in look}
    decided = [_decided(each, lines) for each in answers if not lines.keys().isdisjoint(each.said.records)]
    waits = refer_again.waiting(making, met.at, anew, answered, had)
    since = max(met.at, waits[0].recorded) if waits else None
    return {
        "repeats": tuple(waits),
        "definition": own.definition,
        "anchor": own.anchor,
        "repeat_due": runs_out(AlertRule.REFER_AGAIN, since, CALENDARS) if since else None,
        "to_look_at": tuple(look),
        "look_since": look[0].recorded if look else None,
        "decided": tuple(decided),
        "decided_at": max((each.at for each in decided), default=None),
        "told_by": barred(each.agency for each in waits if each.agency in asked),
    }


def _decided(answer: Fact[RepeatAnswered], lines: Mapping[str, RecordWaits]) -> NoRepeatLine:
    words = answer.said.words
    return NoRepeatLine(
        root=answer.root,
        agency=answer.agency,
        at=answer.occurred,
        words=words.text if isinstance(words, Narrative) else None,
        records=tuple(lines[root] for root in answer.said.records if root in lines),
    )


def _waits(record: rows.RecordLine) -> RecordWaits:
    return RecordWaits(
        root=record.root,
        type=record.type,
        kind=record.kind,
        agency=record.agency,
        occurred=record.occurred,
        recorded=record.first_recorded or record.recorded,
    )


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks to start or to stop."""
    if not isinstance(row, CaseAfter):
        return
    due = zip(RULES, (row.flags_due, row.tell_due, row.repeat_due), strict=True)
    wanted = {rule: (when, row.area) for rule, when in due if when}
    yield from sayings(row.case, row.case, row.clocks, wanted, at)


AFTER = View(
    "conference_after",
    of="case",
    row=CaseAfter,
    table=CaseAfterTable,
    fold=fold_after,
    decide=decide,
    begun_by=(ReferralMade,),
    reads_people=True,
    configured_by=(AreaDefined, AgencyDefined, MaracSet, ResearchersSet),
)

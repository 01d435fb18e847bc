"""What is no record of abuse between the pair of a case, and may tell of it after a meeting: a person looks
at it. That they were referred again is such, where nothing is known to have happened since. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from contracts.vocabulary import PERPETRATOR_ROLES, ReferralCriterion, RepeatAnchor, Role
from services.marac.conference import rows
from services.marac.conference.after_rows import RecordWaits
from services.marac.conference.risk import by_factor
from services.marac.rules import pairs, refer_again, repeat
from services.marac.rules.chosen import Chosen

LookedAt = tuple[RecordWaits, bool, Collection[str]]
"""What is to be looked at, whether its day alone is known, and whom it accuses."""


def looked_at(
    case: rows.ConferenceCase,
    people: Mapping[str, rows.ConferencePerson],
    met: datetime,
    later: refer_again.Later,
    own: Chosen,
) -> list[RecordWaits]:
    """Assessments that say of the pair what may be new abuse, and what housing services hold harassment as;
    made once a meeting had the case, while it would be a repeat by what its MARAC has chosen. ``later``: the
    later referrals of the pair."""
    if case.victim is None:
        return []
    victim, by = case.victim.person, {each.person for each in case.perpetrators}
    sides = [people[person] for person in (victim, *sorted(by)) if person in people]
    assessments = people[victim].assessments if victim in people else ()
    to_refer, until = accused(case, people) or by, _until(case, met, own)
    # Of whom no name is known may be whomever an assessment names: it says nothing of any other.
    known = {person for person in by if person in people and people[person].identity.names}
    found, anew = [], dict[str, datetime]()
    for waits, day, named in (*_assessed(assessments, known), *_housing(sides, victim, by)):
        if repeat.to_look_at(waits.occurred, met, until, day=day):
            found.append(waits)
            anew[waits.root] = refer_again.since(met, to_refer, named, later)
    return refer_again.waiting(found, met, anew, ())


def accused(case: rows.ConferenceCase, people: Mapping[str, rows.ConferencePerson]) -> set[str]:
    """The accused of a case of whom anything is known by which they could be found: nobody can refer any
    other anew. Of a sex alone nobody is."""
    theirs = [people[each.person] for each in case.perpetrators if each.person in people]
    return {
        row.person
        for row in theirs
        if row.identity != rows.Identity(sex=row.identity.sex)
        or row.contacts
        or row.locations
        or any(line.record for line in row.lines)
    }


def referred_anew(
    case: rows.ConferenceCase,
    links: Collection[rows.CaseLink],
    people: Mapping[str, rows.ConferencePerson],
    met: Sequence[datetime],
    own: Chosen,
) -> list[RecordWaits]:
    """Those of these later referrals of the pair of which nobody knows what happened since a meeting last had
    the case, while it would be a repeat: neither do they say that they are one, nor does a record by whomever
    they name. What happens later is no answer. Of what is not the first since that meeting, the case before
    it asks."""
    victim = people.get(case.victim.person) if case.victim else None
    lines = {line.root: line for line in (victim.lines if victim else ())}
    named = [(link, line, line.said) for link in links if (line := lines.get(link.case)) and line.said]
    found = []
    for link, line, said in named:
        day = said.precision == "day"
        before = [at for at in met if repeat.to_look_at(link.referred, at, _until(case, at, own), day=day)]
        says = ReferralCriterion.REPEAT in cast("Sequence[str]", said.details.get("criteria", ()))
        if (
            not before
            or says
            or _others_since(max(before), link, links)
            or _known(case, link, max(before), own)
        ):
            continue
        found += refer_again.waiting([_waits(line, said, "fact", line.type)], max(before), {}, ())
    return found


def _others_since(met: datetime, link: rows.CaseLink, links: Iterable[rows.CaseLink]) -> bool:
    """Whether the pair of a referral was referred between a meeting and it."""
    return any(
        met < each.referred
        and (each.referred, each.case) < (link.referred, link.case)
        and not set(link.perpetrators).isdisjoint(each.perpetrators)
        for each in links
    )


def _known(case: rows.ConferenceCase, link: rows.CaseLink, met: datetime, own: Chosen) -> bool:
    """Whether anything is known to have happened between a meeting and a new referral, by whomever that
    names."""
    return case.victim is not None and any(
        repeat.makes(met, each.occurred, link.referred)
        and repeat.counts(repeat.Event(each.root, each.occurred, each.kind, each.crime), own.definition)
        and pairs.between(case.victim.person, link.perpetrators, each.victims, each.perpetrators, each.kind)
        for happened in case.occurrences
        for each in happened.records
    )


def _waits(line: rows.Line, said: rows.Version, type_: str, kind: str) -> RecordWaits:
    return RecordWaits(
        root=line.root,
        type=type_,
        kind=kind,
        agency=line.agency,
        occurred=line.occurred,
        recorded=min(each.recorded for each in (*line.earlier, said)),
        newest=said.recorded,
    )


def _until(case: rows.ConferenceCase, met: datetime, own: Chosen) -> datetime:
    """Until when what happens makes the case a repeat, by what its MARAC has chosen."""
    return repeat.months_after(met if own.anchor is RepeatAnchor.MEETING else case.referred, repeat.MONTHS)


def _assessed(made: Iterable[rows.Assessment], by: set[str]) -> Iterator[LookedAt]:
    """Of a case of which nobody knows who harms, by whomever they are about."""
    for each in made:
        says = repeat.may_tell(by_factor(each, by or each.accused))
        if each.type == "assessment" and each.instrument and says:
            yield (
                RecordWaits(
                    root=each.root,
                    type="instrument",
                    kind=each.instrument,
                    agency=each.agency,
                    occurred=each.occurred,
                    recorded=each.first_recorded or each.recorded,
                    newest=each.recorded,
                    says=tuple(says),
                ),
                each.precision == "day",
                each.accused,
            )


def _housing(sides: Iterable[rows.ConferencePerson], victim: str, by: set[str]) -> Iterator[LookedAt]:
    """What names both is a line of each, and told once."""
    lines = {line.root: (row.person, line) for row in sides for line in row.lines}
    for person, line in lines.values():
        said = line.said
        if line.type != "care.housing-described" or said is None:
            continue
        kind = str(said.details["kind"])
        named = [(person, role) for role in line.roles] + [(each.person, each.role) for each in line.others]
        victims = {each for each, role in named if role is Role.VICTIM}
        accused = {each for each, role in named if role in PERPETRATOR_ROLES}
        if kind == repeat.HOUSING_MAY_TELL and pairs.between(victim, by, victims, accused, kind):
            yield _waits(line, said, "housing", kind), said.precision == "day", accused

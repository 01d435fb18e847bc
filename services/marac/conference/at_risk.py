"""Level 0: a person as a victim at risk, by what every agency recorded; and whoever of their offenders goes
forward to MATAC because of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chassis.facts import Fact
from chassis.once import once
from chassis.views import Folded, Row, Saying, Subject, View
from contracts.content import Said
from contracts.events.configuration import AreaDefined
from contracts.events.people import ReferralMade
from contracts.events.tasking import PutForward, PutForwardEnded
from contracts.rules.areas import area_and_around
from contracts.rules.occurrence import Record, occurrences
from contracts.vocabulary import PERPETRATOR_ROLES
from services.marac import casefile
from services.marac.conference.at_risk_rows import AtRisk, AtRiskTable, Forward, Offender
from services.marac.rules import at_risk, pairs

RULE = "put-forward"


def fold_at_risk(subject: Subject) -> Folded:
    """The row of a person as victim; None for one against whom nothing is recorded or was put forward."""
    records = {
        each.fact.root: each
        for each in once(subject, casefile.records_of)
        if subject.id in each.record.victims and pairs.is_abuse(each.record.kind, each.record.perpetrators)
    }
    told = [each for each in once(subject, casefile.told_of) if subject.id in each.victims]
    put = tuple(_put(subject))
    mine = sorted(mention.mention for each in told for mention in each.own if mention.mention)
    if not put and not (records and mine):
        return Folded(None)
    happened = _occurrences(list(records.values()))
    numbers = at_risk.numbers((done for done, _ in happened), subject.at)
    counted = [record for done, group in happened if at_risk.counts(done, subject.at) for record in group]
    who = casefile.who((each.fact, mention) for each in told for mention in each.own)
    referrals = [each.fact for each in told if isinstance(each.fact.said, ReferralMade)]
    areas = [area for each in told if (area := casefile.area_of(each.fact.said)) is not None]
    row = AtRisk(
        person=subject.id,
        mention=next(iter(mine), ""),
        name=next(iter(who.names), None),
        born=next(iter(who.born), None),
        area=areas[-1] if areas else None,
        areas=_around(subject, areas, referrals),
        offences=numbers.offences,
        records=len(counted),
        offenders=numbers.offenders,
        unknown=numbers.unknown,
        repeat=numbers.repeat,
        last=max((each.occurred for each in counted), default=None),
        cases=tuple(each.root for each in reversed(referrals)),
        referred=referrals[-1].occurred if referrals else None,
        listed=bool(numbers.offences) and (numbers.repeat or bool(referrals)),
        by_offences=_most(numbers.offences, numbers.offenders, numbers.unknown),
        by_offenders=_most(numbers.offenders, numbers.unknown, numbers.offences),
        facts=tuple(sorted(records[each.root].fact.id for each in counted)),
        to_put=_to_put(subject, told, [done for done, _ in happened]) if mine else (),
        put=put,
    )
    return Folded(row, numbers.changes)


def _occurrences(records: Sequence[casefile.RecordSeen]) -> list[tuple[at_risk.Done, list[Record]]]:
    """What happened, with the records of each. Records are told apart by what they say and not by their ids,
    which come from agencies: who is put forward tells nothing of where a victim lives."""
    ordered = sorted(
        (each.record for each in records),
        key=lambda record: (record.occurred, record.precision, record.kind, record.root),
    )
    placed = [_with_root(record, f"{at:09}") for at, record in enumerate(ordered)]
    return [
        (
            at_risk.Done(group[0].occurred, frozenset().union(*(each.perpetrators for each in group))),
            [ordered[int(each.root)] for each in group],
        )
        for group in occurrences(placed)
    ]


def _with_root(record: Record, root: str) -> Record:
    return Record(
        root=root,
        agency=record.agency,
        occurred=record.occurred,
        precision=record.precision,
        kind=record.kind,
        victims=record.victims,
        perpetrators=record.perpetrators,
        reference=record.reference,
    )


def _around(subject: Subject, areas: Sequence[str], referrals: Iterable[Fact[Said]]) -> str:
    """Where the newest word routes to, and every referral, with all that lies around."""
    defined = casefile.areas_of(subject.configuration)
    routed = [*areas[-1:], *(casefile.area_of(each.said) for each in referrals)]
    found = {place for area in routed for place in area_and_around(defined, area)}
    return "".join(f"|{area}|" for area in sorted(found))


def _most(*numbers: int) -> str:
    """Numbers as a list is sorted by them, the most first."""
    return " ".join(f"{max(0, 99_999 - number):05}" for number in numbers)


def _to_put(
    subject: Subject, told: Iterable[casefile.Told], done: Sequence[at_risk.Done]
) -> tuple[Offender, ...]:
    """Whoever goes forward, whatever is said of them the other way round: but for whom a MARAC found to be
    the primary victim of the two."""
    primary = once(subject, casefile.primary_victim_of)
    due = {each for each in at_risk.put_forward(done) if primary.get(each, True)} - {subject.id}
    mentions: dict[str, set[str]] = {person: set() for person in due}
    for mention in (mention for each in told for mention in each.about):
        person = subject.homes.get(mention.mention or "")
        if person in mentions and mention.role in PERPETRATOR_ROLES:
            mentions[person].add(mention.mention or "")
    disputed = {*once(subject, casefile.disputed_with)} - primary.keys() - _stands_because_of(subject)
    return tuple(
        Offender(person=person, mention=min(ids), disputed=person in disputed)
        for person, ids in sorted(mentions.items())
        if ids
    )


def _stands_because_of(subject: Subject) -> set[str]:
    """Because of whom this person stands put forward as the one who did it: then both are, and whoever was
    told of first has no more of it than the other."""
    over = _ended(subject)
    return {
        subject.homes.get(said.victim, "")
        for said in (each.said for each in subject.facts.current(PutForward))
        if subject.homes.get(said.offender) == subject.id
        and (said.victim, said.offender, said.generation) not in over
    }


def _ended(subject: Subject) -> set[tuple[str, str, int]]:
    return {
        (each.said.victim, each.said.offender, each.said.generation)
        for each in subject.facts.current(PutForwardEnded)
    }


def _put(subject: Subject) -> Iterable[Forward]:
    """Whoever was put forward because of this person."""
    over = _ended(subject)
    for said in (each.said for each in subject.facts.current(PutForward)):
        if subject.homes.get(said.victim) == subject.id:
            yield Forward(
                victim=said.victim,
                offender=said.offender,
                person=subject.homes.get(said.offender, ""),
                generation=said.generation,
                ended=(said.victim, said.offender, said.generation) in over,
            )


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """Whoever is to be put forward, once; and whoever is no more. A word against the victim ends nothing."""
    if not isinstance(row, AtRisk):
        return
    due = {each.person: each for each in row.to_put}
    standing = {each.person for each in row.put if not each.ended}
    for each in row.put:
        if not each.ended and each.person not in due:
            over = PutForwardEnded(victim=each.victim, offender=each.offender, generation=each.generation)
            yield Saying(RULE, f"{each.victim} {each.offender}", each.generation, over, at)
    for person, offender in due.items():
        if person not in standing and not offender.disputed:
            pair = (row.mention, offender.mention)
            n = 1 + max((p.generation for p in row.put if (p.victim, p.offender) == pair), default=0)
            said = PutForward(victim=row.mention, offender=offender.mention, generation=n)
            yield Saying(RULE, " ".join(pair), n, said, at)


AT_RISK = View(
    "conference_at_risk",
    of="person",
    row=AtRisk,
    table=AtRiskTable,
    fold=fold_at_risk,
    decide=decide,
    configured_by=(AreaDefined,),
)

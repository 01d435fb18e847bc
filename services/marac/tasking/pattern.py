"""What all that one person did to one victim may be, with nothing in it that tells where she is: offences by
the victim's letter, their evidence by ordinals, and no hour, agency or officer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from chassis.facts import Fact
from chassis.views import Subject
from contracts.events.orders import PatternDecided
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.rules import pattern, pattern_decisions
from contracts.rules.instruments import answers_of
from contracts.vocabulary import PERPETRATOR_ROLES
from services.marac import casefile
from services.marac.tasking import rows
from services.marac.tasking.seen import Seen

Assessed = tuple[frozenset[str], pattern.Word]
"""The letters of the victims of an assessment that names this person, and what it says."""


def assessed(
    subject: Subject, against: Iterable[casefile.Told], letters_of: Callable[[Iterable[str]], Iterable[str]]
) -> Iterator[Assessed]:
    """The assessments that say that this person did it."""
    for each in against:
        said = each.fact.said
        if isinstance(said, ReferralMade | RiskAssessed):
            says, unknown = pattern.assessment(answers_of(said.answers, said.dash), named=True)
            first = subject.facts.first_recorded(each.fact.root)
            yield frozenset(letters_of(each.victims)), pattern.Word(each.fact.root, first, says, unknown)


def pattern_of(
    subject: Subject, events: Sequence[Seen], assessments: Sequence[Assessed], letters: Iterable[str]
) -> tuple[list[rows.OffenceShown], datetime | None]:
    """What a person's records and the assessments that name them may be: the offences that are named, of one
    victim after another; and when a *not yet* next ends."""
    decisions = subject.facts.current(PatternDecided)
    found: list[rows.OffenceShown] = []
    for letter in letters:
        told = [each for each in _by_occurrence(events) if any(letter in seen.letters for seen in each)]
        ordinals = {seen.record.fact.root: seen.ordinal for group in told for seen in group}
        occasions = [[_word(subject, seen) for seen in group] for group in told]
        words = [word for victims, word in assessments if letter in victims]
        made = [_decided(fact) for fact in decisions if fact.said.breach in ordinals]
        for reading in pattern.read(occasions, words).named:
            asked = pattern_decisions.question(reading, made, subject.at)
            found.append(
                rows.OffenceShown(
                    victim=letter,
                    offence=reading.offence,
                    events=sorted({ordinals[root] for root in reading.elements[0].by if root in ordinals}),
                    decision=asked.last.decision if asked.last else None,
                    stands=asked.due is None,
                )
            )
    ends = [fact.occurred + pattern_decisions.NOT_YET for fact in decisions]
    return found, min((end for end in ends if end > subject.at), default=None)


def _by_occurrence(events: Iterable[Seen]) -> list[list[Seen]]:
    found: dict[int, list[Seen]] = {}
    for seen in events:
        found.setdefault(seen.occurrence, []).append(seen)
    return list(found.values())


def _word(subject: Subject, seen: Seen) -> pattern.Word:
    fact = seen.record.fact
    accused = (each for each in casefile.about(fact, subject) if each.role in PERPETRATOR_ROLES)
    says = pattern.codes(fact.said, accused)
    return pattern.record(fact.root, subject.facts.first_recorded(fact.root), says)


def _decided(fact: Fact[PatternDecided]) -> pattern_decisions.Decided:
    said = fact.said
    return pattern_decisions.Decided(
        fact.root, said.offence, said.decision, fact.occurred, frozenset(said.considered)
    )

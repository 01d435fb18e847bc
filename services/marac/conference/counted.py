"""Level 1: a case as it is counted, in a row that is small enough for a year of a force to be read at
once."""

from collections.abc import Iterable
from datetime import date

from chassis.once import once
from chassis.views import Folded, Subject, View
from contracts.events.configuration import AreaDefined
from contracts.events.listing import MaracSet
from contracts.events.people import ReferralMade
from contracts.rules.ages import ADULT, turns
from contracts.sections import EqualityAnswer
from contracts.vocabulary import Characteristic, Sex
from contracts.vocabulary.characteristics import code_of
from services.marac.conference import rows
from services.marac.conference.case import fold_case
from services.marac.conference.counted_rows import CountedCase, CountedCaseTable
from services.marac.conference.known import causes_of
from services.marac.conference.repeated import chooses, moments
from services.marac.rules import returns
from services.marac.rules.chosen import chosen

NOT_COUNTED: dict[str, object] = {
    "orders": (),
    "occurrences": (),
    "heard": (),
    "assessment": None,
    "victim_view": None,
    "afraid_of": None,
    "other_marac": None,
    "no_consent_reason": None,
    "stays_away": False,
}
"""What is left out of the small row."""


def fold_counted(subject: Subject) -> Folded:
    """The row of a case, made of its row in ``conference_case``: worked out once for both."""
    case = once(subject, fold_case).row
    if not isinstance(case, rows.ConferenceCase):
        return Folded(None)
    people = {
        each.id: row
        for each in subject.people.values()
        if isinstance(row := each.rows.get("conference_person"), rows.ConferencePerson)
    }
    victim = people.get(case.victim.person) if case.victim else None
    answers = _answers(victim)
    row = CountedCase(
        case=case.case,
        marac=case.marac,
        slim=case.model_copy(update=NOT_COUNTED),
        born=_born(victim),
        minoritised=returns.minoritised(answers),
        lgbt=returns.lgbt(answers),
        disabled=returns.disabled(answers),
        male=_male(victim, answers),
        perpetrators_born=tuple(_born(people.get(each.person)) for each in case.perpetrators),
        accused_grown=_grown([people[each.person] for each in case.perpetrators if each.person in people]),
        events=moments(case, chosen(subject.configuration, chooses(case))),
        causes=tuple(sorted(causes_of(case))),
    )
    return Folded(row)


COUNTED = View(
    "conference_counted",
    of="case",
    row=CountedCase,
    table=CountedCaseTable,
    fold=fold_counted,
    begun_by=(ReferralMade,),
    reads_people=True,
    configured_by=(AreaDefined, MaracSet),
)


def _born(person: rows.ConferencePerson | None) -> date | None:
    """The date of birth that counts: where agencies give several, the youngest (``rules/ages.py``)."""
    return max(person.identity.born, default=None) if person else None


def _grown(accused: Iterable[rows.ConferencePerson]) -> date | None:
    """When the youngest of these is 18."""
    return max((turns(born, ADULT) for each in accused for born in each.identity.born), default=None)


def _answers(victim: rows.ConferencePerson | None) -> dict[Characteristic, str]:
    """The newest answer that the victim gave about each characteristic, to whichever agency."""
    said: Iterable[EqualityAnswer] = (
        answer for each in (victim.hers.characteristics if victim else ()) for answer in each.answers
    )
    return {
        each.characteristic: code
        for each in said
        if each.value is not None and (code := code_of(each.characteristic, each.value, each.scheme))
    }


def _male(victim: rows.ConferencePerson | None, answers: dict[Characteristic, str]) -> bool | None:
    """By the victim's own answer, else as agencies have recorded it."""
    own = answers.get(Characteristic.SEX)
    if own is not None:
        return own == Sex.MALE
    recorded = victim.identity.sex if victim else None
    return None if recorded in (None, Sex.NOT_STATED) else recorded is Sex.MALE

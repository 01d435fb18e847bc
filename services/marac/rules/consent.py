"""Who may be told of her, as she said it; and on what footing they are told all the same.

Sources: domain.md 10.1 (2026): MARAC protocols rest on public task and safeguarding, not on consent; ask or
inform the victim where that is safe; refusal does not stop a high-risk referral if it is necessary and
proportionate; record why (Redbridge MARAC e-form; Sefton information sharing). So a refusal hides nothing and
shares nothing by itself: without a recorded basis it is a question to a person. (How they follow on each
other, and that one answer may be of a part alone, is ours, 2026-11: decision 0066.)
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.vocabulary import (
    AgencyKind,
    ConsentAnswer,
    ConsentState,
    ConsentSubject,
    Grade,
    OverrideGround,
    SaidBy,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that was said of who may be told; ``at`` when."""

    root: str
    at: datetime
    recipients: Collection[AgencyKind]
    answer: ConsentAnswer
    said_by: SaidBy | None
    """None: nobody has said by whom it was said."""
    ground: OverrideGround | None = None
    of: Collection[ConsentSubject] = ()
    """Of what alone it is; empty: of all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds of telling one kind of agency. ``question`` is the last part of a message id
    (``consent.refused``) of what a person must settle; None: nothing is open. ``roots``: what it rests on."""

    kind: AgencyKind
    state: ConsentState
    question: str | None = None
    roots: tuple[str, ...] = ()
    of: tuple[ConsentSubject, ...] = ()
    """Of what alone it holds; empty: of all that no other of this kind of agency names."""


def standing(words: Sequence[Word], kinds: Iterable[AgencyKind], grade: Grade) -> list[Standing]:
    """What holds for each of these kinds of agency, of words in the order in which they were said, at this
    grade of her risk: of all first, then of each part of which something else holds."""
    return [
        each
        for kind in kinds
        for each in _of_each([word for word in words if kind in word.recipients], kind, grade)
    ]


def _of_each(words: Sequence[Word], kind: AgencyKind, grade: Grade) -> Iterable[Standing]:
    """What was said of one part is neither yes nor no to another; what was said of all is said of each."""
    found: dict[tuple[ConsentState, str | None], list[Standing]] = {}
    for of in ((), *((subject,) for subject in ConsentSubject)):
        about = [word for word in words if not word.of or not set(of).isdisjoint(word.of)]
        each = _of(kind, about, grade)
        found.setdefault((each.state, each.question), []).append(replace(each, of=of))
    for (state, question), same in found.items():
        roots = tuple(dict.fromkeys(root for each in same for root in each.roots))
        of = tuple(subject for each in same for subject in each.of) if same[0].of else ()
        yield Standing(kind, state, question, roots, of)


def _of(kind: AgencyKind, words: Sequence[Word], grade: Grade) -> Standing:
    said = [word for word in words if _is_hers(word)]
    hers = _that_holds(said)
    told = [word for word in words if word.answer is ConsentAnswer.OVERRIDDEN]
    against = told[-1] if told else None
    if hers is not None and hers.answer is ConsentAnswer.GIVEN:
        return Standing(kind, ConsentState.GIVEN, roots=(hers.root,))
    if against is not None:
        roots = (hers.root, against.root) if hers else (against.root,)
        return Standing(kind, ConsentState.OVERRIDDEN, _look_again(hers, against, grade), roots)
    if hers is not None:
        question = "refused" if hers is said[-1] else "yes-since"
        return Standing(kind, ConsentState.REFUSED, question, (hers.root,))
    if unnamed := [word.root for word in words if word.said_by is None]:
        return Standing(kind, ConsentState.NOT_ASKED, "unnamed", (unnamed[-1],))
    return Standing(kind, ConsentState.NOT_ASKED, "not-asked")


def _that_holds(said: Sequence[Word]) -> Word | None:
    """Of her words the newest; but a no that names a part is lifted by a yes that names it alone: whoever
    writes down a yes to all may not have asked of that part."""
    named = [word for word in said if word.of]
    if said and not said[-1].of and said[-1].answer is ConsentAnswer.GIVEN and named:
        return named[-1] if named[-1].answer is ConsentAnswer.REFUSED else said[-1]
    return said[-1] if said else None


def _is_hers(word: Word) -> bool:
    """Whether it counts as her word: that somebody else, or nobody who is named, says yes for her does not;
    that they say no does, until she is asked."""
    if word.answer is ConsentAnswer.OVERRIDDEN:
        return False
    return word.said_by not in (None, SaidBy.OTHER) or word.answer is ConsentAnswer.REFUSED


def _look_again(hers: Word | None, against: Word, grade: Grade) -> str | None:
    """Why an override is to be looked at again: she has refused since, or what it stood on is no more."""
    if hers is not None and hers.at > against.at:
        return "refused-since"
    if against.ground is OverrideGround.HIGH_RISK and grade in (Grade.MEDIUM, Grade.STANDARD):
        return "risk-lower"
    return None

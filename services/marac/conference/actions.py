"""Level 1: an action of a MARAC, what came of it, and the clock that runs until somebody says so. It is a
fact of its own: it stays when its case is taken off the agenda of the meeting that agreed it."""

from collections.abc import Iterable
from datetime import datetime

from chassis.facts import Fact
from chassis.views import Folded, Row, Saying, Subject, View
from contracts.content import Content
from contracts.events.actions import ActionAgreed, ActionAnswered
from contracts.sections import Narrative, Routing, Sealed
from contracts.vocabulary import AlertRule
from services.marac.conference.actions_rows import ActionRow, ActionTable, AnswerLine
from services.marac.conference.own_clocks import clocks_of, sayings
from services.marac.rules.actions import Answered, is_open, standing

RULE = AlertRule.MARAC_ACTION


def fold_action(subject: Subject) -> Folded:
    """The row of an action; None for a cause that is something else."""
    versions = subject.facts.versions(subject.id)
    said = next(
        (c for c in (each.content for each in reversed(versions)) if isinstance(c, ActionAgreed)), None
    )
    if said is None:
        return Folded(None)
    answers = [
        _answer(each) for each in subject.facts.current(ActionAnswered) if each.said.action == subject.id
    ]
    stands = standing(Answered(each.answer, each.at, each.root, each.reopens) for each in answers)
    answer = stands.answer if stands else None
    withdrawn = versions[-1].content is None
    known = [each for each in subject.facts if is_about(each, subject.id)]
    row = ActionRow(
        action=subject.id,
        of_case=said.case,
        meeting=said.meeting,
        agency=versions[0].agency,
        owner=said.owner,
        worker=said.worker,
        agreed=versions[0].occurred,
        recorded=versions[-1].accepted,
        due=said.due,
        target=said.target,
        risk=said.risk,
        safe_to_tell=said.safe_to_tell,
        text=_text(said.words),
        withdrawn=withdrawn,
        answer=answer,
        over=stands.at if stands and not is_open(answer) else None,
        answers=tuple(answers),
        open_until=said.due if is_open(answer) and not withdrawn else None,
        version=len(known),
        area=said.routing.area if isinstance(said.routing, Routing) else None,
        clocks=clocks_of(subject.facts, subject.id, {RULE}),
        facts=tuple(sorted(each.id for each in known)),
    )
    return Folded(row)


def is_about(fact: Fact[Content], action: str) -> bool:
    """Whether a fact is a version of an action, or of an answer to it: what its number counts."""
    return fact.root == action or fact.envelope.type == ActionAnswered.type


def _answer(fact: Fact[ActionAnswered]) -> AnswerLine:
    said = fact.said
    return AnswerLine(
        root=fact.root,
        agency=fact.agency,
        at=fact.occurred,
        answer=said.answer,
        text=_text(said.words),
        reopens=said.reopens,
    )


def _text(words: Narrative | Sealed | None) -> str | None:
    return words.text if isinstance(words, Narrative) else None


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clock to start or to stop."""
    if not isinstance(row, ActionRow):
        return
    wanted = {RULE: (row.open_until, row.area)} if row.open_until else {}
    yield from sayings(row.action, None, row.clocks, wanted, at)


ACTION = View(
    "conference_action",
    of="cause",
    row=ActionRow,
    table=ActionTable,
    fold=fold_action,
    decide=decide,
    begun_by=(ActionAgreed,),
)

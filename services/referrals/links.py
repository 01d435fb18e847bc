"""Links that were undone: level 1, of each decision of the matcher that parted whom it had held for one."""

from collections.abc import Iterable
from itertools import combinations

from pydantic import AwareDatetime, Field

from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.identity import IdentityAssigned, MixtureAnswered, Parted
from contracts.sections import Part, Routing
from contracts.vocabulary import AlertRule


class AnswerLine(Part):
    """What somebody said was done about it."""

    at: AwareDatetime
    agency: str
    reported: bool
    reason: str


class UndoneLink(Row):
    """A link that was undone, and what is known of who was shown the mixture: the clock runs from when
    somebody had been. ``parted``: each two parts of whoever was one, by a mention of each; ``parts``: by that
    mention all that went with it then. ``generation``: of the clock that was started last, 0 where none was;
    ``area``: where that was routed to."""

    cause: str
    parted: tuple[tuple[str, str], ...]
    parts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    at: AwareDatetime
    due: AwareDatetime | None
    area: str | None
    generation: int
    stopped: bool
    answer: AnswerLine | None


class UndoneLinkTable(ViewTable, table=True):
    """Rows of ``referrals_link``."""

    __tablename__ = "referrals_link"


def fold_link(subject: Subject) -> Folded:
    """The link, where the decision undid one."""
    fact = next((each for each in subject.facts.current(IdentityAssigned) if each.root == subject.id), None)
    if fact is None or not fact.said.parted:
        return Folded(None)
    answers = sorted(subject.facts.current(MixtureAnswered), key=lambda each: (each.recorded, each.root))
    clocks = [f.said for f in subject.facts.current(ClockStarted) if f.said.rule is AlertRule.MIXTURE]
    over = {
        f.said.generation for f in subject.facts.current(ClockStopped) if f.said.rule is AlertRule.MIXTURE
    }
    last = max(clocks, key=lambda said: said.generation, default=None)
    row = UndoneLink(
        cause=fact.root,
        parted=_each_two(fact.said.parted),
        parts={
            mention: tuple(part)
            for each in fact.said.parted
            for mention, part in zip(each.mentions, each.parts, strict=False)
        },
        at=fact.occurred,
        due=last.due if last else None,
        area=last.routing.area if last and isinstance(last.routing, Routing) else None,
        generation=last.generation if last else 0,
        stopped=last is not None and last.generation in over,
        answer=AnswerLine(
            at=answers[-1].recorded,
            agency=answers[-1].agency,
            reported=answers[-1].said.reported,
            reason=answers[-1].said.reason,
        )
        if answers
        else None,
    )
    return Folded(row)


def _each_two(chain: Iterable[Parted]) -> tuple[tuple[str, str], ...]:
    """Each two parts of each person, of what is told in chains."""
    people: list[list[str]] = []
    for one, other in (each.mentions for each in chain):
        if people and people[-1][-1] == one:
            people[-1].append(other)
        else:
            people.append([one, other])
    return tuple(pair for parts in people for pair in combinations(parts, 2))


def decide(row: UndoneLink | None, at: AwareDatetime) -> list[Saying]:
    """Stop the clock of a link once somebody has said what was done; start it again, to run out when it was
    to, once that is taken back."""
    if row is None or row.due is None or row.stopped == (row.answer is not None):
        return []
    said: ClockStarted | ClockStopped
    if row.answer is not None:
        said = ClockStopped(rule=AlertRule.MIXTURE, cause=row.cause, generation=row.generation)
    else:
        routing = Routing(area=row.area) if row.area else None
        number = row.generation + 1
        said = ClockStarted(
            rule=AlertRule.MIXTURE, cause=row.cause, generation=number, due=row.due, routing=routing
        )
    return [Saying(AlertRule.MIXTURE, row.cause, said.generation, said, occurred=at)]


REFERRALS_LINK = View(
    name="referrals_link",
    of="cause",
    row=UndoneLink,
    table=UndoneLinkTable,
    fold=fold_link,
    decide=decide,
    begun_by=(IdentityAssigned,),
)

"""Level 1: a transfer of a case to another MARAC, whose turn it is, and the clocks of both sides."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from chassis.facts import Fact, FactSet
from chassis.views import Folded, Row, Saying, Subject, View
from contracts.content import Content
from contracts.events.transfer import (
    OfTransfer,
    TransferAcknowledged,
    TransferAskedForMore,
    TransferConfirmed,
    TransferSent,
    TransferSentOutside,
    TransferSupplied,
)
from contracts.rules.clocks import runs_out
from contracts.sections import Narrative
from contracts.vocabulary import AlertRule, MoveKind, MoveWarning
from services.marac.conference.after_rows import (
    ConferenceTransfer,
    ConferenceTransferTable,
    TransferStep,
)
from services.marac.conference.own_clocks import CALENDARS, clocks_of, sayings
from services.marac.rules.transfer import TAKEN, Standing, Step, standing

RULES = (AlertRule.TRANSFER_TO_TAKE, AlertRule.TRANSFER_TO_CHASE)
STEPS: dict[type[OfTransfer], Step] = {
    TransferAskedForMore: "asked",
    TransferSupplied: "supplied",
    TransferAcknowledged: "taken",
    TransferConfirmed: "confirmed",
}
SENT = (TransferSent, TransferSentOutside)


class Told(NamedTuple):
    """What was sent, each step of it in the order of time, and how it stands."""

    said: TransferSent | TransferSentOutside
    steps: tuple[TransferStep, ...]
    stands: Standing


def told_of(facts: FactSet, transfer: str) -> Told | None:
    """A transfer, for its own row and for that of its case; None for a fact that is something else. What was
    taken at the very moment when it was withdrawn is taken."""
    versions = facts.versions(transfer)
    said = next((e.content for e in reversed(versions) if isinstance(e.content, SENT)), None)
    if said is None:
        return None
    steps = [_step(versions[0], "sent", said.words), *_answers(facts, transfer)]
    if versions[-1].withdrawn:  # which has the times of what it withdraws, but for this one
        steps.append(_step(versions[-1], "withdrawn", None).model_copy(update={"at": versions[-1].accepted}))
    steps.sort(key=lambda each: each.at)
    stands = standing((each.at, each.step) for each in steps)
    stands = stands if isinstance(said, TransferSent) else replace(stands, takes=None)
    return Told(said, tuple(steps), stands)


class Taken(NamedTuple):
    """Which MARAC took a case over, from which, and when it was sent there."""

    area: str
    from_area: str
    sent: datetime


def taken_of(sent: Iterable[Told]) -> list[Taken]:
    """Of what was sent, the last last, what a MARAC that is on Goldthread took."""
    return [
        Taken(each.said.to_area, each.said.from_area, each.steps[0].at)
        for each in sent
        if each.stands.state in TAKEN and isinstance(each.said, TransferSent)
    ]


def fold_transfer(subject: Subject) -> Folded:
    """The row of a transfer; it stays when the transfer is withdrawn. None for a cause that is something
    else."""
    told = told_of(subject.facts, subject.id)
    if told is None:
        return Folded(None)
    said, steps, stands = told
    row = ConferenceTransfer(
        cause=subject.id,
        of_case=said.case,
        from_area=said.from_area,
        to_area=said.to_area if isinstance(said, TransferSent) else "",
        outside=None if isinstance(said, TransferSent) else said.to,
        move=said.move,
        heard=said.heard,
        goes_with=tuple(said.goes_with),
        warned=said.warned,
        state=stands.state,
        open=stands.takes is not None or stands.chases is not None,
        since=stands.since,
        take_by=_by(AlertRule.TRANSFER_TO_TAKE, stands.takes),
        chase_by=_by(AlertRule.TRANSFER_TO_CHASE, stands.chases),
        steps=steps,
        clocks=clocks_of(subject.facts, subject.id, RULES),
    )
    return Folded(row)


def _answers(facts: FactSet, transfer: str) -> Iterator[TransferStep]:
    for each in facts.current(*STEPS):
        if each.said.transfer == transfer:
            yield _step(each, STEPS[type(each.said)], getattr(each.said, "words", None))


def _step(fact: Fact[Content], step: Step, words: object) -> TransferStep:
    text = words.text if isinstance(words, Narrative) else None
    return TransferStep(root=fact.root, step=step, agency=fact.agency, at=fact.occurred, words=text)


def _by(rule: AlertRule, since: datetime | None) -> datetime | None:
    return runs_out(rule, since, CALENDARS) if since else None


def untaken(row: ConferenceTransfer) -> ConferenceTransfer:
    """A transfer for the coordinator who is to take it and does not see the case: from where, how it stands,
    and what they asked for in words."""
    steps = [each if each.step == "asked" else each.model_copy(update={"words": None}) for each in row.steps]
    said = {"move": MoveKind.NOT_KNOWN, "goes_with": (), "warned": MoveWarning.NOT_KNOWN}
    return row.model_copy(update=said | {"steps": tuple(steps)})


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks of both sides to start or to stop."""
    if not isinstance(row, ConferenceTransfer):
        return
    due = zip(RULES, ((row.take_by, row.to_area), (row.chase_by, row.from_area)), strict=True)
    wanted = {rule: (by, area) for rule, (by, area) in due if by}
    yield from sayings(row.cause, row.of_case, row.clocks, wanted, at)


TRANSFER = View(
    "conference_transfer",
    of="cause",
    row=ConferenceTransfer,
    table=ConferenceTransferTable,
    fold=fold_transfer,
    decide=decide,
    begun_by=SENT,
)

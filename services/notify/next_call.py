"""Whom an alert that waits calls next, and when, as rota and ladder stand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from chassis.facts import Fact
from contracts.events.alerts import AlertPassedOn, AlertRaised
from contracts.rules.areas import area_and_around
from contracts.rules.standing_answer import Standing
from contracts.vocabulary import Channel, Post, Urgency
from services.notify.calls import Call
from services.notify.rules import rota
from services.notify.rules.channels import channels, unreached
from services.notify.rules.ladder import Told, next_step, rungs_of, step_of, wait_after
from services.notify.rules.own_ladders import ladder_of


class NextCall(BaseModel):
    """One call that is to come, and to whom it goes as the rota stands."""

    model_config = ConfigDict(frozen=True)

    rung: int
    post: Post
    person: str | None
    channels: tuple[Channel, ...]
    told_by: str | None = None
    """The call of another alert about the cause whose message tells of this one too."""

    @property
    def by(self) -> tuple[Channel, ...]:
        """The channels that it goes out on."""
        return tuple(channel for channel in self.channels if channel is not Channel.LIVE_PAGE)


class Next(BaseModel):
    """The step that is called next, unless somebody answers before."""

    model_config = ConfigDict(frozen=True)

    step: int
    due: datetime
    wait: timedelta
    """How long whoever was called before it has for an answer."""
    calls: tuple[NextCall, ...]

    @property
    def people(self) -> set[str]:
        """Whom it calls."""
        return {call.person for call in self.calls if call.person is not None}


def told_of(
    calls: Sequence[Call], stands: Standing, passed: Sequence[Fact[AlertPassedOn]], urgency: Urgency
) -> Told | None:
    """The last step that was called. It is passed on when all whom it called say so, or when
    whoever had taken the alert gives it back; what made it due itself does not count again."""
    if not calls:
        return None
    step = step_of(calls[-1].rung)
    last = [call for call in calls if step_of(call.rung) == step]
    called = min(call.called for call in last)
    passed_at = {fact.said.person: fact.occurred for fact in passed if fact.occurred > called}
    back = [stands.given_back] if stands.given_back is not None and stands.given_back > called else []
    everybody = [passed_at.get(call.person) if call.person else None for call in last]
    if None not in everybody:
        back += [when for when in everybody if when is not None]
    tried = min((call.tried for call in last if call.tried), default=None)
    nobody = [unreached(urgency, call.called, call.messages) for call in last]
    lost = None if None in nobody else max(at for at in nobody if at is not None)
    return Told(step, called, tried, max(back, default=None), lost)


def next_of(
    known: rota.Rota, area: str | None, raised: Fact[AlertRaised], told: Told | None, at: datetime
) -> tuple[Next, datetime]:
    """Whom the next step calls, as rota and ladder stand when it is called, and when this will change."""
    said, around = raised.said, area_and_around(known.areas, area)
    ladder = ladder_of(known.ladders, around, said.urgency, said.rule)
    due = next_step(ladder, raised.occurred, told, at)
    calls: dict[str | None, NextCall] = {}
    for rung in rungs_of(due.step, ladder.posts):
        entry = rota.at_step(known, area, said.rule, due.step, rung.post, max(due.due, at))
        by = channels(said.urgency, due.step, entry)
        person = entry.person if entry else None
        # One person who fills both posts of a step is called once.
        calls.setdefault(person, NextCall(rung=rung.number, post=rung.post, person=person, channels=by))
    wait = wait_after(ladder, told.step) if told else timedelta()
    step = Next(step=due.step, due=due.due, wait=wait, calls=tuple(calls.values()))
    if due.due > at:
        return step, due.due
    climbs = due.due + wait_after(ladder, due.step)
    return step, min(climbs, rota.next_change(known, at) or climbs)

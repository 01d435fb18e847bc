"""One alert and the facts about it, without store or log: folds, and says what its decider says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.facts import Fact, FactSet
from chassis.views import Folded, Subject
from contracts.content import Content
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertPassedOn,
    AlertRaised,
    AlertStoodDown,
    DeliveryReported,
    DeliveryTried,
)
from contracts.events.configuration import AreaDefined, OnCall, RotaSet
from contracts.vocabulary import (
    AlertRule,
    AreaKind,
    Channel,
    DeliveryResult,
    PassReason,
    Urgency,
)
from services.notify.views import AlertRow, decide, fold
from tests.support.facts import IDS, area, fact, root_of, said

RAISED = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)
CAUSE = root_of("breach")


def staff(name: str) -> str:
    """The id of a member of staff."""
    return IDS.staff("https://sign-in.example", name)


def on_call(name: str, webhook: bool = True, **more: str) -> OnCall:
    """Somebody's entry on the rota."""
    address: dict[str, Any] = {"webhook": f"https://pager.example/{name}"} if webhook else {}
    return OnCall.model_validate({"person": staff(name), **address, **more})


def rota(**changes: Any) -> list[Fact[Content]]:
    """A force with one area, and a week's shift."""
    shift = {
        "area": "north",
        "starts": RAISED - timedelta(days=1),
        "ends": RAISED + timedelta(days=1000),
        "first": on_call("amira"),
        "second": on_call("ben"),
        "supervisor": on_call("cath"),
        "duty_officer": on_call("dev"),
    }
    return [
        fact(AreaDefined(area="force", name="Force", kind=AreaKind.FORCE)),
        fact(AreaDefined(area="north", name="North", kind=AreaKind.DISTRICT, within="force")),
        fact(RotaSet.model_validate(shift | changes)),
    ]


@dataclass
class World:
    """The facts about one cause, as time goes on."""

    facts: list[Fact[Any]] = field(default_factory=list)
    configuration: Sequence[Fact[Content]] = field(default_factory=rota)
    now: datetime = RAISED
    generation: int = 0
    rounds: list[list[AlertCalled]] = field(default_factory=list)
    """What the decider said each time that it said something."""

    def folded(self, at: datetime | None = None, facts: Sequence[Fact[Any]] | None = None) -> Folded:
        """The fold, now or at another time, of these facts or others."""
        of = FactSet(self.facts if facts is None else facts)
        return fold(Subject(CAUSE, of, FactSet(self.configuration), at or self.now))

    @property
    def row(self) -> AlertRow:
        """The row now."""
        row = self.folded().row
        assert isinstance(row, AlertRow)
        return row

    def settle(self) -> None:
        """Fold and decide until nothing new is said, as the folder does; it has an end."""
        for _ in range(20):
            known = {each.id for each in self.facts}
            new = [said(saying) for saying in decide(self.folded().row, self.now)]
            if not (new := [each for each in new if each.id not in known]):
                return
            self.facts += new
            if calls := [each.content for each in new if isinstance(each.content, AlertCalled)]:
                self.rounds.append(calls)
        raise AssertionError(f"it calls one after another without end: {self.called}")

    def wait(self, seconds: float, away: bool = False) -> None:
        """Let time pass, folding whenever the row says that it changes; or all at once, away."""
        until = self.now + timedelta(seconds=seconds)
        while not away:
            changes_at = self.folded().changes_at
            if changes_at is None or changes_at > until:
                break
            self.now = max(self.now, changes_at)
            self.settle()
        self.now = until
        self.settle()

    def hear(self, content: Content, root: str | None = None) -> None:
        """A fact arrives, said now."""
        self.facts.append(fact(content, agency="goldthread", occurred=self.now, root=root))
        self.settle()

    def raise_alert(self, urgency: Urgency = Urgency.NOW, where: str | None = "north") -> None:
        """The next generation is raised."""
        self.generation += 1
        routing = area(where) if where else None
        self.hear(
            AlertRaised(
                rule=AlertRule.BREACH,
                cause=CAUSE,
                generation=self.generation,
                urgency=urgency,
                routing=routing,
            )
        )

    def stand_down(self) -> None:
        """What was told no longer holds."""
        self.hear(AlertStoodDown(rule=AlertRule.BREACH, cause=CAUSE, generation=self.generation))

    def acknowledge(self, name: str) -> None:
        """Somebody takes it."""
        said = {"rule": AlertRule.BREACH, "cause": CAUSE, "generation": self.generation}
        self.hear(AlertAcknowledged.model_validate(said | {"person": staff(name)}))

    def pass_on(self, name: str, rung: int = 0) -> None:
        """Somebody cannot take it."""
        said = {"rule": AlertRule.BREACH, "cause": CAUSE, "generation": self.generation, "rung": rung}
        self.hear(
            AlertPassedOn.model_validate(said | {"person": staff(name), "reason": PassReason.CANNOT_TAKE})
        )

    def try_all(self, result: DeliveryResult = DeliveryResult.DELIVERED) -> None:
        """Every call not tried yet is tried."""
        for call in self.row.calls:
            if call.tried is None:
                self.try_call(call.id, result)

    def try_call(self, call: str, result: DeliveryResult, channel: Channel = Channel.WEBHOOK) -> None:
        """One try of a call's message on a channel."""
        (known,) = [each for each in self.row.calls if each.id == call]
        tries = [each.attempts for each in known.messages if each.channel is channel]
        attempt = 1 + max(tries, default=0)
        self.hear(DeliveryTried(cause=CAUSE, call=call, channel=channel, attempt=attempt, result=result))

    def hear_try(
        self, message: str, result: DeliveryResult, channel: Channel = Channel.SMS, attempt: int = 1
    ) -> None:
        """A try of a message that is of no call of the alert that stands."""
        self.hear(DeliveryTried(cause=CAUSE, call=message, channel=channel, attempt=attempt, result=result))

    def report(self, call: str, result: DeliveryResult, channel: Channel = Channel.SMS) -> None:
        """A provider tells what became of a call's message; once, as the store keeps it."""
        root = root_of(f"{call} {channel} {result}")
        if any(each.root == root for each in self.facts):
            return
        said = DeliveryReported(cause=CAUSE, call=call, channel=channel, result=result)
        self.hear(said, root=root)

    @property
    def channels(self) -> list[Channel]:
        """By which the first call went out."""
        return list(FactSet(self.facts).current(AlertCalled)[0].said.channels)

    @property
    def called(self) -> list[tuple[float, str]]:
        """Who was called, how many minutes after the first alert."""
        names = {staff(name): name for name in ("amira", "ben", "cath", "dev", "eve")}
        return [
            ((each.occurred - RAISED).total_seconds() / 60, names[each.said.person])
            for each in sorted(
                FactSet(self.facts).current(AlertCalled),
                key=lambda each: (each.said.generation, each.said.rung),
            )
            if each.said.person is not None
        ]

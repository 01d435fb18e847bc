"""The messages of an alert's row that have yet to go out: of those who are called about it, and of those who
are told that what they were called for is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.vocabulary import AlertEnd
from services.notify.calls import Call
from services.notify.over import Over
from services.notify.rules.ladder import step_of
from services.notify.rules.telling import Message, to_send
from services.notify.views import AlertRow


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that has yet to get through."""

    row: AlertRow
    """The alert that it is of; of one that tells of an end, the first about the cause."""
    of: Call | Over
    message: Message
    id: str
    """Of the fact that it delivers: the same on every try, and the provider's reference."""
    area: str | None
    """By whose rota the person is reached."""
    count: int
    """How many alerts about the cause wait; of one that tells of an end, itself."""

    @property
    def end(self) -> AlertEnd | None:
        """Why nobody need answer it any more. None: somebody is called."""
        return self.of.end if isinstance(self.of, Over) else None

    @property
    def tried(self) -> datetime | None:
        """When a message of the call was first tried."""
        return self.of.tried if isinstance(self.of, Call) else None

    @property
    def step(self) -> int:
        """The step of the ladder that the call is of."""
        return step_of(self.of.rung)


def outgoing(row: AlertRow) -> Iterator[Outgoing]:
    """All of a row's, whether they are due or not."""
    for alert in (row, *row.others):
        if alert.waiting:
            for call, message in to_send(alert.calls):
                yield Outgoing(alert, call, message, call.id, alert.area, row.count)
    for over in row.over:
        if over.id is not None:
            yield Outgoing(row, over, over.message, over.id, over.area, 1)

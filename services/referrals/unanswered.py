"""The breaches against a victim that had no answer in their time: each page of a victim says how many."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from contracts.events.orders import BreachProgressed, BreachReported
from contracts.events.people import IncidentReported
from contracts.rules.breach_answer import Reported, Step, left_from
from contracts.rules.occurrence import occurrences, record_of
from contracts.rules.risk_review import Told


def left_without_answer(told: Sequence[Told], person: str, homes: Mapping[str, str]) -> list[datetime]:
    """From when each breach against a person has had no answer in 24 hours, the first first: one for each
    occurrence, whoever told of it. Of one to come the time is known, unless an answer comes by then."""
    steps: dict[str, list[Step]] = {}
    for each in told:
        if isinstance(each.said, BreachProgressed):
            step = Step(each.said.step, each.envelope.time, each.envelope.root)
            steps.setdefault(each.said.breach, []).append(step)
    records, breaches = [], dict[str, Reported]()
    for each in told:
        root, at, first = each.envelope.root, each.envelope.time, each.recorded
        if isinstance(each.said, BreachReported):
            # As the rules of answering know it: a page has no grace for what is sent late.
            breaches[root] = Reported(at, first, first, tuple(steps.get(root, ())))
        if isinstance(each.said, BreachReported | IncidentReported):
            hers = frozenset({person})
            records.append(record_of(each.envelope, each.said, homes, hers, each.accused))
    grouped = ([breaches[r.root] for r in group if r.root in breaches] for group in occurrences(records))
    return sorted(over for group in grouped if group and (over := left_from(group)) is not None)

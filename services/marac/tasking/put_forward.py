"""What puts a person forward to a MATAC, and holds."""

from chassis.facts import Fact
from chassis.views import Subject
from contracts.events.tasking import PutForward, PutForwardEnded


def standing(subject: Subject) -> list[Fact[PutForward]]:
    """What puts this person forward and was not ended: asked for by ``once``."""
    over = {
        (each.said.victim, each.said.offender, each.said.generation)
        for each in subject.facts.current(PutForwardEnded)
    }
    return [
        fact
        for fact in subject.facts.current(PutForward)
        if subject.homes.get(fact.said.offender) == subject.id
        and (fact.said.victim, fact.said.offender, fact.said.generation) not in over
    ]

"""What is said upon what stands: of two who write one thing at once the second is told."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from chassis.accept import Refused, Taken, own_header
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.content import Content

Known = Callable[[], Awaitable[Sequence[Fact[Content]]]]
"""Reads all that was said of a thing. Its version is how much there is, and only grows."""


def ever_about(facts: Iterable[Fact[Content]], about: Callable[[Content], bool]) -> list[Fact[Content]]:
    """Every version, withdrawals too, of what was ever said of a thing."""
    found = list(facts)
    roots = {fact.root for fact in found if fact.content is not None and about(fact.content)}
    return [fact for fact in found if fact.root in roots]


async def say_upon(
    runtime: Runtime, caller: Caller, said: Content, right: str, *, name: str, known: Known, upon: int
) -> Taken:
    """Say something of a thing, of which the caller has seen this version. Under the thing's name the service
    takes one fact alone after each version, whoever says it.

    Said once more upon the same version it is the first fact again, while that stands. Raises Refused: 412
    where anything else was said since, 503 until all that was said is here.
    """
    if not runtime.caught_up.is_set():
        raise Refused("catching-up", status=503)
    only = f"{name} {upon}"
    if len(await known()) == upon:
        header = own_header(runtime.clock.now())
        try:
            taken = await runtime.take(header, said, caller=caller, right=right, only=only)
        except Refused as refused:
            if refused.fault != "same-key-other-content":
                raise
        else:
            await runtime.folded(said.keys(taken.root))
            return taken
    alike = (fact for fact in await known() if fact.envelope.type == said.type)
    newest = max(alike, key=lambda fact: fact.accepted, default=None)
    first = (runtime.ids.fact(runtime.name, only), caller.agency)
    if newest is None or newest.content is None or (newest.root, newest.agency) != first:
        raise Refused("changed-since", "If-Match", status=412)
    if newest.content.as_sent() != said.as_sent():
        raise Refused("changed-since", "If-Match", status=412)
    return Taken(newest.id, newest.root, newest.version, newest.accepted, repeated=True)

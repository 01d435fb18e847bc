"""Where a line of a case comes from: every version of its fact. What is shown is recorded."""

from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.content import Content
from services.marac import shown
from services.marac.conference import compose, rows
from services.marac.conference.held import Held, sees_of
from services.marac.conference.other_party import without_places
from services.marac.conference.person import short_type
from services.marac.conference.queries import visible_case


async def source(runtime: Runtime, caller: Caller, case: str, root: str) -> shown.SourcePage:
    """All versions of one fact of a case, the newest first. Raises Problem (404).

    What was withdrawn, or speaks of somebody else by now, says no more than that; nor does a version
    that spoke of somebody else then.
    """
    fresh = await runtime.fresh_until()
    known = (await Held(runtime).known([await visible_case(runtime, caller, case)]))[0]
    line = known.lines.get(root)
    if line is None:
        raise not_found()
    versions = (await runtime.fact(root)).versions(root)
    locations = (await sees_of(runtime, caller, known.case)).locations
    page = shown.SourcePage(
        at=runtime.clock.now(),
        fresh_until=fresh,
        case=case,
        letters=known.case.letters,
        root=root,
        type=short_type(versions[0].envelope.type),
        agency=line.agency,
        agency_name=compose.names_of(known, [line.agency])[line.agency],
        versions=[
            shown.SourceVersion(
                version=fact.version,
                change=fact.envelope.change.value,
                accepted=fact.accepted,
                recorded=fact.recorded,
                occurred=fact.occurred,
                precision=fact.envelope.precision,
                assertion=fact.envelope.assertion,
                regime=fact.envelope.regime,
                basis=fact.envelope.basis,
                purpose=fact.envelope.purpose,
                said=_said(fact, line, locations=locations),
            )
            for fact in reversed(versions)
        ],
    )
    await runtime.shown(caller, "source", root, page.seen, [fact.id for fact in versions])
    return page


def _said(fact: Fact[Content], line: rows.Line, *, locations: bool) -> rows.Version | None:
    of_them = {version.version: version for version in (line.said, *line.earlier) if version is not None}
    said = of_them.get(fact.version)
    return said if said is None or locations else without_places(said)

"""Facts for tests, made as the accepting service makes them: ids, mentions, keys and all.

Everybody here is invented.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from chassis.accept import moment
from chassis.facts import Fact, read_fact
from chassis.ids import Ids
from chassis.naming import with_mentions
from chassis.views import Saying
from contracts.content import Content
from contracts.envelope import Change, Envelope, Regime
from contracts.mentions import Mention
from contracts.sections import Identity, Record, Routing
from contracts.vocabulary import Role

C = TypeVar("C", bound=Content)

IDS = Ids("a secret that only the tests have")

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
"""The time that tests mean by *now* unless they say otherwise: a Tuesday without clock change."""


def root_of(name: str) -> str:
    """The root that goes by this name in a test."""
    return IDS.blind("root", name)


def someone(role: Role, agency_number: str | None = None, **sections: Any) -> Mention:
    """A person in a role, by an agency's record number (None: the agency keeps no number)."""
    identity = sections.pop("identity", None)
    if agency_number is not None:
        record = Record(system="records", type="person", number=agency_number)
        identity = (identity or Identity()).model_copy(update={"record": record})
    return Mention(role=role, identity=identity, **sections)


def mention_of(agency: str, number: str) -> str:
    """The mention that ``someone(role, number)`` is when this agency speaks."""
    return IDS.mention(agency, "records", "person", number)


def area(code: str) -> Routing:
    """A routing section with this area."""
    return Routing(area=code)


def fact(
    content: C,
    *,
    agency: str = "castlegate-police",
    occurred: datetime | date = NOON,
    root: str | None = None,
    version: int = 1,
    withdrawn: bool = False,
    before: Sequence[Fact[Any]] = (),
    accepted: datetime | None = None,
    recorded: datetime | None = None,
    things: Sequence[Fact[Any]] = (),
) -> Fact[C]:
    """A fact as it comes from the store. ``root`` is a name or an id; without one it comes from what
    is said. A later version carries on the keys of the versions ``before`` it. It is filed under the
    people of the ``things`` that it names."""
    time, precision = moment(occurred)
    own = _root(root, content, agency, time)
    said = content if agency == "goldthread" else with_mentions(content, IDS, agency, own)
    earlier = [each.envelope.keys.split() for each in before]
    earlier += [[f"m:{mention}" for mention in each.mentions] for each in things]
    envelope = Envelope(
        id=own if version == 1 else IDS.blind("version", f"{own} {version}"),
        source="/tests",
        type=type(content).type,
        subject=own,
        time=time,
        dataschema="urn:test",
        agency=agency,
        recordedat=recorded or time,
        acceptedat=accepted or NOON + timedelta(microseconds=version),
        regime=Regime.UK_GDPR,
        basis="public-task",
        purpose="safeguarding",
        precision=precision,
        root=own,
        version=version,
        change=_change(version, withdrawn),
        keys=" ".join(sorted(said.keys(own).union(*earlier))),
        data={} if withdrawn else said.model_dump(mode="json", by_alias=True, exclude_none=True),
    )
    return cast("Fact[C]", _read(envelope))


def corrected(before: Fact[C], content: C, **changes: Any) -> Fact[C]:
    """The next version of a fact, with this content."""
    given = {"occurred": before.occurred, "version": before.version + 1, **changes}
    return fact(content, agency=before.agency, root=before.root, before=[before], **given)


def withdrawn(before: Fact[C]) -> Fact[C]:
    """The version that takes a fact back."""
    envelope = before.envelope.model_copy(
        update={
            "id": IDS.blind("version", f"{before.root} {before.version + 1}"),
            "version": before.version + 1,
            "change": Change.WITHDRAWAL,
            "acceptedat": before.accepted + timedelta(microseconds=1),
            "data": {},
        }
    )
    return cast("Fact[C]", _read(envelope))


def said(saying: Saying) -> Fact[Content]:
    """What a decider said, as a fact."""
    id_ = IDS.said(saying.content.type, saying.rule, saying.root, saying.generation, saying.rung)
    return fact(saying.content, agency="goldthread", occurred=saying.occurred, root=id_)


def homes(facts: Iterable[Fact[Any]], same: Iterable[Iterable[str]] = ()) -> dict[str, str]:
    """Which person each mention is: each at home, but for those said to be the ``same``."""
    found = {
        key[2:]: IDS.person(key[2:])
        for each in facts
        for key in each.envelope.keys.split()
        if key.startswith("m:")
    }
    for mentions in same:
        first, *others = mentions
        found |= {mention: IDS.person(first) for mention in (first, *others) if mention in found}
    return found


def _read(envelope: Envelope) -> Fact[Content]:
    return read_fact(envelope.model_dump_json(exclude_none=True).encode())


def _change(version: int, withdrawn: bool) -> Change:
    if withdrawn:
        return Change.WITHDRAWAL
    return Change.ORIGINAL if version == 1 else Change.CORRECTION


def _root(root: str | None, content: Content, agency: str, time: datetime) -> str:
    if root is None:
        return IDS.blind("fact", f"{agency} {time.isoformat()} {content.model_dump_json()}")
    try:
        return str(UUID(root))
    except ValueError:
        return root_of(root)

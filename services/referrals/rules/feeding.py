"""What a partner's system is told of a case, and what of a fact's versions comes next. Denied by default.

Source: ``design.md`` sections 7 and 8 (2026-10): a feed tells what becomes visible, corrections after what
they correct; a restriction recalls nothing, for that would tell: it stops in silence. UK GDPR Art 5(1)(b)
and (c) (read 2026-11): what was shared for a purpose is used for no other, and no more of it than is needed.
Which kinds of agency have which sections is Goldthread's own (2026-11), to be agreed with each area: what a
feed tells is copied to where nobody here decides who reads it, so it carries less than a page.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.events.children import InterviewSaid, MissingReported
from contracts.events.contact import ContactFailed, DeathRecorded, SafeContactSaid
from contracts.events.hearings import HearingListed
from contracts.events.orders import BreachReported
from contracts.events.people import (
    HealthContacted,
    HouseholdDescribed,
    HousingDescribed,
    IncidentReported,
    LeadNamed,
    ReferralMade,
    RiskAssessed,
)
from contracts.rules.safe_contact import AT_AN_ADDRESS
from contracts.sections import Sensitivity
from contracts.vocabulary import PERPETRATOR_ROLES, AgencyKind, Purpose, Role

TOLD = frozenset(
    {
        ReferralMade.type,
        RiskAssessed.type,
        IncidentReported.type,
        HouseholdDescribed.type,
        HousingDescribed.type,
        HealthContacted.type,
        LeadNamed.type,
        HearingListed.type,
        MissingReported.type,
        InterviewSaid.type,
        BreachReported.type,
        SafeContactSaid.type,
        ContactFailed.type,
        DeathRecorded.type,
    }
)
"""What feeds tell of. Orders are not among it: they go to teams, by circulation. What is for support alone
never is."""

TO_ALL = frozenset({Sensitivity.IDENTITY, Sensitivity.ROUTING, Sensitivity.NARRATIVE})
SECTIONS: Mapping[AgencyKind, frozenset[Sensitivity]] = {
    AgencyKind.IDVA_SERVICE: TO_ALL | {Sensitivity.CONTACT, Sensitivity.LOCATION, Sensitivity.HEALTH},
    AgencyKind.HEALTH: TO_ALL | {Sensitivity.HEALTH},
    **dict.fromkeys(
        (
            AgencyKind.POLICE,
            AgencyKind.COUNCIL,
            AgencyKind.HOUSING,
            AgencyKind.CHILDRENS_SERVICES,
            AgencyKind.VOLUNTARY,
        ),
        TO_ALL,
    ),
}
"""The sections that each kind of agency has. A kind that is not here is told nothing: whoever manages the
alleged perpetrator, such as probation, least of all. Which cases come is where she is."""

ALONE: Mapping[str, frozenset[AgencyKind]] = {
    HealthContacted.type: frozenset({AgencyKind.IDVA_SERVICE, AgencyKind.HEALTH}),
    SafeContactSaid.type: frozenset({AgencyKind.IDVA_SERVICE}),
    ContactFailed.type: frozenset({AgencyKind.IDVA_SERVICE}),
    MissingReported.type: frozenset(
        {
            *(AgencyKind.POLICE, AgencyKind.COUNCIL),
            *(AgencyKind.CHILDRENS_SERVICES, AgencyKind.IDVA_SERVICE),
        }
    ),
    InterviewSaid.type: frozenset(
        {AgencyKind.POLICE, AgencyKind.CHILDRENS_SERVICES, AgencyKind.IDVA_SERVICE}
    ),
    HearingListed.type: frozenset(
        {AgencyKind.POLICE, AgencyKind.CHILDRENS_SERVICES, AgencyKind.IDVA_SERVICE}
    ),
}
"""What goes to these kinds alone. Which surgery she goes to, in free words, tells where she lives. Number and
code word are for who supports her, as on a case's page; and whoever has them hears that a way failed. What a
child said on return goes back to the police, who often do not hear of it (HMICFRS 2021, lines 1918-1920). Of
family proceedings, which are private, those hear who protect the victim and children around the day."""

WHERE = frozenset({Sensitivity.LOCATION, Sensitivity.ROUTING})
"""The sections that tell where she is."""

SAFEGUARDING = frozenset({Purpose.SAFEGUARDING, Purpose.SUPPORT})
PURPOSES: Mapping[AgencyKind, frozenset[Purpose]] = {
    **dict.fromkeys(SECTIONS, SAFEGUARDING),
    AgencyKind.IDVA_SERVICE: SAFEGUARDING | {Purpose.HEALTH_CARE},
    AgencyKind.HEALTH: SAFEGUARDING | {Purpose.HEALTH_CARE},
    AgencyKind.POLICE: frozenset({Purpose.SAFEGUARDING, Purpose.LAW_ENFORCEMENT}),
}
"""For which purposes a fact must have been shared to go to each kind of agency."""

HERS = (Role.VICTIM, Role.CHILD)
"""The roles on the side of the victim: a feed tells of them."""
NAMED = frozenset({*HERS, *PERPETRATOR_ROLES})
"""Of whom more than the role is told: never of a witness."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one partner may be told of one person. ``begins``: what it has not heard of; ``follows``:
    corrections with their content; ``stopped``: nothing more at all, in silence."""

    begins: bool = False
    follows: bool = False
    stopped: bool = False


NOTHING = Reach()


@dataclass(frozen=True, slots=True)
class Version:
    """Of one version of a fact, all that decides: whom it names as victims and as children, by mention. Of
    one that says nothing there is nobody."""

    version: int
    victims: tuple[str, ...]
    children: tuple[str, ...]

    @property
    def hers(self) -> tuple[str, ...]:
        """Everybody on the side of the victim."""
        return self.victims + self.children


def may_be_told(kind: AgencyKind | None, own: bool, event_type: str, purpose: str) -> bool:
    """Whether an agency of this kind may be told such a fact at all: never its own."""
    if own or kind is None:
        return False
    if event_type not in TOLD or kind not in ALONE.get(event_type, SECTIONS):
        return False
    return purpose in PURPOSES.get(kind, frozenset())


def is_asked(kind: AgencyKind | None, areas: Collection[str], around: Collection[str]) -> bool:
    """Whether an agency of these areas is told that somebody is asked for an IDVA, by where the victim is and
    what lies around. That it is asked is all that it is told: whom, its own look says (Victims' Code, right
    4; ``design.md`` 8)."""
    return kind is AgencyKind.IDVA_SERVICE and not set(areas).isdisjoint(around)


def sections(
    kind: AgencyKind,
    areas: Collection[str],
    around: Collection[str],
    flagged: Iterable[bool | None] = (),
) -> frozenset[Sensitivity]:
    """What of a fact an agency of these areas is told, by where the fact itself was routed to and what lies
    around. Of one that was routed elsewhere, or nobody knows where, not where she is: she may have moved away
    from where her case was heard. ``flagged``: of each whose place it says, whether a record of theirs is
    flagged as sensitive: no place is told again unless it is known that none is (``domain.md`` 9.5)."""
    here = SECTIONS[kind] if not set(areas).isdisjoint(around) else SECTIONS[kind] - WHERE
    return here if all(each is False for each in flagged) else here - {Sensitivity.LOCATION}


def reach(
    areas: Collection[str],
    without: Collection[str],
    cases: Mapping[str, Collection[str]],
    over: Collection[str],
) -> Reach:
    """What a partner of these areas may be told of a person in these cases, each with the areas in which it
    is heard and those around; ``over`` are those that were withdrawn, or are not theirs any more."""
    if any(case in without for case in cases):
        return Reach(stopped=True)
    heard = {case for case, around in cases.items() if not set(areas).isdisjoint(around)}
    return Reach(begins=not heard <= set(over), follows=bool(heard))


def due(
    versions: Sequence[Version], told: int, people: Mapping[str, Reach]
) -> Iterator[tuple[Version, bool]]:
    """Which versions of a fact a partner is told next, and whether with what they say, by how many it has
    been told. It begins with the first, once all are here and the newest is theirs to know; none is left out,
    and none comes before the one that it corrects. One that is about nobody of theirs tells that there is
    one; so does one that was put right before they heard of it."""
    heard = [each for each in versions if each.version <= told]
    named = {mention for each in (heard or versions[-1:]) for mention in each.hers}
    if any(people.get(mention, NOTHING).stopped for mention in named):
        return
    newest = versions[-1]
    begins = not told and newest.version == len(versions)
    if not told and not (begins and _theirs(newest, lambda mention: people.get(mention, NOTHING).begins)):
        return
    following = (each for each in versions if each.version > told)
    for number, each in enumerate(following, told + 1):
        if each.version != number:
            return
        put_right = begins and each is not newest
        yield each, not put_right and _theirs(each, lambda mention: people.get(mention, NOTHING).follows)


def _theirs(version: Version, may: Callable[[str], bool]) -> bool:
    """Of a fact about several victims each must be theirs to know of."""
    return any(map(may, version.hers)) and all(map(may, version.victims))


def redacted(data: Any, sections: Collection[str]) -> Any:
    """A payload with these sections alone, wherever they stand in it, and no more than the role of whoever
    is neither hers nor the alleged perpetrator. A practice is near where somebody lives, and so is a MARAC
    that had the case before: they go with the location, and so does the address of a way to reach her; what
    is said in free words of an item goes with the narrative."""
    if isinstance(data, list):
        return [redacted(each, sections) for each in data]
    if not isinstance(data, dict):
        return data
    if "role" in data and data["role"] not in NAMED:
        return {"role": data["role"]}
    if Sensitivity.LOCATION not in sections and data.get("method") in AT_AN_ADDRESS:
        data = {name: value for name, value in data.items() if name != "number"}
    return {
        name: redacted(value, sections)
        for name, value in data.items()
        if (name not in SECTION_FIELDS or name in sections) and GOES_WITH.get(name) in (None, *sections)
    }


GOES_WITH = {
    "general_practice": Sensitivity.LOCATION,
    "other_marac": Sensitivity.LOCATION,
    "comment": Sensitivity.NARRATIVE,
    "comments": Sensitivity.NARRATIVE,
}
"""By the name under which it stands in a payload, what goes with a section and is none: a practice in health,
another MARAC of a referral, and free words about an item of an assessment."""
SECTION_FIELDS = frozenset({*(each.value for each in Sensitivity), "immigration"})
"""The names under which sections stand in payloads."""

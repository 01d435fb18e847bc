"""What each offence takes, and which codes of a fact speak for it: the table by which a pattern is read.

Source: ``domain.md`` section 5 (2026-10): Protection from Harassment Act 1997 s2, s2A, s4, s4A; Serious
Crime Act 2015 s75A (acts from 7 June 2022 on) and s76; Offences against the Person Act 1861 s16. Of its last
line, each from memory (2026-11), to be checked: Offences against the Person Act 1861 s47, s20 and s18;
Criminal Justice and Public Order Act 1994 s51; Sexual Offences Act 2003 s66B, in force on 31 January 2024,
and before it Criminal Justice and Courts Act 2015 s33; Malicious Communications Act 1988 s1 and Online Safety
Act 2023 s181; Criminal Damage Act 1971 s1. It has that line for *text triage only, never auto-charge*: here
these follow from a code that an agency posted, never from words, and are a prompt like the others.

Each line below is Goldthread's own reading (2026-11) of what facts can say of an element, to be agreed with
the CPS and each force; so are the times in which a person decides. What was meant, and whose property it was,
no code says. A parent is not told from a responsible adult of a child under 16, to whom s76 does not apply:
there it stays unknown whether two people are personally connected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from contracts.vocabulary import (
    Act,
    BreachKind,
    Effect,
    IncidentKind,
    LegalStatus,
    Offence,
    OffenceElement,
    Relationship,
)

Codes = frozenset[str]

ISOLATES: Codes = frozenset({"D04", "Y04", "P04"})
"""Items of an instrument that ask whether the victim is kept from others. How often, they do not ask."""
CONTROLS: Codes = frozenset({"D12", "Y12", "P15", "A02", "A03", "A04", "A05"})
"""Control of everything; of DARA humiliation, control, isolation and tracking too, for it asks how often."""
FOLLOWS: Codes = frozenset({"D08", "Y08", "P08", "A14", "S04", "S05"})
"""Constant contact or following; of the S-DASH that they turn up three times a week. That they damaged
property is an act which somebody records as one: it would count twice."""
MEANS_TO_KILL: Codes = frozenset({"D14", "Y14", "P17", "A12"})
STRANGLES: Codes = frozenset({"D15", "Y15", "P18", "A10"})
ALARMED: Codes = frozenset({"S01"})
"""Very frightened, as the S-DASH asks it: of what follows them, and so of nothing else."""
ASKED = (ISOLATES | CONTROLS, FOLLOWS, MEANS_TO_KILL, STRANGLES)
"""What instruments ask, by subject: of one that a form does not ask about it leaves everything open."""
ITEMS: Codes = ALARMED.union(*ASKED)
"""Every item of an instrument that speaks of an element, or leaves it unknown: of the SafeLives Dash (D),
that for young people (Y), police DASH (P), DARA (A) and S-DASH (S), as ``contracts.rules.instruments``
numbers them. What is no more than *threatened* or *hurt* names nothing here, in any of them."""
OFTEN: Codes = frozenset({"A02", "A03", "A04", "A05", "A14", "S05"})
"""Items that speak of what goes on only where they say that it is often: *occasionally*, or a YES, leaves it
unknown. Whether they loiter the S-DASH asks, not how often: S05 never speaks, for once is an act that
somebody may have told."""

STALKING: Codes = frozenset(
    {
        *(BreachKind.CONTACT, BreachKind.ATTENDED, BreachKind.ONLINE, BreachKind.DAMAGE),
        *(IncidentKind.STALKING, IncidentKind.MALICIOUS_COMMUNICATIONS, IncidentKind.CRIMINAL_DAMAGE),
        *(Act.FOLLOWED, Act.CONTACTED, Act.PUBLISHED, Act.MONITORED_ONLINE, Act.LOITERED, Act.WATCHED),
        Act.INTERFERED_WITH_PROPERTY,
    }
)
"""Acts associated with stalking (s2A(3)), by their own code or the kind of what was reported."""

VIOLENCE: Codes = frozenset(
    {
        *(BreachKind.ASSAULT, BreachKind.THREAT, Act.VIOLENT, Act.THREATENED, Act.STRANGLED),
        *(IncidentKind.COMMON_ASSAULT, IncidentKind.ASSAULT_WITH_INJURY, IncidentKind.GRIEVOUS_BODILY_HARM),
        *(IncidentKind.NON_FATAL_STRANGULATION, IncidentKind.SEXUAL_ASSAULT, IncidentKind.RAPE),
        *(IncidentKind.THREATS_TO_KILL, Act.THREATENED_TO_KILL),
    }
)
CONTROL: Codes = VIOLENCE | {
    *(IncidentKind.CONTROLLING_OR_COERCIVE, IncidentKind.ECONOMIC_ABUSE, IncidentKind.VERBAL_ABUSE),
    *(Act.ISOLATED, Act.CONTROLLED_MONEY, Act.CONTROLLED_DAILY_LIFE, Act.DEGRADED, Act.FOLLOWED),
    *(Act.MONITORED_ONLINE, Act.WATCHED, Act.INTIMIDATED_WITNESS, Act.DISCLOSED_IMAGES, *ISOLATES),
}
"""What controls or coerces: contact alone does not."""

HARASSING: Codes = (STALKING | CONTROL | {IncidentKind.HARASSMENT, IncidentKind.BURGLARY}) - ITEMS
"""Whatever can alarm or distress."""

CONNECTED: Codes = frozenset(
    {
        *(Relationship.SPOUSE, Relationship.EX_SPOUSE, Relationship.PARTNER, Relationship.EX_PARTNER),
        *(Relationship.CHILD, Relationship.SIBLING, Relationship.OTHER_RELATIVE),
    }
)
NOT_CONNECTED: Codes = frozenset({Relationship.ACQUAINTANCE, Relationship.STRANGER})

EFFECTS: Codes = frozenset(Effect) - {Effect.NO_EFFECT}

CRIME = "crime"
UNDER_WAY: Codes = frozenset(
    {
        *(LegalStatus.ARRESTED, LegalStatus.RELEASED_UNDER_INVESTIGATION, LegalStatus.CHARGED),
        *(LegalStatus.RELEASED_BY_COURT, LegalStatus.CONVICTED, LegalStatus.SENTENCED, LegalStatus.RELEASED),
    }
)
"""An incident is or was investigated or before a court: of who gave evidence s51(2) speaks afterwards too."""

RECORDED: Codes = UNDER_WAY | {CRIME}
"""Whoever says so of what they tell has recorded it as a crime, or more: of the offence that its kind names
nobody is asked anew. Another's record of the same, of a lesser kind, settles nothing."""

CASE: Codes = (RECORDED | frozenset(BreachKind)) - {BreachKind.OTHER}
"""There is a case in which somebody may be a witness. *Other* is the kind of an incident too."""


@dataclass(frozen=True, slots=True)
class Way:
    """Any of these codes, on so many occasions."""

    codes: Codes
    times: int = 1


@dataclass(frozen=True)
class Element:
    """What an offence takes, and the ways in which facts can say so. One that is ``needed`` must be met
    before anybody is asked; ``denied_by`` says for good that it is not there. An occasion that says any of
    ``beside`` is none of it; nor is one of which a record says a code of it and any of ``settled``."""

    name: OffenceElement
    ways: tuple[Way, ...]
    needed: bool = False
    denied_by: Codes = frozenset()
    beside: Codes = frozenset()
    settled: Codes = frozenset()

    @cached_property
    def codes(self) -> Codes:
        """Every code that speaks for it."""
        return frozenset().union(*(way.codes for way in self.ways))

    def has(self, records: Iterable[Codes]) -> bool:
        """Whether the records of one occasion, by what each says, make it an occasion of this."""
        each = list(records)
        speaks = [says for says in each if not self.codes.isdisjoint(says)]
        if not speaks or any(says & self.settled for says in speaks):
            return False
        return not self.beside or all(self.beside.isdisjoint(says) for says in each)


@dataclass(frozen=True)
class Candidate:
    """An offence: its elements, and in which time a person decides whether it is recorded."""

    elements: tuple[Element, ...]
    decide_within: timedelta = timedelta(hours=72)

    @property
    def one_act(self) -> bool:
        """Whether it takes one act: what else was done makes it no other than it was when it was decided."""
        return len(self.elements) == 1

    @cached_property
    def codes(self) -> Codes:
        """Every code that speaks for any of its elements."""
        return frozenset().union(*(element.codes for element in self.elements))


def _by_one_act(
    name: OffenceElement, *any_of: str, hours: int = 72, settled: Codes = frozenset()
) -> Candidate:
    """An offence that takes one act, of which any of these codes tells."""
    act = Element(name, (Way(frozenset(any_of)),), needed=True, settled=settled)
    return Candidate((act,), timedelta(hours=hours))


E = OffenceElement
FEAR = Way(frozenset({Effect.FEAR_OF_VIOLENCE}), 2)
SERIOUS = Way(frozenset({Effect.DAILY_LIFE}))
COURSE = Element(E.COURSE_OF_CONDUCT, (Way(HARASSING, 2),), needed=True)
ACTS = Element(
    E.ACTS_OF_STALKING,
    (Way(STALKING, 2), Way(FOLLOWS | {IncidentKind.STALKING})),
    needed=True,
)
ALARM = Element(E.ALARM_OR_DISTRESS, (Way(EFFECTS | ALARMED),))
WITNESS: Codes = frozenset({Act.INTIMIDATED_WITNESS})

OFFENCES: Mapping[Offence, Candidate] = {
    Offence.THREATS_TO_KILL: _by_one_act(
        E.THREATENED_TO_KILL,
        *(IncidentKind.THREATS_TO_KILL, Act.THREATENED_TO_KILL, *MEANS_TO_KILL),
        hours=24,
    ),
    Offence.STRANGULATION: _by_one_act(
        E.STRANGLED, IncidentKind.NON_FATAL_STRANGULATION, Act.STRANGLED, *STRANGLES, hours=24
    ),
    Offence.GRIEVOUS_BODILY_HARM: _by_one_act(
        E.GRIEVOUS_HARM, IncidentKind.GRIEVOUS_BODILY_HARM, settled=RECORDED
    ),
    Offence.SERIOUS_STALKING: Candidate((ACTS, Element(E.SERIOUS_EFFECT, (FEAR, SERIOUS), needed=True))),
    Offence.FEAR_OF_VIOLENCE: Candidate((COURSE, Element(E.FEAR_TWICE, (FEAR,), needed=True))),
    Offence.CONTROLLING_OR_COERCIVE: Candidate(
        (
            Element(
                E.REPEATED_CONTROL,
                (Way(CONTROL, 2), Way(CONTROLS | {IncidentKind.CONTROLLING_OR_COERCIVE})),
                needed=True,
            ),
            Element(E.PERSONALLY_CONNECTED, (Way(CONNECTED),), denied_by=NOT_CONNECTED),
            Element(E.SERIOUS_EFFECT, (FEAR, SERIOUS)),
        )
    ),
    Offence.WITNESS_INTIMIDATION: Candidate(
        (
            Element(E.INTIMIDATED_WITNESS, (Way(WITNESS),), needed=True),
            Element(E.INVESTIGATION_OR_PROCEEDINGS, (Way(CASE),), beside=WITNESS),
        )
    ),
    Offence.ACTUAL_BODILY_HARM: _by_one_act(E.INJURED, IncidentKind.ASSAULT_WITH_INJURY, settled=RECORDED),
    Offence.STALKING: Candidate((ACTS, ALARM)),
    Offence.HARASSMENT: Candidate((COURSE, ALARM)),
    Offence.DISCLOSING_IMAGES: _by_one_act(E.DISCLOSED_IMAGES, Act.DISCLOSED_IMAGES),
    Offence.MALICIOUS_COMMUNICATIONS: _by_one_act(
        E.MALICIOUS_MESSAGE, IncidentKind.MALICIOUS_COMMUNICATIONS, settled=RECORDED
    ),
    Offence.CRIMINAL_DAMAGE: _by_one_act(
        E.DAMAGED_PROPERTY, IncidentKind.CRIMINAL_DAMAGE, BreachKind.DAMAGE, settled=RECORDED
    ),
}
"""The table, in the order in which a page shows it: what kills first."""
ELEMENTS = frozenset(element for candidate in OFFENCES.values() for element in candidate.elements)

"""Two who accuse each other: what each case shows of the other party, and of a child of both."""

from typing import Any

import pytest

from chassis.facts import Fact
from contracts.events.children import CircumstancesSaid
from contracts.mentions import Mention
from contracts.sections import Contact, Health, Location, Narrative
from contracts.vocabulary import Role
from services.marac.conference.children import Home
from services.marac.conference.other_party import own_rows
from tests.services.marac.caseload import (
    ben,
    household,
    incident,
    kit,
    mention,
    order,
    person,
    referral,
    risk,
    world,
)
from tests.support.facts import NOON, fact, root_of
from tests.support.world import World

HERS = ("5 Ann Lane", "Ann Primary", "Ann fears him.", "Ann Surgery", "07700 900111")
HIS = ("6 Ben Lane", "Ben Primary", "Ben fears her.", "Ben Surgery", "07700 900222")
OF_NOBODY = "Nobody Primary"
BETWEEN = "The door was held shut."


def sections(of: tuple[str, ...]) -> dict[str, Any]:
    """Where somebody is, and how that party is reached, as that party's own agencies say it."""
    number = Contact.model_validate({"method": "text", "number": of[4]})
    return {
        "location": Location(address=[of[0]]),
        "health": Health(general_practice=of[3]),
        "contact": number,
    }


def said(name: str, of: tuple[str, ...], *sides: Mention) -> list[Fact[Any]]:
    """What one side's agencies say: an assessment with a child, and the household."""
    child = kit(location=Location(school=of[1]))
    return [
        risk(f"{name} risk", people=[*sides, child], narrative=Narrative(text=of[2])),
        household(f"{name} household", people=[sides[0], child], narrative=Narrative(text=of[2])),
        fact(
            CircumstancesSaid(people=[sides[0], kit()], voice=Narrative(text=of[2])),
            agency="council",
            root=f"{name} child",
        ),
    ]


def his(role: Role = Role.VICTIM) -> Mention:
    return mention("ben", role, **sections(HIS))


def hers(role: Role = Role.VICTIM) -> Mention:
    return mention("ann", role, **sections(HERS))


def both(*more: Fact[Any]) -> World:
    """Ann's case, and what is said of Ben as her victim: no referral of his yet, unless it is among more."""
    terms = [{"kind": "not-to-attend", "text": f"Not to go to {HIS[0]}"}]
    accused = mention("ann", Role.PERPETRATOR)
    return world(
        referral(people=[hers(), ben()]),
        *said("hers", HERS, hers(), ben()),
        *said("his", HIS, his(), accused),
        household("nobody", people=[kit(location=Location(school=OF_NOBODY))]),
        order("his order", people=[mention("ann", Role.RESPONDENT), his()], prohibitions=terms),
        incident("his incident", people=[his(), accused], narrative=Narrative(text=BETWEEN)),
        *more,
    )


def shown(told: World, case: str) -> str:
    """All that a case's pages are made of, for whoever may see where people are."""
    row = told.row("conference_case", root_of(case))
    names = ("ann", "ben", "kit")
    people = own_rows(row, {person(name): told.row("conference_person", person(name)) for name in names})
    known = {person("kit"): told.row("conference_child", person("kit"))}
    home = Home(row, people, known, NOON).household(locations=True, contacts=True)
    pages = [each.model_dump_json(exclude={"records", "orders", "hers"}) for each in people.values()]
    return "".join([row.model_dump_json(exclude={"orders"}), home.model_dump_json(), *pages])


TURNED = referral("turned", people=[his(), mention("ann", Role.PERPETRATOR)])


@pytest.mark.parametrize("more", [(), (TURNED,)], ids=["no referral of his", "both referred"])
def test_her_case_shows_nothing_of_his_but_what_happened_between_them(more: tuple[Fact[Any], ...]) -> None:
    page = shown(both(*more), "case")
    assert [each for each in (*HIS, OF_NOBODY) if each in page] == []
    assert [each for each in (*HERS, BETWEEN) if each not in page] == [], "her own is all there"


def test_his_case_shows_nothing_of_hers() -> None:
    page = shown(both(TURNED), "turned")
    assert [each for each in (*HERS, OF_NOBODY) if each in page] == []
    assert [each for each in (*HIS, BETWEEN) if each not in page] == []


def test_where_nobody_accuses_the_victim_all_of_the_other_side_is_there() -> None:
    told = world(
        referral(people=[hers(), ben(location=Location(address=[HIS[0]]))]),
        *said("hers", HERS, hers(), ben()),
    )
    page = shown(told, "case")
    assert [each for each in (*HERS, HIS[0]) if each not in page] == []


def test_a_child_of_the_other_party_alone_is_no_child_of_the_case() -> None:
    other = mention("cat", Role.CHILD)
    told = both(risk("his other", people=[his(), mention("ann", Role.PERPETRATOR), other]))
    children = told.row("conference_case", root_of("case")).children
    assert [each.person for each in children] == [person("kit")]

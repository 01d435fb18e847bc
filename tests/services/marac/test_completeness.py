"""How complete an agency's answers are, and what is hidden, as a table: ``tables/completeness.yaml``; and
the same of facts, by area."""

from typing import Any

from contracts.events.configuration import AreaDefined
from contracts.events.wishes import CharacteristicsSaid
from contracts.sections import Equality, EqualityAnswer
from contracts.vocabulary import Answering, AreaKind, Characteristic, Role
from services.marac.rules.completeness import completeness
from tests.services.marac import caseload
from tests.services.marac.caseload import ann
from tests.services.marac.conftest import Marac
from tests.support.facts import area, someone
from tests.support.tables import lines
from tests.support.waiting import until

KINDS = {"v": Answering.VALUE, "g": Answering.ASKED_NOT_GIVEN, "n": Answering.NOT_ASKED}
OF = Characteristic.ETHNICITY


@lines(__file__, "completeness")
def test_what_is_shown_of_an_agency(line: dict[str, Any]) -> None:
    told = [
        ("police", {OF: KINDS[kind]} if kind in KINDS else {})
        for kind, many in line["victims"].items()
        for _ in range(many)
    ]
    [found] = completeness(told)
    shown: dict[str, Any] = {"victims": found.victims}
    for each in found.lines:
        if each.characteristic is OF:
            split = each.by_answer or dict.fromkeys(Answering)
            shown |= {"answered": each.answered, "missing": each.missing}
            shown |= {answer.value: number for answer, number in split.items()}
    assert {name: "hidden" if value is None else value for name, value in shown.items()} == line["shows"]


async def test_an_administrator_sees_the_numbers_of_their_area_and_nobody_else_does(marac: Marac) -> None:
    for code, kind, within in (
        ("castleshire", AreaKind.FORCE, None),
        ("north", AreaKind.MARAC, "castleshire"),
        ("southvale", AreaKind.FORCE, None),
    ):
        await marac.say("council", AreaDefined(area=code, name=code.title(), kind=kind, within=within))
    answer = EqualityAnswer(characteristic=OF, answer=Answering.VALUE, value="W9")
    for n in range(6):
        said: dict[str, Any] = {
            "people": [someone(Role.VICTIM, f"{n}")],
            "equality": Equality(answers=[answer]),
        }
        await marac.say("haven", CharacteristicsSaid(**said, routing=area("north")), 3)
        await marac.say("elsewhere", CharacteristicsSaid(**said, routing=area("southvale")), 3)
    await marac.say("police", caseload.incident(people=[ann()], routing=area("north")).said, 2)

    async def told() -> dict[str, Any]:
        body: dict[str, Any] = (await marac.get("admin", "characteristics")).json()
        found = {each["agency"]: each for each in body["agencies"]}
        return found if found.get("haven", {}).get("victims") == 6 and "police" in found else {}

    found = await until(told)
    lines_of = {line["characteristic"]: line for line in found["haven"]["lines"]}
    assert (lines_of[OF]["answered"], lines_of[OF]["missing"]) == (6, 0)
    assert (lines_of["religion"]["answered"], lines_of["religion"]["missing"]) == (0, 6)
    assert found["police"]["victims"] is None, "one victim: nothing is said"
    assert "elsewhere" not in found
    for who in ("chair", "idva", "matac", "system", "on-call"):
        assert (await marac.get(who, "characteristics")).status_code in (403, 404), who
    assert "W9" not in (await marac.get("admin", "characteristics")).text

"""Where the people of a case are, when a record of one is flagged as sensitive: shown to nobody but by a
reason that is on record. What is flagged: ``contracts/rules/flagged.py``."""

from typing import Any

import pytest
from sqlalchemy import text

from chassis.reading import parsed
from contracts.events.contact import SafeContactSaid
from contracts.events.operations import PlacesOpened
from contracts.events.people import HealthContacted
from contracts.mentions import Mention
from contracts.sections import Contact, Health
from contracts.vocabulary import ContactMethod, Role
from services.marac.rules.sharing import Sees
from tests.services.marac.caseload import SCHOOL, STREET, WHO, household, person, referral, world
from tests.services.marac.conftest import Marac, Prepared, prepared, supported
from tests.support.facts import someone
from tests.support.waiting import until

WHY = {"reason": "safety-now"}
LETTERS = "The Old Forge, Elm Row"
PLACES = (STREET, SCHOOL, "Hillview Practice", LETTERS)


def flagged(says: bool = True, **sections: Any) -> Mention:
    """Ann, as an agency names her that says whether her record is flagged."""
    said = WHO["ann"].model_copy(update={"sensitive": says})
    return someone(Role.VICTIM, "ann", identity=said, **sections)


async def flagged_case(marac: Marac) -> Prepared:
    """Ann's case; the hospital says that her record there is flagged."""
    made = await prepared(marac)
    await supported(marac)
    health = Health(injuries="Bruises to both arms", general_practice="Hillview Practice")
    way = Contact(method=ContactMethod.LETTER, number=LETTERS, code_word="bluebell")
    await marac.say("hospital", HealthContacted(people=[flagged(health=health)], service="emergency"))
    await marac.say("hospital", SafeContactSaid(people=[flagged(contact=way)]))

    async def there() -> bool:
        page = await marac.page("coordinator", made.case)
        victim = page["victim"] if page else {}
        return bool(victim and victim["flagged"] and victim["contacts"] and page["children"])

    await until(there, "the flag is in her row")
    return made


async def test_of_a_flagged_record_no_place_is_shown_but_by_a_reason(marac: Marac) -> None:
    made = await flagged_case(marac)
    for who in ("coordinator", "idva"):
        page = await marac.get(who, f"cases/{made.case}")
        assert page.json()["places_withheld"] is True, who
        html = await marac.http.get(f"/marac/cases/{made.case}", headers={"Authorization": f"Bearer {who}"})
        source = await marac.get(who, f"cases/{made.case}/sources/{made.case}")
        assert [each for each in PLACES if each in page.text + html.text + source.text] == [], who
        assert "flagged as sensitive" in html.text
        assert "bluebell" in page.text, "how she is reached, they see"
        assert f"/marac/cases/{made.case}/whereabouts" in html.text
    assert (await marac.get("chair", f"cases/{made.case}")).json()["places_withheld"] is False
    assert await reasons(marac) == []
    opened = await marac.post("idva", f"cases/{made.case}/whereabouts", WHY | {"text": "A visit today."})
    assert opened.status_code == 200, opened.text
    assert [each for each in PLACES if each not in opened.text] == []
    assert opened.json()["terms"] == [f"Not to go to {STREET}"]
    (said,) = await reasons(marac)
    assert (said.case, said.reason, said.viewer_agency) == (made.case, "safety-now", "haven")
    assert STREET not in (await marac.get("idva", f"cases/{made.case}")).text, "it is opened for one look"


@pytest.mark.parametrize("who", ["chair", "idva-else", "coordinator-elsewhere", "housing", "matac"])
async def test_whoever_may_see_no_locations_opens_none(marac: Marac, who: str) -> None:
    made = await flagged_case(marac)
    assert (await marac.post(who, f"cases/{made.case}/whereabouts", WHY)).status_code == 404
    assert await reasons(marac) == []


async def test_the_page_asks_why_and_shows_where(marac: Marac) -> None:
    made = await flagged_case(marac)
    path, headers = f"/marac/cases/{made.case}/whereabouts", {"Authorization": "Bearer coordinator"}
    form = await marac.http.get(path, headers=headers)
    assert [each for each in PLACES if each in form.text] == []
    wrong = await marac.http.post(path, data={"text": "Typed words"}, headers=headers)
    assert (wrong.status_code, "Typed words" in wrong.text) == (422, True)
    assert "Select why you need it" in wrong.text
    assert (await marac.http.post(path, data={"reason": "other"}, headers=headers)).status_code == 422
    assert await reasons(marac) == []
    page = await marac.http.post(path, data=WHY, headers=headers)
    assert [each for each in PLACES if each not in page.text] == []
    assert len(await reasons(marac)) == 1


async def reasons(marac: Marac) -> list[PlacesOpened]:
    """Every opening on record."""
    async with marac.runtime.store.reading() as connection:
        asked = text("select body from fact where type = :type")
        bodies = (await connection.execute(asked, {"type": PlacesOpened.type})).scalars().all()
    return [said for body in bodies if isinstance(said := parsed(body).content, PlacesOpened)]


def test_a_flag_of_one_record_is_the_persons_and_unknown_is_no_no() -> None:
    def of(*facts: Any) -> Any:
        return world(*facts).row("conference_person", person("ann")).flagged

    assert of(referral(), household()) is None
    assert of(referral(people=[flagged()]), household()) is True
    assert of(referral(people=[flagged(says=False)]), household()) is False


def test_a_flag_takes_places_and_nothing_else() -> None:
    assert Sees(locations=True, contacts=True).flagged() == Sees(False, True, withheld=True)
    assert Sees(locations=False, contacts=True).flagged() == Sees(False, True, withheld=False)

"""Looking for a person: by name or number, by POST, with a reason; and nothing that one may not see."""

from typing import Any

import pytest

from contracts.events.operations import Searched
from contracts.sections import Identity, Name
from contracts.vocabulary import Role
from services.marac.conference.known_as import sought
from tests.services.marac.caseload import ann, ben, cat, incident, person, referral, world
from tests.services.marac.conftest import Marac, prepared
from tests.support.facts import someone
from tests.support.tables import lines
from tests.support.waiting import until

WHY = {"reason": "own-case"}


@lines(__file__, "search")
def test_how_a_person_is_found(line: dict[str, Any]) -> None:
    name = Name(family=line["family"], given=line["given"])
    victim = someone(Role.VICTIM, "H-0192", identity=Identity(name=name))
    made = world(referral(people=[victim, ben()]))
    (row,) = [
        done.row
        for (view, _), done in made.fold().items()
        if view == "conference_known_as" and done.row is not None and "h0192" in done.row.words.lower()  # type: ignore[attr-defined]
    ]
    wanted = sought(line.get("name", ""), line.get("number", ""))
    found = bool(wanted) and all(
        any(f"|{form}|" in row.words for form in forms)  # type: ignore[attr-defined]
        for forms in wanted
    )
    assert found == line["found"]


def test_whoever_is_in_no_case_is_not_kept_and_no_number_of_another_victim_leads_to_one() -> None:
    cats = incident("cat's", people=[cat(), ben(Role.SUSPECT)], reference="CR/77")
    hers = incident("ann's", people=[ann(), ben(Role.SUSPECT)], reference="CR/12")
    made = world(referral(), cats, hers)
    assert made.row("conference_known_as", person("cat")) is None
    assert "|#CR12|" in made.row("conference_known_as", person("ann")).words
    assert "#CR" not in made.row("conference_known_as", person("ben")).words


async def looked(marac: Marac, who: str, **asked: str) -> list[dict[str, Any]]:
    answer = await marac.post(who, "search", WHY | asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["found"]
    return found


async def test_it_finds_what_the_caller_may_see_and_says_who_looked_and_why(marac: Marac) -> None:
    made = await prepared(marac)

    async def there() -> bool:
        return bool(await looked(marac, "chair", name="Doe"))

    await until(there, what="Ann is found")
    (found,) = await looked(marac, "idva", name="doe ANN")
    assert (found["case"], found["role"], found["name"]["given"]) == (made.case, "victim", "Ann")
    assert [each["role"] for each in await looked(marac, "coordinator", name="Smith")] == ["perpetrator"]
    for who, asked in (("coordinator-elsewhere", "Doe"), ("chair", "Rai"), ("chair", "Nobody")):
        assert await looked(marac, who, name=asked) == [], "what may not be seen reads as what is not there"
    assert (await marac.post("matac", "search", WHY | {"name": "Doe"})).status_code == 404
    await marac.say("police", incident(people=[ann(), ben(Role.SUSPECT)], reference="CR/12-9").said)

    async def by_reference() -> bool:
        return [each["case"] for each in await looked(marac, "coordinator", number="cr 129")] == [made.case]

    await until(by_reference, what="a reference finds her, however it is written")
    assert await looked(marac, "coordinator-elsewhere", number="CR/12-9") == []
    chair = {"Authorization": "Bearer chair"}
    page = await marac.http.post("/marac/search", data={"number": "CR/12-9"} | WHY, headers=chair)
    assert (page.status_code, f"/marac/cases/{made.case}" in page.text) == (200, True)
    said = [each for each in await audited(marac) if each.found]
    assert "CR" not in "".join(each.model_dump_json(exclude={"found"}) for each in said)
    assert {each.reason for each in said} == {"own-case"}
    assert "Doe" not in "".join(each.model_dump_json() for each in said)


async def audited(marac: Marac) -> list[Searched]:
    """Every search on record."""
    from sqlalchemy import text

    from chassis.reading import parsed

    async with marac.runtime.store.reading() as connection:
        asked = text("select body from fact where type = :type")
        bodies = (await connection.execute(asked, {"type": Searched.type})).scalars().all()
    found = [parsed(body).content for body in bodies]
    return [each for each in found if isinstance(each, Searched)]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (WHY, "nothing_sought"),
        ({"name": "Doe"}, "missing"),
        ({"name": "Doe", "reason": "other"}, "reason_missing"),
        ({"name": "Doe", "reason": "curious"}, "enum"),
    ],
)
async def test_bad_input_is_told_and_never_what_was_typed(
    marac: Marac, body: dict[str, str], kind: str
) -> None:
    refused = await marac.post("chair", "search", body)
    assert refused.status_code == 422
    assert [fault["kind"] for fault in refused.json()["faults"]] == [kind]
    assert "Doe" not in refused.text
    assert "curious" not in refused.text


async def test_the_page_has_no_name_in_its_address_and_keeps_what_was_typed(marac: Marac) -> None:
    await prepared(marac)
    chair = {"Authorization": "Bearer chair"}
    assert 'method="post"' in (await marac.http.get("/marac/search", headers=chair)).text
    wrong = await marac.http.post("/marac/search", data={"name": "Doe"}, headers=chair)
    assert (wrong.status_code, 'value="Doe"' in wrong.text) == (422, True)
    assert "Select why you are looking" in wrong.text

    async def found() -> bool:
        page = await marac.http.post("/marac/search", data={"name": "Doe"} | WHY, headers=chair)
        return page.status_code == 200 and "Victim" in page.text and "location" not in page.headers

    await until(found, what="the page has her case")

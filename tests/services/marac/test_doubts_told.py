"""Who is told that it is in doubt who somebody of a case is: whoever may know of the other record, and nobody
else, wherever the doubt would show."""

from typing import Any, cast

from chassis.accept import own_header
from contracts.events.configuration import AgencyDefined
from contracts.events.identity import IdentityAsked
from contracts.events.people import HealthContacted
from contracts.events.research import InterestDeclared, Tie
from contracts.sections import Identity, Name
from contracts.vocabulary import AgencyKind, Role
from services.marac import queries
from services.marac.conference.rows import ConferencePerson
from services.marac.conference.views import PERSON
from services.marac.pages.agenda_live import seen_of
from services.marac.rules.doubting import OtherRecord, may_know_of
from services.marac.rules.noticing import AgendaSeen
from tests.services.marac.caseload import person, referral
from tests.services.marac.conftest import CALLERS, Marac, Prepared, prepared
from tests.services.marac.test_restricted import to
from tests.support.facts import area, mention_of, root_of, someone
from tests.support.tables import lines
from tests.support.waiting import until

POLICE, OTHERS = ("chair", "coordinator"), ("coordinator-too", "idva")
DORA = someone(Role.VICTIM, "dora", identity=Identity(name=Name(family="Rowe", given="Dora")))
PAIR = [mention_of("police", "ann"), mention_of("haven", "dora")]


@lines(__file__, "doubts")
def test_who_may_know_of_another_record(line: dict[str, Any]) -> None:
    cases = [frozenset(each) for each in line["cases"]]
    record = OtherRecord(frozenset(line["told"]), frozenset(line["reach"]), cases)
    kind = AgencyKind(line["kind"]) if line["kind"] else None
    knows = may_know_of([line["role"]], ["north"], "here", kind, record, line["seen"])
    assert knows is line["knows"]


async def in_doubt(marac: Marac) -> Prepared:
    """Ann's case; a person is asked whether a record of the IDVA service's is hers."""
    made = await prepared(marac)
    for agency, kind in (("haven", AgencyKind.IDVA_SERVICE), ("council", AgencyKind.COUNCIL)):
        await marac.say("council", AgencyDefined(agency=agency, name=agency, kind=kind))
    said = {"question": root_of("question"), "generation": 1, "mentions": PAIR, "waits": True}
    await marac.say("goldthread", IdentityAsked.model_validate(said))

    async def folded() -> bool:
        row = await marac.runtime.row(PERSON, person("ann"))
        return bool(cast("ConferencePerson", row).doubts)

    await until(folded, what="the row has the doubt")
    return made


async def told(marac: Marac, who: str, made: Prepared) -> set[str]:
    """Where somebody is told of the doubt."""
    page = (await marac.get(who, f"cases/{made.case}")).json()
    found = {"json"} if page["victim"]["doubts"] else set()
    found |= {"missing"} if any(gap["code"] == "who-in-doubt" for gap in page["missing"]) else set()
    for path in (f"cases/{made.case}", f"cases/{made.case}/print", f"meetings/{made.meeting}/print"):
        page = await marac.http.get(f"/marac/{path}", headers={"Authorization": f"Bearer {who}"})
        assert page.status_code == 200, path
        found |= {path} if "n doubt who this is" in page.text or PAIR[1] in page.text else set()
    return found


async def before_it_is_listed(marac: Marac, who: str, made: Prepared) -> bool:
    """Whether they are told on the page from which a case is weighed and listed, by REST and by page."""
    path = f"cases/{made.case}/decisions"
    shown = (await marac.get(who, path)).json()["in_doubt"]
    page = await marac.http.get(f"/marac/{path}", headers={"Authorization": f"Bearer {who}"})
    assert ("before you list: then every agency is asked" in page.text) is shown
    return bool(shown)


async def who_is_told(marac: Marac, made: Prepared) -> set[str]:
    """Who of them is told, each of them everywhere or nowhere."""
    found = {who: await told(marac, who, made) for who in (*POLICE, *OTHERS)}
    assert {len(places) for places in found.values()} <= {0, 5}, found
    return {who for who, places in found.items() if places}


async def live(marac: Marac, who: str, made: Prepared) -> tuple[AgendaSeen, int]:
    """What is told anew of an agenda from, and how much is missing of the case on it."""
    agenda, *_ = await queries.read_agenda(marac.runtime, CALLERS[who], made.meeting)
    [line] = [each for each in agenda.cases if each.case == made.case]
    return seen_of(marac.runtime.ids, agenda), line.missing


async def test_the_police_are_told_of_no_record_that_its_agency_did_not_tell_them(marac: Marac) -> None:
    made = await in_doubt(marac)
    before = {who: await live(marac, who, made) for who in (*POLICE, *OTHERS)}
    assert await who_is_told(marac, made) == set(), "of a record for support alone nobody here is told"
    assert not await before_it_is_listed(marac, "coordinator", made)
    await marac.say("haven", HealthContacted(service="Clinic", people=[DORA], routing=area("north")))

    async def known() -> bool:
        return bool(await told(marac, "idva", made))

    await until(known, what="the record is told of")
    assert await who_is_told(marac, made) == {*OTHERS}
    for who in POLICE:
        assert await live(marac, who, made) == before[who], "nothing is counted, and nothing is new"
    for who in OTHERS:
        seen, missing = await live(marac, who, made)
        assert (seen != before[who][0], missing) == (True, before[who][1] + 1)


async def test_nobody_is_told_of_a_record_of_a_case_that_is_not_there_for_them(marac: Marac) -> None:
    made = await in_doubt(marac)
    other = await marac.say("haven", referral(people=[DORA, someone(Role.PERPETRATOR, "eli")]).said)

    async def known() -> bool:
        return len(await told(marac, "idva", made)) == 5

    await until(known, what="the record is told of")
    assert await who_is_told(marac, made) == {*POLICE, *OTHERS}, "of a case that they see everybody is told"
    assert await before_it_is_listed(marac, "coordinator", made)
    tie = InterestDeclared(person=CALLERS["idva"].id, cases=[Tie(case=other, tie=True)])
    header = own_header(marac.runtime.clock.now())
    await marac.runtime.take(header, tie, caller=CALLERS["idva"], right="test")

    async def tied() -> bool:
        return not await told(marac, "idva", made)

    await until(tied, what="whoever has a tie to it is told no more")
    inside = to("coordinator", "coordinator-too")
    assert (await marac.post_upon("coordinator", f"cases/{other}/restriction", inside)).status_code == 201

    async def shut() -> bool:
        return not await told(marac, "chair", made)

    await until(shut, what="whoever is outside is told no more")
    assert await who_is_told(marac, made) == {"coordinator", "coordinator-too"}

"""What a correction tells anew, as a table; and that a returned case is back by that, and by nothing else."""

from typing import Any

from chassis.accept import own_header
from chassis.facts import Fact
from contracts.events.people import ReferralMade
from contracts.sections import Identity, Name, Narrative
from contracts.vocabulary import Grade
from services.marac.rules.retold import says_anew
from tests.services.marac.caseload import ben, cat, dash, person, referral, world
from tests.services.marac.conftest import Marac, bare, caller, prepared
from tests.services.marac.test_listing import RETURN, waits
from tests.support.facts import NOON, corrected
from tests.support.tables import lines
from tests.support.waiting import until

HERS: dict[str, Any] = {
    "identity": {"name": {"given": "Ann", "family": "Poole"}, "born": ["1990-05-01"]},
    "contact": {"method": "text", "number": "07700 900123"},
}
HIS: dict[str, Any] = {"identity": {"name": {"given": "Ben", "family": "Roe"}}}


def said(hers: dict[str, Any], his: dict[str, Any], *also: dict[str, Any], **more: Any) -> ReferralMade:
    people = [{"role": "victim", **HERS, **hers}, {"role": "perpetrator", **HIS, **his}, *also]
    given = {"dash": dash(10), "grade": Grade.MEDIUM, "narrative": {"text": "He shouted."}}
    return ReferralMade.model_validate({"people": people, **given, **more})


@lines(__file__, "retold")
def test_what_a_correction_tells_anew(line: dict[str, Any]) -> None:
    also = [line["also"]] if "also" in line else []
    after = said(line.get("hers", {}), line.get("his", {}), *also, **line.get("change", {}))
    was = line.get("was", {})
    assert says_anew(said(was.get("hers", {}), was.get("his", {})), after) is line["anew"]


def spelled(before: Fact[ReferralMade], given: str) -> Fact[ReferralMade]:
    """A correction of a referral by which Cat's given name is another."""
    return corrected(before, bare(put_right(before.said, given)))


def put_right(said: ReferralMade, given: str, **more: Any) -> ReferralMade:
    victim = said.people[0]
    assert isinstance(victim.identity, Identity)
    name = {"name": Name(family="Rai", given=given)}
    again = victim.model_copy(update={"identity": victim.identity.model_copy(update=name)})
    return said.model_copy(update={"people": [again, *said.people[1:]], **more})


def test_a_line_knows_the_versions_right_before_it_that_told_the_same() -> None:
    first = referral(people=[cat(), ben()])
    second = corrected(first, bare(first.said).model_copy(update={"criteria": []}))
    third = spelled(second, "Kat")
    (line,) = world(first, second, third).row("conference_person", person("cat")).lines
    assert (line.fact, line.retold) == (third.id, (second.id,))
    dated = corrected(third, bare(third.said), occurred=NOON)
    (line,) = world(first, second, third, dated).row("conference_person", person("cat")).lines
    assert line.retold == (), "it is said of another time"


async def test_a_returned_case_is_back_by_a_correction_that_tells_anything_anew_and_by_no_other(
    marac: Marac,
) -> None:
    """Also where it was corrected before it was returned."""
    await prepared(marac)
    said = referral(people=[cat(), ben()], criteria=["professional-judgement"]).said
    case = await marac.say("haven", said, 3)
    by = caller("haven", "haven", "reporter")

    async def correct(version: int, now: ReferralMade) -> None:
        newest = (await marac.runtime.fact(case)).versions(case)[-1]
        header = own_header(newest.occurred)
        await marac.runtime.revise(case, version, header, bare(now), caller=by, right="test")
        await marac.runtime.folded(newest.envelope.keys.split())

    async def away() -> bool:
        return case not in await waits(marac)

    async def back() -> bool:
        return not await away()

    await until(back, what="the case is folded")
    await correct(1, put_right(said, "Cate"))
    answer = await marac.post("coordinator", f"cases/{case}/returns", RETURN)
    assert answer.status_code == 201, answer.text
    await until(away, what="it is returned")
    await correct(2, put_right(said, "Kate"))
    assert await away(), "a name is spelled otherwise"
    await correct(3, put_right(said, "Kate", narrative=Narrative(text="He came back with a knife.")))
    await until(back, what="it tells more")

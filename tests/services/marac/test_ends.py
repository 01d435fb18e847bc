"""What ends for a person of a case while the case goes on: a victim who has died is reached by nobody, on any
page, and a victim or an accused who becomes 18 or 16 stays in it."""

import re
from datetime import date, timedelta
from typing import Any

from contracts.events.contact import DeathRecorded
from contracts.vocabulary import Role
from tests.services.marac.caseload import ann
from tests.services.marac.conftest import Marac, Prepared, caller, supported
from tests.services.marac.test_actions import agreed
from tests.services.marac.test_children import aged
from tests.services.marac.test_listing import refer
from tests.services.marac.test_sitting import issued
from tests.support.waiting import until

NUMBER = "07700 900123"
NO_WAY = {"died", "elsewhere"}
OWED_TO_HER = {"no-lead", "plan-missing", "review-owed", "consent-not-asked", "characteristics-missing"}


async def shown(marac: Marac, who: str, path: str) -> str:
    answer = await marac.http.get(f"/marac/{path}", headers={"Authorization": f"Bearer {who}"})
    assert answer.status_code == 200, (who, path)
    return answer.text


def pages_of(made: Prepared) -> list[tuple[str, str]]:
    """The pages that are about the victim, for each who has them."""
    case, meeting = f"cases/{made.case}", f"meetings/{made.meeting}"
    every = (case, f"{case}/print", f"{case}/after", meeting, f"{meeting}/print")
    holds = (f"{meeting}/hear/{made.case}", f"{case}/decisions", f"{case}/actions")
    return [
        *((who, path) for who in ("chair", "coordinator", "idva") for path in every),
        *((who, path) for who in ("chair", "coordinator") for path in holds),
        ("coordinator", f"{case}/transfer"),
        ("idva", f"{case}/messages"),
    ]


async def gaps(marac: Marac, made: Prepared) -> set[str]:
    return {each["code"] for each in (await marac.page("chair", made.case))["missing"]}


async def test_of_a_victim_who_has_died_every_page_says_so_and_none_asks_anybody_to_reach_them(
    marac: Marac,
) -> None:
    made = await issued(marac)
    await supported(marac)
    action = await agreed(marac, made)
    for who in ("coordinator", "idva"):
        await until(lambda who=who: _reaches(marac, who, made), what=f"{who} has the number")
    assert await gaps(marac, made) >= OWED_TO_HER
    died = await marac.say("police", DeathRecorded(people=[ann()]))

    async def known() -> bool:
        return bool((await marac.page("chair", made.case))["hers"]["died"])

    await until(known, what="an agency has recorded the death")
    for who, path in pages_of(made):
        page = await shown(marac, who, path)
        assert "has died" in page, (who, path)
        assert set(re.findall(r'data-safe-way="([^"]*)"', page)) <= NO_WAY, (who, path)
        assert NUMBER not in page, (who, path)
    assert not await gaps(marac, made) & OWED_TO_HER, "nobody is sent to ask"
    assert made.case not in await shown(marac, "coordinator", "repeats"), "nobody is to tell the victim"
    for path in ("actions", f"actions/{action}"):
        page = await shown(marac, "housing", path)
        assert "the victim has died" in page, "whoever has something to do there is told before they go"
        assert NUMBER not in page
    (line,) = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()["cases"]
    assert line["case"] == made.case, "the case stays"
    police = caller("police", "police", "reporter")
    await marac.runtime.revise(died, 1, None, None, caller=police, right="test")
    await until(lambda: _reaches(marac, "idva", made), what="it was said of somebody else")
    page = await shown(marac, "housing", f"actions/{action}")
    assert "has died" not in page
    assert "ask the IDVA service before any contact" in page, "whose page says how"


async def _reaches(marac: Marac, who: str, made: Prepared) -> bool:
    return NUMBER in await shown(marac, who, f"cases/{made.case}")


def born(age: int, in_days: int, today: date) -> date:
    """Of somebody who becomes so old in so many days."""
    day = today + timedelta(days=in_days)
    return date(day.year - age, day.month, min(day.day, 28))


async def of_ages(marac: Marac, in_days: int) -> tuple[str, str]:
    """A case whose victim becomes 18 and whose accused becomes 16 in so many days; and its page."""
    today = marac.runtime.clock.now().date()
    people: list[Any] = [
        aged("cat", Role.VICTIM, born(18, in_days, today)),
        aged("ben", Role.PERPETRATOR, born(16, in_days, today)),
    ]
    case = await refer(marac, *people)
    return case, await shown(marac, "coordinator", f"cases/{case}")


async def test_the_page_says_who_becomes_18_or_16_and_what_changes_and_the_case_is_heard_as_before(
    marac: Marac,
) -> None:
    made = await issued(marac)
    case, page = await of_ages(marac, 20)
    for said in ("Turns 18 on", "Turns 16 on", "Nothing that is planned or owed ends with that day."):
        assert said in page, said
    assert "Dash for young people." in page
    assert "services first: both parties must be 16" in page
    listed = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": case})
    assert listed.status_code == 201


async def test_once_they_are_18_and_16_the_case_waits_still(marac: Marac) -> None:
    await issued(marac)
    case, page = await of_ages(marac, -40)
    assert "Turns 18" not in page
    assert "Turns 16" not in page
    assert "services first" not in page, "both are old enough for domestic abuse in law"
    assert case in (await marac.get("coordinator", "waiting")).text

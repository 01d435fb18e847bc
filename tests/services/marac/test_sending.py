"""Agendas and minutes are sent by link: to whom, by when they are to be opened (``tables``), what
follows when they are not; that a lost right opens nothing, and that nothing personal is sent."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.events.agenda import AgendaPublished, CasePublished
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.meeting import PaperOpened
from contracts.vocabulary import AlertRule, Grade, Paper, Role
from services.marac.conference.own_clocks import CALENDARS
from services.marac.rules.sending import agencies_for_minutes, due, opening
from tests.services.marac.caseload import STREET, listing, referral, world
from tests.services.marac.caseload import meeting as meeting_called
from tests.services.marac.conftest import CALLERS, Marac, Prepared, prepared
from tests.services.marac.test_sitting import issued, path
from tests.support.facts import IDS, NOON, fact, root_of, someone
from tests.support.tables import lines
from tests.support.waiting import until

LONDON = ZoneInfo("Europe/London")


def at(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=LONDON)


@lines(__file__, "sending_due")
def test_by_when_it_is_to_be_opened(line: dict[str, Any]) -> None:
    found = due(Paper(line["paper"]), at(line["sent"]), at(line["starts"]), CALENDARS)
    assert found == at(line["due"])


@lines(__file__, "sending_minutes")
def test_to_which_agencies_minutes_go(line: dict[str, Any]) -> None:
    assert agencies_for_minutes(line["room"], {"k", "m"}, line["left"]) == line["to"]


@lines(__file__, "sending_opening")
def test_how_far_an_agency_has_come(line: dict[str, Any]) -> None:
    opened = at(f"2026-11-25T{line['opened']}") if "opened" in line else None
    assert opening(opened, at("2026-11-25T12:00"), at(f"2026-11-25T{line['at']}")) == line["state"]


def published(name: str = "published", hours: int = 0) -> Any:
    said = AgendaPublished(
        meeting=root_of("meeting"),
        by="coordinator",
        cases=[CasePublished(case=root_of("case"), grade=Grade.HIGH)],
        to=["council", "haven"],
    )
    return fact(said, agency="police", root=name, occurred=NOON + timedelta(hours=hours))


def looked(agency: str, of: Any) -> Any:
    said = PaperOpened(
        meeting=root_of("meeting"),
        paper=Paper.AGENDA,
        of=of.id,
        person=IDS.staff("issuer", agency),
        name=agency,
    )
    return fact(said, agency=agency, root=f"{agency} opened {of.id}", occurred=of.occurred)


def test_its_clock_runs_until_somebody_of_each_agency_opened_the_newest_version() -> None:
    first = published()
    told = world(referral(), meeting_called(), listing(), first)
    told.settle()

    def said(model: type[Any]) -> list[tuple[str, int]]:
        found = [each.content for each in told.facts if isinstance(each.content, model)]
        return [(one.rule, one.generation) for one in found if one.rule == AlertRule.AGENDA_TO_OPEN]

    assert said(ClockStarted) == [("agenda-to-open", 1)]
    told.facts.append(looked("council", first))
    told.settle()
    assert said(ClockStopped) == [], "haven has not opened it"
    told.facts.append(looked("haven", first))
    told.settle()
    assert said(ClockStopped) == [("agenda-to-open", 1)]
    second = published("again", hours=48)
    told.facts.append(second)
    told.settle()
    assert said(ClockStarted)[-1] == ("agenda-to-open", 2), "a new version is to be opened anew"
    told.at = NOON + timedelta(days=7)
    told.settle()
    assert said(ClockStopped)[-1] == ("agenda-to-open", 2), "the meeting has begun"


async def asking(marac: Marac, agencies: list[str], *, declares: bool = False) -> None:
    asks = {"area": "north", "agencies": agencies, "declares": declares}
    assert (await marac.post_upon("chair", "researchers", asks)).status_code == 201


async def publish(marac: Marac, made: Prepared, after: int = 0) -> None:
    answer = await marac.post("coordinator", path(made, "publications"), {"after": after})
    assert answer.status_code == 201, answer.text


async def sent(marac: Marac, who: str) -> list[tuple[str, int, bool]]:
    """What was sent to somebody: paper, version, and whether they have opened it."""
    answer = await marac.get(who, "sent")
    assert answer.status_code == 200, answer.text
    return [(each["paper"], each["number"], bool(each["opened"])) for each in answer.json()["papers"]]


async def follow(marac: Marac, who: str, made: Prepared, paper: str) -> tuple[int, str]:
    """Where a link leads somebody."""
    link = f"/marac/{path(made)}sent/{paper}"
    answer = await marac.http.get(link, headers={"Authorization": f"Bearer {who}"})
    return answer.status_code, answer.headers.get("location", "")


async def agency_lines(marac: Marac, made: Prepared) -> dict[str, tuple[str | None, list[str]]]:
    """Of the newest version, by agency: its state, and who opened it."""
    answer = await marac.get("coordinator", path(made, "sent"))
    assert answer.status_code == 200, answer.text
    newest = answer.json()["versions"][0]
    return {
        each["agency"]: (each["state"], [look["name"] for look in each["opened"]])
        for each in newest["agencies"]
    }


async def asked(marac: Marac, *, declares: bool = False) -> Prepared:
    """A meeting whose MARAC asks council and hospital, with its agenda published."""
    made = await prepared(marac)
    await asking(marac, ["council", "hospital"], declares=declares)

    async def known() -> bool:
        return bool((await marac.get("housing", "research")).json()["waits"])

    await until(known, what="the council is asked")
    await publish(marac, made)
    return made


async def test_an_agenda_is_sent_to_whoever_may_have_it_and_who_opened_it_is_on_record(marac: Marac) -> None:
    made = await asked(marac)
    for who in ("chair", "idva", "housing", "housing-too", "hospital"):
        assert await sent(marac, who) == [("agenda", 1, False)], who
    for who in ("chair-elsewhere", "housing-elsewhere"):
        assert await sent(marac, who) == [], who
        assert (await follow(marac, who, made, "agenda"))[0] == 404, who
    assert (await marac.get("officer", "sent")).status_code == 404
    assert await agency_lines(marac, made) == {"council": ("sent", []), "hospital": ("sent", [])}
    assert await follow(marac, "chair", made, "agenda") == (303, f"/marac/meetings/{made.meeting}")
    assert await follow(marac, "housing", made, "agenda") == (303, "/marac/research")

    async def on_record() -> bool:
        return (await agency_lines(marac, made)) == {
            "council": ("opened", ["housing"]),
            "hospital": ("sent", []),
            "police": (None, ["chair"]),
        }

    await until(on_record, what="the coordinator sees who opened it")
    await follow(marac, "housing", made, "agenda")
    assert await on_record(), "once, however often it is opened"
    assert await sent(marac, "housing") == [("agenda", 1, True)]
    assert await sent(marac, "housing-too") == [("agenda", 1, False)]
    (line,) = (await marac.get("housing-too", "sent")).json()["papers"]
    assert [each["name"] for each in line["colleagues"]] == ["housing"]
    await publish(marac, made, after=1)

    async def anew() -> bool:
        return await sent(marac, "housing") == [("agenda", 2, False)]

    await until(anew, what="a new version is sent anew")


async def test_what_is_sent_waits_on_the_first_page_until_it_is_opened(marac: Marac) -> None:
    made = await asked(marac)
    link = f"/marac/{path(made)}sent/agenda"
    for who, page in (("housing", "research"), ("chair", "meetings")):

        async def text(who: str = who, page: str = page) -> str:
            answer = await marac.http.get(f"/marac/{page}", headers={"Authorization": f"Bearer {who}"})
            return answer.text

        assert link in await text(), who
        for kept in ("Doe", "Ann", STREET, "1 case."):
            assert kept not in (await text()).split('id="sent"')[1].split("</ul>")[0], kept
        await follow(marac, who, made, "agenda")

        async def opened() -> bool:
            return link not in await text()

        await until(opened, what="it waits no more")


async def test_minutes_go_to_those_who_were_in_the_room_and_a_lost_right_opens_nothing(marac: Marac) -> None:
    made = await issued(marac)
    seat = {"agency": "council", "attended": "present", "who": "Femi"}
    assert (await marac.post("chair", path(made, "attendance"), seat)).status_code == 201
    assert (await marac.post("coordinator", path(made, "minutes"), {"number": 2})).status_code == 201

    async def there() -> bool:
        return set(await agency_lines(marac, made)) == {"council", "police"}

    await until(there)
    assert await sent(marac, "housing") == [("minutes", 2, False)]
    assert await sent(marac, "hospital") == []
    assert await follow(marac, "housing", made, "minutes") == (
        303,
        f"/marac/meetings/{made.meeting}/minutes",
    )
    assert (await marac.post("chair", path(made, "attendance"), seat | {"attended": "absent"})).is_success

    async def lost() -> bool:
        return (await follow(marac, "housing", made, "minutes"))[0] == 404

    await until(lost, what="who turns out to have been absent opens nothing")
    assert await sent(marac, "housing") == [], "nor is it told"


async def test_who_has_a_tie_to_all_of_it_is_told_nothing_of_it(marac: Marac) -> None:
    made = await asked(marac, declares=True)

    async def waits() -> bool:
        return await sent(marac, "housing") == [("agenda", 1, False)]

    await until(waits)
    tie = {"cases": [{"case": made.case, "tie": True}]}
    for who in ("housing", "idva"):
        assert (await marac.post(who, path(made, "interests"), tie)).status_code == 201

        async def gone(who: str = who) -> bool:
            return await sent(marac, who) == []

        await until(gone, what=f"{who} is told no more")
        assert (await follow(marac, who, made, "agenda"))[0] == 404, who
    assert await sent(marac, "housing-too") == [("agenda", 1, False)], "a colleague has it"


async def test_nothing_that_is_sent_holds_a_name_but_of_staff(marac: Marac) -> None:
    made = await asked(marac)
    await follow(marac, "housing", made, "agenda")

    async def said() -> str:
        facts = await marac.runtime.facts([f"o:{made.meeting}"])
        return " ".join(fact.envelope.model_dump_json() for fact in facts)

    async def recorded() -> bool:
        return "paper-opened" in await said()

    await until(recorded)
    everything = await said() + (await marac.get("housing", "sent")).text
    for name in ("Doe", '"Ann"', STREET):
        assert name not in everything
    assert CALLERS["housing"].id in await said()


async def test_a_case_that_becomes_restricted_leaves_nothing_of_what_was_sent_to_whoever_is_outside(
    marac: Marac,
) -> None:
    made = await asked(marac)

    async def waits() -> bool:
        return await sent(marac, "housing") == [("agenda", 1, False)]

    await until(waits)
    inside = [{"person": CALLERS[who].id, "name": who} for who in ("coordinator", "idva")]
    restricted = {"to": inside, "reason": "A cousin works for the council."}
    answer = await marac.post_upon("coordinator", f"cases/{made.case}/restriction", restricted)
    assert answer.status_code == 201, answer.text

    async def gone() -> bool:
        return await sent(marac, "housing") == []

    await until(gone, what="it is told of no more")
    assert (await follow(marac, "housing", made, "agenda"))[0] == 404
    assert (await marac.get("housing", f"{path(made)}research/{made.case}")).status_code == 404
    assert made.case not in (await marac.get("housing", "research")).text
    assert await sent(marac, "idva") == [("agenda", 1, False)], "inside it is as it was"


async def test_of_two_meetings_each_paper_is_there_by_the_cases_of_its_own(marac: Marac) -> None:
    made = await asked(marac, declares=True)
    people = [someone(Role.VICTIM, "eve"), someone(Role.PERPETRATOR, "dan")]
    eve = await marac.say("haven", referral(people=people).said, 2)

    async def referred() -> bool:
        return bool(await marac.page("coordinator", eve))

    await until(referred, what="a second case is referred")
    starts = (marac.runtime.clock.now() + timedelta(days=14)).isoformat()
    meeting = (await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})).json()[
        "root"
    ]
    other = replace(made, case=eve, meeting=meeting)
    assert (await marac.post("coordinator", path(other, "cases"), {"case": eve})).status_code == 201

    async def asked_of_both() -> bool:
        return eve in (await marac.get("housing", "research")).text

    await until(asked_of_both, what="the council is asked about the second")
    await publish(marac, other)

    async def of(who: str) -> set[str]:
        return {each["meeting"] for each in (await marac.get(who, "sent")).json()["papers"]}

    tie = {"cases": [{"case": made.case, "tie": True}]}
    for who in ("housing", "idva"):

        async def both(who: str = who) -> bool:
            return await of(who) == {made.meeting, meeting}

        await until(both, what=f"both agendas are there for {who}")
        none = {"cases": [{"case": eve, "tie": False}]}
        assert (await marac.post(who, path(other, "interests"), none)).status_code == 201
        assert (await marac.post(who, path(made, "interests"), tie)).status_code == 201

        async def one(who: str = who) -> bool:
            return await of(who) == {meeting}

        await until(one, what=f"a tie to the only case of the one leaves {who} the other")
        assert (await follow(marac, who, made, "agenda"))[0] == 404, who
        assert (await follow(marac, who, other, "agenda"))[0] == 303, who
    assert await of("housing-too") == {made.meeting, meeting}, "a colleague has both"

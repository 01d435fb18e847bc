"""The support of a victim, and what is owed to them, as it was known: what was shown then, whatever has come
since; and how to reach anybody is of now alone."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest

from chassis import known as folding
from chassis.archive import Archive
from chassis.views import Row, Subject, View
from contracts.events.configuration import AreaDefined
from contracts.events.listing import CaseRestricted
from contracts.vocabulary import AreaKind
from services.referrals import about
from services.referrals.views import MentionRow
from tests.services.referrals.scene import AGENCIES, CALLERS, Referrals, mention, named
from tests.services.referrals.test_owed import PLAN
from tests.services.referrals.test_support_http import ann, assessed, get, owed, prepared, step
from tests.support.waiting import settled, until
from tests.support.watermarks import nothing_from_others

STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
OF_THE_MOMENT = ("at", "known_at", "fresh_until")
NUMBER = "07700 900142"


async def look(
    referrals: Referrals, page: str, shows: Callable[[dict[str, Any]], bool]
) -> tuple[datetime, dict[str, Any]]:
    """What is shown once it shows what was said last, as it is given later; then hours pass."""

    async def there() -> dict[str, Any] | None:
        shown: dict[str, Any] = (await get(referrals, "idva", page)).json()
        return shown if shows(shown) and await settled(referrals.runtime) else None

    await until(there)
    then = referrals.runtime.clock.now()
    shown = (await get(referrals, "idva", page)).json()
    shown["way_then"] = shown.pop("way") | {"contact": None}
    for lead in shown.get("leads", ()):
        lead["worker"] |= {"telephone": None, "email": None}
    await referrals.runtime.set_clock(then + timedelta(hours=2))

    async def passed() -> bool:
        fresh = await referrals.runtime.fresh_until()
        return fresh is not None and fresh > then + timedelta(hours=1)

    await until(passed)
    return then, {name: value for name, value in shown.items() if name not in OF_THE_MOMENT}


def accepted_by_them(shown: dict[str, Any]) -> bool:
    """Whether the service has accepted."""
    return [each["state"] for each in shown["courses"]] == ["accepted"]


def address(page: str, at: datetime) -> str:
    return f"{page}?at={at:%Y-%m-%dT%H:%M:%S.%fZ}"


@pytest.mark.parametrize("referrals", STORES, indirect=True)
async def test_support_as_it_was_known_is_what_was_shown_and_no_way_to_reach_anybody(
    referrals: Referrals,
) -> None:
    await nothing_from_others(referrals.runtime.log, "referrals")
    before = referrals.runtime.clock.now()
    await prepared(referrals)
    contact = {"method": "text", "number": NUMBER, "no_uniform": True}
    first = await assessed(referrals, contact=contact)
    line = await owed(referrals, "haven", "idva-asked", "support-referral")
    page = f"/v1/support/{line['mention']}"
    seen = [await look(referrals, page, lambda shown: shown["way"]["because"] == "not-verified")]
    accepted = await referrals.post("haven", "support-steps", step("accepted"))
    seen.append(await look(referrals, page, accepted_by_them))
    failed = {"people": [ann("N-1")], "method": "letter", "failure": "returned"}
    await referrals.post("police", "failed-contacts", failed)
    seen.append(await look(referrals, page, lambda shown: shown["way"]["because"] == "failed"))
    await referrals.configure(AreaDefined(area="north", name="North Bank", kind=AreaKind.MARAC))
    seen.append(await look(referrals, page, lambda shown: shown["area_name"] == "North Bank"))
    assert (await referrals.withdraw("haven", accepted)).is_success
    seen.append(await look(referrals, page, lambda shown: not shown["courses"]))
    assert len({str(shown) for _, shown in seen}) >= len(seen) - 1, "the story changes the page"
    for then, shown in seen:
        known = await get(referrals, "idva", address(page, then))
        body = known.json()
        assert (datetime.fromisoformat(body["known_at"]), body.pop("way")) == (then, None)
        assert {name: value for name, value in body.items() if name not in OF_THE_MOMENT} == shown
        assert NUMBER not in known.text
    assert first.status_code == 201
    assert (await get(referrals, "idva", address(page, before))).status_code == 404
    assert (await get(referrals, "coordinator-elsewhere", address(page, seen[0][0]))).status_code == 404
    to_come = referrals.runtime.clock.now() + timedelta(days=1)
    assert (await get(referrals, "idva", address(page, to_come))).json()["code"] == "not-yet-known"


async def test_the_page_of_then_says_that_nothing_on_it_is_a_way_to_reach_anybody(
    referrals: Referrals,
) -> None:
    await nothing_from_others(referrals.runtime.log, "referrals")
    await prepared(referrals)
    await assessed(referrals, contact={"method": "text", "number": NUMBER, "no_uniform": True})
    line = await owed(referrals, "haven", "idva-asked", "support-referral")
    page = f"/v1/support/{line['mention']}"
    then, _ = await look(referrals, page, lambda shown: bool(shown["way"]["contact"]))
    path = f"/support/{line['mention']}"
    headers = {"Authorization": "Bearer idva", "Accept": "text/html"}
    assert NUMBER in (await referrals.http.get(f"/referrals{path}", headers=headers)).text
    given = await referrals.http.get(f"/referrals{address(path, then)}", headers=headers)
    assert given.status_code == 200
    assert "DO NOT MAKE CONTACT BY ANYTHING ON THIS PAGE" in given.text
    assert "AS IT WAS KNOWN" in given.text
    assert NUMBER not in given.text
    assert '/steps"' not in given.text
    typed = {"day": "31", "month": "2", "year": "2026"}
    wrong = await referrals.http.get(f"/referrals{path}", params=typed, headers=headers)
    assert (wrong.status_code, "Enter a day that there is" in wrong.text) == (422, True)


PAGES = ("victims", "support")
HERS, CASE_SIDE = ("police", "1"), ("haven", "C-9")
VICTIM = [named("victim", "1")]
ROUTED = {"routing": {"area": "north"}}
REFERRAL = {"people": [named("victim", "1"), named("perpetrator", "2")], **ROUTED}
THIN = {"people": VICTIM, "actions": [{"what": "As above"}], **ROUTED}
LEAD = {"service": "Haven", "since": "2026-01-01T09:00:00Z"}
WORKER = {"name": "Lin Osei", "telephone": "01632 960123", "email": "lin@haven.example"}


class Story:
    """What is owed to a victim as it goes on: what was taken, and what was shown at each step."""

    def __init__(self, referrals: Referrals) -> None:
        self.referrals = referrals
        self.taken: dict[str, httpx.Response] = {}
        self.seen: list[tuple[str, datetime, dict[str, Any]]] = []

    async def begin(self) -> None:
        """Somebody is referred: from then on there is a page."""
        await nothing_from_others(self.referrals.runtime.log, "referrals")
        await self.referrals.configure(*AGENCIES)
        await self.say("marac-referrals", REFERRAL)
        await self.say("safety-plans", THIN)
        await self.look("begins")

    async def say(self, path: str, content: dict[str, Any], who: str = "police") -> None:
        self.taken[path] = await self.referrals.post(who, path, content)
        assert self.taken[path].status_code == 201, self.taken[path].text

    async def look(self, step: str) -> None:
        page = f"/v1/victims/{mention(*HERS)}"
        then, shown = await look(self.referrals, page, lambda shown: "owed" in shown)
        self.seen.append((step, then, shown))


async def corrected(story: Story) -> None:
    answer = await story.referrals.correct("police", story.taken["safety-plans"], PLAN)
    assert answer.status_code == 200, answer.text


async def taken_back(story: Story) -> None:
    await story.say("safety-plans", PLAN)
    await story.look("another plan")
    assert (await story.referrals.withdraw("police", story.taken["safety-plans"])).is_success


async def reviewed(story: Story) -> None:
    plan = story.taken["safety-plans"].json()["root"]
    said = {"people": VICTIM, "plan": plan, "result": "stands", "review_on": "2189-01-01"}
    await story.say("safety-plan-reviews", said | {"narrative": {"text": "The alarm works."}})


async def grave(story: Story) -> None:
    """A review of the risk is owed, until somebody assesses it."""
    people = [*VICTIM, named("suspect", "2")]
    await story.say("incidents", {"kind": "non-fatal-strangulation", "people": people, **ROUTED})
    await story.look("grave")
    graded = {"instrument": "dara", "instrument_version": "2022", "grade": "medium"}
    await story.say("risk-assessments", graded | {"people": people, **ROUTED})


async def agreed(story: Story) -> None:
    """How often the victim is told: late, as hours pass."""
    await story.say("victim-contracts", {"people": VICTIM, "every_days": 1, "by": "idva"})


async def told(story: Story) -> None:
    said = {"people": VICTIM, "of": ["arrest", "routine"], "result": "told", "by": "idva"}
    await story.say("victim-updates", said)


async def reached(story: Story) -> None:
    contact = {"method": "text", "number": NUMBER, "no_uniform": True}
    await story.say("safe-contacts", {"people": [named("victim", "1") | {"contact": contact}]})
    await story.look("reached")
    await story.say("failed-contacts", {"people": VICTIM, "method": "letter", "failure": "returned"})


async def led(story: Story) -> None:
    await story.say("leads", {"people": VICTIM, **LEAD, "worker": WORKER})
    await story.look("led")
    assert (await story.referrals.withdraw("police", story.taken["leads"])).is_success


async def flagged(story: Story) -> None:
    said = {"people": [named("victim", "1", sensitive=True)], "service": "Clinic"}
    await story.say("health-contacts", said)


async def moved(story: Story) -> None:
    """Two records are one person, and then are not."""
    await one(story)
    await story.look("one")
    await apart(story)


async def one(story: Story, away: Mapping[str, object] = ROUTED) -> None:
    theirs = {**THIN, "people": [named("victim", "C-9")], **away}
    story.taken["theirs"] = await story.referrals.post("haven", "safety-plans", theirs)
    assert story.taken["theirs"].status_code == 201
    decided = {"mentions": [mention(*HERS), mention(*CASE_SIDE)], "reason": "Met both."}
    await story.say("identity-decisions", decided | {"answer": "same"}, who="operator")
    await story.referrals.until_one(HERS, CASE_SIDE)


async def apart(story: Story) -> None:
    assert (await story.referrals.withdraw("operator", story.taken["identity-decisions"])).is_success
    await story.referrals.until_apart(HERS, CASE_SIDE)


STEPS: tuple[Callable[[Story], Awaitable[None]], ...] = (
    *(corrected, reviewed, grave, agreed, told, reached, led, flagged, moved),
)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("referrals", STORES, indirect=True)
async def test_what_is_owed_as_it_was_known_is_what_was_shown_whatever_came_since(
    referrals: Referrals, seed: int
) -> None:
    before, story = referrals.runtime.clock.now(), Story(referrals)
    await story.begin()
    for goes_on in Random(seed).sample(STEPS, len(STEPS)):
        await goes_on(story)
        await story.look(goes_on.__name__)
    await taken_back(story)
    await story.look("taken back")
    assert len({str(shown) for _, _, shown in story.seen}) > 10, "the story changes the page"
    page = f"/v1/victims/{mention(*HERS)}"
    for when, then, shown in story.seen:
        known = await get(referrals, "idva", address(page, then))
        body = known.json()
        assert (datetime.fromisoformat(body["known_at"]), body.pop("way")) == (then, None)
        assert {name: value for name, value in body.items() if name not in OF_THE_MOMENT} == shown, when
        for way in (NUMBER, WORKER["telephone"], WORKER["email"]):
            assert way not in known.text
    assert (await get(referrals, "idva", address(page, before))).status_code == 404
    to_come = referrals.runtime.clock.now() + timedelta(days=1)
    assert (await get(referrals, "idva", address(page, to_come))).json()["code"] == "not-yet-known"


@pytest.mark.parametrize("referrals", STORES, indirect=True)
async def test_whom_a_caller_may_not_see_today_is_not_shown_as_they_were_known(referrals: Referrals) -> None:
    story = Story(referrals)
    await story.begin()
    page = f"/v1/victims/{mention(*HERS)}"
    alone = story.seen[0][1]
    theirs = {"people": [named("victim", "C-9"), named("perpetrator", "C-8")], **ROUTED}
    case = (await referrals.post("haven", "marac-referrals", theirs)).json()["root"]
    await one(story)
    await story.look("one")
    together = story.seen[-1][1]

    async def answers(who: str = "idva") -> list[int]:
        return [(await get(referrals, who, address(page, at))).status_code for at in (alone, together)]

    assert await answers() == [200, 200]
    assert await answers("idva-south") == [404, 404]
    await apart(story)
    assert await answers() == [200, 200]
    to = [{"person": CALLERS["chair"].id, "name": "Somebody inside"}]
    restricted = {"case": case, "to": to, "reason": {"text": "A cousin works here."}}
    await referrals.configure(CaseRestricted.model_validate(restricted))
    assert (await get(referrals, "idva", page)).status_code == 200
    assert await answers() == [200, 404], "a record that was hers then is in a case that is restricted since"


@pytest.mark.parametrize("referrals", STORES, indirect=True)
async def test_who_was_held_as_one_by_mistake_is_not_shown_as_known_then_to_who_may_not_see_both(
    referrals: Referrals,
) -> None:
    """The police have told of one alone: the other, whom the IDVA service told of, chose not to tell them."""
    story = Story(referrals)
    await story.begin()
    alone = story.seen[0][1]
    await one(story)
    await story.look("one")
    together = story.seen[-1][1]
    await apart(story)
    theirs, other = mention(*HERS), mention(*CASE_SIDE)

    async def answers(who: str, page: str) -> list[int]:
        asked = [page, address(page, alone), address(page, together)]
        return [(await get(referrals, who, each)).status_code for each in asked]

    assert await answers("idva", f"/v1/victims/{theirs}") == [200, 200, 200]
    assert await answers("police-idva", f"/v1/victims/{theirs}") == [200, 200, 404]
    assert await answers("police-idva", f"/v1/victims/{other}") == [404, 404, 404]
    page = f"/v1/support/{theirs}"

    async def known_who(who: str, at: datetime) -> tuple[bool, bool]:
        shown = (await get(referrals, who, address(page, at))).json()
        return shown["who_known"], shown["way_then"] is not None

    assert [await known_who("idva", at) for at in (alone, together)] == [(True, True)] * 2
    assert [await known_who("police-idva", at) for at in (alone, together)] == [(True, True), (False, False)]
    assert (await referrals.withdraw("haven", story.taken["theirs"])).is_success

    async def gone() -> bool:
        return (await get(referrals, "idva", f"/v1/victims/{other}")).status_code == 404

    await until(gone)
    assert await answers("idva", f"/v1/victims/{theirs}") == [200, 200, 200]
    assert await answers("police-idva", f"/v1/victims/{theirs}") == [200, 200, 404], "nothing stands of her"
    assert [await known_who("police-idva", at) for at in (alone, together)] == [(True, True), (False, False)]


@pytest.mark.parametrize("referrals", STORES, indirect=True)
@pytest.mark.parametrize("kept", ["nothing", "restricted", "elsewhere", "unknown"])
async def test_of_whom_nothing_stands_today_is_asked_what_was_known_then(
    referrals: Referrals, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other was held as one with her by mistake; all that was told of the other was withdrawn since."""
    story, away = Story(referrals), {"routing": {"area": "south"}} if kept == "elsewhere" else ROUTED
    await story.begin()
    await assessed(referrals)
    alone = story.seen[0][1]
    people = [named("victim", "C-9"), named("perpetrator", "C-8")]
    case = await referrals.post("haven", "marac-referrals", {"people": people, **away})
    await one(story, away)
    await story.look("one")
    together = story.seen[-1][1]
    await apart(story)
    if kept == "restricted":
        to = [{"person": CALLERS["chair"].id, "name": "Somebody inside"}]
        said = {"case": case.json()["root"], "to": to, "reason": {"text": "A cousin works here."}}
        await referrals.configure(CaseRestricted.model_validate(said))
    for taken in (case, story.taken["theirs"]):
        assert (await referrals.withdraw("haven", taken)).is_success

    async def gone() -> bool:
        asked = [f"/v1/victims/{mention(*CASE_SIDE)}", *(f"/v1/{p}/{mention(*HERS)}" for p in PAGES)]
        return [(await get(referrals, "idva", each)).status_code for each in asked] == [404, 200, 200]

    await until(gone, what="nothing stands of the other, and each row is of its own person")
    await until(lambda: settled(referrals.runtime))
    if kept == "unknown":
        of_today = about.rows_of

        async def rows_of(archive: Archive, of: str) -> list[MentionRow]:
            rows = await of_today(archive, of)
            never_seen = [each.model_copy(update={"mention": mention("haven", "never")}) for each in rows[:1]]
            return rows + (never_seen if archive is not referrals.runtime else [])

        monkeypatch.setattr(about, "rows_of", rows_of)

    async def answers(page: str, at: datetime) -> int:
        return (await get(referrals, "idva", address(f"/v1/{page}/{mention(*HERS)}", at))).status_code

    there = 200 if kept == "nothing" else 404
    assert [await answers(page, together) for page in PAGES] == [there, there]
    if kept != "unknown":
        assert [await answers(page, alone) for page in PAGES] == [200, 200]


@pytest.mark.parametrize("referrals", STORES, indirect=True)
@pytest.mark.parametrize("page", ["support", "victims"])
async def test_what_comes_while_a_page_is_read_is_not_said_to_be_on_it(
    referrals: Referrals, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is the page of a later time than that by which it was judged."""
    story, runtime = Story(referrals), referrals.runtime
    await story.begin()
    await story.look("begins")
    read, begun = runtime.row, list[datetime]()

    async def row(view: View, subject: str) -> Row | None:
        found = await read(view, subject)
        if not begun:
            begun.append(runtime.clock.now())
            await story.say("safety-plans", PLAN)
            await runtime.set_clock(begun[0] + timedelta(hours=2))

            async def passed() -> bool:
                fresh = await runtime.fresh_until()
                return fresh is not None and fresh > begun[0] + timedelta(hours=1)

            await until(passed)
        return found

    monkeypatch.setattr(runtime, "row", row)
    shown = (await get(referrals, "idva", f"/v1/{page}/{mention(*HERS)}")).json()
    for said in ("at", "fresh_until"):
        assert datetime.fromisoformat(shown[said]) <= begun[0], said


async def test_of_then_each_row_is_folded_once(referrals: Referrals, monkeypatch: pytest.MonkeyPatch) -> None:
    story, folded = Story(referrals), list[tuple[str, str]]()
    await story.begin()
    fold = folding._folded

    def counted(view: View, subject: Subject) -> Row | None:
        folded.append((view.name, subject.id))
        return fold(view, subject)

    monkeypatch.setattr(folding, "_folded", counted)
    page = f"/v1/victims/{mention(*HERS)}"
    assert (await get(referrals, "idva", address(page, story.seen[0][1]))).status_code == 200
    assert len(folded) == len(set(folded)) > 2


async def test_of_which_case_is_told_goes_along_to_the_page_of_then_and_back(referrals: Referrals) -> None:
    story, case = Story(referrals), "0197fe00-0000-7000-8000-000000000001"
    await story.begin()
    path, headers = f"/referrals/victims/{mention(*HERS)}", {"Authorization": "Bearer idva"}
    hidden = f'<input type="hidden" name="case" value="{case}">'
    now = (await referrals.http.get(path, params={"case": case}, headers=headers)).text
    assert hidden in now[now.index('class="gt-known"') :]
    day = story.seen[0][1]
    typed = {"case": case, "day": str(day.day), "month": str(day.month), "year": str(day.year)}
    off = await referrals.http.get(path, params=typed, headers=headers)
    assert (off.status_code, off.headers["location"][: len(path) + 50].split("&")[0]) == (
        303,
        f"{path}?case={case}",
    )
    then = await referrals.http.get(off.headers["location"], headers=headers)
    assert then.status_code == 200
    bar, form = then.text.split('class="gt-known"')
    assert f'href="{path}?case={case}"' in bar
    assert hidden in form


async def test_the_page_of_what_was_owed_then_has_no_form_and_no_way_to_reach_anybody(
    referrals: Referrals,
) -> None:
    story = Story(referrals)
    await story.begin()
    await story.say("leads", {"people": VICTIM, **LEAD, "worker": WORKER})
    contact = {"method": "text", "number": NUMBER, "no_uniform": True}
    await story.say("safe-contacts", {"people": [named("victim", "1") | {"contact": contact}]})
    await story.look("reached")
    path, headers = f"/victims/{mention(*HERS)}", {"Authorization": "Bearer idva", "Accept": "text/html"}
    now = (await referrals.http.get(f"/referrals{path}", headers=headers)).text
    given = await referrals.http.get(f"/referrals{address(path, story.seen[-1][1])}", headers=headers)
    assert given.status_code == 200
    for way in (NUMBER, WORKER["telephone"], f'{path}/told"', f"{path}/contact", f"{path}/lead"):
        assert (way in now, way in given.text) == (True, False), way
    for said in ("AS IT WAS KNOWN", "DO NOT MAKE CONTACT BY ANYTHING ON THIS PAGE", WORKER["name"]):
        assert said in given.text
    assert "No way to reach them was given" not in given.text
    typed = {"day": "31", "month": "2", "year": "2026"}
    wrong = await referrals.http.get(f"/referrals{path}", params=typed, headers=headers)
    assert (wrong.status_code, "Enter a day that there is" in wrong.text) == (422, True)
    bad = await get(referrals, "idva", f"/v1{path}?at=yesterday")
    assert (bad.status_code, bad.json()["faults"][0]["where"]) == (422, "query.at")

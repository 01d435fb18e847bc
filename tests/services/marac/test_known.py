"""As it was known: the page of then is the page that was shown then, whatever has come since."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from chassis.accept import own_header
from chassis.alert_path import AlertPath
from chassis.facts import Fact
from chassis.ledger import digest
from chassis.then import Then
from chassis.views import View
from contracts.content import Content
from contracts.events.alerts import AlertAcknowledged
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.configuration import AgencyDefined, AreaDefined, ThresholdSet
from contracts.events.identity import IdentityAssigned
from contracts.events.operations import AuditShown
from contracts.rules.alert_path import PathState
from contracts.sections import Narrative
from contracts.vocabulary import AgencyKind, AlertRule, AreaKind, Threshold
from services.marac import queries
from services.marac.conference.held import Held
from services.marac.conference.opposed import pairs_of
from services.marac.conference.views import CASE
from services.marac.rules import months
from tests.services.marac import caseload
from tests.services.marac.caseload import ann, ben
from tests.services.marac.conftest import Marac, Prepared, bare, caller, complete, prepared
from tests.support.facts import IDS, area, mention_of
from tests.support.waiting import settled, until

OF_THE_MOMENT = ("at", "known_at", "fresh_until", "waiting")
"""When it was made and what it held of; who waits is given of now alone."""


def shown_of(answer: Any) -> dict[str, Any]:
    """What was shown, but for what is of the moment."""
    body: dict[str, Any] = answer.json()
    return {name: value for name, value in body.items() if name not in OF_THE_MOMENT}


@dataclass
class Story:
    """A case as it goes on, and what was shown of it at each step."""

    marac: Marac
    made: Prepared
    seen: list[tuple[str, datetime, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    async def say(self, agency: str, content: Content) -> str:
        return await self.marac.say(agency, content)

    async def revise(self, agency: str, root: str, content: Content | None) -> None:
        """The next version of a fact; None: it is withdrawn."""
        runtime = self.marac.runtime
        version = (await runtime.fact(root)).versions(root)[-1].version
        header = own_header(runtime.clock.now()) if content else None
        said = bare(content) if content else None
        who = caller(agency, agency, "reporter")
        who = caller("coordinator", "police", "marac-coordinator", "north") if agency == "police" else who
        await runtime.revise(root, version, header, said, caller=who, right="test")

    async def look(self, step: str) -> None:
        """Wait until all is folded, keep what the chair is shown, and let hours pass."""
        runtime, made = self.marac.runtime, self.made
        await until(lambda: settled(self.marac.runtime))
        then = runtime.clock.now()
        case = shown_of(await self.marac.get("chair", f"cases/{made.case}"))
        agenda = shown_of(await self.marac.get("chair", f"meetings/{made.meeting}/agenda"))
        self.seen.append((step, then, case, agenda))
        await runtime.set_clock(runtime.clock.now() + timedelta(hours=7))
        await until(lambda: self.marac.passed(then))


async def corrected(story: Story) -> None:
    said = caseload.incident(narrative=Narrative(text="Window broken.")).said
    await story.revise("police", story.made.incident, said)


async def taken_back(story: Story) -> None:
    await story.revise("police", story.made.incident, None)


async def answered(story: Story) -> None:
    who = IDS.staff("issuer", "on-call")
    said = AlertAcknowledged(rule=AlertRule.BREACH, cause=story.made.breach, generation=1, person=who)
    await story.say("police", said)


async def another_threshold(story: Story) -> None:
    said = ThresholdSet(area="north", threshold=Threshold.DASH_VISIBLE_HIGH_RISK, value=12)
    admin = caller("admin", "council", "area-admin", "castleshire")
    now = own_header(story.marac.runtime.clock.now())
    await story.marac.runtime.take(now, said, caller=admin, right="test")


async def another_agency(story: Story) -> None:
    await story.say("council", AgencyDefined(agency="haven", name="Haven", kind=AgencyKind.IDVA_SERVICE))
    await story.say("council", AgencyDefined(agency="police", name="Shire Police", kind=AgencyKind.POLICE))


async def another_area(story: Story) -> None:
    said = AreaDefined(area="north", name="North Bank", kind=AreaKind.DISTRICT, within="castleshire")
    await story.say("council", said)


async def moved(story: Story) -> None:
    """What the council says of Ann was of somebody else."""
    mention = mention_of("council", "ann")
    move = {"mention": mention, "from": caseload.person("ann"), "to": IDS.person(mention)}
    await story.say("goldthread", IdentityAssigned.model_validate({"seq": 2, "moves": [move]}))


async def rerouted(story: Story) -> None:
    said = caseload.referral(people=[ann(), ben()], routing=area("north-hill")).said
    await story.say(
        "council", AreaDefined(area="north-hill", name="Hill", kind=AreaKind.DISTRICT, within="north")
    )
    await story.revise("haven", story.made.case, said)


async def another_meeting(story: Story) -> None:
    coordinator = caller("coordinator", "police", "marac-coordinator", "north")
    runtime = story.marac.runtime
    now, starts = own_header(runtime.clock.now()), runtime.clock.now() + timedelta(days=40)
    called = MeetingCalled(area="north", starts=starts, venue="Room 5")
    meeting = (await runtime.take(now, called, caller=coordinator, right="test")).root
    listed = CaseListed(case=story.made.case, meeting=meeting)
    await runtime.take(now, listed, caller=coordinator, right="test")
    await story.look("listed at another")
    await story.revise("police", meeting, None)


async def put_off(story: Story) -> None:
    starts = story.marac.runtime.clock.now() + timedelta(days=20)
    await story.revise(
        "police", story.made.meeting, MeetingCalled(area="north", starts=starts, venue="Room 4")
    )


STEPS: tuple[Callable[[Story], Awaitable[None]], ...] = (
    corrected,
    taken_back,
    answered,
    another_threshold,
    another_agency,
    another_area,
    moved,
    rerouted,
    another_meeting,
    put_off,
)


@pytest.mark.parametrize("seed", range(2))
async def test_the_page_as_it_was_known_is_the_page_that_was_shown(marac: Marac, seed: int) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    story = Story(marac, made)
    await story.look("at first")
    for step in Random(seed).sample(STEPS, len(STEPS)):
        await step(story)
        await story.look(step.__name__)
    assert len({str(case) for _, _, case, _ in story.seen}) > 6, "the story changes the page"
    assert len({str(agenda) for _, _, _, agenda in story.seen}) > 2
    for step, then, case, agenda in story.seen:
        for path, shown in ((f"cases/{made.case}", case), (f"meetings/{made.meeting}/agenda", agenda)):
            known = await marac.get("chair", path, at=then)
            assert known.json()["known_at"] is not None
            assert shown_of(known) == shown, f"{path} after {step}"


async def test_the_audit_tells_what_a_page_and_an_agenda_really_showed(marac: Marac) -> None:
    """By its hash: of the page as it was known at the time of the look, whatever has come since."""
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    await until(lambda: settled(marac.runtime))
    story = Story(marac, made)
    await marac.get("chair", f"cases/{made.case}")
    await marac.get("chair", f"meetings/{made.meeting}/agenda")
    then = marac.runtime.clock.now()
    looks = {fact.said.view: fact.said for fact in await looked(marac, then)}
    for step in (corrected, another_agency, put_off):
        await step(story)
    await marac.runtime.set_clock(then + timedelta(hours=7))
    await until(lambda: marac.passed(then))
    chair = caller("chair", "police", "marac-chair", "north")
    page, facts, _ = await queries.read_case(marac.runtime, chair, made.case, then)
    of_now = page.model_copy(update={"known_at": None})
    assert looks[CASE.name].content == digest(of_now.seen)
    assert set(looks[CASE.name].facts) == facts
    agenda, _, _ = await queries.read_agenda(marac.runtime, chair, made.meeting, then)
    assert digest(agenda.model_copy(update={"known_at": None, "waiting": []}).seen) == looks["agenda"].content
    now, _, _ = await queries.read_case(marac.runtime, chair, made.case)
    assert digest(now.seen) != looks[CASE.name].content, "what came since is on the page of now"


async def looked(marac: Marac, until_: datetime) -> list[Fact[AuditShown]]:
    """Every look that the audit has by then, the newest last."""
    found = (await marac.runtime.configuration(AuditShown, at=until_)).current(AuditShown)
    return sorted(found, key=lambda fact: fact.accepted)


async def a_month_later(marac: Marac) -> datetime:
    """When a month began, just now."""
    start = months.begun(months.begun(marac.runtime.clock.now()) + timedelta(days=40))
    await marac.runtime.set_clock(start)
    await until(lambda: marac.passed(start))
    await until(lambda: settled(marac.runtime))
    return start


async def test_of_the_cohort_the_page_of_then_is_that_with_which_the_month_began(marac: Marac) -> None:
    story = Story(marac, await prepared(marac))
    await until(lambda: complete(marac, story.made))
    before = marac.runtime.clock.now()
    person = caseload.person("ben")
    page, seen = f"cohort/{person}", []
    for step in (another_agency, taken_back, corrected):
        start = await a_month_later(marac)
        seen.append((start, shown_of(await marac.get("matac", page))))
        await step(story)
    await a_month_later(marac)
    assert len({str(shown) for _, shown in seen}) == 3, "the story changes the page"
    for start, shown in seen:
        for at in (start, start + timedelta(days=20, hours=5)):
            known = await marac.get("matac", page, at=at)
            assert datetime.fromisoformat(known.json()["known_at"]) == start, "a day would tell of a victim"
            assert shown_of(known) == shown
    assert (await marac.get("matac", page, at=before)).status_code == 404, "nothing was known of them"
    assert (await marac.get("chair", page, at=seen[0][0])).status_code == 404
    to_come = marac.runtime.clock.now() + timedelta(days=40)
    assert (await marac.get("matac", page, at=to_come)).json()["code"] == "not-yet-known"


async def test_whom_a_case_is_about_is_not_told_of_then_by_the_rows_of_now(marac: Marac) -> None:
    made = await prepared(marac)
    assert set(await pairs_of(marac.runtime, [made.case])) == {made.case}
    with pytest.raises(TypeError):
        await pairs_of(Then(marac.runtime, marac.runtime.clock.now()), [made.case])


async def test_rights_are_asked_of_one_look_at_now(marac: Marac) -> None:
    now = Held(marac.runtime)
    then = Held(marac.runtime, marac.runtime.clock.now())
    assert now.now is now
    assert then.now is then.now
    assert then.now == now


async def test_who_waits_is_not_given_of_an_earlier_day(marac: Marac) -> None:
    made = await prepared(marac)
    then = marac.runtime.clock.now()
    await marac.runtime.set_clock(then + timedelta(hours=1))
    await until(lambda: marac.passed(then))
    path = f"meetings/{made.meeting}/agenda"
    assert (await marac.get("chair", path)).json()["waiting"] == []
    assert (await marac.get("chair", path, at=then)).json()["waiting"] is None
    assert (await marac.get("chair", path, at=then + timedelta(days=9))).status_code == 409
    assert (await marac.get("chair", path, at=then - timedelta(days=400))).status_code == 404
    assert (await marac.get("chair-elsewhere", path, at=then)).status_code == 404


async def test_what_cannot_be_folded_is_refused_and_not_shown_by_halves(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    then = marac.runtime.clock.now()
    await marac.runtime.set_clock(then + timedelta(hours=1))
    await until(lambda: marac.passed(then))

    def raises(_: object) -> None:
        raise ValueError("a name that nobody may see")

    monkeypatch.setattr(View, "fold", property(lambda view: raises if view.name == CASE.name else None))
    for path in (f"cases/{made.case}", f"meetings/{made.meeting}/agenda"):
        refused = await marac.get("chair", path, at=then)
        assert (refused.status_code, refused.json()["code"]) == (409, "known-broken")
        assert "name" not in refused.text


async def test_todays_broken_row_says_nothing_of_then(marac: Marac, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    then = marac.runtime.clock.now()
    await marac.runtime.set_clock(then + timedelta(hours=1))
    await until(lambda: marac.passed(then))

    async def last_good(_: object) -> datetime:
        return then

    monkeypatch.setattr(marac.runtime, "last_good", last_good)
    page = f"cases/{made.case}"
    assert (await marac.get("chair", page)).json()["broken_since"] is not None
    assert (await marac.get("chair", page, at=then)).json()["broken_since"] is None


async def test_the_agenda_says_which_line_is_of_a_last_good_row(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    path = f"meetings/{made.meeting}/agenda"
    (line,) = (await marac.get("chair", path)).json()["cases"]
    assert line["broken"] is False
    breaks = text("update subject set broken_since = 1 where id = :id")
    async with marac.runtime.store.writing() as connection:
        await connection.execute(breaks, {"id": f"p:{caseload.person('ann')}"})
    (line,) = (await marac.get("chair", path)).json()["cases"]
    assert line["broken"] is True
    headers = {"Authorization": "Bearer chair", "Accept": "text/html"}
    page = await marac.http.get(f"/marac/meetings/{made.meeting}", headers=headers)
    assert "COULD NOT BE MADE ANEW: newer facts are missing." in page.text


async def test_of_a_perpetrator_it_is_told_that_the_page_is_broken_and_never_since_when(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    since = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)

    async def broken(*_: str) -> datetime:
        return since

    monkeypatch.setattr(marac.runtime, "broken", broken)
    # Of several bars the loudest is shown, and here is nobody who tries the way of alerts.
    monkeypatch.setattr(AlertPath, "state", PathState.SOUND)
    him = (await marac.get("matac", "cohort")).json()["people"][0]["person"]
    page = await marac.get("matac", f"cohort/{him}")
    assert page.json()["broken"] is True
    headers = {"Authorization": "Bearer matac", "Accept": "text/html"}
    html = await marac.http.get(f"/marac/cohort/{him}", headers=headers)
    assert "COULD NOT BE MADE ANEW" in html.text
    for answer in (page, html):
        assert "2001" not in answer.text

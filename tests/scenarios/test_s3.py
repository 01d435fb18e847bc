"""S3, who is who in it: a pregnant girl of 16 and her new partner, a serial offender, known to five agencies
under records that share no number. What leaves no doubt is linked; what does is asked, decided on a page,
seen within a second in every service, and taken back; who had seen the mixture is told. The safety plan that
says *as above* is taken and refused with its reasons, until an adequate one stands. She is a child and goes
to children's services too; his MAPPA level is before the MATAC; and once it is known who she is, the
breach is told by her grade. On both deployments."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.promptly import a_second
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.prompt]
DAY = NOW - timedelta(days=9)
BORN = f"{NOW.year - 16}-04-03"
SWAPPED = f"{NOW.year - 16}-03-04"
GIRL = {"family": "Mott-Hale", "given": "Keira"}
PARTNER = {"family": "Pike", "given": "Darren"}
CALLED = {"family": "Pike", "given": "Daz"}
ROUTING = {"routing": {"area": "northmere-north"}}


def girl(system: str, number: str, born: str = BORN, role: str = "victim", **more: Any) -> dict[str, Any]:
    return caseload.person(role, system, number, GIRL, born=[born], sex="female", **more)


def partner(role: str, system: str, number: str, name: Mapping[str, str], **more: Any) -> dict[str, Any]:
    return caseload.person(role, system, number, dict(name), born=["1996-07-19"], sex="male", **more)


async def tell(goldthread: Goldthread) -> dict[str, str]:
    """What each agency posts; give each fact's root by who said it."""
    expecting = girl("pas", "H-31", health={"pregnant": True})
    at_home = [girl("liquidlogic", "L-31", role="child"), partner("other", "liquidlogic", "L-32", PARTNER)]
    both = [girl("harbour-cms", "C-31"), partner("perpetrator", "harbour-cms", "C-32", PARTNER)]
    other = caseload.person(
        "victim", "niche", "N-39", {"family": "Vane", "given": "Iris"}, born=["1999-01-08"]
    )
    theirs = [girl("niche", "N-31", SWAPPED), partner("suspect", "niche", "N-32", CALLED)]
    before = [other, partner("suspect", "niche", "N-30", PARTNER, pnc_id="2014/0123456D")]
    assault = {"kind": "assault-with-injury", "crime": True, "status": "charged"}
    managed = {"instrument": "other", "instrument_version": "1", "mappa": "level-2", "people": before[1:]}
    posts: dict[str, tuple[str, str, dict[str, Any]]] = {
        "midwife": ("northmere-hospital", "health-contacts", {"people": [expecting], "service": "Midwives"}),
        "council": ("northmere-council", "households", {"people": at_home}),
        "idva": ("harbour-idva", "marac-referrals", {"people": both, "dash": caseload.dash(), **ROUTING}),
        "police": ("northmere-police", "incidents", {"people": theirs, **assault, **ROUTING}),
        "before": ("northmere-police", "incidents", {"people": before, **assault, **ROUTING}),
        "mappa": ("northmere-police", "risk-assessments", managed),
    }
    return {
        name: (await goldthread.post(agency, f"/referrals/v1/{path}", caseload.submission(content, DAY)))[
            "root"
        ]
        for name, (agency, path, content) in posts.items()
    }


async def said_of(reader: httpx.AsyncClient, case: str) -> dict[str, set[str]]:
    """Which agencies' lines her case shows, of her and of him."""
    answer = await reader.get(f"/marac/v1/cases/{case}")
    if answer.status_code != 200:
        return {}
    shown = answer.json()
    found = {"victim": {line["agency"] for line in shown["victim"]["lines"]}}
    him = [line["agency"] for each in shown["perpetrators"] for line in each["lines"]]
    return found | {"perpetrators": set(him)}


async def decide(client: httpx.AsyncClient, path: str, **form: str) -> httpx.Response:
    """What somebody does on a page: its own hidden fields, and what they chose."""
    page = (await client.get(path.removesuffix("/undo"))).text
    hidden = dict(re.findall(r'name="(once|seen|root|version)" value="([^"]*)"', page))
    return await client.post(path, data=hidden | form)


def no(view: Callable[[], Awaitable[bool | None]]) -> Callable[[], Awaitable[bool]]:
    async def negated() -> bool:
        return await view() is False

    return negated


async def test_s3(goldthread: Goldthread) -> None:
    await goldthread.set_clock(NOW)
    async with Webhook() as webhook:
        await scene.configure(goldthread, scene.Place(), webhook.url)
        roots = await tell(goldthread)
        chair, coordinator = [await goldthread.person(name) for name in ("rowan-ellis", "priya-nair")]

        async def no_doubt() -> bool:
            said = (await said_of(chair, roots["idva"])).get("victim", set())
            return said == {"harbour-idva", "northmere-hospital", "northmere-council"}

        await until(no_doubt, "what leaves no doubt is in her case, without a number that any two share")
        await she_is_a_child_too(chair, roots["idva"])
        her = await mention(goldthread, "harbour-idva", roots["idva"])
        at_police = await mention(goldthread, "northmere-police", roots["police"])
        await the_police_record_is_asked_about(goldthread, roots, her, at_police)
        await the_plan_is_refused_with_its_reasons(goldthread, roots, her)
        await she_and_he_are_never_one(goldthread, coordinator, roots)
        assert "Nothing waits for you" not in (await coordinator.get("/referrals/")).text
        await every_view_follows_a_link(goldthread, roots, her, at_police)


async def she_is_a_child_too(reader: httpx.AsyncClient, case: str) -> None:
    """At 16 both forums are hers, the form is the one for young people, and a birth is expected."""
    home = (await reader.get(f"/marac/v1/cases/{case}")).json()["household"]
    (hers,) = [each for each in home["ages"] if each["role"] == "victim"]
    assert (hers["age"], hers["form"], hers["forum"]) == (16, "young-person", "marac-and-children")
    assert home["pregnant"]["agency"] == "northmere-hospital"


async def mention(goldthread: Goldthread, system: str, root: str, place: int = 0) -> str:
    return await goldthread.mention(system, f"/referrals/v1/facts/{root}", place)


async def the_police_record_is_asked_about(
    goldthread: Goldthread, roots: Mapping[str, str], her: str, at_police: str
) -> None:
    """Day and month swapped: a person decides, every view follows, and it can be taken back."""
    chair, coordinator = [await goldthread.person(name) for name in ("rowan-ellis", "priya-nair")]

    async def asked() -> str | None:
        waits = (await coordinator.get("/referrals/v1/identity-questions")).json()["asked"]
        found = [each for each in waits if at_police in (each["one"], each["other"])]
        return f"/referrals/reviews/{found[0]['one']}/{found[0]['other']}" if found else None

    review = str(await until(asked, "the coordinator is asked"))
    page = (await coordinator.get(review)).text
    assert "Swapped" in page
    assert "Never a reason" in page
    assert (await (await goldthread.person("nell-archer")).get(review)).status_code == 404
    second = await a_second(goldthread, DAY)
    assert (await decide(coordinator, review, answer="same", reason="The midwife knows.")).status_code == 303

    async def in_her_case() -> bool:
        return "northmere-police" in (await said_of(chair, roots["idva"])).get("victim", set())

    async def apart_in_her_case() -> bool:
        return not await in_her_case()

    await until(in_her_case, "her case shows what the police have, and so has the chair seen it", second)
    assert "one person now" in (await coordinator.get(review)).text
    assert (await decide(coordinator, f"{review}/undo")).status_code == 303
    await until(apart_in_her_case, "her case shows it no more", second)

    async def seen() -> list[str]:
        waits = (await coordinator.get("/referrals/v1/identity-questions")).json()["undone"]
        return [each["cause"] for each in waits if each["due"]]

    (link,) = await until(seen, "somebody had seen the mixture: the clock runs")
    shown = (await coordinator.get(f"/referrals/v1/undone-links/{link}")).json()["shown"]
    assert [(each["agency"], each["roles"]) for each in shown] == [("northmere-police", ["marac-chair"])]
    done = await decide(coordinator, f"/referrals/links/{link}", reported="no", reason="The chair was told.")
    assert done.status_code == 303
    clocks = (await (await goldthread.person("helen-sato")).get("/notify/v1/clocks")).json()["clocks"]
    assert [each for each in clocks if each["rule"] == "mixture" and each["state"] == "late"] == []


def plan(people: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A safety plan, at its time."""
    return caseload.submission({"people": people, **ROUTING, **more}, NOW - timedelta(hours=3), NOW)


AS_ABOVE = {
    "actions": [
        {"what": "Initially after suspect was arrested and taken to station and officers liaised"},
        {"what": "As above"},
    ]
}
"""The entry on the crime report (HMICFRS 2021, lines 1397-1404)."""
BETTER = {
    "grade": "high",
    "headings": {
        "proportionality": "An alarm answers the threats to come at night",
        "legality": "Article 2; she asked for it, and her mother agrees",
        "accountability": "The adviser and the sergeant, each Monday",
        "necessity": "He has hurt others before, and nothing less has stopped him",
        "information": "Her own account, the Dash, the midwife",
    },
    "actions": [
        {"what": "Panic alarm at home", "grade": "high", "owner": "IDVA 7", "due": NOW.date().isoformat()}
    ],
    "owner": "IDVA 7",
    "review_on": (NOW + timedelta(days=14)).date().isoformat(),
    "children": "planned-for",
    "for_children": "The unborn child: the midwife plans the birth with the social worker",
    "contact": "The adviser, twice a week, by her safe way",
    "release": "She is told before it, and patrols pass for three nights",
    "court": "The alarm stays until an order is served",
}


async def the_plan_is_refused_with_its_reasons(
    goldthread: Goldthread, roots: Mapping[str, str], her: str
) -> None:
    """By the police, whose record of her is of nobody known, and by her adviser; then it is put right, and
    the adviser records on the page that it holds, and that nobody was reached."""
    path = "/referrals/v1/safety-plans"
    police = await goldthread.post(
        "northmere-police", path, plan([girl("niche", "N-31", SWAPPED)], **AS_ABOVE)
    )
    hers = await goldthread.post("harbour-idva", path, plan([girl("harbour-cms", "C-31")], **AS_ABOVE))
    for taken in (police, hers):
        assert taken["adequate"] is False
        faults = {(each["fault"], each["where"]) for each in taken["refused"]}
        assert faults >= {("says-nothing", "actions.1.what"), ("no-owner", "owner"), ("below-grade", "grade")}
        assert faults >= {("children-unanswered", "children"), ("no-review-date", "review_on")}
    of_release = {"fault": "release-not-planned", "where": "release"}
    assert of_release in police["refused"], "their own incident has a charge"
    chair, adviser = [await goldthread.person(name) for name in ("rowan-ellis", "carys-bevan")]

    async def gaps() -> set[str]:
        page = (await chair.get(f"/marac/v1/cases/{roots['idva']}")).json()
        return {gap["code"] for gap in page["missing"]}

    async def refused() -> bool:
        return "plan-inadequate" in await gaps()

    async def stands() -> bool:
        return not {"plan-inadequate", "plan-missing", "plan-review"} & await gaps()

    await until(refused, "the case's page has the plan as a gap")
    page = (await chair.get(f"/marac/cases/{roots['idva']}")).text
    assert "Not adequate" in page
    assert "Says nothing, or only points elsewhere" in page
    better = await goldthread.post("harbour-idva", path, plan([girl("harbour-cms", "C-31")], **BETTER))
    assert (better["adequate"], better["refused"]) == (True, [])
    await until(stands, "an adequate plan stands")
    form = {"plan": better["root"], "result": "stands", "review_on": BETTER["review_on"], "why": "It holds."}
    victim = f"/referrals/victims/{her}"
    once = re.findall(r'name="once" value="([^"]*)"', (await adviser.get(victim)).text)
    assert (await adviser.post(f"{victim}/reviews", data=form | {"once": once[0]})).status_code == 303
    told = {"of": "arrest", "result": "tried", "by": "idva", "reason": "No answer.", "once": once[1]}
    assert (await adviser.post(f"{victim}/told", data=told)).status_code == 303
    assert "It was found to stand" in (await adviser.get(victim)).text


async def she_and_he_are_never_one(
    goldthread: Goldthread, coordinator: httpx.AsyncClient, roots: Mapping[str, str]
) -> None:
    """Whatever anybody decides; and the agency's own merge brings his earlier victim to her case's page."""
    pair = [await mention(goldthread, "harbour-idva", roots["idva"], place) for place in (0, 1)]
    decided = caseload.submission({"mentions": pair, "answer": "same", "reason": "A slip."}, NOW, NOW)
    refused = await coordinator.post("/referrals/v1/identity-decisions", json=decided)
    assert (refused.status_code, refused.json()["faults"][0]["kind"]) == (422, "sides-of-one-fact")
    page = f"/referrals/reviews/{min(pair)}/{max(pair)}"
    assert "They can never be one person." in (await coordinator.get(page)).text
    records = [("niche", "N-32"), ("niche", "N-30")]
    merged = {"people": [caseload.person("other", *record, PARTNER) for record in records]}
    await goldthread.post(
        "northmere-police", "/referrals/v1/merged-records", caseload.submission(merged, DAY)
    )
    matac = await goldthread.person("tom-achterberg")

    async def one_with_two_victims() -> bool:
        people = (await matac.get("/marac/v1/cohort")).json()["people"]
        pikes = [each for each in people if (each["name"] or {}).get("family") == "Pike"]
        return len(pikes) == 1

    await until(one_with_two_victims, "his three records are one person in the cohort")
    people = (await matac.get("/marac/v1/cohort")).json()["people"]
    (him,) = [each for each in people if (each["name"] or {}).get("family") == "Pike"]
    shown = (await matac.get(f"/marac/v1/cohort/{him['person']}")).json()
    assert [each["letter"] for each in shown["victims"]] == ["A", "B", "C"], "her records are two still"
    assert [(each["level"], each["agency_kind"]) for each in shown["mappa"]] == [("level-2", "police")]
    assert "are apart now" in (await coordinator.get(page)).text


def two_lists(
    chair: httpx.AsyncClient, adviser: httpx.AsyncClient, case: str, her: str, at_police: str
) -> tuple[Callable[[], Awaitable[bool | None]], ...]:
    """Whether she is among the victims at most risk by what the police tell of her, and whether both her
    records lead to one support."""

    async def among_victims() -> bool:
        lines = (await chair.get("/marac/v1/victims")).json()["victims"]
        return any(each["case"] == case and each["offences"] >= 2 for each in lines)

    async def one_support() -> bool | None:
        answers = [await adviser.get(f"/referrals/v1/support/{each}") for each in (her, at_police)]
        if any(answer.status_code == 404 for answer in answers):
            return None  # whoever she is from now on has no row yet
        one, other = [answer.json()["owed"] for answer in answers]
        return bool(one == other)

    return among_victims, one_support


async def every_view_follows_a_link(
    goldthread: Goldthread, roots: Mapping[str, str], her: str, at_police: str
) -> None:
    """The police know a girl at standard risk, whom a breach was against; the adviser one at high risk. Once
    a person says that they are one, each service says so within a second: the case, what she is to be told,
    her support, the breach's grade, the alert about it, the victims at most risk, and the cohort. Once it is
    taken back, they are two again as soon; the alert that has called somebody now is taken down by nobody but
    a person."""
    names = ("rowan-ellis", "priya-nair", "carys-bevan", "helen-sato", "tom-achterberg")
    chair, coordinator, adviser, supervisor, matac = [await goldthread.person(name) for name in names]
    people = [girl("niche", "N-31", SWAPPED), partner("suspect", "niche", "N-32", CALLED)]
    dara = {"people": people, "instrument": "dara", "instrument_version": "2022", "grade": "standard"}
    path = "/referrals/v1/risk-assessments"
    await goldthread.post("northmere-police", path, caseload.submission(dara | ROUTING, DAY))
    await goldthread.settled()  # a breach of whose victim no grade is known is told now, and that stays
    broken = {"people": people, "kind": "contact", **ROUTING}
    said = caseload.submission(broken, NOW - timedelta(hours=2), NOW)
    breach = (await goldthread.post("northmere-police", "/orders/v1/breaches", said))["root"]

    async def grade() -> str:
        answer = await supervisor.get(f"/orders/v1/breaches/{breach}")
        return str(answer.json().get("grade"))

    async def urgency() -> str:
        answer = await supervisor.get(f"/notify/v1/alerts/{breach}")
        return str(answer.json().get("urgency"))

    async def apart() -> bool:
        return (await grade(), await urgency()) == ("standard", "day")

    async def in_the_case() -> bool:
        shown = (await chair.get(f"/marac/v1/cases/{roots['idva']}")).json()
        return breach in {each["cause"] for each in shown["alerts"]}

    async def to_be_told() -> bool | None:
        answer = await adviser.get(f"/referrals/v1/victims/{her}")
        if answer.status_code == 404:
            return None  # whoever she is from now on has no row yet: neither told nor not
        assert answer.status_code == 200, answer.text
        owed = answer.json()["owed"]
        return ("charge", roots["police"]) in {(each["kind"], each["root"]) for each in owed["updates"]}

    async def high() -> bool:
        return await grade() == "high"

    async def now() -> bool:
        return await urgency() == "now"

    async def two_victims() -> bool:
        everybody = (await matac.get("/marac/v1/cohort")).json()["people"]
        return [p["victims"] for p in everybody if (p["name"] or {}).get("family") == "Pike"] == [2]

    await until(apart, "the breach is told by the grade that the police know")
    among_victims, one_support = two_lists(chair, adviser, roots["idva"], her, at_police)
    assert not await in_the_case()
    assert not await to_be_told()
    assert not await among_victims()
    assert not await one_support()
    review = f"/referrals/reviews/{min(her, at_police)}/{max(her, at_police)}"
    second = await a_second(goldthread, DAY)
    assert (await decide(coordinator, review, answer="same", reason="The midwife knows.")).status_code == 303
    views = (in_the_case, to_be_told, high, now, two_victims, among_victims, one_support)
    await asyncio.gather(*(until(view, view.__name__, second) for view in views))

    assert (await decide(coordinator, f"{review}/undo")).status_code == 303
    views = (in_the_case, to_be_told, high, two_victims, among_victims, one_support)
    await asyncio.gather(*(until(no(view), f"no {view.__name__}", second) for view in views))
    assert await now(), "less urgent: it stays"

"""Every page and every REST answer of all services, opened by everybody who may, of one case of which every
word is a marker: what agencies said and what a MARAC did. What is not for somebody is in no answer of theirs;
nor is any of it in a feed beyond its purpose, in what many at once are answered, in a message or in a log. On
both deployments."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import httpx

from chassis.http.auth import OWN_FACTS, SAY_SEVERAL
from chassis.http.bulk import NDJSON
from deploy import wiring
from tests.scenarios import caseload, scene
from tests.scenarios.goldthread import DIRECTORY, SERVICES, Deployed, Goldthread
from tests.scenarios.leaks import CHAIR, HOUSING, IDVA, MESSAGES, NORTH, OFFICER, WORDS, conferred, placed
from tests.scenarios.test_access import NOBODY, roles_with, routes
from tests.scenarios.test_feeds import Partner, feed
from tests.scenarios.test_leaks import FACTS, LINES, Planted, posted, said
from tests.support.waiting import until

PLANTED = Planted(0xBEEFCAFE, FACTS)
COORDINATOR, MATAC = "priya-nair", "tom-achterberg"
READERS = {each["id"]: frozenset(each["roles"]) for each in DIRECTORY["people"] if each["roles"]}
HOME = (
    *("heraddress", "kidaddress", "town", "postcode", "school", "school_number", "uprn"),
    "general_practice",
)
"""Where somebody of the case is: the name of the practice they go to tells it too."""
REACHED = tuple(f"contact{each}" for each in LINES)
"""How the victim is reached."""
ANSWER = dict.fromkeys(("dev-malik", "joan-okafor", "helen-sato", "marcus-dunne"), frozenset({"orders"}))
"""The police who answer a breach in that area go there."""
HOME_TO: Mapping[str, frozenset[str]] = ANSWER | dict.fromkeys((IDVA, COORDINATOR), frozenset({"marac"}))
"""Who may be shown where somebody of the case is, and by which services; nobody else, and by no other."""
REACHED_TO: Mapping[str, frozenset[str]] = ANSWER | {
    IDVA: frozenset({"marac", "orders", "referrals"}),
    COORDINATOR: frozenset({"marac", "referrals"}),
    "hana-weld": frozenset({"orders", "referrals"}),
}
"""The same, of how the victim is reached. Of a breach it is told to each IDVA of its area; in referrals to
whoever places cases, and to the IDVAs of each agency that has told of the victim."""
FED: Mapping[str, tuple[str, ...]] = {
    "castlegate-housing": (*HOME, *REACHED),
    "northmere-police": (*HOME, *REACHED),
    "northmere-hospital": (*HOME, *REACHED),
    "harbour-idva": HOME,
}
"""Partners with a feed, and what of the case is in none of theirs. An IDVA service is told how its clients
are reached; where they are, once it is known that no record of theirs is flagged: nobody said so here."""
WITHHELD = "/withheld/"
"""The pages for support alone."""


class Shown(NamedTuple):
    """What one of them was answered at one place."""

    who: str
    template: str
    text: str

    def has(self, *fields: str) -> list[str]:
        """Those of these fields whose marker it has."""
        return [each for each in fields if PLANTED.told(each, self.text)]


async def test_what_is_not_for_somebody_is_in_no_answer_of_theirs(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    await goldthread.set_clock(scene.FOLDED)
    async with Partner() as partner:
        await placed(goldthread, partner.url, PLANTED.area, PLANTED.mark("areaname"))
        await told_to_partners(goldthread, partner)
        roots = await posted(goldthread, PLANTED)
        await until(lambda: partner.first("dev-malik", roots["breach"]), "the message")
        marac = await conferred(goldthread, PLANTED.mark, roots["referral"])
        await goldthread.settled()
        shown = await everywhere(goldthread, roots, marac.ids)
        away = {"many at once": await many(goldthread), "logs": deployment.logged()}
        away |= {"messages": "".join(message.text for message in partner.kept)}
        fed = {agency: await fed_to(goldthread, agency, roots) for agency in FED}
        fed["castlegate-housing"] += json.dumps(partner.entries)
    opened_by_whom_it_is_for(shown)
    for each in shown:
        not_for_them(each)
    for where, text in away.items():
        assert PLANTED.mark("") not in text.lower(), where
    for agency, text in fed.items():
        theirs = Shown(agency, "feed", text)
        assert theirs.has(*WORDS, *FED[agency], "immigration", "immigrationwords", "withheld") == [], agency
        assert PLANTED.mark("") in text, f"{agency} is told of the case"


async def told_to_partners(goldthread: Goldthread, partner: Partner) -> None:
    operator = await goldthread.person("aisha-bright")
    for agency in FED:
        content: dict[str, Any] = {"agency": agency, "areas": [NORTH]}
        if agency == "castlegate-housing":
            content["webhook"] = f"{partner.url}/housing"
        wanted = caseload.submission(content, scene.BEGAN, scene.BEGAN)
        assert (await operator.post("/referrals/v1/feeds", json=wanted)).status_code == 201


async def fed_to(goldthread: Goldthread, agency: str, roots: Mapping[str, str]) -> str:
    """All that a partner's feed tells, once it has what another agency posted last."""
    client = await goldthread.system(agency)
    awaited = roots["incident" if agency == "harbour-idva" else "referral"]

    async def told() -> list[dict[str, Any]] | None:
        entries = await feed(client)
        return entries if awaited in {each["root"] for each in entries} else None

    return json.dumps(await until(told, f"{agency} is told"))


async def many(goldthread: Goldthread) -> str:
    """What is answered to many at once, of which none is as it should be but the last."""
    _, _, breach = PLANTED.fact("breach")
    for each in breach["content"]["people"]:
        each.pop("contact", None)
    wrong = breach | {"content": breach["content"] | {"kind": PLANTED.mark("kind")}}
    lines = [
        json.dumps(body | {"idempotency_key": PLANTED.mark(f"many{n}"), "type": "breach"})
        for n, body in enumerate((wrong, breach))
    ]
    housing = await goldthread.system("castlegate-housing")
    content = "\n".join([PLANTED.mark("nonsense"), *lines])
    answer = await housing.post("/orders/v1/bulk", content=content, headers={"Content-Type": NDJSON})
    assert answer.status_code == 200
    return said(answer)


async def everywhere(goldthread: Goldthread, roots: Mapping[str, str], ids: Mapping[str, str]) -> list[Shown]:
    """What everybody is answered who may ask, at every address of every service."""
    matac = await goldthread.person(MATAC)
    people = (await matac.get("/marac/v1/cohort")).json()["people"]
    him = next(each["person"] for each in people if each["name"]["family"] == f"K{PLANTED.seed:x}")
    hers = await goldthread.mention("harbour-idva", f"/referrals/v1/facts/{roots['referral']}")
    known = {"case": roots["referral"], "mention": hers, "person": him, "perpetrator": him, "area": NORTH}
    known |= {"breach": roots["breach"], "cause": roots["breach"], "order": roots["order"]}
    known |= {"paper": "minutes", "topic": "incidents", "partition": "0", "offset": "0", "page": "victim"}
    found = []
    for who, template in welcome():
        client = await goldthread.person(who)
        lines = (roots["incident"], roots["immigration"], ids["heard"]) if "{root}" in template else (NOBODY,)
        for root in lines:
            path = template.format_map(Ids(known | ids | {"root": root}))
            found.append(Shown(who, template, await asked(client, path)))
    return found


class Ids(dict[str, str]):
    """The ids of what is there; of anything else one that is nobody's."""

    def __missing__(self, name: str) -> str:
        return NOBODY


def welcome() -> Iterator[tuple[str, str]]:
    """Every address that is only read, with each who may ask there."""
    for method, template, right in routes():
        if method != "GET" or right in (None, OWN_FACTS, SAY_SEVERAL):
            continue
        roles = roles_with(str(right), wiring.SERVICES[template.split("/")[1]])
        yield from ((who, template) for who, theirs in READERS.items() if theirs & roles)


async def asked(client: httpx.AsyncClient, path: str) -> str:
    """All that is answered, but of a stream, which stays open."""
    async with client.stream("GET", path, headers={"Accept": "text/html, */*"}) as answer:
        assert answer.status_code < 500, f"{path}: {answer.status_code}"
        live = answer.headers.get("content-type", "").startswith("text/event-stream")
        return "" if live else f"{answer.headers}\n{(await answer.aread()).decode()}".lower()


def opened_by_whom_it_is_for(shown: list[Shown]) -> None:
    """Or nothing would be found, for nothing was opened."""
    services = {each.template.split("/")[1] for each in shown if PLANTED.mark("") in each.text}
    assert services == set(SERVICES)
    seen: dict[str, set[str]] = {}
    for each in shown:
        seen.setdefault(each.who, set()).update(each.has(*WORDS, *HOME, *REACHED))
    assert {"risks", "todo", "factsheld", "attendee", "moves"} <= seen[CHAIR]
    assert {"risks", "todo", "advice"} <= seen[IDVA]
    assert {"risks", "todo", "done"} <= seen[HOUSING]
    assert set(MESSAGES) <= seen[IDVA] & seen[OFFICER]
    assert {*HOME, *REACHED} <= seen[IDVA], "she is a client of theirs"
    for told, what in ((HOME_TO, "heraddress"), (REACHED_TO, "contactnumber")):
        assert {who for who in told if what in seen[who]} == set(told), "nobody is named who need not be"


def not_for_them(shown: Shown) -> None:
    """What of it is not for whoever was answered."""
    place, service = f"{shown.who} at {shown.template}", shown.template.split("/")[1]
    if WITHHELD not in shown.template:
        assert shown.has("immigration", "immigrationwords", "withheld") == [], place
    if shown.who == MATAC:
        hers = (PLANTED.mark(""), PLANTED.digits(), PLANTED.nhs(0), PLANTED.nhs(2))
        assert [each for each in hers if each in shown.text] == [], place
    if service != "marac":
        assert shown.has(*WORDS) == [], f"what a MARAC said: {place}"
    if shown.who not in (IDVA, OFFICER):
        assert shown.has(*MESSAGES) == [], f"what two write to each other: {place}"
    on_paper = "print" in shown.template or "/hear/" in shown.template
    if on_paper or service not in HOME_TO.get(shown.who, ()):
        assert shown.has(*HOME) == [], f"where she is: {place}"
    if on_paper or service not in REACHED_TO.get(shown.who, ()):
        assert shown.has(*REACHED) == [], f"how she is reached: {place}"

"""Nothing that tells where she lives comes near whoever looks at him; nothing of her immigration status
leaves the one service that keeps it for support. Random markers stand in every field where a partner
or a MARAC can write; then everything that Goldthread sends, logs and keeps is searched for them, and what it
shows of him. Every page that anybody can open: ``test_leaks_everywhere.py``."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from contracts.rules.identifiers import nhs_check_digit
from contracts.topics import TOPICS
from deploy.local.processes import run_apart
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW, START
from tests.scenarios.goldthread import SERVICES, Deployed, Goldthread, deployed
from tests.scenarios.leaks import conferred, placed
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

AT = NOW - timedelta(hours=5)
OFFICES = ("harbour-idva", "northmere-hospital", "castlegate-housing", "northmere-council", "eastvale-gp")
"""The agencies of her side: their names tell where she goes, so they too are searched for."""
LINES = ("number", "times", "code_word", "may_answer", "if_another_answers", "unsafe", "verified_by")
"""What an agency says in words of how she is reached."""


@pytest.fixture(scope="module")
def embedded() -> Iterator[Deployed]:
    """A deployment whose every file can be searched."""
    folder = Path(mkdtemp(prefix="gt-"))
    with deployed("embedded", folder, START) as found:
        yield found


@dataclass(frozen=True)
class Planted:
    """One case, in which every word but the codes is a marker of its own."""

    seed: int
    facts: tuple[str, ...]

    def mark(self, field: str) -> str:
        """The marker of a field. It is lower case, so that an area may have it as its name."""
        return self.digits() if field == "uprn" else f"zq{self.seed:x}{field}"

    def digits(self) -> str:
        """Of her house's UPRN: a marker of digits."""
        return f"{self.seed:012}"

    @property
    def school_number(self) -> str:
        """Of the child's school, six digits."""
        return f"{self.seed % 10**6:06}"

    def told(self, field: str, text: str) -> bool:
        """Whether a text tells what stands in a field. Six digits are in many a longer number and time."""
        if field == "school_number":
            return re.search(rf"(?<![\w.:-]){self.school_number}(?![\w-])", text) is not None
        return self.mark(field) in text

    def nhs(self, who: int) -> str:
        """An NHS number that is never issued."""
        first = self.seed * 3 + who
        numbers = (f"999{n % 1_000_000:06}" for n in range(first, first + 60, 3))
        nine = next(nine for nine in numbers if nhs_check_digit(nine) is not None)
        return f"{nine}{nhs_check_digit(nine)}"

    @property
    def area(self) -> str:
        """Where she lives, as it routes."""
        return f"northmere-{self.mark('area')}"

    def person(self, role: str, agency: str) -> dict[str, Any]:
        """One of them as an agency's record has them, with all that a record can hold."""
        side = {"victim": "her", "child": "kid"}.get(role, "him")
        him = side == "him"
        name = {"family": f"K{self.seed:x}", "given": "Dean"}
        hers = {"family": self.mark("family"), "given": self.mark("given")}
        record = {"system": self.mark("system"), "type": self.mark("type")}
        where = {
            "address": [self.mark(f"{side}address"), self.mark("town")],
            "postcode": self.mark("postcode"),
            "school": self.mark("school"),
            "uprn": self.mark("uprn"),
            "school_number": self.school_number,
        }
        contact = {"method": "mobile", **{line: self.mark(f"contact{line}") for line in LINES}}
        health = {name: self.mark(name) for name in ("injuries", "treatment", "general_practice")}
        identity = {
            "record": record | {"number": self.mark(f"{side}number{agency[:4]}")},
            "name": name if him else hers,
            "nhs_number": self.nhs(("her", "him", "kid").index(side)),
        }
        sections = {"location": where, "contact": contact, "health": health}
        return {"role": role, "relationship": "ex-partner" if him else None, "identity": identity, **sections}

    def body(self, agency: str, *roles: str, **content: Any) -> dict[str, Any]:
        """A fact of an agency's, about those in these roles."""
        said = {"people": [self.person(role, agency) for role in roles], **content}
        said["routing"] = {"area": self.area}
        said["narrative"] = {"text": self.mark(f"narrative{agency[:4]}")}
        return caseload.submission(said, AT)

    def fact(self, name: str) -> tuple[str, str, dict[str, Any]]:
        """Who posts a fact, where, and what it says."""
        more: dict[str, Any]
        both = ("victim", "perpetrator")
        day = (AT - timedelta(days=1)).isoformat()
        end = (AT + timedelta(days=90)).isoformat()
        match name:
            case "referral":
                words = ("no_consent_reason", "victim_view", "afraid_of", "other_marac")
                dash = caseload.dash() | {"comments": {"D08": self.mark("dashcomment")}}
                more = {word: self.mark(word) for word in words} | {"dash": dash}
                path, agency = "/referrals/v1/marac-referrals", "harbour-idva"
                return agency, path, self.body(agency, *both, criteria=["visible-high-risk"], **more)
            case "immigration" | "withheld":
                apart = {"immigration": {"status": self.mark("immigration")}}
                apart |= {"narrative": {"text": self.mark("immigrationwords")}}
                told = {"immigration": apart, "withheld": {"withheld": {"text": self.mark("withheld")}}}
                said = {"people": [self.person("victim", "harbour-idva")]} | told[name]
                return "harbour-idva", f"/referrals/v1/{name}", caseload.submission(said, AT)
            case "breach":
                path, agency = "/orders/v1/breaches", "castlegate-housing"
                reference = self.mark("reference")
                return agency, path, self.body(agency, *both, kind="assault", reference=reference)
            case "order":
                terms = [{"kind": "not-to-attend", "text": self.mark("prohibition")}]
                tasks = [{"kind": "programme", "text": self.mark("task"), "supervisor": self.mark("tasker")}]
                more = {"court": self.mark("court"), "reference": self.mark("reference"), "ends": end}
                more |= {"prohibitions": terms, "requirements": tasks, "made": day}
                path, agency = "/orders/v1/orders", "northmere-police"
                kinds = ("victim", "respondent")
                return agency, path, self.body(agency, *kinds, order="non-molestation", **more)
            case "incident":
                path, agency = "/referrals/v1/incidents", "northmere-hospital"
                more = {"reference": self.mark("incident")}
                return agency, path, self.body(agency, *both, kind="assault-with-injury", **more)
            case "contact":
                path, agency = "/referrals/v1/health-contacts", "eastvale-gp"
                return agency, path, self.body(agency, "victim", service=self.mark("clinic"))
            case "household":
                path, agency = "/referrals/v1/households", "northmere-council"
                return agency, path, self.body(agency, "victim", "child", "perpetrator")
            case "housing":
                path, agency = "/referrals/v1/housing", "castlegate-housing"
                return agency, path, self.body(agency, *both, kind="tenancy")
            case _:
                return self.hers(name)

    def hers(self, name: str) -> tuple[str, str, dict[str, Any]]:
        """The same of a fact that is about the victim alone."""
        match name:
            case "safe-contact":
                path, agency = "/referrals/v1/safe-contacts", "harbour-idva"
                return agency, path, self.body(agency, "victim")
            case "failed-contact":
                path, agency = "/referrals/v1/failed-contacts", "castlegate-housing"
                return agency, path, self.body(agency, "victim", method="letter", failure="seen-by-another")
            case "wishes":
                path, agency = "/referrals/v1/wishes", "harbour-idva"
                return agency, path, self.body(agency, "victim", said_by="victim", heard_by=self.mark("ear"))
            case "support":
                path, agency = "/referrals/v1/support-steps", "harbour-idva"
                return agency, path, self.body(agency, "victim", support="idva", step="accepted")
            case "role":
                path, agency = "/referrals/v1/case-roles", "harbour-idva"
                worker = {"name": self.mark("worker"), "telephone": "01632 960201"}
                return agency, path, self.body(agency, "victim", part="idva", worker=worker)
            case "officer":
                path, agency = "/referrals/v1/case-roles", "northmere-police"
                worker = {"name": self.mark("officer"), "telephone": "01632 960203"}
                return agency, path, self.body(agency, "victim", part="officer-in-case", worker=worker)
            case "consent":
                why = {"basis": "public-task", "ground": "high-risk", "reason": self.mark("override")}
                more = {"recipients": ["police"], "answer": "overridden", "override": why}
                path, agency = "/referrals/v1/consents", "harbour-idva"
                return agency, path, self.body(agency, "victim", **more)
            case _:
                agency, kind, roles, more = self.care(name)
                return agency, f"/referrals/v1/{kind}", self.body(agency, *roles, **more)

    def care(self, name: str) -> tuple[str, str, tuple[str, ...], dict[str, Any]]:
        """Of her risk, her plan, what she is owed and her children: who says it, of which kind, of whom, and
        what."""
        judged = {"grade": "high", "reason": self.mark("judgement"), "by": self.mark("judge")}
        dara = {"instrument": "dara", "instrument_version": "2022", "rationale": self.mark("rationale")}
        dara |= {"answers": [{"item": "A01", "answer": "often", "comment": self.mark("itemcomment")}]}
        texts = ("owner", "for_children", "contact", "release", "court")
        action = {"what": self.mark("action"), "grade": "high", "owner": self.mark("fitter")}
        plan = {"grade": "high", "actions": [action], **{text: self.mark(f"plan{text}") for text in texts}}
        plan["headings"] = {"necessity": self.mark("heading")}
        school = {"setting": "school", "plan": "child-protection", "voice": {"text": self.mark("voice")}}
        worker = {"social_worker": {"name": self.mark("worker"), "telephone": "01632 960202"}}
        since = {"service": self.mark("service"), "since": AT.isoformat()}
        heard = {"hearing": "family-child-contact", "day": "2199-01-14", "told_by": "victim"}
        unasked = {"answers": [{"characteristic": "religion", "answer": "asked-not-given"}]}
        hers, child, both = ("victim",), ("victim", "child"), ("victim", "perpetrator")
        said: dict[str, tuple[str, str, tuple[str, ...], dict[str, Any]]] = {
            "assessment": ("harbour-idva", "risk-assessments", both, dara | {"judgement": judged}),
            "plan": ("northmere-police", "safety-plans", hers, plan),
            "contract": ("northmere-police", "victim-contracts", hers, {"by": "idva", "every_days": 7}),
            "update": (
                "harbour-idva",
                "victim-updates",
                hers,
                {"of": ["arrest"], "result": "told", "by": "idva"},
            ),
            "lead": ("harbour-idva", "leads", hers, since),
            "hearing": ("harbour-idva", "hearings", (*both, "child"), heard),
            "characteristics": ("harbour-idva", "characteristics", hers, {"equality": unasked}),
            "child": ("northmere-council", "child-circumstances", child, school | worker),
            "missing": ("northmere-police", "missing-children", child, {"missing": AT.isoformat()}),
            "interview": ("northmere-council", "return-interviews", child, {"step": "offered"}),
        }
        return said[name]


FACTS = (
    *("referral", "immigration", "withheld", "breach", "order", "incident", "contact", "household"),
    *(
        "housing",
        "support",
        "role",
        "officer",
        "safe-contact",
        "failed-contact",
        "wishes",
        "consent",
        "assessment",
    ),
    *("plan", "contract", "update", "lead", "hearing", "characteristics", "child", "missing", "interview"),
)
SAYS_CONTACT = {"referral", "breach", "order", "incident", "safe-contact", "failed-contact"}
"""Elsewhere a safe contact is refused."""
CASES = st.builds(
    Planted,
    seed=st.integers(16**7, 16**8 - 1),
    facts=st.permutations(FACTS).map(tuple),
)


WEBHOOK = Webhook()


@given(CASES)
@settings(max_examples=4, deadline=None, phases=(Phase.generate,), database=None)
def test_no_marker_comes_where_it_may_not(embedded: Deployed, planted: Planted) -> None:
    run_apart(search(embedded, planted))


async def search(embedded: Deployed, planted: Planted) -> None:
    """Post the case, then look everywhere."""
    goldthread = Goldthread(embedded.url)
    await goldthread.set_clock(scene.FOLDED)
    async with WEBHOOK:
        await placed(goldthread, WEBHOOK.url, planted.area, planted.mark("areaname"))
        roots = await posted(goldthread, planted)
        await until(lambda: WEBHOOK.first("dev-malik", roots["breach"]), "the message")
        await conferred(goldthread, planted.mark, roots["referral"])
        await goldthread.settled()
        away = await perpetrator_centred(goldthread, planted, roots)
    away |= await refusals(goldthread, planted, roots)
    away |= {"messages": "".join(message.text for message in WEBHOOK.kept)}
    away |= {f"OpenAPI of {name}": text for name, text in (await documents(goldthread)).items()}
    pages = await everything(goldthread, roots)
    await goldthread.close()
    away |= {"log of the process": (embedded.folder / "goldthread.log").read_text()}
    stores, topics, envelopes = kept(embedded.folder / "data")
    for where, text in {"store of notify": stores["notify"], **envelopes}.items():
        areas = where in ("store of notify", "envelopes of configuration")  # who is on call for which area
        named = text.replace(planted.mark("areaname"), "").replace(planted.area, "") if areas else text
        away[where] = named
    nothing_of_her(planted, away)
    nothing_of_her_status(planted, stores, topics, {**away, **pages})


def nothing_of_her(planted: Planted, away: Mapping[str, str]) -> None:
    """No marker of hers, and in what looks at him not even the names of those who know her."""
    for where, text in away.items():
        offices = OFFICES if where.startswith(("cohort", "place", "message", "alert", "order")) else ()
        for marker in (f"zq{planted.seed:x}", planted.digits(), planted.nhs(0), planted.nhs(2), *offices):
            at = text.lower().find(marker)
            assert at < 0, f"{where}: ...{text[max(0, at - 200) : at + 80]}"


def nothing_of_her_status(
    planted: Planted, stores: dict[str, str], topics: dict[str, str], shown: Mapping[str, str]
) -> None:
    """Her immigration status, and what she chose not to tell the police, are on their own topic and in its
    own store, and nowhere else at all."""
    own = (topics.pop("support"), stores.pop("referrals"))
    for secret in (planted.mark("immigration"), planted.mark("withheld")):
        assert all(secret in text for text in own), "it is kept where it belongs"
        for where, text in {**stores, **topics, **shown}.items():
            assert secret not in text.lower(), f"{secret} in {where}"


async def posted(goldthread: Goldthread, planted: Planted) -> dict[str, str]:
    """The roots of the case's facts, posted in the order that was drawn."""
    roots = {}
    for name in planted.facts:
        agency, path, body = planted.fact(name)
        if name not in SAYS_CONTACT:
            for each in body["content"]["people"]:
                each.pop("contact", None)
        receipt = await goldthread.post(agency, path, body, key=planted.mark(f"key{name}"))
        roots[name] = receipt["root"]
    return roots


async def perpetrator_centred(
    goldthread: Goldthread, planted: Planted, roots: Mapping[str, str]
) -> dict[str, str]:
    """The cohort with everybody in it, and the alerts."""
    shown = await scene.perpetrator_side(goldthread)
    assert f"K{planted.seed:x}" in shown["cohort, data"], "he is in the cohort"
    called = await goldthread.person("dev-malik")
    cause = roots["breach"]
    paths = ("/notify/v1/alerts", "/notify/alerts", f"/notify/v1/alerts/{cause}", f"/notify/alerts/{cause}")
    for path in paths:
        answer = await called.get(path, headers={"Accept": "text/html, */*"})
        assert answer.status_code == 200
        shown[f"alert {path}"] = said(answer)
    control_room = await goldthread.system("northmere-control-room")
    record = planted.person("respondent", "northmere-police")["identity"]["record"]
    named = ("family", "given")  # whom it protects

    async def told() -> httpx.Response | None:
        answer = await control_room.post("/orders/v1/status", json={"record": record})
        return answer if all(planted.mark(word) in answer.text for word in named) else None

    status = await until(told, "the order, and whom it protects")
    assert [order["order"] for order in status.json()["orders"]] == [roots["order"]]
    una = await goldthread.person("una-frost")
    page = await una.post("/orders/status", data=record, headers={"Origin": str(una.base_url)})
    allowed = [planted.mark(word) for word in named]
    typed = {"order status": [], "order status, page": list(record.values())}  # a page says it back
    for name, answer in {"order status": status, "order status, page": page}.items():
        assert answer.status_code == 200
        shown[name] = said(answer)
        for word in (*typed[name], *allowed):
            assert word.lower() in shown[name].lower()
            shown[name] = re.sub(re.escape(word), "", shown[name], flags=re.IGNORECASE)
    return shown


def said(answer: httpx.Response) -> str:
    """All that an answer says."""
    return f"{answer.headers}\n{answer.text}"


async def refusals(goldthread: Goldthread, planted: Planted, roots: Mapping[str, str]) -> dict[str, str]:
    """What is answered to requests that hold markers and are refused."""
    agency, path, breach = planted.fact("breach")
    worse = breach | {"content": breach["content"] | {"kind": planted.mark("kind")}}
    other = breach | {"content": breach["content"] | {"kind": "threat"}}
    housing, matac = await goldthread.system(agency), await goldthread.person("tom-achterberg")
    key, marked = {"Idempotency-Key": planted.mark("keybreach")}, planted.mark("address")
    answers = {
        "an unknown code": housing.post(path, json=worse),
        "a key with other content": housing.post(path, json=other, headers=key),
        "a stale correction": housing.put(
            f"/orders/v1/facts/{roots['breach']}", json=breach, headers={"If-Match": '"9"'}
        ),
        "a marker in a path": housing.get(f"/orders/v1/facts/{marked}"),
        "a cursor": matac.get("/marac/v1/cohort", params={"after": marked, "limit": marked}),
        "a case for who may not": matac.get(f"/marac/v1/cases/{roots['referral']}", params={"at": marked}),
        "a page": matac.get(f"/marac/cohort/{marked}", headers={"Accept": "text/html"}),
        "a way in": matac.get("/marac/sign-in", params={"to": f"/{marked}", "state": marked}),
    }
    given = {name: await answer for name, answer in answers.items()}
    assert all(303 <= answer.status_code < 500 for answer in given.values())
    return {f"refusal: {name}": said(answer) for name, answer in given.items()}


async def documents(goldthread: Goldthread) -> dict[str, str]:
    """What every service says of itself."""
    client = await goldthread.system("castlegate-housing")
    paths = ("openapi.json", "ready", "health")
    return {
        f"{name}/{path}": (await client.get(f"/{name}/{path}")).text for name in SERVICES for path in paths
    }


async def everything(goldthread: Goldthread, roots: Mapping[str, str]) -> dict[str, str]:
    """Every page that anybody can open of the case."""
    case, breach = roots["referral"], roots["breach"]
    paths = [f"{at}/cases/{case}" for at in ("/marac", "/marac/v1")]
    paths += [f"/marac/cases/{case}/print", f"/marac/v1/cases/{case}/sources/{roots['immigration']}"]
    paths += [f"/marac/cases/{case}/source/{root}" for root in roots.values()]
    paths += [f"{at}/breaches/{breach}" for at in ("/orders", "/orders/v1")]
    paths += ["/orders/briefing", "/orders/v1/briefing", f"/orders/orders/{roots['order']}/breach"]
    shown = {}
    for name in ("priya-nair", "dev-malik", "marcus-dunne"):
        client = await goldthread.person(name)
        for path in paths:
            shown[f"{path} to {name}"] = said(await client.get(path, headers={"Accept": "text/html, */*"}))
    assert any("zq" in text for text in shown.values())
    for path in (f"/marac/v1/cases/{case}", f"/marac/cases/{case}", f"/marac/cases/{case}/print"):
        nothing_to_reach_her_by(shown[f"{path} to priya-nair"] if "print" in path else "", path)
        chair = await goldthread.person("rowan-ellis")
        nothing_to_reach_her_by(said(await chair.get(path, headers={"Accept": "text/html, */*"})), path)
    return shown


def nothing_to_reach_her_by(text: str, where: str) -> None:
    """No number, code word, time, name of who may answer or what is unsafe: for a chair, and on anybody's
    paper."""
    for field in LINES:
        assert f"contact{field}" not in text, f"{field} of a safe contact in {where}"


def kept(data: Path) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """All that the stores hold, all that each topic holds, and each topic's keys and envelopes."""
    stores = {name: dumped(data / f"{name}.sqlite") for name in SERVICES}
    topics = dict.fromkeys(TOPICS, "")
    envelopes = {f"envelopes of {topic}": "" for topic in TOPICS}
    placed = """select topic, key, cast(value as text) from record
        join partition on partition.id = record.place >> 40"""
    with sqlite3.connect(f"file:{data / 'log.sqlite'}?mode=ro", uri=True) as log:
        for topic, key, value in log.execute(placed):
            envelope = json.loads(value)
            topics[topic] += value
            envelopes[f"envelopes of {topic}"] += f"{topic} {key} {envelope | {'data': None}}\n"
    return stores, topics, envelopes


def dumped(file: Path) -> str:
    """Every value in a SQLite file."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as store:
        tables = store.execute("select name from sqlite_master where type = 'table'").fetchall()
        return "\n".join(str(row) for (table,) in tables for row in store.execute(f"select * from {table}"))

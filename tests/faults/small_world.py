"""A small world in which all holds that must: a breach and what follows from it, as the harness reads it."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from chassis.log import Record
from contracts.topics import TOPICS
from tests.faults import clocked
from tests.faults import evidence as checks
from tests.faults.checks import check
from tests.faults.evidence import Evidence, Findings
from tests.faults.oracle import Oracle, Said
from tests.faults.stores import Held, Rows
from tests.scenarios.webhook import Message

AGENCY = "northmere-police"
BEFORE = "2026-10-30T10:00:00Z"


def event(id_: str, type_: str, data: dict[str, Any], topic: str, **more: Any) -> tuple[str, dict[str, Any]]:
    ours = {"id": id_, "type": type_, "root": id_, "version": 1, "change": "original", "agency": "goldthread"}
    ours |= {"source": "/orders", "acceptedat": "2026-11-01T10:00:00Z", "keys": f"o:{id_}", "data": data}
    ours |= {"time": "2026-10-31T10:00:00Z"}
    return topic, ours | more


def people(*numbers: str | None) -> list[dict[str, Any]]:
    return [
        {"mention": f"mention-{n}", "role": "victim", "identity": {"nhs_number": number} if number else {}}
        for n, number in enumerate(numbers)
    ]


ALERT = {"rule": "breach", "cause": "breach", "generation": 1}
OF_WITHDRAWAL = ALERT | {"rule": checks.WITHDRAWN}
HIM = {"mention": "mention-3", "role": "suspect", "identity": {"nhs_number": "2"}}
REFERRAL = {
    "people": [
        {"mention": "mention-4", "role": "victim", "identity": {"nhs_number": "1"}},
        {"mention": "mention-5", "role": "perpetrator", "identity": {"nhs_number": "2"}},
    ]
}
PLACES = {"mention-0": "she", "mention-1": "she", "mention-2": "another", "mention-4": "she"}
PLACES |= {"mention-3": "he", "mention-5": "he"}
OWED_TO = "mention-2"
CLOCKS = [("no-answer", "breach"), *((rule, OWED_TO) for rule in clocked.OWED)]


def clock(type_: str, rule: str, cause: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return event(
        f"{type_} {rule} {cause}", type_, {"rule": rule, "cause": cause, "generation": 1} | more, "clocks"
    )


def shown(root: str, newest: str) -> tuple[str, dict[str, Any]]:
    """Its agency read a fact of theirs."""
    said = {"view": "own-fact", "subject": root, "viewer_agency": AGENCY, "facts": [newest]}
    return event(f"shown-{newest}", checks.SHOWN, said, "audit")


def _is_theirs(service: str, said: dict[str, Any]) -> bool:
    return said["source"] == f"/{service}" or (said["type"] == checks.SHOWN and service != "notify")


def rows(*, stands: bool = True) -> Rows:
    """What the views show: a breach of him against her and another, if it stands, and a referral of her."""
    records = [{"root": "breach"}] if stands else []
    about = {"records": records, "cases": [{"case": "referral"}]}
    victims = {"A": "she", "B": "another"} if stands else {"A": "she"}
    ordinals = [1] if stands else []
    cohort = {
        "records": len(records),
        "orders": [],
        "events": [{"ordinal": n} for n in ordinals],
        "victims": [{"letter": letter, "events": ordinals} for letter in victims],
    }
    source = {
        "events": [{"ordinal": n, "root": "breach"} for n in ordinals],
        "victims": [{"letter": letter, "person": who} for letter, who in victims.items()],
    }
    case = {"withdrawn": False, "occurrences": [{"records": records}], "orders": [], "before": []}
    case |= {"repeat": {"roots": ["breach"]} if stands else None}
    shown: dict[str, dict[str, Any]] = {
        "orders_breach": {"breach": {}},
        "notify_alert": {"breach": {}},
        "conference_person": {"she": about, "he": about, "another": {"records": records}},
        "orders_person": {who: {"occurrences": [records]} for who in ("she", "he", "another")},
        "tasking_perpetrator": {"he": cohort},
        "tasking_source": {"he": source},
        "conference_case": {"referral": case},
    }
    return {
        view: {name: orjson.dumps(row).decode() for name, row in of.items()} for view, of in shown.items()
    }


@dataclass
class World:
    """One breach that was corrected, its alert, its call, its message, the clocks that it starts; a referral
    before it; and everybody's stores."""

    oracle: Oracle = field(default_factory=Oracle)
    read_back: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    log: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        first, second = (
            {"people": [*people("1", "1", None), HIM], "kind": "other"},
            {"people": [*people("1", "1", None), HIM]},
        )
        said = Said("key-1", AGENCY, "orders", "/orders/v1/breaches", {"content": first})
        corrected = Said("key-2", AGENCY, "orders", "", {"content": second}, said)
        referred = Said("key-0", AGENCY, "referrals", "/referrals/v1/marac-referrals", {"content": REFERRAL})
        told = ((said, "breach", 1, "breach"), (corrected, "breach-2", 2, "breach"))
        for each, id_, version, root in (*told, (referred, "referral", 1, "referral")):
            self.oracle.begun(each)
            self.oracle.acknowledged(each, {"root": root, "version": version, "id": id_})
        self.read_back["breach"] = [{"version": 1, "content": first}, {"version": 2, "content": second}]
        self.read_back["referral"] = [{"version": 1, "content": REFERRAL}]
        later = {"root": "breach", "version": 2, "change": "correction", "agency": AGENCY}
        later |= {"acceptedat": "2026-11-01T11:00:00Z"}
        tried = {"call": "call", "channel": "webhook", "attempt": 1, "result": "delivered"}
        self.log = [
            event("breach", checks.BREACH, first, "breaches", agency=AGENCY),
            event("breach-2", checks.BREACH, second, "breaches", **later),
            event("line-1", checks.TAKEN, {"fact": "breach"}, "audit"),
            event("line-2", checks.TAKEN, {"fact": "breach-2"}, "audit"),
            event("alert", checks.RAISED, ALERT, "alerts"),
            event("call", checks.CALLED, ALERT | {"rung": 0}, "alerts"),
            event("try", checks.TRIED, tried, "deliveries"),
            *(clock(checks.STARTED, rule, cause) for rule, cause in CLOCKS),
            event("referral", checks.REFERRAL, REFERRAL, "referrals", agency=AGENCY, time=BEFORE),
            *(shown(root, newest) for root, newest in (("breach", "breach-2"), ("referral", "referral"))),
            event("line-0", checks.TAKEN, {"fact": "referral"}, "audit", source="/referrals"),
        ]
        self.messages = [Message("dev-malik", "call", "breach", True, "", 0.0)]
        for service in ("referrals", "orders", "marac", "notify"):
            self.held[service] = self.store(service)

    def store(self, service: str) -> Held:
        topics = {topic.name for topic in TOPICS.values() if service in topic.readers}
        bodies = {
            said["id"]: orjson.dumps(said).decode()
            for topic, said in self.log
            if topic in topics and (topic != "audit" or _is_theirs(service, said))
        }
        return Held({"marks": 0, "unsent": 0, "broken": 0}, bodies, [], rows(), dict(PLACES), set())

    def put(self, *events: tuple[str, dict[str, Any]]) -> None:
        """On the log and in every store that reads it."""
        self.log += events
        for service, store in self.held.items():
            store.bodies = self.store(service).bodies

    def found(self) -> Findings:
        evidence = Evidence((Record(topic, "", orjson.dumps(said)) for topic, said in self.log), {})
        return check(self.oracle, self.read_back, evidence, self.held, self.messages)

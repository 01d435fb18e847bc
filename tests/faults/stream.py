"""A seeded stream of what partners say: posts, corrections, withdrawals, links and unlinks.

Every record has a number of its own, so that two records are one person by an NHS number alone: a
correction that adds it links, one that takes it away unlinks. Breaches of one couple lie hours apart,
so that each is an occurrence of its own, and somebody must be told of each. Nobody here exists.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from deploy.demo.people import People, Person
from tests.faults.oracle import Said
from tests.scenarios import caseload

AGENCIES = (
    "castlegate-housing",
    "eastvale-gp",
    "harbour-idva",
    "northmere-council",
    "northmere-hospital",
    "northmere-police",
)
APART = timedelta(hours=5)
"""Between two breaches of one couple: more than the two hours within which reports are of one act."""
NEW_COUPLE, LINKED, IMPATIENT = 0.12, 0.75, 0.06
"""How often a post is about people not seen before; how often a record has an NHS number; how often
its sender soon stops trying again."""


@dataclass(slots=True)
class Couple:
    """Two people whom agencies report."""

    her: Person
    him: Person
    breaches: int = 0
    orders: list[str] = field(default_factory=list)


class Stream:
    """Draws what is said next. What is under way is not revised meanwhile."""

    def __init__(self, seed: str, now: datetime) -> None:
        self._seed = seed
        self._chance = Random(seed)
        self._people = People(self._chance, now.date())
        self._now = now.replace(microsecond=0)
        self._count = 0
        self._couples: list[Couple] = []
        self._about: dict[str, Couple] = {}
        self._open: list[Said] = []

    def next(self) -> Said:
        """What a partner says now."""
        self._count += 1
        key = f"{self._seed}-{self._count}"
        draw = self._chance.random()
        said = self._revision(key, draw < 0.06) if self._open and draw < 0.3 else self._original(key)
        if self._chance.random() < IMPATIENT:
            said.patience = self._chance.randint(1, 2)
        return said

    def breach(self) -> Said:
        """A breach by people whom nobody has reported: to see whether it comes through."""
        self._count += 1
        return self._breach(f"{self._seed}-{self._count}", self._couple())

    def of_one_person(self) -> list[Said]:
        """Two breaches of one couple whom nobody has reported, each record with an NHS number."""
        couple, said = self._couple(), list[Said]()
        for _ in range(2):
            self._count += 1
            said.append(self._breach(f"{self._seed}-{self._count}", couple))
            for person in (said[-1].body or {})["content"]["people"]:
                person["identity"] |= _known(couple.her if person["role"] == "victim" else couple.him)
        return said

    def acknowledged(self, said: Said) -> None:
        """It may be revised from now on."""
        if said.body is None:
            return
        self._open.append(said)
        if said.path.endswith("/orders") and said.upon is None:
            self._about[said.key].orders.append(said.root)

    def _original(self, key: str) -> Said:
        if not self._couples or self._chance.random() < NEW_COUPLE:
            self._couples.append(self._couple())
        # Most is about those seen lately: their rows are folded while more comes.
        lately = min(int(self._chance.expovariate(0.25)), len(self._couples) - 1)
        couple = self._couples[-1 - lately]
        kinds: list[Callable[[str, Couple], Said]] = [
            *(self._breach,) * 4,
            *(self._incident,) * 3,
            *(self._contact,) * 2,
            self._referral,
            self._housing,
            self._order,
            *((self._served,) if couple.orders else ()),
        ]
        said = self._chance.choice(kinds)(key, couple)
        self._about[key] = couple
        return said

    def _couple(self) -> Couple:
        area = "northmere-north"
        return Couple(self._people.adult("female", area), self._people.adult("male", area))

    def _revision(self, key: str, withdrawal: bool) -> Said:
        """The next version of something: withdrawn, or with other words, and now and then with an NHS
        number more or less."""
        upon = self._open.pop(self._chance.randrange(len(self._open)))
        body = None if withdrawal else copy.deepcopy(dict(upon.body or {}))
        couple = self._about[key] = self._about[upon.key]
        if body is not None:
            body["content"]["narrative"] = {"text": f"Corrected. {key}"}
            for person in body["content"]["people"]:
                if self._chance.random() < 0.4:
                    self._relink(person, couple)
        path = f"/{upon.service}/v1/facts/{upon.root}"
        return Said(key, upon.agency, upon.service, path, body, upon)

    @staticmethod
    def _relink(person: dict[str, Any], couple: Couple) -> None:
        identity = person["identity"]
        who = couple.her if person["role"] == "victim" else couple.him
        if identity.pop("nhs_number", None) is None:
            identity |= _known(who)
        else:
            del identity["born"]

    def _mention(self, key: str, role: str, who: Person) -> dict[str, Any]:
        name = {"family": who.family, "given": who.given}
        number = f"{key}-{role}"
        linked = _known(who) if self._chance.random() < LINKED else {}
        return caseload.person(role, "records", number, name, **linked)

    def _said(
        self, key: str, agency: str, path: str, people: list[dict[str, Any]], ago: timedelta, **content: Any
    ) -> Said:
        content |= {"people": people, "narrative": {"text": f"As told. {key}"}}
        body = caseload.submission(content, self._now - ago)
        return Said(key, agency, path.split("/")[1], path, body)

    def _ago(self) -> timedelta:
        return timedelta(hours=self._chance.randint(30, 900))

    def _breach(self, key: str, couple: Couple) -> Said:
        agency = self._chance.choice(("castlegate-housing", "northmere-police", "northmere-council"))
        people = [self._mention(key, "victim", couple.her), self._mention(key, "perpetrator", couple.him)]
        couple.breaches += 1
        ago = timedelta(hours=24) + couple.breaches * APART
        area = {"area": "northmere-north"}
        path = "/orders/v1/breaches"
        return self._said(key, agency, path, people, ago, kind="attended", routing=area)

    def _incident(self, key: str, couple: Couple) -> Said:
        agency = self._chance.choice(("northmere-hospital", "northmere-police"))
        people = [self._mention(key, "victim", couple.her), self._mention(key, "suspect", couple.him)]
        kind = self._chance.choice(("verbal-abuse", "controlling-or-coercive", "common-assault"))
        return self._said(key, agency, "/referrals/v1/incidents", people, self._ago(), kind=kind)

    def _contact(self, key: str, couple: Couple) -> Said:
        people = [self._mention(key, "victim", couple.her)]
        path, service = "/referrals/v1/health-contacts", "Practice nurse"
        return self._said(key, "eastvale-gp", path, people, self._ago(), service=service)

    def _housing(self, key: str, couple: Couple) -> Said:
        people = [self._mention(key, "victim", couple.her)]
        path = "/referrals/v1/housing"
        return self._said(key, "castlegate-housing", path, people, self._ago(), kind="tenancy")

    def _referral(self, key: str, couple: Couple) -> Said:
        people = [self._mention(key, "victim", couple.her), self._mention(key, "perpetrator", couple.him)]
        path, dash = "/referrals/v1/marac-referrals", caseload.dash(self._chance.randint(6, 20), 2, 1)
        area = {"area": "northmere-north"}
        return self._said(key, "harbour-idva", path, people, self._ago(), dash=dash, routing=area)

    def _order(self, key: str, couple: Couple) -> Said:
        people = [self._mention(key, "victim", couple.her), self._mention(key, "respondent", couple.him)]
        ago = timedelta(hours=self._chance.randint(30, 900))
        made = self._now - ago
        terms = {
            "order": "non-molestation",
            "made": made.isoformat(),
            "ends": (made + timedelta(days=365)).isoformat(),
            "prohibitions": [{"kind": "no-contact", "text": "Not to contact her by any means."}],
        }
        return self._said(key, "northmere-police", "/orders/v1/orders", people, ago, **terms)

    def _served(self, key: str, couple: Couple) -> Said:
        people = [self._mention(key, "respondent", couple.him)]
        served = self._now - timedelta(hours=29)
        said = {"order": self._chance.choice(couple.orders), "method": "personal"}
        said |= {"served": served.isoformat(), "respondent_aware": served.isoformat()}
        return self._said(key, "northmere-police", "/orders/v1/services", people, timedelta(hours=28), **said)


def _known(who: Person) -> dict[str, Any]:
    """By what a record is somebody's: a name with no date of birth is alike to nobody."""
    return {"nhs_number": who.nhs, "born": [who.born.isoformat()]}

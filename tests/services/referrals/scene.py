"""Referrals with its callers, on the embedded deployment, for the tests here."""

from dataclasses import dataclass
from typing import Any

import httpx

from chassis.accept import own_header
from chassis.http.auth import Caller
from chassis.ids import Ids
from chassis.runtime import Runtime
from contracts.content import Content
from contracts.events.configuration import AgencyDefined
from contracts.vocabulary import AgencyKind
from tests.support.waiting import until

IDS = Ids("a secret that only these tests have")
ANN, OTHER = "9990000018", "9990000026"


def caller(name: str, agency: str, *roles: str, area: str = "north") -> Caller:
    id_ = IDS.staff("issuer", name)
    return Caller(id_, "issuer", name, agency, frozenset(roles), frozenset({area}), name)


CALLERS = {
    each.subject: each
    for each in (
        caller("hospital", "hospital", "reporter"),
        caller("practice", "practice", "reporter"),
        caller("haven", "haven", "reporter", "support-reporter"),
        caller("police", "police", "reporter"),
        caller("idva", "haven", "idva"),
        caller("supervisor", "police", "supervisor"),
        caller("police-idva", "police", "idva"),
        caller("housing", "housing", "reporter"),
        caller("council", "council", "reporter"),
        caller("probation", "probation", "reporter"),
        caller("coordinator", "council", "marac-coordinator"),
        caller("police-coordinator", "police", "marac-coordinator"),
        caller("coordinator-elsewhere", "borough", "marac-coordinator", area="south"),
        caller("coordinator-south", "council", "marac-coordinator", area="south"),
        caller("operator", "council", "operator"),
        caller("chair", "police", "marac-chair"),
        caller("idva", "haven", "idva"),
        caller("idva-south", "haven", "idva", area="south"),
        caller("haven-south", "haven", "reporter", area="south"),
    )
}


AGENCIES = (
    AgencyDefined(agency="police", name="Police", kind=AgencyKind.POLICE),
    AgencyDefined(agency="haven", name="Haven", kind=AgencyKind.IDVA_SERVICE, serves=["north"]),
    AgencyDefined(agency="council", name="Council", kind=AgencyKind.COUNCIL),
    AgencyDefined(agency="hospital", name="Hospital", kind=AgencyKind.HEALTH),
)
"""Of which kind each is: of whom nobody has said it may be the police."""
COORDINATORS = (AGENCIES[2], AgencyDefined(agency="borough", name="Borough", kind=AgencyKind.COUNCIL))
"""The agencies of those who decide who is who."""


class Door:
    """Lets in whoever says a name of ours: tokens are the chassis' own matter."""

    async def caller(self, token: str) -> Caller:
        return CALLERS[token]


@dataclass
class Referrals:
    """The service, and a client for each who calls."""

    runtime: Runtime
    http: httpx.AsyncClient

    def body(self, content: dict[str, Any]) -> dict[str, Any]:
        now = self.runtime.clock.now().isoformat()
        header = {"occurred": now, "recorded": now, "basis": "public-task", "purpose": "safeguarding"}
        return {**header, "content": content}

    async def configure(self, *said: Content) -> None:
        """An operator says so."""
        for each in said:
            header = own_header(self.runtime.clock.now())
            await self.runtime.take(header, each, caller=CALLERS["operator"], right="test")

    async def post(self, who: str, path: str, content: dict[str, Any], key: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}"} | ({"Idempotency-Key": key} if key else {})
        return await self.http.post(f"/referrals/v1/{path}", json=self.body(content), headers=headers)

    async def correct(self, who: str, taken: httpx.Response, content: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}", "If-Match": taken.headers["etag"]}
        return await self.http.put(taken.headers["location"], json=self.body(content), headers=headers)

    async def contact(
        self, who: str, number: str, nhs: str, family: str = "Marsh", area: str | None = None
    ) -> httpx.Response:
        """A contact with a health service, of one of its own records."""
        routing = {"routing": {"area": area}} if area else {}
        return await self.post(who, "health-contacts", health(number, nhs, family) | routing)

    async def withdraw(self, who: str, taken: httpx.Response) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}", "If-Match": taken.headers["etag"]}
        return await self.http.delete(taken.headers["location"], headers=headers)

    async def person(self, agency: str, number: str) -> str:
        return await self.runtime.person_of(mention(agency, number))

    async def until_one(self, *records: tuple[str, str]) -> None:
        """Wait until all these records are one person, and their rows say so."""

        async def one() -> bool:
            return len({await self.person(*record) for record in records}) == 1

        await until(one, what="they are one person")
        await self.runtime.folded([f"m:{mention(*record)}" for record in records])

    async def until_apart(self, *records: tuple[str, str]) -> None:
        """Wait until each of these records is a person of its own, at home."""

        async def apart() -> bool:
            homes = {await self.person(*record) for record in records}
            return homes == {IDS.person(mention(*record)) for record in records}

        await until(apart, what="each is at home")


def mention(agency: str, number: str) -> str:
    return IDS.mention(agency, "main", "person", number)


def named(role: str, number: str, **identity: Any) -> dict[str, Any]:
    record = {"system": "main", "type": "person", "number": number}
    return {"role": role, "identity": {"record": record, **identity}}


def health(number: str, nhs: str, family: str = "Marsh") -> dict[str, Any]:
    name = {"family": family, "given": "Ann"}
    return {"service": "Clinic", "people": [named("victim", number, nhs_number=nhs, name=name)]}

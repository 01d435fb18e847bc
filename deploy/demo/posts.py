"""What the simulated partners post, as values: who says what, when, and under which key."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from deploy.demo.people import Person

REGIME = {"northmere-police": "DPA_PART3"}

ROUTES = {
    "referral": "/referrals/v1/marac-referrals",
    "assessment": "/referrals/v1/risk-assessments",
    "incident": "/referrals/v1/incidents",
    "household": "/referrals/v1/households",
    "housing": "/referrals/v1/housing",
    "health": "/referrals/v1/health-contacts",
    "lead": "/referrals/v1/leads",
    "support": "/referrals/v1/support-steps",
    "role": "/referrals/v1/case-roles",
    "safe-contact": "/referrals/v1/safe-contacts",
    "failed-contact": "/referrals/v1/failed-contacts",
    "wishes": "/referrals/v1/wishes",
    "consent": "/referrals/v1/consents",
    "characteristics": "/referrals/v1/characteristics",
    "immigration": "/referrals/v1/immigration",
    "plan": "/referrals/v1/safety-plans",
    "contract": "/referrals/v1/victim-contracts",
    "told": "/referrals/v1/victim-updates",
    "child": "/referrals/v1/child-circumstances",
    "missing": "/referrals/v1/missing-children",
    "return-interview": "/referrals/v1/return-interviews",
    "school": "/referrals/v1/school-tellings",
    "order": "/orders/v1/orders",
    "service": "/orders/v1/services",
    "circulation": "/orders/v1/circulations",
    "breach": "/orders/v1/breaches",
    "step": "/orders/v1/breach-steps",
}
"""Where each kind of fact is posted."""

NAMES_BY = {"step": "breach", "circulation": "order"}
"""By which field a kind of fact names the root of what it is of."""


@dataclass(frozen=True, slots=True)
class Post:
    """One request of a partner's system at one time.

    A correction or withdrawal names by ``of`` the key of what it changes, a step of the answer to a breach
    that of the breach, a circulation that of the order. ``alone`` is a first report
    of a breach: it is posted at its very own time, and somebody answers it.
    """

    at: datetime
    agency: str
    kind: str
    key: str
    body: dict[str, Any]
    change: Literal["say", "correct", "withdraw"] = "say"
    of: str | None = None
    area: str = ""
    alone: bool = False

    @property
    def service(self) -> str:
        """Which service it goes to."""
        return ROUTES[self.kind].split("/")[1]


@dataclass(slots=True)
class Notebook:
    """Collects the posts of a caseload, in no order yet."""

    chance: Random
    start: datetime
    now: datetime
    prefix: str = "demo"
    late: tuple[int, int] = (20, 900)
    """How many minutes after it happened an agency records something, at least and at most."""
    posts: list[Post] = field(default_factory=list)

    def say(
        self,
        agency: str,
        kind: str,
        occurred: datetime,
        people: list[dict[str, Any]],
        area: str,
        narrative: str | None = None,
        /,
        late: tuple[int, int] | None = None,
        alone: bool = False,
        of: Post | None = None,
        **content: Any,
    ) -> Post | None:
        """An agency records something that happened some minutes ago, and its system posts it.

        What would be posted only after the end of the year is left out.
        """
        recorded = occurred + timedelta(minutes=self.chance.randint(*(late or self.late)))
        at = recorded + timedelta(minutes=self.chance.randint(1, 8))
        if not self.start < occurred < at < self.now:
            return None
        said = {"people": people, "routing": {"area": area}, **content}
        if narrative:
            said["narrative"] = {"text": narrative}
        body = {
            "occurred": occurred.isoformat(),
            "recorded": recorded.isoformat(),
            "regime": REGIME.get(agency, "UKGDPR"),
            "basis": "public-task",
            "purpose": "safeguarding",
            "assertion": "third-party" if agency == "castlegate-housing" else "fact",
            "content": {name: value for name, value in said.items() if value is not None},
        }
        key, about = f"{self.prefix}-{len(self.posts):05}", of.key if of else None
        post = Post(at, agency, kind, key, body, of=about, area=area, alone=alone)
        self.posts.append(post)
        return post

    def correct(self, post: Post, days: float, **content: Any) -> None:
        """The agency corrects it after some days: the whole content again, some of it other."""
        self._change(post, days, "correct", content)

    def withdraw(self, post: Post, days: float) -> None:
        """The agency takes it back after some days."""
        self._change(post, days, "withdraw", {})

    def _change(
        self, post: Post, days: float, change: Literal["correct", "withdraw"], content: dict[str, Any]
    ) -> None:
        at = post.at + timedelta(days=days)
        if at >= self.now:
            return
        recorded = (at - timedelta(minutes=4)).isoformat()
        body = {**post.body, "recorded": recorded, "content": {**post.body["content"], **content}}
        self.posts.append(
            Post(
                at,
                post.agency,
                post.kind,
                f"{self.prefix}-{len(self.posts):05}",
                body,
                change,
                post.key,
                post.area,
            )
        )

    def moment(self, day: float, *, evening: bool = True) -> datetime:
        """A time on a day of the year: in the evening mostly, where evenings are when it happens."""
        hours = (19, 20, 21, 22, 23, 18, 2, 14, 10) if evening else (9, 10, 11, 14, 15, 16)
        base = (self.start + timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
        return base + timedelta(hours=self.chance.choice(hours), minutes=self.chance.randint(0, 59))


@dataclass(frozen=True, slots=True)
class Pair:
    """A victim and the person who hurts her, as the story has them."""

    victim: Person
    perpetrator: Person
    relationship: str

    def people(
        self, agency: str, perpetrator_role: str = "suspect", *, children: bool = False
    ) -> list[dict[str, Any]]:
        """Both, and her children if they were there, as a record of an agency names them."""
        known = self.victim.contact if agency == "harbour-idva" else None
        found = [
            self.victim.mention("victim", agency, contact=known),
            self.perpetrator.mention(perpetrator_role, agency, relationship=self.relationship),
        ]
        there = self.victim.children if children else []
        return [*found, *(child.mention("child", agency, relationship="child") for child in there)]

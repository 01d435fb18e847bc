"""The referral page over drafts in memory: one with answers of each kind; and what support alone reads."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import APIRouter

from chassis.http.auth import Caller
from contracts.vocabulary import DASH_ITEMS, AgencyKind, OpeningBasis
from services.referrals import actions, drafts, referred, withheld
from services.referrals.drafts import Draft, Page
from services.referrals.pages import refer, routes, schools
from services.referrals.pages import withheld as withheld_pages
from services.referrals.rules import referring
from tests.pages.sample_rows import CASE, LONG, ORDER, ago, new

DRAFT = ORDER
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "victim": {"given": "Jane", "family": LONG, "born-day": "2", "born-month": "3", "born-year": "1991"},
    "contact": {"method": "text", "number": "07700 900142", "no-uniform": "yes"},
    "views": {
        "aware": "yes",
        "consent": "yes",
        "part-health": "no",
        "view": "To stay at home, and to be left alone.",
    },
    "perpetrator": {"given": "Kyle", "family": "Smith", "relationship": "ex-partner"},
    "children": {"given-0": "Kit", "family-0": "Doe", "school-0": "Hollin Bank"},
    "dash-1": dict.fromkeys(DASH_ITEMS[:6], "yes"),
    "risk": {"professional-judgement": "yes", "happened": "Waits at the gate each day."},
}

ROUTES = SimpleNamespace(router=APIRouter())
"""All pages of referrals as one."""
for _each in (routes.router, refer.router, withheld_pages.router, schools.router):
    ROUTES.router.include_router(_each)


class Drafts:
    """Drafts of everybody, in memory; what was sent, by draft."""

    def __init__(self) -> None:
        pages = {name: Page(1, said) for name, said in ANSWERS.items()}
        self.kept = {DRAFT: Draft(DRAFT, ago(days=11), pages)}
        self.kept |= {nameless: Draft(nameless, ago(hours=1)) for nameless in (new(), new())}
        self.sent: dict[str, Any] = {}

    async def begin(self, _: Any, caller: Caller, draft: str) -> None:
        """As ``drafts.begin``."""
        self.kept.setdefault(draft, Draft(draft, ago(hours=0)))

    async def mine(self, _: Any, caller: Caller) -> list[Draft]:
        """As ``drafts.mine``."""
        return list(self.kept.values())

    async def read(self, _: Any, caller: Caller, draft: str) -> Draft | None:
        """As ``drafts.read``."""
        return self.kept.get(draft)

    async def save(
        self, _: Any, caller: Caller, draft: str, page: str, seen: int, said: Mapping[str, str]
    ) -> Draft | Page | None:
        """As ``drafts.save``."""
        before = self.kept[draft].pages.get(page, Page(0, {}))
        if before.n != seen:
            return before
        kept = self.kept[draft]
        self.kept[draft] = replace(kept, pages={**kept.pages, page: Page(seen + 1, said)})
        return self.kept[draft]

    async def send(self, _: Any, caller: Caller, draft: Draft) -> None:
        """As ``referred.send``."""
        said = referring.referral(draft.answers, draft.id, referring.day_of_draft(draft.touched))
        self.sent[draft.id] = SimpleNamespace(root=CASE, accepted=ago(hours=0), said=said)
        del self.kept[draft.id]

    async def was_sent(self, _: Any, caller: Caller, draft: str) -> Any:
        """As ``referred.sent``."""
        return self.sent.get(draft)

    async def before(self, _: Any, caller: Caller, draft: Draft) -> list[Any]:
        """Of the sample alone one was referred before."""
        return [SimpleNamespace(id=CASE, root=CASE, occurred=ago(days=40))] if draft.id == DRAFT else []


async def kept_of(*_: Any) -> withheld.KeptOfCase:
    """Two things that are kept, one of which was opened."""
    opening = withheld.Opening(
        at=ago(hours=3),
        agency="harbour-idva",
        basis=OpeningBasis.VITAL_INTERESTS,
        reason="A threat to use it was made yesterday.",
        told="There is a knife in the van.",
    )
    kept = withheld.Kept(
        root=CASE, agency="harbour-idva", at=ago(days=3), text="Has a knife.", mine=True, opened=(opening,)
    )
    other = kept.model_copy(update={"root": ORDER, "opened": (), "text": f"Told nobody of {LONG}."})
    return withheld.KeptOfCase(kept=(kept, other), without_answer=4)


async def kind_of(*_: Any) -> AgencyKind:
    """Everybody here is of a health service: of an agency of no known kind nobody is asked."""
    return AgencyKind.HEALTH


async def noted(*_: Any, **__: Any) -> None:
    """The look is on record."""


def sampled(patch: pytest.MonkeyPatch, host: Any) -> Drafts:
    """Let the referral page ask memory instead of a store."""
    memory = Drafts()
    for name in ("begin", "mine", "read", "save"):
        patch.setattr(drafts, name, getattr(memory, name))
    patch.setattr(referred, "send", memory.send)
    patch.setattr(referred, "sent", memory.was_sent)
    patch.setattr(referred, "before", memory.before)
    patch.setattr(withheld, "open_case", kept_of)
    patch.setattr(actions, "kind_of", kind_of)
    host.shown = noted
    return memory

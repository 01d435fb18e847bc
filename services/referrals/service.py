"""The wiring of referrals: what it is made of. Nothing is decided here."""

import asyncio
from dataclasses import replace

from chassis.runtime import Runtime
from chassis.service import Service
from contracts.events.feeds import FeedSet
from contracts.events.identity import IdentityDecided, MixtureAnswered, RecordsMerged
from contracts.events.people import (
    HealthContacted,
    HouseholdDescribed,
    HousingDescribed,
    ImmigrationNoted,
    IncidentReported,
    LeadNamed,
    ReferralMade,
    RiskAssessed,
)
from services.referrals.actions import admit, revisable
from services.referrals.candidates import BlockTable, QuestionTable
from services.referrals.feeds.inbound import take_inbound
from services.referrals.feeds.pushing import PushedTable, push_feeds
from services.referrals.feeds.rows import FED
from services.referrals.feeds.writer import write_feeds
from services.referrals.links import REFERRALS_LINK
from services.referrals.matcher import match
from services.referrals.mixtures import watch_links
from services.referrals.pages import PAGES
from services.referrals.pages.routes import router as pages
from services.referrals.risk_reviews import REVIEW
from services.referrals.routes import router
from services.referrals.rules import sharing
from services.referrals.views import IDENTITY


async def match_here(runtime: Runtime) -> None:
    """The matcher as a task of the one process of an embedded deployment; elsewhere it has its own."""
    if runtime.settings.mode == "embedded":
        await match(runtime)
    await asyncio.Event().wait()


SERVICE = Service(
    name="referrals",
    views=(IDENTITY, REFERRALS_LINK, REVIEW, FED),
    fold_version=4,
    tables=(BlockTable, QuestionTable, PushedTable),
    routers=(router, pages),
    problem_page=PAGES.problem,
    rights=sharing.RIGHTS,
    accepts={
        ReferralMade: sharing.REFER,
        RiskAssessed: sharing.ASSESS,
        IncidentReported: sharing.REPORT_INCIDENT,
        HouseholdDescribed: sharing.DESCRIBE_CARE,
        HousingDescribed: sharing.DESCRIBE_CARE,
        HealthContacted: sharing.DESCRIBE_CARE,
        LeadNamed: sharing.DESCRIBE_CARE,
        ImmigrationNoted: sharing.NOTE_IMMIGRATION,
        RecordsMerged: sharing.MERGE_RECORDS,
        IdentityDecided: sharing.DECIDE_IDENTITY,
        MixtureAnswered: sharing.ANSWER_LINK,
        FeedSet: sharing.SET_FEED,
    },
    admit=admit,
    revisable=revisable,
    tasks=(match_here, watch_links, write_feeds, push_feeds, take_inbound),
    reads_audit=True,
)

MATCHER = replace(SERVICE, routers=(), tasks=(match,))
"""The same service without routes: the process of ``goldthread matcher``, on the store of referrals."""

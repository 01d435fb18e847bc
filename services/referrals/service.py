"""The wiring of referrals: what it is made of. Nothing is decided here."""

import asyncio
from dataclasses import replace

from chassis.runtime import Runtime
from chassis.service import Service
from contracts.events.identity import IdentityDecided
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
from services.referrals.matcher import match
from services.referrals.reviews import REVIEW
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
    views=(IDENTITY, REVIEW),
    fold_version=2,
    routers=(router,),
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
        IdentityDecided: sharing.DECIDE_IDENTITY,
    },
    admit=admit,
    revisable=revisable,
    tasks=(match_here,),
)

MATCHER = replace(SERVICE, routers=(), tasks=(match,))
"""The same service without routes: the process of ``goldthread matcher``, on the store of referrals."""

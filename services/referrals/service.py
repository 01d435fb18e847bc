"""The wiring of referrals: what it is made of. Nothing is decided here."""

import asyncio
from dataclasses import replace

from chassis.feeds import keep_learning
from chassis.pages.how_far import how_far_pages
from chassis.runtime import Runtime
from chassis.service import Service
from contracts.events.children import (
    CircumstancesSaid,
    InterviewSaid,
    MissingReported,
    SchoolCalendarSet,
    SchoolTold,
)
from contracts.events.contact import ContactFailed, DeathRecorded, SafeContactSaid
from contracts.events.feeds import FeedSet
from contracts.events.hearings import HearingListed
from contracts.events.identity import IdentityDecided, MixtureAnswered, RecordsMerged
from contracts.events.owed import ContractAgreed, PlanMade, PlanReviewed, VictimTold
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
from contracts.events.support import CapacityTold, RoleTaken, SupportProgressed
from contracts.events.wishes import CharacteristicsSaid, ConsentSaid, WishesHeard
from contracts.events.withheld import WithheldFromPolice, WithheldOpened
from services.referrals import withheld
from services.referrals.actions import readable, revisable
from services.referrals.candidates import BlockTable, QuestionTable
from services.referrals.children import CHILDREN
from services.referrals.children_routes import router as children_routes
from services.referrals.doubts import QUESTION_CLOCK, QUESTION_TOLD, watch_questions
from services.referrals.drafts import DraftTable, forget_old
from services.referrals.feeds.inbound import take_inbound
from services.referrals.feeds.pushing import PushedTable, push_feeds
from services.referrals.feeds.rows import FED
from services.referrals.feeds.writer import write_feeds
from services.referrals.links import REFERRALS_LINK
from services.referrals.matcher import match
from services.referrals.mixtures import watch_links
from services.referrals.owed import OWED
from services.referrals.owed_routes import router as owed_routes
from services.referrals.pages import PAGES
from services.referrals.pages.refer import router as refer_pages
from services.referrals.pages.routes import router as pages
from services.referrals.pages.schools import router as school_pages
from services.referrals.pages.withheld import router as withheld_pages
from services.referrals.risk_reviews import REVIEW
from services.referrals.routes import router
from services.referrals.rules import sharing
from services.referrals.support import SUPPORT
from services.referrals.support_routes import pages as support_pages
from services.referrals.support_routes import router as support
from services.referrals.victim_routes import router as victim_router
from services.referrals.views import IDENTITY
from services.referrals.withheld_routes import router as withheld_routes


async def match_here(runtime: Runtime) -> None:
    """The matcher as a task of the one process of an embedded deployment; elsewhere it has its own."""
    if runtime.settings.mode == "embedded":
        await match(runtime)
    await asyncio.Event().wait()


SERVICE = Service(
    name="referrals",
    views=(IDENTITY, REFERRALS_LINK, QUESTION_CLOCK, QUESTION_TOLD, REVIEW, OWED, CHILDREN, SUPPORT, FED),
    fold_version=22,
    tables=(BlockTable, QuestionTable, DraftTable, PushedTable),
    routers=(
        router,
        victim_router,
        children_routes,
        withheld_routes,
        owed_routes,
        support,
        pages,
        refer_pages,
        withheld_pages,
        support_pages,
        school_pages,
        how_far_pages(PAGES),
    ),
    problem_page=PAGES.problem,
    rights=sharing.RIGHTS,
    accepts={
        ReferralMade: sharing.REFER,
        RiskAssessed: sharing.ASSESS,
        IncidentReported: sharing.REPORT_INCIDENT,
        HouseholdDescribed: sharing.DESCRIBE_CARE,
        HousingDescribed: sharing.DESCRIBE_CARE,
        HealthContacted: sharing.DESCRIBE_CARE,
        LeadNamed: sharing.NAME_LEAD,
        HearingListed: sharing.SAY_HEARING,
        SupportProgressed: sharing.STEP_SUPPORT,
        RoleTaken: sharing.SAY_SUPPORT,
        CapacityTold: sharing.SAY_SUPPORT,
        CircumstancesSaid: sharing.SAY_CHILD,
        MissingReported: sharing.SAY_CHILD,
        InterviewSaid: sharing.SAY_CHILD,
        SchoolTold: sharing.SAY_CHILD,
        SchoolCalendarSet: sharing.SET_SCHOOL_DAYS,
        SafeContactSaid: sharing.SAY_CONTACT,
        ContactFailed: sharing.SAY_CONTACT,
        DeathRecorded: sharing.RECORD_DEATH,
        WishesHeard: sharing.DESCRIBE_CARE,
        ConsentSaid: sharing.DESCRIBE_CARE,
        CharacteristicsSaid: sharing.DESCRIBE_CARE,
        ImmigrationNoted: sharing.NOTE_IMMIGRATION,
        RecordsMerged: sharing.MERGE_RECORDS,
        IdentityDecided: sharing.DECIDE_IDENTITY,
        MixtureAnswered: sharing.ANSWER_LINK,
        WithheldFromPolice: sharing.KEEP_WITHHELD,
        WithheldOpened: sharing.OPEN_WITHHELD,
        PlanMade: sharing.PLAN,
        PlanReviewed: sharing.REVIEW_PLAN,
        ContractAgreed: sharing.AGREE_CONTRACT,
        VictimTold: sharing.TELL,
        FeedSet: sharing.SET_FEED,
    },
    admit=withheld.admit,
    revisable=revisable,
    readable=readable,
    tasks=(
        match_here,
        watch_links,
        watch_questions,
        forget_old,
        write_feeds,
        push_feeds,
        take_inbound,
        keep_learning,
    ),
    reads_audit=True,
)

MATCHER = replace(SERVICE, routers=(), tasks=(match,))
"""The same service without routes: the process of ``goldthread matcher``, on the store of referrals."""

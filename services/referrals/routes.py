"""HTTP: decode, call, answer. Decisions are in ``actions`` and ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import Field

from chassis.http.app import the_runtime
from chassis.http.auth import Caller, right
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.feeds import FeedSet
from contracts.events.hearings import HearingListed
from contracts.events.identity import IdentityDecided, MixtureAnswered, RecordsMerged
from contracts.events.people import (
    HealthContacted,
    HouseholdDescribed,
    HousingDescribed,
    ImmigrationNoted,
    IncidentReported,
    ItemId,
    LeadNamed,
    ReferralMade,
    RiskAssessed,
)
from contracts.submission import Receipt, Submission
from contracts.vocabulary import RiskQuestion
from services.referrals import actions, mixtures, review
from services.referrals.feeds.entries import MOST
from services.referrals.feeds.reading import FeedPage, read_feed
from services.referrals.links import UndoneLink
from services.referrals.rules import assessing, sharing

router = APIRouter(prefix="/referrals/v1")


class Waits(review.Waiting):
    """All that waits for whoever decides who is who, and what was decided last."""

    undone: list[UndoneLink]


class AssessmentReceipt(Receipt):
    """The answer to an assessment or a referral that is saved: what it leaves to ask, and of which items."""

    asks: list[RiskQuestion]
    missing: list[ItemId] = Field(description="items that were left out: they are not NO")
    unknown: list[ItemId] = Field(description="items answered DON'T KNOW or NOT ASKED")


TheRuntime = Annotated[Runtime, Depends(the_runtime)]


@router.post("/marac-referrals", status_code=status.HTTP_201_CREATED)
async def refer(
    submission: Submission[ReferralMade],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.REFER)],
    response: Response,
    key: IdempotencyKey,
) -> AssessmentReceipt:
    """A MARAC referral. Its root is the case. 200 with the first answer when it is sent again. It is taken
    however much of its Dash is left out; the answer says what it leaves to ask."""
    taken = await actions.report(runtime, caller, submission, sharing.REFER, key)
    return await _assessed(runtime, submission.content, receipt(response, "referrals", taken))


@router.post("/risk-assessments", status_code=status.HTTP_201_CREATED)
async def assess(
    submission: Submission[RiskAssessed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ASSESS)],
    response: Response,
    key: IdempotencyKey,
) -> AssessmentReceipt:
    """A risk assessment apart from a referral. It never overwrites an earlier one. It is taken however
    incomplete it is; the answer says what it leaves to ask."""
    taken = await actions.report(runtime, caller, submission, sharing.ASSESS, key)
    return await _assessed(runtime, submission.content, receipt(response, "referrals", taken))


async def _assessed(runtime: Runtime, said: ReferralMade | RiskAssessed, saved: Receipt) -> AssessmentReceipt:
    missing, unknown = assessing.left_open(said)
    return AssessmentReceipt(
        **saved.model_dump(),
        asks=assessing.questions(said, await actions.threshold_for(runtime, said)),
        missing=missing,
        unknown=unknown,
    )


@router.post("/incidents", status_code=status.HTTP_201_CREATED)
async def report_incident(
    submission: Submission[IncidentReported],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.REPORT_INCIDENT)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """An incident of abuse, a crime or not, by any agency that has it."""
    taken = await actions.report(runtime, caller, submission, sharing.REPORT_INCIDENT, key)
    return receipt(response, "referrals", taken)


@router.post("/households", status_code=status.HTTP_201_CREATED)
async def describe_household(
    submission: Submission[HouseholdDescribed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.DESCRIBE_CARE)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Who lives in a household, the children among them."""
    taken = await actions.report(runtime, caller, submission, sharing.DESCRIBE_CARE, key)
    return receipt(response, "referrals", taken)


@router.post("/housing", status_code=status.HTTP_201_CREATED)
async def describe_housing(
    submission: Submission[HousingDescribed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.DESCRIBE_CARE)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What a housing service holds: tenancy, application, target hardening."""
    taken = await actions.report(runtime, caller, submission, sharing.DESCRIBE_CARE, key)
    return receipt(response, "referrals", taken)


@router.post("/health-contacts", status_code=status.HTTP_201_CREATED)
async def report_health_contact(
    submission: Submission[HealthContacted],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.DESCRIBE_CARE)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A contact with a health service."""
    taken = await actions.report(runtime, caller, submission, sharing.DESCRIBE_CARE, key)
    return receipt(response, "referrals", taken)


@router.post("/leads", status_code=status.HTTP_201_CREATED)
async def name_lead(
    submission: Submission[LeadNamed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.NAME_LEAD)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Who leads a victim's support, and how colleagues reach them; or that they lead no more."""
    taken = await actions.report(runtime, caller, submission, sharing.NAME_LEAD, key)
    return receipt(response, "referrals", taken)


@router.post("/hearings", status_code=status.HTTP_201_CREATED)
async def list_hearing(
    submission: Submission[HearingListed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.SAY_HEARING)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A hearing of a criminal or family court, or about a civil order, is listed: its kind and its day."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_HEARING, key)
    return receipt(response, "referrals", taken)


@router.post("/immigration", status_code=status.HTTP_201_CREATED)
async def note_immigration(
    submission: Submission[ImmigrationNoted],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.NOTE_IMMIGRATION)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Immigration status, for support alone: it reaches no enforcement body by any path."""
    taken = await actions.report(runtime, caller, submission, sharing.NOTE_IMMIGRATION, key)
    return receipt(response, "referrals", taken)


@router.post("/merged-records", status_code=status.HTTP_201_CREATED)
async def merge_records(
    submission: Submission[RecordsMerged],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.MERGE_RECORDS)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """The caller's agency has merged two records of its own: the first is now the second."""
    taken = await actions.report(runtime, caller, submission, sharing.MERGE_RECORDS, key)
    return receipt(response, "referrals", taken)


@router.post("/identity-decisions", status_code=status.HTTP_201_CREATED)
async def decide_identity(
    submission: Submission[IdentityDecided],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.DECIDE_IDENTITY)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What a person decided of two mentions: the same, not the same, or that it cannot be told."""
    return receipt(response, "referrals", await actions.decide_identity(runtime, caller, submission, key))


@router.post("/mixture-answers", status_code=status.HTTP_201_CREATED)
async def answer_mixture(
    submission: Submission[MixtureAnswered],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ANSWER_LINK)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What was done about a link that was undone, and whether it was reported. It stops the clock."""
    taken = await actions.report(runtime, caller, submission, sharing.ANSWER_LINK, key)
    return receipt(response, "referrals", taken)


@router.get("/undone-links/{link}")
async def open_mixture(
    link: Id, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.ANSWER_LINK)]
) -> mixtures.Mixture:
    """A link that was undone: who had been shown the two as one, from the audit of every service."""
    return await mixtures.open_mixture(runtime, caller, link)


@router.get("/identity-questions")
async def identity_questions(
    runtime: TheRuntime, caller: Annotated[Caller, right(sharing.DECIDE_IDENTITY)]
) -> Waits:
    """Which two records the caller is asked about, the first to be late first; what was decided of others;
    and links that were undone, of which nobody has said what was done."""
    waiting = await review.waiting(runtime, caller)
    return Waits(**dict(waiting), undone=await mixtures.unanswered(runtime, caller))


@router.get("/identity-questions/{one}/{other}")
async def open_review(
    one: Id, other: Id, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.DECIDE_IDENTITY)]
) -> review.Review:
    """Two records side by side: what agrees, and what each would bring. The look is on record."""
    return await review.open_review(runtime, caller, one, other)


@router.post("/feeds", status_code=status.HTTP_201_CREATED)
async def set_feed(
    submission: Submission[FeedSet],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.SET_FEED)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What a partner is told: of which areas, of which cases no more, and where to. The last that was said of
    an agency holds."""
    return receipt(
        response, "referrals", await actions.report(runtime, caller, submission, sharing.SET_FEED, key)
    )


@router.get("/feed")
async def feed(
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.READ_FEED)],
    after: Annotated[
        str | None, Query(max_length=30, description="`next` of the answer before; none: from the beginning")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> FeedPage:
    """The feed of the caller's agency: what others said and it may know, in one order, each correction after
    what it corrects. It answers at once, also where there is nothing new. What is read is on record."""
    return await read_feed(runtime, caller, after, limit)

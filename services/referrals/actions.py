"""What agencies can do here: say what they know of people; and decide who is who."""

from typing import TypeVar

from chassis.accept import Refused, Taken
from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.content import Content, Said
from contracts.events.identity import IdentityDecided
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.sections import Routing
from contracts.submission import Submission
from services.referrals.rules import sharing
from services.referrals.rules.grading import grade_assessment, grade_referral
from services.referrals.rules.thresholds import dash_threshold

C = TypeVar("C", bound=Content)


async def report(
    runtime: Runtime, caller: Caller, submission: Submission[C], right: str, key: str | None
) -> Taken:
    """Record what an agency says, as it says it. Raises Refused as ``Runtime.take`` does."""
    return await runtime.take(submission, submission.content, caller=caller, right=right, idempotency_key=key)


async def decide_identity(
    runtime: Runtime, caller: Caller, submission: Submission[IdentityDecided], key: str | None
) -> Taken:
    """Record what a person decided of two mentions: the matcher heeds it.

    Raises Refused (422) where the two are one, and as ``Runtime.take`` does.
    """
    one, other = submission.content.mentions
    if one == other:
        raise Refused("same-mention", "body.content.mentions")
    return await report(runtime, caller, submission, sharing.DECIDE_IDENTITY, key)


async def admit(archive: Archive, caller: Caller, content: Content) -> Content:
    """The content with what Goldthread adds when it takes it, as a post or as a correction: the
    grade, by the threshold that its area has now.

    Raises Refused (422) where the sender gave a grade of that kind.
    """
    if not isinstance(content, ReferralMade | RiskAssessed):
        return content
    if content.graded is not None:
        raise Refused("given-by-goldthread", "body.content.graded")
    threshold = dash_threshold(await archive.configuration(), _area(content))
    if isinstance(content, ReferralMade):
        return content.model_copy(update={"graded": grade_referral(content, threshold)})
    return content.model_copy(update={"graded": grade_assessment(content, threshold)})


def _area(said: Said) -> str | None:
    return said.routing.area if isinstance(said.routing, Routing) else None

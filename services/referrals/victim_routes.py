"""HTTP, of what one victim wants and needs: how she may be reached, her words, who may be told, and her
protected characteristics. Decisions are in ``actions`` and ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Response, status
from pydantic import Field

from chassis.http.auth import Caller, right
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from contracts.events.contact import ContactFailed, DeathRecorded, SafeContactSaid
from contracts.events.wishes import CharacteristicsSaid, ConsentSaid, WishesHeard
from contracts.rules import safe_contact
from contracts.sections import Contact, Equality
from contracts.submission import Receipt, Submission
from contracts.vocabulary import Characteristic, ContactQuestion, Role
from services.referrals import actions
from services.referrals.routes import TheRuntime
from services.referrals.rules import sharing

router = APIRouter(prefix="/referrals/v1", tags=["victims"])

Describer = Annotated[Caller, right(sharing.DESCRIBE_CARE)]
Teller = Annotated[Caller, right(sharing.SAY_CONTACT)]
Recorder = Annotated[Caller, right(sharing.RECORD_DEATH)]


class ContactReceipt(Receipt):
    """The answer to a way to reach her that is saved: what it leaves to ask, before it is safe."""

    asks: list[ContactQuestion]


class CharacteristicsReceipt(Receipt):
    """The answer to characteristics that are saved: which are still to be asked."""

    missing: list[Characteristic] = Field(description="without an answer here, *not asked* among them")


@router.post("/safe-contacts", status_code=status.HTTP_201_CREATED)
async def say_contact(
    submission: Submission[SafeContactSaid],
    runtime: TheRuntime,
    caller: Teller,
    response: Response,
    key: IdempotencyKey,
) -> ContactReceipt:
    """How she may safely be reached, in her ``contact`` section. To verify it, say it again. It is taken
    however incomplete it is; the answer says what it leaves to ask."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_CONTACT, key)
    contact = submission.content.in_role(Role.VICTIM)[0].contact
    asks = safe_contact.questions(contact) if isinstance(contact, Contact) else []
    return ContactReceipt(**receipt(response, "referrals", taken).model_dump(), asks=asks)


@router.post("/failed-contacts", status_code=status.HTTP_201_CREATED)
async def fail_contact(
    submission: Submission[ContactFailed],
    runtime: TheRuntime,
    caller: Teller,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A way that was thought safe is not. From then on no way is, until one has been verified since."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_CONTACT, key)
    return receipt(response, "referrals", taken)


@router.post("/deaths", status_code=status.HTTP_201_CREATED)
async def record_death(
    submission: Submission[DeathRecorded],
    runtime: TheRuntime,
    caller: Recorder,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """The victim has died. From then on nobody is asked to reach them, and no deadline for it runs; the case
    stays. For police and health (422 `not-yours-to-say`); one that was said of the wrong person is
    withdrawn, and all is as it was."""
    taken = await actions.report(runtime, caller, submission, sharing.RECORD_DEATH, key)
    return receipt(response, "referrals", taken)


@router.post("/wishes", status_code=status.HTTP_201_CREATED)
async def hear_wishes(
    submission: Submission[WishesHeard],
    runtime: TheRuntime,
    caller: Describer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What she thinks and wants, in her own words."""
    taken = await actions.report(runtime, caller, submission, sharing.DESCRIBE_CARE, key)
    return receipt(response, "referrals", taken)


@router.post("/consents", status_code=status.HTTP_201_CREATED)
async def say_consent(
    submission: Submission[ConsentSaid],
    runtime: TheRuntime,
    caller: Describer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Which kinds of agency may be told of her, and of what: given or refused; or overridden, by which basis
    and why. Of what is left out it says nothing."""
    taken = await actions.report(runtime, caller, submission, sharing.DESCRIBE_CARE, key)
    return receipt(response, "referrals", taken)


@router.post("/characteristics", status_code=status.HTTP_201_CREATED)
async def say_characteristics(
    submission: Submission[CharacteristicsSaid],
    runtime: TheRuntime,
    caller: Describer,
    response: Response,
    key: IdempotencyKey,
) -> CharacteristicsReceipt:
    """Her protected characteristics: each a code of its list, *asked, not given*, or *not asked, because*.
    What is left out is asked for; nothing is refused for it."""
    taken = await actions.report(runtime, caller, submission, sharing.DESCRIBE_CARE, key)
    section = submission.content.equality
    said = {each.characteristic for each in section.answers} if isinstance(section, Equality) else set()
    missing = [each for each in Characteristic if each not in said]
    return CharacteristicsReceipt(**receipt(response, "referrals", taken).model_dump(), missing=missing)

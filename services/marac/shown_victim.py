"""What is shown of a victim's own: which way to reach her is safe, her words, who may be told, and what she
answered about her protected characteristics."""

from pydantic import BaseModel, ConfigDict, Field

from contracts.rules.safe_contact import NO_WAY as NO_WAY
from contracts.rules.safe_contact import SafeWay as SafeWay
from contracts.vocabulary import Characteristic
from services.marac.conference.parts import Source
from services.marac.conference.victim_rows import Characteristics, Consent, FailedWay, Wish
from services.marac.rules.consent import Standing


class HersShown(BaseModel):
    """All of it, the newest first. ``way`` is without number and code word, and ``characteristics`` are None,
    for whoever may not see them."""

    model_config = ConfigDict(frozen=True)

    way: SafeWay = NO_WAY
    died: Source | None = Field(default=None, description="the newest word of an agency that she has died")
    failed: tuple[FailedWay, ...] = ()
    wishes: tuple[Wish, ...] = ()
    consents: tuple[Consent, ...] = ()
    standing: list[Standing] = Field(default=[], description="whether each kind of agency may be told")
    characteristics: tuple[Characteristics, ...] | None = None
    unanswered: list[Characteristic] = Field(default=[], description="what nobody has an answer to")

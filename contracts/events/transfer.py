"""A case that goes from one MARAC to another: sent, taken, asked more of. It stays with whoever sent it until
it is taken, and after."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.content import AreaId, CaseId, Content, ThingId
from contracts.sections import Line, NarrativeSection
from contracts.vocabulary import HeardHere, MoveKind, MoveWarning, TransferItem


class TransferSent(Content):
    """A victim moves to another MARAC's area, and the case is sent there. Both areas are MARACs'. No address
    goes with it, of a refuge or any other."""

    type: ClassVar[str] = "uk.goldthread.marac.transfer-sent.v1"
    topic: ClassVar[str] = "marac"
    begins = ("o",)
    joint: ClassVar[bool] = True
    case: CaseId
    from_area: AreaId
    to_area: AreaId
    move: MoveKind = MoveKind.NOT_KNOWN
    heard: HeardHere
    goes_with: Annotated[list[TransferItem], Field(max_length=len(TransferItem))] = Field(
        default_factory=list
    )
    warned: MoveWarning = Field(description="what the sender was warned of, and went on")
    words: NarrativeSection | None = None


class TransferSentOutside(Content):
    """A victim moves to where a MARAC hears that is not on Goldthread, and whoever coordinates sends the case
    there by a secure way of their own. Nobody takes it here: it is the sender's to see to until somebody has
    said that it is there, and stays theirs after. No address goes with it."""

    type: ClassVar[str] = "uk.goldthread.marac.transfer-sent-outside.v1"
    topic: ClassVar[str] = "marac"
    begins = ("o",)
    joint: ClassVar[bool] = True
    case: CaseId
    from_area: AreaId
    to: Line = Field(description="the other MARAC, by its name")
    move: MoveKind = MoveKind.NOT_KNOWN
    heard: HeardHere
    goes_with: Annotated[list[TransferItem], Field(max_length=len(TransferItem))] = Field(
        default_factory=list
    )
    warned: MoveWarning = Field(description="what the sender was warned of, and went on")
    words: NarrativeSection | None = None


class OfTransfer(Content):
    """The base of what is said of a transfer."""

    transfer: ThingId
    case: CaseId


class TransferAcknowledged(OfTransfer):
    """The receiving coordinator has taken the case: from here on its area sees it and lists it. Once it is
    withdrawn, the transfer waits again."""

    type: ClassVar[str] = "uk.goldthread.marac.transfer-acknowledged.v1"
    topic: ClassVar[str] = "marac"
    joint: ClassVar[bool] = True


class TransferConfirmed(OfTransfer):
    """Somebody of a MARAC that is not on Goldthread has the case: who said so, and how. Once it is withdrawn,
    the transfer waits again."""

    type: ClassVar[str] = "uk.goldthread.marac.transfer-confirmed.v1"
    topic: ClassVar[str] = "marac"
    joint: ClassVar[bool] = True
    words: NarrativeSection


class TransferAskedForMore(OfTransfer):
    """The receiving coordinator misses something, before or after the case is taken."""

    type: ClassVar[str] = "uk.goldthread.marac.transfer-asked-for-more.v1"
    topic: ClassVar[str] = "marac"
    words: NarrativeSection


class TransferSupplied(OfTransfer):
    """The sender has given what was asked for."""

    type: ClassVar[str] = "uk.goldthread.marac.transfer-supplied.v1"
    topic: ClassVar[str] = "marac"
    words: NarrativeSection

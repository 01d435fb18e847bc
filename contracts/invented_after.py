"""What follows an invented meeting: flags, a repeat that is none, and a case that goes to another MARAC."""

from contracts import vocabulary as code
from contracts.events.flags import CaseMet, FlagConfirmed, RepeatAnswered
from contracts.events.transfer import (
    TransferAcknowledged,
    TransferAskedForMore,
    TransferConfirmed,
    TransferSent,
    TransferSentOutside,
    TransferSupplied,
)
from contracts.invented import WHERE, at, example_id
from contracts.invented_facts import BREACH, MEETING, REFERRAL, Told
from contracts.sections import Narrative

TRANSFER = example_id("a transfer to another MARAC")
OUTSIDE = example_id("a transfer to a MARAC that is not on Goldthread")

FOLLOWED: list[Told] = [
    ("goldthread", at(24, 9, 30), CaseMet(case=REFERRAL, meeting=MEETING)),
    ("haven-idva", at(25), FlagConfirmed(case=REFERRAL, state=code.FlagState.FLAGGED)),
    (
        "northshire-police",
        at(26),
        RepeatAnswered(
            case=REFERRAL,
            records=[BREACH],
            words=Narrative(text="The meeting had heard of it from the housing officer."),
        ),
    ),
    (
        "northshire-police",
        at(26, 11),
        TransferSent(
            case=REFERRAL,
            from_area=WHERE.area,
            to_area="southshire-west",
            move=code.MoveKind.TEMPORARY,
            heard=code.HeardHere.HEARD,
            goes_with=[code.TransferItem.MINUTES, code.TransferItem.ACTIONS],
            warned=code.MoveWarning.NOT_KNOWN,
        ),
    ),
    (
        "southshire-police",
        at(27),
        TransferAskedForMore(
            transfer=TRANSFER, case=REFERRAL, words=Narrative(text="The newest Dash is missing.")
        ),
    ),
    (
        "northshire-police",
        at(27, 12),
        TransferSupplied(transfer=TRANSFER, case=REFERRAL, words=Narrative(text="Sent with the research.")),
    ),
    ("southshire-police", at(27, 15), TransferAcknowledged(transfer=TRANSFER, case=REFERRAL)),
    (
        "northshire-police",
        at(28, 11),
        TransferSentOutside(
            case=REFERRAL,
            from_area=WHERE.area,
            to="Farshire Coast MARAC",
            heard=code.HeardHere.HEARD,
            warned=code.MoveWarning.TO_CHECK,
        ),
    ),
    (
        "northshire-police",
        at(29),
        TransferConfirmed(
            transfer=OUTSIDE,
            case=REFERRAL,
            words=Narrative(text="Its coordinator rang: they have it, and hear it on the 9th."),
        ),
    ),
]

"""Examples of what a MATAC is told and decides, of a search, and of places opened: of invented people."""

from contracts import vocabulary as code
from contracts.events.operations import PlacesOpened, Searched
from contracts.events.tasking import CandidateDecided, PutForward, PutForwardEnded
from contracts.invented import HER, HIM, at, example_id, mention_of
from contracts.invented_facts import Told
from contracts.sections import Narrative

_VICTIM, _OFFENDER = mention_of(HER, "haven-idva"), mention_of(HIM, "haven-idva")

MATAC: list[Told] = [
    ("goldthread", at(17), PutForward(victim=_VICTIM, offender=_OFFENDER, generation=1)),
    ("goldthread", at(19), PutForwardEnded(victim=_VICTIM, offender=_OFFENDER, generation=1)),
    (
        "northshire-police",
        at(18, 10),
        CandidateDecided(
            offender=_OFFENDER,
            decision=code.CandidateDecision.NOT_TAKEN_UP,
            reason=code.NotTakenUp.MANAGED_ELSEWHERE,
            words=Narrative(text="MAPPA has the lead since this month."),
        ),
    ),
    (
        "northshire-police",
        at(18, 11),
        Searched(
            person=example_id("a MARAC coordinator"),
            viewer_agency="northshire-police",
            roles=[code.StaffRole.MARAC_COORDINATOR],
            sought=example_id("what was typed"),
            reason=code.SearchReason.BEFORE_REFERRAL,
            found=1,
        ),
    ),
    (
        "northshire-police",
        at(18, 12),
        PlacesOpened(
            person=example_id("a MARAC coordinator"),
            viewer_agency="northshire-police",
            roles=[code.StaffRole.MARAC_COORDINATOR],
            case=example_id("a case"),
            reason=code.SearchReason.SAFETY_NOW,
            words=Narrative(text="A visit is planned for today."),
        ),
    ),
]
"""Who is put forward, what is decided of them, and who looked for whom."""

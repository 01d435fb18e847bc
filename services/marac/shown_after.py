"""What is shown of what follows a meeting: flags, repeats, the outcome told, transfers."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.rules.safe_contact import SafeWay
from contracts.sections import Name
from contracts.vocabulary import MoveWarning, Role
from services.marac.conference.after_rows import ConferenceTransfer, FlagLine, NoRepeatLine, RecordWaits
from services.marac.conference.victim_rows import Telling
from services.marac.rules.flags import Stands
from services.marac.rules.told import ToldAsks
from services.marac.shown_sitting import MinutesLine


class Shown(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class PartyShown(Shown):
    """A party of a case, by whom an agency finds its file."""

    role: Role
    name: Name | None
    born: tuple[date, ...]


class FlagShown(Shown):
    """What an agency is to know to flag its file, or to take the flag off, and how its flag stands."""

    case: str
    letters: str
    parties: list[PartyShown]
    until: datetime | None = Field(description="null: no meeting heard the case; the flag may be taken off")
    due: datetime | None = Field(description="null: nothing is due")
    stands: Stands


class RepeatOfTheirs(Shown):
    """What an agency told of makes a case a repeat: it may refer again."""

    case: str
    letters: str
    parties: list[PartyShown]
    records: list[RecordWaits]


class OthersFlags(Shown):
    """A case with agencies that are late to flag, or whose flags lapse within a month or have lapsed."""

    case: str
    letters: str
    until: datetime
    late: list[str] = Field(description="agencies that have not answered, and are late")
    lapsing: list[str]
    lapsed: list[str]


class Flags(Shown):
    """The flags of the caller's own agency, what it is late with first; of a coordinator's cases, also those
    of others."""

    at: datetime
    flags: list[FlagShown]
    answered: list[FlagShown] = Field(description="what the agency has said, and may say otherwise")
    repeats: list[RepeatOfTheirs]
    others: list[OthersFlags] | None = Field(description="null: the caller coordinates no MARAC")
    agencies: dict[str, str]
    more: bool = Field(description="whether there are others that are not listed")
    next: str | None = Field(default=None, description="of what is answered, the next page; null at the end")


class ToLookAt(Shown):
    """A case of which an assessment, a housing record or a new referral after its meeting may tell of new
    abuse: a person refers it again, asks, or decides that it is no repeat by the definition in use."""

    case: str
    letters: str
    parties: list[PartyShown]
    records: list[RecordWaits] = Field(description="why it waits, the first recorded first")
    definition: str
    anchor: str
    since: datetime


class RepeatShown(ToLookAt):
    """A case that is a repeat by the definition in use and was not referred again: since when it waits, and
    by when somebody is to have referred or decided."""

    due: datetime
    late: bool


class NoRepeat(Shown):
    """That records make a case no repeat: by whom that was decided, and why. It can be taken back by the
    answer's ``root``."""

    case: str
    letters: str
    answer: NoRepeatLine


class NotTold(Shown):
    """A case whose victim is still to be told what the meeting came to. ``mention``: by which the page opens
    on which it is recorded."""

    case: str
    letters: str
    mention: str
    met: datetime
    due: datetime
    late: bool
    tried: int
    teller: str | None = Field(description="the agency that the meeting named; null: the IDVA")
    safe_to_tell: bool | None = Field(description="null: the meeting did not say, which is not safe")
    way: SafeWay


class Repeats(Shown):
    """What waits after the meetings of the caller's MARACs: repeats, what may be one, and victims to be told;
    and what would wait, had nobody decided that it is no repeat."""

    at: datetime
    repeats: list[RepeatShown]
    to_look_at: list[ToLookAt] = []
    decided: list[NoRepeat] = []
    not_told: list[NotTold]
    agencies: dict[str, str]
    more: bool = Field(default=False, description="whether there are others that are not listed")


class TransferShown(Shown):
    """A transfer, for whoever may see the case and for the coordinator who is to take it. While that one may
    not see the case, the kind of move, what goes with it, the warning and the sender's words are not said:
    ``move`` and ``warned`` are *not-known* then, ``goes_with`` is empty."""

    transfer: ConferenceTransfer
    letters: str
    parties: list[PartyShown]
    from_name: str
    to_name: str
    may_see_case: bool
    may_answer: bool = Field(description="the caller coordinates the MARAC that it was sent to")
    may_supply: bool = Field(description="the caller coordinates the MARAC that sent it")
    take_late: bool
    chase_late: bool
    minutes: list[MinutesLine] = Field(
        default=[], description="of the case's issued minutes those that opened with it, the newest first"
    )


class Transfers(Shown):
    """Transfers from and to the caller's MARACs, those that wait first."""

    at: datetime
    transfers: list[TransferShown]
    agencies: dict[str, str]


class Whereabouts(Shown):
    """Where an alleged perpetrator is said to be, in words, by which agency and since when."""

    who: Name | None
    words: str
    agency: str
    occurred: datetime


class Warned(Shown):
    """What is known of a move to an area. ``places``: null for whoever may not see locations: for them there
    is a reason to ask the coordinator."""

    to_area: str
    to_name: str
    warning: MoveWarning
    places: list[Whereabouts] | None


class AfterPage(Shown):
    """What follows the meetings of one case."""

    at: datetime
    fresh_until: datetime | None
    case: str
    letters: str
    name: Name | None
    without_answer: int
    way: SafeWay
    mention: str | None
    met: list[datetime]
    until: datetime | None
    flags: list[tuple[FlagLine, Stands | None]]
    told: Telling | None
    told_asks: ToldAsks | None = Field(
        default=None, description="what a supervisor is asked of the way by which it was told"
    )
    tell_due: datetime | None
    tell_tried: int
    teller: str | None
    safe_to_tell: bool | None
    repeats: list[RecordWaits]
    repeat_due: datetime | None
    to_look_at: list[RecordWaits] = Field(description="what may tell of new abuse, and waits for a person")
    definition: str | None
    anchor: str | None
    transfers: list[TransferShown]
    maracs: dict[str, str] = Field(description="where the case can be sent, by code")
    may_follow_up: bool = Field(description="the caller coordinates a MARAC that has the case, or sent it on")
    may_send: bool = Field(description="the caller coordinates the MARAC that has the case")
    agencies: dict[str, str]

"""Which way to reach her is safe at an instant, of all that agencies have said.

Sources: domain.md section 14, 2 (2026): no contact without a record of a safe way; unknown is unsafe; from a
failed way never to another; verify again, for it changes. ICO reprimands (2022, 2023): a letter to the old
joint home, a voicemail on his telephone. SafeLives referral form (2015): number, times, who may answer. The
number of days and the order of care are ours (2026-11).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.rules.clocks import end_of
from contracts.rules.occurrence import LONDON
from contracts.sections import Contact, SafeHours
from contracts.vocabulary import ContactMethod, ContactQuestion, Uniform, WayState, Weekday

VERIFY_AFTER = timedelta(days=28)
"""For how long a way that somebody verified is trusted: the time between two meetings of a MARAC."""

AT_AN_ADDRESS = frozenset({ContactMethod.VISIT, ContactMethod.LETTER, ContactMethod.IN_PERSON})
"""Ways whose *number* is where she is: it goes wherever her location goes, and nowhere else (domain.md 1.9,
9.5)."""

CAREFUL_FIRST = (
    ContactMethod.NONE_KNOWN,
    ContactMethod.THROUGH_SERVICE,
    ContactMethod.IN_PERSON,
    ContactMethod.THROUGH_PERSON,
    ContactMethod.MOBILE,
    ContactMethod.TEXT,
    ContactMethod.EMAIL,
    ContactMethod.LANDLINE,
    ContactMethod.VISIT,
    ContactMethod.LETTER,
)
"""Of two ways the one that leaves less behind in a shared home or telephone is the more careful."""

NEEDS_NO_TIMES = frozenset({ContactMethod.THROUGH_SERVICE})
"""The service itself knows when."""

HEARD = frozenset({ContactMethod.MOBILE, ContactMethod.LANDLINE, ContactMethod.VISIT})
"""Somebody else may answer."""

BY_NUMBER = HEARD | {ContactMethod.TEXT, ContactMethod.EMAIL, ContactMethod.LETTER}

DAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Word:
    """How one agency says that she may be reached. ``said`` is when it was said, not when it was recorded."""

    agency: str
    said: datetime
    contact: Contact

    @property
    def affirmed(self) -> datetime:
        """When somebody last said that it is so."""
        return max(self.said, self.contact.verified or self.said)

    def holds_after(self, failure: datetime) -> bool:
        """Whether it holds though some way had failed by then."""
        if self.contact.method is ContactMethod.NONE_KNOWN:
            return True
        return self.verified_after(failure)

    def verified_after(self, failure: datetime) -> bool:
        """Whether somebody verified it since some way had failed."""
        return self.contact.verified is not None and self.contact.verified > failure

    @property
    def care(self) -> int:
        """How careful its way is: the lower, the more."""
        return CAREFUL_FIRST.index(self.contact.method)

    @property
    def way(self) -> tuple[ContactMethod, str]:
        """By what, and to which number, however it is spaced."""
        return self.contact.method, "".join((self.contact.number or "").lower().split())


@dataclass(frozen=True, slots=True)
class Unsafe:
    """What an agency was told to be unsafe, in its words."""

    agency: str
    what: str


@dataclass(frozen=True, slots=True)
class SafeWay:
    """What holds at an instant. ``because`` is the last part of a message id (``safe-way.expired``). Of a way
    that may be used, now or once something was done, ``method`` and ``contact`` say which; of none there are
    none. ``uniform`` is as anybody said, of whichever way: one *no* holds; that it is safe counts as a way
    does, and ``uniform_was`` is when it was said last where it does not. ``differ``: agencies that say
    otherwise, which is a question to a person. ``unsafe``: as any agency was told last, of whichever way,
    failed or run out too: that a later word of its says none is not that there is none. ``contact`` is None,
    and ``unsafe`` empty, for whoever may not see it."""

    state: WayState
    because: str
    method: ContactMethod | None = None
    contact: Contact | None = None
    agency: str | None = None
    uniform: Uniform = Uniform.UNKNOWN
    uniform_was: datetime | None = None
    differ: tuple[str, ...] = ()
    unsafe: tuple[Unsafe, ...] = ()

    def without_contact(self) -> "SafeWay":
        """For whoever may know whether there is a way, and not which number or word."""
        return replace(self, contact=None, unsafe=())

    def without_address(self) -> "SafeWay":
        """For whoever may reach her, and may not see where she is."""
        return replace(self, contact=without_address(self.contact)) if self.contact else self


def without_address(contact: Contact) -> Contact:
    """A way for whoever may not see where she is."""
    return contact.model_copy(update={"number": None}) if contact.method in AT_AN_ADDRESS else contact


NO_WAY = SafeWay(WayState.UNKNOWN, "never-said")
"""Of somebody of whom nothing was said."""


def safe_way(
    words: Sequence[Word], failed: Sequence[datetime], at: datetime, died: str | None = None
) -> SafeWay:
    """What holds at an instant of what agencies said of her by then, in the order in which they said it, and
    of the times by which some way had failed (``failed_by``). Of each agency the newest word counts; the more
    careful holds. After a failure a way counts that somebody has verified since; to say it again is none. A
    word that there is none counts whatever failed. Where a word has run out, nothing that is no more careful
    is safe that nobody has verified since: that it may take its place is nobody's word. ``died``: the agency
    that recorded that she has died, by a word that stands; then there is no way, whatever was said before or
    since."""
    if died is not None:
        return SafeWay(WayState.DIED, "died", agency=died)
    newest = {word.agency: word for word in words}
    found = _way(newest.values(), max(failed, default=None), at)
    told = {word.agency: word.contact.unsafe for word in words if word.contact.unsafe}
    return replace(found, unsafe=tuple(Unsafe(agency, told[agency]) for agency in newest if agency in told))


def _way(newest: Collection[Word], since: datetime | None, at: datetime) -> SafeWay:
    """What holds of the newest words of agencies, after a failure at a time."""
    standing = [word for word in newest if not _expired(word.contact, at)]
    verified = [word for word in standing if since is None or word.verified_after(since)]
    uniform, was = _uniform(newest, verified)
    counted = [word for word in newest if since is None or word.holds_after(since)]
    anew = [word for word in counted if word in standing]
    if not anew:
        because = "failed" if standing else "expired" if newest else "never-said"
        return SafeWay(WayState.UNKNOWN, because, uniform=uniform, uniform_was=was)
    best = min(anew, key=lambda word: (word.care, -word.affirmed.timestamp()))
    ended = _ended(best, counted, at)
    differ = tuple(sorted({word.agency for word in (*anew, *ended) if word.way != best.way}))
    if best.contact.method is ContactMethod.NONE_KNOWN:
        return SafeWay(WayState.UNKNOWN, "none-known", uniform=uniform, uniform_was=was, differ=differ)
    state, because = _state(best, anew, at)
    if ended and state is not WayState.VERIFY_FIRST:
        state, because = WayState.VERIFY_FIRST, "more-careful-ended"
    return SafeWay(state, because, best.contact.method, best.contact, best.agency, uniform, was, differ)


def failed_by(occurred: datetime, precision: str, recorded: datetime) -> datetime:
    """By when a way had failed, as far as anybody can tell: no word from before it was written down took it
    into account, and of one that is given by its day alone none of that day."""
    day = occurred.astimezone(LONDON).date()
    return max(end_of(day) if precision == "day" else occurred, recorded)


def questions(contact: Contact) -> list[ContactQuestion]:
    """What a way leaves to ask, before anybody may rely on it."""
    if contact.method is ContactMethod.NONE_KNOWN:
        return []
    needs_times = contact.method not in NEEDS_NO_TIMES and not contact.hours and not contact.times
    asked = {
        ContactQuestion.NUMBER: contact.number is None and contact.method in BY_NUMBER,
        ContactQuestion.TIMES: needs_times,
        ContactQuestion.VERIFIED: contact.verified is None,
        ContactQuestion.EXPIRES: contact.expires is None,
        ContactQuestion.UNIFORM: not contact.no_uniform and contact.uniform_safe is None,
        ContactQuestion.IF_ANOTHER_ANSWERS: contact.method in HEARD and contact.if_another_answers is None,
    }
    return [question for question, open_ in asked.items() if open_]


def _state(best: Word, words: Sequence[Word], at: datetime) -> tuple[WayState, str]:
    contact = best.contact
    alike = [word.contact for word in words if word.way == best.way]
    if any(word.contact.method is contact.method and word.way != best.way for word in words):
        return WayState.VERIFY_FIRST, "numbers-differ"
    if contact.method in BY_NUMBER and contact.number is None:
        return WayState.VERIFY_FIRST, "number-unknown"
    verified = _verified(best, words)
    if verified is None:
        return WayState.VERIFY_FIRST, "not-verified"
    if at - verified > VERIFY_AFTER:
        return WayState.VERIFY_FIRST, "verified-long-ago"
    if any(each.hours and not _within(each.hours, at) for each in alike):
        return WayState.NOT_NOW, "outside-hours"
    if any(each.times for each in alike):
        return WayState.AT_TIMES, "times-in-words"
    if contact.method not in NEEDS_NO_TIMES and not any(each.hours for each in alike):
        return WayState.VERIFY_FIRST, "times-unknown"
    return WayState.SAFE, "verified"


def _uniform(said: Collection[Word], holding: Iterable[Word]) -> tuple[Uniform, datetime | None]:
    """Whether a uniform is safe: by all words for *no*, and for *safe* by those alone that still hold; and
    when it was said last that it is, where none of them does."""
    if any(each.contact.no_uniform or each.contact.uniform_safe is False for each in said):
        return Uniform.NO, None
    if any(each.contact.uniform_safe for each in holding):
        return Uniform.SAFE, None
    return Uniform.UNKNOWN, max((each.affirmed for each in said if each.contact.uniform_safe), default=None)


def _verified(best: Word, words: Iterable[Word]) -> datetime | None:
    """When anybody last verified the way that holds."""
    times = (word.contact.verified for word in words if word.way == best.way)
    return max(filter(None, times), default=None)


def _ended(best: Word, words: Sequence[Word], at: datetime) -> list[Word]:
    """The words, no less careful than the one that holds, that have run out, and since when nobody has
    verified what holds."""
    verified = _verified(best, words)
    over = [word for word in words if word.care <= best.care and _expired(word.contact, at)]
    return [word for word in over if verified is None or not _expired(word.contact, verified)]


def _expired(contact: Contact, at: datetime) -> bool:
    return contact.expires is not None and contact.expires < at.astimezone(LONDON).date()


def _within(hours: Sequence[SafeHours], at: datetime) -> bool:
    local = at.astimezone(LONDON)
    day, clock = DAYS[local.weekday()], f"{local:%H:%M}"
    return any((not each.days or day in each.days) and each.starts <= clock < each.ends for each in hours)

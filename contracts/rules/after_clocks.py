"""The lines about what follows a meeting in the table of clocks (``contracts.rules.clocks``).

Source: SafeLives, definition of a repeat (flag and tag for 12 months); Marac-to-Marac process; ``domain.md``
1.2, 1.5 and 1.9, read 2026-11. Times without a source are Goldthread's own, to be agreed with each MARAC.
"""

from collections.abc import Mapping
from datetime import timedelta

from contracts.rules.clock import Calendar, Clock, Limit
from contracts.vocabulary import AlertRule, ClockOwner


def _after(days: int, owner: ClockOwner, started: str, stopped: str, late: str, source: str) -> Clock:
    return Clock(
        about="person",
        started=started,
        stopped=stopped,
        limit=Limit(days, Calendar.WORKING_DAYS),
        owner=owner,
        urgency=None,
        late=late,
        source=source,
        grace=timedelta(0),
    )


AFTER: Mapping[AlertRule, Clock] = {
    AlertRule.MARAC_ACTION: Clock(
        about="person",
        started="a MARAC agrees that an agency does something by a time",
        stopped="it is done, could not be done, was not done, or another action takes its place. To accept it"
        " stops nothing",
        limit=Limit(0, Calendar.HOURS),
        owner=ClockOwner.ACTION_OWNER,
        urgency=None,
        late="it is first on its owner's list and on the chair's and the coordinator's, a gap on the case's"
        " page and in the agenda, and each meeting has it until it is answered. From 7 days on it is told to"
        " the chair: by itself on the list of actions and as a number on the page over all MARACs; its owner"
        " reads that it is. Nobody is called: no rota of those on call is its owner's",
        source="SafeLives minutes checklist 2014; domain.md 1.5 and 1.7. The time is the one that was agreed",
    ),
    AlertRule.FLAGS_OWED: _after(
        5,
        ClockOwner.CASE_AGENCIES,
        "the time of a meeting came at which a case is listed; for an agency that comes later, when it first"
        " told of the victim, or when it told of the victim after it had no file. A flag that is taken off"
        " later, before the 12 months are over, is late from that moment; one that was taken off before the"
        " meeting is asked for as if nothing had been said",
        "each agency that told of the victim, or serves the area, says that its file is flagged or that it"
        " has none; the 12 months are over; the meeting was called off, or closed without coming to the case",
        "the coordinator's list of flags names the agencies. Nobody is called",
        "SafeLives, definition of a repeat (domain.md 1.2); the time is Goldthread's own",
    ),
    AlertRule.TELL_MARAC: _after(
        1,
        ClockOwner.SUPPORT_SERVICE,
        "the time of a meeting came at which a case is listed",
        "the victim is told of the outcome, or a reason lets it stand: no safe way, or not wanted. To have"
        " tried stops nothing. The meeting was called off, or closed without coming to the case",
        "the coordinator's list says so, and the case's. Nobody is called",
        "domain.md 1.5: by the IDVA, where safe, normally within 1 working day",
    ),
    AlertRule.REFER_AGAIN: _after(
        1,
        ClockOwner.MARAC_COORDINATOR,
        "any agency records, after a meeting, what makes the case a repeat by the definition in use; of what"
        " it recorded before and the meeting did not have, the meeting",
        "a new referral of the victim and whoever did it, of the accused of whom more is known than the sex,"
        " or a person decides with a reason that it is none, until that is taken back",
        "the coordinator's list of repeats says how long it waits. Nobody is called",
        "SafeLives, definition of a repeat; domain.md 1.5: refer the same or the next working day",
    ),
    AlertRule.TRANSFER_TO_TAKE: _after(
        1,
        ClockOwner.RECEIVING_MARAC,
        "a case is sent to another MARAC, also where it was taken by mistake; what it asked for is supplied",
        "its coordinator takes the case, or asks for more; the transfer is withdrawn",
        "both lists of transfers say so: until it is taken the sender keeps the case. Nobody is called",
        "domain.md 1.9; the time is Goldthread's own",
    ),
    AlertRule.TRANSFER_TO_CHASE: _after(
        2,
        ClockOwner.MARAC_COORDINATOR,
        "a case is sent to another MARAC, also to one that is not on Goldthread; more is asked for",
        "it is taken and nothing asked for is open; of one that is not on Goldthread, the sender says who"
        " there has it; the transfer is withdrawn",
        "both lists of transfers say so: the sender rings the other coordinator. Nobody is called",
        "domain.md 1.9; the time is Goldthread's own",
    ),
}
"""The lines about what follows a meeting."""

"""The lines about support in the table of clocks (``contracts.rules.clocks``): what a victim is owed, and
what an IDVA and an officer owe each other.

Source: Victims' Code (in force from 1 April 2021), right 4; HMICFRS (2021); ``domain.md`` 1.5 and 6, read on
26 November 2026. Times without a source are Goldthread's own, to be agreed with each area.
"""

from collections.abc import Mapping
from datetime import timedelta

from contracts.rules.clock import Calendar, Clock, Limit
from contracts.vocabulary import AlertRule, ClockOwner, Urgency


def _support(
    *,
    started: str,
    stopped: str,
    late: str,
    source: str,
    limit: Limit,
    owner: ClockOwner = ClockOwner.SUPPORT_SERVICE,
    urgency: Urgency | None = None,
) -> Clock:
    return Clock("person", started, stopped, limit, owner, urgency, late, source, grace=timedelta(0))


ON_THE_PAGE = "it is a gap on the case's page and in the agenda. Nobody is called"
CODE = "Victims' Code (2021), right 4 (domain.md 6)"
SUPPORT: Mapping[AlertRule, Clock] = {
    AlertRule.SUPPORT_REFERRAL: _support(
        started="the first report of a victim, or a service that declined, or ended before it was done;"
        " or a report after support was over, or after a refusal, or a rise of the risk after it",
        stopped="a referral to any support is made, or the victim refuses it;"
        " or it is an IDVA that is to be offered again",
        limit=Limit(2, Calendar.WORKING_DAYS),
        owner=ClockOwner.REFERRER,
        late=ON_THE_PAGE,
        source=CODE,
    ),
    AlertRule.IDVA_ASKED: _support(
        started="a victim's grade is high, or unknown, and no IDVA has accepted, or one has ended while"
        " it is so: Goldthread asks the service of the area",
        stopped="an IDVA service accepts or declines, the victim refuses or wants no more, or an assessment"
        " gives less",
        limit=Limit(1, Calendar.WORKING_DAYS),
        late=ON_THE_PAGE,
        source="HMICFRS 2021: no IDVA in 42 of 83 breach files; the time is Goldthread's own",
    ),
    AlertRule.SUPPORT_UNANSWERED: _support(
        started="a referral to support is made; to an IDVA, where the risk is not high or unknown",
        stopped="the service accepts or declines, or a later step",
        limit=Limit(2, Calendar.WORKING_DAYS),
        late=ON_THE_PAGE,
        source="domain.md 6 (a design note): the acknowledgement of a referral must come back",
    ),
    AlertRule.FIRST_CONTACT: _support(
        started="a service accepts a victim",
        stopped="first contact; or three tries at different times",
        limit=Limit(2, Calendar.WORKING_DAYS),
        late=ON_THE_PAGE,
        source="domain.md 1.5: an IDVA contacts within 24 to 48 hours; that it is in working days is ours",
    ),
    AlertRule.NO_CONTACT: _support(
        started="the third try to reach a victim, at different times, and no contact",
        stopped="first contact, or support ends: what is left is asked of an IDVA again",
        limit=Limit(0, Calendar.HOURS),
        urgency=Urgency.DAY,
        late="nobody has reached the victim: somebody must see, by the safe way alone, that all is well",
        source="Goldthread's own; a failed safe way never falls back to another (domain.md 14, trap 2)",
    ),
    AlertRule.RE_OFFER: _support(
        started="the risk rises after a victim refused an IDVA: a graver grade, or what opens a review and"
        " raises it",
        stopped="support is offered again, or any later step",
        limit=Limit(2, Calendar.WORKING_DAYS),
        owner=ClockOwner.REFERRER,
        late=ON_THE_PAGE,
        source="Victims' Code (2021), right 4: needs are assessed again as they change; Goldthread's own",
    ),
    AlertRule.MESSAGE_TO_OFFICER: _support(
        started="an IDVA writes to the officer in the case",
        stopped="an answer",
        limit=Limit(1, Calendar.WORKING_DAYS),
        owner=ClockOwner.OFFICER_IN_CASE,
        late="the messages say so, and the list of clocks. Nobody is called",
        source="HMICFRS 2021: IDVAs could not reach officers; the time is Goldthread's own",
    ),
    AlertRule.MESSAGE_TO_IDVA: _support(
        started="the officer in the case writes to the IDVA",
        stopped="an answer",
        limit=Limit(1, Calendar.WORKING_DAYS),
        late="the messages say so, and the list of clocks. Nobody is called",
        source="HMICFRS 2021; the time is Goldthread's own",
    ),
}
"""The lines about support, which is owed to a victim."""

OF_A_MESSAGE = (AlertRule.MESSAGE_TO_OFFICER, AlertRule.MESSAGE_TO_IDVA)
OF_A_VICTIM = tuple(rule for rule in SUPPORT if rule not in OF_A_MESSAGE)
"""Those that follow from what is told of a victim."""

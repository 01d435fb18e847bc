"""Whom of a victim's team each of the two who write to each other is told of.

Source: HMICFRS (2021): IDVAs could not reach officers. The IDVA has the whole team, as on the page of the
case. The officer in the case has those who answer for the risk beside them: the IDVA who reads what they
write, social workers, with whom the police protect children, and probation officers, who manage the alleged
perpetrator. Who treats, houses or counsels a victim is for the victim to tell: that there is an ISVA says
what the police may not have been told, and a clinic or a landlord where somebody lives (``domain.md`` 14,
trap 3; Goldthread's own, 2026-11; deny by default).
"""

from contracts.vocabulary import CaseRole

FOR_THE_OFFICER = frozenset(
    {CaseRole.IDVA, CaseRole.OFFICER_IN_CASE, CaseRole.SOCIAL_WORKER, CaseRole.PROBATION_OFFICER}
)


def told_of(part: CaseRole, you: CaseRole) -> bool:
    """Whether one of the two, IDVA or officer, is told who has this part, and how they are reached."""
    return you is CaseRole.IDVA or part in FOR_THE_OFFICER

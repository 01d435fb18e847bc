"""Which alerts belong together on a page: those about the same people.

Source: domain.md section 14, traps 7 and 10 (2026): a breach looked at alone hides the pattern, and a list of
many calls is muted. Goldthread's own: two people in common make it the same people, for one alone may be a
child or a worker who is named in many. What is not known to belong together stands alone; nothing is ever
left out.
"""

from collections.abc import Collection, Mapping

IN_COMMON = 2
"""How many of those whom two alerts are about must be the same."""


def together(about: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Of alerts in their order, by whom each is about: the first of those that it belongs to, itself if there
    is none before. Whoever links two that were apart brings all of them together."""
    first = {alert: alert for alert in about}
    seen: list[str] = []
    for alert, people in about.items():
        near = {first[other] for other in seen if len(set(people) & set(about[other])) >= IN_COMMON}
        lead = next((other for other in seen if other in near), alert)
        first |= dict.fromkeys([alert, *(other for other in seen if first[other] in near)], lead)
        seen.append(alert)
    return first

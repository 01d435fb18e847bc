"""What is said of somebody, section by section, as far as a reader may see it."""

from collections.abc import Iterable

from chassis.facts import Fact
from contracts.content import Said
from contracts.rules.safe_contact import without_address
from contracts.sections import Contact, Health, Identity, Location, Sensitivity
from services.orders.views.shown import SectionShown

PERSONAL = ("identity", "contact", "location", "health")
"""The sections of a mention, in the order in which a page shows them."""


def newest_sections(
    facts: Iterable[Fact[Said]],
    mentions: set[str],
    allowed: frozenset[Sensitivity],
    only: str | None = None,
) -> list[SectionShown]:
    """The newest section of each kind that these facts, in order, hold about a person and that the
    reader may see. A sealed one is skipped: nobody here can read it. A practice is near where somebody
    lives: who may not see where is not told it. ``only``: the agency whose word alone is told of where."""
    placeless = allowed - {Sensitivity.LOCATION}
    found: dict[str, SectionShown] = {}
    for fact in facts:
        told = allowed if only in (None, fact.agency) else placeless
        for mention in fact.said.named:
            for name in PERSONAL if mention.mention in mentions else ():
                section = getattr(mention, name)
                if isinstance(section, Identity | Contact | Location | Health) and name in told:
                    if Sensitivity.LOCATION not in told:
                        section = _placeless(section)
                    found[name] = _section(fact, section)
    return [found[name] for name in PERSONAL if name in found]


def _placeless(
    section: Identity | Contact | Location | Health,
) -> Identity | Contact | Location | Health:
    if isinstance(section, Health):
        return section.model_copy(update={"general_practice": None})
    return without_address(section) if isinstance(section, Contact) else section


def _section(fact: Fact[Said], section: Identity | Contact | Location | Health) -> SectionShown:
    return SectionShown(
        section=section.sensitivity,
        agency=fact.agency,
        occurred=fact.occurred,
        recorded=fact.recorded,
        fact=fact.id,
        value=section,
    )

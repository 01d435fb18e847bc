"""Which way to reach a victim is safe, of what orders has heard of it."""

from collections.abc import Iterable
from datetime import datetime

from chassis.facts import Fact
from contracts.content import Said
from contracts.events.contact import ContactFailed, DeathRecorded
from contracts.rules.safe_contact import SafeWay, Word, failed_by, safe_way
from contracts.sections import Contact
from contracts.vocabulary import Role


def way_to(facts: Iterable[Fact[Said]], mentions: set[str], at: datetime) -> tuple[SafeWay, set[str]]:
    """Which way is safe at a time, of these facts, in order, to whoever is behind these mentions; and the
    facts that say so."""
    words: list[Word] = []
    failed: list[datetime] = []
    told: set[str] = set()
    died: str | None = None
    for fact in facts:
        for mention in fact.said.named:
            if mention.mention in mentions and isinstance(mention.contact, Contact):
                words.append(Word(fact.agency, fact.occurred, mention.contact))
                told.add(fact.id)
        if not any(each.mention in mentions and each.role is Role.VICTIM for each in fact.said.named):
            continue  # a child may be named beside the victim of whom it is said
        if isinstance(fact.said, ContactFailed):
            failed.append(failed_by(fact.occurred, fact.envelope.precision, fact.recorded))
            told.add(fact.id)
        if isinstance(fact.said, DeathRecorded):
            died = fact.agency
            told.add(fact.id)
    return safe_way(words, failed, at, died), told

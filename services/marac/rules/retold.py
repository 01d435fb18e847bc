"""Whether a correction tells anything anew, so that whoever has weighed what was said before weighs it again.

Source: domain.md 14, trap 5: a referral that is returned is never discarded, and comes back by what is new.
That another spelling of a name and another telephone number are nothing new is Goldthread's own (2026-11): no
criterion reads who somebody is or how they may be reached, but by whose record it is. What is given where
nothing was may be what the advice asked for, and a name of which nothing is left is somebody else's: both are
new."""

from contracts.content import Said
from contracts.mentions import Mention
from contracts.sections import Contact, Identity


def says_anew(before: Said, after: Said) -> bool:
    """Whether a version of a fact says anything that the one before it did not."""
    named = zip(before.people, after.people, strict=False)
    return _told(before) != _told(after) or any(_somebody_else(*each) for each in named)


def _told(said: Said) -> dict[str, object]:
    """All that is said; of who somebody is and how they may be reached, which parts of it are given."""
    told = said.model_dump(mode="json")
    for mention, each in zip(said.people, told["people"], strict=True):
        for name in ("identity", "contact"):
            section = getattr(mention, name)
            if isinstance(section, Identity | Contact):
                each[name] = sorted(section.model_dump(exclude_defaults=True))
    return told


def _somebody_else(before: Mention, after: Mention) -> bool:
    """Whether nothing is left of a name."""
    was, now = before.identity, after.identity
    if not (isinstance(was, Identity) and isinstance(now, Identity) and was.name and now.name):
        return False
    return was.name.family != now.name.family and was.name.given != now.name.given

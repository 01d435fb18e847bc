"""Whether a correction tells anything anew, so that whoever has weighed what was said before weighs it again.

Source: domain.md 14, trap 5: a referral that is returned is never discarded, and comes back by what is new.
That another spelling of a name, another day of birth and another number to reach somebody at are nothing new
is Goldthread's own (2026-11): no criterion reads them. All else is compared as it stands. What is given where
nothing was may be what the advice asked for, and may be a part of a name; so is new what is taken away. A
part of a name is the same by ``chassis/names.py``, and spelled otherwise where most of its letters are the
same; a name of which no part is the same is somebody else's.
"""

from difflib import SequenceMatcher

from chassis import names
from contracts.content import Said
from contracts.mentions import Mention
from contracts.sections import Identity

MOSTLY = 2 / 3
"""So much of their letters two spellings share or more, as ``difflib`` counts it. (Ours, 2026-11.)"""


def says_anew(before: Said, after: Said) -> bool:
    """Whether a version of a fact says anything that the one before it did not."""
    named = zip(before.people, after.people, strict=False)
    return _told(before) != _told(after) or any(_somebody_else(*each) for each in named)


def _told(said: Said) -> dict[str, object]:
    """All that is said; of a name, a day of birth and a number, whether it is given."""
    told = said.model_dump(mode="json")
    for each in told["people"]:
        identity, contact = each["identity"] or {}, each["contact"] or {}
        for section in (identity, identity.get("name") or {}, contact):
            spelled = section.keys() & {"family", "given", "born", "number"}
            section |= {part: bool(section[part]) for part in spelled}
    return told


def _somebody_else(before: Mention, after: Mention) -> bool:
    """Whether a name, of which the same parts are given, is more than spelled otherwise."""
    was, now = _parts(before), _parts(after)
    given = [(part, was[part], now[part]) for part in sorted(was.keys() & now.keys())]
    others = [(one, other) for part, one, other in given if not _same(part, one, other)]
    spelled = (SequenceMatcher(None, *each).ratio() >= MOSTLY for each in others)
    return bool(given) and (len(others) == len(given) or not all(spelled))


def _parts(mention: Mention) -> dict[str, str]:
    """The parts of a name that are given, in plain letters."""
    name = mention.identity.name if isinstance(mention.identity, Identity) else None
    parts = name.model_dump(exclude_none=True) if name else {}
    return {part: "".join(names.words(given)) or given for part, given in parts.items()}


def _same(part: str, one: str, other: str) -> bool:
    return one == other or (part == "given" and not names.forms(one).isdisjoint(names.forms(other)))

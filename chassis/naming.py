"""Whom a payload names: the mention of each, by the agency's record, or by the place in the fact."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from chassis.accept import Refused
from chassis.ids import Ids
from contracts.content import Content, Said
from contracts.mentions import Mention, mention_fields
from contracts.rules.unnumbered import became_another
from contracts.sections import Identity, Record
from contracts.vocabulary import PERPETRATOR_ROLES, Role


class Places:
    """The mentions of those without a record number in one version of a fact, by the versions ``before`` it.

    Whoever stands where the version before has somebody is that person; whoever comes new takes no mention
    that any version used. Somebody at the end of whom nothing but a role is told, as Goldthread adds them,
    keeps no place: whoever comes next in this role is that person. So is whoever is accused, in whatever
    word, where that version and this one accuse nobody else.
    """

    def __init__(self, ids: Ids, root: str, content: Content, before: Sequence[Content]) -> None:
        self._ids, self._root = ids, root
        self._one_accused = all(len(_accused(each)) == 1 for each in (*before[-1:], content))
        self._used = {each.mention for said in before for each in said.named}
        stood = [None if _known(before[-1], each) else each for each in before[-1].named] if before else []
        self._untold = stood.pop() if stood and stood[-1] is not None and _untold(stood[-1]) else None
        self._stood = stood

    def mention(self, place: int, named: Mention, where: str) -> str:
        """The mention of whoever is named at this place. Raises Refused (422) for somebody else than stood
        there."""
        stood = self._stood[place] if place < len(self._stood) else None
        if self._is_untold(named.role) and (stood is None or _untold(named)):
            stood, self._untold = self._untold, None
        if stood is None:
            return self._fresh(place)
        if field := became_another(stood, named):
            raise Refused("place-of-another", f"{where}.{field}")
        return str(stood.mention)

    def _is_untold(self, role: Role) -> bool:
        """Whether whoever is named in this role is the one of whom nothing but a role was told."""
        if self._untold is None:
            return False
        accused = {self._untold.role, role} <= {*PERPETRATOR_ROLES}
        return self._untold.role is role or (self._one_accused and accused)

    def _fresh(self, place: int) -> str:
        fresh = (self._ids.unnumbered_mention(self._root, at) for at in count(place))
        found = next(each for each in fresh if each not in self._used)
        self._used.add(found)
        return found


def with_mentions(
    content: Content, ids: Ids, agency: str, root: str, before: Sequence[Content] = ()
) -> Content:
    """The content with each person's mention filled in. ``before``: what the versions said that it corrects.

    Raises Refused when the sender gave one, or anything else that is Goldthread's to give; and for somebody
    without a record number at the place of another.
    """
    place, places = -1, Places(ids, root, content, before)

    def named(mention: Mention, where: str) -> Mention:
        nonlocal place
        place += 1
        if mention.mention is not None:
            raise Refused("given-by-goldthread", f"{where}.mention")
        record = _record(mention)
        given = _shown(content, mention) or (
            ids.mention(agency, record.system, record.type, record.number)
            if record is not None
            else places.mention(place, mention, where)
        )
        return mention.model_copy(update={"mention": given})

    updates: dict[str, Any] = {}
    for name in mention_fields(type(content)):
        value = getattr(content, name)
        if isinstance(value, Mention):
            updates[name] = named(value, name)
        elif isinstance(value, list) and any(isinstance(item, Mention) for item in value):
            updates[name] = [named(item, f"{name}.{at}") for at, item in enumerate(value)]
    return content.model_copy(update=updates) if updates else content


def _record(mention: Mention) -> Record | None:
    return mention.identity.record if isinstance(mention.identity, Identity) else None


def _shown(content: Content, mention: Mention) -> str | None:
    return content.seen_on_a_page(mention) if isinstance(content, Said) else None


def _known(content: Content, mention: Mention) -> bool:
    """Whether the mention of somebody comes from elsewhere than the place."""
    return _record(mention) is not None or _shown(content, mention) is not None


def _accused(content: Content) -> list[Mention]:
    return [each for each in content.named if each.role in PERPETRATOR_ROLES]


def _untold(mention: Mention) -> bool:
    return mention == Mention(mention=mention.mention, role=mention.role)

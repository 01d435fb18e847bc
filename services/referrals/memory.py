"""What the matcher keeps in memory: what is known now of each mention, and whom a change concerns."""

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from sys import intern

from chassis.ids import Ids
from contracts.events.identity import Parted
from contracts.vocabulary import LinkReason
from services.referrals.rules.features import LATEST, Features, Pair
from services.referrals.rules.likeness import Answer
from services.referrals.views import MentionRow


class Memory:
    """What is known now of each mention, and where each is. ``alike``: what another knew of who is alike."""

    def __init__(self, alike: dict[str, dict[str, Answer]] | None = None) -> None:
        self.features: dict[str, Features] = {}
        self.decisions: dict[str, list[str]] = {}
        self.place: dict[str, str] = {}
        self.read: dict[str, str] = {}
        """Person to the hash of the row that was read of them."""
        self._at: dict[str, set[str]] = {}
        self._sharing: dict[object, set[str]] = {}
        self._alike = {} if alike is None else alike
        """Of each mention the others that are alike, and what follows of the two."""

    def learn(self, features: Features, decisions: list[str], person: str) -> set[str]:
        """Take what is known now of a mention. Give whom that can concern directly: nobody if nothing
        changed; else the mention, and those with whom it shared something *before*, who may have
        stood apart on its account."""
        mention = features.mention
        before = self.features.get(mention)
        if before == features and self.decisions[mention] == decisions and self.place[mention] == person:
            return set()
        concerned = {mention}
        for link in _links(before):
            concerned |= self._sharing[link]
            self._sharing[link].discard(mention)
        for link in _links(features):
            self._sharing.setdefault(link, set()).add(mention)
        self.features[mention] = features
        self.decisions[mention] = decisions
        self.put(mention, person)
        return concerned

    def weigh(self, mentions: Iterable[str], answers: Mapping[Pair, Answer]) -> set[str]:
        """Take with whom these mentions are alike now, and with nobody else. Give whom that concerns."""
        concerned = set[str]()
        for mention in mentions:
            others = self._alike.pop(mention, {})
            concerned |= {mention, *others} if others else set()
            for other in others:
                del self._alike[other][mention]
        for pair, answer in answers.items():
            if answer is not Answer.NOT_SAME:
                concerned |= set(pair)
                for one, other in (pair, pair[::-1]):
                    self._alike.setdefault(one, {})[other] = answer
        return concerned

    def pairs(self, mentions: Collection[str]) -> tuple[set[Pair], set[Pair], set[Pair]]:
        """The pairs among some that are alike; those that a person is to decide; and those for a doubt."""
        found: dict[Answer, set[Pair]] = {Answer.SAME: set(), Answer.ASK: set(), Answer.DOUBT: set()}
        for one in mentions:
            for other, answer in self._alike.get(one, {}).items():
                if one < other and other in mentions:
                    found[answer].add((one, other))
        return found[Answer.SAME], found[Answer.ASK], found[Answer.DOUBT]

    def together(self, mentions: Iterable[str]) -> list[str]:
        """Those among some who are one person with somebody now."""
        return [mention for mention in mentions if len(self._at[self.place[mention]]) > 1]

    def parted(self, groups: Iterable[tuple[str, ...]]) -> dict[str, list[Parted]]:
        """Of each person who is one no more, the parts that there are now, in a chain."""
        parts: dict[str, list[list[str]]] = {}
        for group in groups:
            by_person: dict[str, list[str]] = {}
            for mention in group:
                by_person.setdefault(self.place[mention], []).append(mention)
            for person, mentions in by_person.items():
                parts.setdefault(person, []).append(mentions)
        return {
            person: [
                Parted(mentions=[one[0], other[0]], parts=[sorted(one), sorted(other)])
                for one, other in pairwise(sorted(each))
            ]
            for person, each in parts.items()
            if len(each) > 1
        }

    def put(self, mention: str, person: str) -> None:
        """A mention is this person now."""
        self._at.get(self.place.get(mention, ""), set()).discard(mention)
        self.place[mention] = person
        self._at.setdefault(person, set()).add(mention)

    def affected(self, changed: Iterable[str]) -> set[str]:
        """Everybody whose group may be another one now: all who are linked with somebody changed,
        or are the same person as somebody linked, and so on."""
        found, open_ends = set[str](), list(changed)
        while open_ends:
            mention = open_ends.pop()
            if mention in found or mention not in self.features:
                continue
            found.add(mention)
            open_ends += self._at[self.place[mention]] - found
            open_ends += self._alike.get(mention, {}).keys() - found
            for link in _links(self.features[mention]):
                open_ends += self._sharing[link] - found
        return found


def _links(features: Features | None) -> Iterable[object]:
    """By what a mention hangs together with others, or could if a person said so."""
    if features is None:
        return
    yield from features.reasons
    yield from features.numbers
    yield from (
        (LinkReason.DECIDED, mention) for mention in {features.mention, *features.same, *features.merged}
    )


def features_of(row: MentionRow, ids: Ids) -> Features:
    """What is known of a mention, every value as a keyed hash: equal values are equal hashes, kept once."""

    def blind(kind: str, value: str) -> str:
        return intern(ids.blind(kind, value))

    known = row.known.particulars
    return Features(
        mention=row.mention,
        first=row.first or LATEST,
        nhs=blind("nhs", row.nhs) if row.nhs else None,
        pnc=blind("pnc", row.pnc) if row.pnc else None,
        cro=blind("cro", row.cro) if row.cro else None,
        names=frozenset(blind("name", name) for name in known.names),
        born=frozenset(blind("born", day) for day in known.born),
        families=frozenset(blind("word", word) for word in known.families),
        givens=frozenset(blind("word", word) for word in known.givens),
        swapped=frozenset(blind("born", day) for day in known.swapped),
        sex=known.sex,
        opposed=frozenset(row.opposed),
        beside=frozenset(row.beside),
        same=frozenset(row.same),
        apart=frozenset(row.apart),
        merged=frozenset(row.merged),
    )

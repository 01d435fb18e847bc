"""The independent oracle: a plain dictionary of what each partner said, and what it was told.

It knows facts as partners know them, and imports nothing of Goldthread.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Outcome = Literal["waiting", "acknowledged", "given up"]


@dataclass(eq=False, slots=True)
class Said:
    """One thing that a partner says: a fact, its correction, or (without a body) its withdrawal.

    ``root``, ``version`` and ``fact`` (the version's own id) are as the receipt has them.
    """

    key: str
    agency: str
    service: str
    path: str
    body: Mapping[str, Any] | None
    upon: "Said | None" = None
    patience: int | None = None
    """After how many tries the partner gives up; None: never."""
    outcome: Outcome = "waiting"
    tries: int = 0
    root: str = ""
    version: int = 0
    fact: str = ""

    @property
    def content(self) -> Mapping[str, Any]:
        """What it says."""
        return {} if self.body is None else self.body["content"]


@dataclass(slots=True)
class Oracle:
    """Everything that was said, by its idempotency key."""

    said: dict[str, Said] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """What a receipt already shows to be wrong, and answers that no partner may get."""
    answers: Counter[str] = field(default_factory=Counter)
    """How often those on call said that they take an alert."""
    answered: set[str] = field(default_factory=set)
    """The alerts that somebody on call has taken, and was told so."""

    def begun(self, said: Said) -> None:
        """A partner begins to say something."""
        self.said[said.key] = said

    def acknowledged(self, said: Said, receipt: Mapping[str, Any]) -> None:
        """A 2xx: from now on it may not be lost."""
        said.outcome = "acknowledged"
        said.root, said.version, said.fact = receipt["root"], receipt["version"], receipt["id"]
        before = said.upon
        wanted = (before.root, before.version + 1) if before else (said.fact, 1)
        if (said.root, said.version) != wanted:
            self.faults.append(f"disordered: {said.key} is version {said.version} of {said.root}")

    def given_up(self, said: Said) -> None:
        """The partner has stopped asking: it is wholly there, or not at all."""
        said.outcome = "given up"

    def refused(self, said: Said, status: int, code: str) -> None:
        """An answer that is neither a 2xx nor *try again*: nothing that was said deserves one."""
        said.outcome = "given up"
        self.faults.append(f"refused: {said.key} got {status} {code}")

    def all(self, outcome: Outcome) -> list[Said]:
        """Everything with this outcome."""
        return [said for said in self.said.values() if said.outcome == outcome]


def alike(said: Any, read: Any) -> bool:
    """Whether all that was said is read. What Goldthread fills in stands beside it."""
    match said, read:
        case dict(), dict():
            return all(key in read and alike(said[key], read[key]) for key in said)
        case list(), list():
            return len(said) == len(read) and all(map(alike, said, read))
        case str(), str():
            return said == read or (_instant(said) is not None and _instant(said) == _instant(read))
        case _:
            return bool(said == read)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def one_person(facts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Whom each mention of these contents must be one person with: a name for each, by the NHS number
    that it is said with; a mention without one is somebody alone."""
    found: dict[str, str] = {}
    for content in facts:
        for person in content.get("people", ()):
            number = person.get("identity", {}).get("nhs_number")
            found[person["mention"]] = number or person["mention"]
    return found

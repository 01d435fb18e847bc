"""Whether the second person who agrees is another than the first, as far as two numbers tell.

Source: ``domain.md`` 14, trap 5: humans may raise, and need a second sign-off to lower. How numbers are
compared is ours (2026-12): an agency writes them as it likes, and nobody here knows who its staff are.
"""

import re

PARTS = re.compile(r"[^\W\d_]+|\d+")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")


def same_person(one: str, other: str) -> bool:
    """Whether two numbers may be one person's: however each is spaced and written, or where all that the one
    says the other says too, as *PC 4471* and *4471*, or *44 71*.

    How often and in which order a part stands tells nobody apart: a rank is typed before or after, or twice.
    Two people whose numbers differ in nothing else are asked to sign otherwise, which costs a word; were one
    taken for two, somebody would lower a risk alone.
    """
    if _as_one(one) == _as_one(other):
        return True
    return any(parts <= others or others <= parts for parts in _parts(one) for others in _parts(other))


def _parts(said: str) -> list[set[str]]:
    """What is said, part by part; and with digits that stand apart read as one number."""
    return [set(PARTS.findall(each.casefold())) for each in (said, BETWEEN_DIGITS.sub("", said))]


def _as_one(said: str) -> str:
    return "".join(character for character in said.casefold() if character.isalnum())

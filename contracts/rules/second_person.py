"""Whether the second person who agrees is another than the first, as far as two numbers tell.

Source: ``domain.md`` 14, trap 5: humans may raise, and need a second sign-off to lower. How numbers are
compared is ours (2026-12): an agency writes them as it likes, and nobody here knows who its staff are.
"""

import re

PARTS = re.compile(r"[^\W\d_]+|\d+")


def same_person(one: str, other: str) -> bool:
    """Whether two numbers may be one person's: however each is spaced and written, or where all that the one
    says the other says too, as *PC 4471* and *4471*."""
    if _as_one(one) == _as_one(other):
        return True
    parts, others = (set(PARTS.findall(each.casefold())) for each in (one, other))
    return parts <= others or others <= parts


def _as_one(said: str) -> str:
    return "".join(character for character in said.casefold() if character.isalnum())

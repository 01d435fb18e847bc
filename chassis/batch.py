"""What one fold transaction takes, and what it did."""

from dataclasses import dataclass, field

from chassis.accept import Draft
from chassis.rows import NewRow


@dataclass(slots=True)
class Batch:
    """What one fold transaction did."""

    patience: float = 0.0
    """For how many seconds it folds what is not urgent before it gives way."""
    marks: int = 0
    full: bool = False
    """Whether as many were taken as were asked for, so that more may be waiting."""
    urgent: bool = False
    """Whether what was taken is urgent: all of it is, or nothing."""
    seconds: float = 0.0
    subjects: int = 0
    changed: set[tuple[str, str]] = field(default_factory=set)
    said: int = 0
    put_back: int = 0
    left: int = 0
    """How many cases and causes read what it changed, and are to follow."""
    cut: bool = False
    """Whether it gave way to what is urgent: what it had not come to is put back."""

    @property
    def more(self) -> bool:
        """Whether more of the same may be waiting."""
        return self.full or self.cut or self.left > 0


@dataclass(slots=True)
class Done:
    """What folding one subject gave."""

    id: str
    rows: list[NewRow] = field(default_factory=list)
    said: list[Draft] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    broken: bool = False

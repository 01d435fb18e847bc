"""Who can sign in at the built-in provider: invented people and systems, from a JSON file."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from chassis.settings import CannotStart
from contracts.content import AreaId
from contracts.envelope import AgencyId
from contracts.vocabulary import StaffRole

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,47}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    id: Name
    name: str
    agency: AgencyId
    roles: tuple[StaffRole, ...]
    areas: tuple[AreaId, ...] = ()

    def claims(self) -> dict[str, object]:
        """What a token says of them, besides the standard claims."""
        return {
            "sub": self.id,
            "name": self.name,
            "agency": self.agency,
            "roles": [role.value for role in self.roles],
            "areas": list(self.areas),
        }


class Someone(_Entry):
    """A person who can sign in. ``about`` says whom one becomes, on the page that lists them."""

    about: str


class System(_Entry):
    """A partner's system. Its id is its client id."""

    secret: SecretStr


class Directory(BaseModel):
    """All that the built-in provider knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    people: tuple[Someone, ...]
    systems: tuple[System, ...]

    def person(self, id_: str) -> Someone | None:
        """The person of this id."""
        return next((person for person in self.people if person.id == id_), None)

    def system(self, id_: str) -> System | None:
        """The system of this id."""
        return next((system for system in self.systems if system.id == id_), None)


def read_directory(path: Path) -> Directory:
    """The directory in a file. Raises CannotStart when it cannot be read."""
    try:
        return Directory.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise CannotStart("The identity directory cannot be read (GOLDTHREAD_IDENTITY_DIRECTORY).") from None

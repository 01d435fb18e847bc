"""The part of a person's row that most lists need: read without the rest, which is nearly all of it."""

from datetime import date

from chassis.views import Row
from contracts.sections import Name
from contracts.vocabulary import CaseRole, Sex
from services.marac.conference.after_rows import barred
from services.marac.conference.parts import Part
from services.marac.conference.support import who_is_in
from services.marac.conference.support_rows import Support


class Identity(Part):
    """Who a person is, of all that agencies say: what most say first, then what was said last."""

    name: Name | None = None
    names: tuple[Name, ...] = ()
    aliases: tuple[Name, ...] = ()
    born: tuple[date, ...] = ()
    """The date of birth that most agencies give, then any other. Empty: nobody gives one."""
    sex: Sex | None = None


class PersonInBrief(Row):
    """Who a person is, and who supports them."""

    person: str
    identity: Identity
    flagged: bool | None = None
    """Whether any record of theirs is flagged as sensitive. None: nobody has said either."""
    support: Support = Support()
    """Of this person as victim."""

    @property
    def idvas(self) -> str:
        """The services whose IDVAs are in this person's case, each between bars."""
        return barred(each.agency for each in who_is_in(self.support) if each.part is CaseRole.IDVA)

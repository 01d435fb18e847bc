"""What is known of a child: where the child learns, who protects the child, who was told."""

from enum import StrEnum


class Setting(StrEnum):
    """Where a child learns (Operation Encompass: schools, colleges and early years, independent ones among
    them; of a child who is taught at home the local authority is told). NOT_KNOWN is never *none*."""

    EARLY_YEARS = "early-years"
    SCHOOL = "school"
    COLLEGE = "college"
    HOME_EDUCATED = "home-educated"
    NONE = "none"
    NOT_KNOWN = "not-known"


class ChildPlan(StrEnum):
    """Under which plan children's services protect or help a child (Children Act 1989 s17 and s47; Working
    Together, 2023). NOT_KNOWN is never *none*."""

    CHILD_PROTECTION = "child-protection"
    CHILD_IN_NEED = "child-in-need"
    EARLY_HELP = "early-help"
    NONE = "none"
    NOT_KNOWN = "not-known"


class InterviewStep(StrEnum):
    """How far a return home interview has come. To offer it is not to have had it."""

    OFFERED = "offered"
    DONE = "done"
    REFUSED = "refused"


class SchoolStep(StrEnum):
    """That somebody told whoever keeps a child safe at school; and that they have read it."""

    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"


class SchoolRecipient(StrEnum):
    """Who was told: the school's own lead for safeguarding (*key adult*), or the local authority, of a child
    who is taught at home, and while the school is closed."""

    SCHOOL = "school"
    LOCAL_AUTHORITY = "local-authority"

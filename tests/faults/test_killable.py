"""What each deployment of the harness can do is what the harness takes it for."""

import pytest

from tests.faults.alone import Alone
from tests.faults.cluster import Cluster
from tests.faults.killable import Killable


@pytest.mark.parametrize("deployment", [Alone, Cluster])
def test_no_other_parent_hides_what_is_killable(deployment: type[Killable]) -> None:
    """A deployment of the scenarios is the first parent of both: a name that it gives to something else
    would take the place of the harness's own, and no kill would do what it says."""
    whole = {
        name: said
        for name, said in vars(Killable).items()
        if not name.startswith("_") and not getattr(said, "__isabstractmethod__", False)
    }
    others = [parent for parent in deployment.__mro__ if parent not in (deployment, *Killable.__mro__)]
    hidden = [(name, parent.__name__) for name in whole for parent in others if name in vars(parent)]
    assert others, "it has the scenarios' own parent"
    assert hidden == []

"""The try of the way that an alert goes, from its beginning to its end. It is about nobody, and of each kind
the newest alone is kept."""

from typing import ClassVar

from pydantic import AwareDatetime

from contracts.content import Content, ThingId
from contracts.envelope import Id


class PathTried(Content):
    """A try begins, where a breach would be taken."""

    type: ClassVar[str] = "uk.goldthread.path.tried.v1"
    topic: ClassVar[str] = "path"
    urgent = True
    cause: ThingId


class PathCalled(Content):
    """A try was read and folded where somebody would be called: its message is to be sent."""

    type: ClassVar[str] = "uk.goldthread.path.called.v1"
    topic: ClassVar[str] = "path"
    urgent = True
    cause: ThingId
    tried: Id


class PathCameThrough(Content):
    """The message of a try has come."""

    type: ClassVar[str] = "uk.goldthread.path.came-through.v1"
    topic: ClassVar[str] = "path"
    urgent = True
    cause: ThingId
    tried: Id
    began: AwareDatetime

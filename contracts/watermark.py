"""How far a service has come: what stands on the topic ``watermarks``. It is no fact.

A watermark is kept in the CloudEvents envelope like all that stands on the log, but it has no root,
no keys and no agency: it speaks of offsets, is folded by nobody, and the next one takes its place.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from contracts.envelope import Id
from contracts.registry import Unreadable, faults_of


class Ends(BaseModel):
    """Of each topic on which a service puts facts, the offset below which each partition holds them,
    in the order of the partitions."""

    model_config = ConfigDict(frozen=True)

    ends: dict[str, list[Annotated[int, Field(ge=0)]]]


class Watermark(BaseModel):
    """All that a service accepted before ``time`` lies below these offsets: whoever has read as far
    has all of it."""

    model_config = ConfigDict(frozen=True)

    kind: ClassVar[str] = "uk.goldthread.watermark.passed.v1"

    specversion: Literal["1.0"] = "1.0"
    id: Id
    source: Annotated[str, StringConstraints(pattern=r"^/[a-z]+$")]
    type: Literal["uk.goldthread.watermark.passed.v1"] = "uk.goldthread.watermark.passed.v1"
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: Ends

    @property
    def service(self) -> str:
        """Whose it is."""
        return self.source[1:]


def read_watermark(body: bytes) -> Watermark:
    """The watermark in these bytes. Raises Unreadable, with places and kinds of fault alone."""
    try:
        return Watermark.model_validate_json(body)
    except ValidationError as error:
        raise Unreadable(faults_of(error)) from None

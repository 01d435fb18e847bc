"""Feeds: what each partner's system is told, and what it was."""

from typing import Annotated, ClassVar

from pydantic import Field, HttpUrl, StrictInt

from contracts.content import AreaId, CaseId, Content
from contracts.envelope import AgencyId, Id
from contracts.sections import Sensitivity


class FeedSet(Content):
    """Of which areas an agency's system is told, and how. Without one it is told nothing."""

    type: ClassVar[str] = "uk.goldthread.configuration.feed-set.v1"
    topic: ClassVar[str] = "configuration"
    agency: AgencyId
    areas: list[AreaId] = Field(
        max_length=200, description="its cases are those heard in these, or in what lies within them"
    )
    without: list[CaseId] = Field(
        default_factory=list,
        max_length=10_000,
        description="cases of which it is told no more, such as of somebody who works there",
    )
    webhook: HttpUrl | None = Field(default=None, description="where entries are sent; none: nowhere")
    key: Annotated[StrictInt, Field(ge=1, le=1_000_000)] = Field(
        default=1, description="the number of the key that signs them: the next one, to change it"
    )


class FeedTold(Content):
    """One entry of one partner's feed: which version of which fact, and with which sections. The feed is its
    root and ``version`` its number, from 1 on, without a gap. What it tells is made of it and of the fact."""

    type: ClassVar[str] = "uk.goldthread.feed.told.v1"
    topic: ClassVar[str] = "feeds"
    agency: AgencyId
    epoch: StrictInt = Field(ge=1, description="of the writer that numbered it")
    fact: Id
    of: Id = Field(description="the root that the fact is a version of")
    sections: list[Sensitivity] = Field(
        max_length=10, description="none: that it was corrected or withdrawn, and no more"
    )

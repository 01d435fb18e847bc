"""The MATAC: who is put forward to it, and what it decides of them. It names nobody but by opaque ids."""

from typing import ClassVar

from pydantic import Field, StrictInt

from contracts.content import Content, MentionId
from contracts.sections import NarrativeSection
from contracts.vocabulary import CandidateDecision, NotTakenUp


class PutForward(Content):
    """The rule found that an offender harmed a repeat victim: a MATAC is to decide. One for each (victim,
    offender, generation), which a mention of each stands for."""

    type: ClassVar[str] = "uk.goldthread.matac.put-forward.v1"
    topic: ClassVar[str] = "matac"
    victim: MentionId
    offender: MentionId
    generation: StrictInt = Field(ge=1)


class PutForwardEnded(Content):
    """It does not follow from the records any more: one was corrected or withdrawn, people were told apart,
    or a MARAC found that whoever was put forward is the primary victim. That time passes ends nothing."""

    type: ClassVar[str] = "uk.goldthread.matac.put-forward-ended.v1"
    topic: ClassVar[str] = "matac"
    victim: MentionId
    offender: MentionId
    generation: StrictInt = Field(ge=1)


class CandidateDecided(Content):
    """A MATAC coordinator's decision about somebody who was put forward. The newest holds."""

    type: ClassVar[str] = "uk.goldthread.matac.candidate-decided.v1"
    topic: ClassVar[str] = "matac"
    offender: MentionId
    decision: CandidateDecision
    reason: NotTakenUp | None = Field(default=None, description="of one who is not taken up")
    words: NarrativeSection | None = None

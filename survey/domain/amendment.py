"""An edited ledger that came back (读回的台账): where it stands, and what became of each household in it."""

from __future__ import annotations

from survey.domain.codes import Code
from survey.domain.message import N_


class AmendmentState(Code):
    """读回的台账的状态."""

    PREVIEWED = "previewed", N_("待确认")
    COMMITTED = "committed", N_("已写入")
    DISCARDED = "discarded", N_("已放弃")


class HomeFate(Code):
    """What became of a household of the file.

    LEFT: others changed it after the person had looked; nothing was written over what they have not seen.
    """

    OPEN = "open", N_("未写入")
    SAVED = "saved", N_("已写入")
    UNCHANGED = "unchanged", N_("内容相同")
    LEFT = "left", N_("又有变动，没有写入")

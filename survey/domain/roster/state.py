"""Where an import stands, and what becomes of each row."""

from __future__ import annotations

from survey.domain.codes import Code
from survey.domain.message import N_


class ImportState(Code):
    """导入状态."""

    PREVIEWED = "previewed", N_("待确认")
    COMMITTED = "committed", N_("已导入")
    DISCARDED = "discarded", N_("已放弃")


class RowFate(Code):
    """What becomes of a row when the plan is carried out.

    DIFFERS: staff have been at this door; what they found stands, the difference is only shown.
    """

    CREATED = "created", N_("新增")
    CHANGED = "changed", N_("变更")
    UNCHANGED = "unchanged", N_("无变化")
    DIFFERS = "differs", N_("与入户核实不同")
    REFUSED = "refused", N_("不能导入")

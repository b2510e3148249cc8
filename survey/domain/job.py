"""Long work (后台任务): its kinds, its states, the steps of its progress, and how long it may still take.

Knows no clock and no table. What a kind of task does stands in `survey.jobs`.
"""

from __future__ import annotations

from survey.domain.codes import Code
from survey.domain.message import N_


class JobKind(Code):
    """任务种类."""

    AMENDMENT_COMMIT = "amendment.commit", N_("写入读回的台账")
    JOB_SWEEP = "job.sweep", N_("清理过期文件")
    LEDGER_EXPORT = "ledger.export", N_("导出台账")
    LEDGER_EXPORT_SET = "ledger.export_set", N_("导出整套台账")
    NOTICE_PRINT = "notice.print", N_("打印文书")
    REPORT_MAKE = "report.make", N_("生成进度报告")
    ROSTER_IMPORT = "roster.import", N_("导入花名册")
    TEMPLATE_EXPORT = "template.export", N_("按样表导出")


class JobState(Code):
    """任务状态."""

    QUEUED = "queued", N_("排队中")
    RUNNING = "running", N_("进行中")
    DONE = "done", N_("已完成")
    FAILED = "failed", N_("未完成")
    CANCELLED = "cancelled", N_("已取消")


OPEN = frozenset({JobState.QUEUED, JobState.RUNNING})
"""States from which a job still goes on to another."""


class JobStep(Code):
    """步骤: what a running job is at."""

    READING = "reading", N_("正在读取文件")
    READING_HOMES = "reading_homes", N_("正在读取户档案")
    COMPARING = "comparing", N_("正在与现有数据比对")
    PREPARING = "preparing", N_("正在整理要写入的内容")
    WRITING = "writing", N_("正在写入数据库")
    WRITING_HOMES = "writing_homes", N_("正在逐户写入")
    EXPORTING = "exporting", N_("正在生成文件")
    SEALING = "sealing", N_("正在加密保存")


FINAL_STEPS = frozenset({JobStep.WRITING})
"""Steps in which a job can no longer be cancelled: all of it is written at once, and nobody else writes meanwhile."""

IN_PARTS = frozenset({JobKind.AMENDMENT_COMMIT})
"""Kinds that write in many small transactions: what was written stays, however the job ends."""

LEAST_SECONDS = 5
LEAST_PART = 0.05


def seconds_left(done: int, whole: int, seconds: float) -> int | None:
    """How long the rest of a step takes at the pace so far; None where that pace says nothing yet.

    seconds  since the step began. Within the first 5 seconds, or the first twentieth, the pace is that of the start.
    """
    if not 0 < done < whole or seconds < LEAST_SECONDS or done < whole * LEAST_PART:
        return None
    return max(1, round(seconds * (whole - done) / done))

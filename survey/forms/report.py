"""Form of a progress report (进度日报、周报)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from survey.domain.report import ReportKind
from survey.forms.base import Form
from survey.forms.fields import CodeField, DateField, LongTextField
from survey.forms.validators import Required


class MakeReportForm(Form):
    kind = CodeField(_l("日报还是周报？"), ReportKind, [Required()], thing=_l("报告种类"), kind="radio")
    day = DateField(
        _l("截至哪一天？"), [Required()], thing=_l("截止日期"),
        description=_l("周报从这一天所在的星期一算起。写成 2026-03-15 或 20260315"),
    )  # fmt: skip
    problems = LongTextField(
        _l("存在问题"),
        thing=_l("存在问题"),
        description=_l("一行一条，印在报告里；不写姓名和号码"),
        most=1000,
        optional=True,
    )
    plan = LongTextField(_l("下一步计划"), thing=_l("下一步计划"), description=_l("一行一条"), most=1000, optional=True)
